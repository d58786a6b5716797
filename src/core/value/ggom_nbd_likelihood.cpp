#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "crm/foundation/rounded.hpp"
#include "crm/numeric/rising.hpp"
#include "crm/value/ggom_nbd.hpp"
#include "crm/value/gompertz_rates.hpp"
#include "crm/value/pareto_nbd.hpp"

namespace crm::value {

namespace {

using numeric::Rising;
using numeric::rising;
using numeric::Side;
using Row = Tally<PurchaseHistory>::Entry;
using Vector = Eigen::Matrix<double, 5, 1>;
using Matrix = Eigen::Matrix<double, 5, 5>;
enum Parameter : Eigen::Index { R, ALPHA, B, S, BETA };
constexpr double hardly = 1e-3;  // a share of customers

enum ParetoParameter : Eigen::Index { PARETO_R, PARETO_ALPHA, PARETO_S, PARETO_BETA };

class GgomNbdLikelihood final : public Likelihood {
public:
    explicit GgomNbdLikelihood(std::span<const Row> rows) : rows_(rows), pareto_(ParetoNbd::likelihood(rows)) {
        for (const auto& [seen, weight] : rows) {
            customers_ += weight;
            longest_ = std::max(longest_, seen.age);
        }
    }

    double weight() const override { return pareto_->weight(); }
    std::string obstacle() const override { return pareto_->obstacle(); }
    numeric::Box bounds() const override;
    Eigen::VectorXd start(const Cancellation&) const override;
    std::vector<Eigen::VectorXd> starts(const Cancellation&) const override;
    Eigen::VectorXd origin() const override;
    void evaluate(const Eigen::VectorXd&, numeric::Derivatives&, const Cancellation&) const override;
    Verdict judge(const numeric::Maximum&) const override;

private:
    std::span<const Row> rows_;
    std::unique_ptr<Likelihood> pareto_;  // of the same rows: what b = 0 leaves of the model
    double customers_ = 0, longest_ = 0;
};

/// The point of this model that is a point of the Pareto/NBD, or tends to be for small b.
Vector from_pareto(const Eigen::VectorXd& pareto, double log_b) {
    Vector point;
    point << pareto[PARETO_R], pareto[PARETO_ALPHA], log_b, pareto[PARETO_S], pareto[PARETO_BETA] + log_b;
    return point;
}

/// Wide enough that what lies beyond does not change a score; b in units of the inverse mean age.
numeric::Box GgomNbdLikelihood::bounds() const {
    const auto pareto = pareto_->bounds();
    const double unit = pareto_->origin()[PARETO_BETA];
    Vector lower = from_pareto(pareto.lower, -20 - unit), upper = from_pareto(pareto.upper, 5 - unit);
    return {lower, upper};
}

Eigen::VectorXd GgomNbdLikelihood::origin() const {
    const auto pareto = pareto_->origin();
    return from_pareto(pareto, -pareto[PARETO_BETA]);
}

Eigen::VectorXd GgomNbdLikelihood::start(const Cancellation& cancellation) const { return starts(cancellation)[0]; }

/// The maximum of the Pareto/NBD, below which the fit cannot end, and the same with hazards that grow by these factors
/// of e within the mean age.
std::vector<Eigen::VectorXd> GgomNbdLikelihood::starts(const Cancellation& cancellation) const {
    const auto pareto = maximise(*pareto_, cancellation).point;
    std::vector<Eigen::VectorXd> points{from_pareto(pareto, bounds().lower[B])};
    for (const double growth : {0.5, 4.0, 25.0})
        points.emplace_back(from_pareto(pareto, origin()[B] + std::log(growth)));
    return points;
}

/// A density over histories with its derivatives over log-parameters. What depends on r and x alone is left out.
struct Branch {
    double log_density = 0;
    Vector gradient = Vector::Zero();
    Matrix hessian = Matrix::Zero();  // upper triangle
};

/// Derivatives of the logarithm of alpha^r (alpha + u)^-(r + x) exp(-s growth), times the hazard at u for customers who
/// left then, where `log_bought` = ln(1 + u / alpha), `growth` = ln(1 + (exp(b u) - 1) / beta), and the hazard is
/// s b `hazard` = s b exp(b u) / (beta + exp(b u) - 1).
Branch branch_at(const GgomNbd& model, double x, bool left, double u, double log_bought, double growth, double hazard) {
    const auto [r, alpha, b, s, beta] = model;
    const double z = b * u, shrunk = std::exp(-z);
    const double bought = u / (alpha + u), early = alpha / (alpha + u);
    const double by_beta = -std::expm1(-z) * hazard, rest = beta * shrunk * hazard;  // of growth, negative; adds to 1
    const double by_b = z * hazard, bend_b = z * by_b * (beta - 1) * shrunk * hazard;

    Branch out;
    auto& [log_density, g, h] = out;
    g << -r * log_bought, r * bought - x * early, -s * by_b, -s * growth, s * by_beta;
    h(R, R) = -r * log_bought;
    h(R, ALPHA) = r * bought;
    h(ALPHA, ALPHA) = -(r + x) * bought * early;
    h(B, B) = -s * (by_b + bend_b);
    h(B, S) = -s * by_b;
    h(B, BETA) = s * by_b * rest;
    h(S, S) = -s * growth;
    h(S, BETA) = s * by_beta;
    h(BETA, BETA) = -s * by_beta * rest;
    if (!left) return out;

    g[B] += 1 + z - by_b;
    g[S] += 1;
    g[BETA] -= rest;
    h(B, B) += z - by_b - bend_b;
    h(B, BETA) += by_b * rest;
    h(BETA, BETA) -= by_beta * rest;
    return out;
}

/// Customers with one frequency and recency, who are active after a time of silence or have left during it.
class Silence {
public:
    Silence(const GgomNbd& model, double x, double recency)
        : model_(model),
          x_(x),
          recency_(recency),
          first_(model.r + x, model.alpha, model.b, model.s, model.beta),
          then_(model.r + x, model.alpha + recency, model.b, model.s,
                model.beta * std::exp(-model.b * recency) - std::expm1(-model.b * recency)),
          log_bought_(std::log1p(recency / model.alpha)),
          growth_(-first_.log_survival(recency) / model.s) {}

    /// Call with times that do not fall.
    Branch after(double silence);

private:
    const GgomNbd& model_;
    double x_, recency_;
    GompertzRates first_, then_;
    double log_bought_, growth_;  // at the last purchase

    double reached_ = 0, left_ = 0;
    Vector slope_ = Vector::Zero();
    Matrix bend_ = Matrix::Zero();
};

Branch Silence::after(double silence) {
    if (silence > reached_) {
        then_.each_departure(reached_, silence, [&](double mass, const GompertzRates::Departure& at) {
            const auto left = branch_at(model_, x_, true, recency_ + at.w, log_bought_ + at.log_bought,
                                        growth_ + at.log_growth, at.hazard);
            left_ += mass;
            slope_ += mass * left.gradient;
            bend_ += mass * left.hessian + mass * left.gradient * left.gradient.transpose();
        });
        reached_ = silence;
    }
    const double active = std::exp(then_.log_neither(silence)), both = active + left_;
    const auto end = then_.departure(silence);
    const auto still = branch_at(model_, x_, false, recency_ + silence, log_bought_ + end.log_bought,
                                 growth_ + end.log_growth, end.hazard);
    Branch out;
    out.log_density = -(model_.r + x_) * log_bought_ - model_.s * growth_ + std::log(both);
    out.gradient = (slope_ + active * still.gradient) / both;
    out.hessian = (bend_ + active * still.hessian + active * still.gradient * still.gradient.transpose()) / both -
                  out.gradient * out.gradient.transpose();
    return out;
}

/// Rows that differ in their age alone share the integral over times of leaving: it only grows from one to the next.
void GgomNbdLikelihood::evaluate(const Eigen::VectorXd& point, numeric::Derivatives& mean,
                                 const Cancellation& cancellation) const {
    constexpr std::size_t rows_between_polls = 512;
    const Vector p = point.array().exp();
    const GgomNbd model{p[R], p[ALPHA], p[B], p[S], p[BETA]};
    Branch sum;
    for (std::size_t at = 0; at < rows_.size();) {
        const double x = rows_[at].key.frequency;
        const Rising by_r = rising(model.r, x);
        double weight = 0;
        while (at < rows_.size() && rows_[at].key.frequency == x) {
            const double recency = rows_[at].key.recency;
            Silence silence(model, x, recency);
            for (; at < rows_.size() && rows_[at].key.frequency == x && rows_[at].key.recency == recency; ++at) {
                if (at % rows_between_polls == 0) cancellation.poll();
                const double w = rows_[at].weight;
                const Branch one = silence.after(rows_[at].key.age - recency);
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
    mean = numeric::Derivatives(5);
    mean.value = sum.log_density / weight();
    mean.gradient = sum.gradient / weight();
    mean.hessian = sum.hessian.selfadjointView<Eigen::Upper>();
    mean.hessian /= weight();
}

/// What it means that the distribution of lifetimes runs to an extreme whose hazard grows: told by the share of
/// customers who leave within the longest time observed.
void judge_leaving(const GgomNbd& at, double leave, bool late, Likelihood::Verdict& verdict) {
    if (leave < hardly) {
        verdict.say(S, Boundary::zero, "s runs to 0: nobody leaves");
        verdict.set(B, Boundary::undetermined);
        verdict.set(BETA, Boundary::undetermined);
    } else if (late) {
        verdict.say(B, Boundary::infinity,
                    "b runs to infinity: nobody leaves before age " + rounded(std::max(std::log(at.beta) / at.b, 0.0)) +
                        ", and a share of " + rounded(leave) + " from then on");
        verdict.set(S, Boundary::undetermined);
        verdict.set(BETA, Boundary::undetermined);
    } else if (at.s > 1) {
        verdict.say(S, Boundary::infinity,
                    "s and beta run to infinity: all customers have the same hazard of leaving, " +
                        rounded(at.b * at.s / at.beta) + " exp(" + rounded(at.b) + " t)");
        verdict.set(BETA, Boundary::infinity);
    } else {
        verdict.say(BETA, Boundary::zero, "beta runs to 0: a share of " + rounded(leave) + " leaves at once");
        verdict.set(B, Boundary::undetermined);
        verdict.set(S, Boundary::undetermined);
    }
}

/// Of r and alpha, and without growth of the hazard of s and beta, it is for the Pareto/NBD to say what they mean.
Likelihood::Verdict GgomNbdLikelihood::judge(const numeric::Maximum& maximum) const {
    constexpr double no_growth = 1e-6;
    const auto side = [&](Parameter i) { return maximum.held[static_cast<std::size_t>(i)]; };
    const Vector p = maximum.point.array().exp();
    const GgomNbd at{p[R], p[ALPHA], p[B], p[S], p[BETA]};
    const bool grows = side(B) != Side::lower && at.b * longest_ > no_growth;

    numeric::Maximum limit = maximum;
    limit.point = Eigen::Vector4d(std::log(at.r), std::log(at.alpha), grows ? 0 : std::log(at.s),
                                  grows ? std::log(longest_) : std::log(at.beta) - std::log(at.b));
    limit.held = {side(R), side(ALPHA), grows ? Side::inside : side(S), grows ? Side::inside : side(BETA)};
    const Verdict pareto = pareto_->judge(limit);

    Verdict verdict(5);
    verdict.message = pareto.message;
    verdict.set(R, pareto.boundary[PARETO_R]);
    verdict.set(ALPHA, pareto.boundary[PARETO_ALPHA]);
    const double leave = -std::expm1(GompertzRates(1, 1, at.b, at.s, at.beta).log_survival(longest_));
    const bool nobody = leave < hardly && leave * customers_ < 1;  // flat: no bound need be reached
    if (grows) {
        if (nobody || side(B) != Side::inside || side(S) != Side::inside || side(BETA) != Side::inside)
            judge_leaving(at, leave, side(B) == Side::upper || (side(BETA) == Side::upper && at.s < 1), verdict);
    } else if (pareto.boundary[PARETO_S] != Boundary::none || pareto.boundary[PARETO_BETA] != Boundary::none) {
        verdict.set(B, Boundary::zero);
        verdict.set(S, pareto.boundary[PARETO_S]);
        verdict.set(BETA, Boundary::undetermined);
    } else {
        verdict.say(
            B, Boundary::zero,
            "b and beta run to 0: lifetimes are those of the Pareto/NBD with beta = " + rounded(at.beta / at.b, 4));
        verdict.set(BETA, Boundary::zero);
    }
    return verdict;
}

}  // namespace

std::unique_ptr<Likelihood> GgomNbd::likelihood(std::span<const Row> rows) {
    return std::make_unique<GgomNbdLikelihood>(rows);
}

}  // namespace crm::value
