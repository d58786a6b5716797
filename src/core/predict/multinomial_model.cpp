#include "crm/predict/multinomial_model.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "crm/foundation/error.hpp"
#include "crm/foundation/rounded.hpp"
#include "crm/predict/members.hpp"

namespace crm::predict {

namespace {

constexpr int format = 1;
constexpr double quantile = 1.959963984540054;  // of the normal distribution, 97.5 %
constexpr std::string_view intercept_name = "intercept";

std::string defect_of(const MultinomialModel::Fitted& fitted) {
    for (const std::string& label : fitted.labels)
        if (std::string wrong = defect_of_name(label); !wrong.empty()) return wrong;
    if (std::ranges::adjacent_find(fitted.labels, std::greater_equal{}) != fitted.labels.end())
        return "labels are not in the order of their names";
    if (fitted.null_log_likelihood && !std::isfinite(*fitted.null_log_likelihood))
        return "log-likelihood without features is not finite";
    if (fitted.estimates.empty()) return {};
    if (fitted.labels.size() < 2) return "multinomial model needs two labels";
    if (fitted.reference >= fitted.labels.size()) return "multinomial model has no such reference";
    const std::size_t wanted = (fitted.labels.size() - 1) * (fitted.encoder.columns().size() + 1);
    if (fitted.estimates.size() != wanted)
        return "number of coefficients must be " + std::to_string(wanted) + ", not " +
               std::to_string(fitted.estimates.size());
    for (const auto& [value, error] : fitted.estimates)
        if (!std::isfinite(value) || (error && !(*error >= 0 && std::isfinite(*error))))
            return "coefficient of a multinomial model is not finite";
    return {};
}

/// By label but the reference, then by column: label and name of each coefficient.
std::vector<std::pair<std::string, std::string>> names_of(const MultinomialModel::Fitted& fitted) {
    std::vector<std::pair<std::string, std::string>> names;
    for (std::size_t label = 0; label < fitted.labels.size(); ++label) {
        if (label == fitted.reference) continue;
        names.emplace_back(fitted.labels[label], intercept_name);
        for (const DesignColumn& column : fitted.encoder.columns())
            names.emplace_back(fitted.labels[label], fitted.encoder.name_of(column));
    }
    return names;
}

double log_sum(std::span<const double> margins, std::size_t but) {
    double largest = -std::numeric_limits<double>::infinity(), sum = 0;
    for (std::size_t i = 0; i < margins.size(); ++i)
        if (i != but) largest = std::max(largest, margins[i]);
    for (std::size_t i = 0; i < margins.size(); ++i)
        if (i != but) sum += std::exp(margins[i] - largest);
    return largest + std::log(sum);
}

double logistic(double margin) {
    const double decay = std::exp(-std::abs(margin));
    return margin >= 0 ? 1 / (1 + decay) : decay / (1 + decay);
}

}  // namespace

MultinomialModel::MultinomialModel(Fitted fitted) : fitted_(std::move(fitted)) {
    if (const std::string wrong = defect_of(fitted_); !wrong.empty()) throw invalid_argument(wrong);
    if (!usable()) return;
    const std::size_t width = fitted_.encoder.columns().size() + 1;
    std::size_t at = 0;
    for (std::size_t label = 0; label < fitted_.labels.size(); ++label) {
        std::vector<double> coefficients(width, 0);
        if (label != fitted_.reference)
            for (double& one : coefficients) one = fitted_.estimates[at++].value;
        terms_.emplace_back(fitted_.encoder, coefficients);
    }
}

std::vector<double> MultinomialModel::margins(std::span<const double> codes) const {
    std::vector<double> all;
    all.reserve(terms_.size());
    for (const LinearTerms& terms : terms_) all.push_back(terms.margin(codes));
    return all;
}

std::vector<LabelChance> MultinomialModel::chances(std::span<const double> codes) const {
    const std::vector<double> all = margins(codes);
    std::vector<LabelChance> chances;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const double margin = all[i] - log_sum(all, i);
        chances.push_back({fitted_.labels[i], logistic(margin), margin});
    }
    std::ranges::stable_sort(chances, std::greater{}, &LabelChance::margin);
    return chances;
}

std::size_t MultinomialModel::place_of(std::string_view label) const {
    const auto at = std::ranges::lower_bound(fitted_.labels, label);
    if (at == fitted_.labels.end() || *at != label)
        throw invalid_argument("model has no label \"" + excerpt(label) + "\"", {},
                               "crm.label_probabilities(model, features) lists its labels.");
    return static_cast<std::size_t>(at - fitted_.labels.begin());
}

double MultinomialModel::probability(std::span<const double> codes, std::string_view label) const {
    const std::size_t at = place_of(label);
    const std::vector<double> all = margins(codes);
    return logistic(all[at] - log_sum(all, at));
}

std::vector<FeatureContribution> MultinomialModel::explain(std::span<const double> codes,
                                                           std::string_view label) const {
    const std::size_t own = place_of(label);
    const auto labels = static_cast<double>(terms_.size());
    const auto centred = [&](const auto& of) {
        double sum = 0;
        for (const LinearTerms& terms : terms_) sum += of(terms);
        return of(terms_[own]) - sum / labels;
    };
    std::vector<double> contributions;
    for (std::size_t f = 0; f < terms_[own].size(); ++f)
        contributions.push_back(centred([&](const LinearTerms& terms) { return terms.contribution(f, codes[f]); }));
    return contribution_rows(fitted_.encoder, centred([](const LinearTerms& terms) { return terms.base(); }),
                             contributions, codes);
}

std::vector<Coefficient> MultinomialModel::coefficients() const {
    std::vector<Coefficient> all;
    if (!usable()) return all;
    std::size_t at = 0;
    for (const auto& [label, column] : names_of(fitted_)) {
        const auto& [value, error] = fitted_.estimates[at++];
        Coefficient one{label + ": " + column, value, error, {}, {}};
        if (error) {
            one.lower = value - quantile * *error;
            one.upper = value + quantile * *error;
        }
        all.push_back(std::move(one));
    }
    return all;
}

std::vector<OddsRatio> MultinomialModel::odds_ratios() const {
    std::vector<OddsRatio> all;
    const std::vector<Coefficient> coefficients = this->coefficients();
    const std::size_t width = fitted_.encoder.columns().size() + 1;
    for (std::size_t i = 0; i < coefficients.size(); ++i)
        if (i % width != 0) all.push_back(odds_ratio(coefficients[i]));
    return all;
}

std::vector<CardRow> MultinomialModel::card() const {
    std::vector<CardRow> rows = Model::card();
    const auto& fit = fitted_.report;
    if (fit && fit->log_likelihood && fitted_.null_log_likelihood && *fitted_.null_log_likelihood < 0) {
        const double null = *fitted_.null_log_likelihood, own = *fit->log_likelihood;
        const auto read = static_cast<double>(fit->observations);
        rows.push_back({"quality", "log loss", -own / read, "without features " + rounded(-null / read)});
        rows.push_back({"quality", "pseudo r squared", 1 - own / null, "of McFadden"});
    }
    return rows;
}

void MultinomialModel::save(Writer& out) const {
    out.put<std::uint8_t>(format);
    fitted_.encoder.save(out);
    out.varint(fitted_.labels.size());
    for (const std::string& label : fitted_.labels) out.text(label);
    out.varint(fitted_.reference);
    out.varint(fitted_.estimates.size());
    for (const auto& [value, error] : fitted_.estimates) {
        out.put(value);
        out.put(error.value_or(-1));
    }
    out.put(fitted_.null_log_likelihood.value_or(std::numeric_limits<double>::quiet_NaN()));
    out.put<std::uint8_t>(fitted_.report.has_value());
    if (fitted_.report) fitted_.report->save(out);
}

std::unique_ptr<MultinomialModel> MultinomialModel::load(Reader& in) {
    read_version(in, format, "multinomial model");
    Fitted fitted;
    fitted.encoder = Encoder::load(in);
    for (std::size_t left = in.count(); left > 0; --left) fitted.labels.emplace_back(in.text());
    fitted.reference = static_cast<std::size_t>(in.varint());
    fitted.estimates.resize(in.count(2 * sizeof(double)));
    for (auto& [value, error] : fitted.estimates) {
        value = in.get<double>();
        const double read = in.get<double>();
        if (read != -1) error = read;
    }
    const double null = in.get<double>();
    if (!std::isnan(null)) fitted.null_log_likelihood = null;
    if (in.get<std::uint8_t>() != 0) fitted.report = FitReport::load(in);
    if (const std::string wrong = defect_of(fitted); !wrong.empty()) throw corrupt_data(wrong);
    return std::make_unique<MultinomialModel>(std::move(fitted));
}

Json::Object MultinomialModel::to_json() const {
    Json::Object json{{"encoder", fitted_.encoder.to_json()},
                      {"labels", Json::Array(fitted_.labels.begin(), fitted_.labels.end())}};
    if (usable()) json.emplace_back("reference", fitted_.labels[fitted_.reference]);
    Json::Array coefficients;
    const auto names = names_of(fitted_);
    for (std::size_t i = 0; i < fitted_.estimates.size(); ++i) {
        Json::Object member{
            {"label", names[i].first}, {"name", names[i].second}, {"estimate", fitted_.estimates[i].value}};
        if (fitted_.estimates[i].std_error) member.emplace_back("std_error", *fitted_.estimates[i].std_error);
        coefficients.emplace_back(std::move(member));
    }
    json.emplace_back("coefficients", std::move(coefficients));
    if (fitted_.null_log_likelihood) json.emplace_back("null_log_likelihood", *fitted_.null_log_likelihood);
    if (fitted_.report) json.emplace_back("fit", fitted_.report->to_json());
    return json;
}

std::unique_ptr<MultinomialModel> MultinomialModel::from_json(const Json& json) {
    json.expect_keys({"encoder", "labels", "reference", "coefficients", "null_log_likelihood", "fit"},
                     "multinomial model");
    Fitted fitted;
    fitted.encoder = Encoder::from_json(json.at("encoder", "multinomial model"));
    for (const Json& label : json.at("labels", "multinomial model").array("labels"))
        fitted.labels.push_back(label.string("label"));
    if (const Json* reference = json.find("reference"))
        fitted.reference = static_cast<std::size_t>(std::ranges::find(fitted.labels, reference->string("reference")) -
                                                    fitted.labels.begin());
    const auto names = names_of(fitted);
    for (const Json& one : json.at("coefficients", "multinomial model").array("coefficients")) {
        one.expect_keys({"label", "name", "estimate", "std_error"}, "coefficient");
        const std::size_t at = fitted.estimates.size();
        // Names say whose the numbers are: a coefficient in another's place would be a silent error.
        if (at < names.size() && (one.at("label", "coefficient").string("label") != names[at].first ||
                                  one.at("name", "coefficient").string("name") != names[at].second))
            throw invalid_argument("coefficient number " + std::to_string(at + 1) + " must be that of \"" +
                                   excerpt(names[at].second) + "\" of label \"" + excerpt(names[at].first) + "\"");
        Estimate estimate{one.at("estimate", "coefficient").number("estimate"), {}};
        if (const Json* error = one.find("std_error")) estimate.std_error = error->number("std_error");
        fitted.estimates.push_back(estimate);
    }
    if (const Json* null = json.find("null_log_likelihood"))
        fitted.null_log_likelihood = null->number("null_log_likelihood");
    if (const Json* report = json.find("fit")) fitted.report = FitReport::from_json(*report);
    return std::make_unique<MultinomialModel>(std::move(fitted));
}

std::unique_ptr<MultinomialModel> MultinomialModel::make(const Json& parameters) {
    parameters.expect_keys({"reference", "labels"}, "multinomial model");
    const std::string& reference = parameters.at("reference", "multinomial model").string("reference");
    Json::Object all{{"intercept", 0}};
    Fitted fitted;
    fitted.labels.push_back(reference);
    const Json::Object& labels = parameters.at("labels", "multinomial model").object("labels");
    if (labels.empty()) throw invalid_argument("labels must name one beside the reference");
    for (const auto& [label, coefficients] : labels) {
        if (label == reference)
            throw invalid_argument("reference \"" + excerpt(label) +
                                   "\" has no coefficients: others are compared with it");
        fitted.labels.push_back(label);
        for (const auto& [name, value] : coefficients.object("coefficients of a label"))
            if (!Json(all).find(name)) all.emplace_back(name, 0);
    }
    // Names of columns mean the same as for logistic regression.
    fitted.encoder = LogisticModel::make(Json(all))->encoder();
    std::ranges::sort(fitted.labels);
    fitted.reference = static_cast<std::size_t>(std::ranges::find(fitted.labels, reference) - fitted.labels.begin());
    for (const auto& [label, column] : names_of(fitted)) {
        const auto known = std::ranges::find(labels, label, [](const auto& member) { return member.first; });
        const Json* const value = known == labels.end() ? nullptr : known->second.find(column);
        fitted.estimates.push_back({value ? value->number(column) : 0, {}});
    }
    return std::make_unique<MultinomialModel>(std::move(fitted));
}

}  // namespace crm::predict
