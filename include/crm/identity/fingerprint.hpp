// Keys on which different spellings of one value collide.
// After the key collision methods of OpenRefine (fingerprint, n-gram fingerprint).
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace crm::identity {

/// The words of a value for comparison: folded (case, width), without marks and punctuation, parted by white space, in
/// the order in which they stand. Marks are kept in scripts where they are vowels or tones.
std::vector<std::u32string> plain_words(std::string_view value);

/// With one blank between.
std::u32string joined(const std::vector<std::u32string>& words);

/// The plain words, sorted, each once.
std::string fingerprint(std::string_view value);

/// All runs of n characters of the plain words without blanks, sorted, each once, joined. A shorter value is its own.
/// Throws invalid_argument unless 1 <= n <= 64.
std::string ngram_fingerprint(std::string_view value, int n);

}  // namespace crm::identity
