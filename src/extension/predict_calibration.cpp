// The SQL face of recalibrated probabilities.
#include "bind/aggregate.hpp"
#include "bind/model.hpp"
#include "bind/options.hpp"
#include "crm/predict/calibrator.hpp"

namespace crm::bind {

using namespace crm::predict;

SQL_MODEL(Calibrator);

namespace {

void add(CalibratorFit& fit, const std::optional<bool>& outcome, const std::optional<double>& probability,
         const CalibratorOptions& options) {
    if (!outcome || !probability) return fit.skip();
    fit.add(*outcome, *probability, options);
}

}  // namespace

SQL_AGGREGATE(crm_fit_calibration_add,
              [](CalibratorFit& fit, const std::optional<bool>& outcome, const std::optional<double>& probability) {
                  add(fit, outcome, probability, {});
              });
SQL_AGGREGATE(crm_fit_calibration_add_options,
              [](CalibratorFit& fit, const std::optional<bool>& outcome, const std::optional<double>& probability,
                 const Options<CalibratorOptions>& options) { add(fit, outcome, probability, options.value); });

SQL_FUNCTION(crm_calibrate, [](const Calibrator& model, double probability) { return model.calibrated(probability); });

}  // namespace crm::bind
