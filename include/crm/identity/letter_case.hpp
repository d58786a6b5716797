// Upper and lower case of single letters, one for one: what a text keeps its spelling under. (Folding does not: it
// makes ß ss.) Simple case mappings of Unicode 14 for the Latin, Greek, Cyrillic and Armenian letters of names; I and i
// as in English.
#pragma once

namespace crm::identity {

char32_t upper(char32_t letter);
char32_t lower(char32_t letter);

}  // namespace crm::identity
