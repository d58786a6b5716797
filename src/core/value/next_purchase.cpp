#include "crm/value/next_purchase.hpp"

#include <algorithm>
#include <boost/math/tools/toms748_solve.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

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

/// The number of opportunities by which a share of those who buy again have done so.
double opportunities_until(const PurchaseModel& model, const Rfm& seen, double probability, double share) {
    constexpr double most = 1e9;
    const auto enough = [&](double count) { return 1 - model.churn_probability(seen, count) >= share * probability; };
    double low = 0, high = 1;
    while (!enough(high) && high < most) low = std::exchange(high, 2 * high);
    while (high - low > 1) {
        const double middle = std::floor((low + high) / 2);
        (enough(middle) ? high : low) = middle;
    }
    return high;
}

}  // namespace

NextPurchase next_purchase(const PurchaseModel& model, const Rfm& seen, double level) {
    require_level(level);
    const double ever = 1 - model.churn_probability(seen, std::numeric_limits<double>::infinity());
    constexpr double hardly = 1e-9;  // a small share is known to about 1e-16
    if (!(ever > hardly)) return {std::max(ever, 0.0), {}};
    const auto at = [&](double share) {
        return model.is_discrete() ? opportunities_until(model, seen, ever, share) : time_of(model, seen, ever, share);
    };
    return {ever, NextPurchase::Times{at(0.5), at((1 - level) / 2), at((1 + level) / 2)}};
}

}  // namespace crm::value
