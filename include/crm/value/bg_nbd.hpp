// BG/NBD: customers buy at a gamma-distributed rate and may leave after any repeat purchase.
// Fader, Hardie, Lee (2005), "Counting Your Customers" the Easy Way, Marketing Science 24(2).
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

/// Parameters are positive; alpha is in the unit of time. Scores are finite for any valid history.
struct BgNbd {
    static constexpr std::string_view name = "bg_nbd";
    static constexpr std::array<std::string_view, 4> parameter_names{"r", "alpha", "a", "b"};

    double r, alpha;  // purchases per unit of time ~ Gamma(shape r, rate alpha)
    double a, b;      // chance to leave after a purchase ~ Beta(a, b)

    /// Per unit of time to the power of -frequency.
    double log_likelihood(const Rfm& seen) const;

    /// 1 when nothing was bought again: in this model nobody leaves before a repeat purchase.
    double p_alive(const Rfm& seen) const;

    double p_alive(const Rfm& seen, double horizon) const;
    double churn_probability(const Rfm& seen, double horizon) const;
    double expected_purchases(const Rfm& seen, double horizon) const;
    double discounted_purchases(const Rfm& seen, double horizon, double rate) const;
    std::vector<double> purchase_distribution(const Rfm& seen, double horizon, double beyond) const;

    using Input = Rfm;
    using Observation = PurchaseHistory;
    static std::optional<Observation> read(const Rfm& seen) { return PurchaseHistory::of(seen); }

    /// `rows` sorted by key; the likelihood refers to them.
    static std::unique_ptr<Likelihood> likelihood(std::span<const Tally<Observation>::Entry> rows);
};

using BgNbdModel = FittedPurchaseModel<BgNbd>;

}  // namespace crm::value
