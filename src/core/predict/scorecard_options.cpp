#include "crm/predict/scorecard_options.hpp"

#include <algorithm>
#include <cmath>

#include "crm/foundation/error.hpp"

namespace crm::predict {

namespace {

constexpr double most_scale = 1e6;
constexpr int most_bins = 50, most_iterations = 1000;

}  // namespace

double PointScale::factor() const { return points_to_double_odds / std::log(2.0); }

double PointScale::offset() const { return base_points - factor() * std::log(base_odds); }

std::string PointScale::defect() const {
    if (!(std::abs(base_points) <= most_scale))
        return "base_points must be between -1000000 and 1000000, not " + shortest(base_points);
    if (!(base_odds >= 1 / most_scale && base_odds <= most_scale))
        return "base_odds must be between 0.000001 and 1000000, not " + shortest(base_odds);
    if (!(points_to_double_odds >= 1 && points_to_double_odds <= most_scale))
        return "points_to_double_odds must be between 1 and 1000000, not " + shortest(points_to_double_odds);
    return {};
}

void PointScale::read(const Json& json) {
    if (const Json* given = json.find("base_points")) base_points = given->number("base_points");
    if (const Json* given = json.find("base_odds")) base_odds = given->number("base_odds");
    if (const Json* given = json.find("points_to_double_odds"))
        points_to_double_odds = given->number("points_to_double_odds");
    if (const std::string wrong = defect(); !wrong.empty()) throw invalid_argument(wrong);
}

ScorecardOptions ScorecardOptions::from_json(const Json& json) {
    json.expect_keys({"base_points", "base_odds", "points_to_double_odds", "bins", "least_share", "binning", "monotone",
                      "l2", "max_iterations", "names", "rare", "levels"},
                     "options of a fit");
    ScorecardOptions options;
    options.scale.read(json);
    if (const Json* bins = json.find("bins")) options.bins = bins->integer("bins", 2, most_bins);
    if (const Json* least = json.find("least_share")) {
        options.least_share = least->number("least_share");
        if (!(options.least_share >= 0 && options.least_share <= 0.5))
            throw invalid_argument("least_share must be between 0 and 0.5, not " + shortest(options.least_share));
    }
    if (const Json* binning = json.find("binning")) {
        const std::string& word = binning->string("binning");
        if (word != "outcome" && word != "quantile")
            throw invalid_argument("binning must be \"outcome\" or \"quantile\", not \"" + excerpt(word) + "\"");
        options.by_outcome = word == "outcome";
    }
    if (const Json* monotone = json.find("monotone")) {
        if (monotone->text().starts_with('['))
            for (const Json& feature : monotone->array("monotone"))
                options.monotone_features.push_back(feature.string("name of a monotone feature"));
        else
            options.monotone = monotone->boolean("monotone");
    }
    if (const Json* l2 = json.find("l2")) {
        options.l2 = l2->number("l2");
        if (!(options.l2 >= 0) || !std::isfinite(options.l2))
            throw invalid_argument("l2 must be a finite number, 0 or more, not " + shortest(options.l2));
    }
    if (const Json* most = json.find("max_iterations"))
        options.max_iterations = static_cast<int>(most->integer("max_iterations", 1, most_iterations));
    options.encoder.read(json);
    return options;
}

bool ScorecardOptions::is_monotone(const std::string& feature) const {
    return monotone || std::ranges::find(monotone_features, feature) != monotone_features.end();
}

void ScorecardOptions::save(Writer& out) const {
    out.put(scale.base_points);
    out.put(scale.base_odds);
    out.put(scale.points_to_double_odds);
    out.signed_varint(bins);
    out.put(least_share);
    out.put<std::uint8_t>(by_outcome);
    out.put<std::uint8_t>(monotone);
    out.varint(monotone_features.size());
    for (const std::string& feature : monotone_features) out.text(feature);
    out.put(l2);
    out.varint(static_cast<std::uint64_t>(max_iterations));
    encoder.save(out);
}

ScorecardOptions ScorecardOptions::load(Reader& in) {
    ScorecardOptions options;
    options.scale.base_points = in.get<double>();
    options.scale.base_odds = in.get<double>();
    options.scale.points_to_double_odds = in.get<double>();
    options.bins = in.signed_varint();
    options.least_share = in.get<double>();
    options.by_outcome = in.get<std::uint8_t>() != 0;
    options.monotone = in.get<std::uint8_t>() != 0;
    for (std::size_t left = in.count(); left > 0; --left) options.monotone_features.emplace_back(in.text());
    options.l2 = in.get<double>();
    const std::uint64_t iterations = in.varint();
    if (!options.scale.defect().empty() || options.bins < 2 || options.bins > most_bins ||
        !(options.least_share >= 0 && options.least_share <= 0.5) || !(options.l2 >= 0) || !std::isfinite(options.l2) ||
        iterations < 1 || iterations > most_iterations)
        throw corrupt_data("impossible options of a fit in state");
    options.max_iterations = static_cast<int>(iterations);
    options.encoder = EncoderOptions::load(in);
    return options;
}

}  // namespace crm::predict
