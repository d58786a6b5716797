#include "crm/text/rules_literals.hpp"

#include <utility>

namespace crm::text {

LiteralIndex::LiteralIndex(std::vector<Literal> literals) : literals_(std::move(literals)) {
    std::unordered_map<std::uint32_t, std::uint32_t> uses;
    for (const Literal& literal : literals_)
        for (std::size_t at = 0; at + size <= literal.text.size(); ++at) ++uses[bytes_at(literal.text, at)];
    for (std::uint32_t number = 0; number < literals_.size(); ++number) {
        const std::string& text = literals_[number].text;
        std::size_t rarest = 0;
        for (std::size_t at = 1; at + size <= text.size(); ++at)
            if (uses[bytes_at(text, at)] < uses[bytes_at(text, rarest)]) rarest = at;
        const std::uint32_t bytes = bytes_at(text, rarest);
        by_bytes_[bytes].push_back({number, static_cast<std::uint32_t>(rarest)});
        possible_.set(folded(bytes));
    }
}

bool LiteralIndex::occurs(std::string_view literal, std::string_view comment, std::size_t at, std::size_t offset) {
    if (at < offset || comment.size() - (at - offset) < literal.size()) return false;
    const std::string_view there = comment.substr(at - offset, literal.size());
    for (std::size_t i = 0; i < literal.size(); ++i)
        if (small(there[i]) != small(literal[i])) return false;
    return true;
}

}  // namespace crm::text
