#include "crm/value/next_purchase.hpp"

#include <boost/math/tools/toms748_solve.hpp>
#include <cmath>
#include <cstdint>
#include <limits>

#include "crm/value/purchase_interval.hpp"

namespace crm::value {

namespace {

/// The time by which a share of those who buy again have done so: found on the scale of its logarithm, where waiting
/// times of every length are near.
double time_of(const PurchaseModel& model, const Rfm& seen, double probability, double share) {
    constexpr double farthest = 690;  // of the logarithm: where numbers end
    const auto missing = [&](double log_time) {
        return share - (1 - model.churn_probability(seen, std::exp(log_time))) / probability;
    };
    double low = -1, high = 1;
    while (missing(low) < 0 && low > -farthest) low *= 2;
    while (missing(high) > 0 && high < farthest) high *= 2;
    if (high >= farthest && missing(farthest) > 0) return std::numeric_limits<double>::infinity();
    if (low <= -farthest) return 0;
    const auto close = [](double a, double b) { return std::abs(a - b) < 1e-12; };
    std::uintmax_t most = 200;
    const auto [below, above] = boost::math::tools::toms748_solve(missing, low, high, close, most);
    return std::exp((below + above) / 2);
}

}  // namespace

NextPurchase next_purchase(const PurchaseModel& model, const Rfm& seen, double level) {
    require_level(level);
    const double ever = 1 - model.churn_probability(seen, std::numeric_limits<double>::infinity());
    if (!(ever > 0)) return {0, {}};
    const auto at = [&](double share) { return time_of(model, seen, ever, share); };
    return {ever, NextPurchase::Times{at(0.5), at((1 - level) / 2), at((1 + level) / 2)}};
}

}  // namespace crm::value
