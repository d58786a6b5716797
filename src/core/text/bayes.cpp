#include "crm/text/bayes.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "crm/foundation/base64.hpp"
#include "crm/foundation/error.hpp"
#include "crm/text/linear_classifier.hpp"

namespace crm::text {

namespace {

constexpr int format = 1;
constexpr std::uint64_t most_reported = std::uint64_t{1} << 53;

std::int64_t reported(std::uint64_t count) { return static_cast<std::int64_t>(std::min(count, most_reported)); }

}  // namespace

TextBayes::TextBayes(BayesOptions options, BayesCounts counts, const BayesCalibration& calibration)
    : options_(options), counts_(std::move(counts)), calibration_(calibration) {
    index_features();
    weigh();
}

std::unique_ptr<TextBayes> TextBayes::fitted(const BayesOptions& options, BayesCounts counts,
                                             const Cancellation& cancellation) {
    const BayesCalibration calibration = BayesCalibration::find(options, counts, cancellation);
    return std::make_unique<TextBayes>(options, std::move(counts), calibration);
}

void TextBayes::index_features() {
    const std::size_t size = counts_.features.size();
    const int bits = std::max(1, static_cast<int>(std::bit_width(size)));
    block_shift_ = 64 - bits;
    blocks_.assign((std::size_t{1} << bits) + 1, 0);
    std::size_t block = 0;
    for (std::size_t feature = 0; feature < size; ++feature)
        while (block <= counts_.features[feature] >> block_shift_)
            blocks_[block++] = static_cast<std::uint32_t>(feature);
    while (block < blocks_.size()) blocks_[block++] = static_cast<std::uint32_t>(size);
}

void TextBayes::weigh() {
    const BayesFormula& formula = calibration_.formula;
    BayesTotals all{0, 0, static_cast<double>(counts_.features.size())};
    std::vector<BayesSums> labels;
    for (const std::uint64_t comments : counts_.comments) {
        labels.push_back({static_cast<double>(comments), 0});
        all.comments += static_cast<double>(comments);
    }
    bases_.reserve(counts_.features.size());
    weights_.reserve(counts_.entries.size());
    of_label_.reserve(counts_.entries.size());
    for (std::size_t feature = 0; feature < counts_.features.size(); ++feature) {
        double occurrences = 0;
        for (const auto& entry : counts_.of(feature)) occurrences += static_cast<double>(entry.count);
        for (const auto& [label, count] : counts_.of(feature)) {
            const auto there = static_cast<double>(count);
            weights_.push_back(formula.weight(there, occurrences));
            of_label_.push_back(label);
            labels[label].occurrences += there;
            labels[label].weights += weights_.back();
        }
        bases_.push_back(formula.base(occurrences));
        all.occurrences += occurrences;
        all.bases += bases_.back();
    }
    for (const BayesSums& label : labels) terms_.push_back(formula.terms(label, all));
}

template <class Known>
std::size_t TextBayes::each_known(const Comment& comment, const Known& known) const {
    std::size_t all = 0;
    const auto look_up = [&](std::uint64_t hash, std::uint32_t begin, std::uint32_t end) {
        ++all;
        const std::uint64_t* const features = counts_.features.data();
        const std::uint64_t block = hash >> block_shift_;
        const std::uint64_t* const last = features + blocks_[block + 1];
        const std::uint64_t* const found = std::lower_bound(features + blocks_[block], last, hash);
        if (found != last && *found == hash) known(static_cast<std::size_t>(found - features), begin, end);
    };
    for_each_phrase(comment, options_.features, look_up);
    for_each_piece(comment, options_.features, look_up);
    return all;
}

std::vector<double> TextBayes::margins(const Comment& comment) const {
    std::vector<double> sums(counts_.labels.size());
    double bases = 0, known = 0;
    const std::size_t all = each_known(comment, [&](std::size_t feature, std::uint32_t, std::uint32_t) {
        bases += bases_[feature];
        known += 1;
        const std::size_t end = counts_.begins[feature + 1];
        for (std::size_t i = counts_.begins[feature]; i < end; ++i) sums[of_label_[i]] += weights_[i];
    });
    const double scale = comment_scale(all), lost = (static_cast<double>(all) - known) * cost_of_unknown;
    for (std::size_t label = 0; label < sums.size(); ++label) {
        const auto& [start, tilt, weight, each] = terms_[label];
        sums[label] = (start - lost + bases * tilt + sums[label] * weight + known * each) / scale;
    }
    return sums;
}

std::vector<double> TextBayes::probabilities(std::span<const double> margins) const {
    return soft_max(margins, calibration_.temperature);
}

double TextBayes::contributions(const Comment& comment, std::size_t label, std::vector<Contribution>& found) const {
    const LabelTerms& terms = terms_[label];
    const std::size_t first = found.size();
    const std::size_t all = each_known(comment, [&](std::size_t feature, std::uint32_t begin, std::uint32_t end) {
        const auto entries = counts_.of(feature);
        const auto entry = std::ranges::lower_bound(entries, label, {}, &BayesCounts::Entry::label);
        const bool there = entry != entries.end() && entry->label == label;
        const double own = there ? weights_[static_cast<std::size_t>(&*entry - counts_.entries.data())] : 0;
        found.push_back({begin, end, is_phrase(counts_.features[feature]),
                         bases_[feature] * terms.tilt + own * terms.scale + terms.each});
    });
    const double scale = comment_scale(all);
    for (std::size_t i = first; i < found.size(); ++i) found[i].weight /= scale;
    const auto unknown = static_cast<double>(all - (found.size() - first));
    return (terms.start - unknown * cost_of_unknown) / scale;
}

std::optional<FitReport> TextBayes::report() const {
    std::uint64_t comments = 0;
    for (const std::uint64_t of_label : counts_.comments) comments += of_label;
    FitReport report;
    report.observations = report.distinct_observations = reported(comments);
    report.skipped = reported(counts_.skipped);
    report.converged = usable();
    if (counts_.labels.size() < 2)
        report.message = "all comments have the same label";
    else if (counts_.features.empty())
        report.message = "comments have no words";
    else if (calibration_.comments == 0)
        report.message = "probabilities are not calibrated: fewer than " +
                         std::to_string(BayesCalibration::least_comments) + " distinct comments to do it on";
    return report;
}

void TextBayes::save(Writer& out) const {
    out.put<std::uint8_t>(format);
    options_.save(out);
    calibration_.save(out);
    counts_.save(out);
}

std::unique_ptr<TextBayes> TextBayes::load(Reader& in) {
    read_version(in, format, name);
    const BayesOptions options = BayesOptions::load(in);
    const BayesCalibration calibration = BayesCalibration::load(in);
    return std::make_unique<TextBayes>(options, BayesCounts::load(in), calibration);
}

Json::Object TextBayes::to_json() const {
    Json::Object labels;
    for (std::size_t label = 0; label < counts_.labels.size(); ++label)
        labels.emplace_back(counts_.labels[label], reported(counts_.comments[label]));
    Writer body;
    save(body);
    return {{"options", options_.to_json()},
            {"labels", std::move(labels)},
            {"features", reported(counts_.features.size())},
            {"calibration",
             Json::Object{{"kind", name_of(calibration_.formula.kind)},
                          {"smoothing", calibration_.formula.smoothing},
                          {"comments", reported(calibration_.comments)},
                          {"temperature", calibration_.temperature},
                          {"least_margin", calibration_.least_margin ? Json(*calibration_.least_margin) : Json()}}},
            {"fit", report()->to_json()},
            {"stored", to_base64(body.bytes())}};
}

std::unique_ptr<TextBayes> TextBayes::from_json(const Json& json) {
    json.expect_keys({"options", "labels", "features", "calibration", "fit", "stored"}, "model of kind text_bayes");
    const std::vector<std::byte> body = from_base64(json.at("stored", "model").string("stored"));
    Reader in(body);
    auto model = load(in);
    in.expect_end();
    return model;
}

std::unique_ptr<TextBayes> TextBayes::make(const Json&) {
    throw invalid_argument("model of kind text_bayes has no parameters to be made from", {},
                           "Fit it to labelled comments with crm.fit_text_bayes(label, comment).");
}

}  // namespace crm::text
