// What a score is worth to a campaign: the gain when the best are approached first, and the threshold of most profit.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <tuple>
#include <vector>

#include "crm/predict/scored_outcomes.hpp"

namespace crm::predict {

struct GainBins {
    static constexpr std::string_view name = "bins";

    std::int32_t bins = 10;

    GainBins() = default;
    /// Throws invalid_argument unless 1 <= number <= 10000.
    explicit GainBins(std::int32_t number);

    static auto tied(auto& self) { return std::tie(self.bins); }
    bool valid() const;
    friend bool operator==(const GainBins&, const GainBins&) = default;
};

/// One of the parts into which rows are divided by falling score, as ntile() does: sizes differ by one at most, the
/// first parts being the larger ones. Where rows of equal score lie across an edge, their positives are shared out
/// evenly, so that the result does not depend on the order of the rows.
struct GainBin {
    std::int32_t number;  // 1 holds the highest scores
    std::int64_t rows;
    double positives, rate;         // rate: positives / rows
    std::optional<double> lift;     // rate over that of all rows; none without positives
    double cumulative_share;        // of the rows, up to and including this part
    std::optional<double> capture;  // share of the positives up to and including this part
    double lowest_score;

    friend bool operator==(const GainBin&, const GainBin&) = default;
};

/// At most one part a row.
std::vector<GainBin> gain(const Ranking&, const GainBins&, const Cancellation& = {});

/// Of one row, by what it was taken for and what it was; a loss is negative.
struct Profits {
    static constexpr std::string_view name = "profits";

    double true_positive = 0, false_positive = 0, false_negative = 0, true_negative = 0;

    Profits() = default;
    /// Throws invalid_argument unless finite.
    Profits(double true_positive_profit, double false_positive_profit, double false_negative_profit,
            double true_negative_profit);

    static auto tied(auto& self) {
        return std::tie(self.true_positive, self.false_positive, self.false_negative, self.true_negative);
    }
    bool valid() const;
    friend bool operator==(const Profits&, const Profits&) = default;
};

struct BestThreshold {
    std::optional<double> threshold;  // rows of a score >= threshold are selected; none: nobody is
    double profit, profit_per_row;
    double share_selected;
    std::optional<double> precision;  // none when nobody is selected
    std::optional<double> recall;     // none without positives

    friend bool operator==(const BestThreshold&, const BestThreshold&) = default;
};

/// Of thresholds of equal profit, the one that selects fewest. None without rows. Throws out_of_range when a profit is
/// beyond a double.
std::optional<BestThreshold> best_threshold(const Ranking&, const Profits&, const Cancellation& = {});

}  // namespace crm::predict
