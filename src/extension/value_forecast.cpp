// The SQL face of what a purchase model foretells beyond one number: distributions, curves, dates.
#include "crm/value/next_purchase.hpp"
#include "crm/value/purchase_interval.hpp"
#include "crm/value/survival.hpp"
#include "extension/value_rows.hpp"

namespace crm::bind {

using namespace crm::value;

namespace {

struct PurchaseProbability {
    std::int32_t purchases;
    double probability;
};

constexpr double negligible = 1e-9;  // probability of all numbers of purchases that are left out

std::vector<PurchaseProbability> distribution(const PurchaseModel& model, const Rfm& customer, double horizon,
                                              const Cancellation& cancellation) {
    std::vector<PurchaseProbability> rows;
    for (const double probability : model.purchase_distribution(customer, horizon, {negligible, cancellation}))
        rows.push_back({static_cast<std::int32_t>(rows.size()), probability});
    return rows;
}

/// The day a time after `as_of`; the last one there is when it would be later.
Day after(Day as_of, double time) {
    const double day = as_of.number + std::round(time);
    return day < latest_day.number ? Day{static_cast<std::int32_t>(day)} : latest_day;
}

struct NextPurchaseDates {
    NextPurchase next;
    Day as_of;
};

}  // namespace

template <>
struct Row<PurchaseProbability> {
    using Columns = std::tuple<std::int32_t, double>;
    static Columns columns(const PurchaseProbability& row) { return {row.purchases, row.probability}; }
};

template <>
struct Row<PurchaseInterval> {
    using Columns = std::tuple<std::int32_t, std::int32_t>;
    static Columns columns(const PurchaseInterval& interval) { return {interval.lower, interval.upper}; }
};

template <>
struct Row<SurvivalPoint> {
    using Columns = std::tuple<double, double>;
    static Columns columns(const SurvivalPoint& point) { return {point.time, point.p_alive}; }
};

template <>
struct Row<PastDay> {
    using Columns = std::tuple<Day, double, bool>;
    static Columns columns(const PastDay& past) { return {past.day, past.p_alive, past.purchase}; }
};

template <>
struct Row<NextPurchase> {
    using Columns = std::tuple<double, std::optional<double>, std::optional<double>, std::optional<double>>;
    static Columns columns(const NextPurchase& next) {
        if (!next.times) return {next.probability, {}, {}, {}};
        return {next.probability, next.times->median, next.times->lower, next.times->upper};
    }
};

template <>
struct Row<NextPurchaseDates> {
    using Columns = std::tuple<double, std::optional<Day>, std::optional<Day>, std::optional<Day>>;
    static Columns columns(const NextPurchaseDates& dates) {
        const auto& [probability, times] = dates.next;
        if (!times) return {probability, {}, {}, {}};
        return {probability, after(dates.as_of, times->median), after(dates.as_of, times->lower),
                after(dates.as_of, times->upper)};
    }
};

SQL_FUNCTION(crm_purchase_distribution,
             [](const PurchaseModel& model, const Rfm& customer, double horizon, const Cancellation& cancellation) {
                 return distribution(model, customer, horizon, cancellation);
             });
SQL_FUNCTION(crm_purchase_interval, [](const PurchaseModel& model, const Rfm& customer, double horizon, double level,
                                       const Cancellation& cancellation) {
    return purchase_interval(model, customer, horizon, level, cancellation);
});
SQL_FUNCTION(crm_survival_curve, [](const PurchaseModel& model, const Rfm& customer, double horizon, double step,
                                    const Cancellation& cancellation) {
    return survival_curve(model, customer, horizon, step, cancellation);
});
SQL_FUNCTION(crm_p_alive_history,
             [](const PurchaseModel& model, const Timeline& history, Day as_of, const Cancellation& cancellation) {
                 return p_alive_history(model, history.days(), as_of, cancellation);
             });
SQL_FUNCTION(crm_next_purchase, [](const PurchaseModel& model, const Rfm& customer, double level) {
    return next_purchase(model, customer, level);
});
SQL_FUNCTION(crm_next_purchase_dates, [](const PurchaseModel& model, const Rfm& customer, Day as_of, double level) {
    if (model.is_discrete())
        throw invalid_argument(
            "model of kind " + std::string(model.kind()) + " counts opportunities, which have no dates", {},
            "Leave as_of out, for the number of opportunities.");
    return NextPurchaseDates{next_purchase(model, customer, level), as_of};
});

}  // namespace crm::bind
