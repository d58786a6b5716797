// Contributions against the definition of Shapley values: every set of features, one after the other.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "crm/predict/forest.hpp"
#include "crm/predict/tree_shap.hpp"

namespace {

using namespace crm::predict;

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();

/// A tree of so many leaves, by numbers in [0, 1) and, for the last feature, by levels 0 to 3.
class RandomTree {
public:
    RandomTree(std::mt19937& random, std::size_t features, std::size_t leaves, bool is_chain = false)
        : random_(random), features_(features), is_chain_(is_chain) {
        add(leaves);
    }

    Tree tree;

private:
    void add(std::size_t leaves) {
        const std::size_t at = tree.nodes.size();
        tree.nodes.emplace_back();
        TreeNode node;
        if (leaves == 1) {
            node.value = std::normal_distribution<double>()(random_);
            node.cover = 1 + static_cast<double>(random_() % 50);
            tree.nodes[at] = node;
            return;
        }
        // A chain's features come one after the other.
        node.feature = static_cast<std::uint32_t>(is_chain_ ? leaves % features_ : random_() % features_);
        node.missing_goes_left = random_() % 2 == 0;
        node.is_by_level = node.feature + 1 == features_;
        node.at_most = std::uniform_real_distribution<double>()(random_);
        if (node.is_by_level) {
            node.levels = static_cast<std::uint32_t>(tree.sets.size());
            LevelSet& set = tree.sets.emplace_back();
            for (std::size_t level = 0; level < 4; ++level)
                if (random_() % 2 == 0) set.add(level);
        }
        const std::size_t left = is_chain_ ? 1 : 1 + random_() % (leaves - 1);
        add(left);
        node.right = static_cast<std::uint32_t>(tree.nodes.size());
        add(leaves - left);
        node.cover = tree.nodes[at + 1].cover + tree.nodes[node.right].cover;
        tree.nodes[at] = node;
    }

    std::mt19937& random_;
    std::size_t features_;
    bool is_chain_;
};

std::vector<double> random_codes(std::mt19937& random, std::size_t features) {
    std::vector<double> codes;
    for (std::size_t f = 0; f < features; ++f)
        codes.push_back(random() % 6 == 0   ? nothing
                        : f + 1 == features ? static_cast<double>(random() % 4)
                                            : std::uniform_real_distribution<double>()(random));
    return codes;
}

/// What a tree says when only the features of the set are known.
double expected(const Tree& tree, std::span<const double> codes, std::uint32_t known, std::size_t at = 0) {
    const TreeNode& node = tree.nodes[at];
    if (node.is_leaf()) return node.value;
    const std::size_t left = at + 1, right = node.right;
    if ((known >> node.feature & 1) != 0)
        return expected(tree, codes, known, tree.goes_left(node, codes[node.feature]) ? left : right);
    return (tree.nodes[left].cover * expected(tree, codes, known, left) +
            tree.nodes[right].cover * expected(tree, codes, known, right)) /
           node.cover;
}

std::vector<double> shapley(const std::vector<Tree>& trees, std::span<const double> codes) {
    const auto features = codes.size();
    std::vector<double> values(std::size_t{1} << features, 0);
    for (std::uint32_t set = 0; set < values.size(); ++set)
        for (const Tree& tree : trees) values[set] += expected(tree, codes, set);
    std::vector<double> weights{1 / static_cast<double>(features)};  // by the size of the set without the feature
    for (std::size_t size = 1; size < features; ++size)
        weights.push_back(weights.back() * static_cast<double>(size) / static_cast<double>(features - size));
    std::vector<double> contributions(features, 0);
    for (std::uint32_t set = 0; set < values.size(); ++set)
        for (std::size_t f = 0; f < features; ++f)
            if ((set >> f & 1) == 0)
                contributions[f] += weights[static_cast<std::size_t>(std::popcount(set))] *
                                    (values[set | std::uint32_t{1} << f] - values[set]);
    return contributions;
}

void expect_shapley(const std::vector<Tree>& trees, std::span<const double> codes) {
    const auto ours = TreeShap(trees, codes.size()).contributions(codes), theirs = shapley(trees, codes);
    for (std::size_t f = 0; f < codes.size(); ++f) EXPECT_NEAR(ours[f], theirs[f], 1e-12) << "feature " << f;
}

TEST(TreeShap, GivesShapleyValues) {
    std::mt19937 random(1);
    for (int trial = 0; trial < 200; ++trial) {
        const std::size_t features = 1 + random() % 7;
        std::vector<Tree> trees;
        for (std::size_t i = 0; i < 1 + random() % 3; ++i)
            trees.push_back(RandomTree(random, features, 1 + random() % 20).tree);
        expect_shapley(trees, random_codes(random, features));
    }
}

/// Ways of 9 features and more take more points of quadrature.
TEST(TreeShap, GivesShapleyValuesOfLongWays) {
    std::mt19937 random(2);
    for (const std::size_t features : {8U, 9U, 13U, 17U})
        for (int trial = 0; trial < 3; ++trial)
            expect_shapley({RandomTree(random, features, 2 * features, true).tree}, random_codes(random, features));
}

TEST(TreeShap, AddsUpToTheMargin) {
    std::mt19937 random(3);
    for (const std::size_t features : {3U, 20U, 30U, 60U})
        for (const bool is_chain : {false, true}) {
            std::vector<Tree> trees;
            double mean = 0;
            for (int i = 0; i < 20; ++i) {
                trees.push_back(RandomTree(random, features, is_chain ? 64 : 1 + random() % 64, is_chain).tree);
                mean += trees.back().mean();
            }
            const TreeShap shap(trees, features);
            const Forest forest(trees);
            for (int row = 0; row < 20; ++row) {
                const auto codes = random_codes(random, features);
                double sum = mean;
                for (const double one : shap.contributions(codes)) sum += one;
                EXPECT_NEAR(sum, forest.margin(codes), 1e-11);
            }
        }
}

TEST(Forest, SaysWhatItsTreesSay) {
    std::mt19937 random(4);
    for (const std::size_t features : {1U, 5U, 400U}) {
        std::vector<Tree> trees;
        for (int i = 0; i < 27; ++i) trees.push_back(RandomTree(random, features, 1 + random() % 40, i % 5 == 0).tree);
        const Forest forest(trees);
        for (int row = 0; row < 200; ++row) {
            const auto codes = random_codes(random, features);
            double sum = 0;
            for (const Tree& tree : trees) sum += tree.leaf_of(codes).value;
            EXPECT_NEAR(forest.margin(codes), sum, 1e-12);
        }
    }
    EXPECT_EQ(Forest(std::span<const Tree>()).margin({}), 0);
}

}  // namespace
