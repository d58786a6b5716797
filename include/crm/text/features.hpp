// What a model sees of a comment: its words and their pairs, and pieces of 2 to 5 characters, which survive
// misspellings and stand in for words where a script does not part them. No language is assumed.
//
// A feature is a 64-bit hash, odd for phrases and even for pieces. The hash is part of what stored models have learnt:
// it never changes.
#pragma once
#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "crm/foundation/bytes.hpp"
#include "crm/text/words.hpp"

namespace crm::text {

struct FeatureOptions {
    std::uint8_t words = 2;                       // phrases of 1 to this many words; 0 for none
    std::uint8_t from_pieces = 2, to_pieces = 5;  // pieces of so many characters; 0 and 0 for none

    bool operator==(const FeatureOptions&) const = default;
    void save(Writer&) const;
    static FeatureOptions load(Reader&);
};

inline constexpr std::uint8_t most_words = 5, longest_piece = 8;

/// Of a longer comment only its beginning is read.
inline constexpr std::size_t longest_comment = 250'000;  // bytes; reading so many takes less than a tenth of a second

/// A comment, folded and parted into words. Keeps its memory from one comment to the next.
class Comment {
public:
    void assign(std::string_view text) {
        folded_.assign(text, longest_comment);
        find_words(folded_, words_);
    }

    const FoldedText& folded() const { return folded_; }
    const std::vector<Word>& words() const { return words_; }

private:
    FoldedText folded_;
    std::vector<Word> words_;
};

/// What a feature's count in a comment is worth: 1 + ln count (Salton and Buckley 1988).
float term_weight(std::uint32_t count);

/// The length that the phrases of a comment are scaled to, and the pieces, each kind by itself. Pieces weigh more,
/// since they survive misspellings.
/// As the hash, these never change: what stored models have learnt rests on them.
inline constexpr double length_of_phrases = 0.75, length_of_pieces = 1;

constexpr bool is_phrase(std::uint64_t feature) { return feature & 1U; }

namespace detail {

constexpr std::uint64_t word_seed = 0x8f3a'5c1d'27e9'b64bU, piece_seed = 0x1b87'3593'cc9e'2d51U;

constexpr std::uint64_t mixed(std::uint64_t hash, std::uint64_t value) {
    hash = (hash ^ value) * 0x9e37'79b9'7f4a'7c15U;
    return hash ^ hash >> 29;
}

constexpr std::uint64_t finished(std::uint64_t hash) {
    hash = (hash ^ hash >> 32) * 0xd6e8'feb8'6659'fd93U;
    return hash ^ hash >> 32;
}

}  // namespace detail

/// Calls found(hash, begin, end) for each phrase, in characters of the folded comment.
template <class Found>
void for_each_phrase(const Comment& comment, const FeatureOptions& options, const Found& found) {
    if (options.words == 0) return;
    const std::vector<Word>& words = comment.words();
    std::uint64_t begun[most_words] = {};  // the phrases that end with the word before, longest last
    for (std::size_t i = 0; i < words.size(); ++i) {
        std::uint64_t word = detail::word_seed;
        for (const char32_t character : words[i].of(comment.folded())) word = detail::mixed(word, character);
        for (std::size_t n = std::min<std::size_t>(options.words, i + 1); n-- > 0;) {
            begun[n] = n == 0 ? word : detail::mixed(std::rotl(begun[n - 1], 23), word);  // the order of words tells
            found(detail::finished(begun[n]) | 1U, words[i - n].begin, words[i].end);
        }
    }
}

/// The same for each piece of a run of characters without space; runs count as if a space stood before and after.
/// begin and end are those of the piece without these spaces, which alone are no piece.
template <class Found>
void for_each_piece(const Comment& comment, const FeatureOptions& options, const Found& found) {
    if (options.to_pieces == 0) return;
    const std::u32string_view text = comment.folded().characters();
    const auto size = static_cast<std::uint32_t>(text.size());
    const auto is_space = [&](std::uint32_t at) {
        return text[at] == U' ' || (text[at] != U'\'' && kind_of(text[at]) == CharacterKind::space);
    };
    for (std::uint32_t begin = 0; begin < size;) {
        if (is_space(begin)) {
            ++begin;
            continue;
        }
        std::uint32_t end = begin + 1;
        while (end < size && !is_space(end)) ++end;
        // Positions count from 1 at the first character, so that 0 is the space before.
        const std::uint32_t length = end - begin + 2;
        for (std::uint32_t from = 0; from + options.from_pieces <= length; ++from) {
            std::uint64_t hash = detail::piece_seed;
            const std::uint32_t longest = std::min<std::uint32_t>(options.to_pieces, length - from);
            for (std::uint32_t n = 1; n <= longest; ++n) {
                const std::uint32_t at = from + n - 1;
                const bool outside = at == 0 || at == length - 1;
                hash = detail::mixed(hash, outside ? U' ' : text[begin + at - 1]);
                if (n >= options.from_pieces && !(outside && n == 1))
                    found(detail::finished(hash) & ~std::uint64_t{1}, begin + std::max(from, 1U) - 1,
                          std::min(begin + at, end));
            }
        }
        begin = end;
    }
}

}  // namespace crm::text
