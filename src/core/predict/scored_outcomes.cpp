#include "crm/predict/scored_outcomes.hpp"

#include <cmath>

#include "crm/foundation/error.hpp"
#include "crm/foundation/json.hpp"

namespace crm::predict {

void require_score(double score) {
    if (!std::isfinite(score))
        throw invalid_argument(
            "score must be a finite number, not " + shortest(score), {},
            "Rows without a score are skipped when it is NULL; infinite log-odds can be judged as probabilities.");
}

void require_weight(double weight) {
    if (!(weight >= 0) || !std::isfinite(weight))
        throw invalid_argument("weight must be a finite number, 0 or more, not " + shortest(weight));
}

void ScoredOutcomes::add(bool actual, double score, double weight) {
    require_score(score);
    require_weight(weight);
    if (weight > 0) (actual ? positives_ : negatives_).add(score, weight);
}

void ScoredOutcomes::add_probability(bool actual, double probability) {
    if (!(probability >= 0 && probability <= 1))
        throw invalid_argument("probability must be between 0 and 1, not " + shortest(probability), {},
                               "Scores that are no probabilities can be judged by crm.auc and crm.gain.");
    add(actual, probability);
}

Ranking ScoredOutcomes::ranking(const Cancellation& cancellation) const {
    const auto positives = positives_.sorted(cancellation), negatives = negatives_.sorted(cancellation);
    Ranking all;
    all.groups.reserve(positives.size() + negatives.size());
    Pace pace(cancellation);
    auto positive = positives.rbegin();
    auto negative = negatives.rbegin();
    while (positive != positives.rend() || negative != negatives.rend()) {
        pace.step();
        const bool positive_next =
            negative == negatives.rend() || (positive != positives.rend() && positive->key >= negative->key);
        ScoreGroup group{positive_next ? positive->key : negative->key, 0, 0};
        if (positive_next) group.positives = (positive++)->weight;
        if (negative != negatives.rend() && negative->key == group.score) group.negatives = (negative++)->weight;
        all.positives += group.positives;
        all.negatives += group.negatives;
        all.groups.push_back(group);
    }
    if (!std::isfinite(all.rows())) throw out_of_range("sum of weights is too large");
    return all;
}

}  // namespace crm::predict
