// Pareto/NBD: customers buy at a gamma-distributed rate and leave at another, whether they buy or not.
// Schmittlein, Morrison, Colombo (1987), Counting Your Customers: Who Are They and What Will They Do Next?,
// Management Science 33(1).
#pragma once
#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "crm/foundation/tally.hpp"
#include "crm/value/covariate_layout.hpp"
#include "crm/value/likelihood.hpp"
#include "crm/value/purchase_history.hpp"
#include "crm/value/purchase_model.hpp"

namespace crm::value {

/// Parameters are positive; alpha and beta are in the unit of time. Scores are finite for any valid history.
struct ParetoNbd {
    static constexpr std::string_view name = "pareto_nbd";
    static constexpr std::array<std::string_view, 4> parameter_names{"r", "alpha", "s", "beta"};

    static constexpr std::string_view covariates_name = "pareto_nbd_covariates";
    static constexpr std::array<CovariateLink, 2> covariate_links{
        {{1, -1, CovariateLink::Side::purchase, "purchase"}, {3, -1, CovariateLink::Side::lifetime, "lifetime"}}};

    double r, alpha;  // purchases per unit of time ~ Gamma(shape r, rate alpha)
    double s, beta;   // departures per unit of time ~ Gamma(shape s, rate beta)

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

using ParetoNbdModel = FittedPurchaseModel<ParetoNbd>;

}  // namespace crm::value
