// A model's opinion of one customer in words.
#pragma once
#include <string>

#include "crm/value/purchase_model.hpp"

namespace crm::value {

/// One or two sentences for someone who talks to the customer: what was bought how often, how long they have been
/// silent measured by their own rhythm, and how likely they are to come back. The model's unit of time must be the
/// day; throws invalid_argument for a discrete model. E.g. "Bought 7 times in 200 days, on average every 33; silent for
/// 150: 4.5 times the usual gap. 8 % likely to be still active."
std::string why(const PurchaseModel&, const Rfm& seen);

}  // namespace crm::value
