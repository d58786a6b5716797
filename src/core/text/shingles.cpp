#include "crm/text/shingles.hpp"

#include <algorithm>

#include "crm/foundation/error.hpp"
#include "crm/foundation/unicode.hpp"
#include "crm/text/indexed.hpp"
#include "crm/text/words.hpp"

namespace crm::text {

std::string comparable(std::string_view comment) {
    const FoldedText text(comment);
    std::vector<Word> words;
    find_words(text, words);
    std::string out;
    out.reserve(comment.size());
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0 && words[i - 1].end != words[i].begin) out += ' ';
        for (const char32_t character : words[i].of(text)) append_utf8(out, character);
    }
    return out;
}

ShingleOptions ShingleOptions::from_json(const Json& json) {
    json.expect_keys({"shingles", "size"}, "options of text_similarity");
    return among(json);
}

ShingleOptions ShingleOptions::among(const Json& json) {
    ShingleOptions options;
    if (const Json* shingles = json.find("shingles")) {
        const std::string& what = shingles->string("shingles");
        if (what != "characters" && what != "words")
            throw invalid_argument("shingles must be \"characters\" or \"words\", not \"" + excerpt(what) + "\"");
        options.of_words = what == "words";
        if (options.of_words) options.size = 2;
    }
    if (const Json* size = json.find("size")) options.size = static_cast<std::int32_t>(size->integer("size", 1, 20));
    return options;
}

void find_shingles(std::string_view comparable, const ShingleOptions& options, std::vector<std::uint64_t>& shingles) {
    shingles.clear();
    if (comparable.empty()) return;
    // Where each unit (a character, or a word with the space after it) begins.
    std::vector<std::size_t> begins;
    for (std::size_t at = 0; at < comparable.size();) {
        begins.push_back(at);
        if (options.of_words)
            at = std::min(comparable.find(' ', at), comparable.size() - 1) + 1;
        else
            at += first_code_point(comparable.substr(at)).bytes;
    }
    begins.push_back(comparable.size());
    const std::size_t units = begins.size() - 1, size = std::min(static_cast<std::size_t>(options.size), units);
    shingles.reserve(units);
    for (std::size_t i = 0; i + size <= units; ++i) {
        std::string_view shingle = comparable.substr(begins[i], begins[i + size] - begins[i]);
        if (options.of_words && shingle.ends_with(' ')) shingle.remove_suffix(1);
        shingles.push_back(hash_of(shingle));
    }
    std::ranges::sort(shingles);
    const auto repeated = std::ranges::unique(shingles);
    shingles.erase(repeated.begin(), repeated.end());
}

double jaccard(const std::vector<std::uint64_t>& one, const std::vector<std::uint64_t>& other) {
    if (one.empty() && other.empty()) return 1;
    std::size_t shared = 0;
    for (auto a = one.begin(), b = other.begin(); a != one.end() && b != other.end();) {
        shared += *a == *b;
        const bool forward = *a <= *b, also = *b <= *a;
        a += forward;
        b += also;
    }
    return static_cast<double>(shared) / static_cast<double>(one.size() + other.size() - shared);
}

double text_similarity(std::string_view one, std::string_view other, const ShingleOptions& options) {
    std::vector<std::uint64_t> a, b;
    find_shingles(comparable(one), options, a);
    find_shingles(comparable(other), options, b);
    return jaccard(a, b);
}

}  // namespace crm::text
