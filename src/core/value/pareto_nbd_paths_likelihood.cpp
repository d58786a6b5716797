#include <cmath>
#include <numeric>
#include <utility>
#include <vector>

#include "crm/numeric/rising.hpp"
#include "crm/value/competing_rates.hpp"
#include "crm/value/covariate_likelihood.hpp"
#include "crm/value/pareto_nbd_paths.hpp"

namespace crm::value {

namespace {

using Eigen::Index;
using Eigen::Matrix4d;
using Eigen::MatrixXd;
using Eigen::Vector4d;
using Eigen::VectorXd;

/// Time as one side's covariates stretch it: ln(1 + time / scale), with its derivatives over ln(scale) and the
/// coefficients. As the logarithm of a sum of exponentials it has for gradient the mean, and for Hessian the
/// covariance, of what is multiplied in each of them: 0 in the scale, `slope` = (-1, covariates) in a time.
class StretchedTime {
public:
    StretchedTime(double scale, Index coefficients)
        : scale_(scale),
          mean_(VectorXd::Zero(1 + coefficients)),
          covariance_(MatrixXd::Zero(mean_.size(), mean_.size())) {
        slope_ = away_ = mean_;
        slope_[0] = -1;
    }

    void restart() {
        time_ = 0;
        mean_.setZero();
        covariance_.setZero();
    }

    /// Turns to other covariates, which stretch time by a factor.
    void turn(const PathHistory::Vector& covariates, double factor) {
        slope_.tail(covariates.size()) = covariates;
        away_ = slope_ - mean_;
        factor_ = factor;
    }
    /// Of what was added since, a share of the total.
    void pass(double length) {
        const double added = factor_ * length, share = added / (total() + added);
        covariance_.noalias() += share * away_ * away_.transpose();
        covariance_ *= 1 - share;
        mean_ += share * away_;
        away_ = slope_ - mean_;
        time_ += added;
    }

    double total() const { return scale_ + time_; }
    double scale() const { return total() / factor_; }  // in the unit of time as it passes now
    double log() const { return std::log1p(time_ / scale_); }
    const VectorXd& mean() const { return mean_; }
    const MatrixXd& covariance() const { return covariance_; }
    const VectorXd& slope() const { return slope_; }
    const VectorXd& away() const { return away_; }
    Index size() const { return mean_.size(); }

private:
    double scale_, time_ = 0, factor_ = 1;
    VectorXd mean_, slope_, away_;
    MatrixXd covariance_;
};

/// A log-density with its derivatives.
struct Branch {
    explicit Branch(Index size) : gradient(VectorXd::Zero(size)), hessian(MatrixXd::Zero(size, size)) {}

    double log_density = 0;
    VectorXd gradient;
    MatrixXd hessian;
};

/// Makes `sum` the logarithm of the sum of both densities.
void add(const Branch& one, Branch& sum) {
    const double odds = std::exp(-std::abs(one.log_density - sum.log_density));
    const double larger = 1 / (1 + odds), smaller = odds / (1 + odds);
    const double p = one.log_density > sum.log_density ? larger : smaller, q = p == larger ? smaller : larger;
    sum.log_density = std::max(one.log_density, sum.log_density) + std::log1p(odds);
    sum.hessian = (q * sum.hessian + p * one.hessian).eval();
    const VectorXd apart = one.gradient - sum.gradient;
    sum.hessian.noalias() += (p * q) * apart * apart.transpose();
    sum.gradient += p * apart;
}

/// Derivatives of (1 + time / scale)^-exponent, the logarithm of its base being random beyond what the time holds: what
/// it grows by has mean `grown`, and the share of the total that is added has a mean and a mean square. The parameters
/// from `at` on are the logarithm of `shape`, which the exponent has as a term, ln(scale) and the coefficients.
void add_side(const StretchedTime& time, Index at, double shape, double exponent, double grown, double share,
              double square, Branch& out) {
    const Index size = time.size();
    const double logarithm = time.log() + grown;
    const VectorXd mean = time.mean() + share * time.away();
    out.gradient[at] -= shape * logarithm;
    out.gradient.segment(at + 1, size) -= exponent * mean;
    out.hessian(at, at) -= shape * logarithm;
    out.hessian.col(at).segment(at + 1, size) -= shape * mean;
    out.hessian.row(at).segment(at + 1, size) -= shape * mean.transpose();
    auto block = out.hessian.block(at + 1, at + 1, size, size);
    block -= exponent * (1 - share) * time.covariance();
    block.noalias() -= (exponent * (share - square)) * time.away() * time.away().transpose();
}

class ParetoNbdPathsLikelihood final : public LikelihoodWithCoefficients {
public:
    ParetoNbdPathsLikelihood(const CovariateLayout& layout, std::span<const WeightedPathHistory> rows,
                             const Likelihood& whole, const VectorXd& base);

    void evaluate(const VectorXd&, numeric::Derivatives&, const Cancellation&) const override;

private:
    std::span<const WeightedPathHistory> rows_;
    std::vector<Index> order_;  // where each parameter is when those of a side stand together
};

ParetoNbdPathsLikelihood::ParetoNbdPathsLikelihood(const CovariateLayout& layout,
                                                   std::span<const WeightedPathHistory> rows, const Likelihood& whole,
                                                   const VectorXd& base)
    : LikelihoodWithCoefficients(layout, whole, base), rows_(rows) {
    const auto purchase = static_cast<Index>(layout.purchase()), lifetime = static_cast<Index>(layout.lifetime());
    VectorXd largest = VectorXd::Zero(purchase + lifetime);
    for (const auto& [history, weight] : rows)
        history.each_stretch([&](const PathHistory::Stretch& stretch) {
            largest.head(purchase) = largest.head(purchase).cwiseMax(stretch.purchase.cwiseAbs());
            largest.tail(lifetime) = largest.tail(lifetime).cwiseMax(stretch.lifetime.cwiseAbs());
        });
    set_largest(largest);
    order_ = {0, 1, 2 + purchase, 3 + purchase};
    for (Index i = 0; i < purchase; ++i) order_.push_back(2 + i);
    for (Index i = 0; i < lifetime; ++i) order_.push_back(4 + purchase + i);
}

/// The likelihood of one customer after another, parameters in order: those of buying, those of leaving.
class Customers {
public:
    Customers(const VectorXd& point, Index purchase, Index lifetime)
        : r_(std::exp(point[0])),
          log_alpha_(point[1]),
          s_(std::exp(point[2])),
          of_purchase_(point.segment(4, purchase)),
          of_lifetime_(point.tail(lifetime)),
          leave_(2 + purchase),
          buying_(std::exp(point[1]), purchase),
          leaving_(std::exp(point[3]), lifetime),
          branch_(point.size()),
          sum_(point.size()) {}

    const Branch& read(const PathHistory&, const Cancellation&);

private:
    void stretch(const PathHistory::Stretch&);
    void add_departures(const CompetingRates&, const CompetingRates::Moment& end);
    void add_active();

    double r_, log_alpha_, s_;
    VectorXd of_purchase_, of_lifetime_;
    Index leave_;  // where the parameters of leaving begin
    StretchedTime buying_, leaving_;

    double shape_ = 0;                          // of the rate of buying, knowing the purchases
    double log_at_once_ = 0, log_neither_ = 0;  // until the last purchase, and since then
    bool any_left_ = false;
    Branch branch_, sum_;  // the one at hand, and all together
};

/// Customers who leave in this time, having bought nothing since the last purchase.
void Customers::add_departures(const CompetingRates& rates, const CompetingRates::Moment& end) {
    double mass = 0;
    Vector4d first = Vector4d::Zero();
    Matrix4d second = Matrix4d::Zero();
    rates.each_departure({}, end, [&](double of, const CompetingRates::Moment& then) {
        const Vector4d growth(then.log_bought, then.share_bought, then.log_left, then.share_left);
        mass += of;
        first += of * growth;
        second += (of * growth) * growth.transpose();
    });
    if (!(mass > 0)) return;
    const Vector4d mean = first / mass;
    const Matrix4d covariance = second / mass - mean * mean.transpose();

    branch_.log_density = log_neither_ + std::log(s_ * mass);
    branch_.gradient.setZero();
    branch_.hessian.setZero();
    const auto square = [&](Index i) { return mean[i] * mean[i] + covariance(i, i); };
    add_side(buying_, 0, r_, shape_, mean[0], mean[1], square(1), branch_);
    add_side(leaving_, leave_, s_, s_ + 1, mean[2], mean[3], square(3), branch_);
    branch_.gradient[leave_] += 1;
    branch_.gradient.segment(leave_ + 1, leaving_.size()) += leaving_.slope();
    MatrixXd slopes = MatrixXd::Zero(branch_.gradient.size(), 4);
    slopes(0, 0) = -r_;
    slopes.col(1).segment(1, buying_.size()) = -shape_ * buying_.away();
    slopes(leave_, 2) = -s_;
    slopes.col(3).segment(leave_ + 1, leaving_.size()) = -(s_ + 1) * leaving_.away();
    branch_.hessian.noalias() += slopes * covariance * slopes.transpose();
    if (any_left_)
        add(branch_, sum_);
    else
        std::swap(branch_, sum_);
    any_left_ = true;
}

/// A customer who neither bought nor left until now.
void Customers::add_active() {
    branch_.log_density = log_neither_;
    branch_.gradient.setZero();
    branch_.hessian.setZero();
    add_side(buying_, 0, r_, shape_, 0, 0, 0, branch_);
    add_side(leaving_, leave_, s_, s_, 0, 0, 0, branch_);
    if (any_left_)
        add(branch_, sum_);
    else
        std::swap(branch_, sum_);
}

const Branch& Customers::read(const PathHistory& seen, const Cancellation& cancellation) {
    constexpr int stretches_between_polls = 1024;
    const double x = seen.frequency();
    shape_ = r_ + x;
    log_at_once_ = log_neither_ = 0;
    any_left_ = false;
    buying_.restart();
    leaving_.restart();
    int stretches = 0;
    seen.each_stretch([&](const PathHistory::Stretch& stretch) {
        if (++stretches % stretches_between_polls == 0) cancellation.poll();
        buying_.turn(stretch.purchase, std::exp(of_purchase_.dot(stretch.purchase)));
        leaving_.turn(stretch.lifetime, std::exp(of_lifetime_.dot(stretch.lifetime)));
        if (stretch.from >= seen.recency()) {
            const CompetingRates rates(shape_, buying_.scale(), s_, leaving_.scale());
            const auto end = rates.at(stretch.length());
            add_departures(rates, end);
            log_neither_ += rates.log_neither(end);
        }
        buying_.pass(stretch.length());
        leaving_.pass(stretch.length());
        if (stretch.to == seen.recency()) log_at_once_ = -shape_ * buying_.log() - s_ * leaving_.log();
    });
    add_active();
    const numeric::Rising by_r = numeric::rising(r_, x);
    sum_.log_density += log_at_once_ + of_purchase_.dot(seen.bought()) + by_r.value - x * log_alpha_;
    sum_.gradient[0] += r_ * by_r.slope;
    sum_.hessian(0, 0) += r_ * (by_r.slope + r_ * by_r.curvature);
    sum_.gradient[1] -= x;
    sum_.gradient.segment(2, of_purchase_.size()) += seen.bought();
    return sum_;
}

void ParetoNbdPathsLikelihood::evaluate(const VectorXd& point, numeric::Derivatives& mean,
                                        const Cancellation& cancellation) const {
    Customers customers(point, static_cast<Index>(layout_.purchase()), static_cast<Index>(layout_.lifetime()));
    numeric::Derivatives sum(size());
    for (const auto& [history, weight] : rows_) {
        cancellation.poll();
        const Branch& one = customers.read(history, cancellation);
        sum.value += weight * one.log_density;
        sum.gradient += weight * one.gradient;
        sum.hessian += weight * one.hessian;
    }
    mean.value = sum.value / weight();
    mean.gradient = sum.gradient(order_) / weight();
    mean.hessian = sum.hessian(order_, order_) / weight();
}

}  // namespace

std::unique_ptr<Likelihood> pareto_nbd_paths_likelihood(const CovariateLayout& layout,
                                                        std::span<const WeightedPathHistory> rows,
                                                        const Likelihood& whole, const VectorXd& base) {
    return std::make_unique<ParetoNbdPathsLikelihood>(layout, rows, whole, base);
}

}  // namespace crm::value
