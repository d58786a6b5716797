#include "crm/text/rules_pattern.hpp"

#include <algorithm>

#include "crm/foundation/error.hpp"
#include "crm/foundation/unicode.hpp"

namespace crm::text {

namespace {

constexpr std::size_t least_literal = 3;

bool is_ascii_letter(char32_t c) { return (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z'); }
bool is_ascii_alphanumeric(char32_t c) { return is_ascii_letter(c) || (c >= U'0' && c <= U'9'); }

/// Walks the branches' outermost level. Whatever it is not sure of ends it without a literal.
class LiteralSearch {
public:
    explicit LiteralSearch(const Expression& expression) : body_(expression.body), folds_(expression.ignore_case) {}

    std::string find() {
        // Directors and embedded options change the syntax of all that follows.
        if (body_.starts_with("***") || body_.starts_with("(?")) return {};
        while (at_ < body_.size())
            if (!step()) return {};
        end_run();
        return longest_.size() >= least_literal ? longest_ : std::string();
    }

private:
    bool step() {
        const auto [character, bytes] = first_code_point(body_.substr(at_));
        switch (character) {
            case U'|':
            case U')': return false;
            case U'(': end_run(); return skip_group();
            case U'[': end_run(); return skip_bracket();
            case U'*':
            case U'?':
            case U'{':
                drop_last();
                end_run();
                return skip_quantifier();
            case U'.':
            case U'^':
            case U'$':
            case U'+':
                end_run();
                ++at_;
                return true;
            case U'\\': return escape();
            default: at_ += bytes; return literal(character);
        }
    }

    bool escape() {
        if (++at_ >= body_.size()) return false;
        const auto [character, bytes] = first_code_point(body_.substr(at_));
        if (is_ascii_alphanumeric(character)) {
            // Classes, constraints and one-letter controls; escapes that take more characters are not read.
            if (std::u32string_view(U"dswDSWAmMyYZabBfnrtv").find(character) == std::u32string_view::npos) return false;
            end_run();
            ++at_;
            return true;
        }
        at_ += bytes;
        return literal(character);
    }

    bool literal(char32_t character) {
        // An i has other capitals in some languages, and so has what is not ASCII.
        const bool alike = folds_ && (character >= 0x80 || character == U'i' || character == U'I');
        if (alike || character == 0xFFFD) {
            end_run();
            return true;
        }
        last_ = run_.size();
        append_utf8(run_, folds_ && character >= U'A' && character <= U'Z' ? character - U'A' + U'a' : character);
        return true;
    }

    void drop_last() {
        if (!run_.empty()) run_.resize(last_);
    }

    void end_run() {
        if (run_.size() > longest_.size()) longest_ = run_;
        run_.clear();
        last_ = 0;
    }

    bool skip_quantifier() {
        if (body_[at_] == '{') {
            const std::size_t end = body_.find('}', at_);
            if (end == std::string_view::npos) return false;
            at_ = end;
        }
        ++at_;
        return true;
    }

    bool skip_bracket() {
        ++at_;
        if (at_ < body_.size() && body_[at_] == '^') ++at_;
        if (at_ < body_.size() && body_[at_] == ']') ++at_;
        for (; at_ < body_.size(); ++at_) {
            if (body_[at_] == '[' || body_[at_] == '\\') return false;
            if (body_[at_] == ']') {
                ++at_;
                return true;
            }
        }
        return false;
    }

    bool skip_group() {
        int depth = 0;
        while (at_ < body_.size()) {
            switch (body_[at_]) {
                case '\\': at_ += 2; continue;
                case '[':
                    if (!skip_bracket()) return false;
                    continue;
                case '(': ++depth; break;
                case ')': --depth; break;
                default: break;
            }
            ++at_;
            if (depth == 0) return true;
        }
        return false;
    }

    std::string_view body_;
    bool folds_;
    std::size_t at_ = 0;
    std::string run_, longest_;
    std::size_t last_ = 0;  // where the run's last character begins
};

}  // namespace

std::optional<Expression> Expression::read(std::string_view rule) {
    const auto blank = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
    while (!rule.empty() && blank(rule.front())) rule.remove_prefix(1);
    while (!rule.empty() && blank(rule.back())) rule.remove_suffix(1);
    if (rule.empty() || rule.front() != '/') return {};
    const std::size_t last = rule.rfind('/');
    if (last == 0)
        throw invalid_argument("regular expression \"" + excerpt(rule) + "\" has no closing slash", {},
                               "Write /expression/ or /expression/i; a rule is either an expression or words.");
    if (last == 1)
        throw invalid_argument("regular expression // is empty", {}, "An empty expression matches anything.");
    Expression expression;
    expression.body = rule.substr(1, last - 1);
    for (const char flag : rule.substr(last + 1)) {
        switch (flag) {
            case 'i': expression.ignore_case = true; break;
            case 'n': expression.newline = true; break;
            case 'x': expression.expanded = true; break;
            default:
                throw invalid_argument("regular expression \"" + excerpt(rule) + "\" has \"" +
                                           excerpt(rule.substr(last + 1)) + "\" where flags were expected",
                                       {},
                                       "Flags are i (ignore case), n (lines) and x (expanded). An expression is a rule "
                                       "by itself: it is not combined with words by operators.");
        }
    }
    return expression;
}

std::string Expression::required_literal() const { return expanded ? std::string() : LiteralSearch(*this).find(); }

}  // namespace crm::text
