// The SQL face of purchase models with covariates.
#include "crm/value/bg_nbd.hpp"
#include "crm/value/mbg_nbd.hpp"
#include "crm/value/pareto_nbd.hpp"
#include "extension/value_fits.hpp"

namespace crm::bind {

using namespace crm::value;

using BgNbdCovariates = WithCovariates<BgNbd>;
using MbgNbdCovariates = WithCovariates<MbgNbd>;
using ParetoNbdCovariates = WithCovariates<ParetoNbd>;

SQL_COVARIATE_FITS(bg_nbd, BgNbd, BgNbdCovariates);
SQL_COVARIATE_FITS(mbg_nbd, MbgNbd, MbgNbdCovariates);
SQL_COVARIATE_FITS(pareto_nbd, ParetoNbd, ParetoNbdCovariates);

SQL_FUNCTION(crm_with_covariates, [](const CovariateModel& model, const Numbers& both) {
    return model.of_customer({fits::numbers(both), fits::numbers(both)});
});
SQL_FUNCTION(crm_with_two_covariates,
             [](const CovariateModel& model, const Numbers& purchase, const Numbers& lifetime) {
                 return model.of_customer({fits::numbers(purchase), fits::numbers(lifetime)});
             });

}  // namespace crm::bind
