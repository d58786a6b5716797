#include "crm/predict/paired_scores.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "crm/predict/proportion.hpp"
#include "crm/predict/scored_outcomes.hpp"

namespace crm::predict {

namespace {

struct Row {
    ScorePair scores;
    bool positive;
    double weight;
};

/// Each row's placement by one score: twice the number of rows of the other class that are on the right side of it,
/// those of equal score counting one half. A whole number, so that sums are exact.
std::vector<double> placements(const std::vector<Row>& rows, double ScorePair::*score, double positives, Pace& pace) {
    std::vector<std::size_t> order(rows.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto score_of = [&](std::size_t at) { return rows[at].scores.*score; };
    std::ranges::sort(order, [&](std::size_t one, std::size_t other) {
        pace.step();
        return score_of(one) < score_of(other);
    });
    std::vector<double> found(rows.size());
    double positives_below = 0, negatives_below = 0;
    for (auto at = order.begin(); at != order.end();) {
        double tied_positives = 0, tied_negatives = 0;
        auto end = at;
        for (; end != order.end() && score_of(*end) == score_of(*at); ++end) {
            pace.step();
            (rows[*end].positive ? tied_positives : tied_negatives) += rows[*end].weight;
        }
        const double of_positive = 2 * negatives_below + tied_negatives;
        const double of_negative = 2 * (positives - positives_below) - tied_positives;
        for (; at != end; ++at) found[*at] = rows[*at].positive ? of_positive : of_negative;
        positives_below += tied_positives;
        negatives_below += tied_negatives;
    }
    return found;
}

}  // namespace

void PairedScores::add(bool actual, double score_a, double score_b) {
    require_score(score_a);
    require_score(score_b);
    (actual ? positives_ : negatives_).add({score_a, score_b});
}

std::optional<AucDifference> PairedScores::finish(const Cancellation& cancellation) const {
    Pace pace(cancellation);
    std::vector<Row> rows;
    rows.reserve(positives_.size() + negatives_.size());
    double positives = 0, negatives = 0;
    for (const auto& [scores, weight] : positives_.sorted(cancellation)) {
        pace.step();
        rows.push_back({scores, true, weight});
        positives += weight;
    }
    for (const auto& [scores, weight] : negatives_.sorted(cancellation)) {
        pace.step();
        rows.push_back({scores, false, weight});
        negatives += weight;
    }
    if (!(positives > 0 && negatives > 0)) return {};

    const auto a = placements(rows, &ScorePair::a, positives, pace);
    const auto b = placements(rows, &ScorePair::b, positives, pace);
    double sum_a = 0, sum_b = 0, differences = 0;
    for (std::size_t i = 0; i < rows.size() && rows[i].positive; ++i) {
        pace.step();
        sum_a += rows[i].weight * a[i];
        sum_b += rows[i].weight * b[i];
        differences += rows[i].weight * (a[i] - b[i]);
    }
    const double pairs = 2 * positives * negatives;
    AucDifference found{sum_a / pairs, sum_b / pairs, differences / pairs, {}, {}, {}, {}, {}};
    if (!(positives > 1 && negatives > 1)) return found;

    // The variance of the difference is that of the differences of the placements, within each class.
    double positive_squares = 0, negative_squares = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        pace.step();
        const double off = (a[i] - b[i]) / (2 * (rows[i].positive ? negatives : positives)) - found.difference;
        (rows[i].positive ? positive_squares : negative_squares) += rows[i].weight * off * off;
    }
    const double error =
        std::sqrt(positive_squares / (positives - 1) / positives + negative_squares / (negatives - 1) / negatives);
    found.std_error = error;
    found.lower = std::max(found.difference - normal_quantile_95 * error, -1.0);
    found.upper = std::min(found.difference + normal_quantile_95 * error, 1.0);
    if (error > 0) {
        found.z = found.difference / error;
        found.p_value = std::erfc(std::abs(*found.z) / std::sqrt(2.0));
    }
    return found;
}

}  // namespace crm::predict
