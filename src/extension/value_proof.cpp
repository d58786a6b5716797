// The SQL face of proving a purchase model on the past.
#include "bind/one_model.hpp"
#include "crm/value/evaluation.hpp"
#include "crm/value/frequency_fit.hpp"
#include "crm/value/tracking.hpp"
#include "extension/value_rows.hpp"

namespace crm::bind {

using namespace crm::value;

namespace {

/// A step is counted in whole days.
std::int32_t whole_days(DaysOfInterval step) { return whole(step.days, "step in days"); }

using Tracking = OfOneModel<PurchaseModel, TrackingBuilder>;
using FrequencyFit = OfOneModel<PurchaseModel, FrequencyFitBuilder>;
using Buying = StoredModel<PurchaseModel>;

}  // namespace

template <>
struct Row<Evaluation> {
    using Columns =
        std::tuple<std::int64_t, double, double, std::optional<double>, double, double, std::optional<double>>;
    static Columns columns(const Evaluation& e) {
        return {e.customers, e.actual, e.expected, e.bias, e.mae, e.rmse, e.top_decile_capture};
    }
};

template <>
struct Row<TrackedPeriod> {
    using Columns = std::tuple<std::int32_t, Day, std::int64_t, double, std::int64_t, double>;
    static Columns columns(const TrackedPeriod& p) {
        return {p.period, p.until, p.actual, p.expected, p.cumulative_actual, p.cumulative_expected};
    }
};

template <>
struct Row<FrequencyClass> {
    using Columns = std::tuple<std::int32_t, bool, std::int64_t, double>;
    static Columns columns(const FrequencyClass& c) { return {c.purchases, c.or_more, c.actual, c.expected}; }
};

SQL_AGGREGATE(crm_evaluate_purchases_add,
              [](EvaluationBuilder& e, double expected, double actual) { e.add(expected, actual); });
SQL_AGGREGATE(crm_evaluate_purchases_add_history,
              [](EvaluationBuilder& e, const PurchaseModel& model, const Timeline& history, Day split, Day until) {
                  e.add(model, history, split, until);
              });
SQL_AGGREGATE(crm_tracking_add, [](Tracking& t, const Buying& model, const Timeline& history, Day as_of) {
    t.rows(model).add(history, as_of);
});
SQL_AGGREGATE(crm_tracking_add_days, [](Tracking& t, const Buying& model, const Timeline& history, Day as_of,
                                        std::int32_t step) { t.rows(model).add(history, as_of, step); });
SQL_AGGREGATE(crm_tracking_add_interval,
              [](Tracking& t, const Buying& model, const Timeline& history, Day as_of, DaysOfInterval step) {
                  t.rows(model).add(history, as_of, whole_days(step));
              });
SQL_AGGREGATE(crm_frequency_fit_add,
              [](FrequencyFit& f, const Buying& model, const Rfm& customer) { f.rows(model).add(customer); });
SQL_AGGREGATE(crm_frequency_fit_add_classes, [](FrequencyFit& f, const Buying& model, const Rfm& customer,
                                                std::int32_t classes) { f.rows(model).add(customer, classes); });

}  // namespace crm::bind
