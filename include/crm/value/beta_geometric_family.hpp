// What BG/NBD, MBG/NBD and their regular relatives have in common: a purchase is every k-th event of a Poisson process
// whose rate is gamma-distributed, and a customer leaves with a beta-distributed chance at each of several occasions.
#pragma once
#include <memory>
#include <span>
#include <vector>

#include "crm/foundation/tally.hpp"
#include "crm/value/likelihood.hpp"
#include "crm/value/purchase_history.hpp"
#include "crm/value/tail.hpp"
#include "crm/value/waiting.hpp"

namespace crm::value {

struct BetaGeometric {
    int k;            // events that make a purchase; the gaps between purchases are Erlang(k)
    int early;        // chances to leave before the first repeat purchase: 0, or 1 for the modified models
    double r, alpha;  // events per unit of time ~ Gamma(shape r, rate alpha)
    double a, b;      // chance to leave ~ Beta(a, b)

    /// Less (k - 1) times the sum of the logarithms of the gaps between purchases, which a summary does not hold.
    double log_likelihood(const Rfm& seen) const;

    /// PurchaseModel's questions.
    double p_alive(const Rfm& seen) const;
    double p_alive(const Rfm& seen, double horizon) const;
    double churn_probability(const Rfm& seen, double horizon) const;
    std::unique_ptr<Waiting> waiting(const Rfm& seen) const;
    double expected_purchases(const Rfm& seen, double horizon) const;
    double discounted_purchases(const Rfm& seen, double horizon, double rate) const;
    std::vector<double> purchase_distribution(const Rfm& seen, double horizon, const Tail& tail) const;
};

/// Of r, alpha, a and b, with k and early given. `rows` sorted by key; the likelihood refers to them.
std::unique_ptr<Likelihood> beta_geometric_likelihood(int k, int early,
                                                      std::span<const Tally<PurchaseHistory>::Entry> rows);

}  // namespace crm::value
