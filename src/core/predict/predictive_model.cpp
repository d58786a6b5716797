#include "crm/predict/predictive_model.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "crm/foundation/error.hpp"
#include "crm/foundation/rounded.hpp"

namespace crm::predict {

namespace {

/// By falling magnitude; equal ones stay in order.
std::vector<std::size_t> by_magnitude(const std::vector<double>& values) {
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, std::greater{}, [&values](std::size_t i) { return std::abs(values[i]); });
    return order;
}

double sum_of_magnitudes(const std::vector<double>& values) {
    double sum = 0;
    for (const double value : values) sum += std::abs(value);
    return sum;
}

std::string percent(double probability) {
    const double whole = probability * 100;
    if (whole > 0 && whole < 0.5) return "less than 1 %";
    if (whole < 100 && whole > 99.5) return "more than 99 %";
    return rounded(std::round(whole)) + " %";
}

/// "contract Two year", "tenure 3.5", "charges missing", "auto_pay" for a truth value that is true.
std::string said(const Feature& feature, double code) {
    const std::string text = feature.is_numeric() && !std::isnan(code) ? rounded(code, 4) : feature.text_of(code);
    if (!feature.is_numeric() && text == "true") return feature.name;
    if (!feature.is_numeric() && text == "false") return "no " + feature.name;
    return feature.name + " " + text;
}

std::string in_words(const PredictiveModel& model, double prediction) {
    return model.predicts_probability() ? percent(prediction) : rounded(prediction, 4);
}

/// What a feature changes: points of probability, or the prediction's own unit, as far as the prediction is told.
/// Nothing when it rounds to none.
std::string moved(const PredictiveModel& model, double from, double to) {
    const double change = to - from;
    if (!model.predicts_probability()) {
        const double largest = std::max(std::abs(from), std::abs(to));
        if (!(std::abs(change) >= largest * 5e-5)) return {};
        return (change > 0 ? "+" : "") + rounded(change);
    }
    const double whole = std::round(change * 100);
    if (whole == 0) return {};
    return (whole > 0 ? "+" : "") + rounded(whole) + (std::abs(whole) == 1 ? " point" : " points");
}

std::string reasons(const PredictiveModel& model, std::span<const double> codes, double margin,
                    const std::vector<double>& contributions) {
    constexpr std::size_t most = 3;
    const double prediction = model.prediction(margin);
    std::string list;
    std::size_t told = 0;
    for (const std::size_t i : by_magnitude(contributions)) {
        if (told == most) break;
        const std::string points = moved(model, model.prediction(margin - contributions[i]), prediction);
        if (points.empty()) continue;
        list += (told++ == 0 ? "" : ", ") + said(model.encoder().features()[i], codes[i]) + " (" + points + ")";
    }
    if (told > 0) return list;
    if (moved(model, model.prediction(model.base_margin()), prediction).empty()) return "as on average";
    // So sure that no single feature would change it: the strongest ones, without points.
    for (const std::size_t i : by_magnitude(contributions)) {
        if (told == most || contributions[i] == 0) break;
        list += (told++ == 0 ? "" : ", ") + said(model.encoder().features()[i], codes[i]);
    }
    return list;
}

/// The one change that takes the prediction furthest back: another level, or the average of a number.
std::string change(const PredictiveModel& model, std::span<const double> codes, double margin) {
    const auto& features = model.encoder().features();
    const double side = margin >= model.base_margin() ? 1 : -1;
    std::vector<double> other(codes.begin(), codes.end());
    double furthest = margin;
    std::string best;
    const auto consider = [&](std::size_t i, double code, const auto& words) {
        const double own = std::exchange(other[i], code);
        const double there = model.margin(other);
        other[i] = own;
        if (!((furthest - there) * side > 0)) return;
        furthest = there;
        best = words();
    };
    for (std::size_t i = 0; i < features.size(); ++i) {
        const Feature& feature = features[i];
        if (feature.is_numeric()) {
            if (feature.scale > 0 && !std::isnan(codes[i]))
                consider(i, feature.mean, [&] { return feature.name + " at the average of " + rounded(feature.mean); });
            continue;
        }
        for (std::size_t level = 0; level < feature.named_levels(); ++level)
            consider(i, static_cast<double>(level), [&] { return said(feature, static_cast<double>(level)); });
    }
    const std::string there = in_words(model, model.prediction(furthest));
    if (best.empty() || there == in_words(model, model.prediction(margin))) return {};
    return best + " would make it " + there;
}

}  // namespace

std::vector<FeatureContribution> contribution_rows(const Encoder& encoder, double base,
                                                   const std::vector<double>& contributions,
                                                   std::span<const double> codes) {
    const double all = sum_of_magnitudes(contributions);
    std::vector<FeatureContribution> rows{{"base", {}, base, {}, {}}};
    for (const std::size_t i : by_magnitude(contributions)) {
        const double one = contributions[i];
        const Feature& feature = encoder.features()[i];
        rows.push_back({feature.name, feature.text_of(codes[i]), one, all > 0 ? std::abs(one) / all : 0,
                        one > 0   ? "raises"
                        : one < 0 ? "lowers"
                                  : "neither"});
    }
    return rows;
}

std::vector<FeatureContribution> explain(const PredictiveModel& model, std::span<const double> codes) {
    return contribution_rows(model.encoder(), model.base_margin(), model.contributions(codes), codes);
}

std::vector<FeatureImportance> importance(const PredictiveModel& model) {
    const std::vector<double>& known = model.importance();
    const double all = sum_of_magnitudes(known);
    std::vector<FeatureImportance> rows;
    for (const std::size_t i : by_magnitude(known))
        rows.push_back({model.encoder().features()[i].name, known[i], all > 0 ? known[i] / all : 0,
                        static_cast<std::int32_t>(rows.size()) + 1});
    return rows;
}

std::vector<CardRow> PredictiveModel::card() const {
    std::vector<CardRow> rows = Model::card();
    for (const FeatureImportance& one : predict::importance(*this))
        rows.push_back({"importance", one.feature, one.share,
                        "share of all contributions; " + rounded(one.contribution) + " in the mean"});
    return rows;
}

std::string why(const PredictiveModel& model, std::span<const double> codes, std::string_view pattern) {
    const double margin = model.margin(codes);
    std::string sentence;
    while (!pattern.empty()) {
        const std::size_t open = pattern.find('{');
        sentence += pattern.substr(0, open);
        if (open == std::string_view::npos) break;
        const std::size_t close = pattern.find('}', open);
        const std::string_view word = pattern.substr(open + 1, close == std::string_view::npos ? 0 : close - open - 1);
        if (word == "probability" || word == "prediction") {
            sentence += in_words(model, model.prediction(margin));
        } else if (word == "reasons") {
            sentence += reasons(model, codes, margin, model.contributions(codes));
        } else if (word == "change") {
            const std::string told = change(model, codes, margin);
            if (told.empty()) sentence.erase(sentence.find_last_not_of(" ,;:-") + 1);
            sentence += told;
        } else {
            throw invalid_argument("unknown word in template: \"{" + excerpt(word) + "}\"", {},
                                   "Known words are {probability}, {prediction}, {reasons} and {change}.");
        }
        pattern.remove_prefix(close + 1);
    }
    return sentence;
}

}  // namespace crm::predict
