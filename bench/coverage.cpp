// How often the 95 % intervals of a fit hold the parameters: customers are simulated from each model, and it is fitted
// to them. Built by `cmake --build DIR --target coverage`.
//
//   coverage [SAMPLES [MODEL]]     200 of each model by default, which takes minutes
//
// The share of one parameter has itself a standard error of 1.5 % with 200 samples, so that what counts is the share of
// all of a model's parameters, whose own is smaller, though not by much where estimates rise and fall together.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <memory_resource>
#include <span>
#include <string>
#include <vector>

#include "../test/unit/contracts.hpp"
#include "crm/value/bg_bb.hpp"
#include "crm/value/bg_nbd.hpp"
#include "crm/value/gamma_gamma.hpp"
#include "crm/value/ggom_nbd.hpp"
#include "crm/value/mbg_cnbd_k.hpp"
#include "crm/value/mbg_nbd.hpp"
#include "crm/value/pareto_nbd.hpp"
#include "crm/value/sbg.hpp"

namespace {

using namespace crm::value;
using crm::test::Chance;

// One customer of each model. Times are in weeks, and exact; customers have been there for one to two years.

double random_age(Chance& chance) { return chance.uniform(52, 104); }

/// A rate of 0 is one at which nothing happens in time.
double random_rate(Chance& chance, double shape, double rate) { return std::max(chance.gamma(shape) / rate, 1e-300); }

SpacedHistory random_regular(Chance& chance, int k, int early, double r, double alpha, double a, double b) {
    const double rate = random_rate(chance, r, alpha), leaving = chance.beta(a, b), age = random_age(chance);
    int frequency = 0;
    double recency = 0, log_gaps = 0;
    bool active = early == 0 || chance.uniform() >= leaving;
    while (active) {
        const double gap = chance.gamma(k) / rate;
        if (recency + gap > age) break;
        ++frequency;
        recency += gap;
        log_gaps += std::log(gap);
        active = chance.uniform() >= leaving;
    }
    return {Rfm(frequency, recency, age), log_gaps};
}

Rfm random_one(Chance& chance, const BgNbd& model) {
    return random_regular(chance, 1, 0, model.r, model.alpha, model.a, model.b).seen;
}

Rfm random_one(Chance& chance, const MbgNbd& model) {
    return random_regular(chance, 1, 1, model.r, model.alpha, model.a, model.b).seen;
}

SpacedHistory random_one(Chance& chance, const MbgCnbdK& model) {
    return random_regular(chance, static_cast<int>(model.k), 1, model.r, model.alpha, model.a, model.b);
}

Rfm random_one(Chance& chance, const ParetoNbd& model) {
    const double rate = random_rate(chance, model.r, model.alpha);
    const double leaving = chance.exponential() / random_rate(chance, model.s, model.beta);
    return crm::test::random_customer(chance, rate, leaving, random_age(chance));
}

/// The hazard m b exp(b t) adds up to m (exp(b t) - 1).
Rfm random_one(Chance& chance, const GgomNbd& model) {
    const double rate = random_rate(chance, model.r, model.alpha);
    const double leaving = std::log1p(chance.exponential() / random_rate(chance, model.s, model.beta)) / model.b;
    return crm::test::random_customer(chance, rate, leaving, random_age(chance));
}

SpendHistory random_one(Chance& chance, const GammaGamma& model) {
    const int purchases = 1 + static_cast<int>(3 * chance.exponential());
    const double scale = random_rate(chance, model.q, model.gamma);
    return Rfm(purchases, 1, 1, chance.gamma(model.p * purchases) / scale / purchases);
}

Rfm random_one(Chance& chance, const BgBb& model) {
    const double buying = chance.beta(model.alpha, model.beta), leaving = chance.beta(model.gamma, model.delta);
    const int age = chance.whole(10, 20);
    int frequency = 0, recency = 0;
    for (int i = 1; i <= age && chance.uniform() >= leaving; ++i) {
        if (chance.uniform() >= buying) continue;
        ++frequency;
        recency = i;
    }
    return Rfm(frequency, recency, age);
}

ContractHistory random_one(Chance& chance, const Sbg& model) {
    return crm::test::random_contract(chance, model.alpha, model.beta, 1, 8);
}

struct Count {
    int held = 0, missing = 0;
    double estimates = 0;  // sum of the logarithms of estimate / truth
};

void print(std::string_view model, std::string_view parameter, double truth, const Count& count, int of) {
    const int known = of - count.missing;
    std::printf("%-12.*s %-8.*s %8.3g %9.3f %8d %8d %7.1f %%\n", static_cast<int>(model.size()), model.data(),
                static_cast<int>(parameter.size()), parameter.data(), truth, std::exp(count.estimates / known),
                count.missing, count.held, 100.0 * count.held / of);
}

struct Plan {
    int samples = 200;
    std::string_view only;  // model; all if empty
};

/// Parameters that the options fix are given, not estimated.
template <class Fitted>
void measure(const Plan& plan, const typename Fitted::Parameters& truth, int customers,
             const FitOptions& options = FitOptions()) {
    using P = typename Fitted::Parameters;
    if (!plan.only.empty() && plan.only != P::name) return;
    const int samples = plan.samples;
    const auto expected = Fitted(truth).coefficients();
    std::vector<Count> counts(expected.size());
    for (int sample = 1; sample <= samples; ++sample) {
        Chance chance(static_cast<unsigned>(sample));
        MaximumLikelihood<Fitted> state(std::pmr::new_delete_resource());
        state.set(options);
        for (int i = 0; i < customers; ++i) state.add(random_one(chance, truth));
        const auto found = state.finish({})->coefficients();
        for (std::size_t i = 0; i < counts.size(); ++i) {
            const double wanted = expected[i].estimate;
            if (!found[i].lower || !found[i].upper) {
                ++counts[i].missing;
                continue;
            }
            counts[i].held += *found[i].lower <= wanted && wanted <= *found[i].upper;
            counts[i].estimates += std::log(found[i].estimate / wanted);
        }
    }
    Count all;
    int parameters = 0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        if (options.fixed(i)) continue;
        print(P::name, P::parameter_names[i], expected[i].estimate, counts[i], samples);
        all.held += counts[i].held;
        ++parameters;
    }
    const double share = 100.0 * all.held / (parameters * samples);
    std::printf("%-12s %-44s %7.1f %%   %s\n\n", "", "all", share, share >= 93 && share <= 97 ? "ok" : "off");
    std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
    Plan plan;
    if (argc > 1) plan.samples = std::atoi(argv[1]);
    if (argc > 2) plan.only = argv[2];
    if (plan.samples < 1 || argc > 3) return std::fputs("usage: coverage [SAMPLES [MODEL]]\n", stderr), 2;
    std::printf("%-12s %-8s %8s %9s %8s %8s %9s\n", "model", "", "truth", "estimate", "without", "held", "share");
    measure<BgNbdModel>(plan, {0.8, 6, 0.9, 3}, 4000);
    measure<MbgNbdModel>(plan, {0.8, 6, 0.9, 3}, 4000);
    measure<MbgCnbdKModel>(plan, {3, 0.9, 4, 0.9, 4}, 4000, FitOptions().with_fixed(0, 3));
    measure<ParetoNbdModel>(plan, {0.8, 6, 0.7, 20}, 4000);
    measure<GgomNbdModel>(plan, {2, 4, 0.1, 2, 40}, 4000);
    measure<BgBbModel>(plan, {1.2, 0.8, 0.7, 3}, 4000);
    measure<GammaGammaModel>(plan, {6, 4, 15}, 4000);
    measure<SbgModel>(plan, {0.7, 1.6}, 4000);
}
