// The SQL face of boosted trees; what they are asked is what every model that predicts from features is asked.
#include "bind/aggregate.hpp"
#include "bind/features.hpp"
#include "bind/model.hpp"
#include "bind/options.hpp"
#include "crm/predict/boosted_trees_fit.hpp"

namespace crm::bind {

using namespace crm::predict;

namespace {

using Weight = std::optional<double>;
using Steering = NumberedOptions<BoostedTreesOptions>;

template <class Outcome>
void add_row(BoostedTreesFit& fit, Outcome outcome, const JsonbObject& features, double weight) {
    fit.add_named(outcome, weight, [&features](const auto& set) { features.each(set); });
}

template <class Outcome>
void add_row(BoostedTreesFit& fit, Outcome outcome, const NumberRow& features, double weight) {
    fit.add(outcome, features.numbers(), weight);
}

template <class Outcome, class Features>
void add(BoostedTreesFit& fit, const std::optional<Outcome>& outcome, const std::optional<Features>& features,
         const Weight& weight) {
    if (!outcome || !features || !weight) return fit.skip();
    add_row(fit, *outcome, *features, *weight);
}

template <class Outcome, class Features>
inline constexpr auto plain = [](BoostedTreesFit& fit, const std::optional<Outcome>& outcome,
                                 const std::optional<Features>& features) { add(fit, outcome, features, 1); };

template <class Outcome, class Features>
inline constexpr auto steered = [](BoostedTreesFit& fit, const std::optional<Outcome>& outcome,
                                   const std::optional<Features>& features, Steering how) {
    fit.set(how.value, how.edition);
    add(fit, outcome, features, 1);
};

template <class Outcome, class Features>
inline constexpr auto weighted = [](BoostedTreesFit& fit, const std::optional<Outcome>& outcome,
                                    const std::optional<Features>& features, const Weight& weight, Steering how) {
    fit.set(how.value, how.edition);
    add(fit, outcome, features, weight);
};

}  // namespace

SQL_MODEL(BoostedTreesModel);

SQL_AGGREGATE(crm_fit_boosted_trees_add_boolean, plain<bool, JsonbObject>);
SQL_AGGREGATE(crm_fit_boosted_trees_add_boolean_options, steered<bool, JsonbObject>);
SQL_AGGREGATE(crm_fit_boosted_trees_add_boolean_weight_options, weighted<bool, JsonbObject>);
SQL_AGGREGATE(crm_fit_boosted_trees_add_boolean_array, plain<bool, NumberRow>);
SQL_AGGREGATE(crm_fit_boosted_trees_add_boolean_array_options, steered<bool, NumberRow>);
SQL_AGGREGATE(crm_fit_boosted_trees_add_boolean_array_weight_options, weighted<bool, NumberRow>);

SQL_AGGREGATE(crm_fit_boosted_trees_add_float8, plain<double, JsonbObject>);
SQL_AGGREGATE(crm_fit_boosted_trees_add_float8_options, steered<double, JsonbObject>);
SQL_AGGREGATE(crm_fit_boosted_trees_add_float8_weight_options, weighted<double, JsonbObject>);
SQL_AGGREGATE(crm_fit_boosted_trees_add_float8_array, plain<double, NumberRow>);
SQL_AGGREGATE(crm_fit_boosted_trees_add_float8_array_options, steered<double, NumberRow>);
SQL_AGGREGATE(crm_fit_boosted_trees_add_float8_array_weight_options, weighted<double, NumberRow>);

}  // namespace crm::bind
