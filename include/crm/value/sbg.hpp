// Shifted-beta-geometric: customers renew a contract with an own chance, which stays as it is. That retention rises
// from renewal to renewal is because those with a high chance of being lost go first. Fader, Hardie (2007), How to
// Project Customer Retention, Journal of Interactive Marketing 21(1).
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
struct Sbg {
    static constexpr std::string_view name = "sbg";
    static constexpr std::array<std::string_view, 2> parameter_names{"alpha", "beta"};

    double alpha, beta;  // chance of being lost at a renewal ~ Beta(alpha, beta)

    ContractLife life() const { return {alpha, beta, 1}; }

    using Input = ContractHistory;
    using Observation = ContractHistory;
    static std::optional<Observation> read(const ContractHistory& seen) { return seen.if_telling(); }

    /// `rows` sorted by key; the likelihood refers to them.
    static std::unique_ptr<Likelihood> likelihood(std::span<const Tally<Observation>::Entry> rows);
};

using SbgModel = FittedContractModel<Sbg>;

}  // namespace crm::value
