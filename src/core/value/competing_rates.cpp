#include "crm/value/competing_rates.hpp"

#include <utility>

#include "crm/numeric/gauss_legendre.hpp"
#include "crm/value/purchase_model.hpp"

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

/// A time before the horizon at which the customer may leave.
struct Leaving {
    double log_weight;        // of the probability to leave around then, times that to have bought nothing
    double share, log_share;  // z of the negative binomial number of purchases until then
};

}  // namespace

/// Purchases in a time v are negative binomial with z = v / (rate + v), those of a customer who leaves at v < horizon
/// as well. The integral over v uses the same nodes for every number of purchases; the panels are shorter than all of
/// the scales on which its factors change.
std::vector<double> CompetingRates::distribution(double horizon, double beyond, double active) const {
    constexpr double longest = 3;                         // of the scales, for 16 nodes
    constexpr double gone = 45;                           // minus the logarithm of the survival that no longer counts
    constexpr double nothing = -80;                       // logarithm of a term that does not count
    constexpr double many_purchases = 4e6, narrow = 100;  // no count in reach comes from as many with so large a shape

    std::vector<Leaving> leaving;
    const double end = shape_ > narrow ? std::min(horizon, many_purchases * rate_ / shape_) : horizon;
    for (double from = 0; from < end && s_ * std::log1p(from / beta_) < gone;) {
        const double grown = from / rate_, count_scale = std::sqrt(1 + shape_ * grown * (1 + grown)) * rate_ / shape_;
        const double scale = std::min({count_scale, (beta_ + from) / (s_ + 1), rate_ + from});
        const double width = std::min(longest * scale, end - from);
        for (const auto& [at, weight] : numeric::gauss_legendre<16>) {
            const double v = from + at * width, log_left = std::log1p(v / beta_), log_bought = std::log1p(v / rate_);
            leaving.push_back({std::log(weight * width * s_ / (beta_ + v)) - s_ * log_left - shape_ * log_bought,
                               v / (rate_ + v), std::log(v / (rate_ + v))});
        }
        from = end - from > width ? from + width : end;
    }
    const double log_share = std::log(horizon / (rate_ + horizon));
    const double neither = log_neither(at(horizon));
    double log_ways = 0;  // Gamma(shape + n) / (Gamma(shape) n!)
    std::size_t first = 0;
    Distribution distribution(beyond);
    for (double n = 0;; ++n) {
        double probability = std::exp(log_ways + neither + (n > 0 ? n * log_share : 0));
        const double likely_share = n / (shape_ + n);
        for (std::size_t i = first; i < leaving.size(); ++i) {
            const double log_term = leaving[i].log_weight + log_ways + n * leaving[i].log_share;
            if (log_term >= nothing)
                probability += std::exp(log_term);
            else if (leaving[i].share > likely_share)
                break;
            else if (i == first)
                ++first;  // and with more purchases even less
        }
        if (!distribution.add(n == 0 ? 1 - active * (1 - probability) : active * probability))
            return std::move(distribution).take();
        log_ways += std::log((shape_ + n) / (n + 1));
    }
}

}  // namespace crm::value
