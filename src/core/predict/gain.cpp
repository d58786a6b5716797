#include "crm/predict/gain.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "crm/foundation/error.hpp"
#include "crm/foundation/json.hpp"

namespace crm::predict {

namespace {

constexpr std::int32_t most_bins = 10000;

}  // namespace

GainBins::GainBins(std::int32_t number) : bins(number) {
    if (!valid())
        throw invalid_argument("bins must be between 1 and " + std::to_string(most_bins) + ", not " +
                               std::to_string(number));
}

bool GainBins::valid() const { return bins >= 1 && bins <= most_bins; }

std::vector<GainBin> gain(const Ranking& ranking, const GainBins& options, const Cancellation& cancellation) {
    const std::int64_t all = count_of(ranking.rows());
    const std::int64_t size = all / options.bins, larger = all % options.bins;
    Pace pace(cancellation);
    std::vector<GainBin> bins;
    auto group = ranking.groups.begin();
    double used = 0, captured = 0;  // rows of this group; positives of the bins so far
    std::int64_t so_far = 0;
    for (std::int32_t number = 1; number <= options.bins; ++number) {
        const std::int64_t rows = size + (number <= larger ? 1 : 0);
        if (rows == 0) break;
        double positives = 0, lowest = 0;
        for (auto missing = static_cast<double>(rows); missing > 0 && group != ranking.groups.end();) {
            pace.step();
            const double taken = std::min(missing, group->rows() - used);
            positives += group->positives * (taken / group->rows());
            lowest = group->score;
            missing -= taken;
            used += taken;
            if (used < group->rows()) continue;
            ++group;
            used = 0;
        }
        so_far += rows;
        captured += positives;
        const double rate = positives / static_cast<double>(rows);
        GainBin bin{number, rows, positives, rate, {}, static_cast<double>(so_far) / ranking.rows(), {}, lowest};
        if (ranking.positives > 0) {
            bin.lift = rate / (ranking.positives / ranking.rows());
            bin.capture = so_far == all ? 1 : std::min(captured / ranking.positives, 1.0);  // without rounding
        }
        bins.push_back(bin);
    }
    return bins;
}

Profits::Profits(double true_positive_profit, double false_positive_profit, double false_negative_profit,
                 double true_negative_profit)
    : true_positive(true_positive_profit),
      false_positive(false_positive_profit),
      false_negative(false_negative_profit),
      true_negative(true_negative_profit) {
    for (const double profit : {true_positive, false_positive, false_negative, true_negative})
        if (!std::isfinite(profit)) throw invalid_argument("profit must be a finite number, not " + shortest(profit));
}

bool Profits::valid() const {
    return std::isfinite(true_positive) && std::isfinite(false_positive) && std::isfinite(false_negative) &&
           std::isfinite(true_negative);
}

std::optional<BestThreshold> best_threshold(const Ranking& ranking, const Profits& profits,
                                            const Cancellation& cancellation) {
    if (ranking.groups.empty()) return {};
    const auto profit_of = [&](double hits, double false_alarms) {
        const double profit = hits * profits.true_positive + false_alarms * profits.false_positive +
                              (ranking.positives - hits) * profits.false_negative +
                              (ranking.negatives - false_alarms) * profits.true_negative;
        if (!std::isfinite(profit)) throw out_of_range("sum of the rows' profits is too large");
        return profit;
    };
    Pace pace(cancellation);
    std::optional<double> threshold;
    double best = profit_of(0, 0), best_hits = 0, best_taken = 0, hits = 0, false_alarms = 0;
    for (const ScoreGroup& group : ranking.groups) {
        pace.step();
        hits += group.positives;
        false_alarms += group.negatives;
        const double profit = profit_of(hits, false_alarms);
        if (profit <= best) continue;
        threshold = group.score;
        best = profit;
        best_hits = hits;
        best_taken = hits + false_alarms;
    }
    BestThreshold found{threshold, best, best / ranking.rows(), best_taken / ranking.rows(), {}, {}};
    if (best_taken > 0) found.precision = best_hits / best_taken;
    if (ranking.positives > 0) found.recall = best_hits / ranking.positives;
    return found;
}

}  // namespace crm::predict
