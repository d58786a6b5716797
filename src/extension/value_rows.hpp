// How the values of domain value become SQL rows and arguments.
#pragma once
#include <climits>

#include "bind/aggregate.hpp"
#include "bind/model.hpp"
#include "crm/value/rfm.hpp"
#include "crm/value/timeline.hpp"

namespace crm::bind {

/// In plain columns frequency is any SQL number, since count(*) gives a bigint and a sum a numeric.
inline int whole(double frequency, const char* name = "frequency") {
    if (!(frequency >= INT_MIN && frequency <= INT_MAX) || frequency != std::floor(frequency))
        throw invalid_argument(std::string(name) + " must be a whole number, not " + shortest(frequency));
    return static_cast<int>(frequency);
}

template <>
inline constexpr bool is_stored<value::Timeline> = true;

template <>
struct Row<value::Rfm> {
    using Columns = std::tuple<std::int32_t, double, double, std::optional<double>>;
    static Columns columns(const value::Rfm& seen) {
        return {seen.frequency(), seen.recency(), seen.age(), seen.monetary()};
    }
    static value::Rfm from(std::int32_t frequency, double recency, double age, std::optional<double> monetary) {
        return {frequency, recency, age, monetary};
    }
    using PlainColumns = std::tuple<double, double, double>;
    static value::Rfm from_plain(double frequency, double recency, double age) {
        return {whole(frequency), recency, age};
    }
};

}  // namespace crm::bind
