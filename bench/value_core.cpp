// The core's share of a query: counting observations, a fit, scores. Customers are simulated from published parameters.
#include <benchmark/benchmark.h>

#include <memory_resource>

#include "../test/unit/random_customers.hpp"
#include "crm/value/bg_nbd.hpp"
#include "crm/value/clv.hpp"
#include "crm/value/gamma_gamma.hpp"
#include "crm/value/maximum_likelihood.hpp"

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
void score(benchmark::State& state, Score of) {
    const PurchaseModel& buying = model<BgNbdModel>();
    const SpendModel& spending = model<GammaGammaModel>();
    std::size_t next = 0;
    for (auto _ : state) {
        benchmark::DoNotOptimize(of(buying, spending, customers()[next]));
        next = (next + 1) % customers().size();
    }
}

BENCHMARK(count<BgNbdModel>)->Unit(benchmark::kMillisecond);
BENCHMARK(count<GammaGammaModel>)->Unit(benchmark::kMillisecond);
BENCHMARK(fit<BgNbdModel>)->Unit(benchmark::kMillisecond);
BENCHMARK(fit<GammaGammaModel>)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(score, p_alive,
                  [](const PurchaseModel& buying, const SpendModel&, const Rfm& seen) { return buying.p_alive(seen); });
BENCHMARK_CAPTURE(score, expected_purchases, [](const PurchaseModel& buying, const SpendModel&, const Rfm& seen) {
    return buying.expected_purchases(seen, 365);
});
BENCHMARK_CAPTURE(score, clv, [](const PurchaseModel& buying, const SpendModel& spending, const Rfm& seen) {
    return *clv(buying, spending, seen, 365, 0.1);
});

}  // namespace
