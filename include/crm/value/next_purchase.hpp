// When a customer will buy next.
#pragma once
#include <optional>

#include "crm/value/purchase_model.hpp"

namespace crm::value {

struct NextPurchase {
    double probability;  // that there is one at all

    struct Times {
        double median, lower, upper;  // since the end of the observation
    };
    std::optional<Times> times;  // of those who do buy again; none when hardly anybody does, less than one in 1e9
};

/// The times leave (1 - level) / 2 on either side; of a discrete model they are numbers of opportunities. Throws
/// invalid_argument unless 0 < level < 1.
NextPurchase next_purchase(const PurchaseModel&, const Rfm& seen, double level);

}  // namespace crm::value
