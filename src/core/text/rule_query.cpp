#include "crm/text/rules_query.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "crm/foundation/error.hpp"
#include "crm/foundation/unicode.hpp"
#include "crm/text/words.hpp"

namespace crm::text {

namespace {

using Kind = RuleNode::Kind;

constexpr int deepest = 100;  // parentheses and !, far beyond any rule that a person reads, far within the stack

bool is_blank(char32_t character) {
    const CharacterKind kind = kind_of(character);
    return kind == CharacterKind::space || kind == CharacterKind::ignorable;
}

/// The quotation mark that closes what `character` opens, or 0. Word processors put “these” in place of plain ones.
char32_t closing_of(char32_t character) {
    switch (character) {
        case U'\'': return U'\'';
        case U'"': return U'"';
        case U'“':
        case U'”': return U'”';
        case U'„': return U'“';
        default: return 0;
    }
}

class RuleParser {
public:
    explicit RuleParser(std::string_view rule) : rule_(rule) {
        for (std::size_t at = 0; at < rule.size();) {
            const auto [character, bytes] = first_code_point(rule.substr(at));
            characters_.push_back(character);
            at += bytes;
        }
    }

    RuleNode read() {
        skip_blanks();
        if (at_end())
            fail(0, "has no word",
                 "Write a word or phrase that comments of the topic hold, such as late <-> delivery.");
        RuleNode whole = read_any(0);
        if (!at_end()) fail(at_, here() + " where an operator was expected", operators);
        check(whole);
        return whole;
    }

private:
    static constexpr const char* operators =
        "Operators are & (and), | (or), ! (not), <-> (directly followed by), <N> and <~N>; put 'quotation marks' "
        "around "
        "other signs.";

    /// How long the place is that a part of a row fills, less one word; nothing where alternatives differ.
    struct Shape {
        bool negative = false;
        std::optional<std::uint64_t> width = 0;
    };

    [[noreturn]] void fail(std::size_t at, const std::string& what, const std::string& hint) const {
        throw invalid_argument("rule \"" + excerpt(rule_) + "\" " + what + ", at character " + std::to_string(at + 1),
                               {}, hint);
    }

    bool at_end() const { return at_ >= characters_.size(); }
    char32_t peek(std::size_t ahead = 0) const {
        return at_ + ahead < characters_.size() ? characters_[at_ + ahead] : U'\0';
    }
    void skip_blanks() {
        while (!at_end() && is_blank(peek())) ++at_;
    }

    /// What the rule does here, as messages have it.
    std::string here() const { return at_end() ? "ends" : "has \"" + to_utf8(characters_.substr(at_, 1)) + "\""; }

    bool take(char32_t sign) {
        skip_blanks();
        if (at_end() || peek() != sign) return false;
        ++at_;
        return true;
    }

    RuleNode read_any(int depth) { return read_chain(Kind::any, U'|', depth); }

    RuleNode read_chain(Kind kind, char32_t sign, int depth) {
        const auto read_part = [&] { return kind == Kind::any ? read_chain(Kind::all, U'&', depth) : read_row(depth); };
        RuleNode first = read_part();
        skip_blanks();
        if (peek() != sign) return first;
        RuleNode chain;
        chain.kind = kind;
        chain.at = first.at;
        chain.parts.push_back(std::move(first));
        while (take(sign)) chain.parts.push_back(read_part());
        return chain;
    }

    RuleNode read_row(int depth) {
        bool plain = false;  // a run of words needs no operators
        RuleNode first = read_unary(depth, plain);
        RuleNode row;
        row.kind = Kind::row;
        row.at = first.at;
        row.parts.push_back(std::move(first));
        while (true) {
            skip_blanks();
            RuleNode distance;
            if (peek() == U'<')
                read_distance(distance);
            else if (plain && begins_operand())
                distance.distance = 1;
            else
                break;
            RuleNode next = read_unary(depth, plain);
            next.distance = distance.distance;
            next.either_order = distance.either_order;
            row.parts.push_back(std::move(next));
        }
        return row.parts.size() == 1 ? std::move(row.parts.front()) : std::move(row);
    }

    bool begins_operand() const {
        return !at_end() && std::u32string_view(U"&|!()<:").find(peek()) == std::u32string_view::npos;
    }

    void read_distance(RuleNode& part) {
        const std::size_t begin = at_++;
        const auto refuse = [&] {
            fail(begin, "has a < that begins no distance",
                 "Write <-> for directly followed by, <2> for the second word after, <~5> for at most five words "
                 "apart.");
        };
        if (peek() == U'-' && peek(1) == U'>') {
            at_ += 2;
            part.distance = 1;
            return;
        }
        part.either_order = peek() == U'~';
        if (part.either_order) ++at_;
        const std::size_t digits = at_;
        std::uint32_t number = 0;
        for (; peek() >= U'0' && peek() <= U'9'; ++at_)
            number = std::min(number * 10 + (peek() - U'0'), most_distance + 1);
        if (at_ == digits || peek() != U'>') refuse();
        ++at_;
        if (number > most_distance || (part.either_order && number == 0))
            fail(digits, "has an impossible distance",
                 "A distance <N> is from 0 to " + std::to_string(most_distance) + ", <~N> from 1.");
        part.distance = number;
    }

    RuleNode read_unary(int depth, bool& plain) {
        skip_blanks();
        plain = false;
        const std::size_t begin = at_;
        if (peek() == U'!' || peek() == U'(') {
            if (depth >= deepest)
                fail(at_, "is nested more than " + std::to_string(deepest) + " levels deep",
                     "Make several rules of it: the rules of a topic are alternatives already.");
            if (take(U'!')) {
                RuleNode none;
                none.kind = Kind::none;
                none.parts.push_back(read_unary(depth + 1, plain));
                none.at = static_cast<std::uint32_t>(begin);
                plain = false;
                return none;
            }
            take(U'(');
            RuleNode inner = read_any(depth + 1);
            if (!take(U')'))
                fail(at_, here() + " where an operator or ) was expected",
                     "The parenthesis opened at character " + std::to_string(begin + 1) + " is not closed. " +
                         operators);
            return inner;
        }
        if (!begins_operand())
            fail(at_, here() + " where a word was expected",
                 "Write a word, a 'quoted phrase', ! or ( before and after each operator.");
        plain = true;
        return read_operand();
    }

    RuleNode read_operand() {
        const std::size_t begin = at_;
        const char32_t closing = closing_of(peek());
        bool prefix = false;
        const std::u32string words = closing ? read_quoted(closing) : read_bare(prefix);
        if (!closing && (words == U"AND" || words == U"OR" || words == U"NOT"))
            fail(begin, "has the word " + to_utf8(words) + " where an operator may be meant",
                 "Write & for and, | for or, ! for not; in lower case or in quotation marks it is a word.");
        if (peek() == U':') prefix = read_suffix() || prefix;

        const FoldedText text(to_utf8(words));
        std::vector<Word> found;
        find_words(text, found);
        if (found.empty())
            fail(begin, "has signs without a word",
                 "A word has letters, digits or symbols such as emojis; punctuation is not looked at.");
        RuleNode row;
        row.kind = Kind::row;
        row.at = static_cast<std::uint32_t>(begin);
        for (const Word& one : found) {
            RuleNode word;
            word.at = row.at;
            word.word = one.of(text);
            word.distance = row.parts.empty() ? 0 : 1;
            row.parts.push_back(std::move(word));
        }
        row.parts.back().prefix = prefix;
        return row.parts.size() == 1 ? std::move(row.parts.front()) : std::move(row);
    }

    std::u32string read_quoted(char32_t closing) {
        const std::size_t begin = at_++;
        std::u32string words;
        for (; !at_end(); ++at_) {
            if (peek() == closing) {
                if (peek(1) != closing) {
                    ++at_;
                    return words;
                }
                ++at_;  // twice means once
            } else if (peek() == U'\\' && at_ + 1 < characters_.size()) {
                ++at_;
            }
            words.push_back(peek());
        }
        fail(begin, "has a quotation mark that is not closed",
             "Close the phrase with the same mark; one inside a phrase is written twice.");
    }

    std::u32string read_bare(bool& prefix) {
        std::u32string words;
        for (; begins_operand() && !is_blank(peek()) && peek() != U'"'; ++at_) {
            if (peek() == U'*') {
                const std::size_t star = at_++;
                prefix = true;
                if (begins_operand() && !is_blank(peek()))
                    fail(star, "has * inside a word", "A * stands at the end of a word: deliver* or deliver:*.");
                break;
            }
            if (peek() == U'\\' && at_ + 1 < characters_.size()) ++at_;
            words.push_back(peek());
        }
        return words;
    }

    /// What follows a word after a colon.
    bool read_suffix() {
        const std::size_t begin = at_++;
        if (peek() != U'*')
            fail(begin, "has : without *",
                 "word:* means any word that begins so; put 'quotation marks' around a colon. Comments have no "
                 "weights.");
        ++at_;
        return true;
    }

    /// Refuses rows that have no clear meaning.
    void check(const RuleNode& node) const {
        if (node.kind == Kind::row) {
            if (shape_of(node).negative)
                fail(node.at, "says only which words do not follow one another",
                     "Every comment matches that: put a word that must be there beside them.");
            return;
        }
        for (const RuleNode& part : node.parts) check(part);
    }

    Shape shape_of(const RuleNode& part) const {
        switch (part.kind) {
            case Kind::word: return {};
            case Kind::none: return shape_of_none(part);
            case Kind::row: return shape_of_row(part);
            default: return shape_of_choice(part);
        }
    }

    Shape shape_of_none(const RuleNode& part) const {
        const Shape inner = shape_of(part.parts.front());
        if (inner.width != 0)
            fail(part.at, "has ! before a phrase that is part of a phrase",
                 "Within a phrase ! stands for a single word; exclude a phrase by & !(...) instead.");
        return {!inner.negative, 0};
    }

    Shape shape_of_row(const RuleNode& row) const {
        Shape all = shape_of(row.parts.front());
        for (std::size_t i = 1; i < row.parts.size(); ++i) {
            const RuleNode& part = row.parts[i];
            const Shape next = shape_of(part);
            if (part.either_order) {
                if (all.negative || next.negative)
                    fail(part.at, "has ! beside <~N>", "Exclude a word by & !word instead.");
                all.width.reset();
                continue;
            }
            all.negative = all.negative && next.negative;
            if (all.width && next.width)
                all.width = *all.width + part.distance + *next.width;
            else
                all.width.reset();
        }
        return all;
    }

    Shape shape_of_choice(const RuleNode& choice) const {
        Shape all = shape_of(choice.parts.front());
        bool same_width = all.width.has_value(), any_negative = all.negative, all_negative = all.negative;
        for (std::size_t i = 1; i < choice.parts.size(); ++i) {
            const Shape next = shape_of(choice.parts[i]);
            same_width = same_width && next.width == all.width;
            any_negative = any_negative || next.negative;
            all_negative = all_negative && next.negative;
        }
        if (!same_width && (any_negative || choice.kind == Kind::all))
            fail(choice.at, "has phrases of different lengths within a phrase, joined by & or !",
                 "Join such phrases outside, by & and |.");
        return {choice.kind == Kind::all ? all_negative : any_negative,
                same_width ? all.width : std::optional<std::uint64_t>()};
    }

    std::string_view rule_;
    std::u32string characters_;
    std::size_t at_ = 0;
};

}  // namespace

RuleNode read_rule_query(std::string_view rule) { return RuleParser(rule).read(); }

bool is_negative(const RuleNode& part) {
    switch (part.kind) {
        case Kind::word: return false;
        case Kind::none: return !is_negative(part.parts.front());
        case Kind::any: return std::ranges::any_of(part.parts, is_negative);
        default: return std::ranges::all_of(part.parts, is_negative);
    }
}

}  // namespace crm::text
