#include "crm/predict/drift_reference.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "crm/foundation/error.hpp"
#include "crm/foundation/rounded.hpp"

namespace crm::predict {

namespace {

constexpr int newest_version = 1, most_bins = 1000;
constexpr double most_rows = 0x1p53;

std::size_t bins_of(const Feature& feature, const DriftBins& bins) {
    return feature.is_numeric() ? bins.cuts.size() + 2 : feature.levels.size() + (feature.has_other ? 0 : 1);
}

/// What is wrong, or nothing.
std::string defect_of(const Feature& feature, const DriftBins& bins) {
    const std::string whose = " of feature \"" + excerpt(feature.name) + "\"";
    if (!feature.is_numeric() && (!feature.has_missing || !bins.cuts.empty())) return "impossible bins" + whose;
    if (bins.counts.size() != bins_of(feature, bins))
        return "number of counts" + whose + " must be " + std::to_string(bins_of(feature, bins)) + ", not " +
               std::to_string(bins.counts.size());
    for (const double cut : bins.cuts)
        if (!std::isfinite(cut)) return "cuts" + whose + " must be finite";
    if (std::ranges::adjacent_find(bins.cuts, std::greater_equal{}) != bins.cuts.end())
        return "cuts" + whose + " must ascend";
    for (const double count : bins.counts)
        if (!(count >= 0 && count <= most_rows)) return "counts" + whose + " must be 0 or more, not " + shortest(count);
    return {};
}

std::string defect_of(const DriftReference::Content& content) {
    const auto& features = content.encoder.features();
    if (content.bins.size() != features.size())
        return "number of features must be " + std::to_string(features.size()) + ", not " +
               std::to_string(content.bins.size());
    for (std::size_t i = 0; i < features.size(); ++i)
        if (std::string wrong = defect_of(features[i], content.bins[i]); !wrong.empty()) return wrong;
    return {};
}

/// To compare with all of a few cuts takes less time than to guess the branches of a search wrong.
std::size_t bin_of_number(const std::vector<double>& cuts, double number) {
    constexpr std::size_t few = 32;
    if (cuts.size() > few) return static_cast<std::size_t>(std::ranges::lower_bound(cuts, number) - cuts.begin());
    std::size_t bin = 0;
    for (const double cut : cuts) bin += cut < number;
    return bin;
}

std::vector<double> numbers(const Json& json, std::string_view what) {
    std::vector<double> all;
    for (const Json& one : json.array(what)) all.push_back(one.number(what));
    return all;
}

void add_missing_level(Feature& feature) {
    if (feature.is_numeric() || feature.has_missing) return;
    feature.levels.push_back({"missing", 0});
    feature.has_missing = true;
}

/// The values of one feature as they come, NaN where missing.
template <class Take>
void each_code(const FeatureRows& rows, const LearntEncoder& learnt, std::size_t feature, const Cancellation& cancel,
               const Take& take) {
    const std::size_t column = learnt.column_of(feature);
    for (const CellChunk& chunk : rows.chunks()) {
        cancel.poll();
        for (std::size_t row = 0; row < chunk.rows; ++row) take(learnt.code(feature, chunk.at(row, column)));
    }
}

/// Cuts at values, so that the bins hold about as many rows each and none is empty.
std::vector<double> quantiles(std::vector<double>& values, int bins, const Cancellation& cancel) {
    std::vector<double> cuts;
    if (values.empty()) return cuts;
    const double most = *std::ranges::max_element(values);
    auto from = values.begin();
    for (int bin = 1; bin < bins; ++bin) {
        cancel.poll();
        const double share = static_cast<double>(bin) / bins * static_cast<double>(values.size());
        const auto at = values.begin() + std::max<std::ptrdiff_t>(std::llround(std::ceil(share)) - 1, 0);
        if (at >= from) {
            std::nth_element(from, at, values.end());
            from = at;
        }
        const double cut = *at + 0;
        if (cut < most && (cuts.empty() || cut > cuts.back())) cuts.push_back(cut);
    }
    return cuts;
}

}  // namespace

DriftOptions DriftOptions::from_json(const Json& json) {
    json.expect_keys({"bins", "names", "levels"}, "options of a reference");
    DriftOptions options;
    if (const Json* bins = json.find("bins")) options.bins = static_cast<int>(bins->integer("bins", 2, most_bins));
    if (const Json* names = json.find("names"))
        for (const Json& name : names->array("names"))
            options.encoder.names.push_back(name.string("name of a feature"));
    if (const Json* levels = json.find("levels"))
        options.encoder.levels = static_cast<std::size_t>(levels->integer("levels", 1, 1000));
    return options;
}

void DriftOptions::save(Writer& out) const {
    out.varint(static_cast<std::uint64_t>(bins));
    encoder.save(out);
}

DriftOptions DriftOptions::load(Reader& in) {
    DriftOptions options;
    const std::uint64_t bins = in.varint();
    if (bins < 2 || bins > most_bins) throw corrupt_data("impossible options of a reference in state");
    options.bins = static_cast<int>(bins);
    options.encoder = EncoderOptions::load(in);
    return options;
}

DriftReference::DriftReference(Content content) : content_(std::move(content)) {
    if (const std::string wrong = defect_of(content_); !wrong.empty()) throw invalid_argument(wrong);
    first_.push_back(0);
    for (const DriftBins& bins : content_.bins) first_.push_back(first_.back() + bins.counts.size());
}

std::size_t DriftReference::bin_of(std::size_t feature, double code) const {
    const DriftBins& bins = content_.bins[feature];
    if (std::isnan(code)) return bins.counts.size() - 1;
    if (!content_.encoder.features()[feature].is_numeric()) return static_cast<std::size_t>(code);
    return bin_of_number(bins.cuts, code);
}

std::string DriftReference::name_of(std::size_t feature, std::size_t bin) const {
    const Feature& known = content_.encoder.features()[feature];
    const auto& cuts = content_.bins[feature].cuts;
    if (!known.is_numeric()) return bin < known.levels.size() ? known.levels[bin].name : "levels never seen";
    if (bin > cuts.size()) return "missing";
    if (cuts.empty()) return "any number";
    if (bin == 0) return "up to " + rounded(cuts.front(), 4);
    if (bin == cuts.size()) return "above " + rounded(cuts.back(), 4);
    return "above " + rounded(cuts[bin - 1], 4) + " to " + rounded(cuts[bin], 4);
}

void DriftReference::save(Writer& out) const {
    out.put(static_cast<std::uint8_t>(newest_version));
    content_.encoder.save(out);
    for (const DriftBins& bins : content_.bins) {
        out.varint(bins.cuts.size());
        for (const double cut : bins.cuts) out.put(cut);
        out.varint(bins.counts.size());
        for (const double count : bins.counts) out.put(count);
    }
    out.put<std::uint8_t>(content_.report.has_value());
    if (content_.report) content_.report->save(out);
}

std::unique_ptr<DriftReference> DriftReference::load(Reader& in) {
    read_version(in, newest_version, "model of kind drift_reference");
    Content content{Encoder::load(in), {}, {}};
    content.bins.resize(content.encoder.features().size());
    for (DriftBins& bins : content.bins) {
        bins.cuts.resize(in.count(sizeof(double)));
        for (double& cut : bins.cuts) cut = in.get<double>();
        bins.counts.resize(in.count(sizeof(double)));
        for (double& count : bins.counts) count = in.get<double>();
    }
    if (in.get<std::uint8_t>() != 0) content.report = FitReport::load(in);
    if (const std::string wrong = defect_of(content); !wrong.empty()) throw corrupt_data(wrong);
    return std::make_unique<DriftReference>(std::move(content));
}

Json::Object DriftReference::to_json() const {
    Json::Array all;
    for (const DriftBins& bins : content_.bins)
        all.push_back(Json::Object{{"cuts", Json::Array(bins.cuts.begin(), bins.cuts.end())},
                                   {"counts", Json::Array(bins.counts.begin(), bins.counts.end())}});
    Json::Object json{{"encoder", content_.encoder.to_json()}, {"bins", std::move(all)}};
    if (content_.report) json.emplace_back("fit", content_.report->to_json());
    return json;
}

std::unique_ptr<DriftReference> DriftReference::from_json(const Json& json) {
    constexpr std::string_view what = "model of kind drift_reference";
    json.expect_keys({"encoder", "bins", "fit"}, what);
    Content content{Encoder::from_json(json.at("encoder", what)), {}, {}};
    for (const Json& bins : json.at("bins", what).array("bins"))
        content.bins.push_back(
            {numbers(bins.at("cuts", "bins"), "cuts"), numbers(bins.at("counts", "bins"), "counts")});
    if (const Json* report = json.find("fit")) content.report = FitReport::from_json(*report);
    return std::make_unique<DriftReference>(std::move(content));
}

std::unique_ptr<DriftReference> DriftReference::make(const Json& parameters) {
    std::map<std::string, std::pair<Feature, DriftBins>> known;
    for (const auto& [name, json] : parameters.object("parameters")) {
        json.expect_keys({"cuts", "counts", "missing"}, "feature of a reference");
        auto& [feature, bins] = known[name];
        feature.name = name;
        const Json* const missing = json.find("missing");
        const double without = missing ? missing->number("missing") : 0;
        const Json& counts = json.at("counts", "feature of a reference");
        if (const Json* const cuts = json.find("cuts")) {
            bins = {numbers(*cuts, "cuts"), numbers(counts, "counts")};
            if (bins.counts.size() != bins.cuts.size() + 1)
                throw invalid_argument("number of counts of feature \"" + excerpt(name) +
                                       "\" must be one more than that of cuts, not " +
                                       std::to_string(bins.counts.size()));
            bins.counts.push_back(without);
            continue;
        }
        feature.kind = Feature::Kind::categorical;
        std::map<std::string, double> levels;
        for (const auto& [level, count] : counts.object("counts")) levels[level] = count.number("count");
        for (const auto& [level, count] : levels) {
            feature.levels.push_back({level, 0});
            bins.counts.push_back(count);
        }
        add_missing_level(feature);
        bins.counts.push_back(without);
        bins.counts.push_back(0);
    }
    Content content;
    std::vector<Feature> features;
    for (auto& [name, one] : known) {
        features.push_back(std::move(one.first));
        content.bins.push_back(std::move(one.second));
    }
    content.encoder = Encoder(std::move(features), true);
    return std::make_unique<DriftReference>(std::move(content));
}

DriftOptions DriftReferenceFit::options() const {
    if (options_.empty()) return {};
    Reader in(options_);
    return DriftOptions::load(in);
}

void DriftReferenceFit::set(const DriftOptions& options, std::uint64_t edition) {
    if (edition != 0 && edition == edition_) return;
    if (rows_.size() == 0) {
        Writer out;
        options.save(out);
        options_.assign(out.bytes().begin(), out.bytes().end());
    } else if (options != this->options()) {
        throw invalid_argument("options of a reference must be the same in every row");
    }
    edition_ = edition;
}

void DriftReferenceFit::merge(const DriftReferenceFit& other, const Cancellation& cancellation) {
    skipped_ += other.skipped_;
    if (other.rows_.size() == 0) return;
    if (rows_.size() == 0) {
        options_ = other.options_;
        edition_ = 0;
    }
    if (options() != other.options()) throw invalid_argument("options of a reference must be the same in every row");
    rows_.merge(other.rows_, cancellation);
}

void DriftReferenceFit::save(Writer& out) const {
    out.varint(skipped_);
    out.varint(options_.size());
    out.raw(options_.data(), options_.size());
    rows_.save(out);
}

void DriftReferenceFit::load(Reader& in, const Cancellation& cancellation) {
    skipped_ = in.varint();
    const Bytes options = in.take(in.count());
    options_.assign(options.begin(), options.end());
    if (!options_.empty()) {
        Reader saved(options_);
        (void)DriftOptions::load(saved);
        saved.expect_end();
    }
    rows_.load(in, cancellation);
}

std::unique_ptr<DriftReference> DriftReferenceFit::finish(const Cancellation& cancellation) const {
    if (rows_.size() == 0) return nullptr;
    const DriftOptions options = this->options();
    const LearntEncoder learnt = rows_.learn({}, options.encoder, cancellation);
    std::vector<Feature> features = learnt.encoder.features();
    std::ranges::for_each(features, add_missing_level);

    DriftReference::Content content{Encoder(std::move(features), learnt.encoder.is_named()), {}, {}};
    std::vector<double> values;
    for (std::size_t f = 0; f < content.encoder.features().size(); ++f) {
        const Feature& feature = content.encoder.features()[f];
        DriftBins& bins = content.bins.emplace_back();
        if (feature.is_numeric()) {
            values.clear();
            each_code(rows_, learnt, f, cancellation, [&values](double code) {
                if (!std::isnan(code)) values.push_back(code);
            });
            bins.cuts = quantiles(values, options.bins, cancellation);
            bins.counts.assign(bins.cuts.size() + 2, 0);
            for (const double value : values) ++bins.counts[bin_of_number(bins.cuts, value)];
            bins.counts.back() = static_cast<double>(rows_.size() - values.size());
            continue;
        }
        bins.counts.assign(bins_of(feature, bins), 0);
        each_code(rows_, learnt, f, cancellation, [&](double code) {
            ++bins.counts[std::isnan(code) ? feature.levels.size() - 1 : static_cast<std::size_t>(code)];
        });
    }
    FitReport& report = content.report.emplace();
    report.observations = report.distinct_observations = static_cast<std::int64_t>(rows_.size());
    report.skipped = static_cast<std::int64_t>(skipped_);
    report.converged = true;
    for (const std::string& note : learnt.notes) report.message += (report.message.empty() ? "" : "; ") + note;
    return std::make_unique<DriftReference>(std::move(content));
}

}  // namespace crm::predict
