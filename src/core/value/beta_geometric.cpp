#include "crm/value/beta_geometric.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <utility>
#include <vector>

#include "crm/numeric/gauss_legendre.hpp"
#include "crm/value/purchase_model.hpp"

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

/// Points of the chance to leave p and their weights (adding up to 1), for averages over Beta(a, b) of functions that
/// are constant for p far below 1 / bend and for 1 - p far below 1 / bend. They are those of the trapezoidal rule in
/// ln(p / (1 - p)), which is exact to rounding for smooth functions once its step is a part of the density's width;
/// beyond the last point on either side the density is a geometric series.
class ChanceToLeave {
public:
    ChanceToLeave(double a, double b, double bend);

    template <class Function>
    double mean(Function function) const {
        double sum = 0;
        for (const auto& [chance, weight] : points_) sum += weight * function(chance);
        return sum;
    }

private:
    struct Point {
        double chance, weight;
    };
    static constexpr double longest_step = 0.25, steps_in_width = 0.5;
    static constexpr double flat = 41;                                // exp(-41) is below rounding
    static constexpr double negligible = 1e-20;                       // weight of a point that ends the sum
    static constexpr double most_certain = 1e15;                      // a + b from which p is one number to rounding
    static constexpr double least_positive = 1e-300, farthest = 680;  // exp(-680) is still a normal number

    std::vector<Point> points_;
};

ChanceToLeave::ChanceToLeave(double a, double b, double bend) {
    if (const double certain = (a + b) / most_certain; certain > 1) {
        a = std::max(a / certain, least_positive);
        b = std::max(b / certain, least_positive);
    }
    const double edge = std::min(flat + std::log(std::max({bend, a + b, 1.0})), farthest);
    const double centre = std::clamp(std::log(a / b), -edge, edge);
    const double step = std::min(longest_step, steps_in_width * std::sqrt((a + b) / a / b));
    const double p = 1 / (1 + std::exp(-centre)), q = 1 / (1 + std::exp(centre));
    const auto density =
        [&](double away) {  // against that at the centre; log1p has no cancellation for a share below 1/2
            return p < q ? std::exp(a * away - (a + b) * std::log1p(p * std::expm1(away)))
                         : std::exp(-b * away - (a + b) * std::log1p(q * std::expm1(-away)));
        };

    double total = 0;
    const auto put = [&](double logit, double weight) {
        total += weight;
        points_.push_back({1 / (1 + std::exp(-logit)), weight});
    };
    put(centre, 1);
    for (double away = step;; away += step) {  // towards p = 0, where a function may grow like 1 / p
        const double weight = density(-away);
        const bool last = centre - away < -edge;
        put(centre - away, last ? weight / -std::expm1(-a * step) : weight);
        if (last || weight < negligible * total * std::exp(-away)) break;
    }
    for (double away = step;; away += step) {  // towards p = 1
        const double weight = density(away);
        const bool last = centre + away > edge;
        put(centre + away, last ? weight / -std::expm1(-b * step) : weight);
        if (last || weight < negligible * total) break;
    }
    for (Point& point : points_) point.weight /= total;
}

constexpr std::size_t nodes = 7;
constexpr double longest_panel = 0.7;  // for seven nodes to give 12 digits
constexpr double forgotten = 40;       // discount times time after which a purchase counts nothing
constexpr double most_discount = 1e100;

/// Integral over t from 0 to the horizon of discount exp(-discount t) E(t), where `expected` gives E at several
/// s = ln(1 + t / rate). Panels are of equal length in ln(1 + t (discount + 1 / settled)), where both factors are
/// smooth: E rises like t up to the time `settled`.
template <class Expected>
double discounted_integral(double horizon, double rate, double settled, double discount, Expected expected) {
    const auto& rule = numeric::gauss_legendre<nodes>;
    const double scale = discount + 1 / settled, end = std::log1p(std::min(scale * horizon, 1e300));
    const double longest = discount * horizon < 0.5 ? 1.5 * longest_panel : longest_panel;  // a small part of the sum
    const double panels = std::max(1.0, std::ceil(end / longest)), width = end / panels;
    double integral = 0;
    for (double i = 0; i < panels; ++i) {
        std::array<double, nodes> share, s;
        for (std::size_t k = 0; k < nodes; ++k) {
            const double grown = std::expm1((i + rule[k].at) * width), t = grown / scale;
            share[k] = rule[k].weight * width * (1 + grown) / scale * discount * std::exp(-discount * t);
            s[k] = std::log1p(t / rate);
        }
        const auto purchases = expected(s);
        for (std::size_t k = 0; k < nodes; ++k) integral += share[k] * purchases[k];
    }
    return integral;
}

/// A chance to leave that few exceed.
double high_chance(double a, double b) {
    const double mean = a / (a + b), deviation = std::sqrt(mean * (b / (a + b)) / (a + b + 1));
    return std::min(mean + 3 * deviation, 1.0);
}

/// Of the time t passed: t / rate.
double growth_at(double horizon, double rate) { return std::min(horizon / rate, 1e300); }

/// Averages over the chance to leave, for times up to one.
class PurchaseAverage {
public:
    PurchaseAverage(double shape, double a, double b, double most_growth)
        : shape_(shape), chance_(a, b, (shape + 1) * most_growth) {}

    double at(double growth) const {
        return chance_.mean([&](double p) { return -std::expm1(-shape_ * std::log1p(p * growth)) / p; });
    }

private:
    double shape_;
    ChanceToLeave chance_;
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
    return ChanceToLeave(a_, b_, (shape_ + 1) * growth).mean([&](double p) {
        return std::exp(-shape_ * std::log1p(p * growth));
    });
}

/// Rates are gamma-distributed, so that purchases would be negative binomial if nobody left. With the n-th purchase
/// the customer stays, and buys no more within the horizon, or leaves.
std::vector<double> ActiveCustomer::distribution(double horizon, double beyond, double active) const {
    const double growth = growth_at(horizon, rate_), log_share = std::log(growth / (1 + growth));
    double log_exactly = -shape_ * std::log1p(growth);  // n purchases, if nobody left
    double fewer = 0;                                   // than n
    double stayed = 1;                                  // after each of n - 1
    Distribution distribution(beyond);
    for (double n = 0;; ++n) {
        const double exactly = std::exp(log_exactly);
        double probability = exactly;
        if (n > 0) {
            const double leaves = a_ / (a_ + b_ + (n - 1)), stays = (b_ + (n - 1)) / (a_ + b_ + (n - 1));
            probability = stayed * (leaves * std::max(1 - fewer, 0.0) + stays * exactly);
            stayed *= stays;
        }
        if (!distribution.add(n == 0 ? 1 - active * (1 - probability) : active * probability))
            return std::move(distribution).take();
        fewer += exactly;
        log_exactly += std::log((shape_ + n) / (n + 1)) + log_share;
    }
}

double ActiveCustomer::discounted_purchases(double horizon, double discount) const {
    if (discount == 0) return purchases(horizon);
    discount = std::min(discount, most_discount);
    if (discount * horizon > forgotten) horizon = forgotten / discount;
    const double growth = growth_at(horizon, rate_);
    const double kept = std::exp(-discount * horizon);
    const double settled = rate_ / std::max(1.0, shape_ * high_chance(a_, b_));
    if (const PurchaseSeries series(shape_, a_, b_, std::log1p(growth)); !series.declines())
        return kept * series.at_longest() +
               discounted_integral(horizon, rate_, settled, discount, [&](const auto& s) { return series.at(s); });

    const PurchaseAverage average(shape_, a_, b_, growth);
    return kept * average.at(growth) + discounted_integral(horizon, rate_, settled, discount, [&](auto s) {
               for (double& one : s) one = average.at(std::expm1(one));
               return s;
           });
}

}  // namespace crm::value
