#include "crm/value/gamma_gamma.hpp"

#include <algorithm>
#include <boost/math/special_functions/beta.hpp>
#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "crm/foundation/rounded.hpp"
#include "crm/numeric/rising.hpp"

namespace crm::value {

namespace {

using numeric::log_gamma;
using numeric::rising;
using numeric::Side;
using Row = Tally<SpendHistory>::Entry;
enum Parameter : Eigen::Index { P, Q, GAMMA };

/// -ln Beta(s, q), exact also when both are large.
double log_inverse_beta(double s, double q) {
    return rising(std::max(s, q), std::min(s, q)).value - log_gamma(std::min(s, q));
}

/// How a posterior mean is shared between the customer's own amounts, y / (1 + y), and what is common to all,
/// 1 / (1 + y), for y = sum / gamma; each exact also when it is small.
struct Shares {
    explicit Shares(double log_y) {
        const double odds = std::exp(-std::abs(log_y)), log_larger = -std::log1p(odds);
        const double larger = 1 / (1 + odds), smaller = odds / (1 + odds);
        own = log_y > 0 ? larger : smaller;
        common = log_y > 0 ? smaller : larger;
        log_own = std::min(log_y, 0.0) + log_larger;
        log_common = std::min(-log_y, 0.0) + log_larger;
    }
    double own, common, log_own, log_common;
};

}  // namespace

SpendHistory SpendHistory::of(std::span<const Purchase> days, Day as_of) {
    SpendHistory seen;
    double sum = 0, sum_of_logs = 0;
    bool first = true;
    for (const auto& [day, orders, amount] : days) {
        if (day > as_of || orders == 0) continue;
        if (!std::exchange(first, false) && amount > 0) {
            ++seen.frequency;
            sum += amount;
            sum_of_logs += std::log(amount);
        }
    }
    if (seen.frequency == 0) return seen;
    seen.monetary = sum / seen.frequency;
    seen.log_shares = std::min(sum_of_logs - seen.frequency * std::log(sum), 0.0);
    return seen;
}

std::optional<SpendHistory> GammaGamma::read(const SpendHistory& seen) {
    if (!seen.valid()) return {};
    return seen;
}

double GammaGamma::log_likelihood(const Rfm& seen) const {
    const auto history = read(seen);
    if (!history) return 0;
    const double x = history->frequency, mean = history->monetary;
    const double s = p * x;
    const Shares share(std::log(mean) + std::log(x) - std::log(gamma));
    return log_inverse_beta(s, q) + s * share.log_own + q * share.log_common - std::log(mean);
}

namespace {

/// The gamma distribution of a customer's own rate of amounts, given those seen.
struct OwnRate {
    OwnRate(const GammaGamma& model, const Rfm& seen) {
        const double x = seen.monetary() ? seen.frequency() : 0;
        shape = model.p * x + model.q;
        rate = model.gamma + x * std::max(seen.monetary().value_or(0), 0.0);
    }
    double shape, rate;
};

}  // namespace

std::optional<double> GammaGamma::expected_spend(const Rfm& seen) const {
    const OwnRate own(*this, seen);
    if (!(own.shape > 1)) return {};
    return p * own.rate / (own.shape - 1);
}

/// Gamma amounts with a gamma-distributed rate: their total over itself plus that rate is beta-distributed.
double GammaGamma::total_below(const Rfm& seen, int purchases, double amount) const {
    const OwnRate own(*this, seen);
    return boost::math::ibeta(p * purchases, own.shape, amount / (amount + own.rate));
}

namespace {

class GammaGammaLikelihood final : public Likelihood {
public:
    explicit GammaGammaLikelihood(std::span<const Row> rows);

    double weight() const override { return weight_; }
    std::string obstacle() const override {
        return weight_ > 0 ? "" : "no customer has a positive mean amount of repeat purchases";
    }
    numeric::Box bounds() const override;
    Eigen::VectorXd start(const Cancellation&) const override;
    Eigen::VectorXd origin() const override;
    void evaluate(const Eigen::VectorXd&, numeric::Derivatives&, const Cancellation&) const override;
    Verdict judge(const numeric::Maximum&) const override;

private:
    static constexpr double farthest = 14;  // of ln p and ln q

    bool all_equal() const { return least_ == most_ && with_shares_.empty(); }

    double correlation() const;
    void add_shares(double p, numeric::Derivatives&) const;

    std::span<const Row> rows_;
    std::vector<double> log_sum_;  // ln of each row's total amount
    double weight_ = 0, mean_ = 0, mean_log_ = 0;
    double least_ = HUGE_VAL, most_ = 0;
    std::map<int, double> with_shares_;  // weight of the rows whose amounts are known, by frequency
    double log_shares_ = 0;
};

GammaGammaLikelihood::GammaGammaLikelihood(std::span<const Row> rows) : rows_(rows) {
    log_sum_.reserve(rows.size());
    for (const auto& [seen, weight] : rows) {
        const double log_mean = std::log(seen.monetary);
        log_sum_.push_back(log_mean + std::log(seen.frequency));
        weight_ += weight;
        mean_log_ += weight * log_mean;
        if (seen.has_shares()) {
            with_shares_[seen.frequency] += weight;
            log_shares_ += weight * seen.log_shares;
        }
        least_ = std::min(least_, seen.monetary);
        most_ = std::max(most_, seen.monetary);
    }
    mean_log_ /= weight_;
    for (const auto& [seen, weight] : rows) mean_ += weight / weight_ * seen.monetary;
}

/// Wide enough that what lies beyond does not change a score; gamma in units of the mean amount.
numeric::Box GammaGammaLikelihood::bounds() const {
    const double unit = std::log(mean_);
    return {Eigen::Vector3d(-farthest, -farthest, unit - 40), Eigen::Vector3d(farthest, farthest, unit + 40)};
}

Eigen::VectorXd GammaGammaLikelihood::origin() const { return Eigen::Vector3d(0, 0, std::log(mean_)); }

/// A population mean as observed, with moderate variation within and between customers; none when there is none.
Eigen::VectorXd GammaGammaLikelihood::start(const Cancellation&) const {
    if (all_equal()) return Eigen::Vector3d(farthest, farthest, std::log(mean_));
    constexpr double p = 3, q = 3;
    return Eigen::Vector3d(std::log(p), std::log(q), std::log(mean_ * (q - 1) / p));
}

/// Sums over the rows of one frequency, of the weights times the shares.
struct Sums {
    double weight = 0, own = 0, common = 0, both = 0, log_own = 0, log_common = 0;
};

/// Adds the derivatives over log-parameters of all customers with one frequency.
void accumulate(const GammaGamma& model, double x, const Sums& sums, numeric::Derivatives& out) {
    const double s = model.p * x, q = model.q, w = sums.weight;
    const auto by_s = rising(s, q), by_q = rising(q, s);
    const double whole = numeric::trigamma(s + q);

    out.value += w * log_inverse_beta(s, q) + s * sums.log_own + q * sums.log_common;

    const double slope_p = s * (w * by_s.slope + sums.log_own), slope_q = q * (w * by_q.slope + sums.log_common);
    out.gradient[P] += slope_p;
    out.gradient[Q] += slope_q;
    out.gradient[GAMMA] += q * sums.own - s * sums.common;

    auto& h = out.hessian;
    h(P, P) += slope_p + s * s * w * by_s.curvature;
    h(P, Q) += s * q * w * whole;
    h(P, GAMMA) -= s * sums.common;
    h(Q, Q) += slope_q + q * q * w * by_q.curvature;
    h(Q, GAMMA) += q * sums.own;
    h(GAMMA, GAMMA) -= (s + q) * sums.both;
}

void GammaGammaLikelihood::evaluate(const Eigen::VectorXd& point, numeric::Derivatives& mean,
                                    const Cancellation& cancellation) const {
    constexpr std::size_t rows_between_polls = 4096;
    const GammaGamma model{std::exp(point[P]), std::exp(point[Q]), std::exp(point[GAMMA])};
    mean = numeric::Derivatives(3);
    for (std::size_t at = 0; at < rows_.size();) {
        const int x = rows_[at].key.frequency;
        Sums sums;
        for (; at < rows_.size() && rows_[at].key.frequency == x; ++at) {
            if (at % rows_between_polls == 0) cancellation.poll();
            const double weight = rows_[at].weight;
            const Shares share(log_sum_[at] - point[GAMMA]);
            sums.weight += weight;
            sums.own += weight * share.own;
            sums.common += weight * share.common;
            sums.both += weight * share.own * share.common;
            sums.log_own += weight * share.log_own;
            sums.log_common += weight * share.log_common;
        }
        accumulate(model, x, sums, mean);
    }
    add_shares(model.p, mean);
    mean.value = mean.value / weight_ - mean_log_;
    mean.gradient /= weight_;
    mean.hessian = mean.hessian.selfadjointView<Eigen::Upper>();
    mean.hessian /= weight_;
}

/// Given their sum, the shares of one customer's amounts are Dirichlet-distributed with the same p for each.
void GammaGammaLikelihood::add_shares(double p, numeric::Derivatives& out) const {
    if (with_shares_.empty()) return;
    double slope = log_shares_, curvature = 0;
    out.value += (p - 1) * log_shares_;
    for (const auto& [x, weight] : with_shares_) {
        const auto by_rest = rising(p, p * (x - 1));
        out.value += weight * (by_rest.value - (x - 1) * log_gamma(p));
        slope += weight * x * by_rest.slope;
        curvature += weight * x * (x * numeric::trigamma(p * x) - numeric::trigamma(p));
    }
    out.gradient[P] += p * slope;
    out.hessian(P, P) += p * (slope + p * curvature);
}

/// Of the frequency and the mean amount, over customers.
double GammaGammaLikelihood::correlation() const {
    double mean_frequency = 0, xx = 0, xm = 0, mm = 0;
    for (const auto& [seen, weight] : rows_) mean_frequency += weight / weight_ * seen.frequency;
    for (const auto& [seen, weight] : rows_) {
        const double x = seen.frequency - mean_frequency, m = seen.monetary / mean_ - 1;
        xx += weight * x * x;
        xm += weight * x * m;
        mm += weight * m * m;
    }
    return xx > 0 && mm > 0 ? xm / std::sqrt(xx * mm) : 0;
}

Likelihood::Verdict GammaGammaLikelihood::judge(const numeric::Maximum& maximum) const {
    const auto side = [&](Parameter i) { return maximum.held[static_cast<std::size_t>(i)]; };
    Verdict verdict(3);
    if (all_equal()) {
        verdict.say(P, Boundary::infinity,
                    "every customer has the same mean amount, " + rounded(most_) +
                        ": p and q run to infinity, and the likelihood with them");
        verdict.set(Q, Boundary::infinity);
        verdict.set(GAMMA, Boundary::undetermined);
        verdict.unbounded = true;
        return verdict;
    }
    if (side(P) == Side::upper) {
        verdict.say(P, Boundary::infinity, "p runs to infinity: the amounts of one customer do not vary");
        verdict.set(GAMMA, Boundary::zero);
        verdict.unbounded = !with_shares_.empty();
    }
    if (side(Q) == Side::upper) {
        verdict.say(Q, Boundary::infinity, "q runs to infinity: customers do not differ in their mean amount");
        verdict.set(GAMMA, Boundary::infinity);
    } else if (std::exp(maximum.point[Q]) <= 1) {
        verdict.say(Q, side(Q) == Side::lower ? Boundary::zero : Boundary::none,
                    "q is not above 1: the amounts have no finite mean over all customers");
    }
    constexpr double strong = 0.3, deviations = 3;
    if (const double related = correlation(); std::abs(related) > std::max(strong, deviations / std::sqrt(weight_)))
        verdict.say(P, verdict.boundary[P],
                    "frequency and mean amount correlate (" + rounded(related) +
                        "), but the model takes them to be independent");
    return verdict;
}

}  // namespace

std::unique_ptr<Likelihood> GammaGamma::likelihood(std::span<const Row> rows) {
    return std::make_unique<GammaGammaLikelihood>(rows);
}

}  // namespace crm::value
