// Rules as a model: stored as they were written, compiled when they are loaded.
#pragma once
#include <memory>
#include <memory_resource>
#include <optional>
#include <string_view>
#include <vector>

#include "crm/foundation/bytes.hpp"
#include "crm/foundation/cancellation.hpp"
#include "crm/foundation/model.hpp"
#include "crm/text/rules.hpp"

namespace crm::text {

class TextRules : public Model {
public:
    static constexpr std::string_view name = "text_rules";

    explicit TextRules(RuleSet rules, std::optional<FitReport> report = {})
        : rules_(std::move(rules)), report_(std::move(report)) {}

    const RuleSet& rules() const { return rules_; }

    std::string_view kind() const override { return name; }
    bool usable() const override { return true; }
    std::optional<FitReport> report() const override { return report_; }
    std::vector<Coefficient> coefficients() const override { return {}; }

    /// Version, whether a report follows, the report, number of rules, and of each topic, rule, priority, action.
    void save(Writer&) const override;

    /// {"rules": [{"topic": ..., "rule": ..., "priority": 100, "action": "assign"}, ...], "fit": {...}}
    Json::Object to_json() const override;

protected:
    /// What save() wrote; throws corrupt_data, also for rules that cannot be read.
    static TextRules read(Reader&, PatternFactory);

    /// What to_json() gave, or without a fit what an analyst wrote: priority and action may be left out. Regular
    /// expressions are checked. Throws invalid_argument.
    static TextRules read(const Json&, PatternFactory, bool with_fit);

private:
    RuleSet rules_;
    std::optional<FitReport> report_;
};

/// The model with one engine for regular expressions; `Engine::compile` is a PatternFactory.
template <class Engine>
class TextRulesOf final : public TextRules {
public:
    using TextRules::TextRules;
    explicit TextRulesOf(TextRules&& rules) : TextRules(std::move(rules)) {}

    static std::unique_ptr<TextRulesOf> load(Reader& in) {
        return std::make_unique<TextRulesOf>(read(in, &Engine::compile));
    }
    static std::unique_ptr<TextRulesOf> from_json(const Json& json) {
        return std::make_unique<TextRulesOf>(read(json, &Engine::compile, true));
    }
    static std::unique_ptr<TextRulesOf> make(const Json& json) {
        return std::make_unique<TextRulesOf>(read(json, &Engine::compile, false));
    }
};

/// The aggregate's state: rules as they come.
class TextRulesBuilder {
public:
    explicit TextRulesBuilder(std::pmr::memory_resource* memory) : rules_(memory) {}

    /// A row without a topic or a rule is skipped. Throws invalid_argument for an unknown action.
    void add(std::optional<std::string_view> topic, std::optional<std::string_view> rule,
             std::optional<std::int32_t> priority = {}, std::optional<std::string_view> action = {});

    void merge(const TextRulesBuilder&);
    void save(Writer&) const;

    /// Into an empty state; throws corrupt_data.
    void load(Reader&);

    /// The rules in order, or nothing when there is none, and how many rows there were.
    std::vector<Rule> rules(const Cancellation& = {}) const;
    FitReport report() const;

    bool empty() const { return count_ == 0; }

private:
    Writer rules_;  // one after the other, as the model stores them
    std::uint64_t count_ = 0, skipped_ = 0;
};

/// The same for one engine.
template <class Engine>
class TextRulesBuilderOf : public TextRulesBuilder {
public:
    using TextRulesBuilder::TextRulesBuilder;

    /// Nothing when there was no rule. Throws invalid_argument for a rule that is wrong.
    std::unique_ptr<TextRulesOf<Engine>> finish(const Cancellation& cancellation = {}) const {
        if (empty()) return nullptr;
        RuleSet all(rules(cancellation), &Engine::compile, cancellation);
        all.check_expressions(cancellation);
        FitReport fit = report();
        fit.distinct_observations = static_cast<std::int64_t>(all.rules().size());
        return std::make_unique<TextRulesOf<Engine>>(std::move(all), std::move(fit));
    }
};

}  // namespace crm::text
