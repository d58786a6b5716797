#include "crm/value/rfm.hpp"

#include <cmath>
#include <string>

#include "crm/foundation/error.hpp"
#include "crm/foundation/json.hpp"

namespace crm::value {

namespace {

constexpr auto how_counted =
    "recency is counted from the first purchase to the last, age from the first purchase to as_of, in one unit.";

void require_time(double value, const char* name) {
    if (!std::isfinite(value) || value < 0)
        throw invalid_argument(std::string(name) + " must be a finite number of days, 0 or more, not " +
                               shortest(value));
}

[[noreturn]] void refuse_recency(const std::string& message, double recency, double against, const char* name) {
    throw invalid_argument(message, "recency is " + shortest(recency) + ", " + name + " is " + shortest(against) + ".",
                           how_counted);
}

}  // namespace

void Rfm::refuse() const {
    if (frequency_ < 0)
        throw invalid_argument("frequency must be 0 or more, not " + std::to_string(frequency_), {},
                               "frequency counts repeat purchases: 0 for a customer who bought once.");
    require_time(recency_, "recency");
    require_time(age_, "age");
    if (recency_ > age_) refuse_recency("recency must not exceed age", recency_, age_, "age");
    if (frequency_ == 0 && recency_ > 0)
        refuse_recency("recency must be 0 without a repeat purchase", recency_, frequency_, "frequency");
    if (frequency_ > 0 && recency_ == 0)
        refuse_recency("recency must be positive after a repeat purchase", recency_, frequency_, "frequency");
    throw invalid_argument("monetary must be a finite amount, not " + shortest(monetary_.value_or(0)));
}

}  // namespace crm::value
