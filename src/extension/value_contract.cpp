// The SQL face of contract models: fits, retention, and what retention is worth.
#include "bind/aggregate.hpp"
#include "bind/model.hpp"
#include "crm/value/bdw.hpp"
#include "crm/value/sbg.hpp"

namespace crm::bind {

using namespace crm::value;

template <>
struct Row<ContractPeriod> {
    using Columns = std::tuple<std::int32_t, double, std::optional<double>>;
    static Columns columns(const ContractPeriod& at) { return {at.period, at.survival, at.retention}; }
};

template <>
struct Row<RetentionValue> {
    using Columns = std::tuple<double, double, std::optional<double>, std::optional<double>>;
    static Columns columns(const RetentionValue& value) {
        return {value.before, value.after, value.gain, value.gain_ratio};
    }
};

using Period = std::optional<std::int32_t>;
using Count = std::optional<std::int64_t>;

using FitSbg = MaximumLikelihood<SbgModel>;
SQL_MODEL(SbgModel);
SQL_AGGREGATE(crm_fit_sbg_add_renewals,
              [](FitSbg& fit, Period period, Count lost, Count kept) { add_renewals(fit, period, lost, kept); });
SQL_AGGREGATE(crm_fit_sbg_add_contract,
              [](FitSbg& fit, Period periods, std::optional<bool> lost) { add_contract(fit, periods, lost); });

using FitBdw = MaximumLikelihood<BdwModel>;
SQL_MODEL(BdwModel);
SQL_AGGREGATE(crm_fit_bdw_add_renewals,
              [](FitBdw& fit, Period period, Count lost, Count kept) { add_renewals(fit, period, lost, kept); });
SQL_AGGREGATE(crm_fit_bdw_add_contract,
              [](FitBdw& fit, Period periods, std::optional<bool> lost) { add_contract(fit, periods, lost); });

SQL_FUNCTION(crm_retention, [](const ContractModel& model, std::int32_t period) { return model.retention(period); });
SQL_FUNCTION(crm_survival, [](const ContractModel& model, std::int32_t periods) { return model.survival(periods); });
SQL_FUNCTION(crm_survival_curve_contract,
             [](const ContractModel& model, std::int32_t periods, Cancellation interrupts) {
                 return model.survival_curve(periods, interrupts);
             });
SQL_FUNCTION(crm_residual_lifetime, [](const ContractModel& model, std::int32_t renewals, double discount_rate) {
    return model.residual_lifetime(renewals, discount_rate);
});
SQL_FUNCTION(crm_log_likelihood_contract, [](const ContractModel& model, std::int32_t periods, bool lost) {
    return model.log_likelihood(periods, lost);
});

SQL_FUNCTION(crm_retention_value, [](double retention, double change, double discount_rate) {
    return retention_value(retention, change, discount_rate);
});
SQL_FUNCTION(crm_retention_value_model,
             [](const ContractModel& model, double change, double discount_rate, Cancellation interrupts) {
                 return model.retention_value(change, discount_rate, interrupts);
             });

}  // namespace crm::bind
