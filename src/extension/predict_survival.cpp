// The SQL face of lifetimes: survival curves, comparisons of groups, models with features, and what they predict.
#include "bind/features.hpp"
#include "crm/predict/concordance.hpp"
#include "crm/predict/kaplan_meier.hpp"
#include "crm/predict/log_rank.hpp"
#include "crm/predict/named_lifetimes.hpp"
#include "crm/value/contract_model.hpp"
#include "extension/value_fits.hpp"

namespace crm::bind {

using namespace crm::predict;

template <>
struct Row<SurvivalEstimate> {
    using Number = std::optional<double>;
    using Columns = std::tuple<double, double, double, double, double, Number, Number, Number, double, double>;
    static Columns columns(const SurvivalEstimate& at) {
        return {at.time,      at.at_risk, at.events, at.censored,          at.survival,
                at.std_error, at.lower,   at.upper,  at.cumulative_hazard, at.hazard_std_error};
    }
};

template <>
struct Row<PredictedSurvival> {
    using Columns = std::tuple<double, double, double>;
    static Columns columns(const PredictedSurvival& at) { return {at.time, at.survival, at.cumulative_hazard}; }
};

template <>
struct Row<MedianLifetime> {
    using Number = std::optional<double>;
    using Columns = std::tuple<Number, Number, Number>;
    static Columns columns(const MedianLifetime& one) { return {one.median, one.lower, one.upper}; }
};

template <>
struct Row<RestrictedMean> {
    using Number = std::optional<double>;
    using Columns = std::tuple<Number, Number>;
    static Columns columns(const RestrictedMean& one) { return {one.mean, one.std_error}; }
};

template <>
struct Row<LogRankGroup> {
    using Number = std::optional<double>;
    using Columns = std::tuple<std::string, std::int64_t, double, double, Number, Number, Number, std::int32_t, Number>;
    static Columns columns(const LogRankGroup& one) {
        return {one.group,
                one.customers,
                one.observed,
                one.expected,
                one.excess_over_expected,
                one.excess_over_variance,
                one.chi_squared,
                one.degrees_of_freedom,
                one.p_value};
    }
};

template <>
struct Row<Concordance> {
    using Number = std::optional<double>;
    using Columns = std::tuple<Number, Number, double, double, double>;
    static Columns columns(const Concordance& one) {
        return {one.concordance, one.std_error, one.concordant, one.discordant, one.tied};
    }
};

template <>
struct Row<HazardRatio> {
    using Number = std::optional<double>;
    using Columns = std::tuple<std::string, double, Number, Number, Number, Number>;
    static Columns columns(const HazardRatio& one) {
        return {one.name, one.hazard_ratio, one.lower, one.upper, one.z, one.p_value};
    }
};

template <>
struct Row<TimeRatio> {
    using Number = std::optional<double>;
    using Columns = std::tuple<std::string, double, Number, Number, Number, Number>;
    static Columns columns(const TimeRatio& one) {
        return {one.name, one.time_ratio, one.lower, one.upper, one.z, one.p_value};
    }
};

template <>
struct Row<ChiSquared> {
    using Columns = std::tuple<std::string, double, std::int32_t, double>;
    static Columns columns(const ChiSquared& test) {
        return {test.name, test.statistic, test.degrees_of_freedom, test.p_value()};
    }
};

SQL_MODEL(KaplanMeier);
SQL_MODEL(Cox);
SQL_MODEL(Weibull);
SQL_MODEL(Exponential);
SQL_MODEL(Lognormal);
SQL_MODEL(Loglogistic);

namespace {

using Number = std::optional<double>;
using Truth = std::optional<bool>;
using Features = std::optional<Numbers>;
using Name = std::optional<std::string_view>;
using Steering = std::optional<WrittenOptions>;

/// Whom a question is about, with what the subject's span points to.
class Asked {
public:
    Asked(const LifetimeModel& model, const Numbers& features, Name stratum) : stratum_(stratum) {
        if (model.encoder())
            throw invalid_argument("model was fitted to jsonb features, not to arrays", {},
                                   "Pass the features as a jsonb object with the names of the fit.");
        features_ = fits::numbers(features);
    }
    Asked(const LifetimeModel& model, const JsonbObject& features, Name stratum) : stratum_(stratum) {
        if (!model.encoder())
            throw invalid_argument("model was fitted to arrays, not to jsonb features", {},
                                   "Pass the features as float8[], in the order of the fit.");
        columns_ = column_values(*model.encoder(), features.codes(*model.encoder()));
        features_ = columns_;
    }
    Asked(const Asked&) = delete;
    Asked& operator=(const Asked&) = delete;

    operator Subject() const { return {features_, stratum_}; }

private:
    std::vector<double> columns_;
    std::span<const double> features_;
    Name stratum_;
};

/// A row of a fit; one in which something is missing is skipped.
template <class Fit>
void add_life(Fit& fit, Number duration, Truth event, const Features& features, Steering how = {}, Name stratum = "",
              Number entry = from_start, Number weight = 1) {
    if (!duration || !event || !features || !stratum || !entry || !weight) return fit.skip();
    fit.add({*duration, *event, fits::numbers(*features), *entry, *stratum, *weight});
    if (how) fit.set(how->json, how->edition);
}

const Features no_features{std::in_place, nullptr, 0};

/// The same of features with names.
template <class Fit>
void add_named_life(Fit& fit, Number duration, Truth event, const std::optional<JsonbObject>& features,
                    Steering how = {}, Name stratum = "", Number entry = from_start, Number weight = 1) {
    if (!duration || !event || !features || !stratum || !entry || !weight) return fit.skip();
    fit.add({*duration, *event, {}, *entry, *stratum, *weight}, [&](const auto& set) { features->each(set); });
    if (how) fit.set(how->json, how->edition);
}

}  // namespace

SQL_AGGREGATE(crm_fit_kaplan_meier_add, [](KaplanMeierFit& fit, Number duration, Truth event) {
    if (!duration || !event) return fit.skip();
    fit.add(*duration, *event);
});
SQL_AGGREGATE(crm_fit_kaplan_meier_add_weight, [](KaplanMeierFit& fit, Number duration, Truth event, Number weight) {
    if (!duration || !event || !weight) return fit.skip();
    fit.add(*duration, *event, *weight);
});
SQL_AGGREGATE(crm_fit_kaplan_meier_add_entry, [](KaplanMeierFit& fit, Number entry, Number duration, Truth event) {
    if (!entry || !duration || !event) return fit.skip();
    fit.add(*entry, *duration, *event, 1);
});
SQL_AGGREGATE(crm_fit_kaplan_meier_add_entry_weight,
              [](KaplanMeierFit& fit, Number entry, Number duration, Truth event, Number weight) {
                  if (!entry || !duration || !event || !weight) return fit.skip();
                  fit.add(*entry, *duration, *event, *weight);
              });

SQL_AGGREGATE(crm_fit_cox_add, [](CoxFit& fit, Number duration, Truth event, Features features) {
    add_life(fit, duration, event, features);
});
SQL_AGGREGATE(crm_fit_cox_add_options, [](CoxFit& fit, Number duration, Truth event, Features features,
                                          WrittenOptions how) { add_life(fit, duration, event, features, how); });
SQL_AGGREGATE(crm_fit_cox_add_weight,
              [](CoxFit& fit, Number duration, Truth event, Features features, Number weight, WrittenOptions how) {
                  add_life(fit, duration, event, features, how, "", from_start, weight);
              });
SQL_AGGREGATE(crm_fit_cox_add_stratum, [](CoxFit& fit, Number duration, Truth event, Name stratum, Features features) {
    add_life(fit, duration, event, features, {}, stratum);
});
SQL_AGGREGATE(crm_fit_cox_add_stratum_options,
              [](CoxFit& fit, Number duration, Truth event, Name stratum, Features features, WrittenOptions how) {
                  add_life(fit, duration, event, features, how, stratum);
              });
SQL_AGGREGATE(crm_fit_cox_add_entry, [](CoxFit& fit, Number entry, Number duration, Truth event, Features features) {
    add_life(fit, duration, event, features, {}, "", entry);
});
SQL_AGGREGATE(crm_fit_cox_add_entry_options,
              [](CoxFit& fit, Number entry, Number duration, Truth event, Features features, WrittenOptions how) {
                  add_life(fit, duration, event, features, how, "", entry);
              });
SQL_AGGREGATE(crm_fit_cox_add_all, [](CoxFit& fit, Number entry, Number duration, Truth event, Name stratum,
                                      Features features, Number weight, WrittenOptions how) {
    add_life(fit, duration, event, features, how, stratum.value_or(""), entry.value_or(from_start), weight);
});

SQL_AGGREGATE(crm_fit_cox_add_named_all, [](NamedCoxFit& fit, Number entry, Number duration, Truth event, Name stratum,
                                            const std::optional<JsonbObject>& features, Number weight,
                                            WrittenOptions how) {
    add_named_life(fit, duration, event, features, how, stratum.value_or(""), entry.value_or(from_start), weight);
});

namespace fits {

template <class Fit>
inline constexpr auto named_lifetimes =
    [](Fit& fit, Number duration, Truth event, const std::optional<JsonbObject>& features) {
        add_named_life(fit, duration, event, features);
    };

template <class Fit>
inline constexpr auto named_lifetimes_with_options =
    [](Fit& fit, Number duration, Truth event, const std::optional<JsonbObject>& features, WrittenOptions how) {
        add_named_life(fit, duration, event, features, how);
    };

template <class Fit>
inline constexpr auto weighted_named_lifetimes =
    [](Fit& fit, Number duration, Truth event, const std::optional<JsonbObject>& features, Number weight,
       WrittenOptions how) { add_named_life(fit, duration, event, features, how, "", from_start, weight); };

template <class Fit>
inline constexpr auto lifetimes =
    [](Fit& fit, Number duration, Truth event) { add_life(fit, duration, event, no_features); };

template <class Fit>
inline constexpr auto lifetimes_with_features =
    [](Fit& fit, Number duration, Truth event, Features features) { add_life(fit, duration, event, features); };

template <class Fit>
inline constexpr auto lifetimes_with_options =
    [](Fit& fit, Number duration, Truth event, Features features, WrittenOptions how) {
        add_life(fit, duration, event, features, how);
    };

template <class Fit>
inline constexpr auto weighted_lifetimes =
    [](Fit& fit, Number duration, Truth event, Features features, Number weight, WrittenOptions how) {
        add_life(fit, duration, event, features, how, "", from_start, weight);
    };

}  // namespace fits

/// The transition functions of control/sql/predict_fit_lifetime.sql.in.
#define SQL_LIFETIME_FITS(name, Fit)                                                           \
    SQL_AGGREGATE(crm_fit_##name##_add_lifetime, fits::lifetimes<Fit>);                        \
    SQL_AGGREGATE(crm_fit_##name##_add_lifetime_features, fits::lifetimes_with_features<Fit>); \
    SQL_AGGREGATE(crm_fit_##name##_add_lifetime_options, fits::lifetimes_with_options<Fit>);   \
    SQL_AGGREGATE(crm_fit_##name##_add_lifetime_weight, fits::weighted_lifetimes<Fit>)

/// Those of control/sql/predict_fit_named_lifetime.sql.in.
#define SQL_NAMED_LIFETIME_FITS(name, Fit)                                                      \
    SQL_AGGREGATE(crm_fit_##name##_add_named, fits::named_lifetimes<Fit>);                      \
    SQL_AGGREGATE(crm_fit_##name##_add_named_options, fits::named_lifetimes_with_options<Fit>); \
    SQL_AGGREGATE(crm_fit_##name##_add_named_weight, fits::weighted_named_lifetimes<Fit>)

SQL_NAMED_LIFETIME_FITS(cox, NamedCoxFit);
SQL_NAMED_LIFETIME_FITS(weibull, NamedWeibullFit);
SQL_NAMED_LIFETIME_FITS(exponential, NamedExponentialFit);
SQL_NAMED_LIFETIME_FITS(lognormal, NamedLognormalFit);
SQL_NAMED_LIFETIME_FITS(loglogistic, NamedLoglogisticFit);

SQL_LIFETIME_FITS(weibull, WeibullFit);
SQL_LIFETIME_FITS(exponential, ExponentialFit);
SQL_LIFETIME_FITS(lognormal, LognormalFit);
SQL_LIFETIME_FITS(loglogistic, LoglogisticFit);

SQL_FUNCTION(crm_survival_curve_observed, [](const KaplanMeier& model, std::string_view scale, double level) {
    return model.curve(interval_scale(scale), level);
});

namespace {

template <class Features>
inline constexpr auto curve = [](const Cox& model, const Features& features, Name stratum) {
    return model.curve(Asked(model, features, stratum));
};

template <class Features>
inline constexpr auto survival = [](const LifetimeModel& model, const Features& features, double time, Name stratum) {
    return model.survival(Asked(model, features, stratum), time);
};

template <class Features>
inline constexpr auto median = [](const LifetimeModel& model, const Features& features, Name stratum) {
    return model.median(Asked(model, features, stratum));
};

template <class Features>
inline constexpr auto restricted_mean =
    [](const LifetimeModel& model, const Features& features, double horizon, Name stratum) {
        return model.restricted_mean(Asked(model, features, stratum), horizon);
    };

template <class Features>
inline constexpr auto churn_probability =
    [](const LifetimeModel& model, const Features& features, double elapsed, double horizon, Name stratum) {
        return model.churn_probability(Asked(model, features, stratum), elapsed, horizon);
    };

template <class Features>
inline constexpr auto relative_risk = [](const Cox& model, const Features& features) {
    const Asked asked(model, features, {});
    return model.relative_risk(Subject(asked).features);
};

}  // namespace

SQL_FUNCTION(crm_survival_curve_predicted, curve<Numbers>);
SQL_FUNCTION(crm_survival_curve_named, curve<JsonbObject>);
SQL_FUNCTION(crm_survival_at, [](const LifetimeModel& model, double time) { return model.survival({}, time); });
SQL_FUNCTION(crm_survival_at_features, survival<Numbers>);
SQL_FUNCTION(crm_survival_at_named, survival<JsonbObject>);
SQL_FUNCTION(crm_median_lifetime, [](const LifetimeModel& model) { return model.median_lifetime(); });
SQL_FUNCTION(crm_median_lifetime_features, median<Numbers>);
SQL_FUNCTION(crm_median_lifetime_named, median<JsonbObject>);
SQL_FUNCTION(crm_restricted_mean,
             [](const LifetimeModel& model, double horizon) { return model.restricted_mean(horizon); });
SQL_FUNCTION(crm_restricted_mean_features, restricted_mean<Numbers>);
SQL_FUNCTION(crm_restricted_mean_named, restricted_mean<JsonbObject>);
SQL_FUNCTION(crm_churn_probability_lifetime, [](const LifetimeModel& model, double elapsed, double horizon) {
    return model.churn_probability({}, elapsed, horizon);
});
SQL_FUNCTION(crm_churn_probability_features, churn_probability<Numbers>);
SQL_FUNCTION(crm_churn_probability_named, churn_probability<JsonbObject>);
SQL_FUNCTION(crm_relative_risk, relative_risk<Numbers>);
SQL_FUNCTION(crm_relative_risk_named, relative_risk<JsonbObject>);
SQL_FUNCTION(crm_hazard_ratios, [](const Cox& model) { return model.hazard_ratios(); });
SQL_FUNCTION(crm_time_ratios, [](const AcceleratedFailure& model) { return model.time_ratios(); });
SQL_FUNCTION(crm_cox_tests, [](const Cox& model) { return model.content().tests; });
SQL_FUNCTION(crm_proportional_hazards_test, [](const Cox& model) { return model.content().proportionality; });
SQL_FUNCTION(crm_concordance_model, [](const Cox& model) { return model.content().concordance; });

SQL_AGGREGATE(crm_concordance_add,
              [](ConcordanceOf& state, double duration, bool event, double risk) { state.add(duration, event, risk); });

SQL_AGGREGATE(crm_logrank_add, [](LogRankTest& test, std::string_view group, double duration, bool event) {
    test.add(group, duration, event);
});
SQL_AGGREGATE(crm_logrank_add_rho, [](LogRankTest& test, std::string_view group, double duration, bool event,
                                      double rho) { test.add(group, duration, event, {}, rho); });
SQL_AGGREGATE(crm_logrank_add_stratum, [](LogRankTest& test, std::string_view group, double duration, bool event,
                                          std::string_view stratum) { test.add(group, duration, event, stratum); });
SQL_AGGREGATE(crm_logrank_add_stratum_rho,
              [](LogRankTest& test, std::string_view group, double duration, bool event, std::string_view stratum,
                 double rho) { test.add(group, duration, event, stratum, rho); });

}  // namespace crm::bind
