#include "crm/value/purchase_model.hpp"

#include <cmath>
#include <string>

#include "crm/foundation/error.hpp"
#include "crm/foundation/json.hpp"

namespace crm::value {

void require_horizon(double horizon) {
    if (!std::isfinite(horizon) || horizon < 0)
        throw invalid_argument("horizon must be a finite length of time, 0 or more, not " + shortest(horizon));
}

void require_rate(double rate, const char* name) {
    if (!std::isfinite(rate) || rate < 0)
        throw invalid_argument(std::string(name) + " must be a finite number, 0 or more, not " + shortest(rate));
}

}  // namespace crm::value
