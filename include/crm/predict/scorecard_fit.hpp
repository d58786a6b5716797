// The aggregate that fits a scorecard.
#pragma once
#include <memory>

#include "crm/predict/featured_outcomes.hpp"
#include "crm/predict/scorecard.hpp"

namespace crm::predict {

class ScorecardFit : public FeaturedOutcomes<TruthColumn, ScorecardOptions> {
public:
    using FeaturedOutcomes::FeaturedOutcomes;

    /// Nothing when no row had an outcome and features.
    std::unique_ptr<Scorecard> finish(const Cancellation& = {}) const;
};

}  // namespace crm::predict
