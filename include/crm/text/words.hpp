// The words of a comment, in any language.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "crm/foundation/unicode.hpp"

namespace crm::text {

/// Characters [begin, end) of a folded text.
struct Word {
    std::uint32_t begin, end;

    std::u32string_view of(const FoldedText& text) const { return text.characters().substr(begin, end - begin); }
};

/// A word is a run of letters, marks and digits, with apostrophes inside ("won't"); a letter of a script that does not
/// part words (with its marks) is a word of its own, and so is a symbol such as an emoji. Punctuation is no word.
/// `found` is emptied first.
void find_words(const FoldedText& text, std::vector<Word>& found);

}  // namespace crm::text
