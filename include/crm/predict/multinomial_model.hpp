// A fitted multinomial logistic regression: which of several labels. Agresti (2013), Categorical Data Analysis, 3rd
// ed., chapter 8.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crm/predict/linear_terms.hpp"
#include "crm/predict/logistic_model.hpp"
#include "crm/predict/predictive_model.hpp"

namespace crm::predict {

/// `margin` is the logarithm of the odds against all other labels.
struct LabelChance {
    std::string label;
    double probability, margin;
};

class MultinomialModel final : public Model {
public:
    static constexpr std::string_view name = "multinomial";

    struct Estimate {
        double value = 0;
        std::optional<double> std_error;  // none where the column was dropped
    };

    struct Fitted {
        Encoder encoder;
        std::vector<std::string> labels;  // by name
        std::size_t reference = 0;        // the label that others are compared with

        /// Label after label but the reference, of each the intercept and the encoder's columns; none of a fit that
        /// failed.
        std::vector<Estimate> estimates;
        std::optional<double> null_log_likelihood;
        std::optional<FitReport> report;
    };

    /// Throws invalid_argument for what does not fit together.
    explicit MultinomialModel(Fitted fitted);

    static std::unique_ptr<MultinomialModel> load(Reader&);
    static std::unique_ptr<MultinomialModel> from_json(const Json&);

    /// {"reference": "basic", "labels": {"gold": {"intercept": -1, "tenure": 0.03, "plan=monthly": 0.5}}}.
    static std::unique_ptr<MultinomialModel> make(const Json& parameters);

    std::string_view kind() const override { return name; }
    bool usable() const override { return !fitted_.estimates.empty(); }
    std::optional<FitReport> report() const override { return fitted_.report; }

    /// "gold: tenure", label after label but the reference.
    std::vector<Coefficient> coefficients() const override;
    void save(Writer&) const override;
    Json::Object to_json() const override;
    std::vector<CardRow> card() const override;

    /// Of each label against the reference, without intercepts.
    std::vector<OddsRatio> odds_ratios() const;

    const Encoder& encoder() const { return fitted_.encoder; }
    const std::vector<std::string>& labels() const { return fitted_.labels; }

    /// Of all labels, the likeliest first; equally likely ones by name.
    std::vector<LabelChance> chances(std::span<const double> codes) const;

    /// Throws invalid_argument for a label that the model does not know.
    double probability(std::span<const double> codes, std::string_view label) const;

    /// What speaks for a label, and what against it: of its margin less the mean of all labels' margins.
    std::vector<FeatureContribution> explain(std::span<const double> codes, std::string_view label) const;

private:
    std::size_t place_of(std::string_view label) const;
    std::vector<double> margins(std::span<const double> codes) const;

    Fitted fitted_;
    std::vector<LinearTerms> terms_;  // by label; those of the reference are 0
};

}  // namespace crm::predict
