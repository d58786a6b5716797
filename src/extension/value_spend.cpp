// The SQL face of spend models and lifetime value.
#include <limits>

#include "crm/value/clv.hpp"
#include "crm/value/gamma_gamma.hpp"
#include "extension/value_fits.hpp"

namespace crm::bind {

using namespace crm::value;

template <>
struct Row<AmountInterval> {
    using Columns = std::tuple<double, double>;
    static Columns columns(const AmountInterval& interval) { return {interval.lower, interval.upper}; }
};

namespace {

/// Spend models read no times.
Rfm spending(double frequency, std::optional<double> monetary) {
    return {whole(frequency), frequency, frequency, monetary};
}

}  // namespace

using FitGammaGamma = MaximumLikelihood<GammaGammaModel>;
SQL_MODEL(GammaGammaModel);
SQL_AGGREGATE(crm_fit_gamma_gamma_add,
              [](FitGammaGamma& fit, const std::optional<Rfm>& customer) { fit.add(customer); });
SQL_AGGREGATE(crm_fit_gamma_gamma_add_weight,
              [](FitGammaGamma& fit, const std::optional<Rfm>& customer, double weight) { fit.add(customer, weight); });
SQL_AGGREGATE(crm_fit_gamma_gamma_add_options,
              [](FitGammaGamma& fit, const std::optional<Rfm>& customer, OptionsFor<GammaGammaModel> how) {
                  fit.set(how.options);
                  fit.add(customer);
              });
SQL_AGGREGATE(crm_fit_gamma_gamma_add_weight_options, [](FitGammaGamma& fit, const std::optional<Rfm>& customer,
                                                         double weight, OptionsFor<GammaGammaModel> how) {
    fit.set(how.options);
    fit.add(customer, weight);
});
SQL_AGGREGATE(crm_fit_gamma_gamma_add_columns,
              [](FitGammaGamma& fit, double frequency, std::optional<double> monetary) {
                  fit.add(spending(frequency, monetary));
              });
SQL_AGGREGATE(crm_fit_gamma_gamma_add_columns_weight,
              [](FitGammaGamma& fit, double frequency, std::optional<double> monetary, double weight) {
                  fit.add(spending(frequency, monetary), weight);
              });
SQL_TIMELINE_FITS(gamma_gamma, GammaGammaModel);

SQL_FUNCTION(crm_expected_spend,
             [](const SpendModel& model, const Rfm& customer) { return model.expected_spend(customer); });
SQL_FUNCTION(crm_expected_spend_columns, [](const SpendModel& model, double frequency, std::optional<double> monetary) {
    return model.expected_spend(spending(frequency, monetary));
});
SQL_FUNCTION(crm_clv, [](const PurchaseModel& buying, const SpendModel& spending, const Rfm& customer, double horizon,
                         double discount_rate) { return clv(buying, spending, customer, horizon, discount_rate); });

SQL_FUNCTION(crm_discounted_purchases,
             [](const PurchaseModel& model, const Rfm& customer, double horizon, double discount_rate) {
                 return discounted_purchases(model, customer, horizon, discount_rate);
             });
SQL_FUNCTION(crm_discounted_purchases_columns,
             [](const PurchaseModel& model, const Plain<Rfm>& customer, double horizon, double discount_rate) {
                 return discounted_purchases(model, customer, horizon, discount_rate);
             });
SQL_FUNCTION(crm_residual_clv,
             [](const PurchaseModel& buying, const SpendModel& spending, const Rfm& customer, double discount_rate) {
                 return clv(buying, spending, customer, std::numeric_limits<double>::infinity(), discount_rate);
             });
SQL_FUNCTION(crm_clv_interval,
             [](const PurchaseModel& buying, const SpendModel& spending, const Rfm& customer, double horizon,
                double discount_rate, double level, const Cancellation& cancellation) {
                 return clv_interval(buying, spending, customer, horizon, discount_rate, level, cancellation);
             });

}  // namespace crm::bind
