// One tree of a boosted model. Nodes are in preorder: the left branch of a split follows it at once.
#pragma once
#include <array>
#include <cmath>
#include <compare>
#include <cstdint>
#include <span>
#include <vector>

#include "crm/foundation/bytes.hpp"
#include "crm/foundation/json.hpp"
#include "crm/predict/encoder.hpp"

namespace crm::predict {

/// Codes of a categorical feature.
class LevelSet {
public:
    static constexpr std::size_t most = 256;

    void add(std::size_t code) { words_[code / 64] |= std::uint64_t{1} << code % 64; }
    void remove(std::size_t code) { words_[code / 64] &= ~(std::uint64_t{1} << code % 64); }
    bool contains(std::size_t code) const { return code < most && (words_[code / 64] >> code % 64 & 1) != 0; }

    friend auto operator<=>(const LevelSet&, const LevelSet&) = default;

private:
    std::array<std::uint64_t, most / 64> words_{};
};

struct TreeNode {
    std::uint32_t right = 0;  // the place of the right branch; 0 in a leaf
    std::uint32_t feature = 0;
    bool is_by_level = false;
    bool missing_goes_left = false;  // also of a level that tells nothing
    std::uint32_t levels = 0;        // the set of those that go left
    double at_most = 0;              // numbers up to this one go left
    double value = 0;                // of a leaf: what it adds to the margin
    double cover = 0;                // weight of the rows of the fit that came here

    bool is_leaf() const { return right == 0; }
};

struct Tree {
    static constexpr int most_depth = 64;

    std::vector<TreeNode> nodes;
    std::vector<LevelSet> sets;

    bool goes_left(const TreeNode& split, double code) const {
        if (std::isnan(code)) return split.missing_goes_left;
        return split.is_by_level ? sets[split.levels].contains(static_cast<std::size_t>(code)) : code <= split.at_most;
    }

    std::size_t leaves() const { return (nodes.size() + 1) / 2; }

    /// Of a single leaf 0.
    int depth() const;

    /// The leaf of a row.
    const TreeNode& leaf_of(std::span<const double> codes) const;

    /// The mean of the leaves by cover: what the tree says of a row of which nothing is known.
    double mean() const;

    void save(Writer&, const Encoder&) const;
    static Tree load(Reader&, const Encoder&);

    /// A list of nodes: {"feature": "tenure", "at_most": 12, "missing": "left"}, {"feature": "plan", "levels": [0, 2],
    /// "missing": "right"} with the places of the levels that go left, and of leaves {"value": 0.1, "cover": 20}.
    Json to_json(const Encoder&) const;
    static Tree from_json(const Json&, const Encoder&);
};

}  // namespace crm::predict
