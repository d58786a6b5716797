// The words around names that are no names, and the letters of names that are not plainly capitals.
#pragma once
#include <string_view>

namespace crm::identity {

/// "dr" or "frau", in lower case without dots. `dotted`: it was written with a dot, as only some are.
bool is_title(std::u32string_view word, bool dotted);

/// "jr", "phd", "iii". `dotted`: it was written with dots between its letters, as only some are ("s.e.").
bool is_suffix(std::u32string_view word, bool dotted);

/// "van", "de la", "bin": small letters inside a name.
bool is_particle(std::u32string_view word);

/// After these family names "van" is a name: Nguyen Van Anh.
bool is_vietnamese_family(std::u32string_view word);

/// The length of a beginning that has a capital after it: 2 in "mcdonald", 3 in "macdonald", else 0.
std::size_t capital_inside(std::u32string_view word);

}  // namespace crm::identity
