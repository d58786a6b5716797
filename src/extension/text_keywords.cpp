// The SQL face of what groups of comments talk about.
#include "bind/aggregate.hpp"
#include "bind/options.hpp"
#include "crm/text/keywords.hpp"

namespace crm::bind {

using namespace crm::text;

template <>
struct Row<Keyword> {
    using Columns = std::tuple<std::string, std::int32_t, std::string, std::int64_t, std::int64_t, double, double,
                               double, double, double>;
    static Columns columns(const Keyword& k) {
        return {k.label, k.position,        k.keyword,  k.comments,  k.label_comments,
                k.share, k.share_elsewhere, k.log_odds, k.std_error, k.z};
    }
};

SQL_AGGREGATE(crm_keywords_add, [](KeywordsBuilder& state, std::string_view label, std::string_view comment) {
    state.add(label, comment);
});
SQL_AGGREGATE(crm_keywords_add_options, [](KeywordsBuilder& state, std::string_view label, std::string_view comment,
                                           Options<KeywordOptions> how) {
    state.set(how.value);
    state.add(label, comment);
});

}  // namespace crm::bind
