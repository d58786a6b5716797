// The SQL face of concentration: how revenue is spread over customers.
#include "crm/value/lorenz.hpp"
#include "extension/value_rows.hpp"

namespace crm::bind {

using namespace crm::value;

template <>
inline constexpr bool is_stored<Lorenz> = true;

template <>
struct Row<Decile> {
    using Share = std::optional<double>;
    using Columns = std::tuple<std::int32_t, std::int64_t, double, Share, Share, double, double>;
    static Columns columns(const Decile& d) {
        return {d.number, d.customers, d.revenue, d.share, d.cumulative_share, d.lowest, d.highest};
    }
};

template <>
struct Row<LorenzPoint> {
    using Columns = std::tuple<double, std::optional<double>>;
    static Columns columns(const LorenzPoint& point) { return {point.customers, point.revenue}; }
};

template <>
struct Row<ConfidenceInterval> {
    using Columns = std::tuple<double, double>;
    static Columns columns(const ConfidenceInterval& interval) { return {interval.lower, interval.upper}; }
};

SQL_TYPE(crm_lorenz, Lorenz);

SQL_AGGREGATE(crm_lorenz_add, [](LorenzBuilder& l, double revenue) { l.add(revenue); });
SQL_AGGREGATE(crm_lorenz_rollup_add, [](LorenzBuilder& l, const Lorenz& part) { l.add(part); });

SQL_FUNCTION(crm_lorenz_plus, [](const Lorenz& one, const Lorenz& other) { return one + other; });
SQL_FUNCTION(crm_lorenz_equal, [](const Lorenz& one, const Lorenz& other) { return one == other; });
SQL_FUNCTION(crm_lorenz_customers, [](const Lorenz& l) { return l.customers(); });
SQL_FUNCTION(crm_lorenz_total, [](const Lorenz& l) { return l.revenue(); });
SQL_FUNCTION(crm_lorenz_error, [](const Lorenz& l) { return l.error(); });
SQL_FUNCTION(crm_gini, [](const Lorenz& l, bool corrected) { return l.gini(corrected); });
SQL_FUNCTION(crm_gini_interval, [](const Lorenz& l, double level) { return l.gini_interval(level); });
SQL_FUNCTION(crm_top_share, [](const Lorenz& l, double share) { return l.top_share(share); });
SQL_FUNCTION(crm_top_share_interval,
             [](const Lorenz& l, double share, double level) { return l.top_share_interval(share, level); });
SQL_FUNCTION(crm_share_needed, [](const Lorenz& l, double share) { return l.share_needed(share); });
SQL_FUNCTION(crm_customers_needed, [](const Lorenz& l, double share) { return l.customers_needed(share); });
SQL_FUNCTION(crm_deciles, [](const Lorenz& l, std::int32_t parts) { return l.deciles(parts); });
SQL_FUNCTION(crm_lorenz_curve, [](const Lorenz& l, std::int32_t points) { return l.curve(points); });

}  // namespace crm::bind
