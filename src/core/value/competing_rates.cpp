#include "crm/value/competing_rates.hpp"

#include "crm/value/purchases_until_left.hpp"

namespace crm::value {

namespace {

constexpr double least_ratio = 1e-300;

/// (1 - exp(-z)) / z.
double saturation(double z) { return z == 0 ? 1 : -std::expm1(-z) / z; }

}  // namespace

CompetingRates::CompetingRates(double shape, double rate, double s, double beta)
    : shape_(shape), rate_(rate), s_(s), beta_(beta), rate_is_smaller_(rate < beta) {
    ratio_ = std::max(rate_is_smaller_ ? rate / beta : beta / rate, least_ratio);
    along_ = rate_is_smaller_ ? shape - 1 : s;
    across_ = rate_is_smaller_ ? s + 1 : shape;
    ratio_if_rate_ = rate_is_smaller_ ? ratio_ : 1;
}

double CompetingRates::log_leaves_silently(const Moment& until) const {
    double sum = 0;
    each_departure({}, until, [&](double mass, const Moment&) { sum += mass; });
    return std::log(s_) + std::log(sum);
}

double CompetingRates::leaves_silently(double from, double to) const {
    double sum = 0;
    each_departure(at(from), at(to), [&](double mass, const Moment&) { sum += mass; });
    return s_ * sum;
}

/// With z = 1 - the smaller rate / the larger, who leaves before buying is s / (shape + s) times
///   2F1(shape, 1; shape + s + 1; z) if beta is the smaller, else (1 - z) 2F1(s + 1, 1; shape + s + 1; z),
/// series of positive terms. Where they would be many, an integral goes ahead to when both rates are alike.
double CompetingRates::leaves_silently_ever() const {
    constexpr double most_apart = 0.75, rounding = 1e-17;
    const double smaller = std::min(rate_, beta_), larger = std::max(rate_, beta_);
    const double ahead = larger - smaller > most_apart * larger ? larger - 2 * smaller : 0;  // where z is 1/2
    const double z = (larger - smaller) / (larger + ahead), start = rate_is_smaller_ ? s_ + 1 : shape_;
    double term = (rate_is_smaller_ ? 1 - z : 1) * s_ / (shape_ + s_), sum = 0;
    for (double n = 0; term > rounding * sum; ++n) {
        sum += term;
        term *= (start + n) / (shape_ + s_ + 1 + n) * z;
    }
    return ahead > 0 ? leaves_silently(0, ahead) + std::exp(log_neither(at(ahead))) * sum : sum;
}

double CompetingRates::silent(double within) const {
    if (std::isinf(within)) return leaves_silently_ever();
    const Moment end = at(within);
    return std::exp(log_leaves_silently(end)) + std::exp(log_neither(end));
}

double CompetingRates::purchases(double horizon) const {
    const double length = std::log1p(growth(horizon, beta_));
    return shape_ / rate_ * beta_ * length * saturation((s_ - 1) * length);
}

/// Over y = ln(1 + t / beta), purchases counted are shape beta / rate exp(-V(y)), V = (s - 1) y + w (e^y - 1), with w =
/// discount beta.
double CompetingRates::discounted_purchases(double horizon, double discount) const {
    if (discount == 0) return purchases(horizon);
    constexpr double forgotten = 1000;  // w (e^y - 1) against which (s - 1) y is small
    const double w = std::min(discount, most_discount) * beta_, along = s_ - 1;
    const auto fall = [&](double y) { return along * y + w * std::expm1(y); };
    const auto slope = [&](double y) { return along + w * std::exp(y); };
    double end = std::min(std::log1p(growth(horizon, beta_)), std::log1p(std::min(forgotten / w, most_growth)));
    if (fall(end) > numeric::most_fall) end = numeric::cut_decay(end, fall, slope);
    double sum = 0;
    numeric::each_node(0, end, fall(end) + 2 * std::max(-along, 0.0) * end,
                       [&](double y, double weight) { sum += weight * std::exp(-fall(y)); });
    return shape_ / rate_ * beta_ * sum;
}

namespace {

/// A lifetime whose rate of leaving ~ Gamma(s, beta).
struct ParetoLifetime {
    double s, beta;

    double log_survival(double t) const { return -s * std::log1p(t / beta); }
    double log_hazard(double t) const { return std::log(s / (beta + t)); }
    double longest_panel(double t) const { return 3 * (beta + t) / (s + 1); }
};

}  // namespace

std::vector<double> CompetingRates::distribution(double horizon, const Tail& tail, double active) const {
    return PurchasesUntilLeft(shape_, rate_, horizon).distribution(ParetoLifetime{s_, beta_}, tail, active);
}

}  // namespace crm::value
