// Customer lifetime value: what a customer will spend within a horizon, in today's money.
#pragma once
#include <optional>

#include "crm/foundation/cancellation.hpp"
#include "crm/value/purchase_model.hpp"
#include "crm/value/spend_model.hpp"

namespace crm::value {

inline constexpr double days_per_year = 365.25;

/// The purchases to expect within a horizon, each counted with its discount: one in t years counts exp(-rate t). The
/// model's unit of time must be the day. The horizon may be infinite if the rate is not 0. Throws invalid_argument
/// unless horizon and rate are 0 or more.
double discounted_purchases(const PurchaseModel&, const Rfm& seen, double horizon_days, double discount_rate_per_year);

/// discounted_purchases * expected_spend. None where the spend model has no finite mean. Throws as the former.
std::optional<double> clv(const PurchaseModel&, const SpendModel&, const Rfm& seen, double horizon_days,
                          double discount_rate_per_year);

struct AmountInterval {
    double lower, upper;
};

/// What the customer will actually spend lies between these with probability `level`, with at most half of the rest on
/// either side; both may be 0. Purchases of a finite horizon, each counted with the mean discount of all of them.
/// Throws invalid_argument as clv does, and unless 0 < level < 1.
AmountInterval clv_interval(const PurchaseModel&, const SpendModel&, const Rfm& seen, double horizon_days,
                            double discount_rate_per_year, double level, const Cancellation& = {});

}  // namespace crm::value
