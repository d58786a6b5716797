// How alike two short texts are.
#pragma once
#include <cstddef>
#include <string_view>

namespace crm::identity {

/// From 0 (nothing in common) to 1 (equal): Jaro's similarity, raised for up to four equal characters at the beginning
/// by a tenth each of what is missing, where it exceeds .7. Compares characters as they are.
/// Winkler (1990), String comparator metrics and enhanced decision rules in the Fellegi-Sunter model of record linkage.
double jaro_winkler(std::u32string_view one, std::u32string_view other);
double jaro_winkler(std::string_view one, std::string_view other);

/// The least number of characters to insert, delete, replace or swap with their neighbour (none of them twice), or
/// `most` + 1 when it exceeds `most`. Takes time of most times length.
std::size_t edit_distance(std::u32string_view one, std::u32string_view other, std::size_t most);

}  // namespace crm::identity
