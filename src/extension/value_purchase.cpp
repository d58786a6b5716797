// The SQL face of purchase models: fits and scores.
#include "crm/value/bg_bb.hpp"
#include "crm/value/bg_cnbd_k.hpp"
#include "crm/value/bg_nbd.hpp"
#include "crm/value/ggom_nbd.hpp"
#include "crm/value/mbg_cnbd_k.hpp"
#include "crm/value/mbg_nbd.hpp"
#include "crm/value/pareto_nbd.hpp"
#include "crm/value/why.hpp"
#include "extension/value_fits.hpp"

namespace crm::bind {

using namespace crm::value;

SQL_PURCHASE_MODEL(bg_nbd, BgNbdModel);
SQL_PURCHASE_MODEL(mbg_nbd, MbgNbdModel);
SQL_PURCHASE_MODEL(pareto_nbd, ParetoNbdModel);
SQL_PURCHASE_MODEL(ggom_nbd, GgomNbdModel);
SQL_PURCHASE_MODEL(bg_bb, BgBbModel);

SQL_MODEL(BgCnbdKModel);
SQL_TIMELINE_FITS(bg_cnbd_k, BgCnbdKModel);
SQL_GAPS_FITS(bg_cnbd_k, BgCnbdKModel);
SQL_MODEL(MbgCnbdKModel);
SQL_TIMELINE_FITS(mbg_cnbd_k, MbgCnbdKModel);
SQL_GAPS_FITS(mbg_cnbd_k, MbgCnbdKModel);
SQL_FUNCTION(crm_log_gaps, [](const Timeline& history, Day as_of) { return log_gaps(history.days(), as_of); });

SQL_FUNCTION(crm_days, [](DaysOfInterval length) { return length.days; });

SQL_FUNCTION(crm_p_alive, [](const PurchaseModel& model, const Rfm& customer) { return model.p_alive(customer); });
SQL_FUNCTION(crm_p_alive_columns,
             [](const PurchaseModel& model, const Plain<Rfm>& customer) { return model.p_alive(customer); });
SQL_FUNCTION(crm_p_alive_after, [](const PurchaseModel& model, const Rfm& customer, double horizon) {
    return model.p_alive(customer, horizon);
});
SQL_FUNCTION(crm_churn_probability,
             [](const PurchaseModel& model, const Rfm& customer) { return 1 - model.p_alive(customer); });
SQL_FUNCTION(crm_churn_probability_columns,
             [](const PurchaseModel& model, const Plain<Rfm>& customer) { return 1 - model.p_alive(customer); });
SQL_FUNCTION(crm_churn_probability_within, [](const PurchaseModel& model, const Rfm& customer, double horizon) {
    return model.churn_probability(customer, horizon);
});
SQL_FUNCTION(crm_churn_probability_within_columns,
             [](const PurchaseModel& model, const Plain<Rfm>& customer, double horizon) {
                 return model.churn_probability(customer, horizon);
             });
SQL_FUNCTION(crm_expected_purchases, [](const PurchaseModel& model, const Rfm& customer, double horizon) {
    return model.expected_purchases(customer, horizon);
});
SQL_FUNCTION(crm_expected_purchases_columns,
             [](const PurchaseModel& model, const Plain<Rfm>& customer, double horizon) {
                 return model.expected_purchases(customer, horizon);
             });
SQL_FUNCTION(crm_expected_purchases_new, [](const PurchaseModel& model, double horizon) {
    return model.expected_purchases(new_customer(), horizon);
});
SQL_FUNCTION(crm_log_likelihood,
             [](const ObservationModel& model, const Rfm& customer) { return model.log_likelihood(customer); });
SQL_FUNCTION(crm_why, [](const PurchaseModel& model, const Rfm& customer) { return why(model, customer); });

}  // namespace crm::bind
