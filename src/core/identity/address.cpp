#include "crm/identity/address.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "address_words.hpp"
#include "crm/foundation/unicode.hpp"
#include "crm/identity/null_like.hpp"
#include "crm/identity/plain_text.hpp"
#include "settle.hpp"

namespace crm::identity {

namespace {

using View = std::u32string_view;

/// The words of an address, in one string after another.
class Words {
public:
    explicit Words(std::size_t characters) { letters_.reserve(characters); }

    void add(char32_t c) { letters_.push_back(c); }
    std::size_t open_size() const { return letters_.size() - begin(); }

    /// Ends the word that was being added to, if there is one. `ends_part`: a comma or its like follows.
    void end_word(bool ends_part) {
        if (open_size() > 0) ends_.push_back({letters_.size(), false});
        if (ends_part && !ends_.empty()) ends_.back().ends_part = true;
    }

    std::size_t size() const { return ends_.size(); }

    View operator[](std::size_t at) const {
        if (at >= ends_.size()) return {};
        const std::size_t from = at == 0 ? 0 : ends_[at - 1].end;
        return View(letters_).substr(from, ends_[at].end - from);
    }

    bool ends_part(std::size_t at) const { return ends_[at].ends_part; }

private:
    struct End {
        std::size_t end;
        bool ends_part;
    };

    std::size_t begin() const { return ends_.empty() ? 0 : ends_.back().end; }

    std::u32string letters_;
    std::vector<End> ends_;
};

bool is_in_word(char32_t c) {
    if (c < 0x80) return is_letter(c) || is_digit(c);
    const CharacterKind kind = kind_of(c);
    return kind == CharacterKind::letter || kind == CharacterKind::unsegmented || kind == CharacterKind::mark ||
           kind == CharacterKind::digit;
}

bool has_digit(View word) { return std::ranges::any_of(word, is_digit); }
bool begins_with_digit(View word) { return !word.empty() && is_digit(word.front()); }

/// Signs that belong to a word: 12-14, 3/4, pr-t, s/n, o'neil.
bool is_inside(View text, std::size_t at) {
    if (at == 0 || at + 1 >= text.size() || !is_in_word(text[at - 1]) || !is_in_word(text[at + 1])) return false;
    switch (text[at]) {
        case U'-': return true;
        case U'/':
            // s/n and 3/4, but RT 01/RW 02 and c/Mayor are two words.
            return (is_digit(text[at - 1]) && is_digit(text[at + 1])) || text.substr(at - 1, 3) == U"s/n";
        default: return false;
    }
}

Words words_of(View text) {
    Words words(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char32_t c = text[at];
        // V.le, p.zza, P.O.: letters of one word.
        const bool dotted = c == U'.' && at > 0 && at + 1 < text.size() && is_letter(text[at - 1]) &&
                            is_letter(text[at + 1]) && (at == 1 || !is_in_word(text[at - 2]));
        if (is_in_word(c) || is_inside(text, at)) {
            words.add(c);
        } else if (c == U'#') {
            words.end_word(false);
            words.add(c);
            words.end_word(false);
        } else if (c != U'\'' && !dotted) {
            words.end_word(c == U',' || c == U';');
        }
    }
    words.end_word(false);
    return words;
}

/// "first" to "twelfth" as 1st to 12th.
View ordinal(View word) {
    static const WordTable table{{U"first", U"1st"},   {U"second", U"2nd"},    {U"third", U"3rd"},
                                 {U"fourth", U"4th"},  {U"fifth", U"5th"},     {U"sixth", U"6th"},
                                 {U"seventh", U"7th"}, {U"eighth", U"8th"},    {U"ninth", U"9th"},
                                 {U"tenth", U"10th"},  {U"eleventh", U"11th"}, {U"twelfth", U"12th"}};
    const View* const found = table.find(word);
    return found ? *found : word;
}

class Reader {
public:
    Reader(Words words, const Country* country) : words_(std::move(words)), languages_(address_languages(country)) {
        for (const AddressLanguage* const language : languages_) english_ = english_ || language->english;
    }

    std::u32string read() {
        result_.reserve(2 * words_.size() * 8);
        for (std::size_t at = 0; at < words_.size(); ++at) {
            if (const std::size_t count = post_office_box(at)) {
                add({U"po box"});
                at += count - 1;
            } else {
                add(meaning(at));
            }
        }
        return std::move(result_);
    }

private:
    struct Meaning {
        View word, ending = {};
    };

    void add(Meaning meaning) {
        if (meaning.word.empty()) return;
        if (!result_.empty()) result_.push_back(U' ');
        (result_ += meaning.word) += meaning.ending;
    }

    View word(std::size_t at) const { return words_[at]; }

    /// How many words say "PO box" here.
    std::size_t post_office_box(std::size_t at) const {
        if (!english_) return 0;
        if (word(at) == U"po" && word(at + 1) == U"box") return 2;
        if (word(at) == U"p" && word(at + 1) == U"o" && word(at + 2) == U"box") return 3;
        if (word(at) == U"post" && word(at + 1) == U"office" && word(at + 2) == U"box") return 3;
        return 0;
    }

    Meaning meaning(std::size_t at) const {
        const View written = word(at);
        if (written == U"#") return {has_digit(word(at + 1)) && english_ ? number_sign(at) : View()};
        if (english_ && written == U"st") return {by_place(at, U"street", U"saint")};
        if (english_ && written == U"dr") return {by_place(at, U"drive", U"doctor")};
        const bool before_number = begins_with_digit(word(at + 1)) && !words_.ends_part(at);
        for (const AddressLanguage* const language : languages_) {
            if (before_number)
                if (const View* const found = language->numbered.find(written)) return {*found};
            if (const View* const found = language->words.find(written); found && !is_letter_of_house(at))
                return {*found};
            for (const Ending& ending : language->endings)
                if (written.size() > ending.written.size() + 2 && written.ends_with(ending.written))
                    return {written.substr(0, written.size() - ending.written.size()), ending.meant};
        }
        return {english_ && is_ordinal_place(at) ? ordinal(written) : written};
    }

    /// In "12 s" or "unit e" a letter is part of a number.
    bool is_letter_of_house(std::size_t at) const {
        if (word(at).size() != 1 || at == 0) return false;
        const View before = word(at - 1);
        const bool last = at + 1 == words_.size() || words_.ends_part(at);
        if (begins_with_digit(before) && last && std::ranges::all_of(before, is_digit)) return true;
        return english_ &&
               (before == U"unit" || before == U"apt" || before == U"apartment" || before == U"flat" ||
                before == U"#" || before == U"suite" || before == U"ste" || before == U"block" || before == U"blk");
    }

    /// "# 4" is a unit, unless a word that says so stands before it.
    View number_sign(std::size_t at) const {
        if (at == 0) return {};
        const View before = word(at - 1);
        if (is_part_of_house(before)) return {};
        for (const AddressLanguage* const language : languages_)
            if (const View* const found = language->words.find(before); found && is_part_of_house(*found)) return {};
        return U"unit";
    }

    /// "St." before a name is Saint, after one it is Street.
    View by_place(std::size_t at, View after, View before) const {
        const View next = word(at + 1);
        const bool ends = next.empty() || words_.ends_part(at) || has_digit(next) || next == U"#" || says_part(next);
        if (ends) return after;
        const bool begins = at == 0 || words_.ends_part(at - 1) || begins_with_digit(word(at - 1));
        if (begins && !is_ordinal(at)) return before;
        // A street further on: "upper st james road".
        for (std::size_t later = at + 2; later < words_.size() && !words_.ends_part(later - 1); ++later)
            if (says_street(word(later))) return before;
        return after;
    }

    bool is_ordinal(std::size_t at) const {
        const View before = at == 0 ? View() : word(at - 1);
        return begins_with_digit(before) && before.size() > 2 &&
               (before.ends_with(U"st") || before.ends_with(U"nd") || before.ends_with(U"rd") ||
                before.ends_with(U"th"));
    }

    bool is_ordinal_place(std::size_t at) const { return at + 1 < words_.size() && says_street(word(at + 1)); }

    bool says_street(View written) const {
        if (written == U"st" || written == U"dr" || is_street_type(written)) return true;
        return std::ranges::any_of(languages_, [written](const AddressLanguage* language) {
            const View* const found = language->words.find(written);
            return found && is_street_type(*found);
        });
    }

    bool says_part(View written) const {
        if (is_part_of_house(written)) return true;
        return std::ranges::any_of(languages_, [written](const AddressLanguage* language) {
            const View* const found = language->words.find(written);
            return found && is_part_of_house(*found);
        });
    }

    Words words_;
    std::span<const AddressLanguage* const> languages_;
    bool english_ = false;
    std::u32string result_;
};

}  // namespace

std::optional<std::string> normalize_address(std::string_view text, const Country* country) {
    std::u32string address = plain_folded(text);
    if (address.empty() || is_null_like(std::u32string_view(address))) return {};
    const auto rules = [country](View one) { return Reader(words_of(one), country).read(); };
    if (!settle(address, rules) || address.empty() || is_null_like(std::u32string_view(address))) return {};
    return to_utf8(address);
}

}  // namespace crm::identity
