#include "crm/identity/company_name.hpp"

#include <algorithm>

#include "crm/foundation/unicode.hpp"
#include "crm/identity/null_like.hpp"
#include "crm/identity/plain_text.hpp"
#include "legal_forms.hpp"
#include "settle.hpp"

namespace crm::identity {

namespace {

using View = std::u32string_view;
using Words = std::vector<std::u32string>;

bool is_in_word(char32_t c) {
    if (c < 0x80) return is_letter(c) || is_digit(c);
    const CharacterKind kind = kind_of(c);
    return kind == CharacterKind::letter || kind == CharacterKind::unsegmented || kind == CharacterKind::mark ||
           kind == CharacterKind::digit;
}

bool is_lone_letter(View text, std::size_t at) {
    return is_letter(text[at]) && (at == 0 || !is_in_word(text[at - 1])) &&
           (at + 1 == text.size() || !is_in_word(text[at + 1]));
}

/// Whether a sign joins what it stands between: S.A., A/S, McDonald's, "S. A.".
bool joins(View text, std::size_t at) {
    const char32_t sign = text[at];
    if (sign == U'\'') return true;
    if (sign == U'.') {
        const bool after_letter = at > 0 && is_in_word(text[at - 1]);
        return after_letter && at + 1 < text.size() && text[at + 1] != U' ';
    }
    return sign == U'/' && at > 0 && at + 1 < text.size() && is_lone_letter(text, at - 1) &&
           is_lone_letter(text, at + 1);
}

/// Single letters with dots and spaces between them are one word: "S. A." is written for "S.A.".
bool continues_initials(View text, std::size_t space) {
    return space >= 2 && space + 2 < text.size() && text[space - 1] == U'.' && is_lone_letter(text, space - 2) &&
           text[space + 2] == U'.' && is_lone_letter(text, space + 1);
}

Words words_of(View text) {
    Words words;
    std::u32string word;
    const auto end_word = [&] {
        if (!word.empty()) words.push_back(std::move(word));
        word.clear();
    };
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char32_t c = text[at];
        if (is_in_word(c)) {
            word.push_back(c);
        } else if (c == U'&' || c == U'+') {
            // In "C++" and "Canal+" it is no "and".
            const bool between =
                at + 1 < text.size() && (c == U'&' || (at > 0 && text[at - 1] == U' ' && text[at + 1] == U' '));
            if (!between) continue;
            end_word();
            words.push_back(U"&");
        } else if (c == U' ' ? !continues_initials(text, at)
                             : !joins(text, at) && !(c == U'.' && continues_initials(text, at + 1))) {
            end_word();
        }
    }
    end_word();
    return words;
}

bool is_word(View word) { return word != U"&"; }

std::u32string read_once(View text, const Country* country) {
    Words words = words_of(text);
    for (std::u32string& word : words) {
        drop_attached_form(word);
        if (is_and(word, country)) word.assign(1, U'&');
    }
    const auto erase = [&words](std::size_t from, std::size_t count) {
        const auto begin = words.begin() + static_cast<std::ptrdiff_t>(from);
        words.erase(begin, begin + static_cast<std::ptrdiff_t>(count));
    };
    while (const std::size_t count = leading_form(words, country)) erase(0, count);
    while (const std::size_t count = trailing_form(words, country)) erase(words.size() - count, count);
    while (!words.empty() && !is_word(words.back())) words.pop_back();
    while (!words.empty() && !is_word(words.front())) erase(0, 1);
    std::u32string name;
    for (const std::u32string& word : words) {
        if (!name.empty()) name.push_back(U' ');
        name += word;
    }
    return name;
}

}  // namespace

std::optional<std::string> normalize_company(std::string_view text, const Country* country) {
    std::u32string name = plain_folded(text);
    if (name.empty() || is_null_like(std::u32string_view(name))) return {};
    if (!settle(name, [country](View one) { return read_once(one, country); }) || name.empty() ||
        is_null_like(std::u32string_view(name)))
        return {};
    return to_utf8(name);
}

}  // namespace crm::identity
