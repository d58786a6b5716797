// The words of a rule and how they must lie to one another: PostgreSQL's tsquery syntax over words of any script,
// without a language, stems or stop words.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace crm::text {

/// One operand or operator of a rule. A row is a chain of parts from left to right, each at a distance from those
/// before it: `a <-> b <2> c` is (a <-> b) <2> c.
struct RuleNode {
    enum class Kind : std::uint8_t {
        word,
        none,  // !
        all,   // &
        any,   // |
        row,   // <->, <N>, <~N>
    };

    Kind kind = Kind::word;
    bool prefix = false;         // of a word
    bool either_order = false;   // of a part of a row: <~N>
    std::uint32_t distance = 0;  // of a part of a row but the first
    std::uint32_t at = 0;        // character of the rule where it begins, from 0
    std::uint32_t term = 0;      // of a word: its number in a set of rules
    std::u32string word;         // folded
    std::vector<RuleNode> parts;
};

constexpr std::uint32_t most_distance = 16384;  // as in PostgreSQL

/// Throws invalid_argument that quotes the rule and says where it is wrong and what was expected.
///
///   word, word:*, word*            a word, or any word that begins so; folded as comments are
///   'two words', "two words"       a phrase, as is a run of words without operators
///   a <-> b, a <N> b               b directly after a, N words after it (0 to 16384)
///   a <~N> b                       at most N words apart in either order
///   !a, a & b, a | b, (a | b)      none, all, any; binding from tight to loose: ! <-> & |
///
/// What is no single word by the scripts' own rules ("e-mail", every letter of Thai or Chinese) is a phrase of its
/// words. A prefix applies to the last word of a phrase. Within a row, ! stands for one word ("!not <-> good": good,
/// with anything but not before it), and a row of nothing but ! is refused.
RuleNode read_rule_query(std::string_view rule);

/// Of a part of a row: true when it says where its words are not.
bool is_negative(const RuleNode& part);

}  // namespace crm::text
