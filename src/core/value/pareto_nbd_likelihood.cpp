#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "crm/foundation/rounded.hpp"
#include "crm/numeric/rising.hpp"
#include "crm/value/competing_rates.hpp"
#include "crm/value/pareto_nbd.hpp"

namespace crm::value {

namespace {

using Eigen::Matrix4d;
using Eigen::Vector4d;
using numeric::Rising;
using numeric::rising;
using numeric::Side;
using Row = Tally<PurchaseHistory>::Entry;
enum Parameter : Eigen::Index { R, ALPHA, S, BETA };

class ParetoNbdLikelihood final : public Likelihood {
public:
    explicit ParetoNbdLikelihood(std::span<const Row> rows) : rows_(rows) {
        for (const auto& [seen, weight] : rows) {
            customers_ += weight;
            if (seen.frequency > 0) repeaters_ += weight;
            repeats_ += weight * seen.frequency;
            exposure_ += weight * seen.age;
            longest_ = std::max(longest_, seen.age);
        }
    }

    /// Of customers who never bought again there may be nothing else.
    double weight() const override { return repeaters_ > 0 ? repeaters_ : customers_; }
    std::string obstacle() const override;
    numeric::Box bounds() const override;
    Eigen::VectorXd start(const Cancellation&) const override;
    std::vector<Eigen::VectorXd> starts(const Cancellation&) const override;
    Eigen::VectorXd origin() const override;
    void evaluate(const Eigen::VectorXd&, numeric::Derivatives&, const Cancellation&) const override;
    Verdict judge(const numeric::Maximum&) const override;

private:
    Eigen::VectorXd start_at(double s, double mean_ages) const;

    std::span<const Row> rows_;
    double customers_ = 0, repeaters_ = 0, repeats_ = 0, exposure_ = 0, longest_ = 0;
};

std::string ParetoNbdLikelihood::obstacle() const {
    if (customers_ == 0) return "there is no customer to learn from";
    if (repeats_ == 0) return "no customer bought again: nothing can be learned about repeat purchases";
    return {};
}

/// Wide enough that what lies beyond hardly changes a score; alpha and beta in units of the mean age. Those who leave
/// at once do so by a density of 1 / t down to beta, so that beta needs room below.
numeric::Box ParetoNbdLikelihood::bounds() const {
    const double unit = origin()[ALPHA];
    return {Vector4d(-20, unit - 40, -20, unit - 100), Vector4d(18, unit + 40, 18, unit + 40)};
}

Eigen::VectorXd ParetoNbdLikelihood::origin() const {
    const double unit = std::log(exposure_ / customers_);
    return Vector4d(0, unit, 0, unit);
}

/// Purchases at the rate that was seen, departures about once in the time observed.
Eigen::VectorXd ParetoNbdLikelihood::start(const Cancellation&) const { return start_at(1, 1); }

/// The likelihood may have two maxima: one where customers leave in the course of time, and one where some leave at
/// once and the others hardly ever.
std::vector<Eigen::VectorXd> ParetoNbdLikelihood::starts(const Cancellation&) const {
    return {start_at(1, 1), start_at(0.05, 1e-8)};
}

Eigen::VectorXd ParetoNbdLikelihood::start_at(double s, double mean_ages) const {
    constexpr double r = 0.5;
    return origin() + Vector4d(r, r * customers_ / repeats_, s, mean_ages).array().log().matrix();
}

/// How much the derivatives at a time u owe to the parameters: ln(1 + u / alpha), u / (alpha + u), and the same of
/// beta.
Vector4d growth_at(double u, const ParetoNbd& model) {
    return {std::log1p(u / model.alpha), u / (model.alpha + u), std::log1p(u / model.beta), u / (model.beta + u)};
}

/// A density over histories with its derivatives over log-parameters. What depends on r and x alone is left out.
struct Branch {
    double log_density;
    Vector4d gradient;
    Matrix4d hessian;
};

/// The density alpha^r beta^s (alpha + u)^-(r + x) (beta + u)^-(s + left) s^left, u random with these means and
/// covariances of growth_at(u); left is 1 for customers who left at u.
Branch branch_at(const ParetoNbd& model, double x, int left, const Vector4d& mean, const Matrix4d& covariance) {
    const auto [r, alpha, s, beta] = model;
    const Vector4d slope(-r, r + x, -s, s + left);
    Branch out{0, slope.cwiseProduct(mean) - Vector4d(0, x, -left, left),
               slope.asDiagonal() * covariance * slope.asDiagonal()};
    const auto spread = [&](Parameter i) { return mean[i] - mean[i] * mean[i] - covariance(i, i); };
    out.hessian(R, R) -= r * mean[R];
    out.hessian(R, ALPHA) += r * mean[ALPHA];
    out.hessian(ALPHA, ALPHA) -= (r + x) * spread(ALPHA);
    out.hessian(S, S) -= s * mean[S];
    out.hessian(S, BETA) += s * mean[BETA];
    out.hessian(BETA, BETA) -= (s + left) * spread(BETA);
    return out;
}

/// Moments of growth_at(u) less growth_at(recency) over times u at which a customer may have left silently.
class Departures {
public:
    Departures(const ParetoNbd& model, double x, double recency)
        : model_(model),
          x_(x),
          at_once_(growth_at(recency, model)),
          rates_(model.r + x, model.alpha + recency, model.s, model.beta + recency),
          scale_(1, model.alpha / (model.alpha + recency), 1, model.beta / (model.beta + recency)) {
        log_density_at_once_ = -(model.r + x) * at_once_[R] - model.s * at_once_[S];
    }

    /// Up to a time since the last purchase; call with times that do not fall.
    void reach(double silence) {
        const auto next = rates_.at(silence);
        rates_.each_departure(reached_, next, [this](double mass, const CompetingRates::Moment& then) {
            const Vector4d growth = since_last(then);
            mass_ += mass;
            first_ += mass * growth;
            second_ += (mass * growth) * growth.transpose();
        });
        reached_ = next;
    }

    /// Of a customer who has neither bought nor left since the last purchase.
    Branch active() const {
        const Vector4d growth = at_once_ + scale_.cwiseProduct(since_last(reached_));
        Branch out = branch_at(model_, x_, 0, growth, Matrix4d::Zero());
        out.log_density = log_density_at_once_ + rates_.log_neither(reached_);
        return out;
    }

    bool none() const { return mass_ == 0; }

    Branch left() const {
        const Vector4d mean = first_ / mass_;
        const Matrix4d covariance = second_ / mass_ - mean * mean.transpose();
        Branch out = branch_at(model_, x_, 1, at_once_ + scale_.cwiseProduct(mean),
                               scale_.asDiagonal() * covariance * scale_.asDiagonal());
        out.log_density = log_density_at_once_ + std::log(model_.s * mass_);
        return out;
    }

private:
    static Vector4d since_last(const CompetingRates::Moment& at) {
        return {at.log_bought, at.share_bought, at.log_left, at.share_left};
    }

    const ParetoNbd& model_;
    double x_;
    Vector4d at_once_;
    CompetingRates rates_;
    Vector4d scale_;
    double log_density_at_once_;

    CompetingRates::Moment reached_{};
    double mass_ = 0;
    Vector4d first_ = Vector4d::Zero();
    Matrix4d second_ = Matrix4d::Zero();
};

/// Of a customer who is one or the other.
Branch either(const Branch& active, const Branch& left) {
    const double odds = std::exp(-std::abs(active.log_density - left.log_density));
    const double larger = 1 / (1 + odds), smaller = odds / (1 + odds);
    const double p = active.log_density > left.log_density ? larger : smaller, q = p == larger ? smaller : larger;
    const Vector4d apart = active.gradient - left.gradient;
    return {std::max(active.log_density, left.log_density) + std::log1p(odds), p * active.gradient + q * left.gradient,
            p * active.hessian + q * left.hessian + (p * q) * apart * apart.transpose()};
}

}  // namespace

/// Rows that differ in their age alone share the integral over times of leaving: it only grows from one to the next.
void ParetoNbdLikelihood::evaluate(const Eigen::VectorXd& point, numeric::Derivatives& mean,
                                   const Cancellation& cancellation) const {
    constexpr std::size_t rows_between_polls = 512;
    const ParetoNbd model{std::exp(point[R]), std::exp(point[ALPHA]), std::exp(point[S]), std::exp(point[BETA])};
    Branch sum{0, Vector4d::Zero(), Matrix4d::Zero()};
    for (std::size_t at = 0; at < rows_.size();) {
        const double x = rows_[at].key.frequency;
        const Rising by_r = rising(model.r, x);
        double weight = 0;
        while (at < rows_.size() && rows_[at].key.frequency == x) {
            const double recency = rows_[at].key.recency;
            Departures departures(model, x, recency);
            for (; at < rows_.size() && rows_[at].key.frequency == x && rows_[at].key.recency == recency; ++at) {
                if (at % rows_between_polls == 0) cancellation.poll();
                const double age = rows_[at].key.age, w = rows_[at].weight;
                departures.reach(age - recency);
                Branch one = departures.active();
                if (!departures.none()) one = either(one, departures.left());
                sum.log_density += w * one.log_density;
                sum.gradient += w * one.gradient;
                sum.hessian += w * one.hessian;
                weight += w;
            }
        }
        sum.log_density += weight * (by_r.value - x * point[ALPHA]);
        sum.gradient[R] += weight * model.r * by_r.slope;
        sum.hessian(R, R) += weight * model.r * (by_r.slope + model.r * by_r.curvature);
    }
    mean = numeric::Derivatives(4);
    mean.value = sum.log_density / weight();
    mean.gradient = sum.gradient / weight();
    mean.hessian = sum.hessian.selfadjointView<Eigen::Upper>();
    mean.hessian /= weight();
}

namespace {

constexpr double hardly = 1e-3;

/// What it means that the distribution of the rate of leaving runs to an extreme: told by the share of customers who
/// leave within the longest time observed.
void judge_leaving(double leave, double s, double beta, bool slowly, Likelihood::Verdict& verdict) {
    if (leave < hardly) {
        verdict.say(S, Boundary::zero, "s runs to 0: nobody leaves");
        verdict.set(BETA, Boundary::undetermined);
    } else if (slowly) {
        verdict.say(S, Boundary::infinity,
                    "s and beta run to infinity: every customer leaves at the same rate, " + rounded(s / beta) +
                        " a unit of time");
        verdict.set(BETA, Boundary::infinity);
    } else if (leave > 1 - hardly) {
        verdict.say(BETA, Boundary::zero, "beta runs to 0: everybody leaves at once");
        verdict.set(S, Boundary::undetermined);
    } else {
        verdict.say(S, Boundary::zero,
                    "s and beta run to 0: a share of " + rounded(leave) + " leaves at once, the others never");
        verdict.set(BETA, Boundary::zero);
    }
}

}  // namespace

Likelihood::Verdict ParetoNbdLikelihood::judge(const numeric::Maximum& maximum) const {
    const auto side = [&](Parameter i) { return maximum.held[static_cast<std::size_t>(i)]; };
    const Vector4d value = maximum.point.array().exp();
    Verdict verdict(4);
    if (side(R) == Side::lower) {
        verdict.say(R, Boundary::zero, "r runs to 0: hardly any customer ever buys again");
    } else if (side(R) != Side::inside || side(ALPHA) != Side::inside) {
        verdict.say(R, Boundary::infinity,
                    "r and alpha run to infinity: every customer buys at the same rate, " +
                        rounded(value[R] / value[ALPHA]) + " purchases a unit of time");
        verdict.set(ALPHA, Boundary::infinity);
    }
    const double leave = -std::expm1(-value[S] * std::log1p(longest_ / value[BETA]));
    const bool nobody = leave < hardly && leave * customers_ < 1;  // flat: no bound need be reached
    if (nobody || side(S) != Side::inside || side(BETA) != Side::inside)
        judge_leaving(leave, value[S], value[BETA], side(S) == Side::upper || value[BETA] > longest_, verdict);
    return verdict;
}

std::unique_ptr<Likelihood> ParetoNbd::likelihood(std::span<const Row> rows) {
    return std::make_unique<ParetoNbdLikelihood>(rows);
}

}  // namespace crm::value
