#include "crm/text/bayes_counts.hpp"

#include <cmath>
#include <limits>

#include "crm/foundation/error.hpp"
#include "crm/foundation/unicode.hpp"

namespace crm::text {

namespace {

constexpr double least_smoothing = 1e-9, most_smoothing = 1e6, most_other = 0.5;

constexpr std::string_view kind_names[] = {"complement", "normalised_complement", "multinomial"};

bool valid_other(double other) { return other >= 0 && other <= most_other; }

BayesKind kind_named(const std::string& name) {
    const auto found = std::ranges::find(kind_names, name);
    if (found == std::end(kind_names))
        throw invalid_argument("unknown kind of naive Bayes \"" + excerpt(name) + "\"", {},
                               "The kinds are complement, normalised_complement and multinomial.");
    return static_cast<BayesKind>(found - std::begin(kind_names));
}

void read_pieces(const Json& json, FeatureOptions& features) {
    if (json.text() == "false") {
        features.from_pieces = features.to_pieces = 0;
        return;
    }
    const auto& lengths = json.array("characters");
    if (lengths.size() != 2)
        throw invalid_argument("characters must be two lengths, not " + std::to_string(lengths.size()), {},
                               "Give the shortest and the longest piece, such as [2, 5], or false for no pieces.");
    features.from_pieces = static_cast<std::uint8_t>(lengths[0].integer("characters", 1, longest_piece));
    features.to_pieces = static_cast<std::uint8_t>(lengths[1].integer("characters", 1, longest_piece));
    if (features.from_pieces > features.to_pieces)
        throw invalid_argument("characters must be the shortest length, then the longest, not [" +
                               std::to_string(features.from_pieces) + ", " + std::to_string(features.to_pieces) + "]");
}

std::uint64_t limited(std::uint64_t value, std::uint64_t most) {
    if (value == 0 || value > most) throw corrupt_data("impossible count in model");
    return value;
}

/// Ascending numbers as the distance of each from the one before, the first from -1.
template <class Number>
class Ascending {
public:
    explicit Ascending(std::uint64_t limit) : limit_(limit) {}

    static void save(Writer& out, Number number, std::uint64_t& next) {
        out.varint(number - next);
        next = std::uint64_t{number} + 1;
    }

    Number load(Reader& in) {
        const std::uint64_t distance = in.varint();
        if (ended_ || distance > limit_ - next_) throw corrupt_data("numbers in model do not ascend");
        const std::uint64_t number = next_ + distance;
        ended_ = number == limit_;
        next_ = number + 1;
        return static_cast<Number>(number);
    }

private:
    std::uint64_t limit_, next_ = 0;
    bool ended_ = false;
};

}  // namespace

std::string_view name_of(BayesKind kind) { return kind_names[static_cast<std::size_t>(kind)]; }

bool valid_smoothing(double smoothing) { return smoothing >= least_smoothing && smoothing <= most_smoothing; }

BayesOptions BayesOptions::from_json(const Json& json) {
    json.expect_keys({"words", "characters", "kind", "smoothing", "other"}, "options of fit_text_bayes");
    BayesOptions options;
    if (const Json* words = json.find("words"))
        options.features.words = static_cast<std::uint8_t>(words->integer("words", 0, most_words));
    if (const Json* characters = json.find("characters")) read_pieces(*characters, options.features);
    if (options.features.words == 0 && options.features.to_pieces == 0)
        throw invalid_argument("comments without words and characters have no features", {},
                               "Give \"words\" from 1 to 5, or \"characters\" such as [2, 5].");
    const auto given = [&json](std::string_view key) {
        const Json* const value = json.find(key);
        return value && !value->is_null() ? value : nullptr;
    };
    if (const Json* kind = given("kind")) options.kind = kind_named(kind->string("kind"));
    if (const Json* smoothing = given("smoothing")) {
        options.smoothing = smoothing->number("smoothing");
        if (!valid_smoothing(*options.smoothing))
            throw invalid_argument("smoothing must be from 1e-9 to 1000000, not " + shortest(*options.smoothing), {},
                                   "It is added to each count of a feature: 1 is customary.");
    }
    if (const Json* other = json.find("other")) {
        options.other = other->number("other");
        if (!valid_other(options.other))
            throw invalid_argument("other must be from 0 to 0.5, not " + shortest(options.other), {},
                                   "It is the share of the comments of known labels that may be taken for \"other\".");
    }
    return options;
}

Json BayesOptions::to_json() const {
    Json characters = false;
    if (features.to_pieces > 0) characters = Json::Array{int{features.from_pieces}, int{features.to_pieces}};
    return Json::Object{{"words", int{features.words}},
                        {"characters", std::move(characters)},
                        {"kind", kind ? Json(name_of(*kind)) : Json()},
                        {"smoothing", smoothing ? Json(*smoothing) : Json()},
                        {"other", other}};
}

void BayesOptions::save(Writer& out) const {
    features.save(out);
    out.put(static_cast<std::uint8_t>(kind ? static_cast<int>(*kind) + 1 : 0));
    out.put(smoothing.value_or(0));
    out.put(other);
}

BayesOptions BayesOptions::load(Reader& in) {
    BayesOptions options;
    options.features = FeatureOptions::load(in);
    const auto kind = in.get<std::uint8_t>();
    const auto smoothing = in.get<double>();
    options.other = in.get<double>();
    if (kind > std::size(kind_names) || !(smoothing == 0 || valid_smoothing(smoothing)) || !valid_other(options.other))
        throw corrupt_data("impossible options of fit_text_bayes");
    if (kind > 0) options.kind = static_cast<BayesKind>(kind - 1);
    if (smoothing > 0) options.smoothing = smoothing;
    return options;
}

bool is_label(std::string_view text) { return text.size() <= BayesCounts::longest_label && is_utf8(text); }

void BayesCounts::save(Writer& out) const {
    out.varint(skipped);
    out.varint(labels.size());
    for (std::size_t label = 0; label < labels.size(); ++label) {
        out.text(labels[label]);
        out.varint(comments[label]);
    }
    out.varint(features.size());
    std::uint64_t next_feature = 0;
    for (std::size_t feature = 0; feature < features.size(); ++feature) {
        Ascending<std::uint64_t>::save(out, features[feature], next_feature);
        out.varint(of(feature).size());
        std::uint64_t next_label = 0;
        for (const auto& [label, count] : of(feature)) {
            Ascending<std::uint16_t>::save(out, label, next_label);
            out.varint(count);
        }
    }
    out.varint(kept.size());
    std::uint64_t next_rank = 0;
    for (const Kept& one : kept) {
        Ascending<std::uint64_t>::save(out, one.rank, next_rank);
        out.varint(one.label);
        out.varint(one.copies);
        out.varint(one.parts.size());
        std::uint64_t next_part = 0;
        for (const auto& [feature, count] : one.parts) {
            Ascending<std::uint32_t>::save(out, feature, next_part);
            out.varint(count);
        }
    }
}

BayesCounts BayesCounts::load(Reader& in) {
    constexpr std::uint64_t any = std::numeric_limits<std::uint64_t>::max();
    BayesCounts counts;
    counts.skipped = in.varint();
    const std::size_t label_count = in.count(2);
    if (label_count > most_labels || counts.skipped > largest) throw corrupt_data("impossible count in model");
    for (std::size_t label = 0; label < label_count; ++label) {
        const std::string_view text = in.text();
        if (!is_label(text) || (label > 0 && text <= counts.labels.back()))
            throw corrupt_data("impossible label in model");
        counts.labels.emplace_back(text);
        counts.comments.push_back(limited(in.varint(), largest));
    }
    const std::size_t feature_count = in.count(4);
    if (feature_count > std::numeric_limits<std::uint32_t>::max() || (feature_count > 0 && label_count == 0))
        throw corrupt_data("impossible count in model");
    counts.features.reserve(feature_count);
    counts.begins.reserve(feature_count + 1);
    counts.begins.push_back(0);
    Ascending<std::uint64_t> hashes(any);
    for (std::size_t feature = 0; feature < feature_count; ++feature) {
        counts.features.push_back(hashes.load(in));
        const std::size_t entry_count = in.count(2);
        if (entry_count == 0 || entry_count > label_count) throw corrupt_data("impossible count in model");
        Ascending<std::uint16_t> numbers(label_count - 1);
        for (std::size_t i = 0; i < entry_count; ++i) {
            const std::uint16_t label = numbers.load(in);
            counts.entries.push_back({label, limited(in.varint(), largest)});
        }
        counts.begins.push_back(counts.entries.size());
    }
    const std::size_t kept_count = in.count(6);
    if (kept_count > 0 && feature_count == 0) throw corrupt_data("impossible comment in model");
    Ascending<std::uint64_t> ranks(any);
    for (std::size_t i = 0; i < kept_count; ++i) {
        Kept one;
        one.rank = ranks.load(in);
        const std::uint64_t label = in.varint();
        one.copies = limited(in.varint(), largest);
        const std::size_t part_count = in.count(2);
        if (label >= label_count || part_count == 0) throw corrupt_data("impossible comment in model");
        one.label = static_cast<std::uint16_t>(label);
        Ascending<std::uint32_t> parts(feature_count - 1);
        for (std::size_t part = 0; part < part_count; ++part) {
            const std::uint32_t feature = parts.load(in);
            const std::uint64_t count = limited(in.varint(), std::numeric_limits<std::uint32_t>::max());
            one.parts.push_back({feature, static_cast<std::uint32_t>(count)});
        }
        counts.kept.push_back(std::move(one));
    }
    return counts;
}

}  // namespace crm::text
