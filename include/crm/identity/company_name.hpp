// Names of companies as keys: "The ACME Widgets Co., Ltd." and "Acme Widgets Inc" are both acme widgets.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "crm/identity/country.hpp"

namespace crm::identity {

/// Without legal forms, in small letters (whether IBM is written so cannot be told from ACME), with "&" for every
/// "and"; nothing when no name is there. A country adds the forms that are words elsewhere, such as ME in Brazil.
std::optional<std::string> normalize_company(std::string_view text, const Country* country);

}  // namespace crm::identity
