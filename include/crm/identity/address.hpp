// Postal addresses as keys: "12 Main St., Apt #4" and "12 MAIN STREET UNIT 4" are both 12 main street unit 4.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "crm/identity/country.hpp"

namespace crm::identity {

/// In small letters and without signs, each abbreviation written out as that country's languages have it; without a
/// country (null) in English, and what is no word of English in its own language. Nothing when no address is there.
std::optional<std::string> normalize_address(std::string_view text, const Country* country);

}  // namespace crm::identity
