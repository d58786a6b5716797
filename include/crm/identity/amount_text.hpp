// Amounts of money as people and exports write them.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "crm/identity/country.hpp"

namespace crm::identity {

/// The number in plain decimals, exactly, with the places that were written: "-1234.50". Currencies are dropped.
/// Nothing when it is none, or, as "1.234" without a country (null), may be two.
std::optional<std::string> normalize_amount(std::string_view text, const Country* country);

}  // namespace crm::identity
