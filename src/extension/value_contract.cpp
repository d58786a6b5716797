// The SQL face of contract models: fits, retention, and what retention is worth.
#include "crm/predict/lifetime.hpp"
#include "crm/value/bdw.hpp"
#include "crm/value/sbg.hpp"
#include "extension/value_fits.hpp"

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

namespace fits {

template <class Fitted>
inline constexpr auto renewals =
    [](Fit<Fitted>& fit, Period period, Count lost, Count kept) { add_renewals(fit, period, lost, kept); };

template <class Fitted>
inline constexpr auto renewals_with_options =
    [](Fit<Fitted>& fit, Period period, Count lost, Count kept, OptionsFor<Fitted> how) {
        fit.set(how.options);
        add_renewals(fit, period, lost, kept);
    };

template <class Fitted>
inline constexpr auto contract =
    [](Fit<Fitted>& fit, Period periods, std::optional<bool> lost) { add_contract(fit, periods, lost); };

template <class Fitted>
inline constexpr auto contract_with_options =
    [](Fit<Fitted>& fit, Period periods, std::optional<bool> lost, OptionsFor<Fitted> how) {
        fit.set(how.options);
        add_contract(fit, periods, lost);
    };

}  // namespace fits

/// The transition functions of control/sql/value_fit_contract.sql.in.
#define SQL_CONTRACT_MODEL(name, Fitted)                                                       \
    SQL_MODEL(Fitted);                                                                         \
    SQL_AGGREGATE(crm_fit_##name##_add_renewals, fits::renewals<Fitted>);                      \
    SQL_AGGREGATE(crm_fit_##name##_add_renewals_options, fits::renewals_with_options<Fitted>); \
    SQL_AGGREGATE(crm_fit_##name##_add_contract, fits::contract<Fitted>);                      \
    SQL_AGGREGATE(crm_fit_##name##_add_contract_options, fits::contract_with_options<Fitted>)

SQL_CONTRACT_MODEL(sbg, SbgModel);
SQL_CONTRACT_MODEL(bdw, BdwModel);

SQL_FUNCTION(crm_retention, [](const ContractModel& model, std::int32_t period) { return model.retention(period); });
// A whole number is also a time, for models of lifetimes.
SQL_FUNCTION(crm_survival, [](const Model& model, std::int32_t periods) -> std::optional<double> {
    if (const auto* const lifetime = dynamic_cast<const predict::LifetimeModel*>(&model))
        return lifetime->survival({}, periods);
    const auto* const contract = dynamic_cast<const ContractModel*>(&model);
    if (!contract) refuse_kind(model);
    return contract->survival(periods);
});
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
