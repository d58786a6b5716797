// Customer lifetime value: what a customer will spend within a horizon, in today's money.
#pragma once
#include <optional>

#include "crm/value/purchase_model.hpp"
#include "crm/value/spend_model.hpp"

namespace crm::value {

inline constexpr double days_per_year = 365.25;

/// discounted_purchases * expected_spend; the purchase model's unit of time must be the day. `discount_rate_per_year`
/// is continuous: money in t years counts exp(-rate t). None where the spend model has no finite mean. Throws
/// invalid_argument unless horizon and rate are finite and 0 or more.
std::optional<double> clv(const PurchaseModel&, const SpendModel&, const Rfm& seen, double horizon_days,
                          double discount_rate_per_year);

}  // namespace crm::value
