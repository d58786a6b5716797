// Where a distribution of purchases may end.
#pragma once
#include "crm/foundation/cancellation.hpp"

namespace crm::value {

/// The probability that may be left out at the end, and who may stop the computation before.
struct Tail {
    double beyond;
    Cancellation cancellation;

    Tail(double probability, const Cancellation& interrupts = {}) : beyond(probability), cancellation(interrupts) {}
};

}  // namespace crm::value
