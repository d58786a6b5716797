// The SQL face of crm.model: what every model can be asked, whatever its kind.
#include "bind/model.hpp"

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

SQL_TYPE(crm_model, AnyModel);

SQL_FUNCTION(crm_make_model,
             [](std::string_view kind, const Json& parameters) { return AnyModel::make(kind, parameters); });
SQL_FUNCTION(crm_fit_info, [](const AnyModel& model) { return FitInfo{std::string(model->kind()), model->report()}; });
SQL_FUNCTION(crm_coef, [](const AnyModel& model) { return model->coefficients(); });

}  // namespace crm::bind
