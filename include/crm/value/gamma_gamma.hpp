// Gamma-gamma: the amounts of one customer vary by a gamma distribution whose scale varies between customers by
// another; amount and frequency are independent. Fader, Hardie (2013), The Gamma-Gamma Model of Monetary Value,
// brucehardie.com/notes/025.
#pragma once
#include <array>
#include <cmath>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <tuple>

#include "crm/foundation/tally.hpp"
#include "crm/value/likelihood.hpp"
#include "crm/value/spend_model.hpp"
#include "crm/value/timeline.hpp"

namespace crm::value {

/// The amounts of one customer's repeat occasions, as far as models of the amount read them.
struct SpendHistory {
    int frequency = 0;    // occasions
    double monetary = 0;  // their mean amount

    /// Sum of the logarithms of each amount's share of all, at most 0; above 0 when only the mean is known.
    double log_shares = unknown;
    static constexpr double unknown = 1;

    SpendHistory() = default;
    SpendHistory(const Rfm& seen) : frequency(seen.frequency()), monetary(seen.monetary().value_or(0)) {}

    /// Of the positive amounts of the days up to `as_of`, but the first occasion's.
    static SpendHistory of(std::span<const Purchase> days, Day as_of);

    bool has_shares() const { return log_shares <= 0; }

    static auto tied(auto& self) { return std::tie(self.frequency, self.monetary, self.log_shares); }
    bool valid() const {
        return frequency > 0 && monetary > 0 && std::isfinite(monetary) && (has_shares() || log_shares == unknown);
    }
};

/// Parameters are positive; gamma is in the unit of money. The mean over all customers is p gamma / (q - 1), infinite
/// when q <= 1.
struct GammaGamma {
    static constexpr std::string_view name = "gamma_gamma";
    static constexpr std::array<std::string_view, 3> parameter_names{"p", "q", "gamma"};

    double p, q, gamma;

    /// Log-density of the mean amount. 0 for a customer without a positive mean amount of repeat purchases.
    double log_likelihood(const Rfm& seen) const;

    /// A negative mean amount is read as 0.
    std::optional<double> expected_spend(const Rfm& seen) const;
    double total_below(const Rfm& seen, int purchases, double amount) const;

    using Input = SpendHistory;
    using Observation = SpendHistory;
    static std::optional<Observation> read(const SpendHistory& seen);

    /// Of mean amounts, or of the amounts themselves where they are known. `rows` sorted by key; the likelihood refers
    /// to them.
    static std::unique_ptr<Likelihood> likelihood(std::span<const Tally<Observation>::Entry> rows);
};

using GammaGammaModel = FittedSpendModel<GammaGamma>;

}  // namespace crm::value
