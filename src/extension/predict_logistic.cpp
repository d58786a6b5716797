// The SQL face of models that predict from features, and of logistic regression.
#include "bind/aggregate.hpp"
#include "bind/features.hpp"
#include "bind/model.hpp"
#include "crm/predict/logistic_fit.hpp"

namespace crm::bind {

using namespace crm::predict;

template <>
struct Row<FeatureContribution> {
    using Text = std::optional<std::string>;
    using Columns = std::tuple<std::string, Text, double, std::optional<double>, Text>;
    static Columns columns(const FeatureContribution& one) {
        return {one.feature, one.value, one.contribution, one.share, one.direction};
    }
};

template <>
struct Row<FeatureImportance> {
    using Columns = std::tuple<std::int32_t, std::string, double, double>;
    static Columns columns(const FeatureImportance& one) {
        return {one.rank, one.feature, one.contribution, one.share};
    }
};

template <>
struct Row<OddsRatio> {
    using Number = std::optional<double>;
    using Columns = std::tuple<std::string, double, Number, Number, Number>;
    static Columns columns(const OddsRatio& one) {
        return {one.name, one.odds_ratio, one.lower, one.upper, one.p_value};
    }
};

/// The options of a logistic fit; none when they are NULL.
struct LogisticSteering {
    const LogisticOptions& options;
    std::uint64_t edition;
};

/// Read anew only when the bytes change: a query passes the same ones with each of a million rows.
template <>
struct Argument<LogisticSteering> {
    static constexpr int columns = 1;
    struct Memory {
        std::vector<std::byte> bytes;
        LogisticOptions options;
        std::uint64_t edition = 0;
    };
    static std::optional<LogisticSteering> read(FunctionCallInfo fcinfo, int at, Memory& memory) {
        static std::uint64_t editions = 0;
        static const LogisticOptions none;
        if (PG_ARGISNULL(at)) return LogisticSteering{none, 0};
        const Datum datum = PG_GETARG_DATUM(at);
        const Bytes bytes = varlena_bytes(datum);
        if (memory.bytes.empty() || !std::ranges::equal(bytes, memory.bytes)) {
            memory.bytes.clear();
            memory.options = LogisticOptions::from_json(read_jsonb(datum));
            memory.edition = ++editions;
            memory.bytes.assign(bytes.begin(), bytes.end());
        }
        return LogisticSteering{memory.options, memory.edition};
    }
};

namespace {

using Outcome = std::optional<bool>;
using Weight = std::optional<double>;

void add_row(LogisticFit& fit, bool outcome, const JsonbObject& features, double weight) {
    fit.add_named(outcome, weight, [&features](const auto& set) { features.each(set); });
}

void add_row(LogisticFit& fit, bool outcome, const NumberRow& features, double weight) {
    fit.add(outcome, features.numbers(), weight);
}

template <class Features>
void add(LogisticFit& fit, const Outcome& outcome, const std::optional<Features>& features, const Weight& weight) {
    if (!outcome || !features || !weight) return fit.skip();
    add_row(fit, *outcome, *features, *weight);
}

template <class Features>
inline constexpr auto plain = [](LogisticFit& fit, const Outcome& outcome, const std::optional<Features>& features) {
    add(fit, outcome, features, 1);
};

template <class Features>
inline constexpr auto steered =
    [](LogisticFit& fit, const Outcome& outcome, const std::optional<Features>& features, LogisticSteering how) {
        fit.set(how.options, how.edition);
        add(fit, outcome, features, 1);
    };

template <class Features>
inline constexpr auto weighted_and_steered = [](LogisticFit& fit, const Outcome& outcome,
                                                const std::optional<Features>& features, const Weight& weight,
                                                LogisticSteering how) {
    fit.set(how.options, how.edition);
    add(fit, outcome, features, weight);
};

template <class Features>
inline constexpr auto prediction = [](const PredictiveModel& model, const Features& features) {
    return model.predict(features.codes(model.encoder()));
};

template <class Features>
inline constexpr auto explanation = [](const PredictiveModel& model, const Features& features) {
    return explain(model, features.codes(model.encoder()));
};

template <class Features>
inline constexpr auto reasons = [](const PredictiveModel& model, const Features& features, std::string_view pattern) {
    return why(model, features.codes(model.encoder()), pattern);
};

}  // namespace

SQL_MODEL(LogisticModel);

SQL_AGGREGATE(crm_fit_logistic_add, plain<JsonbObject>);
SQL_AGGREGATE(crm_fit_logistic_add_options, steered<JsonbObject>);
SQL_AGGREGATE(crm_fit_logistic_add_weight_options, weighted_and_steered<JsonbObject>);
SQL_AGGREGATE(crm_fit_logistic_add_array, plain<NumberRow>);
SQL_AGGREGATE(crm_fit_logistic_add_array_options, steered<NumberRow>);
SQL_AGGREGATE(crm_fit_logistic_add_array_weight_options, weighted_and_steered<NumberRow>);

SQL_FUNCTION(crm_predict, prediction<JsonbObject>);
SQL_FUNCTION(crm_predict_array, prediction<NumberRow>);
SQL_FUNCTION(crm_explain_features, explanation<JsonbObject>);
SQL_FUNCTION(crm_explain_array, explanation<NumberRow>);
SQL_FUNCTION(crm_why_features, reasons<JsonbObject>);
SQL_FUNCTION(crm_why_array, reasons<NumberRow>);
SQL_FUNCTION(crm_importance, [](const PredictiveModel& model) { return importance(model); });
SQL_FUNCTION(crm_odds_ratios, [](const LogisticModel& model) { return model.odds_ratios(); });

}  // namespace crm::bind
