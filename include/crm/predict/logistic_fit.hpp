// The aggregate that fits a logistic regression.
#pragma once
#include <memory>

#include "crm/predict/featured_outcomes.hpp"
#include "crm/predict/logistic_model.hpp"
#include "crm/predict/logistic_options.hpp"

namespace crm::predict {

class LogisticFit : public FeaturedOutcomes<TruthColumn, LogisticOptions> {
public:
    using FeaturedOutcomes::FeaturedOutcomes;

    /// Nothing when no row had an outcome and features.
    std::unique_ptr<LogisticModel> finish(const Cancellation& = {}) const;
};

}  // namespace crm::predict
