#include "crm/value/next_purchase.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <span>
#include <utility>

#include "crm/value/purchase_interval.hpp"

namespace crm::value {

namespace {

/// Puts, in place of each share, the number of opportunities by which that share of those who buy again have done so.
void count_opportunities(const PurchaseModel& model, const Rfm& seen, double ever, std::span<double> shares) {
    constexpr double most = 1e9;
    for (double& share : shares) {
        const auto enough = [&](double count) { return 1 - model.churn_probability(seen, count) >= share * ever; };
        double low = 0, high = 1;
        while (!enough(high) && high < most) low = std::exchange(high, 2 * high);
        while (high - low > 1) {
            const double middle = std::floor((low + high) / 2);
            (enough(middle) ? high : low) = middle;
        }
        share = high;
    }
}

}  // namespace

NextPurchase next_purchase(const PurchaseModel& model, const Rfm& seen, double level) {
    require_level(level);
    const auto waiting = model.waiting(seen);
    const double ever =
        waiting ? waiting->ever() : 1 - model.churn_probability(seen, std::numeric_limits<double>::infinity());
    constexpr double hardly = 1e-9;  // of which a discrete model says few digits
    if (!(ever > hardly)) return {std::max(ever, 0.0), {}};
    std::array<double, 3> quantiles{0.5, (1 - level) / 2, (1 + level) / 2};
    if (waiting)
        waiting->times(quantiles);
    else
        count_opportunities(model, seen, ever, quantiles);
    const auto [median, lower, upper] = quantiles;
    return {ever, NextPurchase::Times{median, lower, upper}};
}

}  // namespace crm::value
