#include "crm/text/classifier_options.hpp"

#include <cmath>

namespace crm::text {

namespace {

void read_pieces(const Json& json, FeatureOptions& features) {
    constexpr std::string_view what = "characters";
    if (json.text() == "false") {
        features.from_pieces = features.to_pieces = 0;
        return;
    }
    const Json::Array& range = json.array(what);
    if (range.size() != 2)
        throw invalid_argument("option \"characters\" must be [least, most] or false, not " + excerpt(json.text()));
    features.from_pieces = static_cast<std::uint8_t>(range[0].integer(what, 1, longest_piece));
    features.to_pieces = static_cast<std::uint8_t>(range[1].integer(what, features.from_pieces, longest_piece));
}

double number_in(const Json& json, std::string_view what, double least, double most) {
    const double number = json.number(what);
    if (!(number >= least && number <= most))
        throw invalid_argument("option \"" + std::string(what) + "\" must be from " + shortest(least) + " to " +
                               shortest(most) + ", not " + shortest(number));
    return number;
}

}  // namespace

ClassifierOptions ClassifierOptions::from_json(const Json& json) {
    json.object("options");
    json.expect_keys({"words", "characters", "strength", "min_comments", "other"}, "options");
    ClassifierOptions options;
    if (const Json* words = json.find("words"))
        options.features.words = static_cast<std::uint8_t>(words->integer("words", 0, most_words));
    if (const Json* pieces = json.find("characters")) read_pieces(*pieces, options.features);
    if (options.features.words == 0 && options.features.to_pieces == 0)
        throw invalid_argument("options leave neither words nor characters to learn from");
    if (const Json* strength = json.find("strength"))
        options.strength = number_in(*strength, "strength", 0.001, 10'000);
    if (const Json* least = json.find("min_comments"))
        options.min_comments = static_cast<std::uint32_t>(least->integer("min_comments", 1, 1'000'000));
    if (const Json* other = json.find("other")) options.other = number_in(*other, "other", 0, 0.5);
    return options;
}

void ClassifierOptions::save(Writer& out) const {
    features.save(out);
    out.put(strength.value_or(0));
    out.varint(min_comments.value_or(0));
    out.put(other);
}

ClassifierOptions ClassifierOptions::load(Reader& in) {
    ClassifierOptions options;
    options.features = FeatureOptions::load(in);
    if (const double strength = in.get<double>(); strength != 0) options.strength = strength;
    if (const std::uint64_t least = in.varint(); least != 0) options.min_comments = static_cast<std::uint32_t>(least);
    options.other = in.get<double>();
    return options;
}

}  // namespace crm::text
