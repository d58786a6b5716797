// What may be said of a fit of a text classifier.
#pragma once
#include <optional>

#include "crm/foundation/json.hpp"
#include "crm/text/features.hpp"

namespace crm::text {

struct ClassifierOptions {
    FeatureOptions features;
    std::optional<double> strength;             // C; chosen on held-out comments when not given
    std::optional<std::uint32_t> min_comments;  // that have a feature; 2, or 1 below 1,000 comments
    double other = 0.05;  // share of the held-out comments that are to fall under the least margin

    bool operator==(const ClassifierOptions&) const = default;

    /// Keys "words", "characters" ([least, most], or false), "strength", "min_comments", "other". Throws
    /// invalid_argument.
    static ClassifierOptions from_json(const Json&);

    void save(Writer&) const;
    static ClassifierOptions load(Reader&);
};

}  // namespace crm::text
