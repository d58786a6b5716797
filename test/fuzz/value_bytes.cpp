// Bytes from outside, as any of the domain's values and states: the first byte chooses which.
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <span>

#include "crm/foundation/error.hpp"
#include "crm/value/bdw.hpp"
#include "crm/value/bg_bb.hpp"
#include "crm/value/bg_nbd.hpp"
#include "crm/value/cohorts.hpp"
#include "crm/value/covariate_fit.hpp"
#include "crm/value/evaluation.hpp"
#include "crm/value/frequency_fit.hpp"
#include "crm/value/gamma_gamma.hpp"
#include "crm/value/ggom_nbd.hpp"
#include "crm/value/lorenz.hpp"
#include "crm/value/maximum_likelihood.hpp"
#include "crm/value/mbg_cnbd_k.hpp"
#include "crm/value/mbg_nbd.hpp"
#include "crm/value/migration.hpp"
#include "crm/value/pareto_nbd.hpp"
#include "crm/value/rfm_score.hpp"
#include "crm/value/sbg.hpp"
#include "crm/value/timeline.hpp"
#include "crm/value/timeline_builder.hpp"
#include "crm/value/tracking.hpp"

namespace {

using namespace crm;
using namespace crm::value;

template <class Kind>
void read_model(Reader& in) {
    const auto model = Kind::load(in);
    in.expect_end();
    (void)Kind::from_json(model->to_json());
}

template <class State>
void read_state(Reader& in) {
    State state(std::pmr::new_delete_resource());
    state.load(in);
    in.expect_end();
    (void)state.finish();
}

template <class State>
void read_proof(Reader& in) {
    const BgNbdModel model(BgNbd{0.243, 30.9, 0.793, 2.426});
    State state(std::pmr::new_delete_resource());
    state.load(in);
    in.expect_end();
    (void)state.finish(model);
}

template <class Fitted>
void read_fit(Reader& in) {
    MaximumLikelihood<Fitted> state(std::pmr::new_delete_resource());
    state.load(in);
    in.expect_end();
    (void)state.finish({});
}

template <class P>
void read_covariate_fit(Reader& in) {
    CovariateFit<P> state(std::pmr::new_delete_resource());
    state.load(in);
    in.expect_end();
    (void)state.finish({});
}

template <class Value>
void read_value(Reader& in) {
    const Value value = Value::load(in);
    in.expect_end();
    (void)Value::from_json(value.to_json());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr void (*readers[])(Reader&) = {read_model<BgNbdModel>,
                                            read_model<MbgNbdModel>,
                                            read_model<ParetoNbdModel>,
                                            read_model<GgomNbdModel>,
                                            read_model<BgBbModel>,
                                            read_model<MbgCnbdKModel>,
                                            read_model<SbgModel>,
                                            read_model<BdwModel>,
                                            read_model<GammaGammaModel>,
                                            read_model<RfmScorer>,
                                            read_model<WithCovariates<ParetoNbd>>,
                                            read_value<Timeline>,
                                            read_value<Lorenz>,
                                            read_fit<BgNbdModel>,
                                            read_fit<ParetoNbdModel>,
                                            read_fit<BgBbModel>,
                                            read_fit<MbgCnbdKModel>,
                                            read_fit<BdwModel>,
                                            read_fit<GammaGammaModel>,
                                            read_covariate_fit<BgNbd>,
                                            read_state<RfmScorerFit>,
                                            read_state<TimelineBuilder>,
                                            read_state<LorenzBuilder>,
                                            read_state<CohortsBuilder>,
                                            read_state<MigrationBuilder>,
                                            read_state<EvaluationBuilder>,
                                            read_proof<TrackingBuilder>,
                                            read_proof<FrequencyFitBuilder>};
    if (size == 0) return 0;
    Reader in(std::as_bytes(std::span(data + 1, size - 1)));
    try {
        readers[data[0] % std::size(readers)](in);
    } catch (const error&) {  // the only way to refuse
    }
    return 0;
}
