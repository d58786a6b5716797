// The SQL face of partial dependence: what a model makes of one feature.
#include "bind/features.hpp"
#include "bind/one_model.hpp"
#include "bind/options.hpp"
#include "crm/predict/partial_dependence.hpp"

namespace crm::bind {

using namespace crm::predict;

template <>
struct Row<PartialDependence> {
    using Columns = std::tuple<std::string, std::optional<double>, double, double, double, double>;
    static Columns columns(const PartialDependence& one) {
        return {one.value, one.number, one.prediction, one.lower, one.upper, one.share};
    }
};

namespace {

using State = OfOneModel<PredictiveModel, PartialDependenceRows>;
using Stored = StoredModel<PredictiveModel>;

template <class Features>
inline constexpr auto plain =
    [](State& state, const Stored& model, const Features& features, std::string_view feature) {
        state.rows(model).add(*model.model, features.codes(model.model->encoder()), feature);
    };

template <class Features>
inline constexpr auto steered = [](State& state, const Stored& model, const Features& features,
                                   std::string_view feature, const Options<PartialDependenceOptions>& how) {
    state.rows(model).add(*model.model, features.codes(model.model->encoder()), feature, how.value);
};

}  // namespace

SQL_AGGREGATE(crm_partial_dependence_add, plain<JsonbObject>);
SQL_AGGREGATE(crm_partial_dependence_add_options, steered<JsonbObject>);
SQL_AGGREGATE(crm_partial_dependence_add_array, plain<NumberRow>);
SQL_AGGREGATE(crm_partial_dependence_add_array_options, steered<NumberRow>);

}  // namespace crm::bind
