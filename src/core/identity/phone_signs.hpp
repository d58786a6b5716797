// What is written in a telephone field, apart from what it means.
#pragma once
#include <string>
#include <string_view>

namespace crm::identity {

/// The number as it was typed: its digits, and what matters about the rest.
struct PhoneSigns {
    bool readable = false;      // nothing but a number, its label and its extension
    bool plus = false;          // in front
    bool lettered = false;      // some digits were letters: 1-800-FLOWERS
    std::string digits;         // without a "(0)" that is dialled at home only
    std::string optional_zero;  // the digits with it, when there was one
    std::string extension;
};

PhoneSigns read_phone_signs(std::string_view text);

}  // namespace crm::identity
