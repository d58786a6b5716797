// How the probability of being active runs over time: ahead of a customer, and through the past.
#pragma once
#include <span>
#include <vector>

#include "crm/foundation/cancellation.hpp"
#include "crm/value/purchase_model.hpp"
#include "crm/value/timeline.hpp"

namespace crm::value {

struct SurvivalPoint {
    double time;  // since the end of the observation
    double p_alive;
};

/// At 0, step, 2 step, ... and at the horizon. Throws invalid_argument unless step > 0, and limit_exceeded beyond a
/// million points.
std::vector<SurvivalPoint> survival_curve(const PurchaseModel&, const Rfm& seen, double horizon, double step,
                                          const Cancellation& = {});

struct PastDay {
    Day day;
    double p_alive;  // as it looked at the end of that day
    bool purchase;
};

/// Each day from the first purchase up to `as_of`; none before it. Throws limit_exceeded beyond a million days. The
/// model's unit of time must be the day.
std::vector<PastDay> p_alive_history(const PurchaseModel&, std::span<const Purchase> days, Day as_of,
                                     const Cancellation& = {});

}  // namespace crm::value
