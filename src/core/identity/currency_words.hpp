#pragma once
#include <string_view>

namespace crm::identity {

/// A currency's ISO 4217 code, name or abbreviation, folded and without dots.
bool is_currency(std::u32string_view word);

/// A currency's sign, such as € or $.
bool is_currency_sign(char32_t character);

}  // namespace crm::identity
