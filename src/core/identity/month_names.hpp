#pragma once
#include <string_view>

namespace crm::identity {

/// 1 to 12 of a month's name or its abbreviation, folded, without marks or dots; 0 for another word.
int month_named(std::u32string_view word);

/// Words that stand in dates and say nothing: weekdays, "of", "de", the endings of ordinals.
bool is_date_filler(std::u32string_view word);

}  // namespace crm::identity
