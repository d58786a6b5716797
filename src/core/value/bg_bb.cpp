#include "crm/value/bg_bb.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "crm/foundation/error.hpp"
#include "crm/foundation/json.hpp"
#include "crm/foundation/rounded.hpp"
#include "crm/numeric/beta_average.hpp"
#include "crm/numeric/rising.hpp"

namespace crm::value {

namespace {

using numeric::BetaAverage;
using numeric::Rising;
using numeric::rising;
using numeric::Side;

constexpr auto how_counted =
    "An opportunity is a period in which a customer buys once or not at all: recency is the number of the last one "
    "with a purchase, age the number of the last one observed.";

void require_whole(double value, const std::string& name) {
    if (value != std::floor(value))
        throw invalid_argument(
            name + " of a bg_bb model counts opportunities: it must be a whole number, not " + shortest(value), {},
            how_counted);
}

/// ln of the mean of (1 - p)^n for p ~ Beta(a, b), also where n or a are large.
double log_mean_rest(double a, double b, double n) {
    return n < a ? rising(b, n).value - rising(a + b, n).value : rising(b, a).value - rising(b + n, a).value;
}

/// What is known of a customer after n opportunities: the posterior distributions of the chances if still active then,
/// and the probability of that.
struct Posterior {
    Posterior(const BgBb& model, const Rfm& customer);

    /// Probability to be active at the opportunity after the next `horizon` ones, if active at the last one observed.
    double survival(double horizon) const { return std::exp(log_mean_rest(gamma, delta, horizon + 1)); }

    /// Expected purchases at the next `horizon` opportunities, if active, the i-th counted exp(-rate i).
    double purchases(double horizon, double rate) const;

    /// Probability of a purchase at any of them, if active.
    double purchase(double horizon) const;

    double alpha, beta, gamma, delta;
    double active;
    double log_silence;  // ln of the probability of no purchase since the last one, given the history up to there
};

/// The probability of silence is that of leaving before the first, second, ... opportunity of it, or never. All terms
/// are positive.
Posterior::Posterior(const BgBb& model, const Rfm& customer) {
    const auto [x, recency, age] = OpportunityHistory::of(customer);
    alpha = model.alpha + x;
    beta = model.beta + (recency - x);
    gamma = model.gamma;
    delta = model.delta + recency;
    const int silent = age - recency;
    const double log_active = log_mean_rest(alpha, beta, silent) + log_mean_rest(gamma, delta, silent);
    double here = 1, gone = 0;  // active and silent so far; left
    for (int i = 0; i < silent && here > 1e-20 * gone; ++i) {
        gone += here * gamma / (gamma + delta + i);
        here *= (beta + i) / (alpha + beta + i) * ((delta + i) / (gamma + delta + i));
    }
    log_silence = std::log(gone + std::exp(log_active));
    active = std::exp(log_active - log_silence);
    beta += silent;
    delta += silent;
}

constexpr double short_sum = 1024;  // terms up to which a plain sum is the faster way

/// The chances are independent, so that this is the mean chance to buy times the opportunities to come, discounted: the
/// mean of u + u^2 + ... + u^horizon with u = (1 - chance to leave) exp(-rate).
double Posterior::purchases(double horizon, double rate) const {
    constexpr double forgotten = 45;  // discount times time after which a purchase counts nothing
    double opportunities = 0;
    if (const double terms = std::min(horizon, std::ceil(forgotten / rate)); terms <= short_sum) {
        double term = 1;
        for (double i = 0; i < terms; ++i) {
            term *= std::exp(-rate) * ((delta + i) / (gamma + delta + i));
            opportunities += term;
        }
    } else {
        opportunities = BetaAverage(gamma, delta, terms).of([&](double leaves, double stays) {
            const double log_u = std::log1p(-leaves) - rate;
            return stays * std::exp(-rate) * (std::expm1(horizon * log_u) / std::expm1(log_u));
        });
    }
    return alpha / (alpha + beta) * opportunities;
}

/// The probability of the first purchase at the first, second, ... opportunity; or the average over both chances.
double Posterior::purchase(double horizon) const {
    if (horizon <= short_sum) {
        double waits = 1, sum = 0;  // active, and silent so far
        for (double i = 0; i < horizon && waits > 1e-18 * sum; ++i) {
            const double stays = waits * ((delta + i) / (gamma + delta + i));
            sum += stays * (alpha / (alpha + beta + i));
            waits = stays * ((beta + i) / (alpha + beta + i));
        }
        return sum;
    }
    const double bend = std::min(horizon, 1e17);
    const BetaAverage leaving(gamma, delta, bend), buying(alpha, beta, bend);
    return leaving.of([&](double leaves, double stays) {
        return buying.of([&](double buys, double waits) {
            const double ends = leaves + buys * stays;  // either way, at the next opportunity
            const double log_on = ends < 0.5 ? std::log1p(-ends) : std::log(waits) + std::log(stays);
            return stays * buys / ends * -std::expm1(horizon * log_on);
        });
    });
}

}  // namespace

OpportunityHistory OpportunityHistory::of(const Rfm& seen) {
    require_whole(seen.recency(), "recency");
    require_whole(seen.age(), "age");
    if (seen.age() > most)
        throw invalid_argument("age of a bg_bb model must be at most " + std::to_string(most) + " opportunities, not " +
                               shortest(seen.age()));
    if (seen.frequency() > seen.recency())
        throw invalid_argument(
            "frequency must not exceed recency in a bg_bb model",
            "frequency is " + std::to_string(seen.frequency()) + ", recency is " + shortest(seen.recency()) + ".",
            how_counted);
    return {seen.frequency(), static_cast<int>(seen.recency()), static_cast<int>(seen.age())};
}

double BgBb::log_likelihood(const Rfm& seen) const {
    const double x = seen.frequency(), recency = seen.recency();
    return rising(alpha, x).value + rising(beta, recency - x).value - rising(alpha + beta, recency).value +
           log_mean_rest(gamma, delta, recency) + Posterior(*this, seen).log_silence;
}

double BgBb::p_alive(const Rfm& seen) const { return p_alive(seen, 0); }

double BgBb::p_alive(const Rfm& seen, double horizon) const {
    require_whole(horizon, "horizon");
    const Posterior posterior(*this, seen);
    return posterior.active * posterior.survival(horizon);
}

double BgBb::churn_probability(const Rfm& seen, double horizon) const {
    require_whole(horizon, "horizon");
    const Posterior posterior(*this, seen);
    return 1 - posterior.active * posterior.purchase(horizon);
}

double BgBb::expected_purchases(const Rfm& seen, double horizon) const {
    return discounted_purchases(seen, horizon, 0);
}

double BgBb::discounted_purchases(const Rfm& seen, double horizon, double rate) const {
    require_whole(horizon, "horizon");
    const Posterior posterior(*this, seen);
    return posterior.active * posterior.purchases(horizon, rate);
}

/// An active customer leaves before the i-th of the next opportunities, or after all; those before are n purchases
/// with a beta-binomial probability. For each n that starts at E[p^n] and grows from one opportunity to the next; it is
/// held relative to its own size, because it may start below the smallest number.
std::vector<double> BgBb::purchase_distribution(const Rfm& seen, double horizon, const Tail& tail) const {
    constexpr double most = 10000, large = 1e200;
    require_whole(horizon, "horizon");
    if (horizon > most)
        throw limit_exceeded("distribution of purchases over more than " + shortest(most) + " opportunities", {},
                             "Ask for a shorter horizon.");
    const Posterior now(*this, seen);
    std::vector<double> opportunities;  // probability to be active at exactly 0, 1, ... of them
    double stays = 1;
    for (double i = 0; i < horizon; ++i) {
        opportunities.push_back(stays * now.gamma / (now.gamma + now.delta + i));
        stays *= (now.delta + i) / (now.gamma + now.delta + i);
    }
    opportunities.push_back(stays);

    Distribution distribution(tail);
    for (std::size_t n = 0; n < opportunities.size(); ++n) {
        const double count = static_cast<double>(n);
        double log_unit = log_mean_rest(now.beta, now.alpha, count), exactly = 1, sum = 0;
        for (std::size_t i = n; i < opportunities.size(); ++i) {
            sum += opportunities[i] * exactly;
            const double tried = static_cast<double>(i), missed = tried - count;
            exactly *= (tried + 1) / (missed + 1) * ((now.beta + missed) / (now.alpha + now.beta + tried));
            if (exactly < large) continue;
            exactly /= large;
            sum /= large;
            log_unit += std::log(large);
        }
        const double probability = std::exp(log_unit) * sum;
        if (!distribution.add(n == 0 ? 1 - now.active * (1 - probability) : now.active * probability)) break;
    }
    return std::move(distribution).take();
}

namespace {

using Row = Tally<OpportunityHistory>::Entry;
enum Parameter : Eigen::Index { ALPHA, BETA, GAMMA, DELTA };
using Vector = Eigen::Vector4d;
using Matrix = Eigen::Matrix4d;

/// A sum of positive terms with the derivatives of each, over log-parameters.
struct Sum {
    double value = 0;
    Vector slope = Vector::Zero();
    Matrix bend = Matrix::Zero();

    /// A term whose logarithm has these derivatives.
    void add(double term, const Vector& log_slope, const Matrix& log_bend) {
        value += term;
        slope += term * log_slope;
        bend += term * (log_bend + log_slope * log_slope.transpose());
    }
};

/// The probability of silence, as in Posterior, for ever longer silence after one last purchase: what customers with
/// equal frequency and recency share.
class Silence {
public:
    Silence(const BgBb& model, int x, int recency)
        : model_(model),
          buys_(model.alpha, model.beta + (recency - x), x),
          leaves_(model.gamma, model.delta + recency, 0) {}

    /// `length` at least that of the last call.
    Sum of(int length, const Cancellation& cancellation);

private:
    /// ln of the mean of (1 - p)^i for p ~ Beta(a, b), for one i after another; derivatives over a and b.
    struct Rest {
        Rest(double first, double second, double seen) : b(second), both(first + second + seen) {}

        void advance() {
            value *= b / both;
            by_b += 1 / b;
            by_both += 1 / both;
            by_b_twice += 1 / (b * b);
            by_both_twice += 1 / (both * both);
            ++b;
            ++both;
        }

        double b, both;
        double value = 1, by_b = 0, by_both = 0, by_b_twice = 0, by_both_twice = 0;
    };

    void put(const Rest&, Eigen::Index first, double a, double b, Vector&, Matrix&) const;

    const BgBb& model_;
    Rest buys_, leaves_;
    Sum gone_;
    int length_ = 0;
};

/// Fills in the derivatives over the logarithms of a and b, which are parameters `first` and `first` + 1.
void Silence::put(const Rest& rest, Eigen::Index first, double a, double b, Vector& slope, Matrix& bend) const {
    slope[first] = -a * rest.by_both;
    slope[first + 1] = b * (rest.by_b - rest.by_both);
    bend(first, first) = slope[first] + a * a * rest.by_both_twice;
    bend(first, first + 1) = bend(first + 1, first) = a * b * rest.by_both_twice;
    bend(first + 1, first + 1) = slope[first + 1] + b * b * (rest.by_both_twice - rest.by_b_twice);
}

Sum Silence::of(int length, const Cancellation& cancellation) {
    constexpr double negligible = 1e-22;
    constexpr int terms_between_polls = 65536;
    const auto [alpha, beta, gamma, delta] = model_;
    Vector slope;
    Matrix bend = Matrix::Zero();
    const auto here = [&] {
        put(buys_, ALPHA, alpha, beta, slope, bend);
        put(leaves_, GAMMA, gamma, delta, slope, bend);
        return buys_.value * leaves_.value;
    };
    for (; length_ < length && buys_.value * leaves_.value > negligible * gone_.value; ++length_) {
        if (length_ % terms_between_polls == 0) cancellation.poll();
        const double active = here(), g = gamma / leaves_.both, d = delta / leaves_.both;
        slope[GAMMA] += 1 - g;  // of the chance to leave now, g
        slope[DELTA] -= d;
        bend(GAMMA, GAMMA) -= g * (1 - g);
        bend(GAMMA, DELTA) += g * d;
        bend(DELTA, GAMMA) += g * d;
        bend(DELTA, DELTA) -= d * (1 - d);
        gone_.add(active * g, slope, bend);
        buys_.advance();
        leaves_.advance();
    }
    Sum all = gone_;
    if (length_ == length) {
        const double active = here();
        all.add(active, slope, bend);
    }
    return all;
}

class BgBbLikelihood final : public Likelihood {
public:
    explicit BgBbLikelihood(std::span<const Row> rows) : rows_(rows) {
        for (const auto& [seen, weight] : rows) {
            customers_ += weight;
            if (seen.frequency > 0) repeaters_ += weight;
            repeats_ += weight * seen.frequency;
            misses_ += weight * (seen.recency - seen.frequency);
            longest_ = std::max(longest_, seen.age);
        }
    }

    double weight() const override { return repeaters_; }
    std::string obstacle() const override;
    numeric::Box bounds() const override { return {Vector::Constant(-20), Vector::Constant(18)}; }
    Eigen::VectorXd start(const Cancellation&) const override;
    Eigen::VectorXd origin() const override { return Vector::Zero(); }
    void evaluate(const Eigen::VectorXd&, numeric::Derivatives&, const Cancellation&) const override;
    Verdict judge(const numeric::Maximum&) const override;

private:
    std::span<const Row> rows_;
    double customers_ = 0, repeaters_ = 0, repeats_ = 0, misses_ = 0;
    int longest_ = 0;
};

std::string BgBbLikelihood::obstacle() const {
    if (customers_ == 0) return "there is no customer to learn from";
    if (repeats_ == 0) return "no customer bought again: nothing can be learned about repeat purchases";
    return {};
}

/// Chances to buy as they were up to the last purchase, chances to leave around one in five.
Eigen::VectorXd BgBbLikelihood::start(const Cancellation&) const {
    const double buys = (repeats_ + 1) / (repeats_ + misses_ + 2);
    return Vector(2 * buys, 2 * (1 - buys), 0.5, 2).array().log();
}

/// Adds the derivatives of w rising(sum of the parameters, count) over log-parameters.
void add_rising(double w, double count, const Vector& parameters, numeric::Derivatives& out) {
    const Rising by = rising(parameters.sum(), count);
    out.value += w * by.value;
    out.gradient += w * by.slope * parameters;
    out.hessian += w * by.curvature * parameters * parameters.transpose();
    out.hessian.diagonal() += w * by.slope * parameters;
}

void BgBbLikelihood::evaluate(const Eigen::VectorXd& point, numeric::Derivatives& mean,
                              const Cancellation& cancellation) const {
    const Vector p = point.array().exp();
    const BgBb model{p[ALPHA], p[BETA], p[GAMMA], p[DELTA]};
    mean = numeric::Derivatives(4);
    for (std::size_t at = 0; at < rows_.size();) {
        const auto [x, recency, age] = rows_[at].key;
        cancellation.poll();
        Silence silence(model, x, recency);
        double together = 0;
        for (; at < rows_.size() && rows_[at].key.frequency == x && rows_[at].key.recency == recency; ++at) {
            const double weight = rows_[at].weight;
            const Sum sum = silence.of(rows_[at].key.age - recency, cancellation);
            const Vector slope = sum.slope / sum.value;
            mean.value += weight * std::log(sum.value);
            mean.gradient += weight * slope;
            mean.hessian += weight * (sum.bend / sum.value - slope * slope.transpose());
            together += weight;
        }
        add_rising(together, x, Vector(p[ALPHA], 0, 0, 0), mean);
        add_rising(together, recency - x, Vector(0, p[BETA], 0, 0), mean);
        add_rising(-together, recency, Vector(p[ALPHA], p[BETA], 0, 0), mean);
        add_rising(together, recency, Vector(0, 0, 0, p[DELTA]), mean);
        add_rising(-together, recency, Vector(0, 0, p[GAMMA], p[DELTA]), mean);
    }
    mean.value /= repeaters_;
    mean.gradient /= repeaters_;
    mean.hessian = (mean.hessian + mean.hessian.transpose()).eval() / (2 * repeaters_);
}

/// What to say when the distribution of a chance, Beta(a, b), runs to an extreme.
struct Extremes {
    std::string a, b, nobody, everybody, same, some;
};

/// Told by the mean of the chance, for a and b may run together. `trials` is how often it was tried at most.
void judge_chance(Parameter first, double a, double b, double trials, const Extremes& say,
                  Likelihood::Verdict& verdict) {
    constexpr double hardly = 1e-3;
    const double chance = a / (a + b);
    const std::string both = say.a + " and " + say.b;
    if (chance * trials < hardly) {
        verdict.say(first, Boundary::zero, say.a + " runs to 0: " + say.nobody);
        verdict.set(first + 1, Boundary::undetermined);
    } else if (b / (a + b) * trials < hardly) {
        verdict.say(first, Boundary::infinity, say.a + " runs to infinity: " + say.everybody);
        verdict.set(first + 1, Boundary::undetermined);
    } else {
        const Boundary side = a + b > 1 ? Boundary::infinity : Boundary::zero;
        verdict.say(first, side,
                    side == Boundary::infinity ? both + " run to infinity: " + say.same + ", " + rounded(chance)
                                               : both + " run to 0: a share of " + rounded(chance) + " " + say.some);
        verdict.set(first + 1, side);
    }
}

Likelihood::Verdict BgBbLikelihood::judge(const numeric::Maximum& maximum) const {
    static const Extremes buying{"alpha",
                                 "beta",
                                 "hardly any customer ever buys again",
                                 "active customers buy at every opportunity",
                                 "every customer has the same chance to buy at an opportunity",
                                 "buys at every opportunity while active, the others never"};
    static const Extremes leaving{"gamma",
                                  "delta",
                                  "nobody leaves",
                                  "everybody leaves before the first opportunity",
                                  "every customer has the same chance to leave before an opportunity",
                                  "leaves before the first opportunity, the others never"};
    const Vector value = maximum.point.array().exp();
    const auto ran = [&](Parameter i) { return maximum.held[static_cast<std::size_t>(i)] != Side::inside; };
    Verdict verdict(4);
    if (ran(ALPHA) || ran(BETA)) judge_chance(ALPHA, value[ALPHA], value[BETA], longest_, buying, verdict);
    if (ran(GAMMA) || ran(DELTA)) judge_chance(GAMMA, value[GAMMA], value[DELTA], longest_, leaving, verdict);
    return verdict;
}

}  // namespace

std::unique_ptr<Likelihood> BgBb::likelihood(std::span<const Row> rows) {
    return std::make_unique<BgBbLikelihood>(rows);
}

}  // namespace crm::value
