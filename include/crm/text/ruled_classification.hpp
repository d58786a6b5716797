// Rules first, for analysts know their phrases; then a model; then nobody knows.
#pragma once
#include <string>
#include <string_view>

#include "crm/foundation/cancellation.hpp"
#include "crm/text/comment_model.hpp"
#include "crm/text/rules.hpp"

namespace crm::text {

enum class Spoke { rule, model, other };

struct RuledClassification {
    Classification found;  // of a rule: probability 1, margin 0
    Spoke spoke;
    std::string rule;  // the one that spoke
};

/// The topic of the first rule that matches; without one the model's likeliest label among those that no rule excludes,
/// its probability what the model gave it. When all labels are excluded, or the margin is too small, that is other.
RuledClassification classify(const RuleSet&, const CommentModel&, const Comment&, std::string_view comment,
                             const Cancellation& = {});

}  // namespace crm::text
