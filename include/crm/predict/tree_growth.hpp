// Grows one tree leaf by leaf, the leaf first that gains most (Shi 2007; Ke et al. 2017, "LightGBM", NIPS), on binned
// features. Only the smaller branch of a split is summed, the other one is what is left.
#pragma once
#include <memory_resource>
#include <optional>
#include <span>
#include <vector>

#include "crm/predict/gradient_histogram.hpp"
#include "crm/predict/tree_split.hpp"

namespace crm::predict {

struct GrowthRules {
    std::size_t leaves = 31;
    int depth = Tree::most_depth;
    double learning_rate = 0.1;
    SplitRules split;
};

class TreeGrowth {
public:
    /// Trees are grown on the first `rows` rows. All must outlive it.
    TreeGrowth(const BinnedFeatures&, std::size_t rows, const GrowthRules&, std::pmr::memory_resource*,
               const Cancellation&);

    /// Values of leaves are times the learning rate, covers sum the weights of the rows (1 each where there are none).
    Tree grow(std::span<const GradientSums> gradients, const GradientUnits&, std::span<const double> weights);

    /// What the tree that was grown last adds to the margin of each row, those too that it was not grown on.
    void add_to(std::span<double> margins) const;

private:
    struct Node {
        Split split;
        std::uint32_t left = 0, right = 0;  // places of the branches; 0 of a leaf
        std::size_t begin = 0, end = 0;     // in rows_
        GradientSums sums;
        Bounds bounds;
        int depth = 0;
        double value = 0;
        std::optional<std::size_t> histogram;

        std::size_t size() const { return end - begin; }
    };

    void search(Node&);
    void part(std::uint32_t at);
    std::size_t part_rows(const Node&);
    void fill_branches(Node& parent, Node& smaller, Node& larger);
    bool may_split(const Node&) const;
    std::size_t new_histogram();
    void copy(std::uint32_t at, std::span<const double> weights, Tree& to) const;

    const BinnedFeatures& features_;
    const GrowthRules& rules_;
    const Cancellation& cancellation_;
    std::pmr::memory_resource* memory_;
    std::pmr::vector<std::uint32_t> rows_, moved_;
    std::pmr::vector<GradientHistogram> histograms_;
    std::vector<std::size_t> free_histograms_;
    std::span<const GradientSums> gradients_;
    const GradientUnits* units_ = nullptr;
    std::vector<Node> nodes_;
    std::size_t leaves_ = 0;
};

}  // namespace crm::predict
