// The SQL face of reports on customers in groups: cohorts, and migration between segments.
#include "crm/value/cohorts.hpp"
#include "crm/value/migration.hpp"
#include "extension/value_rows.hpp"

namespace crm::bind {

using namespace crm::value;

template <>
struct Row<Cohort> {
    using Columns =
        std::tuple<Day, std::int32_t, std::int64_t, std::int64_t, double, std::int64_t, double, double, bool>;
    static Columns columns(const Cohort& c) {
        return {c.cohort,  c.age, c.customers, c.active, c.retention, c.orders, c.revenue, c.cumulative_per_customer,
                c.complete};
    }
};

template <>
struct Row<Migration> {
    using Columns = std::tuple<std::optional<std::string>, std::optional<std::string>, std::int64_t, double>;
    static Columns columns(const Migration& m) { return {m.before, m.after, m.customers, m.share}; }
};

SQL_AGGREGATE(crm_cohorts_add, [](CohortsBuilder& c, const Timeline& t, Day as_of) { c.add(t, as_of); });
SQL_AGGREGATE(crm_cohorts_add_unit, [](CohortsBuilder& c, const Timeline& t, Day as_of, std::string_view unit) {
    c.add(t, as_of, calendar_unit(unit));
});
SQL_AGGREGATE(crm_migration_add, [](MigrationBuilder& m, std::optional<std::string_view> before,
                                    std::optional<std::string_view> after) { m.add(before, after); });

}  // namespace crm::bind
