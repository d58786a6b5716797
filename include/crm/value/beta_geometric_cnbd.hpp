// BG/CNBD-k and MBG/CNBD-k: BG/NBD and MBG/NBD for customers who buy more regularly than at random, with gaps between
// purchases that are Erlang(k) instead of exponential.
// Platzer (2008), Stochastic Models of Noncontractual Consumer Relationships, Vienna University of Economics;
// Reutterer, Platzer, Schroeder (2020), Leveraging Purchase Regularity for Predicting Customer Behavior the Easy Way,
// International Journal of Research in Marketing 38(1).
#pragma once
#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crm/value/beta_geometric_family.hpp"
#include "crm/value/purchase_model.hpp"
#include "crm/value/timeline.hpp"

namespace crm::value {

/// A summary with the sum of the logarithms of the gaps between purchases, in the same unit of time.
struct SpacedHistory {
    Rfm seen;
    double log_gaps = 0;

    /// As of a date; none before the first purchase.
    static std::optional<SpacedHistory> of(std::span<const Purchase> days, Day as_of);
};

/// Counts a history without its gaps; throws invalid_argument for a sum of gaps that cannot be.
PurchaseHistory read_spaced(const SpacedHistory&);

/// What makes k impossible, in words; empty for a whole number from 1 to 100.
std::string defect_of_regularity(double k);

/// With k given, as the option to fix the first parameter, or the one from 1 to 12 of the largest likelihood.
/// `log_gaps` is the sum over all customers.
Fit fit_regular(Names, int early, std::span<const Tally<PurchaseHistory>::Entry> rows, double log_gaps,
                FitReport counts, const FitOptions&, const Cancellation&);

/// `early` is the number of chances to leave before the first repeat purchase. Parameters are positive; alpha is in the
/// unit of time. Scores are finite for any valid history, and exact: the silence since the last purchase may hold 0 to
/// k - 1 events of the process, each number with its own posterior weight.
template <int early>
struct BetaGeometricCnbd {
    static constexpr std::string_view name = early > 0 ? "mbg_cnbd_k" : "bg_cnbd_k";
    static constexpr std::array<std::string_view, 5> parameter_names{"k", "r", "alpha", "a", "b"};

    double k;         // a purchase is every k-th event of a Poisson process; a whole number
    double r, alpha;  // events per unit of time ~ Gamma(shape r, rate alpha)
    double a, b;      // chance to leave after a purchase ~ Beta(a, b)

    std::string defect() const { return defect_of_regularity(k); }

    /// Per unit of time to the power of -k frequency, less (k - 1) times the sum of the logarithms of the gaps.
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

    using Input = SpacedHistory;
    using Observation = PurchaseHistory;
    static std::optional<Observation> read(const SpacedHistory& seen) { return read_spaced(seen); }
    static double linear(const SpacedHistory& seen) { return seen.log_gaps; }
    static Fit fit(std::span<const Tally<Observation>::Entry> rows, double log_gaps, const FitReport& counts,
                   const FitOptions& options, const Cancellation& cancellation) {
        return fit_regular(parameter_names, early, rows, log_gaps, counts, options, cancellation);
    }

private:
    BetaGeometric family() const { return {static_cast<int>(k), early, r, alpha, a, b}; }
};

}  // namespace crm::value
