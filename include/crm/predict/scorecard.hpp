// A logistic regression as a table of points: each feature's values lie in a few bins, each bin gives whole points, and
// the points of a row, added up, say its odds. Siddiqi (2006), Credit Risk Scorecards: Developing and Implementing
// Intelligent Credit Scoring, chapter 6.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crm/predict/members.hpp"
#include "crm/predict/predictive_model.hpp"
#include "crm/predict/scorecard_options.hpp"

namespace crm::predict {

struct ScoreBin {
    std::int64_t points = 0;
    double share = 0;            // of the fit's rows, by weight
    std::optional<double> rate;  // of the outcome; none when made by hand
    double evidence = 0;         // weight of evidence

    template <class Self, class Visit>
    static void members(Self& self, Visit&& visit) {
        visit("points", self.points);
        visit("share", self.share);
        visit("rate", self.rate);
        visit("evidence", self.evidence);
    }
};

/// The bins of one feature. A value that tells nothing (a level never seen, a missing value where none was missing) is
/// in none of them and gets no points.
struct ScoredFeature {
    std::vector<double> cuts;           // of numbers: bin k holds cuts[k - 1] <= value < cuts[k]
    std::vector<std::uint32_t> bin_of;  // of levels, by their place in the encoder
    std::vector<ScoreBin> bins;
    bool has_missing = false;         // the last bin of a numeric feature is that of missing values
    double coefficient = 0;           // of the weight of evidence
    std::optional<double> std_error;  // none where the feature was left out

    /// Nothing for a value that is in no bin.
    const ScoreBin* bin(double code, bool is_numeric) const;

    template <class Self, class Visit>
    static void members(Self& self, Visit&& visit) {
        visit("cuts", self.cuts);
        visit("bin_of", self.bin_of);
        visit("bins", self.bins);
        visit("has_missing", self.has_missing);
        visit("coefficient", self.coefficient);
        visit("std_error", self.std_error);
    }
};

/// A line of the table of points. The first is "base": what everybody starts with.
struct PointsRow {
    std::string feature;
    std::optional<std::string> bin;
    std::optional<double> lower, upper;  // of numbers: lower <= value < upper
    std::int64_t points;
    std::optional<double> share, rate, evidence;
};

class Scorecard final : public PredictiveModel {
public:
    static constexpr std::string_view name = "scorecard";
    static constexpr std::int64_t most_points = 1000000000;  // of one bin

    struct Content {
        PointScale scale;
        std::int64_t base = 0;
        double intercept = 0;
        std::optional<double> intercept_error;
        std::vector<ScoredFeature> features;  // by feature of the encoder; none of a fit that failed
        bool fitted = false;
        std::vector<FitReport> fit;  // one, or none when made by hand

        template <class Self, class Visit>
        static void members(Self& self, Visit&& visit) {
            visit("scale", self.scale);
            visit("base", self.base);
            visit("intercept", self.intercept);
            visit("intercept_error", self.intercept_error);
            visit("features", self.features);
            visit("fitted", self.fitted);
            visit("fit", self.fit);
        }
    };

    /// Throws invalid_argument for what does not fit together.
    Scorecard(Encoder encoder, Content content);

    static std::unique_ptr<Scorecard> load(Reader&);
    static std::unique_ptr<Scorecard> from_json(const Json&);

    /// {"base": 400, "base_points": 600, "base_odds": 50, "points_to_double_odds": 20, "features": {"visits":
    ///  [{"below": 3, "points": -10}, {"points": 20}, {"missing": true, "points": 0}], "plan": [{"levels": ["gold"],
    ///  "points": 15}, {"points": 0}]}}: bins of numbers rise, the last without "below"; levels not named have the
    /// points of the bin without levels. A bin may say which "share" of rows it holds; else all hold equally many.
    static std::unique_ptr<Scorecard> make(const Json& parameters);

    std::string_view kind() const override { return name; }
    bool usable() const override { return content_.fitted; }
    std::optional<FitReport> report() const override;
    std::vector<Coefficient> coefficients() const override;
    void save(Writer&) const override;
    Json::Object to_json() const override;
    std::vector<CardRow> card() const override;

    const Encoder& encoder() const override { return encoder_; }
    double margin(std::span<const double> codes) const override;
    double base_margin() const override { return base_margin_; }
    std::vector<double> contributions(std::span<const double> codes) const override;
    double prediction(double margin) const override;
    const std::vector<double>& importance() const override { return importance_; }

    /// The base and the points of the row's bins, added up.
    std::int64_t total_points(std::span<const double> codes) const;

    /// All bins, by feature.
    std::vector<PointsRow> points() const;

    /// The bins of a row, whose points add up to its total.
    std::vector<PointsRow> points(std::span<const double> codes) const;

    const Content& content() const { return content_; }

private:
    std::int64_t points_of(std::size_t feature, double code) const;
    PointsRow base_row() const;
    PointsRow row_of(std::size_t feature, std::size_t bin) const;
    std::string words_of(std::size_t feature, std::size_t bin) const;

    Encoder encoder_;
    Content content_;
    std::vector<double> average_, importance_;  // by feature: points over the rows of the fit; magnitude in log-odds
    double base_margin_ = 0;
};

}  // namespace crm::predict
