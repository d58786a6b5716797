// The SQL face of models that predict from features, and of logistic regression.
#include "crm/predict/logistic_fit.hpp"
#include "extension/predict_fits.hpp"
#include "extension/predict_rows.hpp"

namespace crm::bind {

using namespace crm::predict;

template <>
struct Row<FeatureImportance> {
    using Columns = std::tuple<std::int32_t, std::string, double, double>;
    static Columns columns(const FeatureImportance& one) {
        return {one.rank, one.feature, one.contribution, one.share};
    }
};

namespace {

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

SQL_FEATURE_FITS(logistic_boolean, LogisticFit);

SQL_FUNCTION(crm_predict, prediction<JsonbObject>);
SQL_FUNCTION(crm_predict_array, prediction<NumberRow>);
SQL_FUNCTION(crm_explain_features, explanation<JsonbObject>);
SQL_FUNCTION(crm_explain_array, explanation<NumberRow>);
SQL_FUNCTION(crm_why_features, reasons<JsonbObject>);
SQL_FUNCTION(crm_why_array, reasons<NumberRow>);
SQL_FUNCTION(crm_importance, [](const PredictiveModel& model) { return importance(model); });

}  // namespace crm::bind
