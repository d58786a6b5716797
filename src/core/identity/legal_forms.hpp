// Legal forms of companies, folded and without dots and signs.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "crm/identity/country.hpp"

namespace crm::identity {

/// How many of these words, at the end of a name, are its legal form: 0 for none.
std::size_t trailing_form(const std::vector<std::u32string>& words, const Country* country);

/// The same in front: PT, OOO.
std::size_t leading_form(const std::vector<std::u32string>& words, const Country* country);

/// Drops forms that are written without a space: 株式会社, 有限公司, 주식회사. Never all of the word.
void drop_attached_form(std::u32string& word);

/// Whether a word is that country's "and".
bool is_and(std::u32string_view word, const Country* country);

}  // namespace crm::identity
