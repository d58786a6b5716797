// What every model of the amount of a purchase answers about a customer.
#pragma once
#include <optional>

#include "crm/value/observation_model.hpp"
#include "crm/value/parametric_model.hpp"

namespace crm::value {

class SpendModel : public ObservationModel {
public:
    /// Expected amount of one future purchase: the customer's own mean drawn towards the population's, or that of the
    /// population when the customer has no repeat purchase. None where the model has no finite mean.
    virtual std::optional<double> expected_spend(const Rfm& seen) const = 0;

    /// Probability that the next `purchases` > 0 together come to less than `amount` >= 0.
    virtual double total_below(const Rfm& seen, int purchases, double amount) const = 0;
};

/// P as ParametricModel asks for, with SpendModel's questions as members.
template <class P>
class FittedSpendModel final : public ParametricModel<FittedSpendModel<P>, P, SpendModel> {
public:
    using ParametricModel<FittedSpendModel<P>, P, SpendModel>::ParametricModel;

    double log_likelihood(const Rfm& seen) const override { return this->parameters().log_likelihood(seen); }
    std::optional<double> expected_spend(const Rfm& seen) const override {
        return this->parameters().expected_spend(seen);
    }
    double total_below(const Rfm& seen, int purchases, double amount) const override {
        return this->parameters().total_below(seen, purchases, amount);
    }
};

}  // namespace crm::value
