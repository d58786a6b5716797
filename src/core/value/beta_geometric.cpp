#include "crm/value/beta_geometric.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <utility>
#include <vector>

#include "crm/numeric/beta_average.hpp"
#include "crm/value/discounted_integral.hpp"
#include "crm/value/purchase_counts.hpp"
#include "crm/value/purchase_rate.hpp"

namespace crm::value {

namespace {

/// Expected purchases by time counted as s = ln(1 + t / rate), with z = 1 - exp(-s):
///   (a + b - 1) (1 - (1 - z)^(a-1)) / (a - 1) - (1 - z)^(a-1) sum over n >= 1 of c[n] z^n,
///   c[n] = (A)_n (a)_(n-1) / ((a + b)_(n-1) n!), A = a + b - 1 - shape.
/// It is the 2F1 of Fader, Hardie, Lee (2005) after Euler's transformation, with the factor a - 1 divided out: it
/// neither overflows for thousands of purchases nor needs a special case near a = 1. Where its terms would cancel,
/// grow, or be too many it declines.
class PurchaseSeries {
public:
    PurchaseSeries(double shape, double a, double b, double longest);

    bool declines() const { return declines_; }
    double at_longest() const { return at_longest_; }

    /// At several shorter times at once.
    template <std::size_t N>
    std::array<double, N> at(const std::array<double, N>& s) const {
        std::array<double, N> z, sum{};
        std::ranges::transform(s, z.begin(), [](double one) { return -std::expm1(-one); });
        for (std::size_t n = size_; n-- > 0;)
            for (std::size_t k = 0; k < N; ++k) sum[k] = (sum[k] + terms_[n]) * z[k];
        for (std::size_t k = 0; k < N; ++k) sum[k] = combine(s[k], sum[k]);
        return sum;
    }

private:
    static constexpr std::size_t most_terms = 4000;
    static constexpr double most_loss = 100;   // how much larger than the result may be what is subtracted
    static constexpr double most_growth = 16;  // a beyond which terms grow before they fall
    static constexpr double most_turns = 8;    // -A beyond which terms of alternating sign are large
    static constexpr double rounding = 1e-17;

    double combine(double s, double sum) const {
        const double exponent = (1 - a_) * s;
        const bool near = std::abs(exponent) < 0.5;
        const double change = near ? std::expm1(exponent) : std::exp(exponent) - 1;
        const double power = near ? 1 + change : std::exp(exponent);
        const double saturated = std::abs(exponent) < 1e-300 ? s : change / (1 - a_);
        return (a_ + b_ - 1) * saturated - power * sum;
    }

    double a_, b_;
    bool declines_ = true;
    double at_longest_ = 0;
    std::size_t size_ = 0;
    std::array<double, most_terms> terms_;  // c[1], c[2], ...
};

PurchaseSeries::PurchaseSeries(double shape, double a, double b, double longest) : a_(a), b_(b) {
    const double less = a + b - shape;
    if (a > most_growth || less < -most_turns || std::abs(a + b - 1) > most_loss * shape) return;
    const double z = -std::expm1(-longest), least = rounding * (1 - z);
    double term = less - 1, power = z, sum = 0;
    for (double n = 0; size_ < most_terms; ++n) {
        terms_[size_++] = term;
        sum += term * power;
        if (std::abs(term * power) <= least * std::abs(sum)) {
            declines_ = false;
            at_longest_ = combine(longest, sum);
            return;
        }
        term *= (less + n) * (a + n) / ((a + b + n) * (n + 2));
        power *= z;
    }
}

/// A chance to leave that few exceed.
double high_chance(double a, double b) {
    const double mean = a / (a + b), deviation = std::sqrt(mean * (b / (a + b)) / (a + b + 1));
    return std::min(mean + 3 * deviation, 1.0);
}

/// Averages over the chance to leave, for times up to one.
class PurchaseAverage {
public:
    PurchaseAverage(double shape, double a, double b, double most_growth)
        : shape_(shape), chance_(a, b, (shape + 1) * most_growth) {}

    double at(double growth) const {
        return chance_.of([&](double p, double) { return -std::expm1(-shape_ * std::log1p(p * growth)) / p; });
    }

private:
    double shape_;
    numeric::BetaAverage chance_;
};

}  // namespace

ActiveCustomer::ActiveCustomer(double shape, double rate, double a, double b)
    : shape_(shape), rate_(rate), a_(a), b_(b) {}

std::optional<double> ActiveCustomer::purchases_by_series(double horizon) const {
    const PurchaseSeries series(shape_, a_, b_, std::log1p(growth_at(horizon, rate_)));
    if (series.declines()) return {};
    return series.at_longest();
}

double ActiveCustomer::purchases_by_average(double horizon) const {
    const double growth = growth_at(horizon, rate_);
    return PurchaseAverage(shape_, a_, b_, growth).at(growth);
}

double ActiveCustomer::survival(double horizon) const {
    const double growth = growth_at(horizon, rate_);
    return numeric::BetaAverage(a_, b_, (shape_ + 1) * growth).of([&](double p, double) {
        return std::exp(-shape_ * std::log1p(p * growth));
    });
}

std::vector<double> ActiveCustomer::distribution(double horizon, const Tail& tail, double active) const {
    constexpr double no_silent_events[] = {1};
    return distribution_of_purchases({no_silent_events, shape_, growth_at(horizon, rate_)}, a_, b_, active, tail);
}

double ActiveCustomer::discounted_purchases(double horizon, double discount) const {
    if (discount == 0) return purchases(horizon);
    discount = std::min(discount, most_discount);
    if (discount * horizon > forgotten) horizon = forgotten / discount;
    const auto quick = discounted_by_rate(horizon, discount);
    return quick ? *quick : discounted_by_panels(horizon, discount);
}

std::optional<double> ActiveCustomer::discounted_by_rate(double horizon, double discount) const {
    return PurchaseRate(shape_, a_, b_, growth_at(horizon, rate_), discount * rate_).purchases();
}

double ActiveCustomer::discounted_by_panels(double horizon, double discount) const {
    const double growth = growth_at(horizon, rate_);
    const double kept = std::exp(-discount * horizon);
    const double settled = rate_ / std::max(1.0, shape_ * high_chance(a_, b_));
    if (const PurchaseSeries series(shape_, a_, b_, std::log1p(growth)); !series.declines())
        return kept * series.at_longest() + discounted_integral(horizon, rate_, settled, discount, smooth_panel,
                                                                [&](const auto& s) { return series.at(s); });

    const PurchaseAverage average(shape_, a_, b_, growth);
    return kept * average.at(growth) +
           discounted_integral(horizon, rate_, settled, discount, smooth_panel, [&](auto s) {
               for (double& one : s) one = average.at(std::expm1(one));
               return s;
           });
}

}  // namespace crm::value
