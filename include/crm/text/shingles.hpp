// How alike two comments are: the Jaccard index of their shingles, pieces of characters or words that overlap. Broder
// (1997), On the resemblance and containment of documents, Compression and Complexity of Sequences.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "crm/foundation/json.hpp"

namespace crm::text {

/// A comment as it is compared: its folded words, parted by one space, but letters of scripts that do not part words as
/// they stand. Punctuation is no part of it.
std::string comparable(std::string_view comment);

struct ShingleOptions {
    bool of_words = false;  // else of characters
    std::int32_t size = 4;

    /// {"shingles": "characters" or "words", "size": 4}. A size is 1 to 20, by default 4 characters or 2 words. Throws
    /// invalid_argument.
    static ShingleOptions from_json(const Json&);

    /// The same of options that have other keys as well.
    static ShingleOptions among(const Json&);

    friend bool operator==(const ShingleOptions&, const ShingleOptions&) = default;
};

/// Hashes of the distinct shingles of a comparable text, ascending. A text shorter than a shingle is one; an empty one
/// has none.
void find_shingles(std::string_view comparable, const ShingleOptions& options, std::vector<std::uint64_t>& shingles);

/// Shared shingles over all; 1 for two without any. Ascending, distinct.
double jaccard(const std::vector<std::uint64_t>& one, const std::vector<std::uint64_t>& other);

double text_similarity(std::string_view one, std::string_view other, const ShingleOptions& = {});

}  // namespace crm::text
