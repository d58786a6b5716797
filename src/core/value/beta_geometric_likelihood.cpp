#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "crm/foundation/rounded.hpp"
#include "crm/numeric/rising.hpp"
#include "crm/value/beta_geometric_family.hpp"
#include "crm/value/silent_events.hpp"

namespace crm::value {

namespace {

using numeric::Rising;
using numeric::rising;
using numeric::Side;
using Row = Tally<PurchaseHistory>::Entry;
enum Parameter : Eigen::Index { R, ALPHA, A, B };

/// The logarithm of the sum of SilentEvents with its derivatives with respect to the shape n and ln alpha; 0 for k = 1.
struct Silence {
    double value = 0, n = 0, alpha = 0, nn = 0, n_alpha = 0, alpha_alpha = 0;

    Silence() = default;

    /// u = alpha / (alpha + age), uq = u (1 - u).
    Silence(const SilentEvents& silent, double u, double uq)
        : value(silent.log_sum),
          n(silent.slope),
          alpha(-u * silent.mean),
          nn(silent.curvature),
          n_alpha(-u * silent.covariance),
          alpha_alpha(u * u * silent.variance - uq * silent.mean) {}

    void add(double weight, const Silence& other) {
        n += weight * other.n;
        alpha += weight * other.alpha;
        nn += weight * other.nn;
        n_alpha += weight * other.n_alpha;
        alpha_alpha += weight * other.alpha_alpha;
    }
};

/// Sums over the rows of one frequency: of the weights w times the quantities named. With the logistic function s of
/// the log-odds d of having left, q(t) = t / (alpha + t) and u = 1 - q.
struct Sums {
    double weight = 0;
    double growth = 0, q = 0, u = 0, uq = 0;  // growth = ln(1 + t / alpha); all at the age
    double softplus = 0, s = 0;
    double s_growth = 0, s_q = 0, s_uq = 0;  // times growth, q and uq at the age less those at the recency
    double v = 0, v_growth = 0, v_q = 0;     // v = s (1 - s), times the same, less what the silence takes from d
    double v_growth_growth = 0, v_growth_q = 0, v_q_q = 0;
    Silence silence;  // its derivatives times 1 - s, and its value

    /// `regular` says whether k > 1. Without a chance to leave there are no odds.
    template <bool regular>
    void add(const Row& row, int k, double alpha, double shape, bool may_leave, double log_odds_at_once) {
        const auto& [x, recency, age] = row.key;
        const double w = row.weight, per_age = 1 / (alpha + age);
        const double growth_then = std::log1p(age / alpha), q_then = age * per_age, uq_then = q_then * alpha * per_age;
        weight += w;
        growth += w * growth_then;
        q += w * q_then;
        u += w * alpha * per_age;
        uq += w * uq_then;

        Silence silent;
        if constexpr (regular) silent = {SilentEvents(k, shape, (age - recency) * per_age), alpha * per_age, uq_then};
        silence.value += w * silent.value;
        if (!may_leave) return silence.add(w, silent);

        const double per_recency = 1 / (alpha + recency), q_last = recency * per_recency;
        const double dgrowth = growth_then - std::log1p(recency / alpha), dq = q_then - q_last;
        const double duq = uq_then - q_last * alpha * per_recency;
        const double d = log_odds_at_once + shape * dgrowth - silent.value;
        const double odds = std::exp(-std::abs(d)), smaller = odds / (1 + odds);
        const double left = w * (d > 0 ? 1 - smaller : smaller), both = w * smaller * (1 - smaller);
        const double by_growth = dgrowth - silent.n, by_q = dq + silent.alpha / shape;
        softplus += w * (std::max(d, 0.0) + std::log1p(odds));
        s += left;
        s_growth += left * dgrowth;
        s_q += left * dq;
        s_uq += left * duq;
        v += both;
        v_growth += both * by_growth;
        v_q += both * by_q;
        v_growth_growth += both * by_growth * by_growth;
        v_growth_q += both * by_growth * by_q;
        v_q_q += both * by_q * by_q;
        if constexpr (regular) silence.add(w - left, silent);
    }
};

class BetaGeometricLikelihood final : public Likelihood {
public:
    BetaGeometricLikelihood(int k, int early, std::span<const Row> rows) : k_(k), early_(early), rows_(rows) {
        for (const auto& [seen, weight] : rows) {
            customers_ += weight;
            repeats_ += weight * seen.frequency;
            exposure_ += weight * seen.age;
            if (seen.frequency == 0) continue;
            repeaters_ += weight;
            repeaters_exposure_ += weight * seen.age;
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
    void accumulate(const BetaGeometric&, double x, const Sums&, numeric::Derivatives&) const;
    void judge_leaving(double a, double b, Verdict&) const;

    int k_, early_;
    std::span<const Row> rows_;
    double customers_ = 0, repeaters_ = 0, repeats_ = 0, exposure_ = 0, repeaters_exposure_ = 0;
};

std::string BetaGeometricLikelihood::obstacle() const {
    if (customers_ == 0) return "there is no customer to learn from";
    if (repeats_ == 0) return "no customer bought again: nothing can be learned about repeat purchases";
    return {};
}

/// Wide enough that what lies beyond does not change a score; alpha in units of the mean age.
numeric::Box BetaGeometricLikelihood::bounds() const {
    const double unit = origin()[ALPHA];
    return {Eigen::Vector4d(-20, unit - 40, -20, -20), Eigen::Vector4d(18, unit + 40, 18, 18)};
}

Eigen::VectorXd BetaGeometricLikelihood::origin() const {
    return Eigen::Vector4d(0, std::log(exposure_ / customers_), 0, 0);
}

/// Rates as they were on average, chances to leave around one in four.
Eigen::VectorXd BetaGeometricLikelihood::start(const Cancellation&) const {
    constexpr double r = 0.5, a = 1, b = 3;
    return Eigen::Vector4d(std::log(r), std::log(r * exposure_ / (repeats_ * k_)), std::log(a), std::log(b));
}

/// Where customers may leave at once, all who never bought again may have done so: another maximum.
std::vector<Eigen::VectorXd> BetaGeometricLikelihood::starts(const Cancellation& cancellation) const {
    constexpr double few = 0.1, r = 2;
    const double gone = 1 - repeaters_ / customers_;
    std::vector<Eigen::VectorXd> all{start(cancellation)};
    if (early_ > 0 && gone > few)
        all.emplace_back(Eigen::Vector4d(std::log(r), std::log(r * repeaters_exposure_ / (repeats_ * k_)),
                                         std::log(gone), std::log(1 - gone)));
    return all;
}

/// What it means that the distribution of the chance to leave runs to an extreme: told by its mean, for a and b may run
/// together.
void BetaGeometricLikelihood::judge_leaving(double a, double b, Verdict& verdict) const {
    constexpr double hardly = 1e-3;
    const double chance = a / (a + b), most_chances = rows_.back().key.frequency + early_;
    const std::string at_once = early_ > 0 ? "after the first purchase" : "after the first repeat purchase";
    if (chance * most_chances < hardly) {
        verdict.say(A, Boundary::zero, "a runs to 0: nobody leaves");
        verdict.set(B, Boundary::undetermined);
    } else if (b / (a + b) < hardly) {
        verdict.say(A, Boundary::infinity, "a runs to infinity: everybody leaves " + at_once);
        verdict.set(B, Boundary::undetermined);
    } else if (a + b > 1) {
        verdict.say(A, Boundary::infinity,
                    "a and b run to infinity: every customer has the same chance to leave after a purchase, " +
                        rounded(chance));
        verdict.set(B, Boundary::infinity);
    } else {
        verdict.say(A, Boundary::zero,
                    "a and b run to 0: a share of " + rounded(chance) + " leaves " + at_once + ", the others never");
        verdict.set(B, Boundary::zero);
    }
}

/// Adds the derivatives over log-parameters of all customers with one frequency.
void BetaGeometricLikelihood::accumulate(const BetaGeometric& model, double x, const Sums& sums,
                                         numeric::Derivatives& out) const {
    const auto [k, early, r, alpha, a, b] = model;
    const double events = k * x, chances = x + early;
    const Rising by_r = rising(r, events), by_b = rising(b, chances), by_ab = rising(a + b, chances);
    const double w = sums.weight, shape = r + events, beta = chances > 0 ? b / (b + (chances - 1)) : 0;

    out.value += w * (by_r.value + by_b.value - by_ab.value - events * std::log(alpha) - x * rising(1, k - 1).value) -
                 shape * sums.growth + sums.softplus + sums.silence.value;

    const double slope_r = r * (w * by_r.slope - sums.growth + sums.s_growth + sums.silence.n);
    const double slope_a = w * a * -by_ab.slope, slope_b = w * b * (by_b.slope - by_ab.slope);
    out.gradient[R] += slope_r;
    out.gradient[ALPHA] += r * sums.q - events * sums.u - shape * sums.s_q + sums.silence.alpha;
    out.gradient[A] += slope_a + sums.s;
    out.gradient[B] += slope_b - beta * sums.s;

    auto& h = out.hessian;
    h(R, R) += slope_r + r * r * (w * by_r.curvature + sums.v_growth_growth + sums.silence.nn);
    h(R, ALPHA) += r * (sums.q - sums.s_q - shape * sums.v_growth_q + sums.silence.n_alpha);
    h(R, A) += r * sums.v_growth;
    h(R, B) -= r * beta * sums.v_growth;
    h(ALPHA, ALPHA) += shape * (sums.s_uq - sums.uq + shape * sums.v_q_q) + sums.silence.alpha_alpha;
    h(ALPHA, A) -= shape * sums.v_q;
    h(ALPHA, B) += shape * beta * sums.v_q;
    h(A, A) += slope_a - w * a * a * by_ab.curvature + sums.v;
    h(A, B) -= w * a * b * by_ab.curvature + beta * sums.v;
    h(B, B) +=
        slope_b + w * b * b * (by_b.curvature - by_ab.curvature) - beta * (1 - beta) * sums.s + beta * beta * sums.v;
}

void BetaGeometricLikelihood::evaluate(const Eigen::VectorXd& point, numeric::Derivatives& mean,
                                       const Cancellation& cancellation) const {
    const std::size_t rows_between_polls = k_ == 1 ? 4096 : 512;
    const BetaGeometric model{
        k_, early_, std::exp(point[R]), std::exp(point[ALPHA]), std::exp(point[A]), std::exp(point[B])};
    mean = numeric::Derivatives(4);
    for (std::size_t at = 0; at < rows_.size();) {
        const double x = rows_[at].key.frequency, chances = x + early_;
        const double log_odds_at_once = std::log(model.a / (model.b + (chances - 1)));
        Sums sums;
        for (; at < rows_.size() && rows_[at].key.frequency == x; ++at) {
            if (at % rows_between_polls == 0) cancellation.poll();
            if (k_ == 1)
                sums.add<false>(rows_[at], k_, model.alpha, model.r + x, chances > 0, log_odds_at_once);
            else
                sums.add<true>(rows_[at], k_, model.alpha, model.r + k_ * x, chances > 0, log_odds_at_once);
        }
        accumulate(model, x, sums, mean);
    }
    mean.value /= weight();
    mean.gradient /= weight();
    mean.hessian = mean.hessian.selfadjointView<Eigen::Upper>();
    mean.hessian /= weight();
}

Likelihood::Verdict BetaGeometricLikelihood::judge(const numeric::Maximum& maximum) const {
    const auto side = [&](Parameter i) { return maximum.held[static_cast<std::size_t>(i)]; };
    const Eigen::Vector4d value = maximum.point.array().exp();
    Verdict verdict(4);
    if (side(R) == Side::lower) {
        verdict.say(R, Boundary::zero, "r runs to 0: hardly any customer ever buys again");
    } else if (side(R) != Side::inside || side(ALPHA) != Side::inside) {
        verdict.say(R, Boundary::infinity,
                    "r and alpha run to infinity: every customer buys at the same rate, " +
                        rounded(value[R] / value[ALPHA] / k_) + " purchases a unit of time");
        verdict.set(ALPHA, Boundary::infinity);
    }
    if (side(A) != Side::inside || side(B) != Side::inside) judge_leaving(value[A], value[B], verdict);
    return verdict;
}

}  // namespace

std::unique_ptr<Likelihood> beta_geometric_likelihood(int k, int early, std::span<const Row> rows) {
    return std::make_unique<BetaGeometricLikelihood>(k, early, rows);
}

}  // namespace crm::value
