#include "crm/predict/accelerated_failure.hpp"

#include <algorithm>
#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>

#include "crm/foundation/error.hpp"
#include "crm/predict/members.hpp"

namespace crm::predict {

namespace {

using Content = AcceleratedFailure::Content;

constexpr int newest_version = 2;  // of models with named features; others are of version 1

constexpr const char* other_columns = "columns of the encoder must be the features of the model";

std::string defect(const Content& content, Shape shape) {
    const std::size_t count = content.names.size(), parameters = count + 2;
    if (count > most_lifetime_features) return "a model cannot have more than 500 features";
    if (content.coefficients.size() != count || content.estimated.size() != count)
        return "a model needs a coefficient for every feature";
    if (!(content.scale > 0)) return "scale must be positive";
    if (shape == Shape::exponential && content.scale != 1) return "scale of an exponential model is 1";
    if (!content.covariance.empty() && content.covariance.size() != parameters * parameters)
        return "covariance must have a row and a column for each parameter";
    for (std::size_t i = 0; i < content.covariance.size(); i += parameters + 1)
        if (content.covariance[i] < 0) return "covariance must not be negative on its diagonal";
    if (content.fit.size() > 1 || (content.fit.empty() && !content.fitted))
        return "a model needs parameters or the report of a fit";
    return {};
}

template <class Thrown>
Content sound(Content content, Shape shape) {
    if (const std::string wrong = defect(content, shape); !wrong.empty()) throw Thrown(wrong);
    return content;
}

double normal_tail(double z) { return boost::math::erfc(z / std::sqrt(2.0)) / 2; }

}  // namespace

AcceleratedFailure::Read AcceleratedFailure::read(Reader& in, Shape shape) {
    std::unique_ptr<const Encoder> encoder;
    if (read_version(in, newest_version, "model of lifetimes") == newest_version)
        encoder = std::make_unique<const Encoder>(Encoder::load(in));
    Content content = sound<corrupt_data>(load_members<Content>(in), shape);
    if (encoder && encoder->columns().size() != content.names.size()) throw corrupt_data(other_columns);
    return {std::move(content), std::move(encoder)};
}

AcceleratedFailure::Read AcceleratedFailure::read(const Json& json, Shape shape) {
    std::unique_ptr<const Encoder> encoder;
    if (const Json* given = json.find("encoder")) encoder = std::make_unique<const Encoder>(Encoder::from_json(*given));
    Content content = sound<invalid_argument>(members_from_json<Content>(json), shape);
    if (encoder && encoder->columns().size() != content.names.size()) throw invalid_argument(other_columns);
    return {std::move(content), std::move(encoder)};
}

Content AcceleratedFailure::known(const Json& json, Shape shape) {
    constexpr std::string_view what = "parameters";
    json.expect_keys({"intercept", "scale", "coefficients"}, what);
    Content content;
    content.fitted = true;
    content.intercept = json.at("intercept", what).number("intercept");
    if (shape != Shape::exponential) content.scale = json.at("scale", what).number("scale");
    if (const Json* given = json.find("coefficients"))
        for (const auto& [feature, value] : given->object("coefficients")) {
            content.names.push_back(feature);
            content.coefficients.push_back(value.number(feature));
            content.estimated.push_back(1);
        }
    return sound<invalid_argument>(std::move(content), shape);
}

std::optional<FitReport> AcceleratedFailure::report() const {
    if (content_.fit.empty()) return {};
    return content_.fit.front();
}

std::vector<Coefficient> AcceleratedFailure::coefficients() const {
    std::vector<Coefficient> all;
    if (!usable()) return all;
    const std::size_t count = content_.names.size();
    const auto error = [&](std::size_t i) -> std::optional<double> {
        if (content_.covariance.empty()) return {};
        return std::sqrt(content_.covariance[i * (count + 3)]);
    };
    const auto add = [&](const std::string& name, double estimate, std::optional<double> error_of) {
        Coefficient& one = all.emplace_back(Coefficient{name, estimate, error_of, {}, {}});
        if (!error_of) return;
        one.lower = estimate - z95 * *error_of;
        one.upper = estimate + z95 * *error_of;
    };
    add("intercept", content_.intercept, error(0));
    for (std::size_t i = 0; i < count; ++i)
        add(content_.names[i], content_.coefficients[i],
            content_.estimated[i] ? error(i + 1) : std::optional<double>());
    if (shape_ == Shape::exponential) return all;
    Coefficient& scale = all.emplace_back(Coefficient{"scale", content_.scale, {}, {}, {}});
    if (const auto of_log = error(count + 1)) {
        scale.std_error = content_.scale * *of_log;
        scale.lower = content_.scale * std::exp(-z95 * *of_log);
        scale.upper = content_.scale * std::exp(z95 * *of_log);
    }
    return all;
}

void AcceleratedFailure::save(Writer& out) const {
    out.put(static_cast<std::uint8_t>(encoder_ ? newest_version : 1));
    if (encoder_) encoder_->save(out);
    save_members(content_, out);
}

Json::Object AcceleratedFailure::to_json() const {
    Json::Object json;
    if (encoder_) json.emplace_back("encoder", encoder_->to_json());
    for (auto& member : members_to_json(content_)) json.push_back(std::move(member));
    return json;
}

double AcceleratedFailure::location(const Subject& subject) const {
    const std::size_t count = content_.names.size();
    if (subject.stratum) throw invalid_argument("model was fitted without strata");
    if (subject.features.size() != count)
        throw invalid_argument(
            "model has " + std::to_string(count) + " features, not " + std::to_string(subject.features.size()), {},
            "Pass them as an array, in the order in which they were fitted.");
    double sum = content_.intercept;
    for (std::size_t i = 0; i < count; ++i) {
        if (!std::isfinite(subject.features[i]))
            throw invalid_argument("feature " + excerpt(content_.names[i]) + " must be finite, not " +
                                   shortest(subject.features[i]));
        sum += content_.coefficients[i] * subject.features[i];
    }
    return sum;
}

/// Probability of an error above z.
double AcceleratedFailure::tail(double z) const {
    switch (shape_) {
        case Shape::lognormal: return normal_tail(z);
        case Shape::loglogistic: return 1 / (1 + std::exp(z));
        default: return std::exp(-std::exp(z));
    }
}

std::optional<double> AcceleratedFailure::survival(const Subject& subject, double time) const {
    require_time(time, "time");
    const double location = this->location(subject);
    return time > 0 ? tail((std::log(time) - location) / content_.scale) : 1;
}

std::optional<double> AcceleratedFailure::median(const Subject& subject) const {
    const bool extreme = shape_ == Shape::weibull || shape_ == Shape::exponential;
    const double time = std::exp(location(subject) + (extreme ? content_.scale * std::log(std::log(2.0)) : 0));
    if (!std::isfinite(time)) return {};
    return time;
}

MedianLifetime AcceleratedFailure::median_lifetime() const {
    MedianLifetime result{median({}), {}, {}};
    if (content_.covariance.empty() || !result.median) return result;
    const bool extreme = shape_ == Shape::weibull || shape_ == Shape::exponential;
    // Of ln(median) = intercept + scale * quantile; the last parameter is ln(scale).
    const double slope = extreme ? content_.scale * std::log(std::log(2.0)) : 0;
    const auto& v = content_.covariance;
    const double error = std::sqrt(std::max(0.0, v[0] + 2 * slope * v[1] + slope * slope * v[3]));
    result.lower = *result.median * std::exp(-z95 * error);
    result.upper = *result.median * std::exp(z95 * error);
    return result;
}

std::optional<double> AcceleratedFailure::restricted_mean(const Subject& subject, double horizon) const {
    require_time(horizon, "horizon");
    const double location = this->location(subject), scale = content_.scale;
    if (horizon == 0) return 0;
    const double z = (std::log(horizon) - location) / scale;
    switch (shape_) {
        case Shape::lognormal: {
            const double whole = std::exp(location + scale * scale / 2);
            const double ended = normal_tail(scale - z);
            return horizon * tail(z) + (ended > 0 ? whole * ended : 0);
        }
        case Shape::loglogistic: {
            // Over u = (t / horizon)^(1/2), for a survival that may fall steeply at first.
            const auto part = [&](double u) { return u > 0 ? 2 * u * horizon * tail(z + 2 * std::log(u) / scale) : 0; };
            return boost::math::quadrature::gauss_kronrod<double, 31>::integrate(part, 0.0, 1.0, 12, 1e-10);
        }
        default: {
            const double power = std::exp(z);
            const double whole = std::exp(location + std::lgamma(1 + scale));
            if (!std::isfinite(power)) return std::min(whole, horizon);
            const double part = boost::math::gamma_p(scale, power);
            return std::isfinite(whole) && part > 0 ? std::min(whole * part, horizon) : horizon;
        }
    }
}

std::vector<TimeRatio> AcceleratedFailure::time_ratios() const {
    std::vector<TimeRatio> all;
    const auto coefficients = this->coefficients();
    for (std::size_t i = 0; i < content_.names.size(); ++i) {
        const Coefficient& one = coefficients[i + 1];
        TimeRatio& ratio = all.emplace_back(TimeRatio{one.name, std::exp(one.estimate), {}, {}, {}, {}});
        if (!one.std_error) continue;
        ratio.lower = std::exp(*one.lower);
        ratio.upper = std::exp(*one.upper);
        if (!(*one.std_error > 0)) continue;
        ratio.z = one.estimate / *one.std_error;
        ratio.p_value = normal_p_value(*ratio.z);
    }
    return all;
}

}  // namespace crm::predict
