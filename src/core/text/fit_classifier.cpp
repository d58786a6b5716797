#include "crm/text/fit_classifier.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "crm/foundation/rounded.hpp"
#include "crm/numeric/chance.hpp"
#include "crm/text/dual_ascent.hpp"
#include "crm/text/feature_importance.hpp"
#include "crm/text/held_out.hpp"

namespace crm::text {

namespace {

constexpr std::uint8_t folds = 8;
constexpr std::size_t enough_held_out = 1000;  // comments
constexpr std::size_t many_comments = 1000;    // from which on a feature has to be in two of them
constexpr double strengths[] = {0.5, 2, 8, 32, 128};
constexpr double default_strength = 8;
constexpr double worthwhile = 0.005;  // gain of log-loss for which a greater strength is tried
constexpr double negligible_loss = 0.002;
constexpr double settled = 0.05;  // margins that move less from pass to pass are good enough to compare by
constexpr int most_trial_passes = 6, most_passes = 10;
constexpr double spared = 0.003;  // of the sum of squared weights: the small ones that are left out

using Comments = std::pmr::vector<std::uint32_t>;

void shuffle(Comments& comments, numeric::Chance& chance) {
    for (std::size_t i = comments.size(); i > 1; --i)
        std::swap(comments[i - 1], comments[static_cast<std::size_t>(chance.uniform() * static_cast<double>(i))]);
}

/// What one strength made of the comments that were held out.
struct Trial {
    double strength;
    HeldOut held_out;
    HeldOut::Calibration calibration{1, 0};
};

class Fit {
public:
    Fit(TrainingSet& set, std::uint32_t least_comments, const ClassifierOptions& options, bool several,
        std::pmr::memory_resource* memory, const Cancellation& cancellation)
        : set_(set),
          least_comments_(least_comments),
          options_(options),
          several_(several),
          memory_(memory),
          cancellation_(cancellation) {}

    std::unique_ptr<LinearClassifier> run(FitReport report);

private:
    void try_strengths();
    void try_strengths_without(std::uint8_t fold, std::span<const std::uint8_t> fold_of);
    const Trial* best_trial() const;
    bool approach(Comments& comments, int most);  // whether it settled
    void weigh(std::span<const std::uint32_t> comments);
    void describe(const Trial* best, LinearClassifier::Parts& parts) const;
    void add_features(LinearClassifier& model) const;

    TrainingSet& set_;
    std::uint32_t least_comments_;
    const ClassifierOptions& options_;
    bool several_;
    std::pmr::memory_resource* memory_;
    const Cancellation& cancellation_;
    numeric::Chance chance_{1};
    std::vector<Trial> trials_;
    std::pmr::vector<float> importance_{memory_};
    std::optional<DualAscent> ascent_;
    int passes_ = 0;
};

void Fit::weigh(std::span<const std::uint32_t> comments) {
    // What too few of these comments have is no feature to them, though with those held out there be enough: a word
    // that is kept because a held-out comment has it too would tell of that comment.
    importance_ = feature_importance(set_, comments, least_comments_, memory_, cancellation_);
    set_.weigh(importance_, cancellation_);
}

bool Fit::approach(Comments& comments, int most) {
    for (int pass = 0; pass < most; ++pass) {
        shuffle(comments, chance_);
        ++passes_;
        if (ascent_->pass(comments, cancellation_) < settled) return true;
    }
    return false;
}

void Fit::try_strengths() {
    const auto fold_of = assign_folds(set_, folds, cancellation_);
    std::size_t held_out = 0;
    for (std::uint8_t fold = 0; fold < folds && held_out < enough_held_out; ++fold) {
        const auto in_fold = static_cast<std::size_t>(std::ranges::count(fold_of, fold));
        held_out += in_fold;
        if (in_fold > 0) try_strengths_without(fold, fold_of);
    }
    for (Trial& trial : trials_) trial.calibration = trial.held_out.calibrate();
}

void Fit::try_strengths_without(std::uint8_t fold, std::span<const std::uint8_t> fold_of) {
    if (trials_.empty()) {
        if (options_.strength)
            trials_.push_back({*options_.strength, HeldOut(set_, several_, cancellation_)});
        else
            for (const double strength : strengths)
                trials_.push_back({strength, HeldOut(set_, several_, cancellation_)});
    }
    Comments seen(memory_), held_out(memory_);
    for (std::uint32_t comment = 0; comment < set_.size(); ++comment)
        (fold_of[comment] == fold ? held_out : seen).push_back(comment);
    weigh(seen);
    ascent_.emplace(set_, trials_.front().strength, memory_);
    std::vector<float> margins(set_.label_names.size());
    double least = INFINITY;
    for (std::size_t tried = 0; tried < trials_.size(); ++tried) {
        Trial& trial = trials_[tried];
        ascent_->set_strength(trial.strength);
        approach(seen, most_trial_passes);
        for (const std::uint32_t comment : held_out) {
            cancellation_.poll();
            ascent_->margins(comment, margins);
            trial.held_out.add(comment, margins);
        }
        if (held_out.size() < enough_held_out) continue;
        // One fold decides. Log-loss falls and then rises with the strength.
        const double loss = trial.held_out.calibrate().log_loss;
        while (loss > least * (1 - worthwhile) && trials_.size() > tried + 1) trials_.pop_back();
        least = std::min(least, loss);
    }
}

const Trial* Fit::best_trial() const {
    if (trials_.empty()) return nullptr;
    const auto loss = [](const Trial& trial) { return trial.calibration.log_loss; };
    const double least = loss(*std::ranges::min_element(trials_, {}, loss));
    // The weakest of those that are as good as the best one: where all are near 0, what is left between them is chance.
    return &*std::ranges::find_if(
        trials_, [&](const Trial& trial) { return loss(trial) <= least * (1 + worthwhile) + negligible_loss; });
}

std::unique_ptr<LinearClassifier> Fit::run(FitReport report) {
    try_strengths();
    const Trial* const best = best_trial();

    Comments all(set_.size(), memory_);
    std::iota(all.begin(), all.end(), 0U);
    weigh(all);
    const double strength = best ? best->strength : options_.strength.value_or(default_strength);
    if (!ascent_) ascent_.emplace(set_, strength, memory_);
    ascent_->set_strength(strength);
    ascent_->reweigh(cancellation_);
    const bool has_settled = approach(all, most_passes);

    LinearClassifier::Parts parts;
    parts.options = options_.features;
    parts.several = several_;
    parts.labels = set_.label_names;
    for (std::size_t label = 0; label < parts.labels.size(); ++label) parts.biases.push_back(ascent_->bias(label));
    if (several_) parts.thresholds.assign(parts.labels.size(), 0.5);
    report.converged = has_settled;
    report.iterations = passes_;
    parts.report = std::move(report);
    describe(best, parts);
    auto model = std::make_unique<LinearClassifier>(std::move(parts));
    add_features(*model);
    return model;
}

void Fit::describe(const Trial* best, LinearClassifier::Parts& parts) const {
    std::vector<CardRow>& card = parts.card;
    card.push_back({"fit", "comments", static_cast<double>(set_.size()), ""});
    card.push_back({"fit", "labels", static_cast<double>(parts.labels.size()), ""});
    card.push_back({"fit", "features", static_cast<double>(set_.width()), "words, pairs of words, pieces of words"});
    if (!best) {
        parts.report.message = "too few comments to hold any out: probabilities are not calibrated";
        card.push_back({"fit", "strength", options_.strength.value_or(default_strength), parts.report.message});
    } else {
        parts.temperature = best->calibration.temperature;
        parts.least_margin = best->held_out.least_margin(options_.other);
        if (several_) parts.thresholds = best->held_out.thresholds(parts.temperature);
        card.push_back({"fit", "strength", best->strength, "C of the logistic regressions"});
        card.push_back({"fit", "temperature", parts.temperature, "margins are divided by it"});
        card.push_back({"fit", "least margin", parts.least_margin, "a comment below is other"});
        for (const Trial& trial : trials_)
            card.push_back({"log-loss by strength", rounded(trial.strength), trial.calibration.log_loss, ""});
        const auto rows = best->held_out.card(best->calibration, parts.thresholds);
        parts.report.message =
            "on " + rounded(*rows[0].value, 9) + " held-out comments: " + rows[1].item + " " + rounded(*rows[1].value);
        card.insert(card.end(), rows.begin(), rows.end());
    }
    std::vector<std::int64_t> comments(parts.labels.size());
    for (const std::uint16_t label : set_.labels_of) ++comments[label];
    for (std::size_t label = 0; label < comments.size(); ++label) {
        card.push_back({"comments", parts.labels[label], static_cast<double>(comments[label]),
                        comments[label] == 1 ? "one comment is too few to learn or to judge by" : ""});
    }
}

void Fit::add_features(LinearClassifier& model) const {
    const std::size_t labels = set_.label_names.size();
    // The weight below which all weights together have a `spared` share of the sum of squares, to a 64th of an octave.
    constexpr int steps = 4096, per_octave = 64;
    std::vector<double> squares(steps, 0.0);
    const auto step = [](float weight) {
        return std::clamp(static_cast<int>((std::log2(std::abs(weight)) + 40) * per_octave), 0, steps - 1);
    };
    double total = 0;
    Pace pace(cancellation_);
    for (std::size_t feature = 0; feature < set_.width(); ++feature)
        for (std::size_t label = 0; label < labels; ++label) {
            pace.step();
            const float weight = ascent_->weight(feature, label) * importance_[feature];
            if (weight == 0) continue;
            squares[static_cast<std::size_t>(step(weight))] += double{weight} * weight;
            total += double{weight} * weight;
        }
    int lowest = 0;
    for (double sum = squares[0]; sum <= spared * total && lowest < steps - 1;)
        sum += squares[static_cast<std::size_t>(++lowest)];

    LinearClassifier::Feature feature;
    for (std::size_t at = 0; at < set_.width(); ++at) {
        float largest = 0;
        for (std::size_t label = 0; label < labels; ++label)
            largest = std::max(largest, std::abs(ascent_->weight(at, label)));
        feature = {set_.hashes[at], importance_[at], largest / 127, {}};
        for (std::size_t label = 0; label < labels && largest > 0; ++label) {
            pace.step();
            const float weight = ascent_->weight(at, label);
            const auto byte = static_cast<std::int8_t>(std::lround(weight / feature.scale));
            if (byte != 0 && step(weight * importance_[at]) >= lowest)
                feature.weights.emplace_back(static_cast<std::uint16_t>(label), byte);
        }
        if (feature.weights.empty()) feature.scale = 0;
        model.add(feature);
    }
}

std::unique_ptr<LinearClassifier> not_fitted(FitReport report, std::string why) {
    LinearClassifier::Parts parts;
    report.message = std::move(why);
    parts.report = std::move(report);
    return std::make_unique<LinearClassifier>(std::move(parts));
}

}  // namespace

std::unique_ptr<LinearClassifier> fit_classifier(const CommentCollector& comments, std::int64_t skipped,
                                                 const ClassifierOptions& options, bool several,
                                                 std::pmr::memory_resource* memory, const Cancellation& cancellation) {
    const std::uint32_t least = options.min_comments.value_or(comments.size() < many_comments ? 1 : 2);
    TrainingSet set = comments.training_set(least, cancellation);
    FitReport report;
    report.skipped = skipped;
    report.observations = static_cast<std::int64_t>(comments.size());
    std::int64_t distinct = 0;
    for (std::size_t i = 0; i < set.size(); ++i) distinct += i == 0 || set.contents[i] != set.contents[i - 1];
    report.distinct_observations = distinct;

    if (set.label_names.empty()) return not_fitted(report, "no comment has a label");
    if (!several && set.label_names.size() == 1) return not_fitted(report, "all comments have the same label");
    if (set.width() == 0)
        return not_fitted(report, "no word or piece of one occurs in " + std::to_string(least) + " comments or more");
    return Fit(set, least, options, several, memory, cancellation).run(std::move(report));
}

}  // namespace crm::text
