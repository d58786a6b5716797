// The SQL face of different spellings of one value.
#include "bind/aggregate.hpp"
#include "bind/options.hpp"
#include "crm/identity/fingerprint.hpp"
#include "crm/identity/similarity.hpp"
#include "crm/identity/value_clusters.hpp"

namespace crm::bind {

using namespace crm::identity;

template <>
struct Row<ClusteredValue> {
    using Columns = std::tuple<std::int32_t, std::string, std::string, std::int64_t, double, std::string>;
    static Columns columns(const ClusteredValue& v) {
        return {v.cluster, v.canonical, v.value, v.count, v.similarity, v.reason};
    }
};

SQL_FUNCTION(crm_fingerprint, [](std::string_view value) { return fingerprint(value); });
SQL_FUNCTION(crm_ngram_fingerprint, [](std::string_view value, std::int32_t n) { return ngram_fingerprint(value, n); });
SQL_FUNCTION(crm_jaro_winkler, [](std::string_view one, std::string_view other) { return jaro_winkler(one, other); });

SQL_AGGREGATE(crm_cluster_values_add, [](ValueClusterer& state, std::string_view value) { state.add(value); });
SQL_AGGREGATE(crm_cluster_values_add_options,
              [](ValueClusterer& state, std::string_view value, const Options<ClusterOptions>& options) {
                  state.add(value, options.value);
              });

}  // namespace crm::bind
