// The SQL face of comments that are nearly the same.
#include "bind/aggregate.hpp"
#include "bind/options.hpp"
#include "crm/text/near_duplicates.hpp"

namespace crm::bind {

using namespace crm::text;

template <class Id>
struct Row<NearDuplicate<Id>> {
    using Shown = std::conditional_t<std::is_same_v<Id, std::string>, std::string, Id>;
    using Columns = std::tuple<std::int64_t, Shown, Shown, double>;
    static Columns columns(const NearDuplicate<Id>& d) {
        return {d.cluster, Shown{d.id}, Shown{d.representative}, d.similarity};
    }
};

using ByNumber = NearDuplicatesBuilder<std::int64_t>;
using ByName = NearDuplicatesBuilder<std::string>;

SQL_AGGREGATE(crm_near_duplicates_add,
              [](ByNumber& state, std::int64_t id, std::string_view comment) { state.add(id, comment); });
SQL_AGGREGATE(crm_near_duplicates_add_options,
              [](ByNumber& state, std::int64_t id, std::string_view comment, Options<DuplicateOptions> how) {
                  state.set(how.value);
                  state.add(id, comment);
              });
SQL_AGGREGATE(crm_near_duplicates_add_name,
              [](ByName& state, std::string_view id, std::string_view comment) { state.add(id, comment); });
SQL_AGGREGATE(crm_near_duplicates_add_name_options,
              [](ByName& state, std::string_view id, std::string_view comment, Options<DuplicateOptions> how) {
                  state.set(how.value);
                  state.add(id, comment);
              });

SQL_FUNCTION(crm_text_similarity,
             [](std::string_view one, std::string_view other) { return text_similarity(one, other); });
SQL_FUNCTION(crm_text_similarity_options,
             [](std::string_view one, std::string_view other, Options<ShingleOptions> how) {
                 return text_similarity(one, other, how.value);
             });

}  // namespace crm::bind
