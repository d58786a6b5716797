// BG/NBD and MBG/NBD: customers buy at a gamma-distributed rate and leave after a purchase with a beta-distributed
// chance. They differ in when that may happen first.
#pragma once
#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "crm/value/beta_geometric_family.hpp"
#include "crm/value/covariate_layout.hpp"
#include "crm/value/purchase_model.hpp"

namespace crm::value {

/// `early` is the number of chances to leave before the first repeat purchase. Parameters are positive; alpha is in the
/// unit of time. Scores are finite for any valid history.
template <int early>
struct BetaGeometricNbd {
    static constexpr std::string_view name = early > 0 ? "mbg_nbd" : "bg_nbd";
    static constexpr std::array<std::string_view, 4> parameter_names{"r", "alpha", "a", "b"};

    static constexpr std::string_view covariates_name = early > 0 ? "mbg_nbd_covariates" : "bg_nbd_covariates";
    static constexpr std::array<CovariateLink, 3> covariate_links{{{1, -1, CovariateLink::Side::purchase, "purchase"},
                                                                   {2, 1, CovariateLink::Side::lifetime, "a"},
                                                                   {3, 1, CovariateLink::Side::lifetime, "b"}}};

    double r, alpha;  // purchases per unit of time ~ Gamma(shape r, rate alpha)
    double a, b;      // chance to leave after a purchase ~ Beta(a, b)

    /// Per unit of time to the power of -frequency.
    double log_likelihood(const Rfm& seen) const { return family().log_likelihood(seen); }

    double p_alive(const Rfm& seen) const { return family().p_alive(seen); }
    double p_alive(const Rfm& seen, double horizon) const { return family().p_alive(seen, horizon); }
    double churn_probability(const Rfm& seen, double horizon) const {
        return family().churn_probability(seen, horizon);
    }
    std::unique_ptr<Waiting> waiting(const Rfm& seen) const { return family().waiting(seen); }
    double expected_purchases(const Rfm& seen, double horizon) const {
        return family().expected_purchases(seen, horizon);
    }
    double discounted_purchases(const Rfm& seen, double horizon, double rate) const {
        return family().discounted_purchases(seen, horizon, rate);
    }
    std::vector<double> purchase_distribution(const Rfm& seen, double horizon, const Tail& tail) const {
        return family().purchase_distribution(seen, horizon, tail);
    }

    using Input = Rfm;
    using Observation = PurchaseHistory;
    static std::optional<Observation> read(const Rfm& seen) { return PurchaseHistory::of(seen); }

    /// `rows` sorted by key; the likelihood refers to them.
    static std::unique_ptr<Likelihood> likelihood(std::span<const Tally<Observation>::Entry> rows) {
        return beta_geometric_likelihood(1, early, rows);
    }

private:
    BetaGeometric family() const { return {1, early, r, alpha, a, b}; }
};

}  // namespace crm::value
