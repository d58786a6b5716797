// How well predicted sets of labels agree with actual ones, as when a comment has several topics.
// Tsoumakas, Katakis, Vlahavas (2010), Mining multi-label data, Data Mining and Knowledge Discovery Handbook.
#pragma once
#include <cstdint>
#include <memory_resource>
#include <span>
#include <string_view>
#include <tuple>
#include <vector>

#include "crm/foundation/cancellation.hpp"
#include "crm/foundation/tally.hpp"
#include "crm/predict/classification.hpp"
#include "crm/predict/labels.hpp"

namespace crm::predict {

/// Sizes of a row's sets and of what they share.
struct SetOverlap {
    std::int32_t actual, predicted, both;

    static auto tied(auto& self) { return std::tie(self.actual, self.predicted, self.both); }
    bool valid() const { return both >= 0 && both <= actual && both <= predicted; }
};

/// The aggregate that gives the report: a line for each label that occurs, by its bytes; then the share of rows whose
/// sets are equal, the micro, macro, weighted and samples averages, and the Hamming loss. The samples average is over
/// rows; what is undefined for a label or a row (the recall of a row without labels) counts as 0 in an average.
class MultilabelReportBuilder {
public:
    explicit MultilabelReportBuilder(std::pmr::memory_resource* memory)
        : labels_(memory), counts_(memory), overlaps_(memory) {}

    /// A row. Sets may be empty; what occurs twice in one counts once.
    void add(std::span<const std::string_view> actual, std::span<const std::string_view> predicted);

    void merge(const MultilabelReportBuilder&, const Cancellation& = {});
    void save(Writer&) const;
    void load(Reader&, const Cancellation& = {});

    std::vector<ReportLine> finish(const Cancellation& = {}) const;

private:
    /// Rows of one label.
    struct Counts {
        std::int64_t actual = 0, predicted = 0, both = 0;
    };

    std::vector<std::int32_t> numbers(std::span<const std::string_view> labels);

    Labels labels_;
    std::pmr::vector<Counts> counts_;  // by the label's number
    Tally<SetOverlap> overlaps_;
};

}  // namespace crm::predict
