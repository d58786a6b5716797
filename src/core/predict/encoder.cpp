#include "crm/predict/encoder.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include "crm/foundation/error.hpp"
#include "crm/foundation/rounded.hpp"

namespace crm::predict {

namespace {

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
constexpr std::string_view other_name = "other", missing_name = "missing";

bool is_share(double share) { return share >= 0 && share <= 1 + 1e-9; }

/// What is wrong with a feature, or nothing.
std::string defect_of(const Feature& feature) {
    if (feature.is_numeric()) {
        if (!std::isfinite(feature.mean) || !std::isfinite(feature.scale) || feature.scale < 0)
            return "feature \"" + excerpt(feature.name) + "\" has an impossible mean or scale";
        return is_share(feature.missing) ? "" : "feature \"" + excerpt(feature.name) + "\" has an impossible share";
    }
    if (feature.levels.empty() || feature.levels.size() < std::size_t{feature.has_other} + feature.has_missing)
        return "feature \"" + excerpt(feature.name) + "\" has no levels";
    if (feature.reference >= feature.levels.size())
        return "feature \"" + excerpt(feature.name) + "\" has no such reference level";
    const auto named = std::span(feature.levels).first(feature.named_levels());
    if (std::ranges::adjacent_find(named, std::greater_equal{}, &Level::name) != named.end())
        return "levels of feature \"" + excerpt(feature.name) + "\" are not in order";
    for (const Level& level : feature.levels)
        if (!is_share(level.share)) return "level of feature \"" + excerpt(feature.name) + "\" has an impossible share";
    return {};
}

std::string defect_of(const std::vector<Feature>& features, bool is_named) {
    if (features.size() > most_features) return "more than " + std::to_string(most_features) + " features";
    for (const Feature& feature : features)
        if (const std::string wrong = defect_of(feature); !wrong.empty()) return wrong;
    if (!is_named) return {};
    const auto wrong = std::ranges::adjacent_find(features, std::greater_equal{}, &Feature::name);
    return wrong == features.end() ? "" : "features are not in the order of their names";
}

double level_code(const Feature& feature, std::string_view text) {
    const auto named = std::span(feature.levels).first(feature.named_levels());
    const auto at =
        std::ranges::lower_bound(named, text, {}, [](const Level& level) { return std::string_view(level.name); });
    if (at != named.end() && at->name == text) return static_cast<double>(at - named.begin());
    return feature.has_other ? static_cast<double>(named.size()) : nothing;
}

}  // namespace

double Feature::code(const FeatureValue& value) const {
    if (is_numeric()) return value.kind == FeatureValue::Kind::number ? value.number : nothing;
    switch (value.kind) {
        case FeatureValue::Kind::text: return level_code(*this, value.text);
        case FeatureValue::Kind::number: return level_code(*this, shortest(value.number + 0));  // -0 is 0
        default: return has_missing ? static_cast<double>(levels.size() - 1) : nothing;
    }
}

std::string Feature::text_of(double code) const {
    if (is_numeric()) return std::isnan(code) ? std::string(missing_name) : shortest(code);
    return std::isnan(code) ? "unknown" : levels[static_cast<std::size_t>(code)].name;
}

Encoder::Encoder(std::vector<Feature> features, bool is_named) : features_(std::move(features)), is_named_(is_named) {
    if (const std::string wrong = defect_of(features_, is_named_); !wrong.empty()) throw invalid_argument(wrong);
}

std::optional<std::size_t> Encoder::find(std::string_view name) const {
    const auto key = [](const Feature& feature) { return std::string_view(feature.name); };
    const auto found =
        is_named_ ? std::ranges::lower_bound(features_, name, {}, key) : std::ranges::find(features_, name, key);
    if (found == features_.end() || found->name != name) return {};
    return static_cast<std::size_t>(found - features_.begin());
}

std::vector<DesignColumn> Encoder::columns() const {
    using Kind = DesignColumn::Kind;
    std::vector<DesignColumn> columns;
    for (std::size_t i = 0; i < features_.size(); ++i) {
        const Feature& feature = features_[i];
        if (feature.is_numeric()) {
            if (feature.scale > 0) columns.push_back({i, Kind::number});
            if (feature.missing > 0 && feature.missing < 1) columns.push_back({i, Kind::missing});
            continue;
        }
        for (std::size_t level = 0; level < feature.levels.size(); ++level)
            if (level != feature.reference) columns.push_back({i, Kind::level, level});
    }
    return columns;
}

std::string Encoder::name_of(const DesignColumn& column) const {
    const Feature& feature = features_[column.feature];
    switch (column.kind) {
        case DesignColumn::Kind::number: return feature.name;
        case DesignColumn::Kind::missing: return feature.name + "=" + std::string(missing_name);
        default: return feature.name + "=" + feature.levels[column.level].name;
    }
}

std::vector<double> column_values(const Encoder& encoder, std::span<const double> codes) {
    std::vector<double> values;
    for (const DesignColumn& column : encoder.columns()) {
        const Feature& feature = encoder.features()[column.feature];
        const double code = codes[column.feature];
        switch (column.kind) {
            case DesignColumn::Kind::number: values.push_back(std::isnan(code) ? feature.mean : code); break;
            case DesignColumn::Kind::missing: values.push_back(std::isnan(code) ? 1 : 0); break;
            default:
                values.push_back(std::isnan(code) ? feature.levels[column.level].share
                                                  : (code == static_cast<double>(column.level) ? 1 : 0));
        }
    }
    return values;
}

void Encoder::save(Writer& out) const {
    out.put<std::uint8_t>(is_named_);
    out.varint(features_.size());
    for (const Feature& feature : features_) {
        out.text(feature.name);
        out.put(static_cast<std::uint8_t>(feature.kind));
        if (feature.is_numeric()) {
            out.put(feature.mean);
            out.put(feature.scale);
            out.put(feature.missing);
            continue;
        }
        out.put(static_cast<std::uint8_t>(feature.has_other + 2 * feature.has_missing));
        out.varint(feature.reference);
        out.varint(feature.levels.size());
        for (const Level& level : feature.levels) {
            out.text(level.name);
            out.put(level.share);
        }
    }
}

Encoder Encoder::load(Reader& in) {
    const bool is_named = in.get<std::uint8_t>() != 0;
    const std::size_t count = in.count(4);
    if (count > most_features) throw corrupt_data("more than " + std::to_string(most_features) + " features");
    std::vector<Feature> features(count);
    for (Feature& feature : features) {
        feature.name = in.text();
        const auto kind = in.get<std::uint8_t>();
        if (kind > 1) throw corrupt_data("unknown kind of feature in model");
        feature.kind = static_cast<Feature::Kind>(kind);
        if (feature.is_numeric()) {
            feature.mean = in.get<double>();
            feature.scale = in.get<double>();
            feature.missing = in.get<double>();
            continue;
        }
        const auto pooled = in.get<std::uint8_t>();
        if (pooled > 3) throw corrupt_data("unknown levels of feature in model");
        feature.has_other = pooled % 2 != 0;
        feature.has_missing = pooled / 2 != 0;
        const std::uint64_t reference = in.varint();
        feature.levels.resize(in.count(1 + sizeof(double)));
        for (Level& level : feature.levels) {
            level.name = in.text();
            level.share = in.get<double>();
        }
        if (reference >= feature.levels.size()) throw corrupt_data("model has no such reference level");
        feature.reference = static_cast<std::size_t>(reference);
    }
    if (const std::string wrong = defect_of(features, is_named); !wrong.empty()) throw corrupt_data(wrong);
    return {std::move(features), is_named};
}

Json Encoder::to_json() const {
    Json::Array all;
    for (const Feature& feature : features_) {
        Json::Object one{{"name", feature.name}};
        if (feature.is_numeric()) {
            one.emplace_back("mean", feature.mean);
            one.emplace_back("scale", feature.scale);
            one.emplace_back("missing", feature.missing);
        } else {
            Json::Object levels;
            const std::size_t named = feature.named_levels();
            for (std::size_t i = 0; i < named; ++i)
                levels.emplace_back(feature.levels[i].name, feature.levels[i].share);
            one.emplace_back("levels", std::move(levels));
            if (feature.has_other) one.emplace_back("other", feature.levels[named].share);
            if (feature.has_missing) one.emplace_back("missing", feature.levels.back().share);
            one.emplace_back("reference", feature.levels[feature.reference].name);
        }
        all.emplace_back(std::move(one));
    }
    return Json::Object{{"rows", is_named_ ? "objects" : "arrays"}, {"features", std::move(all)}};
}

Encoder Encoder::from_json(const Json& json) {
    json.expect_keys({"rows", "features"}, "encoder");
    const std::string& rows = json.at("rows", "encoder").string("rows");
    if (rows != "objects" && rows != "arrays")
        throw invalid_argument("rows must be \"objects\" or \"arrays\", not \"" + excerpt(rows) + "\"");
    std::vector<Feature> features;
    for (const Json& one : json.at("features", "encoder").array("features")) {
        one.expect_keys({"name", "mean", "scale", "missing", "levels", "other", "reference"}, "feature");
        Feature feature;
        feature.name = one.at("name", "feature").string("name");
        const Json* const levels = one.find("levels");
        const Json* const missing = one.find("missing");
        if (!levels) {
            feature.mean = one.at("mean", "feature").number("mean");
            feature.scale = one.at("scale", "feature").number("scale");
            feature.missing = missing ? missing->number("missing") : 0;
            features.push_back(std::move(feature));
            continue;
        }
        feature.kind = Feature::Kind::categorical;
        for (const auto& [name, share] : levels->object("levels"))
            feature.levels.push_back({name, share.number("share of level")});
        std::ranges::sort(feature.levels, {}, &Level::name);
        const auto pool = [&feature](const Json* share, std::string_view name) {
            if (share) feature.levels.push_back({std::string(name), share->number(name)});
            return share != nullptr;
        };
        feature.has_other = pool(one.find("other"), other_name);
        feature.has_missing = pool(missing, missing_name);
        const std::string& reference = one.at("reference", "feature").string("reference");
        feature.reference = static_cast<std::size_t>(std::ranges::find(feature.levels, reference, &Level::name) -
                                                     feature.levels.begin());
        features.push_back(std::move(feature));
    }
    const bool is_named = rows == "objects";
    if (is_named) std::ranges::sort(features, {}, &Feature::name);
    return {std::move(features), is_named};
}

void RowEncoder::begin(const Encoder& encoder) {
    const auto& features = encoder.features();
    encoder_ = &encoder;
    codes_.resize(features.size());
    for (std::size_t i = 0; i < features.size(); ++i) codes_[i] = features[i].code({});
    given_.assign(features.size(), false);
    at_ = 0;
}

void RowEncoder::set(std::string_view name, const FeatureValue& value) {
    constexpr auto unknown = std::numeric_limits<std::uint32_t>::max();
    const auto& features = encoder_->features();
    const std::size_t at = at_++;
    std::uint32_t feature = at < order_.size() ? order_[at] : unknown;
    if (feature >= features.size() || features[feature].name != name) {
        const auto found = encoder_->find(name);
        feature = found ? static_cast<std::uint32_t>(*found) : unknown;
        if (at >= order_.size()) order_.resize(at + 1, unknown);
        order_[at] = feature;
        if (!found) return;
    }
    if (given_[feature]) throw invalid_argument("feature \"" + excerpt(name) + "\" is given twice in a row");
    given_[feature] = true;
    codes_[feature] = features[feature].code(value);
}

void require_finite(std::span<const double> numbers) {
    for (std::size_t i = 0; i < numbers.size(); ++i)
        if (std::isinf(numbers[i]))
            throw invalid_argument("feature number " + std::to_string(i + 1) + " must be finite, not " +
                                   shortest(numbers[i]));
}

std::span<const double> RowEncoder::encode(const Encoder& encoder, std::span<const double> numbers) {
    if (encoder.is_named())
        throw invalid_argument("model was fitted to jsonb features, not to arrays", {},
                               "Pass the features as a jsonb object with the names of the fit.");
    if (numbers.size() != encoder.features().size())
        throw invalid_argument("number of features must be " + std::to_string(encoder.features().size()) + ", not " +
                               std::to_string(numbers.size()));
    require_finite(numbers);
    return numbers;
}

}  // namespace crm::predict
