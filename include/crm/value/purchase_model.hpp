// What every model of repeat purchases answers about a customer.
#pragma once
#include "crm/value/observation_model.hpp"
#include "crm/value/parametric_model.hpp"

namespace crm::value {

/// Times are in the unit the model was fitted in (days, in SQL). `horizon` and `rate` are finite and 0 or more;
/// otherwise these throw invalid_argument with the argument's name and value.
class PurchaseModel : public ObservationModel {
public:
    /// Probability that the customer is still active at `seen.age()`.
    virtual double p_alive(const Rfm& seen) const = 0;

    /// Probability of no purchase within the next `horizon`; 1 for a horizon of 0.
    virtual double churn_probability(const Rfm& seen, double horizon) const = 0;

    /// Expected number of purchases within the next `horizon`.
    virtual double expected_purchases(const Rfm& seen, double horizon) const = 0;

    /// The same for a new customer, from the first purchase on and without it.
    virtual double expected_purchases(double horizon) const = 0;

    /// Expected purchases within the next `horizon`, one after time t counted exp(-rate t).
    /// Equal to expected_purchases at rate 0.
    virtual double discounted_purchases(const Rfm& seen, double horizon, double rate) const = 0;
};

/// Throw invalid_argument unless finite and 0 or more.
void require_horizon(double horizon);
void require_rate(double rate, const char* name = "rate");

/// P as ParametricModel asks for, with PurchaseModel's questions as members; P need not check horizon and rate.
template <class P>
class FittedPurchaseModel final : public ParametricModel<FittedPurchaseModel<P>, P, PurchaseModel> {
public:
    using ParametricModel<FittedPurchaseModel<P>, P, PurchaseModel>::ParametricModel;

    double p_alive(const Rfm& seen) const override { return this->parameters().p_alive(seen); }

    double churn_probability(const Rfm& seen, double horizon) const override {
        require_horizon(horizon);
        return this->parameters().churn_probability(seen, horizon);
    }
    double expected_purchases(const Rfm& seen, double horizon) const override {
        require_horizon(horizon);
        return this->parameters().expected_purchases(seen, horizon);
    }
    double expected_purchases(double horizon) const override {
        require_horizon(horizon);
        return this->parameters().expected_purchases(horizon);
    }
    double discounted_purchases(const Rfm& seen, double horizon, double rate) const override {
        require_horizon(horizon);
        require_rate(rate);
        return this->parameters().discounted_purchases(seen, horizon, rate);
    }
};

}  // namespace crm::value
