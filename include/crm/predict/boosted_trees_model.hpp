// Boosted trees: the margin is a start and the sum of many small trees.
// Friedman (2001), "Greedy Function Approximation: A Gradient Boosting Machine", Annals of Statistics 29(5).
#pragma once
#include <memory>
#include <optional>
#include <vector>

#include "crm/predict/forest.hpp"
#include "crm/predict/loss.hpp"
#include "crm/predict/predictive_model.hpp"
#include "crm/predict/tree.hpp"
#include "crm/predict/tree_shap.hpp"

namespace crm::predict {

class BoostedTreesModel final : public PredictiveModel {
public:
    static constexpr std::string_view name = "boosted_trees";

    struct Fitted {
        Encoder encoder;
        Loss loss = Loss::log_loss;
        std::optional<double> start;  // none of a fit that failed
        std::vector<Tree> trees;
        std::vector<double> importance;  // by feature, or none
        std::optional<FitReport> report;
    };

    /// Throws invalid_argument for numbers that are not finite.
    explicit BoostedTreesModel(Fitted fitted);

    BoostedTreesModel(const BoostedTreesModel&) = delete;  // a copy's contributions would be made from the original's
    BoostedTreesModel& operator=(const BoostedTreesModel&) = delete;

    static std::unique_ptr<BoostedTreesModel> load(Reader&);
    static std::unique_ptr<BoostedTreesModel> from_json(const Json&);

    /// As to_json gives it: {"encoder": ..., "predicts": "probability" or "number", "start": 0, "trees": [...]}.
    static std::unique_ptr<BoostedTreesModel> make(const Json& parameters) { return from_json(parameters); }

    std::string_view kind() const override { return name; }
    bool usable() const override { return fitted_.start.has_value(); }
    std::optional<FitReport> report() const override { return fitted_.report; }
    std::vector<Coefficient> coefficients() const override { return {}; }
    void save(Writer&) const override;
    Json::Object to_json() const override;

    const Encoder& encoder() const override { return fitted_.encoder; }
    double margin(std::span<const double> codes) const override { return *fitted_.start + forest_.margin(codes); }
    double base_margin() const override { return base_; }
    std::vector<double> contributions(std::span<const double> codes) const override;
    double prediction(double margin) const override;
    bool predicts_probability() const override { return fitted_.loss == Loss::log_loss; }
    const std::vector<double>& importance() const override { return fitted_.importance; }

    const std::vector<Tree>& trees() const { return fitted_.trees; }

private:
    Fitted fitted_;
    double base_ = 0;
    Forest forest_;
    mutable std::optional<TreeShap> shap_;  // made when it is asked for, which scoring is not
};

}  // namespace crm::predict
