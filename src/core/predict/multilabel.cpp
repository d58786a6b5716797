#include "crm/predict/multilabel.hpp"

#include <algorithm>

#include "crm/predict/label_counts.hpp"

namespace crm::predict {

namespace {

constexpr std::int64_t most_rows = std::int64_t{1} << 53;

}  // namespace

/// Ascending, each once.
std::vector<std::int32_t> MultilabelReportBuilder::numbers(std::span<const std::string_view> labels) {
    std::vector<std::int32_t> found;
    found.reserve(labels.size());
    for (const std::string_view label : labels) {
        found.push_back(labels_.number(label));
        if (counts_.size() < labels_.size()) counts_.resize(labels_.size());
    }
    std::ranges::sort(found);
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
}

void MultilabelReportBuilder::add(std::span<const std::string_view> actual,
                                  std::span<const std::string_view> predicted) {
    const auto is = numbers(actual), said = numbers(predicted);
    std::vector<std::int32_t> both;
    std::ranges::set_intersection(is, said, std::back_inserter(both));
    const auto count = [this](std::int32_t number) -> Counts& { return counts_[static_cast<std::size_t>(number)]; };
    for (const std::int32_t number : is) ++count(number).actual;
    for (const std::int32_t number : said) ++count(number).predicted;
    for (const std::int32_t number : both) ++count(number).both;
    overlaps_.add({static_cast<std::int32_t>(is.size()), static_cast<std::int32_t>(said.size()),
                   static_cast<std::int32_t>(both.size())});
}

void MultilabelReportBuilder::merge(const MultilabelReportBuilder& other, const Cancellation& cancellation) {
    const std::vector<std::int32_t> here = labels_.adopt(other.labels_);
    counts_.resize(labels_.size());
    for (std::size_t i = 0; i < here.size(); ++i) {
        Counts& mine = counts_[static_cast<std::size_t>(here[i])];
        mine.actual += other.counts_[i].actual;
        mine.predicted += other.counts_[i].predicted;
        mine.both += other.counts_[i].both;
    }
    overlaps_.merge(other.overlaps_, cancellation);
}

void MultilabelReportBuilder::save(Writer& out) const {
    labels_.save(out);
    for (const auto& [actual, predicted, both] : counts_)
        for (const std::int64_t count : {actual, predicted, both}) out.varint(static_cast<std::uint64_t>(count));
    overlaps_.save(out);
}

void MultilabelReportBuilder::load(Reader& in, const Cancellation& cancellation) {
    labels_.load(in);
    counts_.resize(labels_.size());
    const auto count = [&in] {
        const std::uint64_t read = in.varint();
        if (read > static_cast<std::uint64_t>(most_rows)) throw corrupt_data("impossible count in state");
        return static_cast<std::int64_t>(read);
    };
    for (auto& [actual, predicted, both] : counts_) {
        actual = count();
        predicted = count();
        both = count();
        if (both > actual || both > predicted) throw corrupt_data("impossible count in state");
    }
    overlaps_.load(in, cancellation);
}

std::vector<ReportLine> MultilabelReportBuilder::finish(const Cancellation& cancellation) const {
    double rows = 0, equal = 0, precision = 0, recall = 0, f1 = 0, differences = 0;
    for (const auto& [overlap, weight] : overlaps_.sorted(cancellation)) {
        const LabelCounts row{static_cast<double>(overlap.actual), static_cast<double>(overlap.predicted),
                              static_cast<double>(overlap.both)};
        rows += weight;
        if (overlap.both == overlap.actual && overlap.both == overlap.predicted) equal += weight;
        precision += weight * row.precision().value_or(0);
        recall += weight * row.recall().value_or(0);
        f1 += weight * row.f1().value_or(0);
        differences += weight * (row.support + row.predicted - 2 * row.hits);
    }
    if (rows == 0) return {};

    std::vector<ReportLine> lines;
    std::vector<LabelCounts> counts;
    LabelCounts all;
    for (const std::int32_t number : labels_.sorted()) {
        const auto& [actual, predicted, both] = counts_[static_cast<std::size_t>(number)];
        const LabelCounts& label = counts.emplace_back(
            LabelCounts{static_cast<double>(actual), static_cast<double>(predicted), static_cast<double>(both)});
        lines.push_back(line_of("label", std::string(labels_.text(number)), label));
        all += label;
    }
    lines.push_back(overall_share("exact match", equal, rows));
    lines.push_back(line_of("average", "micro avg", all));
    lines.push_back(macro_average(counts, all));
    lines.push_back(weighted_average(counts, all));
    ReportLine samples = line_of("average", "samples avg", all);
    samples.precision = precision / rows;
    samples.recall = recall / rows;
    samples.f1 = f1 / rows;
    lines.push_back(samples);
    lines.push_back(
        overall("hamming loss", LabelCounts::ratio(differences, rows * static_cast<double>(counts.size()))));
    return lines;
}

}  // namespace crm::predict
