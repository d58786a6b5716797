// The rows of a fit of trees in a canonical order, which depends on what they hold and not on how they came: that of a
// hash of each row's codes, outcome and weight. Rows that hold the same may stand for each other, so that sums, samples
// and parts in this order are those of every order of arrival. (That two different ones of a million rows share a hash,
// and so keep the order in which they came, has a chance of 1 in 10 million.)
#pragma once
#include <cstdint>
#include <memory_resource>
#include <span>
#include <vector>

#include "crm/predict/feature_rows.hpp"
#include "crm/predict/loss.hpp"

namespace crm::predict {

/// What rows say beside their features, in the order of arrival; outcomes of a log-loss are 0 and 1, `weights` are
/// none when all are 1.
struct Observed {
    Loss loss;
    std::span<const double> outcomes, weights;
};

/// Rows by place: those that trees are grown on first, then those held out.
struct PlacedRows {
    Loss loss;
    std::pmr::vector<std::uint32_t> places;  // of the rows as they came
    std::pmr::vector<double> outcomes, weights;
    std::size_t grown_on = 0;
    double unit = 1;  // of the weights, a power of two: they are near 1 in it

    double weight(std::size_t row) const { return weights.empty() ? 1 : weights[row]; }

    double weight_in(std::size_t first, std::size_t end) const {
        double sum = 0;
        for (std::size_t row = first; row < end; ++row) sum += weight(row);
        return sum;
    }

    /// The mean loss of rows from `first` up to `end`.
    double mean_loss(std::span<const double> margins, std::size_t first, std::size_t end,
                     const Cancellation& cancellation) const {
        double sum = 0;
        Pace pace(cancellation);
        for (std::size_t row = first; row < end; ++row) {
            pace.step();
            sum += weight(row) * loss_of(loss, outcomes[row], margins[row]);
        }
        return sum / weight_in(first, end);
    }
};

/// Each row to its place. The share `held_out` of the rows goes last; of outcomes 0 and 1 the same share each.
PlacedRows placed(const FeatureRows&, const LearntEncoder&, const Observed&, double held_out, std::uint64_t seed,
                  std::pmr::memory_resource*, const Cancellation&);

}  // namespace crm::predict
