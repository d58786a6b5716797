#include "crm/predict/tree_growth.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace crm::predict {

TreeGrowth::TreeGrowth(const BinnedFeatures& features, std::size_t rows, const GrowthRules& rules,
                       std::pmr::memory_resource* memory, const Cancellation& cancellation)
    : features_(features),
      rules_(rules),
      cancellation_(cancellation),
      memory_(memory),
      rows_(rows, memory),
      moved_(rows, memory),
      histograms_(memory) {}

std::size_t TreeGrowth::new_histogram() {
    if (free_histograms_.empty()) {
        histograms_.emplace_back(features_, memory_);
        return histograms_.size() - 1;
    }
    const std::size_t at = free_histograms_.back();
    free_histograms_.pop_back();
    return at;
}

bool TreeGrowth::may_split(const Node& node) const {
    return node.size() >= 2 * rules_.split.leaf_rows && node.depth < rules_.depth;
}

void TreeGrowth::search(Node& node) {
    const SplitSearch search(features_.columns(), rules_.split, *units_);
    for (std::size_t column = 0; column < features_.columns().size(); ++column)
        search.consider(column, histograms_[*node.histogram].column(column), node.sums, node.bounds, node.split);
}

Tree TreeGrowth::grow(std::span<const GradientSums> gradients, const GradientUnits& units,
                      std::span<const double> weights) {
    gradients_ = gradients;
    units_ = &units;
    std::iota(rows_.begin(), rows_.end(), std::uint32_t{0});
    free_histograms_.resize(histograms_.size());
    std::iota(free_histograms_.begin(), free_histograms_.end(), std::size_t{0});
    nodes_.assign(1, {});
    leaves_ = 1;
    Node& root = nodes_.front();
    root.end = rows_.size();
    for (const GradientSums& one : gradients.first(rows_.size())) root.sums = root.sums + one;
    root.value = rules_.split.value(units.gradient(root.sums), units.curvature(root.sums), root.bounds);
    if (may_split(root) && !features_.columns().empty()) {
        root.histogram = new_histogram();
        histograms_[*root.histogram].fill_first(rows_.size(), gradients, cancellation_);
        search(root);
    }
    while (leaves_ < rules_.leaves) {
        const auto gain_of = [](const Node& node) { return node.left == 0 ? node.split.gain : 0; };
        const auto best = std::ranges::max_element(nodes_, {}, gain_of);
        if (!(gain_of(*best) > 0)) break;
        part(static_cast<std::uint32_t>(best - nodes_.begin()));
    }
    Tree tree;
    copy(0, weights, tree);
    return tree;
}

/// The node's rows, those that go left first, both in order. Gives how many these are.
std::size_t TreeGrowth::part_rows(const Node& node) {
    const BinnedColumn& column = features_.columns()[node.split.column];
    std::array<bool, 256> goes_left{};
    for (std::size_t bin = 0; bin < column.slots(); ++bin) goes_left[bin] = node.split.goes_left(column, bin);
    const std::uint64_t* const bins = features_.tile(node.split.column / columns_of_tile).data();
    const std::size_t shift = 8 * (node.split.column % columns_of_tile);
    std::uint32_t* left = rows_.data() + node.begin;
    std::uint32_t* right = moved_.data();
    for (std::size_t i = node.begin; i < node.end; ++i) {
        const std::uint32_t row = rows_[i];
        const bool is_left = goes_left[bins[row] >> shift & 255];
        *left = row;  // whichever place it is not, the next row overwrites
        *right = row;
        left += is_left;
        right += !is_left;
    }
    std::copy(moved_.data(), right, left);
    return static_cast<std::size_t>(left - rows_.data()) - node.begin;
}

void TreeGrowth::part(std::uint32_t at) {
    cancellation_.poll();
    nodes_.resize(nodes_.size() + 2);
    Node& parent = nodes_[at];
    parent.left = static_cast<std::uint32_t>(nodes_.size() - 2);
    parent.right = parent.left + 1;
    Node& left = nodes_[parent.left];
    Node& right = nodes_[parent.right];
    left.begin = parent.begin;
    left.end = right.begin = parent.begin + part_rows(parent);
    right.end = parent.end;
    left.sums = parent.split.left;
    right.sums = parent.sums - parent.split.left;
    left.depth = right.depth = parent.depth + 1;
    left.bounds = right.bounds = parent.bounds;
    for (Node* const node : {&left, &right})
        node->value = rules_.split.value(units_->gradient(node->sums), units_->curvature(node->sums), parent.bounds);
    const int direction = rules_.split.monotone.empty() ? 0 : rules_.split.monotone[parent.split.column];
    const double middle = left.value + (right.value - left.value) / 2;
    if (direction != 0)
        (direction > 0 ? left : right).bounds.upper = (direction > 0 ? right : left).bounds.lower = middle;
    if (++leaves_ < rules_.leaves) {
        const bool is_left_smaller = left.size() < right.size();
        fill_branches(parent, is_left_smaller ? left : right, is_left_smaller ? right : left);
    }
}

void TreeGrowth::fill_branches(Node& parent, Node& smaller, Node& larger) {
    const std::size_t whole = *parent.histogram;
    if (!may_split(larger)) {  // then the smaller one may not, either
        free_histograms_.push_back(whole);
        return;
    }
    const std::size_t part = new_histogram();
    histograms_[part].fill(std::span(rows_).subspan(smaller.begin, smaller.size()), gradients_, cancellation_);
    histograms_[whole].subtract(histograms_[part]);
    larger.histogram = whole;
    search(larger);
    if (may_split(smaller)) {
        smaller.histogram = part;
        search(smaller);
    }
    for (Node* const node : {&larger, &smaller})
        if (node->histogram && !(node->split.gain > 0)) free_histograms_.push_back(*node->histogram);
    if (!smaller.histogram) free_histograms_.push_back(part);
}

void TreeGrowth::copy(std::uint32_t at, std::span<const double> weights, Tree& to) const {
    const Node& node = nodes_[at];
    const std::size_t place = to.nodes.size();
    to.nodes.emplace_back();
    TreeNode made;
    if (node.left == 0) {
        made.value = rules_.learning_rate * node.value;
        made.cover = static_cast<double>(node.size());
        if (!weights.empty()) {
            made.cover = 0;
            for (std::size_t i = node.begin; i < node.end; ++i) made.cover += weights[rows_[i]];
        }
        to.nodes[place] = made;
        return;
    }
    const BinnedColumn& column = features_.columns()[node.split.column];
    made.feature = static_cast<std::uint32_t>(column.feature);
    made.missing_goes_left = node.split.missing_goes_left;
    made.is_by_level = column.is_categorical;
    if (column.is_categorical) {
        made.levels = static_cast<std::uint32_t>(to.sets.size());
        to.sets.push_back(node.split.levels);
    } else {
        made.at_most = node.split.last_bin < column.cuts.size() ? column.cuts[node.split.last_bin]
                                                                : std::numeric_limits<double>::max();
    }
    copy(node.left, weights, to);
    made.right = static_cast<std::uint32_t>(to.nodes.size());
    copy(node.right, weights, to);
    made.cover = to.nodes[place + 1].cover + to.nodes[made.right].cover;
    to.nodes[place] = made;
}

void TreeGrowth::add_to(std::span<double> margins) const {
    for (const Node& node : nodes_) {
        if (node.left != 0) continue;
        const double value = rules_.learning_rate * node.value;
        for (std::size_t i = node.begin; i < node.end; ++i) margins[rows_[i]] += value;
    }
    Pace pace(cancellation_);
    for (std::size_t row = rows_.size(); row < margins.size(); ++row) {
        pace.step();
        const Node* node = &nodes_.front();
        while (node->left != 0) {
            const BinnedColumn& column = features_.columns()[node->split.column];
            const std::size_t bin = features_.bin(node->split.column, row);
            node = &nodes_[node->split.goes_left(column, bin) ? node->left : node->right];
        }
        margins[row] += rules_.learning_rate * node->value;
    }
}

}  // namespace crm::predict
