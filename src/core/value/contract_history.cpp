#include "crm/value/contract_history.hpp"

#include <string>

#include "crm/foundation/error.hpp"

namespace crm::value {

void require_period(int period) {
    if (period < 1)
        throw invalid_argument("period must be 1 or more, not " + std::to_string(period), {},
                               "Whoever comes up for the first renewal is in period 1.");
}

void require_periods(int periods, const char* name) {
    if (periods < 0) throw invalid_argument(std::string(name) + " must be 0 or more, not " + std::to_string(periods));
}

ContractHistory ContractHistory::contract(int periods, bool lost) {
    require_periods(periods);
    if (lost && periods == 0)
        throw invalid_argument("periods of a lost contract must be 1 or more, not 0", {},
                               "A contract that was never renewed ended in period 1.");
    return {0, periods - lost, lost};
}

ContractHistory ContractHistory::renewal(int period, bool lost) {
    require_period(period);
    return {period - 1, period - lost, lost};
}

}  // namespace crm::value
