// What comments are about, by rules that people write: words, phrases, proximity and regular expressions for each
// topic. Rules are indexed by a word that must occur where they match, so that a comment is compared with a few of them
// only, however many there are.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crm/foundation/cancellation.hpp"
#include "crm/text/rules_pattern.hpp"

namespace crm::text {

enum class RuleAction : std::uint8_t {
    assign,   // a comment that matches is about the topic
    exclude,  // ... is not, whatever other rules say
};

std::string_view name_of(RuleAction);

/// "assign" or "exclude"; throws invalid_argument.
RuleAction rule_action(std::string_view name);

struct Rule {
    static constexpr std::int32_t usual_priority = 100;

    std::string topic;
    std::string rule;                        // /regular expression/flags, or as read_rule_query() reads it
    std::int32_t priority = usual_priority;  // the smaller goes first
    RuleAction action = RuleAction::assign;

    friend bool operator==(const Rule&, const Rule&) = default;
};

/// Where a rule matched: from the first word or character that it needed to the last.
struct RulePlace {
    std::size_t byte, bytes;
    std::int32_t position, length;  // in characters, from 1
    std::string_view text;          // within the comment
};

struct RuleMatch {
    const Rule* rule;
    bool excluded;                   // a rule that excludes its topic matched as well
    std::optional<RulePlace> place;  // none where only the absence of words made it match
};

/// Rules, ready to be matched. In order: by priority, then topic, then rule, each only once. Keeps working memory
/// between calls, so that one thread at a time may use it.
class RuleSet {
public:
    /// Throws invalid_argument that names the rule, for topics or rules that are empty, no UTF-8 or wrong; the bodies
    /// of regular expressions are compiled when first needed. A null factory refuses expressions.
    explicit RuleSet(std::vector<Rule> rules, PatternFactory factory = nullptr, const Cancellation& = {});
    ~RuleSet();
    RuleSet(RuleSet&&) noexcept;
    RuleSet& operator=(RuleSet&&) noexcept;

    const std::vector<Rule>& rules() const;

    /// Compiles every regular expression, without keeping it; throws invalid_argument for one that is wrong.
    void check_expressions(const Cancellation& = {}) const;

    /// All rules that match, in their order.
    std::vector<RuleMatch> match(std::string_view comment, const Cancellation& = {}) const;

    /// The first rule that matches and whose topic is not excluded, or null. Faster than all of them.
    const Rule* first(std::string_view comment, const Cancellation& = {}) const;

    /// The same with the place of the match.
    std::optional<RuleMatch> first_match(std::string_view comment, const Cancellation& = {}) const;

    /// Topics that a matching rule excludes, in order. They live as long as this.
    std::vector<std::string_view> excluded(std::string_view comment, const Cancellation& = {}) const;

private:
    class Engine;
    std::unique_ptr<Engine> engine_;
};

}  // namespace crm::text
