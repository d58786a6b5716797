// What the normalisers know of countries: how telephone numbers, postcodes, dates and amounts are written there.
// Public facts: ISO 3166-1; ITU-T E.164 and the national numbering plans notified to ITU; UPU addressing systems.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

namespace crm::identity {

/// How a date of numbers alone is written; `mixed` where people use several.
enum class DateOrder : std::uint8_t { mixed, day_month_year, month_day_year, year_month_day };

struct Country {
    std::string_view code, alpha3, name;  // ISO 3166; the name in English
    std::uint16_t dialling;               // several countries may share one

    // Alternatives are parted by spaces; ? is any digit. Empty: none is dialled.
    std::string_view international = {};  // before a foreign number, besides +
    std::string_view trunk = {};          // before a number within the country, and no part of it

    // Digits of a national number without trunk prefix; longest is 0 where that is not known.
    std::uint8_t shortest = 0, longest = 0;
    std::uint8_t whole = 0;         // with fewer, one that is written without trunk prefix may lack its area code
    std::string_view leading = {};  // digits with which a number can begin; empty: any

    /// Alternatives are parted by |; 9 is a digit, @ a letter, * either, all else stands for itself. Empty: not known;
    /// "none": the country has no postcodes.
    std::string_view postcode = {};
    std::uint8_t postcode_zeros = 0;  // how many leading zeros its postcodes can have

    DateOrder dates = DateOrder::mixed;
    char decimal = 0;  // 0: not known

    bool has_numbering() const { return longest != 0; }
};

/// All that are known, by code.
std::span<const Country> countries();

/// By ISO code of two or three letters or name in English, in any case; null for an empty text. Throws invalid_argument
/// for one that is not known.
const Country* find_country(std::string_view text);

/// The country whose dialling code these digits begin with, or null.
const Country* country_dialled(std::string_view digits);

}  // namespace crm::identity
