#include "crm/predict/multinomial_solver.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <limits>

#include "crm/predict/logistic_solver.hpp"

namespace crm::predict {

using Eigen::ArrayXd;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

/// The penalty as a quadratic form. Coefficients of all labels are free but for a constant that changes no
/// probability; with that of the smallest squares, those against the last label cost their squares less the square of
/// their sum over the number of labels.
class Ridge {
public:
    Ridge(const MatrixXd& theta, double l2)
        : width_(theta.rows()), free_(theta.cols()), l2_(l2), share_(1 / (static_cast<double>(theta.cols()) + 1)) {}

    double cost(const MatrixXd& theta) const {
        if (l2_ == 0) return 0;
        const auto slopes = theta.bottomRows(width_ - 1);
        return l2_ / 2 * (slopes.squaredNorm() - share_ * slopes.rowwise().sum().squaredNorm());
    }

    void subtract_from(VectorXd& gradient, const MatrixXd& theta) const {
        if (l2_ == 0) return;
        const VectorXd sums = theta.rowwise().sum();
        for (Index k = 0; k < free_; ++k)
            for (Index j = 1; j < width_; ++j) gradient[k * width_ + j] -= l2_ * (theta(j, k) - share_ * sums[j]);
    }

    void add_to(MatrixXd& information) const {
        if (l2_ == 0) return;
        for (Index k = 0; k < free_; ++k)
            for (Index l = 0; l < free_; ++l)
                for (Index j = 1; j < width_; ++j)
                    information(k * width_ + j, l * width_ + j) += l2_ * ((k == l ? 1 : 0) - share_);
    }

private:
    Index width_, free_;
    double l2_, share_;
};

/// Places of the coefficients of the columns kept.
std::vector<Index> kept_places(const std::vector<bool>& is_aliased, Index labels) {
    std::vector<Index> kept;
    const auto width = static_cast<Index>(is_aliased.size());
    for (Index k = 0; k < labels; ++k)
        for (Index j = 0; j < width; ++j)
            if (!is_aliased[static_cast<std::size_t>(j)]) kept.push_back(k * width + j);
    return kept;
}

}  // namespace

MultinomialProblem::MultinomialProblem(const Design& design, std::span<const std::uint32_t> outcomes,
                                       std::size_t labels, std::span<const double> weights,
                                       const Cancellation& cancellation)
    : design_(design),
      outcomes_(outcomes),
      weights_(weights),
      cancellation_(cancellation),
      blocks_(design.blocks()),
      by_label_(labels, 0) {
    for (std::size_t row = 0; row < outcomes_.size(); ++row) by_label_[outcomes_[row]] += row_weight(row);
    for (const double one : by_label_) weight_ += one;
}

MultinomialPoint MultinomialProblem::null_point() const {
    MultinomialPoint point;
    point.theta = MatrixXd::Zero(design_.width(), static_cast<Index>(by_label_.size()) - 1);
    for (Index k = 0; k < point.theta.cols(); ++k)
        point.theta(0, k) = std::log(by_label_[static_cast<std::size_t>(k)] / by_label_.back());
    return point;
}

double MultinomialProblem::null_log_likelihood() const {
    double sum = 0;
    for (const double one : by_label_) sum += one * std::log(one / weight_);
    return sum;
}

void MultinomialProblem::evaluate(MultinomialPoint& point) const {
    const Index width = design_.width(), labels = point.theta.cols() + 1, free = labels - 1;
    constexpr auto most = static_cast<Index>(Design::block_rows);
    MatrixXd rows(most, width), scaled(most, width), chance(most, labels);
    point.log_likelihood = 0;
    point.gradient = VectorXd::Zero(width * free);
    point.information = MatrixXd::Zero(width * free, width * free);
    for (const RowBlock& block : blocks_) {
        cancellation_.poll();
        const auto n = static_cast<Index>(block.count);
        design_.fill(block, rows);
        const auto here = rows.topRows(n);
        auto p = chance.topRows(n);
        p.leftCols(free).noalias() = here * point.theta;
        p.col(free).setZero();
        const ArrayXd largest = p.rowwise().maxCoeff();
        ArrayXd weight(n), own(n);
        for (Index i = 0; i < n; ++i) {
            const std::size_t row = block.row_at(static_cast<std::size_t>(i));
            weight[i] = row_weight(row);
            own[i] = p(i, outcomes_[row]) - largest[i];
        }
        p.array() = (p.array().colwise() - largest).exp();
        const ArrayXd sum = p.rowwise().sum();
        p.array().colwise() /= sum;
        point.log_likelihood += (weight * (own - sum.log())).sum();
        for (Index k = 0; k < free; ++k) {
            ArrayXd left = -weight * p.col(k).array();
            for (Index i = 0; i < n; ++i)
                if (outcomes_[block.row_at(static_cast<std::size_t>(i))] == k) left[i] += weight[i];
            point.gradient.segment(k * width, width).noalias() += here.transpose() * left.matrix();
            for (Index l = 0; l <= k; ++l) {
                const ArrayXd product = k == l ? ArrayXd(weight * p.col(k).array() * (1 - p.col(k).array()).max(0.0))
                                               : ArrayXd(weight * p.col(k).array() * p.col(l).array());
                scaled.topRows(n) = here.array().colwise() * product.sqrt();
                point.information.block(k * width, l * width, width, width)
                    .selfadjointView<Eigen::Lower>()
                    .rankUpdate(scaled.topRows(n).transpose(), k == l ? 1 : -1);
            }
        }
    }
    for (Index k = 0; k < free; ++k)
        for (Index l = 0; l <= k; ++l) {
            auto block = point.information.block(k * width, l * width, width, width);
            block.triangularView<Eigen::StrictlyUpper>() = block.transpose();
            if (l < k) point.information.block(l * width, k * width, width, width) = block;
        }
}

bool MultinomialProblem::parts_outcomes(const MatrixXd& direction) const {
    constexpr double tolerance = 1e-3;  // other directions are still converging
    const Index labels = direction.cols() + 1;
    MatrixXd rows(static_cast<Index>(Design::block_rows), design_.width());
    double least = std::numeric_limits<double>::infinity(), most = 0;
    for (const RowBlock& block : blocks_) {
        cancellation_.poll();
        const auto n = static_cast<Index>(block.count);
        design_.fill(block, rows);
        MatrixXd moved = MatrixXd::Zero(n, labels);
        moved.leftCols(labels - 1) = rows.topRows(n) * direction;
        for (Index i = 0; i < n; ++i) {
            const auto own = static_cast<Index>(outcomes_[block.row_at(static_cast<std::size_t>(i))]);
            for (Index k = 0; k < labels; ++k) {
                if (k == own) continue;
                least = std::min(least, moved(i, own) - moved(i, k));
                most = std::max(most, moved(i, own) - moved(i, k));
            }
        }
    }
    return most > 0.1 && least >= -tolerance * most;
}

MultinomialSolution MultinomialProblem::solve(double l2, int max_iterations) const {
    constexpr int most_halvings = 30, before_separation = 8;
    constexpr double enough = 1e-16;
    MultinomialSolution solution;
    MultinomialPoint& point = solution.point;
    point = null_point();
    evaluate(point);
    const Index width = design_.width(), free = point.theta.cols();
    solution.is_aliased.assign(static_cast<std::size_t>(width), false);
    // Where probabilities are the same in all rows, a label's own block is the rows' matrix of squares but for a
    // factor.
    if (l2 == 0) solution.is_aliased = aliased_columns(point.information.topLeftCorner(width, width), cancellation_);
    const std::vector<Index> kept = kept_places(solution.is_aliased, free);
    const Ridge ridge(point.theta, l2);
    while (solution.iterations < max_iterations) {
        ++solution.iterations;
        VectorXd gradient = point.gradient;
        ridge.subtract_from(gradient, point.theta);
        ridge.add_to(point.information);
        const MatrixXd information = point.information(kept, kept);
        const VectorXd step = information.ldlt().solve(VectorXd(gradient(kept)));
        MatrixXd direction = MatrixXd::Zero(width, free);
        direction.reshaped()(kept) = step;
        const double before = point.log_likelihood - ridge.cost(point.theta);
        const double decrement = step.dot(information * step);
        const bool is_last = decrement <= enough * (1 + std::abs(before));
        MultinomialPoint next;
        double length = 1;
        for (int halving = 0;; ++halving) {
            next.theta = point.theta + length * direction;
            evaluate(next);
            const double after = next.log_likelihood - ridge.cost(next.theta);
            const double rounding = 1e-13 * (1 + std::abs(before));
            if ((std::isfinite(after) && after >= before - rounding) || is_last) break;
            if (halving == most_halvings) return solution;
            length /= 2;
        }
        point = std::move(next);
        if (is_last) {
            solution.converged = true;
            return solution;
        }
        if (l2 == 0 && solution.iterations >= before_separation && parts_outcomes(direction)) {
            solution.separated = true;
            return solution;
        }
    }
    return solution;
}

MatrixXd covariance_of(const MultinomialSolution& solution, double l2) {
    MatrixXd information = solution.point.information;
    Ridge(solution.point.theta, l2).add_to(information);
    const std::vector<Index> kept = kept_places(solution.is_aliased, solution.point.theta.cols());
    const MatrixXd some = information(kept, kept);
    const auto count = static_cast<Index>(kept.size());
    MatrixXd covariance = MatrixXd::Zero(information.rows(), information.cols());
    const MatrixXd inverse = some.ldlt().solve(MatrixXd::Identity(count, count));
    covariance(kept, kept) = inverse;
    return covariance;
}

}  // namespace crm::predict
