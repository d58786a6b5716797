#include "crm/value/gompertz_rates.hpp"

#include "crm/value/purchases_until_left.hpp"

namespace crm::value {

GompertzRates::GompertzRates(double shape, double rate, double b, double s, double beta)
    : shape_(shape), rate_(rate), b_(b), s_(s), beta_(beta) {}

/// The hazard is exp(b w) / (beta + exp(b w) - 1).
GompertzRates::Growth GompertzRates::at(double w) const {
    constexpr double large = 30, huge = 600;  // of an exponent
    const double z = b_ * w;
    if (z < large) {
        const double grown = std::expm1(z);
        return {std::log1p(grown / beta_), (1 + grown) / (beta_ + grown)};
    }
    const double log_ratio = z - std::log(beta_), shrunk = std::exp(-z);
    return {log_ratio < huge ? std::log1p(std::exp(log_ratio) - 1 / beta_) : log_ratio, 1 / (1 + (beta_ - 1) * shrunk)};
}

/// Growth is singular where exp(b w) = 1 - beta: left of 0, or above and below a time that may be ahead.
GompertzRates::Smoothness GompertzRates::smoothness(double w, double shape) const {
    constexpr double to_the_left = 6.4, above = 1.2;  // of the distance, for panels of sixteen nodes
    const double apart = std::numbers::pi / b_;
    const double left = w - (beta_ < 1 ? std::log1p(-beta_) : std::log(beta_ - 1)) / b_;
    Smoothness of{left, to_the_left * left};
    if (beta_ > 1 && left < apart) of = {apart, above * apart};
    if (shape > 0) of = {std::min(of.scale, rate_ + w), std::min(of.longest, to_the_left * (rate_ + w))};
    return {std::min(of.scale, farthest), std::min(of.longest, farthest)};
}

double GompertzRates::panel(double w, double most, double shape, double discount) const {
    const double before = fall(w, shape, discount);
    double width = std::min(most, most_fall / slope(w, shape, discount));
    while (fall(w + width, shape, discount) - before > most_fall) width /= 2;
    return width;
}

std::span<const numeric::Node> GompertzRates::rule(double share_of_longest, double fall) {
    if (share_of_longest < 0.04 && fall < 0.5) return numeric::gauss_legendre<5>;
    if (share_of_longest < 0.25 && fall < 3) return numeric::gauss_legendre<8>;
    return numeric::gauss_legendre<16>;
}

double GompertzRates::log_leaves_silently(double within) const {
    double sum = 0;
    each_departure(0, within, [&](double mass, const Departure&) { sum += mass; });
    return std::log(sum);
}

double GompertzRates::buys(double from, double to) const {
    constexpr double rounding = 1e-18;
    double sum = 0;
    walk(
        from, to, shape_, 0, [&](double w, double weight) { sum += weight * buying(w); },
        [&](double w) { return std::exp(log_neither(w)) <= rounding * sum; });
    return sum;
}

double GompertzRates::silent(double within) const {
    return std::exp(log_neither(std::min(within, farthest))) + std::exp(log_leaves_silently(within));
}

double GompertzRates::discounted_purchases(double horizon, double discount) const {
    constexpr double rounding = 1e-18;
    double sum = 0;
    walk(
        0, horizon, 0, discount, [&](double w, double weight) { sum += weight * std::exp(-fall(w, 0, discount)); },
        [&](double w) {  // the hazard never falls below the smaller of what it is and what it tends to
            const double least_slope = discount + s_ * b_ * std::min(at(w).hazard, 1.0);
            return std::exp(-fall(w, 0, discount)) <= rounding * sum * least_slope;
        });
    return shape_ / rate_ * sum;
}

std::vector<double> GompertzRates::distribution(double horizon, const Tail& tail, double active) const {
    return PurchasesUntilLeft(shape_, rate_, horizon).distribution(*this, tail, active);
}

}  // namespace crm::value
