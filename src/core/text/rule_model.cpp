#include "crm/text/rules_model.hpp"

#include <limits>
#include <string>
#include <utility>

#include "crm/foundation/error.hpp"

namespace crm::text {

namespace {

constexpr int format = 1;
constexpr std::size_t least_rule = 4;  // bytes of a stored rule: two texts, priority, action

void save_rule(Writer& out, std::string_view topic, std::string_view rule, std::int32_t priority, RuleAction action) {
    out.text(topic);
    out.text(rule);
    out.signed_varint(priority);
    out.put(static_cast<std::uint8_t>(action));
}

Rule load_rule(Reader& in) {
    Rule rule;
    rule.topic = in.text();
    rule.rule = in.text();
    const std::int64_t priority = in.signed_varint();
    const auto action = in.get<std::uint8_t>();
    if (priority < std::numeric_limits<std::int32_t>::min() || priority > std::numeric_limits<std::int32_t>::max() ||
        action > static_cast<std::uint8_t>(RuleAction::exclude))
        throw corrupt_data("impossible priority or action of a rule");
    rule.priority = static_cast<std::int32_t>(priority);
    rule.action = static_cast<RuleAction>(action);
    return rule;
}

Rule rule_from_json(const Json& json) {
    json.expect_keys({"topic", "rule", "priority", "action"}, "rule");
    Rule rule;
    rule.topic = json.at("topic", "rule").string("topic");
    rule.rule = json.at("rule", "rule").string("rule");
    if (const Json* priority = json.find("priority"))
        rule.priority = static_cast<std::int32_t>(priority->integer(
            "priority", std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()));
    if (const Json* action = json.find("action")) rule.action = rule_action(action->string("action"));
    return rule;
}

}  // namespace

void TextRules::save(Writer& out) const {
    out.put<std::uint8_t>(format);
    out.put(static_cast<std::uint8_t>(report_.has_value()));
    if (report_) report_->save(out);
    out.varint(rules_.rules().size());
    for (const Rule& rule : rules_.rules()) save_rule(out, rule.topic, rule.rule, rule.priority, rule.action);
}

TextRules TextRules::read(Reader& in, PatternFactory factory) {
    read_version(in, format, name);
    std::optional<FitReport> report;
    const auto has_report = in.get<std::uint8_t>();
    if (has_report > 1) throw corrupt_data("unknown parts in model of kind text_rules");
    if (has_report) report = FitReport::load(in);
    std::vector<Rule> rules;
    for (std::size_t count = in.count(least_rule); count > 0; --count) rules.push_back(load_rule(in));
    if (rules.empty()) throw corrupt_data("model of kind text_rules without a rule");
    try {
        return TextRules(RuleSet(std::move(rules), factory), std::move(report));
    } catch (const invalid_argument& wrong) {
        throw corrupt_data(wrong.message(), wrong.detail(), wrong.hint());
    }
}

Json::Object TextRules::to_json() const {
    Json::Array rules;
    for (const Rule& rule : rules_.rules())
        rules.push_back(Json::Object{{"topic", rule.topic},
                                     {"rule", rule.rule},
                                     {"priority", static_cast<std::int64_t>(rule.priority)},
                                     {"action", name_of(rule.action)}});
    Json::Object json{{"rules", std::move(rules)}};
    if (report_) json.emplace_back("fit", report_->to_json());
    return json;
}

TextRules TextRules::read(const Json& json, PatternFactory factory, bool with_fit) {
    if (with_fit)
        json.expect_keys({"rules", "fit"}, "model of kind text_rules");
    else
        json.expect_keys({"rules"}, "model of kind text_rules");
    std::vector<Rule> rules;
    for (const Json& rule : json.at("rules", "model").array("rules")) rules.push_back(rule_from_json(rule));
    if (rules.empty()) throw invalid_argument("model of kind text_rules needs a rule");
    std::optional<FitReport> report;
    if (const Json* fit = json.find("fit")) report = FitReport::from_json(*fit);
    RuleSet all(std::move(rules), factory);
    all.check_expressions();
    return TextRules(std::move(all), std::move(report));
}

void TextRulesBuilder::add(std::optional<std::string_view> topic, std::optional<std::string_view> rule,
                           std::optional<std::int32_t> priority, std::optional<std::string_view> action) {
    if (!topic || !rule) {
        ++skipped_;
        return;
    }
    save_rule(rules_, *topic, *rule, priority.value_or(Rule::usual_priority),
              action ? rule_action(*action) : RuleAction::assign);
    ++count_;
}

void TextRulesBuilder::merge(const TextRulesBuilder& other) {
    rules_.raw(other.rules_.bytes().data(), other.rules_.bytes().size());
    count_ += other.count_;
    skipped_ += other.skipped_;
}

void TextRulesBuilder::save(Writer& out) const {
    out.put<std::uint8_t>(format);
    out.varint(skipped_);
    out.varint(count_);
    out.raw(rules_.bytes().data(), rules_.bytes().size());
}

void TextRulesBuilder::load(Reader& in) {
    read_version(in, format, "aggregate state");
    skipped_ = in.varint();
    if (skipped_ > std::uint64_t{1} << 53) throw corrupt_data("impossible count in state");
    count_ = in.count(least_rule);
    for (std::uint64_t i = 0; i < count_; ++i) {
        const Rule rule = load_rule(in);
        save_rule(rules_, rule.topic, rule.rule, rule.priority, rule.action);
    }
}

std::vector<Rule> TextRulesBuilder::rules(const Cancellation& cancellation) const {
    std::vector<Rule> all;
    Reader in(rules_.bytes());
    Pace pace(cancellation);
    for (std::uint64_t i = 0; i < count_; ++i) {
        pace.step();
        all.push_back(load_rule(in));
    }
    return all;
}

FitReport TextRulesBuilder::report() const {
    FitReport report;
    report.observations = static_cast<std::int64_t>(count_);
    report.distinct_observations = static_cast<std::int64_t>(count_);
    report.skipped = static_cast<std::int64_t>(skipped_);
    report.converged = true;
    return report;
}

}  // namespace crm::text
