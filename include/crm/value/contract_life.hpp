// The life of a contract that each customer renews or not with an own chance, which varies by a beta distribution: what
// the sBG and the BdW predict.
// Fader, Hardie (2007), How to Project Customer Retention, Journal of Interactive Marketing 21(1).
// Fader, Hardie, Liu, Davin, Steenburgh (2018), "How to Project Customer Retention" Revisited: The Role of Duration
// Dependence, Journal of Interactive Marketing 43.
#pragma once
#include "crm/foundation/cancellation.hpp"
#include "crm/value/contract_history.hpp"

namespace crm::value {

/// The share kept after t renewals is S(t) = B(alpha, beta + t^shape) / B(alpha, beta). All that comes here with a
/// period or a number of them takes it as valid, and any real number where it says double.
class ContractLife {
public:
    /// All positive. The chance of being lost at the first renewal is ~ Beta(alpha, beta); with shape 1 it is that at
    /// each of them.
    ContractLife(double alpha, double beta, double shape) : alpha_(alpha), beta_(beta), shape_(shape) {}

    /// ln(S(to) / S(from)), 0 <= from <= to.
    double log_kept(double from, double to) const;

    /// ln of the chance of being lost for one who comes to the renewal after `kept` others.
    double log_lost(double kept) const;

    /// Share kept of those who come to their `period`-th renewal, 1 or more.
    double retention(double period) const;

    double survival(double periods) const;

    double log_likelihood(const ContractHistory& seen) const;

    /// The sum over t > renewals of S(t) / S(renewals) / (1 + discount)^(t - renewals - 1): what a customer who was
    /// renewed so often pays from the next renewal on, at 1 a period, right before it is decided. Fader, Hardie (2010),
    /// Customer-Base Valuation in a Contractual Setting: The Perils of Ignoring Heterogeneity, Marketing Science 29(1).
    /// Infinite without a discount when alpha shape <= 1.
    double residual_lifetime(double renewals, double discount) const;

    /// What a new customer pays at 1 a period, the first one now, when `change` (from -1 to 1) is added to the
    /// retention of each period and the sum kept within 0 and 1. Throws limit_exceeded when that takes more than a
    /// million periods to add up.
    double value(double change, double discount, const Cancellation&) const;

private:
    double power(double t) const;
    double steepness(double t) const;
    bool steady(double t) const;
    bool smooth(double t, double log_discount) const;
    double remainder(double t, double discount) const;
    double sum_of_smooth(double t, double discount) const;
    double integral(double t, double discount) const;

    double alpha_, beta_, shape_;
};

}  // namespace crm::value
