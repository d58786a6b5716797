// The SQL face of judging predicted labels.
#include "bind/aggregate.hpp"
#include "crm/predict/classification.hpp"
#include "crm/predict/multilabel.hpp"

namespace crm::bind {

using namespace crm::predict;

template <>
struct Row<ReportLine> {
    using Figure = std::optional<double>;
    using Columns =
        std::tuple<std::string_view, std::string, Figure, Figure, Figure, Figure, Figure, Figure, Figure, Figure>;
    static Columns columns(const ReportLine& l) {
        return {l.section, l.label, l.precision, l.recall, l.f1, l.support, l.predicted, l.value, l.lower, l.upper};
    }
};

template <>
struct Row<Confusion> {
    using Columns = std::tuple<std::string, std::optional<std::string>, std::int64_t, double>;
    static Columns columns(const Confusion& c) { return {c.actual, c.predicted, c.rows, c.share_of_actual}; }
};

namespace {

using Label = std::optional<std::string_view>;  // NULL: no prediction
using Report = ClassificationReportBuilder;

constexpr std::string_view label_of(bool value) { return value ? "true" : "false"; }

Label label_of(std::optional<bool> value) { return value ? Label(label_of(*value)) : std::nullopt; }

}  // namespace

SQL_AGGREGATE(crm_classification_report_add,
              [](Report& r, std::string_view actual, Label predicted) { r.add(actual, predicted); });
SQL_AGGREGATE(crm_classification_report_add_weight, [](Report& r, std::string_view actual, Label predicted,
                                                       double weight) { r.add(actual, predicted, weight); });
SQL_AGGREGATE(crm_classification_report_add_boolean, [](Report& r, bool actual, std::optional<bool> predicted) {
    r.add(label_of(actual), label_of(predicted));
});
SQL_AGGREGATE(crm_classification_report_add_boolean_weight,
              [](Report& r, bool actual, std::optional<bool> predicted, double weight) {
                  r.add(label_of(actual), label_of(predicted), weight);
              });
SQL_AGGREGATE(crm_classification_report_add_sets,
              [](MultilabelReportBuilder& r, const TextList& actual, const std::optional<TextList>& predicted) {
                  r.add(actual.texts, predicted.value_or(TextList{}).texts);
              });
SQL_AGGREGATE(crm_confusion_add,
              [](ConfusionBuilder& c, std::string_view actual, Label predicted) { c.add(actual, predicted); });
SQL_AGGREGATE(crm_confusion_add_boolean, [](ConfusionBuilder& c, bool actual, std::optional<bool> predicted) {
    c.add(label_of(actual), label_of(predicted));
});

}  // namespace crm::bind
