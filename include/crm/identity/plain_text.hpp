// A field of a customer's record as it was meant, whatever keyboard or export it came through.
#pragma once
#include <string>
#include <string_view>

namespace crm::identity {

/// Letters composed and of usual width, decimal digits of any script as 0 to 9, one shape of apostrophe ('), of quote
/// (") and of hyphen (-), one space between words and none around; what cannot be seen is dropped. Case and all else
/// stay. At most `most` characters; a longer text is empty, for no field of a record is as long.
std::u32string plain_text(std::string_view text, std::size_t most = 1000);

/// Folded besides, as texts are compared: lower case, ß as ss, ligatures apart.
std::u32string plain_folded(std::string_view text, std::size_t most = 1000);

/// With each mark in the letter before it, where there is such a letter.
std::u32string composed(std::u32string_view text);

/// 0 to 9 of a decimal digit in any script, or -1.
int digit_value(char32_t character);

inline bool is_digit(char32_t character) { return character >= U'0' && character <= U'9'; }

/// Letters of any script, with their marks; no digit.
bool is_letter(char32_t character);

}  // namespace crm::identity
