#include "crm/foundation/unicode.hpp"

#include <algorithm>
#include <iterator>

namespace crm {

namespace {

struct KindRun {
    char32_t first;  // to the next run
    CharacterKind kind;
};

/// The characters first, first + stride ... last become what lies `delta` away.
struct FoldRun {
    char32_t first, last;
    std::uint32_t stride;
    std::int32_t delta;
};

struct Expansion {
    char32_t character;
    char32_t first, second, third;  // third may be 0
};

struct Composition {
    char32_t base, mark, composed;
};

#include "unicode_table.inc"

constexpr char32_t malformed = 0xFFFD;

template <std::size_t N>
char32_t mapped(const FoldRun (&runs)[N], char32_t character) {
    const auto* const after =
        std::ranges::upper_bound(runs, character, {}, [](const FoldRun& run) { return run.first; });
    // Runs of stride 2 may lie between one another, so the one before is looked at too.
    for (const auto* run = after; run != std::begin(runs) && after - run < 2;) {
        --run;
        if (character <= run->last && (character - run->first) % run->stride == 0)
            return static_cast<char32_t>(static_cast<std::int32_t>(character) + run->delta);
    }
    return character;
}

CharacterKind searched_kind(char32_t character) {
    return std::prev(std::ranges::upper_bound(kind_runs, character, {}, [](const KindRun& run) { return run.first; }))
        ->kind;
}

/// The characters that are common, looked up without a search.
struct BasicPlane {
    static constexpr char32_t size = 0x10000;
    CharacterKind kinds[size];
    char32_t folded[size];  // 0 where one becomes several

    BasicPlane() {
        for (char32_t c = 0; c < size; ++c) {
            kinds[c] = searched_kind(c);
            folded[c] = mapped(fold_runs, c);
        }
        for (const Expansion& one : expansions)
            if (one.character < size) folded[one.character] = 0;
        folded[0] = U' ';
    }
};

const BasicPlane& basic_plane() {
    static const BasicPlane plane;
    return plane;
}

constexpr char32_t hangul_first = 0xAC00, leading_first = 0x1100, vowel_first = 0x1161, trailing_before = 0x11A7;
constexpr char32_t leadings = 19, vowels = 21, trailings = 28;

char32_t compose_hangul(char32_t base, char32_t mark) {
    if (base - leading_first < leadings && mark - vowel_first < vowels)
        return hangul_first + ((base - leading_first) * vowels + (mark - vowel_first)) * trailings;
    const bool open = base >= hangul_first && base - hangul_first < leadings * vowels * trailings &&
                      (base - hangul_first) % trailings == 0;
    if (open && mark > trailing_before && mark - trailing_before < trailings) return base + (mark - trailing_before);
    return 0;
}

bool continues(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

}  // namespace

CodePoint first_code_point(std::string_view text) {
    const auto byte = [&text](std::size_t i) { return static_cast<char32_t>(static_cast<unsigned char>(text[i])); };
    const char32_t lead = byte(0);
    if (lead < 0x80) return {lead, 1};
    const std::uint8_t length = lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
    if (length == 0 || text.size() < length) return {malformed, 1};
    char32_t value = lead & (0x7FU >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if (!continues(text[i])) return {malformed, 1};
        value = value << 6 | (byte(i) & 0x3FU);
    }
    const bool overlong = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
    if (overlong || value > 0x10FFFF || (value >= 0xD800 && value < 0xE000)) return {malformed, 1};
    return {value, length};
}

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const CodePoint first = first_code_point(text);
        if (first.value == 0 || (first.value == malformed && first.bytes == 1)) return false;
        text.remove_prefix(first.bytes);
    }
    return true;
}

void append_utf8(std::string& out, char32_t character) {
    const auto put = [&out](char32_t byte) { out.push_back(static_cast<char>(byte)); };
    if (character < 0x80) {
        put(character);
    } else if (character < 0x800) {
        put(0xC0 | character >> 6);
        put(0x80 | (character & 0x3F));
    } else if (character < 0x10000) {
        put(0xE0 | character >> 12);
        put(0x80 | (character >> 6 & 0x3F));
        put(0x80 | (character & 0x3F));
    } else {
        put(0xF0 | character >> 18);
        put(0x80 | (character >> 12 & 0x3F));
        put(0x80 | (character >> 6 & 0x3F));
        put(0x80 | (character & 0x3F));
    }
}

std::string to_utf8(std::u32string_view characters) {
    std::string out;
    out.reserve(characters.size());
    for (const char32_t character : characters) append_utf8(out, character);
    return out;
}

CharacterKind kind_of(char32_t character) {
    return character < BasicPlane::size ? basic_plane().kinds[character] : searched_kind(character);
}

char32_t compose(char32_t base, char32_t mark) {
    if (const char32_t syllable = compose_hangul(base, mark)) return syllable;
    const auto key = [](const Composition& c) { return std::pair(c.base, c.mark); };
    const auto* const found = std::ranges::lower_bound(compositions, std::pair(base, mark), {}, key);
    return found != std::end(compositions) && key(*found) == std::pair(base, mark) ? found->composed : 0;
}

void FoldedText::assign(std::string_view text, std::size_t most) {
    characters_.clear();
    origins_.clear();
    const BasicPlane& plane = basic_plane();
    // Offsets are kept in 32 bits, more than the server's longest text needs.
    const std::size_t end = std::min({text.size(), most, std::size_t{UINT32_MAX}});
    std::size_t at = 0;
    while (at < end) {
        const auto byte = static_cast<unsigned char>(text[at]);
        if (byte < 0x80) {
            characters_.push_back(plane.folded[byte]);
            origins_.push_back(static_cast<std::uint32_t>(at++));
            continue;
        }
        const auto [character, bytes] = first_code_point(text.substr(at));
        if (at + bytes > end) break;
        append(character, at);
        at += bytes;
    }
    origins_.push_back(static_cast<std::uint32_t>(at));
}

void FoldedText::append(char32_t character, std::size_t origin) {
    const auto push = [&](char32_t one) {
        const bool may_combine =
            !characters_.empty() && (kind_of(one) == CharacterKind::mark || one - vowel_first < 98);
        if (const char32_t together = may_combine ? compose(characters_.back(), one) : 0) {
            characters_.back() = together;
            return;
        }
        characters_.push_back(one);
        origins_.push_back(static_cast<std::uint32_t>(origin));
    };
    if (kind_of(character) == CharacterKind::ignorable) return;
    const char32_t folded =
        character < BasicPlane::size ? basic_plane().folded[character] : mapped(fold_runs, character);
    if (folded != 0 && (folded != character || character < BasicPlane::size)) return push(folded);
    const auto* const found = std::ranges::lower_bound(expansions, character, {}, &Expansion::character);
    if (found == std::end(expansions) || found->character != character) return push(character);
    push(found->first);
    push(found->second);
    if (found->third != 0) push(found->third);
}

std::string without_marks(std::string_view text) {
    struct Spelling {
        char32_t letter;
        std::string_view ascii;
    };
    static constexpr Spelling spellings[] = {
        {U'Æ', "AE"}, {U'Ð', "D"}, {U'Ø', "O"}, {U'Þ', "Th"}, {U'ß', "ss"}, {U'æ', "ae"}, {U'ð', "d"},  {U'ø', "o"},
        {U'þ', "th"}, {U'Đ', "D"}, {U'đ', "d"}, {U'ı', "i"},  {U'Ł', "L"},  {U'ł', "l"},  {U'Œ', "OE"}, {U'œ', "oe"}};
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const auto [character, bytes] = first_code_point(text.substr(at));
        at += bytes;
        if (character < 0x80) {
            out.push_back(static_cast<char>(character));
            continue;
        }
        if (kind_of(character) == CharacterKind::mark) continue;
        const auto* const spelling = std::ranges::lower_bound(spellings, character, {}, &Spelling::letter);
        if (spelling != std::end(spellings) && spelling->letter == character)
            out += spelling->ascii;
        else
            append_utf8(out, mapped(bare_runs, character));
    }
    return out;
}

}  // namespace crm
