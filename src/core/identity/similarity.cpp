#include "crm/identity/similarity.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "crm/foundation/unicode.hpp"

namespace crm::identity {

namespace {

std::u32string characters_of(std::string_view text) {
    std::u32string characters;
    characters.reserve(text.size());
    while (!text.empty()) {
        const auto [character, bytes] = first_code_point(text);
        characters += character;
        text.remove_prefix(bytes);
    }
    return characters;
}

struct Matches {
    std::u32string one, other;  // the characters that match, each in its own text's order
};

/// Each character takes the first equal one not yet taken that is no further away than `window`. The places of each
/// character wait in a queue: what one place has passed, none after it can reach.
Matches matches(std::u32string_view one, std::u32string_view other, std::size_t window) {
    struct Place {
        char32_t character;
        std::size_t at;
        auto operator<=>(const Place&) const = default;
    };
    std::vector<Place> places;
    places.reserve(other.size());
    for (std::size_t j = 0; j < other.size(); ++j) places.push_back({other[j], j});
    std::ranges::sort(places);
    std::vector<std::size_t> next(places.size());  // at the first place of a character: where its queue begins
    for (std::size_t k = 0; k < places.size(); ++k) next[k] = k;
    std::vector<std::uint8_t> taken(other.size());
    Matches found;
    for (std::size_t i = 0; i < one.size(); ++i) {
        const auto first =
            static_cast<std::size_t>(std::ranges::lower_bound(places, Place{one[i], 0}) - places.begin());
        if (first == places.size() || places[first].character != one[i]) continue;
        std::size_t& k = next[first];
        while (k < places.size() && places[k].character == one[i] && places[k].at + window < i) ++k;
        if (k == places.size() || places[k].character != one[i] || places[k].at > i + window) continue;
        taken[places[k++].at] = 1;
        found.one += one[i];
    }
    for (std::size_t j = 0; j < other.size(); ++j)
        if (taken[j]) found.other += other[j];
    return found;
}

}  // namespace

double jaro_winkler(std::u32string_view one, std::u32string_view other) {
    if (one == other) return 1;
    if (one.empty() || other.empty()) return 0;
    const std::size_t longer = std::max(one.size(), other.size());
    const Matches found = matches(one, other, longer / 2 > 0 ? longer / 2 - 1 : 0);
    if (found.one.empty()) return 0;
    std::size_t moved = 0;
    for (std::size_t i = 0; i < found.one.size(); ++i) moved += found.one[i] != found.other[i];
    const auto count = static_cast<double>(found.one.size());
    const double transpositions = static_cast<double>(moved) / 2;
    const double jaro = (count / static_cast<double>(one.size()) + count / static_cast<double>(other.size()) +
                         (count - transpositions) / count) /
                        3;
    if (jaro <= 0.7) return jaro;
    std::size_t prefix = 0;
    while (prefix < 4 && prefix < std::min(one.size(), other.size()) && one[prefix] == other[prefix]) ++prefix;
    return jaro + 0.1 * static_cast<double>(prefix) * (1 - jaro);
}

double jaro_winkler(std::string_view one, std::string_view other) {
    return jaro_winkler(characters_of(one), characters_of(other));
}

std::size_t edit_distance(std::u32string_view one, std::u32string_view other, std::size_t most) {
    while (!one.empty() && !other.empty() && one.front() == other.front()) {
        one.remove_prefix(1);
        other.remove_prefix(1);
    }
    while (!one.empty() && !other.empty() && one.back() == other.back()) {
        one.remove_suffix(1);
        other.remove_suffix(1);
    }
    if (one.size() > other.size()) std::swap(one, other);
    if (other.size() - one.size() > most) return most + 1;
    const std::size_t beyond = most + 1;
    const std::size_t width = other.size() + 1;
    std::vector<std::size_t> before(width, beyond), last(width, beyond), row(width, beyond);
    for (std::size_t j = 0; j < width && j <= most; ++j) last[j] = j;
    for (std::size_t i = 1; i <= one.size(); ++i) {
        const std::size_t from = i > most ? i - most : 0, to = std::min(width - 1, i + most);
        if (from > 0) row[from - 1] = beyond;
        std::size_t least = beyond;
        for (std::size_t j = from; j <= to; ++j) {
            if (j == 0) {
                row[0] = std::min(i, beyond);
                least = std::min(least, row[0]);
                continue;
            }
            std::size_t edits = last[j - 1] + (one[i - 1] != other[j - 1]);
            edits = std::min(edits, row[j - 1] + 1);
            if (j < i + most) edits = std::min(edits, last[j] + 1);
            if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1])
                edits = std::min(edits, before[j - 2] + 1);
            row[j] = std::min(edits, beyond);
            least = std::min(least, row[j]);
        }
        if (least == beyond && i + 1 <= one.size()) {
            // A swap may still reach back over this row.
            if (std::ranges::all_of(last, [beyond](std::size_t edits) { return edits == beyond; })) return beyond;
        }
        std::swap(before, last);
        std::swap(last, row);
    }
    return last[width - 1];
}

}  // namespace crm::identity
