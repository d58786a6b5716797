// The part of an Rfm that models of purchase times read: the key by which equal customers are counted.
#pragma once
#include <cmath>
#include <tuple>

#include "crm/value/rfm.hpp"

namespace crm::value {

struct PurchaseHistory {
    int frequency;
    double recency, age;

    static PurchaseHistory of(const Rfm& seen) { return {seen.frequency(), seen.recency(), seen.age()}; }

    static auto tied(auto& self) { return std::tie(self.frequency, self.recency, self.age); }

    /// The rules of Rfm.
    bool valid() const {
        return frequency >= 0 && 0 <= recency && recency <= age && std::isfinite(age) &&
               (recency > 0) == (frequency > 0);
    }
};

}  // namespace crm::value
