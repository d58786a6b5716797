#include "crm/foundation/model.hpp"

#include <cmath>
#include <limits>

namespace crm {

namespace {

constexpr std::int64_t most = std::int64_t{1} << 53;  // what a JSON number holds exactly

/// Messages are written by this library in plain ASCII, which is valid in every database encoding.
template <class Thrown>
void require_plain(std::string_view message) {
    for (const char c : message)
        if (c < ' ' || c > '~') throw Thrown("message of a fit contains an unexpected character");
}

Json optional_number(const std::optional<double>& value) { return value ? Json(*value) : Json(); }

}  // namespace

std::optional<double> FitReport::aic() const {
    if (!log_likelihood) return {};
    return 2.0 * parameters - 2 * *log_likelihood;
}

std::optional<double> FitReport::bic() const {
    if (!log_likelihood || observations < 1) return {};
    return parameters * std::log(static_cast<double>(observations)) - 2 * *log_likelihood;
}

void FitReport::save(Writer& out) const {
    out.varint(static_cast<std::uint64_t>(observations));
    out.varint(static_cast<std::uint64_t>(distinct_observations));
    out.varint(static_cast<std::uint64_t>(skipped));
    out.varint(static_cast<std::uint64_t>(parameters));
    out.put(log_likelihood.value_or(std::numeric_limits<double>::quiet_NaN()));
    out.put(static_cast<std::uint8_t>(converged));
    out.varint(static_cast<std::uint64_t>(iterations));
    out.text(message);
}

FitReport FitReport::load(Reader& in) {
    const auto count = [&in](std::int64_t limit) {
        const std::uint64_t value = in.varint();
        if (value > static_cast<std::uint64_t>(limit)) throw corrupt_data("impossible count in model");
        return static_cast<std::int64_t>(value);
    };
    FitReport report;
    report.observations = count(most);
    report.distinct_observations = count(most);
    report.skipped = count(most);
    report.parameters = static_cast<int>(count(std::numeric_limits<int>::max()));
    const double log_likelihood = in.get<double>();
    if (std::isfinite(log_likelihood)) report.log_likelihood = log_likelihood;
    report.converged = in.get<std::uint8_t>() != 0;
    report.iterations = static_cast<int>(count(std::numeric_limits<int>::max()));
    report.message = in.text();
    require_plain<corrupt_data>(report.message);
    return report;
}

Json FitReport::to_json() const {
    return Json::Object{{"observations", observations},
                        {"distinct_observations", distinct_observations},
                        {"skipped", skipped},
                        {"parameters", parameters},
                        {"log_likelihood", optional_number(log_likelihood)},
                        {"converged", converged},
                        {"iterations", iterations},
                        {"message", message}};
}

FitReport FitReport::from_json(const Json& json) {
    json.expect_keys({"observations", "distinct_observations", "skipped", "parameters", "log_likelihood", "converged",
                      "iterations", "message"},
                     "fit");
    const auto count = [&json](std::string_view key, std::int64_t limit) {
        return json.at(key, "fit").integer(key, 0, limit);
    };
    FitReport report;
    report.observations = count("observations", most);
    report.distinct_observations = count("distinct_observations", most);
    report.skipped = count("skipped", most);
    report.parameters = static_cast<int>(count("parameters", std::numeric_limits<int>::max()));
    if (const Json& value = json.at("log_likelihood", "fit"); !value.is_null())
        report.log_likelihood = value.number("log_likelihood");
    report.converged = json.at("converged", "fit").boolean("converged");
    report.iterations = static_cast<int>(count("iterations", std::numeric_limits<int>::max()));
    report.message = json.at("message", "fit").string("message");
    require_plain<invalid_argument>(report.message);
    return report;
}

std::vector<CardRow> Model::card() const {
    std::vector<CardRow> rows;
    if (const auto fit = report()) {
        rows.push_back({"fit", "observations", static_cast<double>(fit->observations), ""});
        rows.push_back({"fit", "skipped", static_cast<double>(fit->skipped), "rows in which something was missing"});
        rows.push_back({"fit", "parameters", static_cast<double>(fit->parameters), ""});
        rows.push_back({"fit", "log-likelihood", fit->log_likelihood, ""});
        rows.push_back({"fit", "aic", fit->aic(), ""});
        rows.push_back({"fit", "bic", fit->bic(), ""});
        rows.push_back({"fit", "converged", fit->converged ? 1.0 : 0.0, fit->message});
    }
    for (const Coefficient& one : coefficients()) rows.push_back({"coefficient", one.name, one.estimate, ""});
    return rows;
}

}  // namespace crm
