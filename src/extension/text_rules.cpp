// The SQL face of rules over comments.
#include "bind/aggregate.hpp"
#include "bind/model.hpp"
#include "bind/regular_expression.hpp"
#include "crm/text/rules_model.hpp"

namespace crm::bind {

using namespace crm::text;

namespace {

using ServerTextRules = TextRulesOf<ServerExpressions>;
using ServerTextRulesBuilder = TextRulesBuilderOf<ServerExpressions>;

using OptionalText = std::optional<std::string_view>;
using OptionalNumber = std::optional<std::int32_t>;

/// A match, as it outlives the comment.
struct MatchedRule {
    std::string topic, rule;
    std::int32_t priority;
    RuleAction action;
    bool excluded;
    std::optional<std::string> text;
    OptionalNumber position, length;

    explicit MatchedRule(const RuleMatch& match)
        : topic(match.rule->topic),
          rule(match.rule->rule),
          priority(match.rule->priority),
          action(match.rule->action),
          excluded(match.excluded) {
        if (!match.place) return;
        text = match.place->text;
        position = match.place->position;
        length = match.place->length;
    }
};

/// The same without what is the same for every first rule.
struct FirstRule : MatchedRule {
    using MatchedRule::MatchedRule;
};

std::optional<std::string> defect_of(std::string_view rule) {
    try {
        RuleSet({Rule{"topic", std::string(rule)}}, &ServerExpressions::compile).check_expressions();
        return {};
    } catch (const invalid_argument& wrong) {
        return wrong.message();
    }
}

}  // namespace

template <>
struct Row<MatchedRule> {
    using Columns = std::tuple<std::string, std::string, std::int32_t, std::string_view, bool,
                               std::optional<std::string>, OptionalNumber, OptionalNumber>;
    static Columns columns(const MatchedRule& match) {
        return {match.topic,    match.rule, match.priority, name_of(match.action),
                match.excluded, match.text, match.position, match.length};
    }
};

template <>
struct Row<FirstRule> {
    using Columns =
        std::tuple<std::string, std::string, std::int32_t, std::optional<std::string>, OptionalNumber, OptionalNumber>;
    static Columns columns(const FirstRule& match) {
        return {match.topic, match.rule, match.priority, match.text, match.position, match.length};
    }
};

SQL_MODEL(ServerTextRules);

SQL_AGGREGATE(crm_fit_text_rules_add, [](ServerTextRulesBuilder& rules, const OptionalText& topic,
                                         const OptionalText& rule) { rules.add(topic, rule); });
SQL_AGGREGATE(crm_fit_text_rules_add_priority,
              [](ServerTextRulesBuilder& rules, const OptionalText& topic, const OptionalText& rule,
                 OptionalNumber priority) { rules.add(topic, rule, priority); });
SQL_AGGREGATE(crm_fit_text_rules_add_action,
              [](ServerTextRulesBuilder& rules, const OptionalText& topic, const OptionalText& rule,
                 OptionalNumber priority, const OptionalText& action) { rules.add(topic, rule, priority, action); });

SQL_FUNCTION(crm_match_rules, [](const TextRules& model, std::string_view comment, const Cancellation& cancellation) {
    const auto matches = model.rules().match(comment, cancellation);
    return std::vector<MatchedRule>(matches.begin(), matches.end());
});
SQL_FUNCTION(crm_first_rule, [](const TextRules& model, std::string_view comment, const Cancellation& cancellation) {
    const auto match = model.rules().first_match(comment, cancellation);
    return match ? std::optional<FirstRule>(FirstRule(*match)) : std::nullopt;
});
SQL_FUNCTION(crm_rule_error, [](std::string_view rule) { return defect_of(rule); });

}  // namespace crm::bind
