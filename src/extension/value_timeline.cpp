// The SQL face of timelines.
#include "crm/value/timeline_builder.hpp"
#include "extension/value_rows.hpp"

namespace crm::bind {

using namespace crm::value;

template <>
struct Row<Purchase> {
    using Columns = std::tuple<Day, std::int32_t, double>;
    static Columns columns(const Purchase& purchase) { return {purchase.day, purchase.orders, purchase.amount}; }
};

SQL_TYPE(crm_timeline, Timeline);

SQL_AGGREGATE(crm_timeline_add_date, [](TimelineBuilder& t, Day at, double amount) { t.add(at, amount); });
SQL_AGGREGATE(crm_timeline_add_timestamp,
              [](TimelineBuilder& t, DayOfTimestamp at, double amount) { t.add(at, amount); });
SQL_AGGREGATE(crm_timeline_add_timestamptz,
              [](TimelineBuilder& t, DayOfTimestamptz at, double amount) { t.add(at, amount); });
SQL_AGGREGATE(crm_rollup_add, [](TimelineBuilder& t, const Timeline& part) { t.add(part); });

SQL_FUNCTION(crm_timeline_plus, [](const Timeline& one, const Timeline& other) { return one + other; });
SQL_FUNCTION(crm_timeline_equal, [](const Timeline& one, const Timeline& other) { return one == other; });
SQL_FUNCTION(crm_purchases, [](const Timeline& t) { return t.days(); });
SQL_FUNCTION(crm_first_purchase, [](const Timeline& t) { return t.first_purchase(); });
SQL_FUNCTION(crm_last_day,
             [](const Timeline& t) { return t.days().empty() ? std::nullopt : std::optional(t.days().back().day); });
SQL_FUNCTION(crm_last_purchase, [](const Timeline& t) { return t.last_purchase(); });
SQL_FUNCTION(crm_purchase_days, [](const Timeline& t) { return t.purchase_days(); });
SQL_FUNCTION(crm_orders, [](const Timeline& t) { return t.orders(); });
SQL_FUNCTION(crm_revenue, [](const Timeline& t) { return t.revenue(); });
SQL_FUNCTION(crm_last_gap, [](const Timeline& t, Day as_of) { return t.last_gap(as_of); });
SQL_FUNCTION(crm_until, [](const Timeline& t, Day last) { return t.until(last); });
SQL_FUNCTION(crm_since, [](const Timeline& t, Day last_left_out) { return t.since(last_left_out); });

}  // namespace crm::bind
