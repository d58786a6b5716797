// What every model of repeat purchases answers about a customer.
#pragma once
#include <memory>
#include <utility>
#include <vector>

#include "crm/value/observation_model.hpp"
#include "crm/value/parametric_model.hpp"
#include "crm/value/tail.hpp"
#include "crm/value/waiting.hpp"

namespace crm::value {

/// Times are in the unit the model was fitted in (days, in SQL). `horizon` and `rate` are 0 or more, and finite unless
/// said otherwise; if not, these throw invalid_argument with the argument's name and value.
/// A new customer is one seen at the moment of the first purchase: frequency, recency and age are 0.
class PurchaseModel : public ObservationModel {
public:
    /// Whether times count opportunities, so that a horizon is a whole number; else they pass continuously.
    virtual bool is_discrete() const = 0;

    /// Probability that the customer is still active at `seen.age()`.
    virtual double p_alive(const Rfm& seen) const = 0;

    /// Probability that the customer is still active `horizon` after it.
    virtual double p_alive(const Rfm& seen, double horizon) const = 0;

    /// Probability of no purchase within the next `horizon`, which may be infinite; 1 for a horizon of 0.
    virtual double churn_probability(const Rfm& seen, double horizon) const = 0;

    /// The time until the next purchase; null if the model is discrete.
    virtual std::unique_ptr<Waiting> waiting(const Rfm& seen) const = 0;

    /// Expected number of purchases within the next `horizon`.
    virtual double expected_purchases(const Rfm& seen, double horizon) const = 0;

    /// The same, one after time t counted exp(-rate t). Equal to expected_purchases at rate 0. The horizon may be
    /// infinite if the rate is not 0.
    virtual double discounted_purchases(const Rfm& seen, double horizon, double rate) const = 0;

    /// Probabilities of 0, 1, 2, ... purchases within the next `horizon`, as far as together they fall short of 1 by
    /// more than the tail. Throws limit_exceeded when that takes more than a million.
    virtual std::vector<double> purchase_distribution(const Rfm& seen, double horizon, const Tail& tail) const = 0;
};

inline Rfm new_customer() { return {0, 0, 0}; }

/// Throw invalid_argument unless 0 or more, and finite.
void require_horizon(double horizon);
void require_rate(double rate, const char* name = "rate");

/// The same, but the horizon may be infinite.
void require_any_horizon(double horizon);
void require_discounted_horizon(double horizon, double rate);

/// P as ParametricModel asks for, with PurchaseModel's questions as members; P need not check its arguments.
template <class P>
class FittedPurchaseModel final : public ParametricModel<FittedPurchaseModel<P>, P, PurchaseModel> {
public:
    using ParametricModel<FittedPurchaseModel<P>, P, PurchaseModel>::ParametricModel;

    double log_likelihood(const Rfm& seen) const override { return this->parameters().log_likelihood(seen); }
    bool is_discrete() const override {
        return requires { P::discrete; };
    }

    double p_alive(const Rfm& seen) const override { return this->parameters().p_alive(seen); }

    double p_alive(const Rfm& seen, double horizon) const override {
        require_horizon(horizon);
        return this->parameters().p_alive(seen, horizon);
    }
    double churn_probability(const Rfm& seen, double horizon) const override {
        require_any_horizon(horizon);
        return this->parameters().churn_probability(seen, horizon);
    }
    std::unique_ptr<Waiting> waiting(const Rfm& seen) const override {
        if constexpr (requires { P::discrete; })
            return nullptr;
        else
            return this->parameters().waiting(seen);
    }
    double expected_purchases(const Rfm& seen, double horizon) const override {
        require_horizon(horizon);
        return this->parameters().expected_purchases(seen, horizon);
    }
    double discounted_purchases(const Rfm& seen, double horizon, double rate) const override {
        require_rate(rate);
        require_discounted_horizon(horizon, rate);
        return this->parameters().discounted_purchases(seen, horizon, rate);
    }
    std::vector<double> purchase_distribution(const Rfm& seen, double horizon, const Tail& tail) const override {
        require_horizon(horizon);
        return this->parameters().purchase_distribution(seen, horizon, tail);
    }
};

/// What a purchase_distribution is built with: takes probabilities in order and says when there are enough.
class Distribution {
public:
    explicit Distribution(const Tail& tail) : tail_(tail) {}

    /// False when this was the last one wanted; throws limit_exceeded. What rounding leaves of the sum is no reason to
    /// go on for ever: a probability below it past the largest one ends the distribution too.
    bool add(double probability);

    std::vector<double> take() && { return std::move(probabilities_); }

private:
    static constexpr std::size_t most = 1000000;

    Tail tail_;
    double sum_ = 0, largest_ = 0;
    std::vector<double> probabilities_;
};

}  // namespace crm::value
