// The future of a customer who is active now, buys at a gamma-distributed rate and leaves after each purchase with a
// beta-distributed chance: what the BG/NBD and its relatives predict once they know who is active.
#pragma once
#include <optional>
#include <vector>

#include "crm/value/tail.hpp"

namespace crm::value {

class ActiveCustomer {
public:
    /// Purchases per unit of time ~ Gamma(shape, rate), chance to leave after one ~ Beta(a, b); all positive.
    ActiveCustomer(double shape, double rate, double a, double b);

    /// Expected purchases within `horizon` >= 0.
    double purchases(double horizon) const {
        const auto quick = purchases_by_series(horizon);
        return quick ? *quick : purchases_by_average(horizon);
    }

    /// The same, each purchase at time t counted exp(-discount t); discount >= 0.
    double discounted_purchases(double horizon, double discount) const;

    /// Probability of being still active after `horizon` >= 0.
    double survival(double horizon) const;

    /// PurchaseModel::purchase_distribution of a customer who is active with probability `active`, else buys nothing.
    std::vector<double> distribution(double horizon, const Tail& tail, double active) const;

    /// The fast way: none where too many terms would be needed, or they would cancel.
    std::optional<double> purchases_by_series(double horizon) const;

    /// The way that always works: the average over the chance to leave.
    double purchases_by_average(double horizon) const;

    /// The same two for purchases that are discounted; discount > 0, and horizon * discount at most `forgotten`.
    std::optional<double> discounted_by_rate(double horizon, double discount) const;
    double discounted_by_panels(double horizon, double discount) const;

private:
    double shape_, rate_, a_, b_;
};

}  // namespace crm::value
