#include "crm/text/ruled_classification.hpp"

#include <algorithm>

namespace crm::text {

RuledClassification classify(const RuleSet& rules, const CommentModel& model, const Comment& comment,
                             std::string_view text, const Cancellation& cancellation) {
    if (const Rule* const rule = rules.first(text, cancellation))
        return {{rule->topic, 1, 0, false}, Spoke::rule, rule->rule};

    const std::vector<std::string_view> excluded = rules.excluded(text, cancellation);
    const auto as_found = [](const Classification& found) {
        return RuledClassification{found, found.is_other ? Spoke::other : Spoke::model, {}};
    };
    const Classification likeliest = classify(model, comment);
    if (std::ranges::find(excluded, likeliest.label) == excluded.end()) return as_found(likeliest);

    const auto least = model.least_margin();
    for (const LabelProbability& next : classify_top(model, comment, model.labels().size()))
        if (std::ranges::find(excluded, next.label) == excluded.end())
            return as_found({next.label, next.probability, next.margin, least && next.margin < *least});
    return as_found({likeliest.label, likeliest.probability, likeliest.margin, true});
}

}  // namespace crm::text
