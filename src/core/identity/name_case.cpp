#include "name_case.hpp"

#include <algorithm>

#include "crm/identity/letter_case.hpp"
#include "name_words.hpp"

namespace crm::identity {

namespace {

bool is_capital(char32_t c) { return lower(c) != c; }
bool is_small(char32_t c) { return upper(c) != c; }

/// Small and capital letters, and not as caps lock swaps them (aNNA).
bool is_meant(std::u32string_view word) {
    const bool has_small = std::ranges::any_of(word, is_small), has_capital = std::ranges::any_of(word, is_capital);
    if (!has_small || !has_capital) return false;
    return is_capital(word.front()) || std::ranges::count_if(word, is_small) > 1;
}

/// A part of a word between hyphens and apostrophes.
void capitalise(std::u32string& word, std::size_t begin, std::size_t end) {
    if (begin == end) return;
    const std::size_t inside = capital_inside(std::u32string_view(word).substr(begin, end - begin));
    word[begin] = upper(word[begin]);
    if (inside > 0) word[begin + inside] = upper(word[begin + inside]);
}

/// Whether a part after an apostrophe has a capital of its own: O'Neil, D'Angelo, De'Andre; not Shaun's, G'ulom.
bool begins_anew(std::u32string_view before, std::size_t size) {
    return size >= 2 && (before.size() == 2 || (before.size() == 1 && before != U"g"));
}

void capitalise_parts(std::u32string& word, bool first_word) {
    std::size_t begin = 0;
    std::u32string before;
    bool anew = true;
    for (std::size_t at = 0; at <= word.size(); ++at) {
        if (at < word.size() && word[at] != U'-' && word[at] != U'\'') continue;
        const std::size_t size = at - begin;
        const std::u32string part = word.substr(begin, size);
        const bool article =
            !first_word && begin == 0 && at < word.size() && word[at] == U'-' && (part == U"al" || part == U"el");
        if (begin > 0 && word[begin - 1] == U'\'') anew = begins_anew(before, size);
        if (begin == 0 || (begin > 0 && word[begin - 1] == U'-')) anew = !article;
        if (anew) capitalise(word, begin, at);
        before = part;
        begin = at + 1;
    }
}

}  // namespace

void set_lower(std::u32string& word) {
    std::ranges::transform(word, word.begin(), lower);
    if (word.size() > 1 && word.back() == U'σ') word.back() = U'ς';
}

void set_name_case(std::vector<std::u32string>& words) {
    const bool any_meant = std::ranges::any_of(words, is_meant);
    bool vietnamese = false;
    std::u32string small;
    for (std::size_t i = 0; i < words.size(); ++i) {
        std::u32string& word = words[i];
        small = word;
        set_lower(small);
        if (i == 0) vietnamese = is_vietnamese_family(small);
        const bool first = i == 0, last = i + 1 == words.size();
        // JP Morgan, AJ Smith; but Ng is a name of two letters.
        const bool initials = any_meant && word.size() == 2 && std::ranges::all_of(word, is_capital) &&
                              small != U"ng" && !is_particle(small);
        if (initials) continue;
        if (is_meant(word)) {
            if (first) word.front() = upper(word.front());
            continue;
        }
        word = small;
        if (!first && !last && is_particle(word) && !(vietnamese && word == U"van")) continue;
        capitalise_parts(word, first);
    }
}

}  // namespace crm::identity
