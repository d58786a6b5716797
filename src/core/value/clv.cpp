#include "crm/value/clv.hpp"

namespace crm::value {

std::optional<double> clv(const PurchaseModel& purchases, const SpendModel& spending, const Rfm& seen,
                          double horizon_days, double discount_rate_per_year) {
    require_horizon(horizon_days);
    require_rate(discount_rate_per_year, "discount_rate");
    const auto spend = spending.expected_spend(seen);
    if (!spend) return {};
    return *spend * purchases.discounted_purchases(seen, horizon_days, discount_rate_per_year / days_per_year);
}

}  // namespace crm::value
