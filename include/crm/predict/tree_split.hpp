// The best way to part the rows of a leaf, from sums of derivatives by bin.
// Newton gain: Chen, Guestrin (2016), "XGBoost", KDD, equation 7. Levels by gradient over curvature: Fisher (1958).
#pragma once
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "crm/predict/binned_features.hpp"
#include "crm/predict/gradient_sums.hpp"
#include "crm/predict/tree.hpp"

namespace crm::predict {

/// What the value of a leaf must lie between.
struct Bounds {
    double lower = -std::numeric_limits<double>::infinity(), upper = std::numeric_limits<double>::infinity();

    bool are_none() const { return std::isinf(lower) && std::isinf(upper); }
};

struct SplitRules {
    double l2 = 0;
    std::size_t leaf_rows = 20;     // the least of either side
    double least_curvature = 1e-3;  // of either side
    std::vector<int> monotone;      // by column: 1 rises, -1 falls, 0 is free; none when all are free

    /// What a leaf adds to the margin, before the learning rate.
    double value(double gradient, double curvature, const Bounds&) const;
};

struct Split {
    double gain = 0;  // twice what the loss falls by, to second order
    std::size_t column = 0;
    std::size_t last_bin = 0;  // of numbers: the last that goes left
    LevelSet levels;           // of levels: those that go left
    bool missing_goes_left = false;
    GradientSums left;

    /// `by` is the column's.
    bool goes_left(const BinnedColumn& by, std::size_t bin) const {
        if (by.is_categorical) return levels.contains(bin);
        return bin == by.bins ? missing_goes_left : bin <= last_bin;
    }
};

class SplitSearch {
public:
    /// All must outlive the search.
    SplitSearch(const std::vector<BinnedColumn>& columns, const SplitRules& rules, const GradientUnits& units)
        : columns_(columns), rules_(rules), units_(units) {}

    /// Keeps in `best` the better of it and the best split by `column` of a leaf that sums to `all`. `sums` are by bin.
    void consider(std::size_t column, std::span<const GradientSums> sums, const GradientSums& all, const Bounds&,
                  Split& best) const;

private:
    struct Leaf;
    template <bool is_bounded, class SumsAt, class Keep>
    void scan(const Leaf&, std::size_t count, const SumsAt&, const Keep&, Split& best) const;
    void consider_levels(const Leaf&, std::span<const GradientSums> sums, Split& best) const;

    const std::vector<BinnedColumn>& columns_;
    const SplitRules& rules_;
    const GradientUnits& units_;
};

}  // namespace crm::predict
