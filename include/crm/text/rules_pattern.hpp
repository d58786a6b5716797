// Rules that are regular expressions: how they are written, and what the core needs of the engine that runs them.
#pragma once
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace crm::text {

/// A rule /body/flags.
struct Expression {
    std::string body;
    bool ignore_case = false;  // i
    bool newline = false;      // n: ^ and $ also at line breaks, which . and [^ ] do not match
    bool expanded = false;     // x: white space and comments are ignored

    /// The rule as an expression; nothing when it does not begin with a slash. Throws invalid_argument for a slash or
    /// flag that is wrong.
    static std::optional<Expression> read(std::string_view rule);

    /// A run of characters without which nothing matches, of those the longest found; empty when none of three bytes
    /// or more is obvious. With ignore_case it is ASCII, in lower case. Reads PostgreSQL's advanced syntax.
    std::string required_literal() const;
};

/// Characters [begin, end) of a comment.
struct CharacterSpan {
    std::size_t begin, end;
};

/// A compiled expression.
class Pattern {
public:
    virtual ~Pattern() = default;

    /// The first match. `comment` is its code points, with malformed bytes as U+FFFD.
    virtual std::optional<CharacterSpan> find(std::u32string_view comment) = 0;
};

/// Compiles; throws invalid_argument whose message says what is wrong with the expression.
using PatternFactory = std::unique_ptr<Pattern> (*)(const Expression&);

}  // namespace crm::text
