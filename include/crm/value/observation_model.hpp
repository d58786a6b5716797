// A model of what an Rfm tells of one customer: purchases or spend.
#pragma once
#include "crm/foundation/model.hpp"
#include "crm/value/rfm.hpp"

namespace crm::value {

class ObservationModel : public Model {
public:
    /// Log-density of one history; its sum over customers is what a fit maximises. 0 for a history the model
    /// does not read. Like all scores it throws invalid_argument when the model is not usable().
    virtual double log_likelihood(const Rfm&) const = 0;
};

}  // namespace crm::value
