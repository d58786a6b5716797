#include "crm/identity/person_name.hpp"

#include <algorithm>
#include <vector>

#include "crm/foundation/unicode.hpp"
#include "crm/identity/null_like.hpp"
#include "crm/identity/plain_text.hpp"
#include "name_case.hpp"
#include "name_words.hpp"
#include "settle.hpp"

namespace crm::identity {

namespace {

using View = std::u32string_view;
using Words = std::vector<std::u32string>;

/// Without what stands in brackets or quotes: maiden names, nicknames, remarks.
std::u32string without_asides(View text) {
    std::u32string kept;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char32_t open = text[at];
        const char32_t close = open == U'(' ? U')' : open == U'[' ? U']' : open == U'"' ? U'"' : 0;
        const auto end = close ? text.find(close, at + 1) : View::npos;
        // All of a name may be quoted.
        if (end != View::npos && !(at == 0 && end + 1 == text.size())) {
            at = end;
            kept.push_back(U' ');
        } else {
            kept.push_back(close ? U' ' : open);
        }
    }
    return kept;
}

std::vector<View> split(View text, char32_t sign) {
    std::vector<View> parts;
    for (std::size_t from = 0; from <= text.size();) {
        const View part = text.substr(from, text.find(sign, from) - from);
        parts.push_back(part);
        from += part.size() + 1;
    }
    return parts;
}

bool is_kept(char32_t c) { return is_letter(c) || is_digit(c) || c == U'\'' || c == U'-'; }

bool has_letter(View word) { return std::ranges::any_of(word, is_letter); }

/// A word as it was written, and what it says about itself.
struct Written {
    std::u32string text;  // signs but dots, apostrophes and hyphens are gone
    std::u32string key;   // in small letters, without dots
    bool dotted;

    explicit Written(View word) {
        text.reserve(word.size());
        for (const char32_t c : word)
            if (is_kept(c) || c == U'.' || c == U'&' || c == U'/') text.push_back(c);
        dotted = text.find(U'.') != View::npos;
        key = text;
        if (dotted) std::erase(key, U'.');
        set_lower(key);
    }
};

std::vector<Written> words_of(View part) {
    std::vector<Written> words;
    std::size_t begin = 0;
    for (std::size_t at = 0; at <= part.size(); ++at) {
        const bool parts = at == part.size() || part[at] == U' ' || part[at] == U'_' || part[at] == U';';
        if (!parts) continue;
        if (at > begin) {
            Written word(part.substr(begin, at - begin));
            if (has_letter(word.key) || word.text == U"&") words.push_back(std::move(word));
        }
        begin = at + 1;
    }
    return words;
}

/// Drops titles in front and suffixes behind. `after_comma`: as degrees often are, so that all of it may be suffixes.
void drop_titles(std::vector<Written>& words, bool after_comma) {
    const auto is_dropped = [](const Written& w) { return is_title(w.key, w.dotted) || w.text == U"&"; };
    std::size_t begin = 0;
    while (begin + 1 < words.size() && is_dropped(words[begin])) ++begin;
    words.erase(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(begin));
    const std::size_t least = after_comma ? 0 : 1;
    while (words.size() > least) {
        const Written& last = words.back();
        if (!is_suffix(last.key, last.dotted || after_comma) && !(after_comma && is_title(last.key, last.dotted)) &&
            last.text != U"&")
            break;
        words.pop_back();
    }
}

/// Adds a word, parted at its dots: J.R.R. is three.
void add_word(const Written& word, Words& name) {
    if (word.key == U"and") {
        name.emplace_back(U"&");
        return;
    }
    for (View rest = word.text; !rest.empty();) {
        View part = rest.substr(0, rest.find(U'.'));
        rest.remove_prefix(std::min(part.size() + 1, rest.size()));
        while (!part.empty() && (part.front() == U'-' || part.front() == U'/')) part.remove_prefix(1);
        while (!part.empty() && (part.back() == U'-' || part.back() == U'/' || part.back() == U'\''))
            part.remove_suffix(1);
        if (has_letter(part) || part == U"&") name.emplace_back(part);
    }
}

/// Family name, given names: the other way round.
Words in_order(View text) {
    Words name;
    std::vector<std::vector<Written>> parts;
    for (const View part : split(text, U',')) {
        std::vector<Written> words = words_of(part);
        drop_titles(words, !parts.empty());
        if (!words.empty()) parts.push_back(std::move(words));
    }
    if (parts.empty()) return name;
    std::ranges::rotate(parts, parts.begin() + 1);
    for (const auto& part : parts)
        for (const Written& word : part) add_word(word, name);
    return name;
}

std::u32string joined(const Words& words) {
    std::u32string text;
    std::size_t size = 0;
    for (const std::u32string& word : words) size += word.size() + 1;
    text.reserve(size);
    for (const std::u32string& word : words) {
        if (!text.empty()) text.push_back(U' ');
        text += word;
    }
    return text;
}

std::u32string read_once(View text) {
    const bool has_asides = text.find_first_of(U"([\"") != View::npos;
    Words name = in_order(has_asides ? without_asides(text) : std::u32string(text));
    set_name_case(name);
    return joined(name);
}

/// Lower case is folding where no letter is more than one or another's form, and faster.
bool says_nothing(const std::u32string& name) {
    const auto is_simple = [](char32_t c) { return c < 0x80 || (c >= U'À' && c <= U'ı' && c != U'ß'); };
    if (!std::ranges::all_of(name, is_simple)) return is_null_like(to_utf8(name));
    std::u32string small = name;
    set_lower(small);
    return is_null_like(std::u32string_view(small));
}

}  // namespace

std::optional<std::string> normalize_name(std::string_view text) {
    std::u32string name = plain_text(text);
    // An address of mail or of a page is in the wrong field.
    if (name.empty() || name.find(U'@') != View::npos || name.find(U"://") != View::npos || says_nothing(name))
        return {};
    const std::size_t written = name.size();
    if (!settle(name, read_once) || !has_letter(name)) return {};
    if (name.size() != written && says_nothing(name)) return {};
    return to_utf8(name);
}

}  // namespace crm::identity
