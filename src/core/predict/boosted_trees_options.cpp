#include "crm/predict/boosted_trees_options.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "crm/foundation/error.hpp"
#include "crm/predict/binned_features.hpp"
#include "crm/predict/tree.hpp"

namespace crm::predict {

namespace {

constexpr int most_trees = 10000, most_leaves = 1024, most_leaf_rows = 1 << 24;
constexpr std::size_t most_tree_levels = 250;  // that a byte holds beside those of the pooled and the missing
constexpr double most_l2 = 1e100;

void read(const Json& json, std::string_view key, int least, int most, int& to) {
    if (const Json* const value = json.find(key)) to = static_cast<int>(value->integer(key, least, most));
}

void read_stopping(const Json& json, BoostedTreesOptions& options) {
    const Json* const value = json.find("early_stopping");
    if (!value || value->text() == "\"auto\"") return;
    if (value->text() != "true" && value->text() != "false")
        throw invalid_argument("early_stopping must be true, false or \"auto\", not " + excerpt(value->text()));
    options.is_stopping = value->boolean("early_stopping");
}

void read_monotone(const Json& json, BoostedTreesOptions& options) {
    const Json* const value = json.find("monotone");
    if (!value) return;
    for (const auto& [feature, direction] : value->object("monotone")) {
        const auto side = direction.integer("monotone direction of " + excerpt(feature), -1, 1);
        if (side != 0) options.monotone[feature] = static_cast<int>(side);
    }
}

void read_encoder(const Json& json, EncoderOptions& encoder) {
    if (const Json* names = json.find("names")) {
        std::set<std::string> distinct;
        for (const Json& name : names->array("names")) {
            encoder.names.push_back(name.string("name of a feature"));
            if (!distinct.insert(encoder.names.back()).second)
                throw invalid_argument("name \"" + excerpt(encoder.names.back()) + "\" is given to two features");
        }
    }
    if (const Json* rare = json.find("rare")) {
        const double weight = rare->number("rare");
        if (!(weight >= 0) || !std::isfinite(weight))
            throw invalid_argument("rare must be a finite number, 0 or more, not " + shortest(weight));
        encoder.rare = weight;
    }
    if (const Json* levels = json.find("levels"))
        encoder.levels = static_cast<std::size_t>(levels->integer("levels", 1, most_tree_levels));
}

/// What cannot be, wherever the numbers come from.
bool is_possible(const BoostedTreesOptions& options) {
    const auto is_within = [](auto value, auto least, auto most) { return value >= least && value <= most; };
    return is_within(options.trees, 1, most_trees) && options.learning_rate > 0 && options.learning_rate <= 1 &&
           is_within(options.leaves, 2, most_leaves) && is_within(options.depth.value_or(1), 1, Tree::most_depth) &&
           is_within(options.leaf_rows, 1, most_leaf_rows) && is_within(options.l2, 0.0, most_l2) &&
           is_within(options.bins, 2, static_cast<int>(most_bins)) && options.held_out > 0 && options.held_out <= 0.5 &&
           is_within(options.patience, 1, most_trees) && options.encoder.levels <= most_tree_levels;
}

}  // namespace

BoostedTreesOptions BoostedTreesOptions::from_json(const Json& json) {
    json.expect_keys({"trees", "learning_rate", "leaves", "depth", "leaf_rows", "l2", "bins", "early_stopping",
                      "held_out", "patience", "seed", "monotone", "names", "rare", "levels"},
                     "options of a fit");
    BoostedTreesOptions options;
    read(json, "trees", 1, most_trees, options.trees);
    read(json, "leaves", 2, most_leaves, options.leaves);
    read(json, "leaf_rows", 1, most_leaf_rows, options.leaf_rows);
    read(json, "bins", 2, static_cast<int>(most_bins), options.bins);
    read(json, "patience", 1, most_trees, options.patience);
    if (const Json* depth = json.find("depth"))
        options.depth = static_cast<int>(depth->integer("depth", 1, Tree::most_depth));
    if (const Json* rate = json.find("learning_rate")) options.learning_rate = rate->number("learning_rate");
    if (!(options.learning_rate > 0 && options.learning_rate <= 1))
        throw invalid_argument("learning_rate must be above 0 and at most 1, not " + shortest(options.learning_rate));
    if (const Json* l2 = json.find("l2")) options.l2 = l2->number("l2");
    if (!(options.l2 >= 0 && options.l2 <= most_l2))
        throw invalid_argument("l2 must be between 0 and 1e100, not " + shortest(options.l2));
    if (const Json* share = json.find("held_out")) options.held_out = share->number("held_out");
    if (!(options.held_out > 0 && options.held_out <= 0.5))
        throw invalid_argument(
            "held_out must be above 0 and at most 0.5, not " + shortest(options.held_out), {},
            "It is the share of the rows that early stopping is judged on; \"early_stopping\": false "
            "keeps all rows for the fit.");
    constexpr std::int64_t largest = std::int64_t{1} << 53;
    if (const Json* seed = json.find("seed"))
        options.seed = static_cast<std::uint64_t>(seed->integer("seed", 0, largest));
    read_stopping(json, options);
    read_monotone(json, options);
    read_encoder(json, options.encoder);
    constexpr std::int64_t most_in_all = 1 << 20;
    if (std::int64_t{options.trees} * options.leaves > most_in_all)
        throw limit_exceeded("more than " + std::to_string(most_in_all) + " leaves in all trees",
                             std::to_string(options.trees) + " trees of " + std::to_string(options.leaves) + " leaves.",
                             "Lower trees or leaves.");
    return options;
}

void BoostedTreesOptions::save(Writer& out) const {
    for (const int one : {trees, leaves, depth.value_or(0), leaf_rows, bins, patience})
        out.varint(static_cast<std::uint64_t>(one));
    for (const double one : {learning_rate, l2, held_out}) out.put(one);
    out.put<std::uint8_t>(is_stopping ? *is_stopping : 2);
    out.put(seed);
    out.varint(monotone.size());
    for (const auto& [feature, direction] : monotone) {
        out.text(feature);
        out.put(static_cast<std::int8_t>(direction));
    }
    encoder.save(out);
}

BoostedTreesOptions BoostedTreesOptions::load(Reader& in) {
    constexpr std::string_view impossible = "impossible options of a fit in state";
    const auto whole = [&in, impossible] {
        const std::uint64_t value = in.varint();
        if (value > most_leaf_rows) throw corrupt_data(std::string(impossible));
        return static_cast<int>(value);
    };
    BoostedTreesOptions options;
    options.trees = whole();
    options.leaves = whole();
    if (const int depth = whole(); depth != 0) options.depth = depth;
    options.leaf_rows = whole();
    options.bins = whole();
    options.patience = whole();
    options.learning_rate = in.get<double>();
    options.l2 = in.get<double>();
    options.held_out = in.get<double>();
    const auto stopping = in.get<std::uint8_t>();
    if (stopping < 2) options.is_stopping = stopping == 1;
    options.seed = in.get<std::uint64_t>();
    for (std::size_t left = in.count(2); left > 0; --left) {
        const std::string feature(in.text());
        const int direction = in.get<std::int8_t>();
        if (direction != 1 && direction != -1) throw corrupt_data(std::string(impossible));
        options.monotone[feature] = direction;
    }
    options.encoder = EncoderOptions::load(in);
    if (stopping > 2 || !is_possible(options)) throw corrupt_data(std::string(impossible));
    return options;
}

}  // namespace crm::predict
