// What is known of one label, and the figures that follow from it.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "crm/predict/classification.hpp"

namespace crm::predict {

/// Rows that are of the label, that were said to be, and both.
struct LabelCounts {
    double support = 0, predicted = 0, hits = 0;

    std::optional<double> precision() const { return ratio(hits, predicted); }
    std::optional<double> recall() const { return ratio(hits, support); }
    std::optional<double> f1() const { return ratio(2 * hits, support + predicted); }

    /// None for a whole of 0.
    static std::optional<double> ratio(double part, double whole) {
        return whole > 0 ? std::optional(part / whole) : std::nullopt;
    }

    LabelCounts& operator+=(const LabelCounts& more) {
        support += more.support;
        predicted += more.predicted;
        hits += more.hits;
        return *this;
    }
};

ReportLine line_of(std::string_view section, std::string name, const LabelCounts&);

/// Means over the labels of what each has, 0 where it is undefined, each label counting once or by its support.
ReportLine macro_average(std::span<const LabelCounts>, const LabelCounts& all);
ReportLine weighted_average(std::span<const LabelCounts>, const LabelCounts& all);

/// A figure of all rows.
ReportLine overall(std::string name, std::optional<double> value);

/// The same with the interval of a share of rows.
ReportLine overall_share(std::string name, double hits, double rows);

}  // namespace crm::predict
