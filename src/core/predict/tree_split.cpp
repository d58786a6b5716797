#include "crm/predict/tree_split.hpp"

#include <algorithm>

namespace crm::predict {

namespace {

constexpr std::size_t level_rows = 10;  // levels of fewer rows in a leaf stay together
constexpr double prior_rows = 10;       // that each level's mean is drawn to 0 by, for the order of levels
constexpr double least_gain = 1e-10;    // of what both sides are worth: less is rounding

}  // namespace

double SplitRules::value(double gradient, double curvature, const Bounds& bounds) const {
    const double free = -gradient / (curvature + l2);
    return std::clamp(free, bounds.lower, bounds.upper);
}

/// What is to be split, and by what.
struct SplitSearch::Leaf {
    std::size_t column;
    GradientSums all;
    GradientSums apart;  // missing numbers, or levels of few rows: on one side or the other as a whole
    Bounds bounds;
    int direction;  // of a monotone column
};

/// Tries every place to part bins that are in order; `keep(last, apart_goes_left)` notes the last that goes left.
template <bool is_bounded, class SumsAt, class Keep>
void SplitSearch::scan(const Leaf& leaf, std::size_t count, const SumsAt& sums_at, const Keep& keep,
                       Split& best) const {
    const auto worth = [this](double gradient, double curvature, double value) {
        return -(2 * gradient + (curvature + rules_.l2) * value) * value;
    };
    const double gradient = units_.gradient(leaf.all), curvature = units_.curvature(leaf.all);
    const double now = worth(gradient, curvature, rules_.value(gradient, curvature, leaf.bounds));
    const std::size_t rows = units_.rows(leaf.all), apart = units_.rows(leaf.apart);
    for (const bool apart_goes_left : {false, true}) {
        if (apart_goes_left && apart == 0) break;
        GradientSums left = apart_goes_left ? leaf.apart : GradientSums{};
        // The last place parts what is apart from all others.
        const std::size_t places = !apart_goes_left && apart > 0 ? count : count - std::min<std::size_t>(count, 1);
        for (std::size_t i = 0; i < places; ++i) {
            left = left + sums_at(i);
            const std::size_t left_rows = units_.rows(left);
            if (left_rows < rules_.leaf_rows) continue;
            if (rows - left_rows < rules_.leaf_rows) break;
            const double left_gradient = units_.gradient(left), right_gradient = gradient - left_gradient;
            const double left_curvature = units_.curvature(left), right_curvature = curvature - left_curvature;
            if (left_curvature < rules_.least_curvature || right_curvature < rules_.least_curvature) continue;
            double there;
            if constexpr (is_bounded) {
                const double left_value = rules_.value(left_gradient, left_curvature, leaf.bounds);
                const double right_value = rules_.value(right_gradient, right_curvature, leaf.bounds);
                if ((right_value - left_value) * leaf.direction < 0) continue;
                there = worth(left_gradient, left_curvature, left_value) +
                        worth(right_gradient, right_curvature, right_value);
            } else {
                const double on_left = left_curvature + rules_.l2, on_right = right_curvature + rules_.l2;
                there = (left_gradient * left_gradient * on_right + right_gradient * right_gradient * on_left) /
                        (on_left * on_right);
            }
            const double gain = there - now;
            if (!(gain > best.gain) || !(gain > least_gain * there)) continue;
            best.gain = gain;
            best.column = leaf.column;
            best.left = left;
            // Nothing was apart: what will be goes with the most.
            keep(i, apart > 0 ? apart_goes_left : left_rows > rows - left_rows);
        }
    }
}

void SplitSearch::consider(std::size_t at, std::span<const GradientSums> sums, const GradientSums& all,
                           const Bounds& bounds, Split& best) const {
    const BinnedColumn& column = columns_[at];
    Leaf leaf{at, all, {}, bounds, rules_.monotone.empty() ? 0 : rules_.monotone[at]};
    if (column.is_categorical) return consider_levels(leaf, sums, best);
    if (column.has_missing) leaf.apart = sums[column.bins];
    const auto sums_at = [sums](std::size_t i) { return sums[i]; };
    const auto keep = [&best](std::size_t last, bool missing_goes_left) {
        best.last_bin = last;
        best.missing_goes_left = missing_goes_left;
    };
    if (bounds.are_none() && leaf.direction == 0)
        scan<false>(leaf, column.bins, sums_at, keep, best);
    else
        scan<true>(leaf, column.bins, sums_at, keep, best);
}

void SplitSearch::consider_levels(const Leaf& given, std::span<const GradientSums> sums, Split& best) const {
    Leaf leaf = given;
    const double rows = static_cast<double>(units_.rows(leaf.all));
    const double prior = prior_rows * units_.curvature(leaf.all) / rows + rules_.l2;
    struct Ordered {
        double mean;
        std::size_t level;
    };
    std::vector<Ordered> order;
    for (std::size_t level = 0; level < columns_[leaf.column].bins; ++level) {
        if (units_.rows(sums[level]) < level_rows) {
            leaf.apart = leaf.apart + sums[level];
            continue;
        }
        order.push_back({units_.gradient(sums[level]) / (units_.curvature(sums[level]) + prior), level});
    }
    std::ranges::stable_sort(order, {}, &Ordered::mean);
    const auto sums_at = [&](std::size_t i) { return sums[order[i].level]; };
    const auto keep = [&](std::size_t last, bool others_go_left) {
        best.levels = {};
        best.missing_goes_left = others_go_left;
        if (others_go_left)
            for (std::size_t level = 0; level < columns_[leaf.column].bins; ++level) best.levels.add(level);
        for (std::size_t i = 0; i < order.size(); ++i) {
            const bool goes_left = i <= last;
            if (goes_left)
                best.levels.add(order[i].level);
            else if (others_go_left)
                best.levels.remove(order[i].level);
        }
    };
    if (leaf.bounds.are_none())
        scan<false>(leaf, order.size(), sums_at, keep, best);
    else
        scan<true>(leaf, order.size(), sums_at, keep, best);
}

}  // namespace crm::predict
