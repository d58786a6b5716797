// Telephone numbers as the world writes them: E.164, "+" and at most 15 digits.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "crm/identity/country.hpp"

namespace crm::identity {

/// The number dialled from abroad, or nothing when the text is none, is too short or long for its country, or can be
/// read in two ways. Without a country (null) only numbers that begin with + are read: no country is guessed.
std::optional<std::string> normalize_phone(std::string_view text, const Country* country);

/// The extension after a number, its digits: "12" of "030 123456 ext. 12"; nothing without one.
std::optional<std::string> phone_extension(std::string_view text);

}  // namespace crm::identity
