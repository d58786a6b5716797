#include "crm/predict/label_counts.hpp"

#include "crm/predict/proportion.hpp"

namespace crm::predict {

namespace {

/// By weights that are each label's share.
template <class Weight>
ReportLine average(std::string name, std::span<const LabelCounts> labels, const LabelCounts& all, double whole,
                   Weight weight) {
    ReportLine line{"average", std::move(name), {}, {}, {}, all.support, all.predicted, {}, {}, {}};
    if (!(whole > 0)) return line;
    double precision = 0, recall = 0, f1 = 0;
    for (const LabelCounts& label : labels) {
        precision += weight(label) * label.precision().value_or(0);
        recall += weight(label) * label.recall().value_or(0);
        f1 += weight(label) * label.f1().value_or(0);
    }
    line.precision = precision / whole;
    line.recall = recall / whole;
    line.f1 = f1 / whole;
    return line;
}

}  // namespace

ReportLine line_of(std::string_view section, std::string name, const LabelCounts& counts) {
    return {section,
            std::move(name),
            counts.precision(),
            counts.recall(),
            counts.f1(),
            counts.support,
            counts.predicted,
            {},
            {},
            {}};
}

ReportLine macro_average(std::span<const LabelCounts> labels, const LabelCounts& all) {
    return average("macro avg", labels, all, static_cast<double>(labels.size()),
                   [](const LabelCounts&) { return 1.0; });
}

ReportLine weighted_average(std::span<const LabelCounts> labels, const LabelCounts& all) {
    return average("weighted avg", labels, all, all.support, [](const LabelCounts& label) { return label.support; });
}

ReportLine overall(std::string name, std::optional<double> value) {
    return {"overall", std::move(name), {}, {}, {}, {}, {}, value, {}, {}};
}

ReportLine overall_share(std::string name, double hits, double rows) {
    ReportLine line = overall(std::move(name), {});
    if (const auto share = proportion(hits, rows)) {
        line.value = share->share;
        line.lower = share->lower;
        line.upper = share->upper;
    }
    line.support = rows;
    return line;
}

}  // namespace crm::predict
