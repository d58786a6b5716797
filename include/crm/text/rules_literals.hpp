// Which of many literals occur in a comment: the regular expressions that need them are tried, the others are not.
#pragma once
#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace crm::text {

/// Each literal is found by the three bytes of it that fewest of the literals have. ASCII capitals count as small
/// letters: what is found may be there in another case only.
class LiteralIndex {
public:
    struct Literal {
        std::string text;  // at least three bytes
        std::uint32_t owner;
    };

    LiteralIndex() = default;
    explicit LiteralIndex(std::vector<Literal> literals);

    /// Visits the owner of each literal that occurs; of one that occurs again, again.
    template <class Visit>
    void each(std::string_view comment, Visit visit) const {
        if (literals_.empty() || comment.size() < size) return;
        std::uint32_t bytes = small(comment[0]) << 8 | small(comment[1]);
        for (std::size_t end = size; end <= comment.size(); ++end) {
            bytes = (bytes << 8 | small(comment[end - 1])) & 0xffffff;
            if (!possible_[folded(bytes)]) continue;
            const auto found = by_bytes_.find(bytes);
            if (found == by_bytes_.end()) continue;
            for (const auto& [literal, offset] : found->second)
                if (occurs(literals_[literal].text, comment, end - size, offset)) visit(literals_[literal].owner);
        }
    }

private:
    static constexpr std::size_t size = 3;
    struct Entry {
        std::uint32_t literal, offset;  // where in the literal the three bytes are
    };

    static std::uint32_t small(char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte >= 'A' && byte <= 'Z' ? byte + 32u : byte;
    }
    static std::size_t folded(std::uint32_t bytes) { return (bytes * 2654435761u) >> 16; }
    static std::uint32_t bytes_at(std::string_view text, std::size_t at) {
        return small(text[at]) << 16 | small(text[at + 1]) << 8 | small(text[at + 2]);
    }
    static bool occurs(std::string_view literal, std::string_view comment, std::size_t at, std::size_t offset);

    std::vector<Literal> literals_;
    std::unordered_map<std::uint32_t, std::vector<Entry>> by_bytes_;
    std::bitset<65536> possible_;
};

}  // namespace crm::text
