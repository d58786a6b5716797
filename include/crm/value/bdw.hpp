// Beta-discrete-Weibull: the sBG whose customers' own chances of being lost rise (c > 1) or fall (c < 1) from renewal
// to renewal; with c = 1 it is the sBG. Fader, Hardie, Liu, Davin, Steenburgh (2018), "How to Project Customer
// Retention" Revisited: The Role of Duration Dependence, Journal of Interactive Marketing 43.
#pragma once
#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "crm/foundation/tally.hpp"
#include "crm/value/contract_model.hpp"

namespace crm::value {

/// Parameters are positive.
struct Bdw {
    static constexpr std::string_view name = "bdw";
    static constexpr std::array<std::string_view, 3> parameter_names{"alpha", "beta", "c"};

    double alpha, beta;  // chance of being lost at the first renewal ~ Beta(alpha, beta)
    double c;            // share kept after t renewals of those with the chance p: (1 - p)^(t^c)

    ContractLife life() const { return {alpha, beta, c}; }

    using Input = ContractHistory;
    using Observation = ContractHistory;
    static std::optional<Observation> read(const ContractHistory& seen) { return seen.if_telling(); }

    /// `rows` sorted by key; the likelihood refers to them. Never ends below the sBG's maximum.
    static std::unique_ptr<Likelihood> likelihood(std::span<const Tally<Observation>::Entry> rows);
};

using BdwModel = FittedContractModel<Bdw>;

}  // namespace crm::value
