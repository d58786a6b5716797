// A fitted logistic regression.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crm/predict/linear_terms.hpp"
#include "crm/predict/predictive_model.hpp"

namespace crm::predict {

/// exp(coefficient): by what factor the odds change for one unit more, or for the level instead of the reference.
struct OddsRatio {
    std::string name;
    double odds_ratio;
    std::optional<double> lower, upper;  // 95 %
    std::optional<double> p_value;       // Wald
};

OddsRatio odds_ratio(const Coefficient&);

class LogisticModel final : public PredictiveModel {
public:
    static constexpr std::string_view name = "logistic";

    struct Estimate {
        double value = 0;
        std::optional<double> std_error;  // none where the column was dropped, or l1 shrank it
    };

    struct Fitted {
        Encoder encoder;
        std::vector<Estimate> estimates;  // the intercept, then the encoder's columns; none of a fit that failed
        std::vector<double> importance;   // by feature, or none
        std::optional<double> null_log_likelihood;
        std::optional<FitReport> report;
    };

    /// Throws invalid_argument for numbers that are not finite, or of another count than the encoder's.
    explicit LogisticModel(Fitted fitted);

    static std::unique_ptr<LogisticModel> load(Reader&);
    static std::unique_ptr<LogisticModel> from_json(const Json&);

    /// {"intercept": -1, "tenure": -0.03, "contract=Two year": -1.5}: a level, after the feature and "=", is compared
    /// with every value that is not named.
    static std::unique_ptr<LogisticModel> make(const Json& parameters);

    std::string_view kind() const override { return name; }
    bool usable() const override { return !fitted_.estimates.empty(); }
    std::optional<FitReport> report() const override { return fitted_.report; }
    std::vector<Coefficient> coefficients() const override;
    void save(Writer&) const override;
    Json::Object to_json() const override;
    std::vector<CardRow> card() const override;

    const Encoder& encoder() const override { return fitted_.encoder; }
    double margin(std::span<const double> codes) const override;
    double base_margin() const override { return terms_.base(); }
    std::vector<double> contributions(std::span<const double> codes) const override;
    double prediction(double margin) const override;
    const std::vector<double>& importance() const override { return fitted_.importance; }

    /// Adds the magnitude of each feature's contribution, `weight` times, to `sums`.
    void add_magnitudes(std::span<const double> codes, double weight, std::span<double> sums) const;

    /// Without the intercept.
    std::vector<OddsRatio> odds_ratios() const;

    std::optional<double> null_log_likelihood() const { return fitted_.null_log_likelihood; }

private:
    Fitted fitted_;
    std::vector<DesignColumn> columns_;
    LinearTerms terms_;
};

}  // namespace crm::predict
