// How well a score tells positives from negatives, whatever the threshold: area under the ROC curve, average precision,
// the curves themselves, the Kolmogorov-Smirnov distance.
// DeLong, DeLong, Clarke-Pearson (1988), Comparing the areas under two or more correlated receiver operating
// characteristic curves, Biometrics 44(3); Sun, Xu (2014), Fast implementation of DeLong's algorithm, IEEE Signal
// Processing Letters 21(11).
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <tuple>
#include <vector>

#include "crm/predict/scored_outcomes.hpp"

namespace crm::predict {

/// Probability that a random positive has a higher score than a random negative, equal scores counting one half.
struct Auc {
    std::optional<double> auc;                      // none unless there are both
    std::optional<double> std_error, lower, upper;  // DeLong, 95 %, within [0, 1]; none unless there are two of both
    double positives, negatives;

    friend bool operator==(const Auc&, const Auc&) = default;
};

Auc auc(const Ranking&, const Cancellation& = {});

/// Mean precision at the positives, as the sum of precision times the gain in recall over the distinct thresholds,
/// without interpolation; none without positives.
std::optional<double> average_precision(const Ranking&, const Cancellation& = {});

/// The largest difference between the shares of positives and of negatives at or above a score; none unless there are
/// both.
std::optional<double> kolmogorov_smirnov(const Ranking&, const Cancellation& = {});

/// The most points that a curve may have.
struct CurvePoints {
    static constexpr std::string_view name = "points";

    std::int32_t points = 200;

    CurvePoints() = default;
    /// Throws invalid_argument unless 2 <= number <= 100000.
    explicit CurvePoints(std::int32_t number);

    static auto tied(auto& self) { return std::tie(self.points); }
    bool valid() const;
    friend bool operator==(const CurvePoints&, const CurvePoints&) = default;
};

/// When everybody of a score >= threshold is taken for a positive; without a threshold nobody is.
struct RocPoint {
    std::optional<double> threshold;
    double false_positive_rate, true_positive_rate;

    friend bool operator==(const RocPoint&, const RocPoint&) = default;
};

struct PrecisionRecallPoint {
    double threshold, precision, recall;

    friend bool operator==(const PrecisionRecallPoint&, const PrecisionRecallPoint&) = default;
};

/// By falling threshold, from (0, 0) to (1, 1); none unless there are both classes. Where there are more distinct
/// scores than points, points of the curve that lie evenly along it are kept, the two ends always.
std::optional<std::vector<RocPoint>> roc_curve(const Ranking&, const CurvePoints&, const Cancellation& = {});

/// By falling threshold, from the highest score to recall 1; none without positives. Thinned likewise.
std::optional<std::vector<PrecisionRecallPoint>> precision_recall_curve(const Ranking&, const CurvePoints&,
                                                                        const Cancellation& = {});

}  // namespace crm::predict
