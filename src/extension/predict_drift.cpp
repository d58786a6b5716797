// The SQL face of drift: whether rows still look as they did.
#include "bind/aggregate.hpp"
#include "bind/features.hpp"
#include "bind/one_model.hpp"
#include "bind/options.hpp"
#include "crm/predict/drift.hpp"

namespace crm::bind {

using namespace crm::predict;

template <>
struct Row<FeatureDrift> {
    using Text = std::optional<std::string>;
    using Columns = std::tuple<std::string, std::string, double, double, double, double, Text, std::string>;
    static Columns columns(const FeatureDrift& one) {
        return {one.feature,         one.kind,       one.psi, one.by_chance, one.reference_missing,
                one.current_missing, one.moved_most, one.note};
    }
};

SQL_MODEL(DriftReference);

namespace {

void add_row(DriftReferenceFit& fit, const JsonbObject& features) {
    fit.add_named([&features](const auto& set) { features.each(set); });
}

void add_row(DriftReferenceFit& fit, const NumberRow& features) { fit.add(features.numbers()); }

template <class Features>
inline constexpr auto plain = [](DriftReferenceFit& fit, const std::optional<Features>& features) {
    if (!features) return fit.skip();
    add_row(fit, *features);
};

template <class Features>
inline constexpr auto steered =
    [](DriftReferenceFit& fit, const std::optional<Features>& features, const Options<DriftOptions>& how) {
        if (!features) return fit.skip();
        fit.set(how.value, how.edition);
        add_row(fit, *features);
    };

template <class Features>
inline constexpr auto compared = [](OfOneModel<DriftReference, DriftCounts>& state,
                                    const StoredModel<DriftReference>& reference, const Features& features) {
    state.rows(reference).add(*reference.model, features.codes(reference.model->encoder()));
};

}  // namespace

SQL_AGGREGATE(crm_fit_drift_reference_add, plain<JsonbObject>);
SQL_AGGREGATE(crm_fit_drift_reference_add_options, steered<JsonbObject>);
SQL_AGGREGATE(crm_fit_drift_reference_add_array, plain<NumberRow>);
SQL_AGGREGATE(crm_fit_drift_reference_add_array_options, steered<NumberRow>);
SQL_AGGREGATE(crm_drift_add, compared<JsonbObject>);
SQL_AGGREGATE(crm_drift_add_array, compared<NumberRow>);

}  // namespace crm::bind
