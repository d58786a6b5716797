// The SQL face of naive Bayes.
#include "bind/aggregate.hpp"
#include "bind/comment.hpp"
#include "bind/model.hpp"
#include "bind/options.hpp"
#include "crm/text/bayes_fit.hpp"

namespace crm::bind {

using namespace crm::text;

namespace {

using Label = std::optional<std::string_view>;

void add(BayesFit& fit, const Label& label, const std::optional<ReadComment>& comment, const BayesOptions& options) {
    if (label && comment)
        fit.add(*label, *comment, options);
    else
        fit.add_skipped(options);
}

const TextBayes& require_bayes(const AnyModel& model) {
    if (const auto* const bayes = dynamic_cast<const TextBayes*>(&*model)) return *bayes;
    throw invalid_argument("models of kind " + std::string(model->kind()) + " cannot be added up", {},
                           "Models of kind text_bayes can, for they keep their counts.");
}

}  // namespace

SQL_MODEL(TextBayes);

SQL_AGGREGATE(crm_fit_text_bayes_add, [](BayesFit& fit, const Label& label, const std::optional<ReadComment>& comment) {
    add(fit, label, comment, {});
});
SQL_AGGREGATE(crm_fit_text_bayes_add_options,
              [](BayesFit& fit, const Label& label, const std::optional<ReadComment>& comment,
                 const Options<BayesOptions>& options) { add(fit, label, comment, options.value); });
SQL_AGGREGATE(crm_text_bayes_rollup_add, [](BayesFit& fit, const AnyModel& model) {
    fit.add(require_bayes(model), Cancellation(&check_for_interrupts));
});

}  // namespace crm::bind
