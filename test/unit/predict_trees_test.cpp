// How one tree grows: derivatives, bins, splits.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

#include "crm/predict/loss.hpp"
#include "crm/predict/tree_growth.hpp"
#include "crm/predict/tree_split.hpp"

namespace {

using crm::Cancellation;
using namespace crm::predict;

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();

TEST(GradientSums, AreTheSlopesOfTheLoss) {
    std::mt19937 random(1);
    std::uniform_real_distribution<double> uniform(-12, 12), weight(0.1, 3);
    for (const Loss loss : {Loss::log_loss, Loss::squared}) {
        std::vector<double> outcomes, weights, margins;
        for (int i = 0; i < 203; ++i) {
            outcomes.push_back(loss == Loss::log_loss ? static_cast<double>(random() % 2) : uniform(random));
            weights.push_back(weight(random));
            margins.push_back(uniform(random));
        }
        std::vector<GradientSums> sums(outcomes.size());
        const GradientUnits units = differentiate(loss, outcomes, weights, margins, sums);
        constexpr double step = 1e-3;
        for (std::size_t i = 0; i < sums.size(); ++i) {
            const auto at = [&](double margin) { return weights[i] * loss_of(loss, outcomes[i], margin); };
            const double before = at(margins[i] - step), here = at(margins[i]), after = at(margins[i] + step);
            EXPECT_NEAR(units.gradient(sums[i]), (after - before) / (2 * step), 3e-6) << margins[i];
            EXPECT_NEAR(units.curvature(sums[i]), (after - 2 * here + before) / (step * step), 2e-6) << margins[i];
            EXPECT_EQ(units.rows(sums[i]), 1U);
        }
    }
}

TEST(GradientSums, StayFiniteWhereMarginsAreFarOut) {
    const std::vector<double> margins{-1e300, -800, 800, 1e300}, outcomes{1, 0, 1, 0};
    std::vector<GradientSums> sums(margins.size());
    const GradientUnits units = differentiate(Loss::log_loss, outcomes, {}, margins, sums);
    const std::vector<double> expected{-1, 0, 0, 1};
    for (std::size_t i = 0; i < sums.size(); ++i) {
        EXPECT_NEAR(units.gradient(sums[i]), expected[i], 1e-12);
        EXPECT_GT(units.curvature(sums[i]), 0);
    }
}

TEST(GradientSums, AreWhatIsLeftWhenAPartIsTakenAway) {
    std::mt19937_64 random(2);
    std::uniform_real_distribution<double> uniform(-1, 1);
    constexpr std::size_t rows = 5000;
    const GradientUnits units(rows, 1, 1);
    GradientSums all, part, rest;
    for (std::size_t i = 0; i < rows; ++i) {
        const double gradient = uniform(random);
        const GradientSums one = units.of_row(gradient, std::abs(uniform(random)));
        EXPECT_NEAR(units.gradient(one), gradient, 1e-14);
        all = all + one;
        (i % 3 == 0 ? part : rest) = (i % 3 == 0 ? part : rest) + one;
    }
    EXPECT_EQ(all - part, rest);
    EXPECT_EQ(units.rows(rest), rows - (rows + 2) / 3);
}

TEST(Cuts, GiveFewNumbersABinEach) {
    std::vector<double> numbers{3, 1, 2, 2, 1, 1e300, -1e300};
    EXPECT_EQ(cuts_of(numbers, 255), (std::vector<double>{-1e300 / 2, 1.5, 2.5, 1e300 / 2}));
    numbers = {5, 5, 5};
    EXPECT_TRUE(cuts_of(numbers, 255).empty());
    EXPECT_TRUE(cuts_of(std::span<double>(), 255).empty());
    const double next = std::nextafter(1.0, 2.0);
    numbers = {1, next};
    EXPECT_EQ(cuts_of(numbers, 255), std::vector<double>{1});
    const double most = std::numeric_limits<double>::max();
    numbers = {-most, most};
    ASSERT_EQ(cuts_of(numbers, 255).size(), 1U);
}

TEST(Cuts, PartManyNumbersEvenly) {
    std::mt19937 random(3);
    std::normal_distribution<double> normal;
    for (const std::size_t bins : {2U, 7U, 64U, 255U}) {
        std::vector<double> numbers;
        for (int i = 0; i < 20000; ++i) numbers.push_back(random() % 3 == 0 ? 0 : std::exp(3 * normal(random)));
        const auto cuts = cuts_of(numbers, bins);
        ASSERT_LT(cuts.size(), bins);
        EXPECT_GE(cuts.size() + 1, bins - bins / 8);
        EXPECT_EQ(std::ranges::adjacent_find(cuts, std::greater_equal{}), cuts.end());
        std::vector<std::size_t> held(bins, 0);
        for (const double number : numbers)
            ++held[static_cast<std::size_t>(std::ranges::lower_bound(cuts, number) - cuts.begin())];
        std::ranges::sort(held, std::greater{});
        EXPECT_GE(held[0], 6000U);  // the zeros, alone or with what is next to them
        EXPECT_LE(held[1], 2 * 20000 / bins + 1);
    }
}

/// Rows with a gradient and a curvature each, in bins of one column.
struct Sample {
    std::vector<std::size_t> bins;
    std::vector<double> gradients, curvatures;
};

Sample random_sample(std::mt19937& random, std::size_t bins, std::size_t rows, bool is_curved) {
    std::normal_distribution<double> normal;
    std::uniform_real_distribution<double> uniform(0.1, 1);
    std::vector<double> shift(bins);
    for (double& one : shift) one = normal(random);
    Sample sample;
    for (std::size_t i = 0; i < rows; ++i) {
        sample.bins.push_back(i % bins);
        sample.gradients.push_back(shift[i % bins] + normal(random));
        sample.curvatures.push_back(is_curved ? uniform(random) : 1);
    }
    return sample;
}

/// What the loss falls by, twice, when `goes_left` parts the rows; nothing where a side is too small.
template <class GoesLeft>
double gain_of(const Sample& sample, const SplitRules& rules, const GoesLeft& goes_left) {
    double gradient[2] = {0, 0}, curvature[2] = {0, 0};
    std::size_t rows[2] = {0, 0};
    for (std::size_t i = 0; i < sample.bins.size(); ++i) {
        const bool is_left = goes_left(sample.bins[i]);
        gradient[is_left] += sample.gradients[i];
        curvature[is_left] += sample.curvatures[i];
        ++rows[is_left];
    }
    if (rows[0] < rules.leaf_rows || rows[1] < rules.leaf_rows) return 0;
    const auto worth = [&rules](double g, double h) { return g * g / (h + rules.l2); };
    return worth(gradient[0], curvature[0]) + worth(gradient[1], curvature[1]) -
           worth(gradient[0] + gradient[1], curvature[0] + curvature[1]);
}

Split found(const Sample& sample, const BinnedColumn& column, const SplitRules& rules) {
    const double largest = *std::ranges::max_element(sample.gradients, {}, [](double g) { return std::abs(g); });
    const GradientUnits units(sample.bins.size(), std::abs(largest), 1);
    std::vector<GradientSums> sums(column.slots());
    GradientSums all;
    for (std::size_t i = 0; i < sample.bins.size(); ++i) {
        const GradientSums one = units.of_row(sample.gradients[i], sample.curvatures[i]);
        sums[sample.bins[i]] = sums[sample.bins[i]] + one;
        all = all + one;
    }
    Split best;
    const std::vector<BinnedColumn> columns{column};
    SplitSearch(columns, rules, units).consider(0, sums, all, {}, best);
    return best;
}

TEST(SplitSearch, FindsTheBestOfAllSplitsOfNumbers) {
    std::mt19937 random(4);
    for (int trial = 0; trial < 200; ++trial) {
        const std::size_t bins = 1 + random() % 12;
        const bool has_missing = random() % 2 == 0;
        if (bins + has_missing < 2) continue;
        const Sample sample = random_sample(random, bins + has_missing, 30 + random() % 200, true);
        BinnedColumn column{0, false, has_missing, bins, std::vector<double>(bins - 1)};
        SplitRules rules;
        rules.l2 = random() % 3;
        rules.leaf_rows = 1 + random() % 20;
        double best = 0;
        for (const bool missing_goes_left : {false, true})
            for (std::size_t last = 0; last < bins; ++last)
                best = std::max(best, gain_of(sample, rules, [&](std::size_t bin) {
                                    return bin == bins ? missing_goes_left : bin <= last;
                                }));
        const Split split = found(sample, column, rules);
        EXPECT_NEAR(split.gain, best, 1e-6 * (1 + best));
        if (best == 0) continue;
        const auto goes_left = [&](std::size_t bin) { return split.goes_left(column, bin); };
        EXPECT_NEAR(gain_of(sample, rules, goes_left), best, 1e-6 * (1 + best));
    }
}

TEST(SplitSearch, FindsTheBestOfAllSetsOfLevels) {
    std::mt19937 random(5);
    for (int trial = 0; trial < 100; ++trial) {
        const std::size_t levels = 2 + random() % 8;
        const Sample sample = random_sample(random, levels, levels * (10 + random() % 10), false);
        const BinnedColumn column{0, true, false, levels, {}};
        SplitRules rules;
        rules.leaf_rows = 1;
        double best = 0;
        for (std::size_t set = 1; set + 1 < std::size_t{1} << levels; ++set)
            best = std::max(best, gain_of(sample, rules, [set](std::size_t bin) { return (set >> bin & 1) != 0; }));
        const Split split = found(sample, column, rules);
        EXPECT_NEAR(split.gain, best, 1e-6 * best);
        const auto goes_left = [&](std::size_t bin) { return split.goes_left(column, bin); };
        EXPECT_NEAR(gain_of(sample, rules, goes_left), best, 1e-6 * best);
    }
}

TEST(SplitSearch, KeepsLevelsOfFewRowsTogether) {
    Sample sample;
    for (std::size_t i = 0; i < 100; ++i) {
        sample.bins.push_back(i < 45 ? 0 : i < 90 ? 1 : 2 + i % 3);
        sample.gradients.push_back(i < 45 ? -1 : 1);
        sample.curvatures.push_back(1);
    }
    SplitRules rules;
    rules.leaf_rows = 5;
    const Split split = found(sample, {0, true, false, 6, {}}, rules);
    EXPECT_TRUE(split.levels.contains(0));
    for (const std::size_t level : {1U, 2U, 3U, 4U, 5U}) EXPECT_FALSE(split.levels.contains(level));
    EXPECT_FALSE(split.missing_goes_left);
}

TEST(SplitSearch, SendsWhatWasNeverMissingWithTheMost) {
    for (const std::size_t edge : {20U, 80U}) {
        Sample sample;
        for (std::size_t i = 0; i < 100; ++i) {
            sample.bins.push_back(i < edge ? 0 : 1);
            sample.gradients.push_back(i < edge ? -1 : 1);
            sample.curvatures.push_back(1);
        }
        SplitRules rules;
        rules.leaf_rows = 1;
        EXPECT_EQ(found(sample, {0, false, false, 2, {0.5}}, rules).missing_goes_left, edge == 80);
    }
}

/// A feature a column, and outcomes; grown by squared loss from 0.
struct Grown {
    FeatureRows rows{std::pmr::get_default_resource()};
    std::vector<double> outcomes;

    Tree grow(const GrowthRules& rules, std::size_t bins = 255) const {
        const Cancellation never;
        const auto learnt = rows.learn({}, {}, never);
        std::vector<std::uint32_t> places(outcomes.size());
        std::iota(places.begin(), places.end(), 0U);
        const BinnedFeatures binned(rows, learnt, places, {}, bins, std::pmr::get_default_resource(), never);
        TreeGrowth growth(binned, outcomes.size(), rules, std::pmr::get_default_resource(), never);
        std::vector<double> margins(outcomes.size(), 0);
        std::vector<GradientSums> gradients(outcomes.size());
        const GradientUnits units = differentiate(Loss::squared, outcomes, {}, margins, gradients);
        Tree tree = growth.grow(gradients, units, {});
        growth.add_to(margins);
        for (std::size_t i = 0, at = 0; i < rows.chunks().size(); ++i)
            for (std::size_t row = 0; row < rows.chunks()[i].rows; ++row, ++at) {
                std::vector<double> codes;
                for (std::size_t f = 0; f < learnt.encoder.features().size(); ++f)
                    codes.push_back(learnt.code(f, rows.chunks()[i].at(row, learnt.column_of(f))));
                EXPECT_EQ(tree.leaf_of(codes).value, margins[at]);
            }
        return tree;
    }
};

TEST(TreeGrowth, FindsTheStepsOfAStaircase) {
    Grown data;
    for (int i = 0; i < 1000; ++i) {
        const double x = i * 7 % 1000 / 1000.0;
        data.rows.add(std::vector<double>{i * 13 % 1000 / 1000.0, x});
        data.outcomes.push_back(x < 0.25 ? 1 : x < 0.5 ? 5 : x < 0.75 ? -2 : 3);
    }
    GrowthRules rules;
    rules.leaves = 4;
    rules.learning_rate = 1;
    const Tree tree = data.grow(rules);
    ASSERT_EQ(tree.leaves(), 4U);
    for (const TreeNode& node : tree.nodes)
        if (node.is_leaf())
            EXPECT_NEAR(node.cover, 250, 4);
        else
            EXPECT_EQ(node.feature, 1U);
    for (const auto& [x, outcome] : {std::pair{0.1, 1.0}, {0.3, 5.0}, {0.6, -2.0}, {0.9, 3.0}})
        EXPECT_NEAR(tree.leaf_of(std::vector<double>{0.5, x}).value, outcome, 0.05);
}

TEST(TreeGrowth, ValuesAreTheMeansOfTheirLeaves) {
    std::mt19937 random(6);
    std::normal_distribution<double> normal;
    Grown data;
    std::vector<std::vector<double>> rows;
    for (int i = 0; i < 3000; ++i) {
        rows.push_back({normal(random), random() % 4 == 0 ? nothing : normal(random), std::floor(3 * normal(random))});
        data.rows.add(rows.back());
        data.outcomes.push_back(rows.back()[0] * rows.back()[2] + (std::isnan(rows.back()[1]) ? 2 : rows.back()[1]));
    }
    GrowthRules rules;
    rules.learning_rate = 0.5;
    rules.split.leaf_rows = 30;
    const Tree tree = data.grow(rules);
    EXPECT_EQ(tree.leaves(), 31U);
    std::map<const TreeNode*, std::pair<double, double>> means;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        auto& [sum, count] = means[&tree.leaf_of(rows[i])];
        sum += data.outcomes[i];
        ++count;
    }
    EXPECT_EQ(means.size(), 31U);
    for (const auto& [leaf, mean] : means) {
        EXPECT_EQ(leaf->cover, mean.second);
        EXPECT_GE(leaf->cover, 30);
        EXPECT_NEAR(leaf->value, 0.5 * mean.first / mean.second, 1e-6);
    }
}

TEST(TreeGrowth, KeepsToItsBounds) {
    std::mt19937 random(7);
    std::normal_distribution<double> normal;
    Grown data;
    for (int i = 0; i < 2000; ++i) {
        const double x = normal(random);
        data.rows.add(std::vector<double>{x, normal(random)});
        data.outcomes.push_back(std::sin(5 * x) + normal(random));
    }
    for (const std::size_t leaves : {2U, 5U, 100U})
        for (const int depth : {1, 3, 64}) {
            GrowthRules rules;
            rules.leaves = leaves;
            rules.depth = depth;
            const Tree tree = data.grow(rules, 16);
            EXPECT_LE(tree.leaves(), std::min<std::size_t>(leaves, depth < 10 ? 1U << depth : leaves));
            EXPECT_LE(tree.depth(), depth);
            EXPECT_GE(tree.leaves(), 2U);
        }
    GrowthRules rules;
    rules.split.leaf_rows = 1001;
    EXPECT_EQ(data.grow(rules).leaves(), 1U);
}

TEST(TreeGrowth, RisesWhereItMust) {
    std::mt19937 random(8);
    std::normal_distribution<double> normal;
    Grown data;
    for (int i = 0; i < 3000; ++i) {
        const double x = normal(random), y = normal(random);
        data.rows.add(std::vector<double>{x, y});
        data.outcomes.push_back(std::sin(3 * x) * (1 + y) + 0.3 * x + normal(random));
    }
    for (const int direction : {1, -1}) {
        GrowthRules rules;
        rules.split.monotone = {direction, 0};
        rules.leaves = 60;
        const Tree tree = data.grow(rules);
        EXPECT_GT(tree.leaves(), 5U);
        for (int line = 0; line < 50; ++line) {
            const double y = normal(random);
            double before = -direction * 1e9;
            for (double x = -4; x < 4; x += 0.01) {
                const double value = tree.leaf_of(std::vector<double>{x, y}).value;
                EXPECT_GE((value - before) * direction, 0) << x << ' ' << y;
                before = value;
            }
        }
    }
    const Tree free = data.grow({});
    bool falls = false;
    for (double x = -4; x < 4; x += 0.01)
        falls |= free.leaf_of(std::vector<double>{x + 0.01, 0}).value < free.leaf_of(std::vector<double>{x, 0}).value;
    EXPECT_TRUE(falls);
}

}  // namespace
