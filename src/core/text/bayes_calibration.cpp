#include <algorithm>
#include <cmath>
#include <limits>

#include "crm/text/bayes.hpp"
#include "crm/text/bayes_formula.hpp"

namespace crm::text {

namespace {

// Bounds of the work, whatever the number of labels.
constexpr std::size_t most_margins = 2'000'000, most_entries = 50'000'000;

/// The margins of the kept comments, each as if it and its copies had not been counted.
class LeftOut {
public:
    LeftOut(const BayesFormula& formula, const BayesCounts& counts)
        : counts_(counts), formula_(formula), labels_(counts.labels.size()), occurrences_(counts.features.size()) {
        all_.features = static_cast<double>(counts.features.size());
        for (const std::uint64_t comments : counts.comments) {
            labels_[label_count_++].comments = static_cast<double>(comments);
            all_.comments += static_cast<double>(comments);
        }
        for (std::size_t feature = 0; feature < occurrences_.size(); ++feature) {
            for (const auto& [label, count] : counts.of(feature)) occurrences_[feature] += static_cast<double>(count);
            for (const auto& [label, count] : counts.of(feature)) {
                labels_[label].occurrences += static_cast<double>(count);
                if (formula.kind == BayesKind::normalised_complement)
                    labels_[label].weights += formula_.weight(static_cast<double>(count), occurrences_[feature]);
            }
            all_.occurrences += occurrences_[feature];
            all_.bases += formula_.base(occurrences_[feature]);
        }
    }

    /// Appends one for each label.
    void margins(const BayesCounts::Kept& comment, std::vector<double>& margins) {
        const auto copies = static_cast<double>(comment.copies);
        BayesTotals all = all_;
        std::size_t length = 0;
        double known = 0, bases = 0;
        sums_.assign(label_count_, 0);
        for (const auto& [feature, times] : comment.parts) {
            length += times;
            const double removed = copies * times;
            all.occurrences -= removed;
            const double left = occurrences_[feature] - removed;
            entries_ += counts_.of(feature).size();
            if (left <= 0) {
                all.features -= 1;
                continue;
            }
            known += times;
            bases += times * formula_.base(left);
            for (const auto& [label, count] : counts_.of(feature)) {
                const double there = static_cast<double>(count) - (label == comment.label ? removed : 0);
                sums_[label] += times * formula_.weight(std::clamp(there, 0.0, left), left);
            }
        }
        all.comments -= copies;
        all.occurrences = std::max(all.occurrences, 0.0);
        const double scale = comment_scale(length), lost = (static_cast<double>(length) - known) * cost_of_unknown;
        for (std::size_t label = 0; label < label_count_; ++label) {
            BayesSums sums = labels_[label];
            if (label == comment.label) {
                sums.comments = std::max(sums.comments - copies, formula_.smoothing);
                sums.occurrences = std::max(sums.occurrences - copies * static_cast<double>(length), 0.0);
            }
            const LabelTerms terms = formula_.terms(sums, all);
            margins.push_back(
                (terms.start - lost + bases * terms.tilt + sums_[label] * terms.scale + known * terms.each) / scale);
        }
    }

    bool is_enough(std::size_t margins) const {
        return margins + label_count_ > most_margins || entries_ > most_entries;
    }

private:
    const BayesCounts& counts_;
    BayesFormula formula_;
    std::vector<BayesSums> labels_;
    std::vector<double> occurrences_;
    BayesTotals all_{};
    std::size_t label_count_ = 0, entries_ = 0;
    std::vector<double> sums_;
};

/// Comments of known labels, and the margins that a model gives them that has not seen them.
struct Proof {
    std::vector<double> margins;  // one for each label, comment after comment
    std::vector<std::uint16_t> truth;

    std::span<const double> of(std::size_t comment) const {
        const std::size_t labels = margins.size() / truth.size();
        return std::span(margins).subspan(comment * labels, labels);
    }
};

/// What the average comment's own margin exceeds the expected one by, when margins are multiplied by `steepness`: the
/// slope of the log-likelihood, which falls as steepness grows. As in Platt (1999) a little of each comment belongs to
/// all labels, lest few comments that are all told right make the model sure of everything.
double slope(const Proof& proof, double steepness) {
    const double shared = 1 / (static_cast<double>(proof.truth.size()) + 2);
    double sum = 0;
    for (std::size_t i = 0; i < proof.truth.size(); ++i) {
        const std::span own = proof.of(i);
        const double greatest = *std::ranges::max_element(own);
        double weights = 0, weighted = 0, plain = 0;
        for (const double margin : own) {
            const double weight = std::exp(steepness * (margin - greatest));
            weights += weight;
            weighted += weight * margin;
            plain += margin;
        }
        sum +=
            (1 - shared) * own[proof.truth[i]] + shared * plain / static_cast<double>(own.size()) - weighted / weights;
    }
    return sum;
}

double temperature_of(const Proof& proof, const Cancellation& cancellation) {
    double low = std::log(1e-4), high = std::log(1e4);
    for (int i = 0; i < 24; ++i) {
        cancellation.poll();
        const double middle = (low + high) / 2;
        (slope(proof, std::exp(middle)) > 0 ? low : high) = middle;
    }
    return std::exp(-(low + high) / 2);
}

/// Minus the log-likelihood of the comments' own labels.
double loss(const Proof& proof, double temperature) {
    double sum = 0;
    for (std::size_t i = 0; i < proof.truth.size(); ++i) {
        const std::span own = proof.of(i);
        const double greatest = *std::ranges::max_element(own);
        double weights = 0;
        for (const double margin : own) weights += std::exp((margin - greatest) / temperature);
        sum += std::log(weights) - (own[proof.truth[i]] - greatest) / temperature;
    }
    return sum;
}

/// That so small a share of the comments has no greater one.
double least_margin_of(const Proof& proof, double share) {
    std::vector<double> greatest;
    for (std::size_t i = 0; i < proof.truth.size(); ++i) greatest.push_back(*std::ranges::max_element(proof.of(i)));
    const auto at = static_cast<std::size_t>(share * static_cast<double>(greatest.size()));
    std::ranges::nth_element(greatest, greatest.begin() + static_cast<std::ptrdiff_t>(at));
    return greatest[at];
}

Proof left_out(const BayesFormula& formula, const BayesCounts& counts, const Cancellation& cancellation) {
    LeftOut left_out(formula, counts);
    Proof proof;
    for (const BayesCounts::Kept& comment : counts.kept) {
        cancellation.poll();
        if (left_out.is_enough(proof.margins.size())) break;
        left_out.margins(comment, proof.margins);
        proof.truth.push_back(comment.label);
    }
    return proof;
}

std::vector<BayesFormula> candidates(const BayesOptions& options) {
    std::vector<BayesFormula> all;
    for (const BayesKind kind : {BayesKind::multinomial, BayesKind::complement}) {
        if (options.kind && kind != BayesKind::multinomial) break;
        for (const double smoothing : {1.0, 0.3, 0.1, 0.03}) {
            all.push_back({options.kind.value_or(kind), options.smoothing.value_or(smoothing)});
            if (options.smoothing) break;
        }
    }
    return all;
}

}  // namespace

BayesCalibration BayesCalibration::find(const BayesOptions& options, const BayesCounts& counts,
                                        const Cancellation& cancellation) {
    BayesCalibration best;
    best.formula = {options.kind.value_or(BayesKind::complement), options.smoothing.value_or(1)};
    if (counts.labels.size() < 2 || counts.kept.size() < least_comments) return best;
    double least_loss = std::numeric_limits<double>::infinity();
    for (const BayesFormula& formula : candidates(options)) {
        const Proof proof = left_out(formula, counts, cancellation);
        const bool finite = std::ranges::all_of(proof.margins, [](double margin) { return std::isfinite(margin); });
        if (proof.truth.size() < least_comments || !finite) continue;
        const double temperature = temperature_of(proof, cancellation), lost = loss(proof, temperature);
        if (!(lost < least_loss)) continue;
        least_loss = lost;
        best = {formula, proof.truth.size(), temperature, {}};
        if (options.other > 0) best.least_margin = least_margin_of(proof, options.other);
    }
    return best;
}

void BayesCalibration::save(Writer& out) const {
    out.put(static_cast<std::uint8_t>(formula.kind));
    out.put(formula.smoothing);
    out.varint(comments);
    out.put(temperature);
    out.put(static_cast<std::uint8_t>(least_margin.has_value()));
    if (least_margin) out.put(*least_margin);
}

BayesCalibration BayesCalibration::load(Reader& in) {
    BayesCalibration calibration;
    const auto kind = in.get<std::uint8_t>();
    calibration.formula = {static_cast<BayesKind>(kind), in.get<double>()};
    calibration.comments = in.varint();
    calibration.temperature = in.get<double>();
    const auto has_least = in.get<std::uint8_t>();
    if (has_least == 1) calibration.least_margin = in.get<double>();
    if (kind > static_cast<std::uint8_t>(BayesKind::multinomial) || !valid_smoothing(calibration.formula.smoothing) ||
        calibration.comments > most_margins || !(calibration.temperature > 0) ||
        !std::isfinite(calibration.temperature) || has_least > 1 ||
        !std::isfinite(calibration.least_margin.value_or(0)))
        throw corrupt_data("impossible calibration in model");
    return calibration;
}

}  // namespace crm::text
