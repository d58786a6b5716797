// How the fit of a scorecard may be steered.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "crm/foundation/bytes.hpp"
#include "crm/foundation/json.hpp"
#include "crm/predict/feature_rows.hpp"

namespace crm::predict {

/// What points mean: so many at these odds, and so many more at odds twice as high.
struct PointScale {
    double base_points = 600, base_odds = 50, points_to_double_odds = 20;

    /// Points of a unit of log-odds, and at log-odds 0.
    double factor() const;
    double offset() const;

    /// What is wrong with it; empty when nothing is.
    std::string defect() const;

    /// Reads those that are given.
    void read(const Json&);

    friend bool operator==(const PointScale&, const PointScale&) = default;

    template <class Self, class Visit>
    static void members(Self& self, Visit&& visit) {
        visit("base_points", self.base_points);
        visit("base_odds", self.base_odds);
        visit("points_to_double_odds", self.points_to_double_odds);
    }
};

struct ScorecardOptions {
    PointScale scale;
    std::int64_t bins = 5;  // of a feature, at most, beside that of missing values
    double least_share = 0.05;
    bool by_outcome = true;  // or of equally many rows
    bool monotone = false;   // all features
    std::vector<std::string> monotone_features;
    double l2 = 0;
    int max_iterations = 50;
    EncoderOptions encoder;

    /// {"base_points": 600, "base_odds": 50, "points_to_double_odds": 20, "bins": 5, "least_share": 0.05,
    ///  "binning": "outcome" or "quantile", "monotone": true or ["visits"], "l2": 0, "max_iterations": 50, "names": [],
    ///  "rare": 5, "levels": 100}, every key optional. Throws invalid_argument for an unknown key and for a value that
    /// cannot be.
    static ScorecardOptions from_json(const Json&);

    bool is_monotone(const std::string& feature) const;

    void save(Writer&) const;
    static ScorecardOptions load(Reader&);

    friend bool operator==(const ScorecardOptions&, const ScorecardOptions&) = default;
};

}  // namespace crm::predict
