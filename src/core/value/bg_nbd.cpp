#include "crm/value/bg_nbd.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "crm/foundation/rounded.hpp"
#include "crm/numeric/rising.hpp"
#include "crm/value/beta_geometric.hpp"

namespace crm::value {

namespace {

using numeric::Rising;
using numeric::rising;
using numeric::Side;

double softplus(double x) { return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x)); }

/// Logarithm of the odds that the customer left at the last purchase; frequency > 0.
double log_odds_left(const BgNbd& model, double x, double recency, double age) {
    const auto [r, alpha, a, b] = model;
    return std::log(a / (b + (x - 1))) + (r + x) * std::log1p((age - recency) / (alpha + recency));
}

ActiveCustomer if_active(const BgNbd& model, const Rfm& seen) {
    return {model.r + seen.frequency(), model.alpha + seen.age(), model.a, model.b + seen.frequency()};
}

}  // namespace

double BgNbd::log_likelihood(const Rfm& seen) const {
    const double x = seen.frequency();
    const double bought = rising(r, x).value - (r + x) * std::log1p(seen.age() / alpha) - x * std::log(alpha);
    if (seen.frequency() == 0) return bought;
    const double stayed = rising(b, x).value - rising(a + b, x).value;
    return bought + stayed + softplus(log_odds_left(*this, x, seen.recency(), seen.age()));
}

double BgNbd::p_alive(const Rfm& seen) const {
    if (seen.frequency() == 0) return 1;
    const double x = seen.frequency();
    const double silence = (r + x) * std::log1p((seen.age() - seen.recency()) / (alpha + seen.recency()));
    return 1 / (1 + a / (b + (x - 1)) * std::exp(silence));
}

double BgNbd::p_alive(const Rfm& seen, double horizon) const {
    return p_alive(seen) * if_active(*this, seen).survival(horizon);
}

double BgNbd::churn_probability(const Rfm& seen, double horizon) const {
    const double log_none = -(r + seen.frequency()) * std::log1p(horizon / (alpha + seen.age()));
    return 1 + p_alive(seen) * std::expm1(log_none);
}

double BgNbd::expected_purchases(const Rfm& seen, double horizon) const {
    return p_alive(seen) * if_active(*this, seen).purchases(horizon);
}

double BgNbd::discounted_purchases(const Rfm& seen, double horizon, double rate) const {
    return p_alive(seen) * if_active(*this, seen).discounted_purchases(horizon, rate);
}

std::vector<double> BgNbd::purchase_distribution(const Rfm& seen, double horizon, double beyond) const {
    return if_active(*this, seen).distribution(horizon, beyond, p_alive(seen));
}

namespace {

using Row = Tally<PurchaseHistory>::Entry;
enum Parameter : Eigen::Index { R, ALPHA, A, B };

/// Sums over the rows of one frequency: of the weights w times the quantities named. With the logistic function s of
/// the log-odds d of having left, q(t) = t / (alpha + t) and u = 1 - q.
struct Sums {
    double weight = 0;
    double growth = 0, q = 0, u = 0, uq = 0;  // growth = ln(1 + t / alpha); all at the age
    double softplus = 0, s = 0;
    double s_growth = 0, s_q = 0, s_uq = 0;  // times growth, q and uq at the age less those at the recency
    double v = 0, v_growth = 0, v_q = 0;     // v = s (1 - s), times the same
    double v_growth_growth = 0, v_growth_q = 0, v_q_q = 0;

    void add(const Row& row, double alpha, double shape, double log_odds_at_once) {
        const auto& [x, recency, age] = row.key;
        const double w = row.weight, per_age = 1 / (alpha + age);
        const double growth_then = std::log1p(age / alpha), q_then = age * per_age, uq_then = q_then * alpha * per_age;
        weight += w;
        growth += w * growth_then;
        q += w * q_then;
        u += w * alpha * per_age;
        uq += w * uq_then;
        if (x == 0) return;

        const double per_recency = 1 / (alpha + recency), q_last = recency * per_recency;
        const double dgrowth = growth_then - std::log1p(recency / alpha), dq = q_then - q_last;
        const double duq = uq_then - q_last * alpha * per_recency;
        const double d = log_odds_at_once + shape * dgrowth;
        const double odds = std::exp(-std::abs(d)), smaller = odds / (1 + odds);
        const double left = w * (d > 0 ? 1 - smaller : smaller), both = w * smaller * (1 - smaller);
        softplus += w * (std::max(d, 0.0) + std::log1p(odds));
        s += left;
        s_growth += left * dgrowth;
        s_q += left * dq;
        s_uq += left * duq;
        v += both;
        v_growth += both * dgrowth;
        v_q += both * dq;
        v_growth_growth += both * dgrowth * dgrowth;
        v_growth_q += both * dgrowth * dq;
        v_q_q += both * dq * dq;
    }
};

class BgNbdLikelihood final : public Likelihood {
public:
    explicit BgNbdLikelihood(std::span<const Row> rows) : rows_(rows) {
        for (const auto& [seen, weight] : rows) {
            customers_ += weight;
            if (seen.frequency > 0) repeaters_ += weight;
            repeats_ += weight * seen.frequency;
            exposure_ += weight * seen.age;
        }
    }

    double weight() const override { return repeaters_; }
    std::string obstacle() const override;
    numeric::Box bounds() const override;
    Eigen::VectorXd start(const Cancellation&) const override;
    Eigen::VectorXd origin() const override;
    void evaluate(const Eigen::VectorXd&, numeric::Derivatives&, const Cancellation&) const override;
    Verdict judge(const numeric::Maximum&) const override;

private:
    std::span<const Row> rows_;
    double customers_ = 0, repeaters_ = 0, repeats_ = 0, exposure_ = 0;
};

std::string BgNbdLikelihood::obstacle() const {
    if (customers_ == 0) return "there is no customer to learn from";
    if (repeats_ == 0) return "no customer bought again: nothing can be learned about repeat purchases";
    return {};
}

/// Wide enough that what lies beyond does not change a score; alpha in units of the mean age.
numeric::Box BgNbdLikelihood::bounds() const {
    const double unit = origin()[ALPHA];
    return {Eigen::Vector4d(-20, unit - 40, -20, -20), Eigen::Vector4d(18, unit + 40, 18, 18)};
}

Eigen::VectorXd BgNbdLikelihood::origin() const { return Eigen::Vector4d(0, std::log(exposure_ / customers_), 0, 0); }

/// Rates as they were on average, chances to leave around one in four.
Eigen::VectorXd BgNbdLikelihood::start(const Cancellation&) const {
    constexpr double r = 0.5, a = 1, b = 3;
    return Eigen::Vector4d(std::log(r), std::log(r * exposure_ / repeats_), std::log(a), std::log(b));
}

/// What it means that the distribution of the chance to leave runs to an extreme: told by its mean, for a and b may run
/// together.
void judge_leaving(double a, double b, int most_purchases, Likelihood::Verdict& verdict) {
    constexpr double hardly = 1e-3;
    const double chance = a / (a + b);
    if (chance * most_purchases < hardly) {
        verdict.say(A, Boundary::zero, "a runs to 0: nobody leaves");
        verdict.set(B, Boundary::undetermined);
    } else if (b / (a + b) < hardly) {
        verdict.say(A, Boundary::infinity, "a runs to infinity: everybody leaves after the first repeat purchase");
        verdict.set(B, Boundary::undetermined);
    } else if (a + b > 1) {
        verdict.say(A, Boundary::infinity,
                    "a and b run to infinity: every customer has the same chance to leave after a purchase, " +
                        rounded(chance));
        verdict.set(B, Boundary::infinity);
    } else {
        verdict.say(A, Boundary::zero,
                    "a and b run to 0: a share of " + rounded(chance) +
                        " leaves after the first repeat purchase, the others never");
        verdict.set(B, Boundary::zero);
    }
}

/// Adds the derivatives over log-parameters of all customers with one frequency.
void accumulate(const BgNbd& model, double x, const Sums& sums, numeric::Derivatives& out) {
    const auto [r, alpha, a, b] = model;
    const Rising by_r = rising(r, x), by_b = rising(b, x), by_ab = rising(a + b, x);
    const double w = sums.weight, shape = r + x, beta = x > 0 ? b / (b + (x - 1)) : 0;

    out.value +=
        w * (by_r.value + by_b.value - by_ab.value - x * std::log(alpha)) - shape * sums.growth + sums.softplus;

    const double slope_r = r * (w * by_r.slope - sums.growth + sums.s_growth);
    const double slope_a = w * a * -by_ab.slope, slope_b = w * b * (by_b.slope - by_ab.slope);
    out.gradient[R] += slope_r;
    out.gradient[ALPHA] += r * sums.q - x * sums.u - shape * sums.s_q;
    out.gradient[A] += slope_a + sums.s;
    out.gradient[B] += slope_b - beta * sums.s;

    auto& h = out.hessian;
    h(R, R) += slope_r + r * r * (w * by_r.curvature + sums.v_growth_growth);
    h(R, ALPHA) += r * (sums.q - sums.s_q - shape * sums.v_growth_q);
    h(R, A) += r * sums.v_growth;
    h(R, B) -= r * beta * sums.v_growth;
    h(ALPHA, ALPHA) += shape * (sums.s_uq - sums.uq + shape * sums.v_q_q);
    h(ALPHA, A) -= shape * sums.v_q;
    h(ALPHA, B) += shape * beta * sums.v_q;
    h(A, A) += slope_a - w * a * a * by_ab.curvature + sums.v;
    h(A, B) -= w * a * b * by_ab.curvature + beta * sums.v;
    h(B, B) +=
        slope_b + w * b * b * (by_b.curvature - by_ab.curvature) - beta * (1 - beta) * sums.s + beta * beta * sums.v;
}

void BgNbdLikelihood::evaluate(const Eigen::VectorXd& point, numeric::Derivatives& mean,
                               const Cancellation& cancellation) const {
    constexpr std::size_t rows_between_polls = 4096;
    const BgNbd model{std::exp(point[R]), std::exp(point[ALPHA]), std::exp(point[A]), std::exp(point[B])};
    mean = numeric::Derivatives(4);
    for (std::size_t at = 0; at < rows_.size();) {
        const double x = rows_[at].key.frequency;
        const double log_odds_at_once = std::log(model.a / (model.b + (x - 1)));
        Sums sums;
        for (; at < rows_.size() && rows_[at].key.frequency == x; ++at) {
            if (at % rows_between_polls == 0) cancellation.poll();
            sums.add(rows_[at], model.alpha, model.r + x, log_odds_at_once);
        }
        accumulate(model, x, sums, mean);
    }
    mean.value /= repeaters_;
    mean.gradient /= repeaters_;
    mean.hessian = mean.hessian.selfadjointView<Eigen::Upper>();
    mean.hessian /= repeaters_;
}

Likelihood::Verdict BgNbdLikelihood::judge(const numeric::Maximum& maximum) const {
    const auto side = [&](Parameter i) { return maximum.held[static_cast<std::size_t>(i)]; };
    const Eigen::Vector4d value = maximum.point.array().exp();
    Verdict verdict(4);
    if (side(R) == Side::lower) {
        verdict.say(R, Boundary::zero, "r runs to 0: hardly any customer ever buys again");
    } else if (side(R) != Side::inside || side(ALPHA) != Side::inside) {
        verdict.say(R, Boundary::infinity,
                    "r and alpha run to infinity: every customer buys at the same rate, " +
                        rounded(value[R] / value[ALPHA]) + " purchases a unit of time");
        verdict.set(ALPHA, Boundary::infinity);
    }
    if (side(A) != Side::inside || side(B) != Side::inside)
        judge_leaving(value[A], value[B], rows_.back().key.frequency, verdict);
    return verdict;
}

}  // namespace

std::unique_ptr<Likelihood> BgNbd::likelihood(std::span<const Row> rows) {
    return std::make_unique<BgNbdLikelihood>(rows);
}

}  // namespace crm::value
