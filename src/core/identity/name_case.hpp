// Where the capitals of a name are.
#pragma once
#include <string>
#include <vector>

namespace crm::identity {

/// Sets the case of a name's words: of those that are in one case only, for the others are as somebody meant them.
void set_name_case(std::vector<std::u32string>& words);

/// A word in small letters; sigma as it is written at the end of one.
void set_lower(std::u32string& word);

}  // namespace crm::identity
