#include "crm/predict/logistic_solver.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace crm::predict {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

constexpr double alias_tolerance = 1e-10;  // of a column's variance that the columns before leave unexplained

double penalised(double log_likelihood, const VectorXd& theta, const Penalty& penalty) {
    const auto slopes = theta.tail(theta.size() - 1);
    return log_likelihood - penalty.l1 * slopes.lpNorm<1>() - penalty.l2 / 2 * slopes.squaredNorm();
}

std::vector<Index> kept_columns(const std::vector<bool>& aliased) {
    std::vector<Index> kept;
    for (std::size_t i = 0; i < aliased.size(); ++i)
        if (!aliased[i]) kept.push_back(static_cast<Index>(i));
    return kept;
}

/// The Newton step of a smooth objective over the columns kept.
VectorXd newton_step(const LogisticPoint& point, const std::vector<Index>& kept, double l2) {
    const auto size = static_cast<Index>(kept.size());
    VectorXd gradient = point.gradient(kept);
    MatrixXd information = point.information(kept, kept);
    for (Index i = 0; i < size; ++i) {
        if (kept[static_cast<std::size_t>(i)] == 0) continue;
        gradient[i] -= l2 * point.theta[kept[static_cast<std::size_t>(i)]];
        information(i, i) += l2;
    }
    VectorXd step = VectorXd::Zero(point.theta.size());
    const VectorXd solved = information.ldlt().solve(gradient);
    step(kept) = solved;
    return step;
}

/// The maximum of the quadratic model less the penalties, by coordinates.
VectorXd elastic_step(const LogisticPoint& point, const Penalty& penalty, const Cancellation& cancellation) {
    constexpr int most_sweeps = 10000;
    const MatrixXd& information = point.information;
    const Index size = point.theta.size();
    VectorXd theta = point.theta, slope = point.gradient;  // of the quadratic model at theta
    for (int sweep = 0; sweep < most_sweeps; ++sweep) {
        cancellation.poll();
        double gain = 0;
        for (Index j = 0; j < size; ++j) {
            const double curvature = information(j, j);
            if (!(curvature > 0)) continue;
            double next = theta[j] + slope[j] / curvature;
            if (j > 0) {
                const double pull = slope[j] + curvature * theta[j];
                const double rest = std::max(std::abs(pull) - penalty.l1, 0.0);
                next = std::copysign(rest, pull) / (curvature + penalty.l2);
            }
            const double moved = next - theta[j];
            if (moved == 0) continue;
            theta[j] = next;
            slope.noalias() -= moved * information.col(j);
            gain = std::max(gain, moved * moved * curvature);
        }
        if (gain < 1e-18 * (1 + std::abs(point.log_likelihood))) break;
    }
    return theta - point.theta;
}

std::uint64_t mixed(std::uint64_t hash, std::uint64_t more) {
    hash = (hash ^ more) * 0x9e3779b97f4a7c15;
    return hash ^ (hash >> 32);
}

}  // namespace

// By a Cholesky decomposition that passes over columns it can do without.
std::vector<bool> aliased_columns(const MatrixXd& information, const Cancellation& cancellation) {
    const Index size = information.rows();
    std::vector<bool> aliased(static_cast<std::size_t>(size), false);
    MatrixXd factor = MatrixXd::Zero(size, size);
    for (Index j = 0; j < size; ++j) {
        cancellation.poll();
        VectorXd column = information.col(j).tail(size - j);
        const double before = column[0];
        if (j > 0) column.noalias() -= factor.block(j, 0, size - j, j) * factor.row(j).head(j).transpose();
        if (!(column[0] > before * alias_tolerance)) {
            aliased[static_cast<std::size_t>(j)] = true;
            continue;
        }
        factor.col(j).tail(size - j) = column / std::sqrt(column[0]);
    }
    return aliased;
}

LogisticProblem::LogisticProblem(const Design& design, std::span<const std::uint8_t> outcomes,
                                 std::span<const double> weights, const Cancellation& cancellation)
    : design_(design), outcomes_(outcomes), weights_(weights), cancellation_(cancellation), blocks_(design.blocks()) {
    for (std::size_t row = 0; row < outcomes_.size(); ++row) {
        weight_ += row_weight(row);
        if (outcomes_[row] != 0) positive_ += row_weight(row);
    }
}

void LogisticProblem::evaluate(std::span<const RowBlock> blocks, std::span<const double> weights, Wanted wanted,
                               LogisticPoint& point) const {
    const Index width = design_.width();
    constexpr auto most = static_cast<Index>(Design::block_rows);
    MatrixXd rows(most, width), scaled(most, width);
    Eigen::ArrayXd eta(most), decay(most), chance(most), outcome(most), weight(most);
    point.log_likelihood = 0;
    if (wanted != Wanted::value) point.gradient = VectorXd::Zero(width);
    if (wanted == Wanted::information) point.information = MatrixXd::Zero(width, width);
    for (const RowBlock& block : blocks) {
        cancellation_.poll();
        const auto n = static_cast<Index>(block.count);
        double in_block = 0;
        for (Index i = 0; i < n; ++i) {
            const std::size_t row = block.row_at(static_cast<std::size_t>(i));
            outcome[i] = outcomes_[row];
            weight[i] = weights.empty() ? 1 : weights[row];
            in_block += weight[i];
        }
        if (in_block == 0) continue;
        design_.fill(block, rows);
        const auto here = rows.topRows(n);
        eta.head(n) = (here * point.theta).array();
        // With the outcome's sign, so that nothing is lost where the probability is near 1.
        decay.head(n) = (-eta.head(n).abs()).exp();
        chance.head(n) = (eta.head(n) >= 0).select(1 / (1 + decay.head(n)), decay.head(n) / (1 + decay.head(n)));
        point.log_likelihood +=
            (weight.head(n) * (outcome.head(n) * eta.head(n) - eta.head(n).max(0.0) - (1 + decay.head(n)).log())).sum();
        if (wanted == Wanted::value) continue;
        const VectorXd residual = (weight.head(n) * (outcome.head(n) - chance.head(n))).matrix();
        point.gradient.noalias() += here.transpose() * residual;
        if (wanted != Wanted::information) continue;
        const Eigen::ArrayXd root =
            (weight.head(n) * decay.head(n)).sqrt() / (1 + decay.head(n));  // of weight * p * (1 - p)
        scaled.topRows(n) = here.array().colwise() * root;
        point.information.selfadjointView<Eigen::Lower>().rankUpdate(scaled.topRows(n).transpose());
    }
    if (wanted == Wanted::information)
        point.information.triangularView<Eigen::StrictlyUpper>() = point.information.transpose();
}

VectorXd LogisticProblem::null_point() const {
    VectorXd theta = VectorXd::Zero(design_.width());
    theta[0] = std::log(positive_ / (weight_ - positive_));
    return theta;
}

double LogisticProblem::null_log_likelihood() const {
    const double share = positive_ / weight_;
    return positive_ * std::log(share) + (weight_ - positive_) * std::log1p(-share);
}

bool LogisticProblem::parts_outcomes(std::span<const RowBlock> blocks, std::span<const double> weights,
                                     const VectorXd& direction) const {
    constexpr double tolerance = 1e-3;  // other directions are still converging
    MatrixXd rows(static_cast<Index>(Design::block_rows), design_.width());
    double least = 0, most = 0;
    for (const RowBlock& block : blocks) {
        cancellation_.poll();
        design_.fill(block, rows);
        const VectorXd moved = rows.topRows(static_cast<Index>(block.count)) * direction;
        for (Index i = 0; i < moved.size(); ++i) {
            const std::size_t row = block.row_at(static_cast<std::size_t>(i));
            if (!weights.empty() && weights[row] == 0) continue;
            const double right = outcomes_[row] != 0 ? moved[i] : -moved[i];
            least = std::min(least, right);
            most = std::max(most, right);
        }
    }
    return most > 0.1 && least >= -tolerance * most;
}

LogisticSolution LogisticProblem::maximise(std::span<const RowBlock> blocks, std::span<const double> weights,
                                           VectorXd start, const Penalty& penalty, int max_iterations) const {
    constexpr int most_halvings = 30, before_separation = 8;
    constexpr double enough = 1e-16;
    LogisticSolution solution;
    LogisticPoint& point = solution.point;
    point.theta = std::move(start);
    evaluate(blocks, weights, Wanted::information, point);
    solution.is_aliased.assign(static_cast<std::size_t>(point.theta.size()), false);
    if (penalty.is_none()) {
        solution.is_aliased = aliased_columns(point.information, cancellation_);
        bool has_moved = false;
        for (Index i = 0; i < point.theta.size(); ++i)
            if (solution.is_aliased[static_cast<std::size_t>(i)] && point.theta[i] != 0) {
                point.theta[i] = 0;
                has_moved = true;
            }
        if (has_moved) evaluate(blocks, weights, Wanted::information, point);
    }
    const std::vector<Index> kept = kept_columns(solution.is_aliased);
    while (solution.iterations < max_iterations) {
        ++solution.iterations;
        const VectorXd step =
            penalty.l1 > 0 ? elastic_step(point, penalty, cancellation_) : newton_step(point, kept, penalty.l2);
        const double before = penalised(point.log_likelihood, point.theta, penalty);
        // What a full step gains in the quadratic model, twice, or what is left of it beside the penalty's kinks.
        const double decrement = step.dot(point.information * step);
        const bool is_last = decrement <= enough * (1 + std::abs(before));
        LogisticPoint next;
        double length = 1;
        for (int halving = 0;; ++halving) {
            next.theta = point.theta + length * step;
            evaluate(blocks, weights, Wanted::information, next);
            const double after = penalised(next.log_likelihood, next.theta, penalty);
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
        if (penalty.is_none() && solution.iterations >= before_separation && parts_outcomes(blocks, weights, step)) {
            solution.separating = step;
            return solution;
        }
    }
    return solution;
}

LogisticSolution LogisticProblem::solve(const Penalty& penalty, int max_iterations) const {
    constexpr std::size_t enough = 50000, many = 4 * enough;
    VectorXd start = null_point();
    if (outcomes_.size() >= many) {
        const auto some = design_.blocks(outcomes_.size() / enough);
        const double share = static_cast<double>(enough) / static_cast<double>(outcomes_.size());
        const LogisticSolution near =
            maximise(some, weights_, start, {penalty.l1 * share, penalty.l2 * share}, max_iterations);
        if (near.converged) start = near.point.theta;
    }
    return maximise(blocks_, weights_, start, penalty, max_iterations);
}

LogisticProblem::Choice LogisticProblem::choose(double mixing, int folds, std::uint64_t seed) const {
    constexpr double most_rows = 20000;
    const double share = most_rows / std::max(most_rows, static_cast<double>(outcomes_.size()));
    const auto features = design_.learnt().encoder.features().size();
    std::vector<CellChunk> chunks;
    std::vector<std::uint8_t> outcomes, fold;
    std::vector<double> weights;
    // By what rows hold: equal rows stay together.
    for (const RowBlock& block : blocks_) {
        cancellation_.poll();
        for (std::size_t i = 0; i < block.count; ++i) {
            const std::size_t row = block.row_at(i);
            std::uint64_t hash = mixed(seed + 1, outcomes_[row]);
            for (std::size_t f = 0; f < features; ++f) {
                const double code = design_.code(block, i, f);
                hash = mixed(hash, std::isnan(code) ? 1 : std::bit_cast<std::uint64_t>(code + 0.0));
            }
            if (static_cast<double>(hash >> 11) * 0x1p-53 >= share) continue;
            hash = mixed(hash, 7);
            fold.push_back(static_cast<std::uint8_t>((hash >> 20) % static_cast<std::uint64_t>(folds)));
            outcomes.push_back(outcomes_[row]);
            weights.push_back(row_weight(row));
            const CellChunk& from = *block.chunk;
            if (chunks.empty() || chunks.back().width != from.width) chunks.push_back({from.width, 0, {}});
            CellChunk& to = chunks.back();
            const auto first = from.cells.begin() + static_cast<std::ptrdiff_t>((block.first + i) * from.width);
            to.cells.insert(to.cells.end(), first, first + static_cast<std::ptrdiff_t>(from.width));
            ++to.rows;
        }
    }
    const Design design(chunks, design_.learnt());
    const LogisticProblem part(design, outcomes, weights, cancellation_);
    if (part.positive() == 0 || part.positive() >= part.weight()) return {};
    Choice choice = part.choose(mixing, folds, fold);
    // The noise that l1 must outweigh grows with the root of the rows; what l2 holds to be likely does not depend on
    // them.
    choice.penalty.l1 *= std::sqrt(weight_ / part.weight());
    return choice;
}

LogisticProblem::Choice LogisticProblem::choose(double mixing, int folds, std::span<const std::uint8_t> fold) const {
    constexpr double least_mixing = 0.01;
    constexpr int steps = 40, most_worse = 4, iterations = 20;
    const auto weights_where = [&](auto is_wanted) {
        std::vector<double> some(outcomes_.size());
        for (std::size_t row = 0; row < some.size(); ++row) some[row] = is_wanted(fold[row]) ? row_weight(row) : 0;
        return some;
    };
    LogisticPoint null{null_point(), 0, {}, {}};
    evaluate(blocks_, weights_, Wanted::gradient, null);
    const auto slopes = null.gradient.tail(null.gradient.size() - 1);
    const double steepest = slopes.size() > 0 ? slopes.cwiseAbs().maxCoeff() : 0;
    const double largest = std::max(steepest / std::max(mixing, least_mixing), std::numeric_limits<double>::min());

    std::vector<double> deviance(static_cast<std::size_t>(steps), 0);
    std::vector<int> folds_at(static_cast<std::size_t>(steps), 0);
    for (int held = 0; held < folds; ++held) {
        const auto learnt_from = weights_where([held](std::uint8_t of) { return of != held; });
        const auto asked = weights_where([held](std::uint8_t of) { return of == held; });
        VectorXd start = null_point();
        double best = std::numeric_limits<double>::infinity();
        int worse = 0;
        for (int step = 0; step < steps && worse < most_worse; ++step) {
            const double strength = largest * std::pow(1e-4, step / (steps - 1.0)) * (folds - 1) / folds;
            LogisticSolution found =
                maximise(blocks_, learnt_from, start, {strength * mixing, strength * (1 - mixing)}, iterations);
            start = found.point.theta;
            LogisticPoint test{start, 0, {}, {}};
            evaluate(blocks_, asked, Wanted::value, test);
            const double here = -2 * test.log_likelihood;
            deviance[static_cast<std::size_t>(step)] += here;
            ++folds_at[static_cast<std::size_t>(step)];
            worse = here < best ? 0 : worse + 1;
            best = std::min(best, here);
        }
    }
    // Strengths that some fold did not come to are worse than one before.
    int best = 0;
    for (int step = 1; step < steps && folds_at[static_cast<std::size_t>(step)] == folds; ++step)
        if (deviance[static_cast<std::size_t>(step)] < deviance[static_cast<std::size_t>(best)]) best = step;
    const double strength = largest * std::pow(1e-4, best / (steps - 1.0));
    return {{strength * mixing, strength * (1 - mixing)}, deviance[static_cast<std::size_t>(best)] / weight_};
}

std::vector<std::size_t> LogisticProblem::parting_columns(const VectorXd& direction) const {
    constexpr double infinite = std::numeric_limits<double>::infinity();
    const Index width = design_.width();
    MatrixXd rows(static_cast<Index>(Design::block_rows), width);
    MatrixXd least = MatrixXd::Constant(width, 2, infinite), most = -least;
    for (const RowBlock& block : blocks_) {
        cancellation_.poll();
        design_.fill(block, rows);
        for (std::size_t i = 0; i < block.count; ++i) {
            const Index outcome = outcomes_[block.row_at(i)] != 0 ? 1 : 0;
            const auto row = rows.row(static_cast<Index>(i)).transpose();
            least.col(outcome) = least.col(outcome).cwiseMin(row);
            most.col(outcome) = most.col(outcome).cwiseMax(row);
        }
    }
    const double largest = direction.tail(width - 1).cwiseAbs().maxCoeff();
    std::vector<std::size_t> parting;
    for (Index j = 1; j < width; ++j)
        if (std::abs(direction[j]) > 0.01 * largest && (most(j, 0) <= least(j, 1) || most(j, 1) <= least(j, 0)))
            parting.push_back(static_cast<std::size_t>(j) - 1);
    if (!parting.empty()) return parting;
    for (Index j = 1; j < width; ++j)
        if (std::abs(direction[j]) > 0.1 * largest) parting.push_back(static_cast<std::size_t>(j) - 1);
    return parting;
}

MatrixXd covariance_of(const LogisticSolution& solution, const Penalty& penalty) {
    const Index size = solution.point.theta.size();
    const std::vector<Index> kept = kept_columns(solution.is_aliased);
    MatrixXd information = solution.point.information(kept, kept);
    for (std::size_t i = 0; i < kept.size(); ++i)
        if (kept[i] != 0) information(static_cast<Index>(i), static_cast<Index>(i)) += penalty.l2;
    MatrixXd covariance = MatrixXd::Zero(size, size);
    const auto count = static_cast<Index>(kept.size());
    const MatrixXd inverse = information.ldlt().solve(MatrixXd::Identity(count, count));
    covariance(kept, kept) = inverse;
    return covariance;
}

}  // namespace crm::predict
