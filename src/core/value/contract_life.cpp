#include "crm/value/contract_life.hpp"

#include <algorithm>
#include <array>
#include <boost/math/quadrature/gauss.hpp>
#include <cmath>
#include <limits>
#include <string>

#include "crm/foundation/error.hpp"
#include "crm/numeric/rising.hpp"

namespace crm::value {

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr double rounding = 1e-17;
constexpr double largest = 1e299, log_largest = 299 * 2.302585092994045684;  // of t^shape

}  // namespace

double ContractLife::power(double t) const { return shape_ == 1 ? t : std::pow(t, shape_); }

double ContractLife::log_kept(double from, double to) const {
    if (from == to) return 0;
    const double log_from = from > 0 ? shape_ * std::log(from) : -infinite, log_to = shape_ * std::log(to);
    if (log_from >= log_largest) return -alpha_ * shape_ * std::log1p((to - from) / from);
    const double before = power(from);
    const double grown = from > 0 ? before * std::expm1(shape_ * std::log1p((to - from) / from)) : power(to);
    const double within = numeric::log_beta_ratio(alpha_, beta_ + before, std::min(grown, largest - before));
    return within - alpha_ * std::max(log_to - log_largest, 0.0);
}

double ContractLife::log_lost(double kept) const {
    const double chance = -std::expm1(log_kept(kept, kept + 1));
    return std::log(std::max(chance, std::numeric_limits<double>::min()));
}

double ContractLife::retention(double period) const {
    if (shape_ == 1) return (beta_ + (period - 1)) / (alpha_ + beta_ + (period - 1));
    return std::exp(log_kept(period - 1, period));
}

double ContractLife::survival(double periods) const { return std::exp(log_kept(0, periods)); }

double ContractLife::log_likelihood(const ContractHistory& seen) const {
    return log_kept(seen.after, seen.kept) + (seen.lost ? log_lost(seen.kept) : 0);
}

/// From t on S falls at least as fast as t to the power of minus this: -d ln S / d ln t, for which
/// digamma(y + alpha) - digamma(y) >= alpha / (y + alpha) is used, rises.
double ContractLife::steepness(double t) const {
    const double grown = std::min(power(t), largest);
    return alpha_ * shape_ * (grown / (alpha_ + beta_ + grown));
}

/// An upper bound of the sum over all later terms, in units of the one at t.
double ContractLife::remainder(double t, double discount) const {
    const double steep = steepness(t);
    return std::min(1 / discount, steep > 1 ? t / (steep - 1) : infinite);
}

/// Whether S falls like a power of t from t on, to rounding.
bool ContractLife::steady(double t) const {
    constexpr double far_above = 1e17;
    return power(t) >= far_above * (1 + alpha_ + beta_);
}

/// Whether the terms from t on follow a curve that changes little from one to the next.
bool ContractLife::smooth(double t, double log_discount) const {
    constexpr double long_ago = 100, little = 0.03;
    if (t < long_ago || log_discount > little) return false;
    return (steady(t) || t >= long_ago * shape_) && log_discount - log_kept(t, t + 1) <= little;
}

double ContractLife::residual_lifetime(double renewals, double discount) const {
    if (discount == 0 && alpha_ * shape_ <= 1) return infinite;
    const double log_discount = std::log1p(discount), later = 1 / (1 + discount);
    double sum = 0, term = 1 + discount;
    for (double t = renewals + 1;; ++t) {
        term *= retention(t) * later;
        if (term > 0 && smooth(t, log_discount)) return sum + term * sum_of_smooth(t, discount);
        sum += term;
        if (term * remainder(t, discount) <= rounding * sum || term == 0) return sum;
    }
}

/// The sum over s >= t of S(s) / S(t) / (1 + discount)^(s - t), from the integral by Gregory's formula.
double ContractLife::sum_of_smooth(double t, double discount) const {
    constexpr std::array gregory{1.0 / 2,           -1.0 / 12,        1.0 / 24,        -19.0 / 720,
                                 3.0 / 160,         -863.0 / 60480.0, 275.0 / 24192.0, -33953.0 / 3628800.0,
                                 8183.0 / 1036800.0};
    std::array<double, gregory.size()> difference;
    for (std::size_t i = 0; i < difference.size(); ++i) {
        const auto steps = static_cast<double>(i);
        difference[i] = std::exp(log_kept(t, t + steps) - steps * std::log1p(discount));
    }
    double sum = integral(t, discount);
    for (std::size_t order = 0; order < gregory.size(); ++order) {
        sum += gregory[order] * difference[0];
        for (std::size_t i = 0; i + 1 < difference.size() - order; ++i)
            difference[i] = difference[i + 1] - difference[i];
    }
    return sum;
}

/// The integral over s >= t of the same, in panels of ln s over which the integrand changes neither much nor fast.
double ContractLife::integral(double t, double discount) const {
    using Rule = boost::math::quadrature::gauss<double, 15>;
    constexpr double most_change = 3, farthest = 1e300;
    const double log_discount = std::log1p(discount);
    double sum = 0, log_value = 0;  // of the integrand at the panel's start
    for (double at = t; at < farthest;) {
        const double value = std::exp(log_value);
        if (discount == 0 && steady(at)) return sum + value * at / (alpha_ * shape_ - 1);
        if (value * remainder(at, discount) <= rounding * sum) return sum;

        const double slope = at * log_discount - log_kept(at, 1.01 * at) / std::log(1.01);
        const double width = std::min(steady(at) ? 1 : 1 / std::max(shape_, 1.0), most_change / slope);
        const auto integrand = [&](double y) {
            const double ahead = at * std::expm1(y);
            return at * std::exp(y + log_value + log_kept(at, at + ahead) - log_discount * ahead);
        };
        sum += Rule::integrate(integrand, 0.0, width);
        const double next = at * std::exp(width);
        log_value += log_kept(at, next) - log_discount * (next - at);
        at = next;
    }
    return infinite;
}

double ContractLife::value(double change, double discount, const Cancellation& cancellation) const {
    if (change == 0) return 1 + residual_lifetime(0, discount) / (1 + discount);
    if (change > 0 && discount == 0) return infinite;  // retention comes to 1 in the end
    constexpr double most_periods = 1e6;
    const double most_kept = std::min(1 + change, 1.0) / (1 + discount);
    Pace pace(cancellation);
    double sum = 1, term = 1;
    for (double t = 1; t <= most_periods; ++t) {
        pace.step();
        term *= std::clamp(retention(t) + change, 0.0, 1.0) / (1 + discount);
        sum += term;
        if (term * most_kept <= rounding * sum * (1 - most_kept)) return sum;
        // -ln of a retention to come is at most alpha (digamma(y + grown) - digamma(y)), y = beta + t^shape.
        const double most_lost = alpha_ * shape_ / t * (1 + 1 / (beta_ + power(t)));
        if (most_lost <= change) return sum + term / discount;
    }
    throw limit_exceeded("value of a customer takes more than a million periods to add up", {},
                         "Ask for a larger change, or a larger discount rate.");
}

}  // namespace crm::value
