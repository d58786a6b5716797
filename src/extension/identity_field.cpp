// The SQL face of what a field holds.
#include "bind/aggregate.hpp"
#include "bind/json.hpp"
#include "crm/identity/null_like.hpp"
#include "crm/identity/value_profile.hpp"

namespace crm::bind {

using namespace crm::identity;

template <>
struct Row<ValueProfile> {
    using Number = std::optional<double>;
    using Count = std::optional<std::int64_t>;
    using Words = std::optional<std::string>;
    using Columns =
        std::tuple<std::int64_t, std::int64_t, Number, std::int64_t, std::int64_t, bool, Count, Number, Count, Number,
                   Number, Number, Words, Words, Number, Number, Words, Number, Json, Json, Words>;
    static Columns columns(const ValueProfile& p) {
        return {p.rows,
                p.nulls,
                p.null_share,
                p.null_like,
                p.distinct,
                p.distinct_exact,
                p.least_length,
                p.mean_length,
                p.greatest_length,
                p.digit_share,
                p.letter_share,
                p.non_ascii_share,
                p.least,
                p.greatest,
                p.least_number,
                p.greatest_number,
                p.looks_like,
                p.looks_like_share,
                p.shapes,
                p.frequent,
                p.flags};
    }
};

SQL_FUNCTION(crm_value_shape, [](std::string_view value) { return value_shape(value); });

SQL_FUNCTION(crm_looks_like, [](std::string_view value) -> std::optional<std::string> {
    const std::string_view bare = trimmed(value);
    if (is_null_like(bare)) return {};
    return std::string(singular_name_of(value_kind(bare)));
});

SQL_AGGREGATE(crm_profile_add,
              [](ValueProfiler& profile, const std::optional<std::string_view>& value) { profile.add(value); });

}  // namespace crm::bind
