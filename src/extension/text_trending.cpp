// The SQL face of what comments talk about more, or less, than before.
#include "bind/aggregate.hpp"
#include "bind/options.hpp"
#include "crm/text/trending.hpp"

namespace crm::bind {

using namespace crm::text;

template <>
struct Row<Trend> {
    using Columns = std::tuple<std::string, std::string_view, std::int64_t, std::int64_t, double, double, double,
                               double, double, double, double, double>;
    static Columns columns(const Trend& t) {
        return {t.keyword,        t.rises() ? "up" : "down",
                t.recent,         t.earlier,
                t.recent_share,   t.earlier_share,
                t.change.ratio,   t.change.lower,
                t.change.upper,   t.dispersion,
                t.change.p_value, t.adjusted_p};
    }
};

/// The options of each aggregate, which knows keys of its own.
struct TrendOfWords : TrendOptions {
    static TrendOfWords from_json(const Json& json) { return {TrendOptions::from_json(json, true)}; }
};
struct TrendOfTopics : TrendOptions {
    static TrendOfTopics from_json(const Json& json) { return {TrendOptions::from_json(json, false)}; }
};

SQL_AGGREGATE(crm_trending_add, [](TrendingBuilder& state, Day at, std::string_view comment, Day as_of,
                                   DaysOfInterval window) { state.add(at, comment, as_of, window.days); });
SQL_AGGREGATE(crm_trending_add_options,
              [](TrendingBuilder& state, Day at, std::string_view comment, Day as_of, DaysOfInterval window,
                 Options<TrendOfWords> how) { state.add(at, comment, as_of, window.days, how.value); });
SQL_AGGREGATE(crm_trending_topics_add,
              [](TrendingTopicsBuilder& state, Day at, std::optional<std::string_view> topic, Day as_of,
                 DaysOfInterval window) { state.add(at, topic, as_of, window.days); });
SQL_AGGREGATE(crm_trending_topics_add_options,
              [](TrendingTopicsBuilder& state, Day at, std::optional<std::string_view> topic, Day as_of,
                 DaysOfInterval window,
                 Options<TrendOfTopics> how) { state.add(at, topic, as_of, window.days, how.value); });

}  // namespace crm::bind
