#include "crm/predict/tree.hpp"

#include <algorithm>

#include "crm/foundation/error.hpp"

namespace crm::predict {

namespace {

enum class Tag : std::uint8_t {
    leaf,
    number,
    level
};  // of a node as stored; that of a split has 4 more for missing left
constexpr std::uint8_t left_bit = 4;

/// Puts nodes that come in preorder together, whoever they come from.
class Assembly {
public:
    explicit Assembly(const Encoder& encoder) : encoder_(encoder) {}

    /// Whether the tree is whole: nothing may follow.
    bool is_whole() const { return !tree_.nodes.empty() && open_.empty(); }

    void add(TreeNode node) {
        if (is_whole()) throw corrupt_data("tree has nodes after its last leaf");
        const auto at = static_cast<std::uint32_t>(tree_.nodes.size());
        node.right = 0;
        tree_.nodes.push_back(node);
        open_.push_back({at, false});
    }

    void add_split(TreeNode node, const LevelSet* levels) {
        const auto& features = encoder_.features();
        if (node.feature >= features.size()) throw corrupt_data("tree splits by a feature that the model has not");
        const Feature& feature = features[node.feature];
        if (feature.is_numeric() == (levels != nullptr)) throw corrupt_data("tree splits a feature of another kind");
        if (levels && feature.levels.size() > LevelSet::most)
            throw corrupt_data("tree splits a feature of more than " + std::to_string(LevelSet::most) + " levels");
        if (!levels && !std::isfinite(node.at_most)) throw corrupt_data("tree splits at a number that is not finite");
        node.is_by_level = levels != nullptr;
        node.levels = static_cast<std::uint32_t>(tree_.sets.size());
        if (levels) tree_.sets.push_back(*levels);
        if (open_.size() >= static_cast<std::size_t>(Tree::most_depth))
            throw corrupt_data("tree is deeper than " + std::to_string(Tree::most_depth));
        add(node);
    }

    void add_leaf(double value, double cover) {
        constexpr double most = 1e150;
        if (!(std::abs(value) <= most) || !(cover > 0 && cover <= most))
            throw corrupt_data("impossible leaf of a tree");
        TreeNode leaf;
        leaf.value = value;
        leaf.cover = cover;
        add(leaf);
        open_.pop_back();
        close(static_cast<std::uint32_t>(tree_.nodes.size()), cover);
    }

    Tree take() {
        if (!is_whole()) throw corrupt_data("tree has a split without branches");
        return std::move(tree_);
    }

private:
    struct Open {
        std::uint32_t node;
        bool has_left;
    };

    /// A branch has ended before node `next`: so have those whose right branch it was.
    void close(std::uint32_t next, double cover) {
        while (!open_.empty()) {
            Open& last = open_.back();
            TreeNode& split = tree_.nodes[last.node];
            split.cover += cover;
            if (!last.has_left) {
                last.has_left = true;
                split.right = next;
                return;
            }
            cover = split.cover;
            open_.pop_back();
        }
    }

    const Encoder& encoder_;
    Tree tree_;
    std::vector<Open> open_;
};

std::size_t bytes_of_levels(const Feature& feature) { return (feature.levels.size() + 7) / 8; }

}  // namespace

int Tree::depth() const {
    std::vector<int> depths(nodes.size(), 0);
    int most = 0;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        most = std::max(most, depths[i]);
        if (nodes[i].is_leaf()) continue;
        depths[i + 1] = depths[nodes[i].right] = depths[i] + 1;
    }
    return most;
}

const TreeNode& Tree::leaf_of(std::span<const double> codes) const {
    std::size_t at = 0;
    while (!nodes[at].is_leaf()) at = goes_left(nodes[at], codes[nodes[at].feature]) ? at + 1 : nodes[at].right;
    return nodes[at];
}

double Tree::mean() const {
    double sum = 0;
    for (const TreeNode& node : nodes)
        if (node.is_leaf()) sum += node.value * (node.cover / nodes[0].cover);
    return sum;
}

void Tree::save(Writer& out, const Encoder& encoder) const {
    for (const TreeNode& node : nodes) {
        if (node.is_leaf()) {
            out.put(static_cast<std::uint8_t>(Tag::leaf));
            out.put(node.value);
            out.put(node.cover);
            continue;
        }
        const Tag tag = node.is_by_level ? Tag::level : Tag::number;
        out.put(static_cast<std::uint8_t>(static_cast<std::uint8_t>(tag) + (node.missing_goes_left ? left_bit : 0)));
        out.varint(node.feature);
        if (!node.is_by_level) {
            out.put(node.at_most);
            continue;
        }
        for (std::size_t byte = 0; byte < bytes_of_levels(encoder.features()[node.feature]); ++byte) {
            unsigned bits = 0;
            for (std::size_t bit = 0; bit < 8; ++bit)
                if (sets[node.levels].contains(byte * 8 + bit)) bits |= 1U << bit;
            out.put(static_cast<std::uint8_t>(bits));
        }
    }
}

Tree Tree::load(Reader& in, const Encoder& encoder) {
    Assembly tree(encoder);
    while (!tree.is_whole()) {
        const auto tag = in.get<std::uint8_t>();
        if (tag == static_cast<std::uint8_t>(Tag::leaf)) {
            const double value = in.get<double>();
            tree.add_leaf(value, in.get<double>());
            continue;
        }
        const auto kind = static_cast<Tag>(tag % left_bit);
        if (tag >= 2 * left_bit || (kind != Tag::number && kind != Tag::level))
            throw corrupt_data("unknown node of a tree");
        TreeNode node;
        node.missing_goes_left = tag >= left_bit;
        const std::uint64_t feature = in.varint();
        if (feature >= encoder.features().size()) throw corrupt_data("tree splits by a feature that the model has not");
        node.feature = static_cast<std::uint32_t>(feature);
        LevelSet levels;
        if (kind == Tag::number) {
            node.at_most = in.get<double>();
        } else {
            const std::size_t count = encoder.features()[node.feature].levels.size();
            for (std::size_t code = 0;
                 const std::byte byte : in.take(bytes_of_levels(encoder.features()[node.feature])))
                for (int bit = 0; bit < 8; ++bit, ++code)
                    if ((byte >> bit & std::byte{1}) != std::byte{0}) {
                        if (code >= std::min(count, LevelSet::most))
                            throw corrupt_data("tree splits by an unknown level");
                        levels.add(code);
                    }
        }
        tree.add_split(node, kind == Tag::level ? &levels : nullptr);
    }
    return tree.take();
}

Json Tree::to_json(const Encoder& encoder) const {
    Json::Array all;
    for (const TreeNode& node : nodes) {
        if (node.is_leaf()) {
            all.emplace_back(Json::Object{{"value", node.value}, {"cover", node.cover}});
            continue;
        }
        const Feature& feature = encoder.features()[node.feature];
        Json::Object one{{"feature", feature.name}};
        if (node.is_by_level) {
            // By place: two levels may bear one name, that of those pooled and one of the data.
            Json::Array levels;
            for (std::size_t code = 0; code < feature.levels.size(); ++code)
                if (sets[node.levels].contains(code)) levels.emplace_back(static_cast<double>(code));
            one.emplace_back("levels", std::move(levels));
        } else {
            one.emplace_back("at_most", node.at_most);
        }
        one.emplace_back("missing", node.missing_goes_left ? "left" : "right");
        all.emplace_back(std::move(one));
    }
    return all;
}

Tree Tree::from_json(const Json& json, const Encoder& encoder) try {
    Assembly tree(encoder);
    for (const Json& one : json.array("tree")) {
        if (one.find("value")) {
            one.expect_keys({"value", "cover"}, "leaf of a tree");
            tree.add_leaf(one.at("value", "leaf of a tree").number("value"),
                          one.at("cover", "leaf of a tree").number("cover"));
            continue;
        }
        one.expect_keys({"feature", "at_most", "levels", "missing"}, "split of a tree");
        const std::string& name = one.at("feature", "split of a tree").string("feature");
        const auto feature = encoder.find(name);
        if (!feature)
            throw invalid_argument("tree splits by a feature that the model has not: \"" + excerpt(name) + "\"");
        TreeNode node;
        node.feature = static_cast<std::uint32_t>(*feature);
        const std::string& missing = one.at("missing", "split of a tree").string("missing");
        if (missing != "left" && missing != "right")
            throw invalid_argument("missing must be \"left\" or \"right\", not \"" + excerpt(missing) + "\"");
        node.missing_goes_left = missing == "left";
        LevelSet levels;
        const Json* const listed = one.find("levels");
        if (listed) {
            const std::size_t count = std::min(encoder.features()[*feature].levels.size(), LevelSet::most);
            if (count == 0) throw corrupt_data("tree splits a feature of another kind");
            for (const Json& level : listed->array("levels"))
                levels.add(static_cast<std::size_t>(level.integer("level", 0, static_cast<std::int64_t>(count) - 1)));
        } else {
            node.at_most = one.at("at_most", "split of a tree").number("at_most");
        }
        tree.add_split(node, listed ? &levels : nullptr);
    }
    return tree.take();
} catch (const corrupt_data& wrong) {
    throw invalid_argument(wrong.message());
}

}  // namespace crm::predict
