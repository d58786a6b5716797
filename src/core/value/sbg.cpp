#include "crm/value/sbg.hpp"

#include "crm/value/contract_likelihood.hpp"

namespace crm::value {

std::unique_ptr<Likelihood> Sbg::likelihood(std::span<const Tally<Observation>::Entry> rows) {
    return contract_likelihood(rows, parameter_names.size());
}

}  // namespace crm::value
