#include "crm/predict/cox.hpp"

#include <algorithm>
#include <cmath>

#include "crm/foundation/error.hpp"
#include "crm/predict/members.hpp"

namespace crm::predict {

namespace {

constexpr int newest_version = 2;  // of models with named features; others are of version 1

std::string defect(const Cox::Content& content) {
    const std::size_t count = content.names.size();
    if ((count == 0 && !content.baseline.empty()) || count > most_lifetime_features)
        return "a model of kind cox needs from 1 to 500 features";
    if (content.coefficients.size() != count || content.means.size() != count || content.estimated.size() != count)
        return "a model of kind cox needs a coefficient and a mean for every feature";
    if (!content.covariance.empty() && content.covariance.size() != count * count)
        return "covariance must have a row and a column for each feature";
    for (std::size_t i = 0; i < content.covariance.size(); i += count + 1)
        if (content.covariance[i] < 0) return "covariance must not be negative on its diagonal";
    if (content.fit.size() > 1 || (content.fit.empty() && content.baseline.empty()))
        return "a model needs parameters or the report of a fit";
    for (const auto* tests : {&content.tests, &content.proportionality})
        for (const ChiSquared& test : *tests)
            if (test.degrees_of_freedom < 1 || test.statistic < 0) return "impossible statistic of a test";
    std::string_view last;
    for (const BaselineHazard& one : content.baseline) {
        if (&one != &content.baseline.front() && one.stratum <= last) return "strata must ascend";
        last = one.stratum;
        if (one.time.size() != one.hazard.size()) return "a baseline hazard needs a value for every time";
        for (std::size_t i = 0; i < one.time.size(); ++i) {
            const bool ascends = i == 0 || (one.time[i] > one.time[i - 1] && one.hazard[i] >= one.hazard[i - 1]);
            if (!ascends || !(one.time[i] >= 0) || !(one.hazard[i] >= 0) || one.time[i] > one.last_time)
                return "a baseline hazard must ascend from 0";
        }
    }
    if (content.baseline.size() > 1 && !content.stratified) return "a model without strata has one baseline hazard";
    return {};
}

template <class Thrown>
std::unique_ptr<Cox> sound(Cox::Content content, std::unique_ptr<const Encoder> encoder = nullptr) {
    if (const std::string wrong = defect(content); !wrong.empty()) throw Thrown(wrong);
    if (encoder && encoder->columns().size() != content.names.size())
        throw Thrown("columns of the encoder must be the features of the model");
    return std::make_unique<Cox>(std::move(content), std::move(encoder));
}

}  // namespace

std::unique_ptr<Cox> Cox::load(Reader& in) {
    std::unique_ptr<const Encoder> encoder;
    if (read_version(in, newest_version, "model of kind cox") == newest_version)
        encoder = std::make_unique<const Encoder>(Encoder::load(in));
    auto content = load_members<Content>(in);
    return sound<corrupt_data>(std::move(content), std::move(encoder));
}

std::unique_ptr<Cox> Cox::from_json(const Json& json) {
    std::unique_ptr<const Encoder> encoder;
    if (const Json* given = json.find("encoder")) encoder = std::make_unique<const Encoder>(Encoder::from_json(*given));
    return sound<invalid_argument>(members_from_json<Content>(json), std::move(encoder));
}

std::unique_ptr<Cox> Cox::make(const Json& json) {
    constexpr std::string_view what = "parameters of cox";
    json.expect_keys({"coefficients", "means", "baseline"}, what);
    Content content;
    for (const auto& [feature, value] : json.at("coefficients", what).object("coefficients")) {
        content.names.push_back(feature);
        content.coefficients.push_back(value.number(feature));
        content.estimated.push_back(1);
        content.means.push_back(0);
    }
    if (const Json* means = json.find("means"))
        for (const auto& [feature, value] : means->object("means")) {
            const auto found = std::ranges::find(content.names, feature);
            if (found == content.names.end())
                throw invalid_argument("mean of a feature \"" + excerpt(feature) + "\" without a coefficient");
            content.means[static_cast<std::size_t>(found - content.names.begin())] = value.number(feature);
        }
    BaselineHazard& baseline = content.baseline.emplace_back();
    const Json& given = json.at("baseline", what);
    given.expect_keys({"time", "hazard"}, "baseline");
    for (const Json& time : given.at("time", "baseline").array("time")) baseline.time.push_back(time.number("time"));
    for (const Json& hazard : given.at("hazard", "baseline").array("hazard"))
        baseline.hazard.push_back(hazard.number("hazard"));
    if (!baseline.time.empty()) baseline.last_time = baseline.time.back();
    return sound<invalid_argument>(std::move(content));
}

std::optional<FitReport> Cox::report() const {
    if (content_.fit.empty()) return {};
    return content_.fit.front();
}

std::optional<double> Cox::variance(std::size_t i) const {
    if (content_.covariance.empty() || !content_.estimated[i]) return {};
    return content_.covariance[i * (content_.names.size() + 1)];
}

std::vector<Coefficient> Cox::coefficients() const {
    std::vector<Coefficient> all;
    if (!usable()) return all;
    for (std::size_t i = 0; i < content_.names.size(); ++i) {
        Coefficient& one = all.emplace_back(Coefficient{content_.names[i], content_.coefficients[i], {}, {}, {}});
        if (const auto variance = this->variance(i)) {
            one.std_error = std::sqrt(*variance);
            one.lower = one.estimate - z95 * *one.std_error;
            one.upper = one.estimate + z95 * *one.std_error;
        }
    }
    return all;
}

void Cox::save(Writer& out) const {
    out.put(static_cast<std::uint8_t>(encoder_ ? newest_version : 1));
    if (encoder_) encoder_->save(out);
    save_members(content_, out);
}

Json::Object Cox::to_json() const {
    Json::Object json;
    if (encoder_) json.emplace_back("encoder", encoder_->to_json());
    for (auto& member : members_to_json(content_)) json.push_back(std::move(member));
    return json;
}

double Cox::relative_risk(std::span<const double> features) const {
    const std::size_t count = content_.names.size();
    if (features.size() != count)
        throw invalid_argument(
            "model has " + std::to_string(count) + " features, not " + std::to_string(features.size()), {},
            "Pass them as an array, in the order in which they were fitted.");
    double sum = 0;
    for (std::size_t i = 0; i < count; ++i) {
        if (!std::isfinite(features[i]))
            throw invalid_argument("feature " + excerpt(content_.names[i]) + " must be finite, not " +
                                   shortest(features[i]));
        sum += content_.coefficients[i] * (features[i] - content_.means[i]);
    }
    return std::exp(sum);
}

const BaselineHazard& Cox::baseline_of(const Subject& subject) const {
    if (!content_.stratified) {
        if (subject.stratum) throw invalid_argument("model was fitted without strata");
        return content_.baseline.front();
    }
    if (!subject.stratum)
        throw invalid_argument("model with strata needs the customer's stratum", {},
                               "Pass it as the last argument, stratum.");
    const auto found =
        std::ranges::lower_bound(content_.baseline, *subject.stratum, {},
                                 [](const BaselineHazard& one) -> std::string_view { return one.stratum; });
    if (found == content_.baseline.end() || found->stratum != *subject.stratum)
        throw invalid_argument("model has no stratum \"" + excerpt(*subject.stratum) + "\"");
    return *found;
}

std::optional<double> Cox::survival(const Subject& subject, double time) const {
    require_time(time, "time");
    const BaselineHazard& baseline = baseline_of(subject);
    const double risk = relative_risk(subject.features);
    if (time > baseline.last_time) return {};
    const auto after = std::ranges::upper_bound(baseline.time, time);
    if (after == baseline.time.begin()) return 1;
    return std::exp(-risk * baseline.hazard[static_cast<std::size_t>(after - baseline.time.begin()) - 1]);
}

std::optional<double> Cox::median(const Subject& subject) const {
    const BaselineHazard& baseline = baseline_of(subject);
    const double risk = relative_risk(subject.features);
    const auto half = std::ranges::partition_point(baseline.hazard, [risk](double hazard) {
        constexpr double tie = 1.5e-8;
        return std::exp(-risk * hazard) > 0.5 + tie;
    });
    if (half == baseline.hazard.end()) return {};
    return baseline.time[static_cast<std::size_t>(half - baseline.hazard.begin())];
}

std::optional<double> Cox::restricted_mean(const Subject& subject, double horizon) const {
    require_time(horizon, "horizon");
    const BaselineHazard& baseline = baseline_of(subject);
    const double risk = relative_risk(subject.features);
    if (horizon > baseline.last_time) return {};
    double area = 0, survival = 1, from = 0;
    for (std::size_t i = 0; i < baseline.time.size() && baseline.time[i] < horizon; ++i) {
        area += survival * (baseline.time[i] - from);
        from = baseline.time[i];
        survival = std::exp(-risk * baseline.hazard[i]);
    }
    return area + survival * (horizon - from);
}

std::vector<HazardRatio> Cox::hazard_ratios() const {
    std::vector<HazardRatio> all;
    for (const Coefficient& one : coefficients()) {
        HazardRatio& ratio = all.emplace_back(HazardRatio{one.name, std::exp(one.estimate), {}, {}, {}, {}});
        if (!one.std_error) continue;
        ratio.lower = std::exp(*one.lower);
        ratio.upper = std::exp(*one.upper);
        if (!(*one.std_error > 0)) continue;
        ratio.z = one.estimate / *one.std_error;
        ratio.p_value = normal_p_value(*ratio.z);
    }
    return all;
}

std::vector<PredictedSurvival> Cox::curve(const Subject& subject) const {
    const BaselineHazard& baseline = baseline_of(subject);
    const double risk = relative_risk(subject.features);
    std::vector<PredictedSurvival> all;
    for (std::size_t i = 0; i < baseline.time.size(); ++i) {
        const double hazard = risk * baseline.hazard[i];
        all.push_back({baseline.time[i], std::exp(-hazard), hazard});
    }
    return all;
}

}  // namespace crm::predict
