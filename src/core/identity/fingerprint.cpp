#include "crm/identity/fingerprint.hpp"

#include <algorithm>

#include "crm/foundation/error.hpp"
#include "crm/foundation/unicode.hpp"

namespace crm::identity {

namespace {

/// Latin, Greek and Cyrillic with their extensions, marks and what is common to all scripts.
bool has_dispensable_marks(char32_t c) { return c < 0x590 || (c >= 0x1D00 && c < 0x2E80) || c >= 0xFB00; }

bool dispensable_marks(std::string_view value) {
    while (!value.empty()) {
        const auto [character, bytes] = first_code_point(value);
        if (!has_dispensable_marks(character)) return false;
        value.remove_prefix(bytes);
    }
    return true;
}

bool is_ascii(std::string_view value) {
    return std::ranges::all_of(value, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// What is passed over. Signs of ASCII that Unicode calls symbols ($ + < = > ^ ` | ~) are punctuation here.
bool is_dropped(char32_t c, CharacterKind kind) {
    return kind == CharacterKind::punctuation || kind == CharacterKind::ignorable ||
           (kind == CharacterKind::symbol && c < 0x80);
}

}  // namespace

std::vector<std::u32string> plain_words(std::string_view value) {
    FoldedText folded(value);
    // Folded again: what marks are taken from, such as a long s with a dot, may be a letter that folds.
    if (!is_ascii(value) && dispensable_marks(value)) folded.assign(without_marks(to_utf8(folded.characters())));
    std::vector<std::u32string> words;
    bool open = false;
    for (const char32_t c : folded.characters()) {
        const CharacterKind kind = kind_of(c);
        if (kind == CharacterKind::space) {
            open = false;
        } else if (!is_dropped(c, kind)) {
            if (!open) words.emplace_back();
            open = true;
            words.back() += c;
        }
    }
    return words;
}

std::u32string joined(const std::vector<std::u32string>& words) {
    std::u32string all;
    for (const std::u32string& word : words) {
        if (!all.empty()) all += U' ';
        all += word;
    }
    return all;
}

std::string fingerprint(std::string_view value) {
    std::vector<std::u32string> words = plain_words(value);
    std::ranges::sort(words);
    words.erase(std::ranges::unique(words).begin(), words.end());
    return to_utf8(joined(words));
}

std::string ngram_fingerprint(std::string_view value, int n) {
    if (n < 1 || n > 64) throw invalid_argument("n must be between 1 and 64, not " + std::to_string(n));
    const auto size = static_cast<std::size_t>(n);
    std::u32string all;
    for (const std::u32string& word : plain_words(value)) all += word;
    if (all.size() <= size) return to_utf8(all);
    std::vector<std::u32string_view> grams;
    for (std::size_t at = 0; at + size <= all.size(); ++at) grams.push_back(std::u32string_view(all).substr(at, size));
    std::ranges::sort(grams);
    grams.erase(std::ranges::unique(grams).begin(), grams.end());
    std::u32string key;
    for (const std::u32string_view gram : grams) key += gram;
    return to_utf8(key);
}

}  // namespace crm::identity
