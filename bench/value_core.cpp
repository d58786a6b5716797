// The core's share of a query: counting observations, a fit, scores. Customers are simulated from published parameters.
#include <benchmark/benchmark.h>

#include <memory_resource>
#include <string>

#include "../test/unit/random_customers.hpp"
#include "crm/value/bg_bb.hpp"
#include "crm/value/bg_cnbd_k.hpp"
#include "crm/value/bg_nbd.hpp"
#include "crm/value/clv.hpp"
#include "crm/value/gamma_gamma.hpp"
#include "crm/value/ggom_nbd.hpp"
#include "crm/value/maximum_likelihood.hpp"
#include "crm/value/mbg_cnbd_k.hpp"
#include "crm/value/mbg_nbd.hpp"
#include "crm/value/pareto_nbd.hpp"

namespace {

using namespace crm::value;

const std::vector<Rfm>& customers() {
    static const std::vector<Rfm> million = crm::test::random_customers(1000000);
    return million;
}

template <class Fitted>
const MaximumLikelihood<Fitted>& counted() {
    static const auto& state = *[] {
        auto* const filled = new MaximumLikelihood<Fitted>(std::pmr::new_delete_resource());
        for (const Rfm& customer : customers()) filled->add(customer);
        return filled;
    }();
    return state;
}

template <class Fitted>
const Fitted& model() {
    static const auto fitted = counted<Fitted>().finish({});
    return *fitted;
}

template <class Fitted>
void count(benchmark::State& state) {
    const auto& rows = customers();
    for (auto _ : state) {
        MaximumLikelihood<Fitted> likelihood(std::pmr::new_delete_resource());
        for (const Rfm& customer : rows) likelihood.add(customer);
        benchmark::DoNotOptimize(likelihood);
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(customers().size()));
}

template <class Fitted>
void fit(benchmark::State& state) {
    const auto& likelihood = counted<Fitted>();
    for (auto _ : state) benchmark::DoNotOptimize(likelihood.finish({}));
    state.counters["rows"] = static_cast<double>(model<Fitted>().report()->distinct_observations);
    state.counters["iterations"] = model<Fitted>().report()->iterations;
}

template <class Score>
void ask(benchmark::State& state, const PurchaseModel& model, Score of) {
    const auto& rows = customers();
    std::size_t next = 0;
    for (auto _ : state) {
        benchmark::DoNotOptimize(of(model, rows[next]));
        next = (next + 1) % rows.size();
    }
}

const SpendModel& spending() {
    static const GammaGammaModel model({6.25, 3.74, 15.44});
    return model;
}

/// Of a model with known parameters: those the customers were made with, or near them.
template <class Fitted>
void register_scores(const typename Fitted::Parameters& parameters) {
    const auto add = [&](const char* name, auto of) {
        benchmark::RegisterBenchmark((std::string(name) + '/' + std::string(Fitted::name)).c_str(),
                                     [=](benchmark::State& state) { ask(state, Fitted(parameters), of); });
    };
    add("p_alive", [](const PurchaseModel& model, const Rfm& seen) { return model.p_alive(seen); });
    add("expected_purchases",
        [](const PurchaseModel& model, const Rfm& seen) { return model.expected_purchases(seen, 365); });
    add("clv", [](const PurchaseModel& model, const Rfm& seen) { return *clv(model, spending(), seen, 365, 0.1); });
}

const bool registered = [] {
    register_scores<BgNbdModel>({0.243, 30.9, 0.793, 2.426});
    register_scores<MbgNbdModel>({0.525, 43.2, 0.891, 1.614});
    register_scores<ParetoNbdModel>({0.553, 74, 0.606, 81.6});
    register_scores<GgomNbdModel>({0.553, 74, 0.0002, 0.603, 0.0026});
    register_scores<BgCnbdKModel>({2, 0.243, 15.4, 0.793, 2.426});
    register_scores<MbgCnbdKModel>({2, 0.525, 21.6, 0.891, 1.614});
    register_scores<BgBbModel>({1.2, 0.75, 0.66, 2.78});
    return true;
}();

BENCHMARK(count<BgNbdModel>)->Unit(benchmark::kMillisecond);
BENCHMARK(count<GammaGammaModel>)->Unit(benchmark::kMillisecond);
BENCHMARK(fit<BgNbdModel>)->Unit(benchmark::kMillisecond);
BENCHMARK(fit<MbgNbdModel>)->Unit(benchmark::kMillisecond);
BENCHMARK(fit<ParetoNbdModel>)->Unit(benchmark::kMillisecond);
BENCHMARK(fit<GammaGammaModel>)->Unit(benchmark::kMillisecond);

}  // namespace
