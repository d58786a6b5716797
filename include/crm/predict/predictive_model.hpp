// What every model that predicts from features can be asked.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crm/foundation/model.hpp"
#include "crm/predict/encoder.hpp"

namespace crm::predict {

/// Predictions are made on a scale where features add up, the margin (log-odds for probabilities), and then turned into
/// what is predicted. `codes` are those of the model's encoder.
class PredictiveModel : public Model {
public:
    virtual const Encoder& encoder() const = 0;

    virtual double margin(std::span<const double> codes) const = 0;

    /// The margin of the average row of the fit.
    virtual double base_margin() const = 0;

    /// What each feature adds to the base margin: the margin is their sum and the base's.
    virtual std::vector<double> contributions(std::span<const double> codes) const = 0;

    /// What a margin predicts; rises with it.
    virtual double prediction(double margin) const = 0;

    /// Otherwise a prediction is a number of the outcome's kind, and its unit that of margins.
    virtual bool predicts_probability() const { return true; }

    /// The mean magnitude of each feature's contribution over the rows of the fit; empty when it is not known.
    virtual const std::vector<double>& importance() const = 0;

    /// With how much each feature matters.
    std::vector<CardRow> card() const override;

    double predict(std::span<const double> codes) const { return prediction(margin(codes)); }
};

/// One row of an explanation. The first is the base, the average row of the fit.
struct FeatureContribution {
    std::string feature;
    std::optional<std::string> value;
    double contribution;                   // to the margin
    std::optional<double> share;           // of the magnitudes of all features' contributions
    std::optional<std::string> direction;  // raises, lowers, neither
};

/// The base, then each feature's contribution, the largest first; those that are equal in the order of the encoder.
std::vector<FeatureContribution> contribution_rows(const Encoder&, double base,
                                                   const std::vector<double>& contributions,
                                                   std::span<const double> codes);

/// The largest contribution first; features whose contributions are equal in the order of the encoder.
std::vector<FeatureContribution> explain(const PredictiveModel&, std::span<const double> codes);

struct FeatureImportance {
    std::string feature;
    double contribution;  // mean magnitude
    double share;         // of the sum over features
    std::int32_t rank;    // 1 is the most important
};

/// The most important first. Empty when it is not known.
std::vector<FeatureImportance> importance(const PredictiveModel&);

/// The prediction in a sentence: the reasons that weigh most and what would change it most. In the template
/// {probability}, or {prediction}, which is the same, {reasons} and {change} are replaced; what of {change} there is
/// none of leaves no trace of the punctuation before it. Throws invalid_argument for any other word in braces.
std::string why(const PredictiveModel&, std::span<const double> codes, std::string_view pattern);

inline constexpr std::string_view plain_pattern = "{probability}: {reasons}; {change}.";

}  // namespace crm::predict
