#include "crm/predict/logistic_model.hpp"

#include <algorithm>
#include <boost/math/special_functions/erf.hpp>
#include <cmath>
#include <limits>
#include <map>

#include "crm/foundation/error.hpp"
#include "crm/foundation/rounded.hpp"

namespace crm::predict {

namespace {

constexpr double quantile = 1.959963984540054;  // of the normal distribution, 97.5 %
constexpr std::string_view intercept_name = "intercept";

std::string defect_of(const LogisticModel::Fitted& fitted, std::size_t columns) {
    if (!fitted.estimates.empty() && fitted.estimates.size() != columns + 1)
        return "number of coefficients must be " + std::to_string(columns + 1) + ", not " +
               std::to_string(fitted.estimates.size());
    for (const auto& [value, error] : fitted.estimates)
        if (!std::isfinite(value) || (error && !(*error >= 0 && std::isfinite(*error))))
            return "coefficient of a logistic model is not finite";
    if (!fitted.importance.empty() && fitted.importance.size() != fitted.encoder.features().size())
        return "number of importances must be that of the features";
    for (const double one : fitted.importance)
        if (!(one >= 0) || !std::isfinite(one)) return "importance of a feature is not a finite number, 0 or more";
    if (fitted.null_log_likelihood && !std::isfinite(*fitted.null_log_likelihood))
        return "log-likelihood without features is not finite";
    return {};
}

}  // namespace

LogisticModel::LogisticModel(Fitted fitted) : fitted_(std::move(fitted)), columns_(fitted_.encoder.columns()) {
    if (const std::string wrong = defect_of(fitted_, columns_.size()); !wrong.empty()) throw invalid_argument(wrong);
    if (!usable()) return;
    std::vector<double> coefficients;
    for (const Estimate& one : fitted_.estimates) coefficients.push_back(one.value);
    terms_ = LinearTerms(fitted_.encoder, coefficients);
}

double LogisticModel::margin(std::span<const double> codes) const { return terms_.margin(codes); }

std::vector<double> LogisticModel::contributions(std::span<const double> codes) const {
    std::vector<double> all;
    for (std::size_t f = 0; f < terms_.size(); ++f) all.push_back(terms_.contribution(f, codes[f]));
    return all;
}

void LogisticModel::add_magnitudes(std::span<const double> codes, double weight, std::span<double> sums) const {
    for (std::size_t f = 0; f < terms_.size(); ++f) sums[f] += weight * std::abs(terms_.contribution(f, codes[f]));
}

double LogisticModel::prediction(double margin) const {
    const double decay = std::exp(-std::abs(margin));
    return margin >= 0 ? 1 / (1 + decay) : decay / (1 + decay);
}

std::vector<Coefficient> LogisticModel::coefficients() const {
    std::vector<Coefficient> all;
    for (std::size_t i = 0; i < fitted_.estimates.size(); ++i) {
        const auto& [value, error] = fitted_.estimates[i];
        Coefficient one{
            i == 0 ? std::string(intercept_name) : fitted_.encoder.name_of(columns_[i - 1]), value, error, {}, {}};
        if (error) {
            one.lower = value - quantile * *error;
            one.upper = value + quantile * *error;
        }
        all.push_back(std::move(one));
    }
    return all;
}

std::vector<OddsRatio> LogisticModel::odds_ratios() const {
    std::vector<OddsRatio> all;
    for (const Coefficient& one : coefficients()) all.push_back(odds_ratio(one));
    if (!all.empty()) all.erase(all.begin());
    return all;
}

OddsRatio odds_ratio(const Coefficient& one) {
    OddsRatio ratio{one.name, std::exp(one.estimate), {}, {}, {}};
    if (!one.std_error) return ratio;
    ratio.lower = std::exp(*one.lower);
    ratio.upper = std::exp(*one.upper);
    if (*one.std_error > 0) ratio.p_value = boost::math::erfc(std::abs(one.estimate) / *one.std_error / std::sqrt(2.0));
    return ratio;
}

std::vector<CardRow> LogisticModel::card() const {
    std::vector<CardRow> rows = PredictiveModel::card();
    const auto& fit = fitted_.report;
    if (fit && fit->log_likelihood && fitted_.null_log_likelihood && *fitted_.null_log_likelihood < 0) {
        const double null = *fitted_.null_log_likelihood, own = *fit->log_likelihood;
        const auto rows_read = static_cast<double>(fit->observations);
        rows.push_back({"quality", "deviance", -2 * own, "without features " + rounded(-2 * null, 6)});
        rows.push_back({"quality", "log loss", -own / rows_read, "without features " + rounded(-null / rows_read)});
        rows.push_back({"quality", "pseudo r squared", 1 - own / null, "of McFadden"});
    }
    return rows;
}

void LogisticModel::save(Writer& out) const {
    fitted_.encoder.save(out);
    out.varint(fitted_.estimates.size());
    for (const auto& [value, error] : fitted_.estimates) {
        out.put(value);
        out.put(error.value_or(-1));
    }
    out.varint(fitted_.importance.size());
    for (const double one : fitted_.importance) out.put(one);
    out.put(fitted_.null_log_likelihood.value_or(std::numeric_limits<double>::quiet_NaN()));
    out.put<std::uint8_t>(fitted_.report.has_value());
    if (fitted_.report) fitted_.report->save(out);
}

std::unique_ptr<LogisticModel> LogisticModel::load(Reader& in) {
    Fitted fitted{Encoder::load(in), {}, {}, {}, {}};
    fitted.estimates.resize(in.count(2 * sizeof(double)));
    for (auto& [value, error] : fitted.estimates) {
        value = in.get<double>();
        const double read = in.get<double>();
        if (read != -1) error = read;
    }
    fitted.importance.resize(in.count(sizeof(double)));
    for (double& one : fitted.importance) one = in.get<double>();
    const double null = in.get<double>();
    if (!std::isnan(null)) fitted.null_log_likelihood = null;
    if (in.get<std::uint8_t>() != 0) fitted.report = FitReport::load(in);
    if (const std::string wrong = defect_of(fitted, fitted.encoder.columns().size()); !wrong.empty())
        throw corrupt_data(wrong);
    return std::make_unique<LogisticModel>(std::move(fitted));
}

Json::Object LogisticModel::to_json() const {
    Json::Object json{{"encoder", fitted_.encoder.to_json()}};
    Json::Array coefficients;
    for (const Coefficient& one : this->coefficients()) {
        Json::Object member{{"name", one.name}, {"estimate", one.estimate}};
        if (one.std_error) member.emplace_back("std_error", *one.std_error);
        coefficients.emplace_back(std::move(member));
    }
    json.emplace_back("coefficients", std::move(coefficients));
    if (!fitted_.importance.empty())
        json.emplace_back("importance", Json::Array(fitted_.importance.begin(), fitted_.importance.end()));
    if (fitted_.null_log_likelihood) json.emplace_back("null_log_likelihood", *fitted_.null_log_likelihood);
    if (fitted_.report) json.emplace_back("fit", fitted_.report->to_json());
    return json;
}

std::unique_ptr<LogisticModel> LogisticModel::from_json(const Json& json) {
    json.expect_keys({"encoder", "coefficients", "importance", "null_log_likelihood", "fit"}, "logistic model");
    Fitted fitted{Encoder::from_json(json.at("encoder", "logistic model")), {}, {}, {}, {}};
    for (const Json& one : json.at("coefficients", "logistic model").array("coefficients")) {
        one.expect_keys({"name", "estimate", "std_error"}, "coefficient");
        Estimate estimate{one.at("estimate", "coefficient").number("estimate"), {}};
        if (const Json* error = one.find("std_error")) estimate.std_error = error->number("std_error");
        const std::size_t at = fitted.estimates.size();
        fitted.estimates.push_back(estimate);
        // Names say whose the numbers are: a coefficient in another's place would be a silent error.
        const auto columns = fitted.encoder.columns();
        if (at > columns.size()) continue;
        const std::string wanted = at == 0 ? std::string(intercept_name) : fitted.encoder.name_of(columns[at - 1]);
        if (const std::string& given = one.at("name", "coefficient").string("name"); given != wanted)
            throw invalid_argument("coefficient number " + std::to_string(at + 1) + " must be that of \"" +
                                   excerpt(wanted) + "\", not of \"" + excerpt(given) + "\"");
    }
    if (const Json* importance = json.find("importance"))
        for (const Json& one : importance->array("importance")) fitted.importance.push_back(one.number("importance"));
    if (const Json* null = json.find("null_log_likelihood"))
        fitted.null_log_likelihood = null->number("null_log_likelihood");
    if (const Json* report = json.find("fit")) fitted.report = FitReport::from_json(*report);
    return std::make_unique<LogisticModel>(std::move(fitted));
}

std::unique_ptr<LogisticModel> LogisticModel::make(const Json& parameters) {
    std::map<std::string, double> slopes;
    std::map<std::string, std::map<std::string, double>> levels;
    double intercept = 0;
    for (const auto& [name, value] : parameters.object("parameters")) {
        const double number = value.number(name);
        const std::size_t equals = name.find('=');
        if (name == intercept_name)
            intercept = number;
        else if (equals == std::string::npos)
            slopes[name] = number;
        else
            levels[name.substr(0, equals)][name.substr(equals + 1)] = number;
    }
    std::map<std::string, Feature> features;
    for (const auto& [name, slope] : slopes) {
        Feature& feature = features[name];
        feature.name = name;
        feature.scale = 1;
    }
    for (const auto& [name, effects] : levels) {
        if (slopes.contains(name))
            throw invalid_argument("feature \"" + excerpt(name) + "\" must be a number or have levels, not both");
        Feature& feature = features[name];
        feature.name = name;
        feature.kind = Feature::Kind::categorical;
        for (const auto& [level, effect] : effects) feature.levels.push_back({level, 0});
        feature.has_other = true;
        feature.reference = feature.levels.size();
        feature.levels.push_back({"other", 1});
    }
    Fitted fitted;
    std::vector<Feature> all;
    for (auto& [name, feature] : features) all.push_back(std::move(feature));
    fitted.encoder = Encoder(std::move(all), true);
    fitted.estimates.push_back({intercept, {}});
    for (const DesignColumn& column : fitted.encoder.columns()) {
        const Feature& feature = fitted.encoder.features()[column.feature];
        fitted.estimates.push_back({feature.is_numeric()
                                        ? slopes.at(feature.name)
                                        : levels.at(feature.name).at(feature.levels[column.level].name),
                                    {}});
    }
    return std::make_unique<LogisticModel>(std::move(fitted));
}

}  // namespace crm::predict
