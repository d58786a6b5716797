// What a value is made of: its shape, its characters, what it looks like.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace crm::identity {

/// A: a capital letter, a: a small one, x: a letter without case, 9: a digit, a blank: white space; all else stands for
/// itself. A run of small letters is a or a+, one of more than four capitals, caseless letters or more than sixteen
/// digits ends with +. What follows the first 16 runs is left out and shown as ....
/// "Main Street 12" is "Aa+ Aa+ 99".
std::string value_shape(std::string_view value);

/// What a value looks like. A guess by form: nothing is looked up.
enum class ValueKind : std::uint8_t {
    email,
    web_address,
    phone,
    date,
    time,
    whole_number,
    decimal_number,
    code,      // digits with letters or signs, without blanks
    word,      // one, without digits
    words,     // several
    address,   // words and digits
    sentence,  // eight words and more, or four with a full stop
    signs,     // neither letters nor digits
};
inline constexpr std::size_t value_kinds = 13;

/// `value` has no blanks around it and is not empty.
ValueKind value_kind(std::string_view value);

/// In the plural, after "look like": "e-mail addresses".
std::string_view name_of(ValueKind kind);
std::string_view singular_name_of(ValueKind kind);

/// Without white space at its ends.
std::string_view trimmed(std::string_view value);

/// The longest beginning of at most `most` bytes that does not cut a character of UTF-8.
std::string_view beginning(std::string_view value, std::size_t most);

}  // namespace crm::identity
