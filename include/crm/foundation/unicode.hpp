// Unicode as far as the texts that people write need it. The tables (Unicode 14, made by scripts/unicode-table) are
// frozen: what stored models have learnt depends on them.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace crm {

struct CodePoint {
    char32_t value;
    std::uint8_t bytes;
};

/// The first code point of UTF-8, which is not empty. Malformed bytes are read one by one, each as U+FFFD.
CodePoint first_code_point(std::string_view text);

/// Whether the text can be one of the server's in UTF-8: well-formed and without the character 0.
bool is_utf8(std::string_view text);

void append_utf8(std::string& out, char32_t character);

std::string to_utf8(std::u32string_view characters);

enum class CharacterKind : std::uint8_t {
    ignorable,    // zero-width joiners, variation selectors, soft hyphens
    space,        // and control characters
    letter,       // of scripts that part words by spaces
    unsegmented,  // letter of one that does not: Han, kana, Thai, Lao, Khmer, Myanmar, Tibetan
    mark,         // combining
    digit,        // numbers of any kind
    punctuation,
    symbol,  // emoji, currencies, and what is not assigned
};

CharacterKind kind_of(char32_t character);

/// The character that `base` and the combining `mark` make together, or 0.
char32_t compose(char32_t base, char32_t mark);

/// A text as it is compared, whatever its case, width or way of writing accents: NFKC_Casefold, but for marks that are
/// out of canonical order; ignorable characters are dropped and apostrophes of all shapes are '.
class FoldedText {
public:
    FoldedText() = default;
    explicit FoldedText(std::string_view text) { assign(text); }

    /// Keeps its memory. At most `most` bytes of the text are read, whole characters only.
    void assign(std::string_view text, std::size_t most = std::string_view::npos);

    std::u32string_view characters() const { return characters_; }

    /// Where the character at `index` begins in the text, in bytes; for index = size() where the text read ends.
    std::size_t origin(std::size_t index) const { return origins_[index]; }

    std::size_t size() const { return characters_.size(); }

private:
    void append(char32_t character, std::size_t origin);

    std::u32string characters_;
    std::vector<std::uint32_t> origins_;
};

/// The text without marks on its letters and with letters such as ø, ł, đ, æ and ß spelt as ASCII spells them; case and
/// all else stay.
std::string without_marks(std::string_view text);

}  // namespace crm
