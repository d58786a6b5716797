#include "crm/value/contract_model.hpp"

#include <string>

#include "crm/foundation/error.hpp"
#include "crm/foundation/json.hpp"
#include "crm/value/purchase_model.hpp"

namespace crm::value {

void require_change(double change) {
    if (!(change >= -1 && change <= 1))
        throw invalid_argument("change must be from -1 to 1, not " + shortest(change), {},
                               "A change of 0.05 means that five of a hundred customers more are kept.");
}

void require_discount_rate(double discount_rate) { require_rate(discount_rate, "discount_rate"); }

void require_count(std::int64_t count, const char* name) {
    if (count < 0) throw invalid_argument(std::string(name) + " must be 0 or more, not " + std::to_string(count));
}

std::vector<ContractPeriod> ContractModel::survival_curve(int periods, const Cancellation& cancellation) const {
    constexpr int most = 1000000;
    require_periods(periods);
    if (periods > most)
        throw limit_exceeded("survival curve of " + std::to_string(periods) + " periods exceeds the limit of " +
                             std::to_string(most));
    Pace pace(cancellation);
    std::vector<ContractPeriod> curve{{0, survival(0), {}}};
    for (int period = 1; period <= periods; ++period) {
        pace.step();
        curve.push_back({period, survival(period), retention(period)});
    }
    return curve;
}

}  // namespace crm::value
