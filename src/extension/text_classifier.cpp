// The SQL face of text classifiers: training, and what every model of comments can be asked.
#include "bind/aggregate.hpp"
#include "bind/comment.hpp"
#include "bind/model.hpp"
#include "bind/options.hpp"
#include "crm/text/explanation.hpp"
#include "crm/text/fit_classifier.hpp"

namespace crm::bind {

using namespace crm::text;

template <>
struct Row<Classification> {
    using Columns = std::tuple<std::string, double, double, bool>;
    static Columns columns(const Classification& c) { return {c.label, c.probability, c.margin, c.is_other}; }
};

template <>
struct Row<LabelProbability> {
    using Columns = std::tuple<std::string, double, double>;
    static Columns columns(const LabelProbability& l) { return {l.label, l.probability, l.margin}; }
};

template <>
struct Row<Evidence> {
    using Columns = std::tuple<std::string, std::string, double, double, std::string>;
    static Columns columns(const Evidence& e) {
        return {e.term, e.kind, e.contribution, e.share, e.contribution < 0 ? "against" : "for"};
    }
};

namespace {

template <bool several, class Labels>
void add(ClassifierBuilder<several>& builder, const std::optional<Labels>& labels,
         const std::optional<ReadComment>& comment, const ClassifierOptions& options) {
    if (!labels || !comment) return builder.skip();
    if constexpr (several)
        builder.add(labels->texts, *comment, options);
    else
        builder.add(std::span(&*labels, 1), *comment, options);
}

using Label = std::string_view;
using Labels = TextList;

std::size_t at_least_one(std::int32_t k) {
    if (k < 1) throw invalid_argument("number of labels must be 1 or more, not " + std::to_string(k));
    return static_cast<std::size_t>(k);
}

}  // namespace

SQL_MODEL(LinearClassifier);

SQL_AGGREGATE(crm_fit_text_classifier_add,
              [](ClassifierBuilder<false>& fit, const std::optional<Label>& label,
                 const std::optional<ReadComment>& comment) { add(fit, label, comment, {}); });
SQL_AGGREGATE(crm_fit_text_classifier_add_options,
              [](ClassifierBuilder<false>& fit, const std::optional<Label>& label,
                 const std::optional<ReadComment>& comment,
                 const Options<ClassifierOptions>& options) { add(fit, label, comment, options.value); });
SQL_AGGREGATE(crm_fit_text_classifier_add_several,
              [](ClassifierBuilder<true>& fit, const std::optional<Labels>& labels,
                 const std::optional<ReadComment>& comment) { add(fit, labels, comment, {}); });
SQL_AGGREGATE(crm_fit_text_classifier_add_several_options,
              [](ClassifierBuilder<true>& fit, const std::optional<Labels>& labels,
                 const std::optional<ReadComment>& comment,
                 const Options<ClassifierOptions>& options) { add(fit, labels, comment, options.value); });

SQL_FUNCTION(crm_classify,
             [](const CommentModel& model, const ReadComment& comment) { return classify(model, comment); });
SQL_FUNCTION(crm_classify_top, [](const CommentModel& model, const ReadComment& comment, std::int32_t k) {
    return classify_top(model, comment, at_least_one(k));
});
SQL_FUNCTION(crm_classify_all,
             [](const CommentModel& model, const ReadComment& comment) { return classify_all(model, comment); });
SQL_FUNCTION(crm_label_probability, [](const CommentModel& model, const ReadComment& comment, std::string_view label) {
    return label_probability(model, comment, label);
});
SQL_FUNCTION(crm_explain_comment, [](const CommentModel& model, const ReadComment& comment) {
    return explain(model, comment, comment.text, model.index_of(classify(model, comment).label));
});
SQL_FUNCTION(crm_explain_label, [](const CommentModel& model, const ReadComment& comment, std::string_view label) {
    return explain(model, comment, comment.text, model.index_of(label));
});
SQL_FUNCTION(crm_why_comment,
             [](const CommentModel& model, const ReadComment& comment) { return why(model, comment, comment.text); });

}  // namespace crm::bind
