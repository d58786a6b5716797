// What the sBG and the BdW tell the optimiser: the sBG is a BdW whose shape stays at 1.
#pragma once
#include <cstddef>
#include <memory>
#include <span>

#include "crm/foundation/tally.hpp"
#include "crm/value/contract_history.hpp"
#include "crm/value/likelihood.hpp"

namespace crm::value {

/// Over alpha and beta, and with three parameters over the shape c too; then it starts where the one of two parameters
/// ends, or where it finds more. `rows` sorted by key; the likelihood refers to them.
std::unique_ptr<Likelihood> contract_likelihood(std::span<const Tally<ContractHistory>::Entry> rows,
                                                std::size_t parameters);

}  // namespace crm::value
