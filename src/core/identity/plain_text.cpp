#include "crm/identity/plain_text.hpp"

#include <algorithm>
#include <iterator>

#include "crm/foundation/unicode.hpp"

namespace crm::identity {

namespace {

// Each script's 0, with 1 to 9 after it.
constexpr char32_t zeros[] = {U'0',   0x660,  0x6F0,  0x7C0,  0x966,  0x9E6,  0xA66,  0xAE6,  0xB66,
                              0xBE6,  0xC66,  0xCE6,  0xD66,  0xDE6,  0xE50,  0xED0,  0xF20,  0x1040,
                              0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0,
                              0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xAA50, 0xABF0, 0xFF10};

/// Letters that exist in a width or shape of their own beside the usual one.
bool has_usual_form(char32_t c) { return (c >= 0xFF01 && c <= 0xFFDC) || (c >= 0xFB00 && c <= 0xFB06); }

char32_t usual_sign(char32_t c) {
    switch (c) {
        case 0x60:
        case 0xB4:
        case 0x2B9:
        case 0x2BB:
        case 0x2BC:
        case 0x2018:
        case 0x2019:
        case 0x201B:
        case 0x2032: return U'\'';
        case 0xAB:
        case 0xBB:
        case 0x201C:
        case 0x201D:
        case 0x201E:
        case 0x2033: return U'"';
        case 0x2010:
        case 0x2011:
        case 0x2012:
        case 0x2013:
        case 0x2014:
        case 0x2015:
        case 0x2212: return U'-';
        default: return c;
    }
}

class PlainText {
public:
    void append(char32_t c) {
        if (c > U' ' && c < 0x7F && c != 0x60) return put(c);
        const CharacterKind kind = kind_of(c);
        if (kind == CharacterKind::ignorable) return;
        if (kind == CharacterKind::space) {
            pending_space_ = !text.empty();
            return;
        }
        if (c >= 0xFF01 && c <= 0xFF5E) return put(usual_sign(c - 0xFEE0));
        if (has_usual_form(c)) {
            std::string bytes;
            append_utf8(bytes, c);
            const FoldedText folded(bytes);
            for (const char32_t usual : folded.characters()) put(usual);
            return;
        }
        const int digit = kind == CharacterKind::digit ? digit_value(c) : -1;
        put(digit >= 0 ? U'0' + static_cast<char32_t>(digit) : usual_sign(c));
    }

    std::u32string text;

private:
    void put(char32_t c) {
        if (!pending_space_ && !text.empty() && c >= 0x300) {
            if (const char32_t together = compose(text.back(), c)) {
                text.back() = together;
                return;
            }
        }
        if (pending_space_) text.push_back(U' ');
        pending_space_ = false;
        text.push_back(c);
    }

    bool pending_space_ = false;
};

}  // namespace

int digit_value(char32_t character) {
    const auto* const after = std::ranges::upper_bound(zeros, character);
    if (after == std::begin(zeros)) return -1;
    const char32_t value = character - *std::prev(after);
    return value < 10 ? static_cast<int>(value) : -1;
}

bool is_letter(char32_t character) {
    if (character < 0x80) return (character | 0x20U) - U'a' < 26;
    const CharacterKind kind = kind_of(character);
    return kind == CharacterKind::letter || kind == CharacterKind::unsegmented || kind == CharacterKind::mark;
}

std::u32string composed(std::u32string_view text) {
    std::u32string result;
    result.reserve(text.size());
    for (const char32_t c : text) {
        const char32_t together = c >= 0x300 && !result.empty() ? compose(result.back(), c) : 0;
        if (together)
            result.back() = together;
        else
            result.push_back(c);
    }
    return result;
}

std::u32string plain_text(std::string_view text, std::size_t most) {
    PlainText plain;
    plain.text.reserve(std::min(text.size(), most));
    while (!text.empty()) {
        const auto [character, bytes] = first_code_point(text);
        plain.append(character);
        text.remove_prefix(bytes);
        if (plain.text.size() > most) return {};
    }
    return std::move(plain.text);
}

std::u32string plain_folded(std::string_view text, std::size_t most) {
    // Folding first: what it expands to may be a sign or a digit of another shape.
    FoldedText folded;
    folded.assign(text, most * 4 + 1);
    PlainText plain;
    for (const char32_t character : folded.characters()) plain.append(character);
    if (text.size() > most * 4 || plain.text.size() > most) return {};
    return std::move(plain.text);
}

}  // namespace crm::identity
