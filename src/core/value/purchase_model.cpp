#include "crm/value/purchase_model.hpp"

#include <algorithm>
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

void require_any_horizon(double horizon) {
    if (!(horizon >= 0)) throw invalid_argument("horizon must be a length of time, 0 or more, not " + shortest(horizon));
}

void require_discounted_horizon(double horizon, double rate) {
    require_any_horizon(horizon);
    if (rate == 0 && std::isinf(horizon))
        throw invalid_argument("discount rate must be above 0 for an infinite horizon", {},
                               "Without a discount the sum over all time need not be finite.");
}

bool Distribution::add(double probability) {
    tail_.cancellation.poll();
    if (probabilities_.size() == most)
        throw limit_exceeded("distribution of purchases has more than " + std::to_string(most) + " values", {},
                             "Ask for a shorter horizon.");
    probabilities_.push_back(probability);
    sum_ += probability;
    largest_ = std::max(largest_, probability);
    const bool negligible = sum_ > 0.5 && probability < largest_ && probability < 1e-16;
    return 1 - sum_ > tail_.beyond && !negligible;
}

}  // namespace crm::value
