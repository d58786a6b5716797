// How a fit of boosted trees may be steered.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "crm/foundation/bytes.hpp"
#include "crm/foundation/json.hpp"
#include "crm/predict/feature_rows.hpp"

namespace crm::predict {

struct BoostedTreesOptions {
    int trees = 100;
    double learning_rate = 0.1;
    int leaves = 31;                      // of a tree, at most
    std::optional<int> depth;             // at most; else as deep as leaves allow
    int leaf_rows = 20;                   // that a leaf has at least
    double l2 = 0;                        // added to a leaf's curvature
    int bins = 255;                       // of a number, at most
    std::optional<bool> is_stopping;      // early, on rows held out; else from 10,000 rows on
    double held_out = 0.1;                // the share of these rows
    int patience = 10;                    // trees without a better loss on them before the fit stops
    std::uint64_t seed = 0;               // of the rows held out
    std::map<std::string, int> monotone;  // by feature: 1 rises, -1 falls
    EncoderOptions encoder;

    /// {"trees": 100, "learning_rate": 0.1, "leaves": 31, "depth": 6, "leaf_rows": 20, "l2": 0, "bins": 255,
    ///  "early_stopping": "auto", "held_out": 0.1, "patience": 10, "seed": 1, "monotone": {"tenure": -1},
    ///  "names": ["tenure", "charges"], "rare": 5, "levels": 100}, every key optional. Throws invalid_argument for an
    /// unknown key and for a value that cannot be.
    static BoostedTreesOptions from_json(const Json&);

    void save(Writer&) const;
    static BoostedTreesOptions load(Reader&);

    friend bool operator==(const BoostedTreesOptions&, const BoostedTreesOptions&) = default;
};

}  // namespace crm::predict
