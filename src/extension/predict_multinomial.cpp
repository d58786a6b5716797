// The SQL face of multinomial logistic regression: labels from features.
#include "crm/predict/multinomial_fit.hpp"
#include "extension/predict_fits.hpp"
#include "extension/predict_rows.hpp"

namespace crm::bind {

using namespace crm::predict;

/// A LabelChance as one of several.
struct LabelShare {
    std::string label;
    double probability;
};

template <>
struct Row<LabelChance> {
    using Columns = std::tuple<std::string, double, double>;
    static Columns columns(const LabelChance& one) { return {one.label, one.probability, one.margin}; }
};

template <>
struct Row<OddsRatio> {
    using Number = std::optional<double>;
    using Columns = std::tuple<std::string, double, Number, Number, Number>;
    static Columns columns(const OddsRatio& one) {
        return {one.name, one.odds_ratio, one.lower, one.upper, one.p_value};
    }
};

template <>
struct Row<LabelShare> {
    using Columns = std::tuple<std::string, double>;
    static Columns columns(const LabelShare& one) { return {one.label, one.probability}; }
};

SQL_MODEL(MultinomialModel);

SQL_FEATURE_FITS(logistic_text, MultinomialFit);

namespace {

template <class Features>
inline constexpr auto likeliest = [](const MultinomialModel& model, const Features& features) {
    return model.chances(features.codes(model.encoder())).front();
};

template <class Features>
inline constexpr auto likeliest_few = [](const MultinomialModel& model, const Features& features, std::int32_t k) {
    if (k < 1) throw invalid_argument("number of labels must be 1 or more, not " + std::to_string(k));
    auto chances = model.chances(features.codes(model.encoder()));
    chances.resize(std::min(chances.size(), static_cast<std::size_t>(k)));
    return chances;
};

template <class Features>
inline constexpr auto shares = [](const MultinomialModel& model, const Features& features) {
    std::vector<LabelShare> all;
    for (LabelChance& one : model.chances(features.codes(model.encoder())))
        all.push_back({std::move(one.label), one.probability});
    return all;
};

template <class Features>
inline constexpr auto share_of = [](const MultinomialModel& model, const Features& features, std::string_view label) {
    return model.probability(features.codes(model.encoder()), label);
};

template <class Features>
inline constexpr auto explanation_of =
    [](const MultinomialModel& model, const Features& features, std::string_view label) {
        return model.explain(features.codes(model.encoder()), label);
    };

}  // namespace

// Of a yes or no and of labels alike.
SQL_FUNCTION(crm_odds_ratios, [](const AnyModel& model) {
    if (const auto* const logistic = dynamic_cast<const LogisticModel*>(&*model)) return logistic->odds_ratios();
    if (const auto* const labels = dynamic_cast<const MultinomialModel*>(&*model)) return labels->odds_ratios();
    refuse_kind(*model);
});

SQL_FUNCTION(crm_classify_features, likeliest<JsonbObject>);
SQL_FUNCTION(crm_classify_array, likeliest<NumberRow>);
SQL_FUNCTION(crm_classify_top_features, likeliest_few<JsonbObject>);
SQL_FUNCTION(crm_classify_top_array, likeliest_few<NumberRow>);
SQL_FUNCTION(crm_label_probabilities, shares<JsonbObject>);
SQL_FUNCTION(crm_label_probabilities_array, shares<NumberRow>);
SQL_FUNCTION(crm_label_probability_features, share_of<JsonbObject>);
SQL_FUNCTION(crm_label_probability_array, share_of<NumberRow>);
SQL_FUNCTION(crm_explain_label_features, explanation_of<JsonbObject>);
SQL_FUNCTION(crm_explain_label_array, explanation_of<NumberRow>);

}  // namespace crm::bind
