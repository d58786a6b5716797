#include "crm/value/money.hpp"

#include <cmath>

namespace crm::value {

std::optional<std::int64_t> hundredths_of(double amount) {
    const double hundredths = std::round(amount * 100);
    constexpr double exact_up_to = 9007199254740992.0;
    if (!(std::abs(hundredths) < exact_up_to) || hundredths / 100 != amount) return {};
    return static_cast<std::int64_t>(hundredths);
}

double sum_of(double one, double other) {
    const auto hundredths = hundredths_of(one), more = hundredths_of(other);
    if (hundredths && more) return static_cast<double>(*hundredths + *more) / 100;
    return one + other;
}

}  // namespace crm::value
