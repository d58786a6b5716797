#include "crm/text/rules_terms.hpp"

#include <algorithm>

namespace crm::text {

std::uint32_t TermTable::add(std::u32string_view word, bool prefix) {
    if (terms_.size() * 2 >= slots_.size()) grow();
    std::uint64_t hash = seed;
    for (const char32_t character : word) hash = mixed(hash, character);
    std::size_t at = slot_of(hash, prefix);
    for (; slots_[at] != none; at = (at + 1) & (slots_.size() - 1))
        if (is(terms_[slots_[at]], word, prefix, hash)) return slots_[at];
    slots_[at] = static_cast<std::uint32_t>(terms_.size());
    terms_.push_back({hash, characters_.size(), word.size(), prefix});
    characters_ += word;
    if (prefix) {
        prefix_of_size_.resize(std::max(prefix_of_size_.size(), word.size() + 1));
        prefix_of_size_[word.size()] = true;
    }
    return slots_[at];
}

void TermTable::grow() {
    slots_.assign(std::max<std::size_t>(64, slots_.size() * 2), none);
    for (std::uint32_t term = 0; term < terms_.size(); ++term) {
        std::size_t at = slot_of(terms_[term].hash, terms_[term].prefix);
        while (slots_[at] != none) at = (at + 1) & (slots_.size() - 1);
        slots_[at] = term;
    }
}

}  // namespace crm::text
