// The aggregate that fits a multinomial logistic regression.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "crm/predict/featured_outcomes.hpp"
#include "crm/predict/multinomial_model.hpp"

namespace crm::predict {

struct MultinomialOptions {
    /// What the log-likelihood loses: l2 / 2 times the sum of squares of the coefficients of all labels, the reference
    /// too, each set of them centred; of numbers in standard deviations and of levels, never of intercepts. No label
    /// is special to it.
    double l2 = 0;
    int max_iterations = 50;
    std::optional<std::string> reference_label;  // the first by name unless given
    EncoderOptions encoder;

    /// {"l2": 1, "max_iterations": 50, "reference_label": "basic", "names": [], "rare": 5, "levels": 100, "reference":
    /// {}}, every key optional. Throws invalid_argument for an unknown key and for a value that cannot be.
    static MultinomialOptions from_json(const Json&);

    void save(Writer&) const;
    static MultinomialOptions load(Reader&);

    friend bool operator==(const MultinomialOptions&, const MultinomialOptions&) = default;
};

class MultinomialFit : public FeaturedOutcomes<LabelColumn, MultinomialOptions> {
public:
    using FeaturedOutcomes::FeaturedOutcomes;

    /// Nothing when no row had an outcome and features.
    std::unique_ptr<MultinomialModel> finish(const Cancellation& = {}) const;
};

}  // namespace crm::predict
