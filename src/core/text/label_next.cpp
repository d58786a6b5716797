#include "crm/text/label_next.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>
#include <span>
#include <utility>

#include "crm/foundation/error.hpp"
#include "crm/text/bayes_counts.hpp"

namespace crm::text {

namespace {

constexpr FeatureOptions compared{2, 0, 0};  // comments are alike that share words and pairs of them
constexpr std::uint64_t most_copies = std::uint64_t{1} << 53;

bool valid_diversity(double diversity) { return diversity >= 0 && diversity <= 1; }
bool is_share(double share) { return share >= 0 && share <= 1; }

std::uint64_t sum_of_copies(std::uint64_t one, std::uint64_t other) { return std::min(one + other, most_copies); }

std::string quoted(std::string_view label) { return '"' + excerpt(label) + '"'; }

/// Where a model is least sure of a comment.
struct Doubt {
    std::size_t label;
    std::optional<std::size_t> runner_up;
    double probability, gap;
    bool is_other;
};

/// Of a comment that may have several labels, which of them is hardest to tell.
Doubt doubt_of_each(const CommentModel& model, std::span<const double> probabilities) {
    const auto gap = [&](std::size_t label) { return std::abs(probabilities[label] - model.threshold(label)); };
    std::size_t hardest = 0;
    for (std::size_t label = 1; label < probabilities.size(); ++label)
        if (gap(label) < gap(hardest)) hardest = label;
    return {hardest, {}, probabilities[hardest], gap(hardest), false};
}

Doubt doubt_of(const CommentModel& model, const Comment& comment) {
    const std::vector<double> margins = model.margins(comment), probabilities = model.probabilities(margins);
    if (model.several() || margins.size() < 2) return doubt_of_each(model, probabilities);
    std::size_t best = 0, next = 1;
    if (margins[next] > margins[best]) std::swap(best, next);
    for (std::size_t label = 2; label < margins.size(); ++label) {
        if (margins[label] > margins[best])
            next = std::exchange(best, label);
        else if (margins[label] > margins[next])
            next = label;
    }
    const auto least = model.least_margin();
    return {best, next, probabilities[best], probabilities[best] - probabilities[next],
            margins[best] == margins[next] || (least && margins[best] < *least)};
}

}  // namespace

LabelNextOptions LabelNextOptions::of(std::int64_t how_many) {
    if (how_many < 1 || how_many > most)
        throw invalid_argument("how_many must be from 1 to 1000, not " + std::to_string(how_many));
    LabelNextOptions options;
    options.how_many = static_cast<std::int32_t>(how_many);
    return options;
}

LabelNextOptions LabelNextOptions::from_json(const Json& json) {
    json.expect_keys({"how_many", "diversity"}, "options of to_label_next");
    LabelNextOptions options;
    if (const Json* how_many = json.find("how_many")) options = of(how_many->integer("how_many", 1, most));
    if (const Json* diversity = json.find("diversity")) {
        options.diversity = diversity->number("diversity");
        if (!valid_diversity(options.diversity))
            throw invalid_argument("diversity must be from 0 to 1, not " + shortest(options.diversity));
    }
    return options;
}

void LabelNextBuilder::agree(std::uint64_t edition, const LabelNextOptions& options) {
    if (!has_options_) {
        has_options_ = true;
        edition_ = edition;
        options_ = options;
    }
    if (edition != edition_)
        throw invalid_argument("model must be the same for all rows of a group", {},
                               "Make a group of each model's rows with GROUP BY.");
    if (options != options_)
        throw invalid_argument("options of to_label_next must be the same for all rows of a group");
}

LabelNextBuilder::Candidate* LabelNextBuilder::keep(const Key& key) {
    const bool full = candidates_.size() >= most_candidates();
    if (full && candidates_.rbegin()->first < key) return nullptr;
    const auto [place, is_new] = candidates_.try_emplace(key, memory_);
    if (is_new && full) candidates_.erase(std::prev(candidates_.end()));
    return &place->second;
}

void LabelNextBuilder::add(const CommentModel& model, std::uint64_t edition, std::string_view id,
                           const Comment& comment, const LabelNextOptions& options) {
    agree(edition, options);
    if (comment.words().empty()) return;
    const Doubt doubt = doubt_of(model, comment);
    Key key{doubt.gap > 0 ? std::min(doubt.gap, 1.0) : 0.0, 0};  // not NaN, whatever the model
    if (candidates_.size() >= most_candidates() && key.gap > candidates_.rbegin()->first.gap) return;

    std::pmr::vector<std::uint64_t> features(memory_);
    for_each_phrase(comment, compared, [&](std::uint64_t feature, std::uint32_t, std::uint32_t) {
        features.push_back(feature);
        key.content += feature;
    });
    Candidate* const candidate = keep(key);
    if (!candidate) return;
    if (!is_label(id))
        throw invalid_argument("impossible id \"" + excerpt(id) + "\"", {}, "An id is a text of at most 1000 bytes.");
    if (candidate->copies == 0) {
        candidate->label = model.labels()[doubt.label];
        if (doubt.runner_up) candidate->runner_up = model.labels()[*doubt.runner_up];
        candidate->has_runner_up = doubt.runner_up.has_value();
        candidate->probability = std::clamp(doubt.probability, 0.0, 1.0);
        candidate->is_other = doubt.is_other;
        std::ranges::sort(features);
        features.erase(std::unique(features.begin(), features.end()), features.end());
        features.resize(std::min(features.size(), sketch_size));
        candidate->sketch = features;
    }
    if (candidate->copies == 0 || id < candidate->id) candidate->id = id;
    candidate->copies = sum_of_copies(candidate->copies, 1);
}

void LabelNextBuilder::add(const Key& key, const Candidate& other) {
    Candidate* const candidate = keep(key);
    if (!candidate) return;
    if (candidate->copies == 0) {
        *candidate = other;
        return;
    }
    if (other.id < candidate->id) candidate->id = other.id;
    candidate->copies = sum_of_copies(candidate->copies, other.copies);
}

void LabelNextBuilder::merge(const LabelNextBuilder& other, const Cancellation& cancellation) {
    if (!other.has_options_) return;
    agree(other.edition_, other.options_);
    Pace pace(cancellation);
    for (const auto& [key, candidate] : other.candidates_) {
        pace.step();
        add(key, candidate);
    }
}

void LabelNextBuilder::save(Writer& out) const {
    out.put<std::uint8_t>(format);
    out.put(static_cast<std::uint8_t>(has_options_));
    out.put(edition_);
    out.varint(static_cast<std::uint64_t>(options_.how_many));
    out.put(options_.diversity);
    out.varint(candidates_.size());
    for (const auto& [key, candidate] : candidates_) {
        out.put(key.gap);
        out.put(key.content);
        for (const auto* text : {&candidate.id, &candidate.label, &candidate.runner_up}) out.text(*text);
        out.put(candidate.probability);
        out.put(static_cast<std::uint8_t>(candidate.is_other + 2 * candidate.has_runner_up));
        out.varint(candidate.copies);
        out.varint(candidate.sketch.size());
        for (const std::uint64_t feature : candidate.sketch) out.put(feature);
    }
}

void LabelNextBuilder::load(Reader& in, const Cancellation& cancellation) {
    read_version(in, format, "aggregate state");
    const bool has_options = in.get<std::uint8_t>() != 0;
    const auto edition = in.get<std::uint64_t>();
    const std::uint64_t how_many = in.varint();
    LabelNextOptions options;
    options.diversity = in.get<double>();
    if (how_many < 1 || how_many > LabelNextOptions::most || !valid_diversity(options.diversity))
        throw corrupt_data("impossible options in state");
    options.how_many = static_cast<std::int32_t>(how_many);
    if (has_options) agree(edition, options);
    const std::size_t count = in.count(30);
    if (count > most_candidates() || (count > 0 && !has_options)) throw corrupt_data("impossible count in state");
    Pace pace(cancellation);
    for (std::size_t i = 0; i < count; ++i) {
        pace.step();
        Key key{};
        key.gap = in.get<double>();
        key.content = in.get<std::uint64_t>();
        Candidate candidate(memory_);
        for (auto* text : {&candidate.id, &candidate.label, &candidate.runner_up}) {
            *text = in.text();
            if (!is_label(*text)) throw corrupt_data("impossible text in state");
        }
        candidate.probability = in.get<double>();
        const auto marks = in.get<std::uint8_t>();
        candidate.is_other = marks & 1U;
        candidate.has_runner_up = marks & 2U;
        candidate.copies = in.varint();
        candidate.sketch.resize(in.count(sizeof(std::uint64_t)));
        for (std::uint64_t& feature : candidate.sketch) feature = in.get<std::uint64_t>();
        const auto& sketch = candidate.sketch;
        if (!is_share(key.gap) || !is_share(candidate.probability) || marks > 3 || candidate.copies == 0 ||
            candidate.copies > most_copies || sketch.empty() || sketch.size() > sketch_size ||
            std::ranges::adjacent_find(sketch, std::greater_equal{}) != sketch.end())
            throw corrupt_data("impossible comment in state");
        add(key, candidate);
    }
}

/// The share of features that both have, of those that either has; estimated from the smallest where there are many
/// (Broder 1997).
double LabelNextBuilder::likeness(const Candidate& one, const Candidate& other) {
    auto a = one.sketch.begin(), b = other.sketch.begin();
    std::size_t seen = 0, shared = 0;
    while (seen < sketch_size && (a != one.sketch.end() || b != other.sketch.end())) {
        ++seen;
        if (b == other.sketch.end() || (a != one.sketch.end() && *a < *b)) {
            ++a;
        } else if (a == one.sketch.end() || *b < *a) {
            ++b;
        } else {
            ++a, ++b, ++shared;
        }
    }
    return static_cast<double>(shared) / static_cast<double>(seen);
}

std::vector<LabelNext> LabelNextBuilder::finish(const Cancellation& cancellation) const {
    struct Open {
        const Key* key;
        const Candidate* candidate;
        double likeness;  // to the most alike of those chosen
    };
    std::vector<Open> open;
    for (const auto& [key, candidate] : candidates_) open.push_back({&key, &candidate, 0});

    std::map<std::string_view, int> chosen_of;  // each label
    std::vector<LabelNext> chosen;
    while (!open.empty() && std::ssize(chosen) < options_.how_many) {
        cancellation.poll();
        const auto best = std::ranges::max_element(open, {}, [&](const Open& one) {
            const auto of_label = chosen_of.find(one.candidate->label);
            const double alike =
                of_label == chosen_of.end() ? 1 : std::pow(1 + of_label->second, options_.diversity / 2);
            return (1 - one.key->gap) * (1 - options_.diversity * one.likeness) / alike;
        });
        const Candidate& candidate = *best->candidate;
        const std::string label(candidate.label), runner_up(candidate.runner_up);
        std::string reason = candidate.is_other        ? "unlike what was labelled so far"
                             : candidate.has_runner_up ? "between " + quoted(label) + " and " + quoted(runner_up)
                                                       : "whether " + quoted(label);
        chosen.push_back({static_cast<std::int32_t>(chosen.size()) + 1, std::string(candidate.id), label,
                          candidate.probability, candidate.has_runner_up ? std::optional(runner_up) : std::nullopt,
                          best->key->gap, static_cast<std::int64_t>(candidate.copies), std::move(reason)});
        ++chosen_of[candidate.label];
        open.erase(best);
        for (Open& one : open) one.likeness = std::max(one.likeness, likeness(candidate, *one.candidate));
    }
    return chosen;
}

}  // namespace crm::text
