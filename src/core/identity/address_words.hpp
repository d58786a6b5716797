// What is abbreviated in addresses, by language. Words are folded and without dots.
#pragma once
#include <span>
#include <string_view>

#include "crm/identity/country.hpp"
#include "word_table.hpp"

namespace crm::identity {

/// An abbreviation at the end of a word: hauptstr is hauptstrasse.
struct Ending {
    std::u32string_view written, meant;
};

struct AddressLanguage {
    WordTable words;     // an empty meaning: the word says nothing ("nr 5" is 5)
    WordTable numbered;  // the same, before a number only
    std::span<const Ending> endings;
    bool english = false;  // St. and Dr. are read by their place, and ordinals are written as words
};

/// The languages in which addresses of a country are written; those of no country in particular for null.
std::span<const AddressLanguage* const> address_languages(const Country* country);

/// Whether a word, written out, is one for streets, such as "avenue", or for parts of a house, such as "unit".
bool is_street_type(std::u32string_view word);
bool is_part_of_house(std::u32string_view word);

}  // namespace crm::identity
