#include "crm/value/bdw.hpp"

#include "crm/value/contract_likelihood.hpp"

namespace crm::value {

std::unique_ptr<Likelihood> Bdw::likelihood(std::span<const Tally<Observation>::Entry> rows) {
    return contract_likelihood(rows, parameter_names.size());
}

}  // namespace crm::value
