// Postcodes in the shape that the country's post writes them (Universal Postal Union, addressing systems).
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "crm/identity/country.hpp"

namespace crm::identity {

/// "sw1a1aa" is SW1A 1AA in GB; leading zeros that a spreadsheet dropped come back where the country's postcodes have
/// them; nothing when it is none of that country. Where the shape is not known: capitals, spaces and hyphens as they
/// are.
std::optional<std::string> normalize_postcode(std::string_view text, const Country& country);

}  // namespace crm::identity
