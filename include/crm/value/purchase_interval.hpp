// Between which numbers of purchases a customer will most likely stay.
#pragma once
#include <span>

#include "crm/value/purchase_model.hpp"

namespace crm::value {

struct PurchaseInterval {
    int lower, upper;
};

/// The smallest numbers that purchases within `horizon` exceed with at most the probability (1 + level) / 2 and
/// (1 - level) / 2: what lies outside has (1 - level) / 2 on either side, or less. Throws invalid_argument unless
/// 0 < level < 1.
PurchaseInterval purchase_interval(const PurchaseModel&, const Rfm& seen, double horizon, double level,
                                   const Cancellation& = {});

void require_level(double level);

}  // namespace crm::value
