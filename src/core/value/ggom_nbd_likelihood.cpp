#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <string>

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
enum ParetoParameter : Eigen::Index { PARETO_R, PARETO_ALPHA, PARETO_S, PARETO_BETA };

class GgomNbdLikelihood final : public Likelihood {
public:
    explicit GgomNbdLikelihood(std::span<const Row> rows) : rows_(rows), pareto_(ParetoNbd::likelihood(rows)) {
        for (const auto& row : rows) longest_ = std::max(longest_, row.key.age);
    }

    double weight() const override { return pareto_->weight(); }
    std::string obstacle() const override { return pareto_->obstacle(); }
    numeric::Box bounds() const override;
    Eigen::VectorXd start(const Cancellation&) const override;
    Eigen::VectorXd origin() const override;
    void evaluate(const Eigen::VectorXd&, numeric::Derivatives&, const Cancellation&) const override;
    Verdict judge(const numeric::Maximum&) const override;

private:
    std::span<const Row> rows_;
    std::unique_ptr<Likelihood> pareto_;  // of the same rows: what b = 0 leaves of the model
    double longest_ = 0;
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

/// The best of the maximum of the Pareto/NBD and of maxima that are found from hazards that grow slowly and fast.
Eigen::VectorXd GgomNbdLikelihood::start(const Cancellation& cancellation) const {
    const auto box = bounds();
    const auto pareto = numeric::maximise(
        [&](const Eigen::VectorXd& point, numeric::Derivatives& out) { pareto_->evaluate(point, out, cancellation); },
        pareto_->start(cancellation), pareto_->bounds(), cancellation);
    Eigen::VectorXd best = from_pareto(pareto.point, box.lower[B]);
    numeric::Derivatives at(5);
    evaluate(best, at, cancellation);
    double most = at.value;
    for (const double growth : {0.5, 4.0}) {  // of the logarithm of the hazard within the mean age
        const auto found = numeric::maximise(
            [&](const Eigen::VectorXd& point, numeric::Derivatives& out) { evaluate(point, out, cancellation); },
            from_pareto(pareto.point, std::log(growth) + origin()[B]), box, cancellation);
        if (!(found.at.value > most)) continue;
        best = found.point;
        most = found.at.value;
    }
    return best;
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

/// Without growth of the hazard it is for the Pareto/NBD to say what its parameters mean; of r and alpha in any case.
Likelihood::Verdict GgomNbdLikelihood::judge(const numeric::Maximum& maximum) const {
    constexpr double hardly = 1e-6, certain = 1e-3;
    const auto side = [&](Parameter i) { return maximum.held[static_cast<std::size_t>(i)]; };
    const Vector value = maximum.point.array().exp();
    const bool no_growth = side(B) == Side::lower || value[B] * longest_ < hardly;

    numeric::Maximum limit = maximum;
    limit.point = Eigen::Vector4d(maximum.point[R], maximum.point[ALPHA], maximum.point[S],
                                  maximum.point[BETA] - maximum.point[B]);
    limit.held = {side(R), side(ALPHA), Side::inside, Side::inside};
    const bool extreme = side(S) != Side::inside || side(BETA) != Side::inside;
    if (no_growth && extreme) limit.held[PARETO_S] = Side::upper;
    const Verdict pareto = pareto_->judge(limit);

    Verdict verdict(5);
    verdict.message = pareto.message;
    verdict.set(R, pareto.boundary[PARETO_R]);
    verdict.set(ALPHA, pareto.boundary[PARETO_ALPHA]);
    const GompertzRates lifetime(1, 1, value[B], value[S], value[BETA]);
    const double leave = -std::expm1(lifetime.log_survival(longest_));
    if (no_growth && extreme) {
        verdict.set(B, Boundary::zero);
        verdict.set(S, pareto.boundary[PARETO_S]);
        verdict.set(BETA, Boundary::undetermined);
    } else if (no_growth) {
        verdict.say(B, Boundary::zero,
                    "b and beta run to 0: lifetimes are those of the Pareto/NBD with beta = " +
                        rounded(value[BETA] / value[B], 4));
        verdict.set(BETA, Boundary::zero);
    } else if ((extreme || side(B) == Side::upper) && leave < certain) {
        verdict.say(S, Boundary::zero, "s runs to 0: nobody leaves");
        verdict.set(B, Boundary::undetermined);
        verdict.set(BETA, Boundary::undetermined);
    } else if (side(B) == Side::upper) {
        verdict.say(B, Boundary::infinity,
                    "b runs to infinity: nobody leaves before age " +
                        rounded(std::max(maximum.point[BETA] / value[B], 0.0)) + ", a share of " + rounded(leave) +
                        " from then on");
        verdict.set(S, Boundary::undetermined);
        verdict.set(BETA, Boundary::undetermined);
    } else if (extreme && value[BETA] > 1) {
        verdict.say(S, Boundary::infinity,
                    "s and beta run to infinity: all customers have the same hazard of leaving, " +
                        rounded(value[B] * value[S] / value[BETA]) + " exp(" + rounded(value[B]) + " t)");
        verdict.set(BETA, Boundary::infinity);
    } else if (extreme) {
        verdict.say(BETA, Boundary::zero, "a share of " + rounded(leave) + " leaves at once");
        verdict.set(B, Boundary::undetermined);
        verdict.set(S, Boundary::undetermined);
    }
    return verdict;
}

}  // namespace

std::unique_ptr<Likelihood> GgomNbd::likelihood(std::span<const Row> rows) {
    return std::make_unique<GgomNbdLikelihood>(rows);
}

}  // namespace crm::value
