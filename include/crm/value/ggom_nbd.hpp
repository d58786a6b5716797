// GGom/NBD: customers buy at a gamma-distributed rate and leave at a hazard that grows with time since the first
// purchase, whether they buy or not.
// Bemmaor, Glady (2012), Modeling Purchasing Behavior with Sudden "Death", Management Science 58(5).
#pragma once
#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "crm/foundation/tally.hpp"
#include "crm/value/likelihood.hpp"
#include "crm/value/purchase_history.hpp"
#include "crm/value/purchase_model.hpp"

namespace crm::value {

/// Parameters are positive; alpha is in the unit of time, b in its inverse. Scores are finite for any valid history.
/// With b and beta near 0 it is the Pareto/NBD with beta / b for its beta.
struct GgomNbd {
    static constexpr std::string_view name = "ggom_nbd";
    static constexpr std::array<std::string_view, 5> parameter_names{"r", "alpha", "b", "s", "beta"};

    double r, alpha;    // purchases per unit of time ~ Gamma(shape r, rate alpha)
    double b, s, beta;  // hazard of leaving at time t: m b exp(b t), m ~ Gamma(shape s, rate beta)

    /// Per unit of time to the power of -frequency.
    double log_likelihood(const Rfm& seen) const;

    /// 1 right after a purchase; exact also where it is tiny.
    double p_alive(const Rfm& seen) const;

    double p_alive(const Rfm& seen, double horizon) const;
    double churn_probability(const Rfm& seen, double horizon) const;
    std::unique_ptr<Waiting> waiting(const Rfm& seen) const;
    double expected_purchases(const Rfm& seen, double horizon) const;
    double discounted_purchases(const Rfm& seen, double horizon, double rate) const;
    std::vector<double> purchase_distribution(const Rfm& seen, double horizon, const Tail& tail) const;

    using Input = Rfm;
    using Observation = PurchaseHistory;
    static std::optional<Observation> read(const Rfm& seen) { return PurchaseHistory::of(seen); }

    /// `rows` sorted by key; the likelihood refers to them.
    static std::unique_ptr<Likelihood> likelihood(std::span<const Tally<Observation>::Entry> rows);
};

using GgomNbdModel = FittedPurchaseModel<GgomNbd>;

}  // namespace crm::value
