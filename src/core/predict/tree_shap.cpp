#include "crm/predict/tree_shap.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "crm/numeric/gauss_legendre.hpp"

namespace crm::predict {

namespace {

/// Two points at once.
using Two = double __attribute__((vector_size(16)));
constexpr std::size_t two = 2;

inline Two load(const double* from) {
    Two pair;
    std::memcpy(&pair, from, sizeof pair);
    return pair;
}

inline void store(double* to, Two pair) { std::memcpy(to, &pair, sizeof pair); }

std::span<const numeric::Node> rule_for(std::size_t features) {
    if (features <= 4) return numeric::gauss_legendre<2>;
    if (features <= 8) return numeric::gauss_legendre<4>;
    if (features <= 12) return numeric::gauss_legendre<6>;
    if (features <= 16) return numeric::gauss_legendre<8>;
    if (features <= 32) return numeric::gauss_legendre<16>;
    return numeric::gauss_legendre<32>;
}

}  // namespace

/// Of one row: states, products and sums of a tree by place, and two parts of each feature's contribution.
struct TreeShap::Walk {
    std::vector<std::uint8_t> states;
    std::vector<double> products, sums, contributions;
};

TreeShap::TreeShap(std::span<const Tree> trees, std::size_t features) : features_(features) {
    for (const Tree& tree : trees) trees_.push_back(prepared(tree));
}

TreeShap::Prepared TreeShap::prepared(const Tree& tree) {
    const std::size_t nodes = tree.nodes.size();
    Prepared made{&tree, 0, {}, {}};
    std::vector<std::uint32_t> parents(nodes, 0), earlier(nodes, 0);
    std::vector<double> through(nodes, 1);        // share of the cover that all branches by the feature let through
    std::vector<std::size_t> distinct(nodes, 0);  // features on the way
    for (std::uint32_t i = 0; i < nodes; ++i) {
        const TreeNode& split = tree.nodes[i];
        if (split.is_leaf()) continue;
        std::uint32_t last = i;
        while (last != 0 && tree.nodes[parents[last]].feature != split.feature) last = parents[last];
        made.splits.push_back({i, split.right, last, split.feature});
        for (const std::uint32_t branch : {i + 1, split.right}) {
            parents[branch] = i;
            earlier[branch] = last;
            through[branch] = through[last] * (tree.nodes[branch].cover / split.cover);
            distinct[branch] = distinct[i] + (last == 0);
        }
    }
    const auto rule = rule_for(*std::ranges::max_element(distinct));
    made.points = rule.size();
    made.lines.resize((nodes * states * 2 * made.points * sizeof(double)) / sizeof(CacheLine) + 1);
    for (std::size_t i = 1; i < nodes; ++i) {
        const double z = through[i], before = through[earlier[i]];
        for (std::size_t point = 0; point < made.points; ++point) {
            const double t = rule[point].at, s = 1 - t;
            const auto factor = [&](State state) -> double& { return made.numbers(i, state)[point]; };
            const auto share = [&](State state) -> double& { return made.numbers(i, state)[made.points + point]; };
            // What the earlier branch made of the product and of all that is below.
            const double own = t + z * s, known = earlier[i] != 0 ? t + before * s : 1;
            const double taken = earlier[i] != 0 ? (1 - before) / known : 0;
            factor(open) = own / known;
            factor(closed) = z * s / known;
            factor(closed_before) = z / before;
            share(open) = (1 - z) / own - taken;
            share(closed) = -1 / s - taken;
        }
    }
    return made;
}

template <std::size_t points>
void TreeShap::add(const Prepared& one, std::span<const double> codes, Walk& walk) {
    const auto& nodes = one.tree->nodes;
    const auto rule = rule_for(2 * points);
    for (std::size_t p = 0; p < points; ++p) walk.products[p] = rule[p].weight;
    walk.states[0] = open;
    const auto lead = [&](std::size_t from, std::size_t to, State state) {
        walk.states[to] = state;
        const double* const factors = one.numbers(to, state);
        for (std::size_t p = 0; p < points; p += two)
            store(&walk.products[to * points + p], load(&walk.products[from * points + p]) * load(factors + p));
    };
    for (const Split& split : one.splits) {
        const bool is_left = one.tree->goes_left(nodes[split.at], codes[split.feature]);
        const bool is_open = walk.states[split.earlier] == open;
        lead(split.at, split.at + 1, is_open ? is_left ? open : closed : closed_before);
        lead(split.at, split.right, is_open ? is_left ? closed : open : closed_before);
    }
    const auto gather = [&](std::size_t branch, std::size_t p) {
        if (!nodes[branch].is_leaf()) return load(&walk.sums[branch * points + p]);
        return load(&walk.products[branch * points + p]) * nodes[branch].value;
    };
    for (std::size_t i = one.splits.size(); i-- > 0;) {
        const Split& split = one.splits[i];
        const double* const left_shares = one.numbers(split.at + 1, walk.states[split.at + 1]) + points;
        const double* const right_shares = one.numbers(split.right, walk.states[split.right]) + points;
        double* const own = &walk.contributions[split.feature * two];
        Two sum = load(own);
        for (std::size_t p = 0; p < points; p += two) {
            const Two left = gather(split.at + 1, p), right = gather(split.right, p);
            store(&walk.sums[split.at * points + p], left + right);
            sum += left * load(left_shares + p) + right * load(right_shares + p);
        }
        store(own, sum);
    }
}

std::vector<double> TreeShap::contributions(std::span<const double> codes) const {
    Walk walk;
    walk.contributions.assign(features_ * two, 0);
    for (const Prepared& one : trees_) {
        const std::size_t count = one.tree->nodes.size();
        walk.states.resize(std::max(walk.states.size(), count));
        walk.products.resize(std::max(walk.products.size(), count * one.points));
        walk.sums.resize(walk.products.size());
        switch (one.points) {
            case 2: add<2>(one, codes, walk); break;
            case 4: add<4>(one, codes, walk); break;
            case 6: add<6>(one, codes, walk); break;
            case 8: add<8>(one, codes, walk); break;
            case 16: add<16>(one, codes, walk); break;
            default: add<32>(one, codes, walk);
        }
    }
    std::vector<double> contributions(features_);
    for (std::size_t f = 0; f < features_; ++f)
        contributions[f] = walk.contributions[f * two] + walk.contributions[f * two + 1];
    return contributions;
}

}  // namespace crm::predict
