// Dates as people and exports write them.
#pragma once
#include <optional>
#include <string_view>

#include "crm/foundation/day.hpp"
#include "crm/identity/country.hpp"

namespace crm::identity {

/// The day of a text in numbers or with the month's name; nothing when it is none, or, where the country (null: any)
/// does not say in which order numbers are read, may be several. Years of two digits are 1950 to 2049 (RFC 5280).
std::optional<Day> normalize_date(std::string_view text, const Country* country);

}  // namespace crm::identity
