// The SQL face of crm.model: what every model can be asked, whatever its kind.
#include "bind/model.hpp"
#include "crm/foundation/model_selection.hpp"

namespace crm::bind {

namespace {

struct FitInfo {
    std::string kind;
    std::optional<FitReport> report;
};

template <class T>
std::optional<T> reported(const FitInfo& info, T FitReport::*member) {
    if (!info.report) return {};
    return (*info.report).*member;
}

}  // namespace

template <>
struct Row<FitInfo> {
    using Columns =
        std::tuple<std::string, std::optional<std::int64_t>, std::optional<std::int64_t>, std::optional<std::int64_t>,
                   std::optional<double>, std::optional<double>, std::optional<double>, std::optional<bool>,
                   std::optional<std::int32_t>, std::optional<std::string>>;
    static Columns columns(const FitInfo& info) {
        const auto& report = info.report;
        return {info.kind,
                reported(info, &FitReport::observations),
                reported(info, &FitReport::distinct_observations),
                reported(info, &FitReport::skipped),
                report ? report->log_likelihood : std::nullopt,
                report ? report->aic() : std::nullopt,
                report ? report->bic() : std::nullopt,
                reported(info, &FitReport::converged),
                reported(info, &FitReport::iterations),
                reported(info, &FitReport::message)};
    }
};

template <>
struct Row<Coefficient> {
    using Columns =
        std::tuple<std::string, double, std::optional<double>, std::optional<double>, std::optional<double>>;
    static Columns columns(const Coefficient& coefficient) {
        return {coefficient.name, coefficient.estimate, coefficient.std_error, coefficient.lower, coefficient.upper};
    }
};

template <>
struct Row<LikelihoodRatio> {
    using Columns = std::tuple<double, std::int32_t, double>;
    static Columns columns(const LikelihoodRatio& test) {
        return {test.statistic, test.degrees_of_freedom, test.p_value};
    }
};

template <>
struct Row<Comparison> {
    using Number = std::optional<double>;
    using Columns = std::tuple<std::int32_t, std::string, std::int32_t, Number, Number, Number, Number, Number, Number>;
    static Columns columns(const Comparison& one) {
        return {one.position, one.kind,      one.parameters, one.log_likelihood, one.aic,
                one.bic,      one.delta_aic, one.delta_bic,  one.akaike_weight};
    }
};

template <>
struct Row<CardRow> {
    using Columns = std::tuple<std::string, std::string, std::optional<double>, std::string>;
    static Columns columns(const CardRow& row) { return {row.section, row.item, row.value, row.note}; }
};

SQL_TYPE(crm_model, AnyModel);

SQL_FUNCTION(crm_make_model,
             [](std::string_view kind, const Json& parameters) { return AnyModel::make(kind, parameters); });
SQL_FUNCTION(crm_fit_info, [](const AnyModel& model) { return FitInfo{std::string(model->kind()), model->report()}; });
SQL_FUNCTION(crm_coef, [](const AnyModel& model) { return model->coefficients(); });
SQL_FUNCTION(crm_model_card, [](const AnyModel& model) { return model->card(); });
SQL_FUNCTION(crm_likelihood_ratio_test, [](const AnyModel& restricted, const AnyModel& full) {
    return likelihood_ratio_test(*restricted, *full);
});
SQL_FUNCTION(crm_compare, [](const std::vector<AnyModel>& models) {
    std::vector<const Model*> all;
    for (const AnyModel& model : models) all.push_back(&*model);
    return compare(all);
});

}  // namespace crm::bind
