#include "crm/value/competing_rates.hpp"

#include "crm/value/purchases_until_left.hpp"

namespace crm::value {

namespace {

constexpr double least_ratio = 1e-300;

/// After this multiple of both scales the odds that a customer buys before leaving are shape : s, whatever was before.
constexpr double long_after = 1e17;

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

double CompetingRates::silent(double within) const {
    const bool for_ever = std::isinf(within);
    const Moment end = at(for_ever ? long_after * std::max(rate_, beta_) : within);
    const double leaves = std::exp(log_leaves_silently(end)), neither = std::exp(log_neither(end));
    return leaves + neither * (for_ever ? s_ / (shape_ + s_) : 1);
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
