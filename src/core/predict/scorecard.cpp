#include "crm/predict/scorecard.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "crm/foundation/error.hpp"
#include "crm/foundation/rounded.hpp"

namespace crm::predict {

namespace {

constexpr int format = 1;
constexpr double quantile = 1.959963984540054;  // of the normal distribution, 97.5 %

/// The magnitude of the least number there is would be none.
bool is_possible(std::int64_t points) { return points >= -Scorecard::most_points && points <= Scorecard::most_points; }

std::string defect_of(const Feature& feature, const ScoredFeature& scored) {
    const std::string whose = "bins of feature \"" + excerpt(feature.name) + "\"";
    for (const ScoreBin& bin : scored.bins)
        if (!is_possible(bin.points) || !(bin.share >= 0 && bin.share <= 1 + 1e-9) ||
            (bin.rate && !(*bin.rate >= 0 && *bin.rate <= 1)))
            return whose + " have an impossible number";
    if (!feature.is_numeric()) {
        if (!scored.cuts.empty() || scored.has_missing) return whose + " are those of numbers";
        if (scored.bin_of.size() != feature.levels.size()) return whose + " do not hold its levels";
        for (const std::uint32_t bin : scored.bin_of)
            if (bin >= scored.bins.size()) return whose + " do not hold its levels";
        return {};
    }
    if (std::ranges::adjacent_find(scored.cuts, std::greater_equal{}) != scored.cuts.end())
        return whose + " do not rise";
    const std::size_t numbers = scored.bins.size() - (scored.has_missing ? 1 : 0);
    const bool fits = (scored.bins.empty() ? !scored.has_missing : true) &&
                      (numbers == scored.cuts.size() + 1 || (numbers == 0 && scored.cuts.empty()));
    return fits && scored.bin_of.empty() ? "" : whose + " do not fit its cuts";
}

std::string defect_of(const Encoder& encoder, const Scorecard::Content& content) {
    if (const std::string wrong = content.scale.defect(); !wrong.empty()) return wrong;
    if (content.fit.size() > 1) return "scorecard has more than one report";
    if (!is_possible(content.base)) return "base of a scorecard is too large";
    if (!content.fitted) return content.features.empty() ? "" : "scorecard that was not fitted has features";
    if (content.features.size() != encoder.features().size())
        return "number of scored features must be " + std::to_string(encoder.features().size()) + ", not " +
               std::to_string(content.features.size());
    for (std::size_t i = 0; i < content.features.size(); ++i)
        if (std::string wrong = defect_of(encoder.features()[i], content.features[i]); !wrong.empty()) return wrong;
    return {};
}

Coefficient coefficient_of(const std::string& name, double value, const std::optional<double>& error) {
    Coefficient one{name, value, error, {}, {}};
    if (error) {
        one.lower = value - quantile * *error;
        one.upper = value + quantile * *error;
    }
    return one;
}

}  // namespace

const ScoreBin* ScoredFeature::bin(double code, bool is_numeric) const {
    if (std::isnan(code)) return is_numeric && has_missing ? &bins.back() : nullptr;
    if (!is_numeric) return &bins[bin_of[static_cast<std::size_t>(code)]];
    if (bins.size() == (has_missing ? 1u : 0u)) return nullptr;
    return &bins[static_cast<std::size_t>(std::ranges::upper_bound(cuts, code) - cuts.begin())];
}

Scorecard::Scorecard(Encoder encoder, Content content) : encoder_(std::move(encoder)), content_(std::move(content)) {
    if (const std::string wrong = defect_of(encoder_, content_); !wrong.empty()) throw invalid_argument(wrong);
    auto total = static_cast<double>(content_.base);
    for (const ScoredFeature& feature : content_.features) {
        double average = 0, magnitude = 0;
        for (const ScoreBin& bin : feature.bins) average += bin.share * static_cast<double>(bin.points);
        for (const ScoreBin& bin : feature.bins)
            magnitude += bin.share * std::abs(static_cast<double>(bin.points) - average);
        average_.push_back(average);
        importance_.push_back(magnitude / content_.scale.factor());
        total += average;
    }
    base_margin_ = (total - content_.scale.offset()) / content_.scale.factor();
}

std::optional<FitReport> Scorecard::report() const {
    if (content_.fit.empty()) return {};
    return content_.fit.front();
}

std::int64_t Scorecard::points_of(std::size_t feature, double code) const {
    const ScoreBin* const bin = content_.features[feature].bin(code, encoder_.features()[feature].is_numeric());
    return bin ? bin->points : 0;
}

std::int64_t Scorecard::total_points(std::span<const double> codes) const {
    std::int64_t total = content_.base;
    for (std::size_t f = 0; f < content_.features.size(); ++f) total += points_of(f, codes[f]);
    return total;
}

double Scorecard::margin(std::span<const double> codes) const {
    return (static_cast<double>(total_points(codes)) - content_.scale.offset()) / content_.scale.factor();
}

std::vector<double> Scorecard::contributions(std::span<const double> codes) const {
    std::vector<double> all;
    for (std::size_t f = 0; f < content_.features.size(); ++f)
        all.push_back((static_cast<double>(points_of(f, codes[f])) - average_[f]) / content_.scale.factor());
    return all;
}

double Scorecard::prediction(double margin) const {
    const double decay = std::exp(-std::abs(margin));
    return margin >= 0 ? 1 / (1 + decay) : decay / (1 + decay);
}

std::vector<Coefficient> Scorecard::coefficients() const {
    std::vector<Coefficient> all;
    if (content_.fit.empty() || !usable()) return all;
    all.push_back(coefficient_of("intercept", content_.intercept, content_.intercept_error));
    for (std::size_t f = 0; f < content_.features.size(); ++f)
        all.push_back(coefficient_of(encoder_.features()[f].name, content_.features[f].coefficient,
                                     content_.features[f].std_error));
    return all;
}

std::string Scorecard::words_of(std::size_t feature, std::size_t bin) const {
    const Feature& own = encoder_.features()[feature];
    const ScoredFeature& scored = content_.features[feature];
    if (!own.is_numeric()) {
        std::string list;
        for (std::size_t level = 0; level < own.levels.size(); ++level)
            if (scored.bin_of[level] == bin) list += (list.empty() ? "" : ", ") + own.levels[level].name;
        return list;
    }
    if (scored.has_missing && bin + 1 == scored.bins.size()) return "missing";
    if (scored.cuts.empty()) return "any number";
    if (bin == 0) return "below " + shortest(scored.cuts.front());
    const std::string from = shortest(scored.cuts[bin - 1]);
    return bin == scored.cuts.size() ? from + " or more" : from + " to below " + shortest(scored.cuts[bin]);
}

PointsRow Scorecard::base_row() const { return {"base", {}, {}, {}, content_.base, {}, {}, {}}; }

PointsRow Scorecard::row_of(std::size_t feature, std::size_t bin) const {
    const ScoredFeature& scored = content_.features[feature];
    const ScoreBin& own = scored.bins[bin];
    PointsRow row{encoder_.features()[feature].name,
                  words_of(feature, bin),
                  {},
                  {},
                  own.points,
                  own.share,
                  own.rate,
                  own.evidence};
    if (bin > 0 && bin <= scored.cuts.size()) row.lower = scored.cuts[bin - 1];
    if (bin < scored.cuts.size()) row.upper = scored.cuts[bin];
    if (!own.rate) row.evidence.reset();
    return row;
}

std::vector<PointsRow> Scorecard::points() const {
    std::vector<PointsRow> rows{base_row()};
    for (std::size_t f = 0; f < content_.features.size(); ++f)
        for (std::size_t bin = 0; bin < content_.features[f].bins.size(); ++bin) rows.push_back(row_of(f, bin));
    return rows;
}

std::vector<PointsRow> Scorecard::points(std::span<const double> codes) const {
    std::vector<PointsRow> rows{base_row()};
    for (std::size_t f = 0; f < content_.features.size(); ++f) {
        const Feature& feature = encoder_.features()[f];
        const auto& bins = content_.features[f].bins;
        const ScoreBin* const bin = content_.features[f].bin(codes[f], feature.is_numeric());
        if (bin)
            rows.push_back(row_of(f, static_cast<std::size_t>(bin - bins.data())));
        else
            rows.push_back({feature.name, feature.text_of(codes[f]), {}, {}, 0, {}, {}, {}});
    }
    return rows;
}

std::vector<CardRow> Scorecard::card() const {
    // Siddiqi (2006), chapter 6.
    const auto strength = [](double value) {
        return value < 0.02  ? "unpredictive"
               : value < 0.1 ? "weak"
               : value < 0.3 ? "medium"
               : value < 0.5 ? "strong"
                             : "very strong: does it know the future?";
    };
    std::vector<CardRow> rows = PredictiveModel::card();
    for (std::size_t f = 0; f < content_.features.size(); ++f) {
        double value = 0;
        bool is_known = false;
        double positives = 0, negatives = 0;
        for (const ScoreBin& bin : content_.features[f].bins) {
            positives += bin.share * bin.rate.value_or(0);
            negatives += bin.share * (1 - bin.rate.value_or(1));
        }
        for (const ScoreBin& bin : content_.features[f].bins) {
            if (!bin.rate || !(positives > 0 && negatives > 0)) continue;
            is_known = true;
            value += (bin.share * *bin.rate / positives - bin.share * (1 - *bin.rate) / negatives) * bin.evidence;
        }
        if (is_known) rows.push_back({"information value", encoder_.features()[f].name, value, strength(value)});
    }
    return rows;
}

void Scorecard::save(Writer& out) const {
    out.put<std::uint8_t>(format);
    encoder_.save(out);
    save_members(content_, out);
}

std::unique_ptr<Scorecard> Scorecard::load(Reader& in) {
    read_version(in, format, "scorecard");
    Encoder encoder = Encoder::load(in);
    auto content = load_members<Content>(in);
    if (const std::string wrong = defect_of(encoder, content); !wrong.empty()) throw corrupt_data(wrong);
    return std::make_unique<Scorecard>(std::move(encoder), std::move(content));
}

Json::Object Scorecard::to_json() const {
    Json::Object json{{"encoder", encoder_.to_json()}};
    for (auto& member : members_to_json(content_)) json.push_back(std::move(member));
    return json;
}

std::unique_ptr<Scorecard> Scorecard::from_json(const Json& json) {
    return std::make_unique<Scorecard>(Encoder::from_json(json.at("encoder", "scorecard")),
                                       members_from_json<Content>(json));
}

namespace {

/// A feature with bins made by hand.
struct HandMade {
    Feature feature;
    ScoredFeature scored;

    HandMade(const std::string& name, const Json::Array& bins) : whose_("feature \"" + excerpt(name) + "\"") {
        feature.name = name;
        feature.scale = 1;
        if (bins.empty()) throw invalid_argument(whose_ + " must have bins");
        for (const Json& bin : bins) {
            bin.expect_keys({"points", "share", "below", "levels", "missing"}, "bin");
            if (bin.find("levels")) feature.kind = Feature::Kind::categorical;
        }
        for (const Json& bin : bins) read(bin, 1.0 / static_cast<double>(bins.size()));
        if (feature.is_numeric())
            finish_numbers();
        else
            finish_levels();
    }

private:
    void read(const Json& bin, double share) {
        ScoreBin own{
            bin.at("points", "bin").integer("points", -Scorecard::most_points, Scorecard::most_points), share, {}, 0};
        if (const Json* given = bin.find("share")) own.share = given->number("share");
        const Json* const missing = bin.find("missing");
        const Json* const below = bin.find("below");
        const Json* const levels = bin.find("levels");
        if (missing && missing->boolean("missing")) {
            keep_once(missing_, own, "of missing values");
        } else if (levels) {
            for (const Json& level : levels->array("levels"))
                if (!places_.emplace(level.string("level"), static_cast<std::uint32_t>(scored.bins.size())).second)
                    throw invalid_argument(whose_ + " has a level twice: \"" + excerpt(level.string("level")) + "\"");
            scored.bins.push_back(own);
        } else if (below) {
            if (!feature.is_numeric()) throw invalid_argument(whose_ + " must have bounds or levels, not both");
            scored.cuts.push_back(below->number("below"));
            scored.bins.push_back(own);
        } else {
            keep_once(rest_, own, "without bound or levels");
        }
    }

    void keep_once(std::optional<ScoreBin>& place, const ScoreBin& bin, const std::string& which) const {
        if (place) throw invalid_argument(whose_ + " has two bins " + which);
        place = bin;
    }

    void finish_numbers() {
        if (!rest_) throw invalid_argument(whose_ + " has no bin without bound, for the largest numbers");
        scored.bins.push_back(*rest_);
        scored.has_missing = missing_.has_value();
        if (missing_) scored.bins.push_back(*missing_);
    }

    void finish_levels() {
        std::vector<double> sizes(scored.bins.size(), 0);
        for (const auto& [level, bin] : places_) ++sizes[bin];
        for (const auto& [level, bin] : places_) {
            feature.levels.push_back({level, scored.bins[bin].share / sizes[bin]});
            scored.bin_of.push_back(bin);
        }
        const auto add = [this](const char* name, const ScoreBin& bin) {
            feature.levels.push_back({name, bin.share});
            scored.bin_of.push_back(static_cast<std::uint32_t>(scored.bins.size()));
            scored.bins.push_back(bin);
        };
        feature.has_other = rest_.has_value();
        if (rest_) add("other", *rest_);
        feature.has_missing = missing_.has_value();
        if (missing_) add("missing", *missing_);
    }

    std::string whose_;
    std::map<std::string, std::uint32_t> places_;
    std::optional<ScoreBin> rest_, missing_;
};

}  // namespace

std::unique_ptr<Scorecard> Scorecard::make(const Json& parameters) {
    parameters.expect_keys({"base", "base_points", "base_odds", "points_to_double_odds", "features"}, "scorecard");
    Content content;
    content.scale.read(parameters);
    if (const Json* base = parameters.find("base")) content.base = base->integer("base", -most_points, most_points);
    content.fitted = true;
    std::map<std::string, HandMade> made;
    for (const auto& [name, bins] : parameters.at("features", "scorecard").object("features")) {
        if (const std::string wrong = defect_of_name(name); !wrong.empty()) throw invalid_argument(wrong);
        if (!made.emplace(name, HandMade(name, bins.array("bins of a feature"))).second)
            throw invalid_argument("feature \"" + excerpt(name) + "\" is given twice");
    }
    std::vector<Feature> features;
    for (auto& [name, one] : made) {
        features.push_back(std::move(one.feature));
        content.features.push_back(std::move(one.scored));
    }
    return std::make_unique<Scorecard>(Encoder(std::move(features), true), std::move(content));
}

}  // namespace crm::predict
