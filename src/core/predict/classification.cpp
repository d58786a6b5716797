#include "crm/predict/classification.hpp"

#include <algorithm>
#include <cmath>

#include "crm/predict/label_counts.hpp"
#include "crm/predict/scored_outcomes.hpp"

namespace crm::predict {

namespace {

constexpr std::size_t most_confusions = 1000000;

struct Counts {
    std::vector<LabelCounts> labels;  // by number
    double unpredicted = 0;           // rows
};

Counts counts_of(const LabelPairs& pairs, const std::vector<LabelPairs::Cell>& cells) {
    Counts counts{std::vector<LabelCounts>(pairs.labels().size())};
    const auto of = [&counts](std::int32_t number) -> LabelCounts& {
        return counts.labels[static_cast<std::size_t>(number)];
    };
    for (const auto& [actual, predicted, rows] : cells) {
        of(actual).support += rows;
        if (predicted == LabelPairs::no_prediction)
            counts.unpredicted += rows;
        else
            of(predicted).predicted += rows;
        if (actual == predicted) of(actual).hits += rows;
    }
    return counts;
}

/// Two columns that are to agree. Rows without prediction are a label of their own that none has. Whether a column has
/// one label only is counted: sums of weights that are fractions may differ by rounding.
class Agreement {
public:
    Agreement(std::span<const LabelCounts> labels, const LabelCounts& all, double unpredicted)
        : rows_(all.support), agreed_(all.hits / rows_), predicted_labels_(unpredicted > 0) {
        predicted_spread_ = spread(unpredicted);
        for (const LabelCounts& label : labels) {
            actual_labels_ += label.support > 0;
            predicted_labels_ += label.predicted > 0;
            by_chance_ += label.support / rows_ * (label.predicted / rows_);
            actual_spread_ += spread(label.support);
            predicted_spread_ += spread(label.predicted);
        }
    }

    /// What is agreed beyond chance, as a share of what can be; none when all is one label.
    std::optional<double> kappa() const {
        if (actual_labels_ == 1 && predicted_labels_ == 1 && agreed_ > 0) return {};
        return (agreed_ - by_chance_) / (1 - by_chance_);
    }

    /// None when one of the columns is one label.
    std::optional<double> correlation() const {
        if (actual_labels_ == 1 || predicted_labels_ == 1) return {};
        return std::clamp((agreed_ - by_chance_) / std::sqrt(actual_spread_ * predicted_spread_), -1.0, 1.0);
    }

private:
    double spread(double part) const { return part / rows_ * ((rows_ - part) / rows_); }

    double rows_, agreed_, by_chance_ = 0, actual_spread_ = 0, predicted_spread_ = 0;
    int actual_labels_ = 0, predicted_labels_;
};

}  // namespace

void LabelPairs::add(std::string_view actual, std::optional<std::string_view> predicted, double weight) {
    require_weight(weight);
    if (weight == 0) return;
    const std::int32_t actual_number = labels_.number(actual);
    cells_.add({actual_number, predicted ? labels_.number(*predicted) : no_prediction}, weight);
}

std::vector<LabelPairs::Cell> LabelPairs::cells(const Cancellation& cancellation) const {
    // By rank instead of number, for the numbers come from the order of the rows.
    const std::vector<std::int32_t> order = labels_.sorted();
    std::vector<std::int32_t> rank(order.size());
    for (std::size_t i = 0; i < order.size(); ++i) rank[static_cast<std::size_t>(order[i])] = static_cast<int>(i);
    const auto rank_of = [&rank](std::int32_t number) {
        return number == no_prediction ? number : rank[static_cast<std::size_t>(number)];
    };
    std::vector<Cell> cells;
    cells.reserve(cells_.size());
    for (const auto& [key, rows] : cells_.sorted(cancellation)) cells.push_back({key.actual, key.predicted, rows});
    Pace pace(cancellation);
    std::ranges::sort(cells, [&](const Cell& one, const Cell& other) {
        pace.step();
        return std::pair(rank_of(one.actual), rank_of(one.predicted)) <
               std::pair(rank_of(other.actual), rank_of(other.predicted));
    });
    return cells;
}

void LabelPairs::merge(const LabelPairs& other, const Cancellation& cancellation) {
    const std::vector<std::int32_t> here = labels_.adopt(other.labels_);
    Pace pace(cancellation);
    for (const auto& [key, rows] : other.cells_.sorted(cancellation)) {
        pace.step();
        const auto number = [&here](std::int32_t theirs) {
            return theirs == no_prediction ? theirs : here[static_cast<std::size_t>(theirs)];
        };
        cells_.add({number(key.actual), number(key.predicted)}, rows);
    }
}

void LabelPairs::save(Writer& out) const {
    labels_.save(out);
    cells_.save(out);
}

void LabelPairs::load(Reader& in, const Cancellation& cancellation) {
    labels_.load(in);
    cells_.load(in, cancellation);
    for (const auto& [key, rows] : cells_.sorted(cancellation))
        if (!labels_.holds(key.actual) || !(key.predicted == no_prediction || labels_.holds(key.predicted)))
            throw corrupt_data("unknown label in state");
}

std::vector<ReportLine> ClassificationReportBuilder::finish(const Cancellation& cancellation) const {
    const Counts counts = counts_of(*this, cells(cancellation));
    std::vector<ReportLine> lines;
    std::vector<LabelCounts> sorted;
    LabelCounts all;
    for (const std::int32_t number : labels().sorted()) {
        const LabelCounts& label = sorted.emplace_back(counts.labels[static_cast<std::size_t>(number)]);
        lines.push_back(line_of("label", std::string(labels().text(number)), label));
        all += label;
    }
    if (!std::isfinite(all.support)) throw out_of_range("sum of weights is too large");
    if (all.support == 0) return {};
    lines.push_back(overall_share("accuracy", all.hits, all.support));
    if (counts.unpredicted > 0) lines.push_back(line_of("average", "micro avg", all));
    lines.push_back(macro_average(sorted, all));
    lines.push_back(weighted_average(sorted, all));
    const Agreement agreement(sorted, all, counts.unpredicted);
    lines.push_back(overall("cohen kappa", agreement.kappa()));
    lines.push_back(overall("matthews correlation", agreement.correlation()));
    return lines;
}

std::vector<Confusion> ConfusionBuilder::finish(const Cancellation& cancellation) const {
    std::vector<Cell> found = cells(cancellation);
    if (found.size() > most_confusions)
        throw limit_exceeded("more than " + std::to_string(most_confusions) + " different pairs of labels", {},
                             "Map rare labels to one.");
    const std::vector<LabelCounts> counts = counts_of(*this, found).labels;
    std::ranges::stable_sort(found, std::ranges::greater(), &Cell::rows);
    std::vector<Confusion> all;
    all.reserve(found.size());
    for (const auto& [actual, predicted, rows] : found) {
        std::optional<std::string> said;
        if (predicted != no_prediction) said = labels().text(predicted);
        all.push_back({std::string(labels().text(actual)), std::move(said), count_of(rows),
                       rows / counts[static_cast<std::size_t>(actual)].support});
    }
    return all;
}

}  // namespace crm::predict
