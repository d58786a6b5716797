// The words that rules name, and which of them a comment's words are.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace crm::text {

/// Numbers words and prefixes of words from 0 in the order in which they come; the same twice is one term.
class TermTable {
public:
    std::uint32_t add(std::u32string_view word, bool prefix);

    std::size_t size() const { return terms_.size(); }
    std::size_t length(std::uint32_t term) const { return terms_[term].size; }

    /// Visits the term that is the word, and those that are a prefix of it.
    template <class Visit>
    void each(std::u32string_view word, Visit visit) const {
        if (terms_.empty()) return;
        std::uint64_t hash = seed;
        for (std::size_t size = 1; size <= word.size(); ++size) {
            hash = mixed(hash, word[size - 1]);
            if (size < prefix_of_size_.size() && prefix_of_size_[size])
                if (const std::uint32_t term = find(word.substr(0, size), true, hash); term != none) visit(term);
        }
        if (const std::uint32_t term = find(word, false, hash); term != none) visit(term);
    }

private:
    static constexpr std::uint32_t none = UINT32_MAX;
    static constexpr std::uint64_t seed = 14695981039346656037u;
    struct Term {
        std::uint64_t hash;
        std::size_t begin, size;  // in characters_
        bool prefix;
    };

    static std::uint64_t mixed(std::uint64_t hash, char32_t character) { return (hash ^ character) * 1099511628211u; }

    std::size_t slot_of(std::uint64_t hash, bool prefix) const {
        hash ^= (hash >> 32) ^ (prefix ? 0x9e3779b97f4a7c15u : 0u);
        return static_cast<std::size_t>(hash) & (slots_.size() - 1);
    }

    std::uint32_t find(std::u32string_view word, bool prefix, std::uint64_t hash) const {
        for (std::size_t at = slot_of(hash, prefix); slots_[at] != none; at = (at + 1) & (slots_.size() - 1))
            if (is(terms_[slots_[at]], word, prefix, hash)) return slots_[at];
        return none;
    }

    bool is(const Term& term, std::u32string_view word, bool prefix, std::uint64_t hash) const {
        return term.hash == hash && term.prefix == prefix && term.size == word.size() &&
               std::u32string_view(characters_).substr(term.begin, term.size) == word;
    }

    void grow();

    std::u32string characters_;
    std::vector<Term> terms_;
    std::vector<std::uint32_t> slots_;  // a power of two, at most half full
    std::vector<bool> prefix_of_size_;  // whether any prefix has as many characters
};

}  // namespace crm::text
