#include "crm/value/retention_value.hpp"

#include <cmath>

#include "crm/foundation/error.hpp"
#include "crm/foundation/json.hpp"
#include "crm/value/purchase_model.hpp"

namespace crm::value {

RetentionValue retention_value(double retention, double change, double discount_rate) {
    if (!(retention >= 0 && retention < 1))
        throw invalid_argument("retention must be from 0 to less than 1, not " + shortest(retention));
    require_rate(discount_rate, "discount_rate");
    const double raised = retention + change;
    if (!(raised >= 0 && raised <= 1))
        throw invalid_argument("retention + change must be from 0 to 1, not " + shortest(raised), {},
                               "A change of 0.05 means that five of a hundred customers more are kept.");
    if (raised == 1 && discount_rate == 0)
        throw invalid_argument("discount_rate must be above 0 when retention + change is 1", {},
                               "Without a discount a customer who is never lost has no finite value.");
    const double before = 1 - retention + discount_rate, after = 1 - raised + discount_rate;
    const double ratio = change / after;
    return {(1 + discount_rate) / before, (1 + discount_rate) / after, ratio * ((1 + discount_rate) / before), ratio};
}

RetentionValue compared(double before, double after) {
    if (std::isinf(before) && std::isinf(after)) return {before, after, {}, {}};
    return {before, after, after - before, std::isinf(before) ? -1 : after / before - 1};
}

}  // namespace crm::value
