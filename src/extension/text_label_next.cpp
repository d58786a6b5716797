// The SQL face of choosing which comments to label next.
#include "bind/comment.hpp"
#include "bind/one_model.hpp"
#include "bind/options.hpp"
#include "crm/text/label_next.hpp"

namespace crm::bind {

using namespace crm::text;

namespace {

using Judge = StoredModel<CommentModel>;

void add(LabelNextBuilder& state, const Judge& judge, std::string_view id, const ReadComment& comment,
         const LabelNextOptions& options) {
    state.add(*judge.model, judge.edition(), id, comment, options);
}

}  // namespace

template <>
struct Row<LabelNext> {
    using Columns = std::tuple<std::int32_t, std::string, std::string, double, std::optional<std::string>, double,
                               std::int64_t, std::string>;
    static Columns columns(const LabelNext& one) {
        return {one.position, one.id, one.label, one.probability, one.runner_up, one.gap, one.copies, one.reason};
    }
};

SQL_AGGREGATE(crm_to_label_next_add, [](LabelNextBuilder& state, const Judge& judge, std::string_view id,
                                        const ReadComment& comment) { add(state, judge, id, comment, {}); });
SQL_AGGREGATE(crm_to_label_next_add_how_many,
              [](LabelNextBuilder& state, const Judge& judge, std::string_view id, const ReadComment& comment,
                 std::int32_t how_many) { add(state, judge, id, comment, LabelNextOptions::of(how_many)); });
SQL_AGGREGATE(crm_to_label_next_add_options,
              [](LabelNextBuilder& state, const Judge& judge, std::string_view id, const ReadComment& comment,
                 const Options<LabelNextOptions>& options) { add(state, judge, id, comment, options.value); });

}  // namespace crm::bind
