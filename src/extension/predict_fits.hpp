// Transition functions of the aggregates that learn from features: the six overloads of
// control/sql/predict_fit_features.sql.in.
#pragma once
#include "bind/aggregate.hpp"
#include "bind/features.hpp"
#include "bind/model.hpp"

namespace crm::bind {

/// The options of a fit, with a number that tells whether they are those of the row before; those of {} when NULL.
template <class T>
struct Steering {
    const T& options;
    std::uint64_t edition;
};

/// Read anew only when the bytes change: a query passes the same ones with each of a million rows.
template <class T>
struct Argument<Steering<T>> {
    static constexpr int columns = 1;
    struct Memory {
        std::vector<std::byte> bytes;
        T options;
        std::uint64_t edition = 0;
    };
    static std::optional<Steering<T>> read(FunctionCallInfo fcinfo, int at, Memory& memory) {
        static std::uint64_t editions = 0;
        static const T none;
        if (PG_ARGISNULL(at)) return Steering<T>{none, 0};
        const Datum datum = PG_GETARG_DATUM(at);
        const Bytes bytes = varlena_bytes(datum);
        if (memory.bytes.empty() || !std::ranges::equal(bytes, memory.bytes)) {
            memory.bytes.clear();
            memory.options = T::from_json(read_jsonb(datum));
            memory.edition = ++editions;
            memory.bytes.assign(bytes.begin(), bytes.end());
        }
        return Steering<T>{memory.options, memory.edition};
    }
};

namespace fits {

template <class Fit>
using OutcomeOf = std::optional<typename Fit::Outcome>;
template <class Fit>
using SteeringOf = Steering<typename Fit::OptionsOfFit>;

template <class Fit, class Features>
void add(Fit& fit, const OutcomeOf<Fit>& outcome, const std::optional<Features>& features,
         const std::optional<double>& weight) {
    if (!outcome || !features || !weight) return fit.skip();
    if constexpr (std::is_same_v<Features, NumberRow>)
        fit.add(*outcome, features->numbers(), *weight);
    else
        fit.add_named(*outcome, *weight, [&features](const auto& set) { features->each(set); });
}

template <class Fit, class Features>
inline constexpr auto plain = [](Fit& fit, const OutcomeOf<Fit>& outcome, const std::optional<Features>& features) {
    add(fit, outcome, features, 1);
};

template <class Fit, class Features>
inline constexpr auto steered =
    [](Fit& fit, const OutcomeOf<Fit>& outcome, const std::optional<Features>& features, SteeringOf<Fit> how) {
        fit.set(how.options, how.edition);
        add(fit, outcome, features, 1);
    };

template <class Fit, class Features>
inline constexpr auto weighted_and_steered = [](Fit& fit, const OutcomeOf<Fit>& outcome,
                                                const std::optional<Features>& features,
                                                const std::optional<double>& weight, SteeringOf<Fit> how) {
    fit.set(how.options, how.edition);
    add(fit, outcome, features, weight);
};

}  // namespace fits

}  // namespace crm::bind

#define SQL_FEATURE_FITS(name, Fit)                                                                   \
    SQL_AGGREGATE(crm_fit_##name##_add, fits::plain<Fit, JsonbObject>);                               \
    SQL_AGGREGATE(crm_fit_##name##_add_options, fits::steered<Fit, JsonbObject>);                     \
    SQL_AGGREGATE(crm_fit_##name##_add_weight_options, fits::weighted_and_steered<Fit, JsonbObject>); \
    SQL_AGGREGATE(crm_fit_##name##_add_array, fits::plain<Fit, NumberRow>);                           \
    SQL_AGGREGATE(crm_fit_##name##_add_array_options, fits::steered<Fit, NumberRow>);                 \
    SQL_AGGREGATE(crm_fit_##name##_add_array_weight_options, fits::weighted_and_steered<Fit, NumberRow>)
