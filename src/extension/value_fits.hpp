// The aggregates that fit a model to customers: one line for each model.
#pragma once
#include "bind/options.hpp"
#include "crm/value/covariate_fit.hpp"
#include "crm/value/maximum_likelihood.hpp"
#include "extension/value_rows.hpp"

namespace crm::bind {

/// The jsonb argument with the options of a fit; none when it is NULL.
template <class Fitted>
struct OptionsFor {
    const value::FitOptions& options;
};

template <class Fitted>
struct Argument<OptionsFor<Fitted>> {
    static constexpr int columns = 1;
    using Memory = ParsedOptions<value::FitOptions>;
    static std::optional<OptionsFor<Fitted>> read(FunctionCallInfo fcinfo, int at, Memory& memory) {
        using P = typename Fitted::Parameters;
        static const value::FitOptions none;
        if (PG_ARGISNULL(at)) return OptionsFor<Fitted>{none};
        const auto parse = [](const Json& json) {
            return value::FitOptions::from_json(P::parameter_names, P::name, json);
        };
        return OptionsFor<Fitted>{memory.read(PG_GETARG_DATUM(at), parse)};
    }
};

/// The same where the parameters' names depend on the row: as it was written, with a number that changes with it.
struct WrittenOptions {
    const Json& json;
    std::uint64_t edition;
};

template <>
struct Argument<WrittenOptions> {
    static constexpr int columns = 1;
    struct Memory {
        std::vector<std::byte> bytes;
        Json json = Json::Object{};
        std::uint64_t edition = 0;
    };
    static std::optional<WrittenOptions> read(FunctionCallInfo fcinfo, int at, Memory& memory) {
        static std::uint64_t editions = 0;
        static const Json none = Json::Object{};
        if (PG_ARGISNULL(at)) return WrittenOptions{none, 0};
        const Datum datum = PG_GETARG_DATUM(at);
        const Bytes bytes = varlena_bytes(datum);
        if (memory.bytes.empty() || !std::ranges::equal(bytes, memory.bytes)) {
            memory.bytes.clear();
            memory.json = read_jsonb(datum);
            memory.edition = ++editions;
            memory.bytes.assign(bytes.begin(), bytes.end());
        }
        return WrittenOptions{memory.json, memory.edition};
    }
};

namespace fits {

template <class Fitted>
using Fit = value::MaximumLikelihood<Fitted>;
template <class Fitted>
using Input = std::optional<typename Fit<Fitted>::Input>;

template <class Fitted>
inline constexpr auto customer = [](Fit<Fitted>& fit, const Input<Fitted>& one) { fit.add(one); };

template <class Fitted>
inline constexpr auto weighted =
    [](Fit<Fitted>& fit, const Input<Fitted>& one, double weight) { fit.add(one, weight); };

template <class Fitted>
inline constexpr auto with_options = [](Fit<Fitted>& fit, const Input<Fitted>& one, OptionsFor<Fitted> how) {
    fit.set(how.options);
    fit.add(one);
};

template <class Fitted>
inline constexpr auto weighted_with_options =
    [](Fit<Fitted>& fit, const Input<Fitted>& one, double weight, OptionsFor<Fitted> how) {
        fit.set(how.options);
        fit.add(one, weight);
    };

template <class Fitted>
Input<Fitted> summary(const std::optional<value::Timeline>& history, Day as_of) {
    if (!history) return {};
    return Fit<Fitted>::Input::of(history->days(), as_of);
}

template <class Fitted>
inline constexpr auto timeline = [](Fit<Fitted>& fit, const std::optional<value::Timeline>& history, Day as_of) {
    fit.add(summary<Fitted>(history, as_of));
};

template <class Fitted>
inline constexpr auto timeline_with_options =
    [](Fit<Fitted>& fit, const std::optional<value::Timeline>& history, Day as_of, OptionsFor<Fitted> how) {
        fit.set(how.options);
        fit.add(summary<Fitted>(history, as_of));
    };

template <class Fitted>
Input<Fitted> spaced(const std::optional<value::Rfm>& seen, std::optional<double> log_gaps) {
    if (!seen || !log_gaps) return {};
    return typename Fit<Fitted>::Input{*seen, *log_gaps};
}

template <class Fitted>
inline constexpr auto gaps = [](Fit<Fitted>& fit, const std::optional<value::Rfm>& seen,
                                std::optional<double> log_gaps) { fit.add(spaced<Fitted>(seen, log_gaps)); };

template <class Fitted>
inline constexpr auto gaps_with_options = [](Fit<Fitted>& fit, const std::optional<value::Rfm>& seen,
                                             std::optional<double> log_gaps, OptionsFor<Fitted> how) {
    fit.set(how.options);
    fit.add(spaced<Fitted>(seen, log_gaps));
};

inline std::optional<value::Rfm> seen(const std::optional<Plain<value::Rfm>>& columns) {
    return columns ? std::optional(columns->value) : std::nullopt;
}

template <class Fitted>
inline constexpr auto columns =
    [](Fit<Fitted>& fit, const std::optional<Plain<value::Rfm>>& one) { fit.add(seen(one)); };

template <class Fitted>
inline constexpr auto weighted_columns =
    [](Fit<Fitted>& fit, const std::optional<Plain<value::Rfm>>& one, double weight) { fit.add(seen(one), weight); };

inline std::span<const double> numbers(const Numbers& array) {
    return {array.data(), static_cast<std::size_t>(array.size())};
}

template <class P>
void add(value::CovariateFit<P>& fit, const std::optional<value::Rfm>& customer, const std::optional<Numbers>& purchase,
         const std::optional<Numbers>& lifetime, std::optional<WrittenOptions> how = {}) {
    if (!customer || !purchase || !lifetime) return fit.skip();
    fit.add(*customer, {numbers(*purchase), numbers(*lifetime)});
    if (how) fit.set(how->json, how->edition);
}

template <class P>
inline constexpr auto covariates = [](value::CovariateFit<P>& fit, const std::optional<value::Rfm>& customer,
                                      const std::optional<Numbers>& both) { add(fit, customer, both, both); };

template <class P>
inline constexpr auto covariates_with_options =
    [](value::CovariateFit<P>& fit, const std::optional<value::Rfm>& customer, const std::optional<Numbers>& both,
       WrittenOptions how) { add(fit, customer, both, both, how); };

template <class P>
inline constexpr auto two_covariates =
    [](value::CovariateFit<P>& fit, const std::optional<value::Rfm>& customer, const std::optional<Numbers>& purchase,
       const std::optional<Numbers>& lifetime) { add(fit, customer, purchase, lifetime); };

template <class P>
inline constexpr auto two_covariates_with_options =
    [](value::CovariateFit<P>& fit, const std::optional<value::Rfm>& customer, const std::optional<Numbers>& purchase,
       const std::optional<Numbers>& lifetime, WrittenOptions how) { add(fit, customer, purchase, lifetime, how); };

}  // namespace fits

}  // namespace crm::bind

/// The transition functions of control/sql/value_fit_timeline.sql.in.
#define SQL_TIMELINE_FITS(name, Fitted)                                   \
    SQL_AGGREGATE(crm_fit_##name##_add_timeline, fits::timeline<Fitted>); \
    SQL_AGGREGATE(crm_fit_##name##_add_timeline_options, fits::timeline_with_options<Fitted>)

/// The transition functions of control/sql/value_fit_gaps.sql.in.
#define SQL_GAPS_FITS(name, Fitted)                               \
    SQL_AGGREGATE(crm_fit_##name##_add_gaps, fits::gaps<Fitted>); \
    SQL_AGGREGATE(crm_fit_##name##_add_gaps_options, fits::gaps_with_options<Fitted>)

/// The transition functions of control/sql/value_fit.sql.in.
#define SQL_PURCHASE_MODEL(name, Fitted)                                                     \
    SQL_MODEL(Fitted);                                                                       \
    SQL_AGGREGATE(crm_fit_##name##_add, fits::customer<Fitted>);                             \
    SQL_AGGREGATE(crm_fit_##name##_add_weight, fits::weighted<Fitted>);                      \
    SQL_AGGREGATE(crm_fit_##name##_add_options, fits::with_options<Fitted>);                 \
    SQL_AGGREGATE(crm_fit_##name##_add_weight_options, fits::weighted_with_options<Fitted>); \
    SQL_AGGREGATE(crm_fit_##name##_add_columns, fits::columns<Fitted>);                      \
    SQL_AGGREGATE(crm_fit_##name##_add_columns_weight, fits::weighted_columns<Fitted>)

/// The transition functions of control/sql/value_fit_covariates.sql.in. `Covariates` is WithCovariates<P>.
#define SQL_COVARIATE_FITS(name, P, Covariates)                                               \
    SQL_MODEL(Covariates);                                                                    \
    SQL_AGGREGATE(crm_fit_##name##_add_covariates, fits::covariates<P>);                      \
    SQL_AGGREGATE(crm_fit_##name##_add_covariates_options, fits::covariates_with_options<P>); \
    SQL_AGGREGATE(crm_fit_##name##_add_two_covariates, fits::two_covariates<P>);              \
    SQL_AGGREGATE(crm_fit_##name##_add_two_covariates_options, fits::two_covariates_with_options<P>)
