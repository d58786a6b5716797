#include "crm/value/purchase_interval.hpp"

#include <algorithm>

#include "crm/foundation/error.hpp"
#include "crm/foundation/json.hpp"

namespace crm::value {

void require_level(double level) {
    if (!(level > 0 && level < 1))
        throw invalid_argument("level must be between 0 and 1, not " + shortest(level), {},
                               "A level of 0.9 leaves 5 % on either side.");
}

PurchaseInterval purchase_interval(const PurchaseModel& model, const Rfm& seen, double horizon, double level,
                                   const Cancellation& cancellation) {
    require_level(level);
    const double outside = (1 - level) / 2;
    const auto distribution = model.purchase_distribution(seen, horizon, {outside / 2, cancellation});
    const auto quantile = [&](double share) {
        double sum = 0;
        int purchases = 0;
        for (const double probability : distribution) {
            sum += probability;
            if (sum >= share) break;
            ++purchases;
        }
        return std::min(purchases, static_cast<int>(distribution.size()) - 1);
    };
    return {quantile(outside), quantile(1 - outside)};
}

}  // namespace crm::value
