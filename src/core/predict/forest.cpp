#include "crm/predict/forest.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace crm::predict {

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

}  // namespace

Forest::Forest(std::span<const Tree> trees) {
    struct Planted {
        int depth;
        std::uint32_t root;
    };
    std::vector<Planted> planted;
    std::map<Slot, std::uint32_t> known;
    for (const Tree& tree : trees) {
        planted.push_back({tree.depth(), static_cast<std::uint32_t>(nodes_.size())});
        add(tree, known);
    }
    // Trees of equal depth together; those that are missing from the last group are a leaf of nothing.
    std::ranges::stable_sort(planted, {}, &Planted::depth);
    const auto nothing = static_cast<std::uint32_t>(nodes_.size());
    nodes_.push_back({infinite, nothing, 0});
    values_.push_back(0);
    for (std::size_t i = 0; i < planted.size(); ++i) {
        if (i % together == 0) {
            groups_.emplace_back();
            std::ranges::fill(groups_.back().roots, nothing);
        }
        groups_.back().roots[i % together] = planted[i].root;
        groups_.back().depth = planted[i].depth;
    }
}

void Forest::add(const Tree& tree, std::map<Slot, std::uint32_t>& known) {
    const auto root = static_cast<std::uint32_t>(nodes_.size());
    nodes_.resize(nodes_.size() + tree.nodes.size());
    values_.resize(nodes_.size(), 0);
    std::vector<std::uint32_t> places(tree.nodes.size(), root);
    std::uint32_t next = root + 1;
    for (std::size_t i = 0; i < tree.nodes.size(); ++i) {
        const TreeNode& node = tree.nodes[i];
        if (node.is_leaf()) {
            nodes_[places[i]] = {infinite, places[i], 0};
            values_[places[i]] = node.value;
            continue;
        }
        const Slot slot{node.feature, node.missing_goes_left, node.is_by_level,
                        node.is_by_level ? tree.sets[node.levels] : LevelSet()};
        const auto [found, is_new] = known.emplace(slot, static_cast<std::uint32_t>(slots_.size()));
        if (is_new) slots_.push_back(slot);
        nodes_[places[i]] = {node.is_by_level ? 0 : node.at_most, next, found->second};
        places[i + 1] = next++;
        places[node.right] = next++;
    }
}

double Forest::margin(std::span<const double> codes) const {
    constexpr std::size_t few = 256;
    std::array<double, few> room;
    std::vector<double> more;
    if (slots_.size() > few) more.resize(slots_.size());
    double* const numbers = slots_.size() > few ? more.data() : room.data();
    numbers[0] = 0;  // what a lone leaf compares
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        const Slot& slot = slots_[i];
        const double code = codes[slot.feature];
        if (std::isnan(code))
            numbers[i] = slot.missing_goes_left ? -infinite : infinite;
        else if (slot.is_by_level)
            numbers[i] = slot.levels.contains(static_cast<std::size_t>(code)) ? -infinite : infinite;
        else
            numbers[i] = code;
    }
    double sum = 0;
    for (const Group& group : groups_) {
        std::uint32_t at[together];
        std::copy_n(group.roots, together, at);
        for (int step = 0; step < group.depth; ++step)
            for (std::uint32_t& place : at) {
                const Node& node = nodes_[place];
                place = node.left + !(numbers[node.slot] <= node.at_most);
            }
        for (const std::uint32_t place : at) sum += values_[place];
    }
    return sum;
}

}  // namespace crm::predict
