// Sums of money that do not depend on their order.
#pragma once
#include <cstdint>
#include <optional>

namespace crm::value {

/// The amount as whole hundredths, if that is exactly what it is.
std::optional<std::int64_t> hundredths_of(double amount);

/// one + other: exact for whole hundredths.
double sum_of(double one, double other);

}  // namespace crm::value
