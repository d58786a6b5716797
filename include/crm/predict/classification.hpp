// How well predicted labels agree with actual ones, one of each a row: report by label, and confusions.
// Cohen (1960), A coefficient of agreement for nominal scales, Educational and Psychological Measurement 20(1);
// Gorodkin (2004), Comparing two K-category assignments by a K-category correlation coefficient, Computational Biology
// and Chemistry 28(5-6): the Matthews correlation for any number of labels.
#pragma once
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "crm/foundation/cancellation.hpp"
#include "crm/foundation/tally.hpp"
#include "crm/predict/labels.hpp"

namespace crm::predict {

/// A line of a report. What is undefined is none: precision of a label that was never predicted, recall of one that
/// never was.
struct ReportLine {
    std::string_view section;  // "label"; "overall", of all rows; "average", over the labels or rows
    std::string label;         // or the name of the figure
    std::optional<double> precision, recall, f1;
    std::optional<double> support, predicted;   // rows that are, that were said to be
    std::optional<double> value, lower, upper;  // overall, with a 95 % interval where there is one

    friend bool operator==(const ReportLine&, const ReportLine&) = default;
};

struct Confusion {
    std::string actual;
    std::optional<std::string> predicted;  // none: no prediction was made
    std::int64_t rows;
    double share_of_actual;

    friend bool operator==(const Confusion&, const Confusion&) = default;
};

/// Numbers of two labels.
struct LabelPair {
    std::int32_t actual, predicted;

    static auto tied(auto& self) { return std::tie(self.actual, self.predicted); }
};

/// Rows by actual and predicted label.
class LabelPairs {
public:
    struct Cell {
        std::int32_t actual, predicted;  // numbers of labels; no_prediction
        double rows;
    };
    static constexpr std::int32_t no_prediction = -1;

    explicit LabelPairs(std::pmr::memory_resource* memory) : labels_(memory), cells_(memory) {}

    /// A row that stands for `weight` equal ones. Throws invalid_argument unless 0 <= weight < infinity, limit_exceeded
    /// for more labels than Labels bear.
    void add(std::string_view actual, std::optional<std::string_view> predicted, double weight = 1);

    void merge(const LabelPairs&, const Cancellation& = {});
    void save(Writer&) const;
    void load(Reader&, const Cancellation& = {});

    const Labels& labels() const { return labels_; }

    /// Those that occur, by the bytes of the labels, no prediction first.
    std::vector<Cell> cells(const Cancellation& = {}) const;

private:
    Labels labels_;
    Tally<LabelPair> cells_;
};

/// The aggregate that gives the report: a line for each label that occurs, by its bytes; then accuracy, the averages,
/// Cohen's kappa and the Matthews correlation. A row without prediction is an error: it counts in its label's support
/// and in no label's predictions. What is undefined for a label counts as 0 in the macro and the weighted average. The
/// micro average is there when some rows have no prediction; it is the accuracy otherwise.
class ClassificationReportBuilder : public LabelPairs {
public:
    using LabelPairs::LabelPairs;
    std::vector<ReportLine> finish(const Cancellation& = {}) const;
};

/// The aggregate that gives the pairs that occur, the most frequent first, then by the bytes of the labels. Throws
/// limit_exceeded for more than a million.
class ConfusionBuilder : public LabelPairs {
public:
    using LabelPairs::LabelPairs;
    std::vector<Confusion> finish(const Cancellation& = {}) const;
};

}  // namespace crm::predict
