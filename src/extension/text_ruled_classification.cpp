// The SQL face of rules and a model together.
#include "bind/comment.hpp"
#include "bind/model.hpp"
#include "crm/text/ruled_classification.hpp"
#include "crm/text/rules_model.hpp"

namespace crm::bind {

using namespace crm::text;

template <>
struct Row<RuledClassification> {
    using Columns = std::tuple<std::string, double, double, bool, std::string, std::optional<std::string>>;
    static Columns columns(const RuledClassification& c) {
        const auto& [label, probability, margin, is_other] = c.found;
        const bool by_rule = c.spoke == Spoke::rule;
        return {label,
                probability,
                margin,
                is_other,
                by_rule                   ? "rule"
                : c.spoke == Spoke::model ? "model"
                                          : "other",
                by_rule ? std::optional(c.rule) : std::nullopt};
    }
};

SQL_FUNCTION(crm_classify_ruled, [](const TextRules& rules, const CommentModel& model, const ReadComment& comment,
                                    const Cancellation& cancellation) {
    return classify(rules.rules(), model, comment, comment.text, cancellation);
});

}  // namespace crm::bind
