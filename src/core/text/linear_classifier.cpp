#include "crm/text/linear_classifier.hpp"

#include <algorithm>
#include <cmath>

#include "crm/foundation/base64.hpp"

namespace crm::text {

namespace {

constexpr int newest_format = 1;

/// These texts become values of the server, which trusts that they are well-formed.
std::string_view checked_text(Reader& in) {
    const std::string_view text = in.text();
    if (!is_utf8(text)) throw corrupt_data("malformed text in text classifier");
    return text;
}

void save_card(const std::vector<CardRow>& card, Writer& out) {
    out.varint(card.size());
    for (const CardRow& row : card) {
        out.text(row.section);
        out.text(row.item);
        out.put<std::uint8_t>(row.value.has_value());
        if (row.value) out.put(*row.value);
        out.text(row.note);
    }
}

std::vector<CardRow> load_card(Reader& in) {
    std::vector<CardRow> card;
    for (std::size_t left = in.count(4); left > 0; --left) {
        CardRow row;
        row.section = checked_text(in);
        row.item = checked_text(in);
        if (in.get<std::uint8_t>() != 0) row.value = in.get<double>();
        row.note = checked_text(in);
        card.push_back(std::move(row));
    }
    return card;
}

template <class T>
T finite(T value) {
    if (!std::isfinite(value)) throw corrupt_data("number in text classifier is not finite");
    return value;
}

/// A number that margins are made of: no fit comes near the bound, below which no sum of them overflows.
float moderate(float value) {
    constexpr float most = 1e12F;
    if (!(std::abs(value) <= most)) throw corrupt_data("impossible number in text classifier");
    return value;
}

double logistic(double x) { return 1 / (1 + std::exp(-x)); }

}  // namespace

std::vector<double> soft_max(std::span<const double> margins, double temperature) {
    const double greatest = *std::ranges::max_element(margins);
    std::vector<double> shares;
    shares.reserve(margins.size());
    double sum = 0;
    for (const double margin : margins) sum += shares.emplace_back(std::exp((margin - greatest) / temperature));
    for (double& share : shares) share /= sum;
    return shares;
}

LinearClassifier::LinearClassifier(Parts parts)
    : parts_(std::move(parts)), vocabulary_(std::pmr::get_default_resource()) {}

void LinearClassifier::add(const Feature& feature) {
    // A weight takes a byte and more, so that what has more of them could not be stored; places are kept in 32 bits.
    constexpr std::size_t most_weights = std::size_t{1} << 30;
    if (weights_.size() + feature.weights.size() > most_weights)
        throw limit_exceeded("text classifier has more than " + std::to_string(most_weights) + " weights", {},
                             "Train with fewer labels, or with a larger option min_comments.");
    if (vocabulary_.add(feature.hash) != features_.size()) throw corrupt_data("feature twice in text classifier");
    const auto begin = static_cast<std::uint32_t>(weights_.size());
    for (const auto& [label, weight] : feature.weights) {
        weight_labels_.push_back(label);
        weights_.push_back(weight);
    }
    features_.push_back({feature.importance, feature.scale, begin, static_cast<std::uint32_t>(weights_.size())});
}

void LinearClassifier::save(Writer& out) const {
    out.put<std::uint8_t>(newest_format);
    parts_.report.save(out);
    save_card(parts_.card, out);
    parts_.options.save(out);
    out.put<std::uint8_t>(parts_.several);
    out.varint(parts_.labels.size());
    for (std::size_t label = 0; label < parts_.labels.size(); ++label) {
        out.text(parts_.labels[label]);
        out.put(parts_.biases[label]);
        if (parts_.several) out.put(parts_.thresholds[label]);
    }
    out.put(parts_.temperature);
    out.put<std::uint8_t>(parts_.least_margin.has_value());
    if (parts_.least_margin) out.put(*parts_.least_margin);

    // Hashes as differences; weights after a bit for each label that says whether it has one.
    out.varint(features_.size());
    std::uint64_t before = 0;
    std::vector<std::uint8_t> has((parts_.labels.size() + 7) / 8);
    for (std::uint32_t id = 0; id < features_.size(); ++id) {
        const Stored& feature = features_[id];
        out.varint(vocabulary_.hash(id) - before);
        before = vocabulary_.hash(id);
        out.put(feature.importance);
        out.put(feature.scale);
        if (feature.scale == 0) continue;
        std::ranges::fill(has, std::uint8_t{0});
        for (std::uint32_t at = feature.begin; at < feature.end; ++at)
            has[weight_labels_[at] / 8] |= static_cast<std::uint8_t>(1U << weight_labels_[at] % 8);
        out.raw(has.data(), has.size());
        out.raw(weights_.data() + feature.begin, feature.end - feature.begin);
    }
}

std::unique_ptr<LinearClassifier> LinearClassifier::load(Reader& in) {
    read_version(in, newest_format, "text classifier");
    Parts parts;
    parts.report = FitReport::load(in);
    parts.card = load_card(in);
    parts.options = FeatureOptions::load(in);
    parts.several = in.get<std::uint8_t>() != 0;
    const std::size_t labels = in.count(5);
    if (labels > 65535) throw corrupt_data("too many labels in text classifier");
    for (std::size_t label = 0; label < labels; ++label) {
        const std::string_view text = checked_text(in);
        if (label > 0 && parts.labels.back() >= text) throw corrupt_data("labels of text classifier are out of order");
        parts.labels.emplace_back(text);
        parts.biases.push_back(moderate(in.get<float>()));
        if (parts.several) parts.thresholds.push_back(finite(in.get<double>()));
    }
    parts.temperature = finite(in.get<double>());
    if (!(parts.temperature > 0)) throw corrupt_data("impossible temperature in text classifier");
    if (in.get<std::uint8_t>() != 0) parts.least_margin = finite(in.get<double>());

    auto model = std::make_unique<LinearClassifier>(std::move(parts));
    std::uint64_t hash = 0;
    Feature feature;
    for (std::size_t left = in.count(9); left > 0; --left) {
        hash += in.varint();
        feature = {hash, moderate(in.get<float>()), moderate(in.get<float>()), {}};
        if (feature.scale != 0) {
            const Bytes has = in.take((labels + 7) / 8);
            for (std::size_t label = 0; label < labels; ++label)
                if ((has[label / 8] >> static_cast<int>(label % 8) & std::byte{1}) != std::byte{0})
                    feature.weights.emplace_back(static_cast<std::uint16_t>(label), in.get<std::int8_t>());
        }
        model->add(feature);
    }
    return model;
}

Json::Object LinearClassifier::to_json() const {
    Json::Array labels;
    for (const std::string& label : parts_.labels) labels.emplace_back(label);
    Json::Object card;
    for (const CardRow& row : parts_.card)
        if (row.section == "held-out comments" && row.value) card.emplace_back(row.item, *row.value);
    Writer out;
    save(out);
    return {{"labels", std::move(labels)},
            {"several", parts_.several},
            {"features", static_cast<std::int64_t>(features_.size())},
            {"held_out", std::move(card)},
            {"fit", parts_.report.to_json()},
            {"stored", to_base64(out.bytes())}};
}

std::unique_ptr<LinearClassifier> LinearClassifier::from_json(const Json& json) {
    const std::vector<std::byte> bytes = from_base64(json.at("stored", name).string("stored"));
    Reader in(bytes);
    auto model = load(in);
    in.expect_end();
    return model;
}

std::unique_ptr<LinearClassifier> LinearClassifier::make(const Json&) {
    throw invalid_argument("a text classifier cannot be made from parameters", {},
                           "Train it on labelled comments with crm.fit_text_classifier.");
}

std::vector<LinearClassifier::Term> LinearClassifier::terms(const Comment& comment) const {
    std::vector<std::uint32_t> found;
    const auto look_up = [&](std::uint64_t hash, std::uint32_t, std::uint32_t) {
        if (const std::uint32_t feature = vocabulary_.find(hash); feature != Vocabulary::none) found.push_back(feature);
    };
    for_each_phrase(comment, parts_.options, look_up);
    for_each_piece(comment, parts_.options, look_up);
    std::ranges::sort(found);

    std::vector<Term> terms;
    terms.reserve(found.size());
    for (const std::uint32_t feature : found) {
        if (terms.empty() || terms.back().feature != feature) terms.push_back({feature, 0, 0});
        ++terms.back().count;
    }
    double squares[2] = {0, 0};
    for (Term& term : terms) {
        term.value = term_weight(term.count) * features_[term.feature].importance;
        squares[is_phrase(vocabulary_.hash(term.feature))] += double{term.value} * term.value;
    }
    const auto scale = [](double length, double square) {
        return square > 0 ? static_cast<float>(length / std::sqrt(square)) : 0.0F;
    };
    const float lengths[] = {scale(length_of_pieces, squares[0]), scale(length_of_phrases, squares[1])};
    for (Term& term : terms) term.value *= lengths[is_phrase(vocabulary_.hash(term.feature))];
    return terms;
}

std::vector<double> LinearClassifier::margins(const Comment& comment) const {
    std::vector<float> sums(parts_.biases);
    for (const Term& term : terms(comment)) {
        const Stored& feature = features_[term.feature];
        const float scaled = term.value * feature.scale;
        for (std::uint32_t at = feature.begin; at < feature.end; ++at)
            sums[weight_labels_[at]] += scaled * static_cast<float>(weights_[at]);
    }
    return {sums.begin(), sums.end()};
}

std::vector<double> LinearClassifier::probabilities(std::span<const double> margins) const {
    if (!parts_.several) return soft_max(margins, parts_.temperature);
    std::vector<double> chances;
    chances.reserve(margins.size());
    for (const double margin : margins) chances.push_back(logistic(margin / parts_.temperature));
    return chances;
}

double LinearClassifier::contributions(const Comment& comment, std::size_t label,
                                       std::vector<Contribution>& found) const {
    const std::vector<Term> known = terms(comment);
    const auto weigh = [&](std::uint64_t hash, std::uint32_t begin, std::uint32_t end) {
        const std::uint32_t id = vocabulary_.find(hash);
        if (id == Vocabulary::none) return;
        const Stored& feature = features_[id];
        const auto first = weight_labels_.begin() + feature.begin, last = weight_labels_.begin() + feature.end;
        const auto at = std::lower_bound(first, last, static_cast<std::uint16_t>(label));
        if (at == last || *at != label) return;
        const Term& term = *std::ranges::lower_bound(known, id, {}, &Term::feature);
        const double weight = double{feature.scale} * weights_[static_cast<std::size_t>(at - weight_labels_.begin())];
        found.push_back({begin, end, is_phrase(hash), term.value * weight / term.count});
    };
    for_each_phrase(comment, parts_.options, weigh);
    for_each_piece(comment, parts_.options, weigh);
    return parts_.biases[label];
}

}  // namespace crm::text
