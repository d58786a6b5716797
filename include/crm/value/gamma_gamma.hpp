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

namespace crm::value {

/// The part of an Rfm that models of the mean amount read.
struct SpendHistory {
    int frequency;
    double monetary;

    static auto tied(auto& self) { return std::tie(self.frequency, self.monetary); }
    bool valid() const { return frequency > 0 && monetary > 0 && std::isfinite(monetary); }
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

    using Input = Rfm;
    using Observation = SpendHistory;
    static std::optional<Observation> read(const Rfm& seen);

    /// `rows` sorted by key; the likelihood refers to them.
    static std::unique_ptr<Likelihood> likelihood(std::span<const Tally<Observation>::Entry> rows);
};

using GammaGammaModel = FittedSpendModel<GammaGamma>;

}  // namespace crm::value
