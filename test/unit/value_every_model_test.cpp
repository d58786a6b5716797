// What every kind of fitted model obeys, whatever it says.
#include <gtest/gtest.h>

#include <cmath>
#include <optional>
#include <vector>

#include "aggregate_laws.hpp"
#include "crm/value/bg_bb.hpp"
#include "crm/value/bg_cnbd_k.hpp"
#include "crm/value/bg_nbd.hpp"
#include "crm/value/gamma_gamma.hpp"
#include "crm/value/ggom_nbd.hpp"
#include "crm/value/maximum_likelihood.hpp"
#include "crm/value/mbg_cnbd_k.hpp"
#include "crm/value/mbg_nbd.hpp"
#include "crm/value/next_purchase.hpp"
#include "crm/value/pareto_nbd.hpp"
#include "fits.hpp"
#include "hostile_bytes.hpp"
#include "random_customers.hpp"

namespace {

using namespace crm::value;
using crm::Json;
using crm::Reader;
using crm::test::described;

/// Customers as a model reads them.
template <class Fitted>
typename MaximumLikelihood<Fitted>::Input input(const Rfm& seen) {
    if constexpr (std::is_same_v<Fitted, BgBbModel>) {  // months as opportunities
        const double recency = std::ceil(seen.recency() / 30), age = std::max(recency, std::floor(seen.age() / 30));
        return Rfm(std::min(seen.frequency(), static_cast<int>(recency)), recency, age);
    } else if constexpr (std::is_same_v<typename MaximumLikelihood<Fitted>::Input, SpacedHistory>) {
        const double x = seen.frequency();  // gaps as irregular as chance makes them
        return {seen, x > 0 ? x * (std::log(seen.recency() / x) - 0.5772) : 0};
    } else {
        return seen;
    }
}

template <class Fitted>
using State = MaximumLikelihood<Fitted>;

template <class Fitted>
std::vector<std::optional<typename State<Fitted>::Input>> rows(int count) {
    std::vector<std::optional<typename State<Fitted>::Input>> all(3);
    for (const auto& one : crm::test::random_customers(count)) all.emplace_back(input<Fitted>(one));
    return all;
}

template <class Fitted>
std::string result(const State<Fitted>& state) {
    const auto model = state.finish({});
    return model ? described(*model) : "nothing";
}

template <class Fitted>
State<Fitted> filled(int count) {
    State<Fitted> state(std::pmr::new_delete_resource());
    for (const auto& row : rows<Fitted>(count)) state.add(row);
    return state;
}

template <class Fitted>
class EveryModel : public testing::Test {};

using Kinds = testing::Types<BgNbdModel, MbgNbdModel, ParetoNbdModel, GgomNbdModel, BgBbModel, BgCnbdKModel,
                             MbgCnbdKModel, GammaGammaModel>;
TYPED_TEST_SUITE(EveryModel, Kinds);

TYPED_TEST(EveryModel, FitsInAnyOrderAndInParts) {
    const auto feed = [](auto& state, const auto& row) { state.add(row); };
    crm::test::expect_aggregate_laws<State<TypeParam>>(rows<TypeParam>(300), feed, result<TypeParam>, 3);
}

TYPED_TEST(EveryModel, StatesSurviveDamage) {
    const auto state = filled<TypeParam>(8);
    crm::test::expect_survives_damage(
        crm::test::saved(state),
        [](Reader& in) {
            State<TypeParam> read(std::pmr::new_delete_resource());
            read.load(in);
            in.expect_end();
        },
        500);
}

TYPED_TEST(EveryModel, ModelsSurviveStorageAndDamage) {
    const auto model = filled<TypeParam>(300).finish({});
    ASSERT_TRUE(model->usable()) << model->report()->message;
    const auto bytes = crm::test::saved(*model);
    Reader in(bytes);
    EXPECT_EQ(described(*TypeParam::load(in)), described(*model));
    in.expect_end();
    EXPECT_EQ(described(*TypeParam::from_json(Json(model->to_json()))), described(*model));
    crm::test::expect_survives_damage(
        bytes,
        [](Reader& hostile) {
            const auto read = TypeParam::load(hostile);
            hostile.expect_end();
            if (!read->usable()) return;
            EXPECT_EQ(described(*TypeParam::from_json(Json(read->to_json()))), described(*read));
        },
        500);
}

TYPED_TEST(EveryModel, CanBeCancelled) {
    struct Stop {};
    const auto state = filled<TypeParam>(50);
    EXPECT_THROW((void)state.finish(crm::Cancellation([] { throw Stop(); })), Stop);
}

template <class Fitted>
class EveryPurchaseModel : public testing::Test {};

using PurchaseKinds =
    testing::Types<BgNbdModel, MbgNbdModel, ParetoNbdModel, GgomNbdModel, BgBbModel, BgCnbdKModel, MbgCnbdKModel>;
TYPED_TEST_SUITE(EveryPurchaseModel, PurchaseKinds);

TYPED_TEST(EveryPurchaseModel, AnswersAgree) {
    const auto model = filled<TypeParam>(300).finish({});
    const bool discrete = std::is_same_v<TypeParam, BgBbModel>;
    for (const auto& one : crm::test::random_customers(40, 2)) {
        Rfm seen = one;
        if constexpr (std::is_same_v<TypeParam, BgBbModel>) seen = input<TypeParam>(one);
        const double horizon = discrete ? 12 : 365;
        const double alive = model->p_alive(seen);
        EXPECT_NEAR(model->p_alive(seen, 0), alive, 1e-12);
        EXPECT_LE(model->p_alive(seen, horizon), alive);
        EXPECT_EQ(model->churn_probability(seen, 0), 1);
        const double silent = model->churn_probability(seen, horizon), never = model->churn_probability(seen, HUGE_VAL);
        EXPECT_GE(silent, never - 1e-12);
        EXPECT_GE(never, 1 - alive - 1e-12);
        EXPECT_EQ(model->expected_purchases(seen, 0), 0);
        const double expected = model->expected_purchases(seen, horizon);
        EXPECT_NEAR(model->discounted_purchases(seen, horizon, 0), expected, 1e-12 * expected);
        EXPECT_LT(model->discounted_purchases(seen, horizon, 0.01), expected);
        EXPECT_GT(model->discounted_purchases(seen, HUGE_VAL, 0.01), model->discounted_purchases(seen, horizon, 0.01));
        double sum = 0, mean = 0;
        const auto distribution = model->purchase_distribution(seen, horizon, 1e-10);
        for (std::size_t n = 0; n < distribution.size(); ++n) {
            sum += distribution[n];
            mean += static_cast<double>(n) * distribution[n];
        }
        EXPECT_NEAR(sum, 1, 1e-9);
        EXPECT_NEAR(mean, expected, 1e-6 * (1 + expected));
        EXPECT_NEAR(distribution[0], silent, 1e-9);
    }
}

TYPED_TEST(EveryPurchaseModel, NextPurchaseIsWhenThatShareHasBought) {
    const auto model = filled<TypeParam>(300).finish({});
    for (const double level : {0.8, 0.02, 0.9998})
        for (const auto& one : crm::test::random_customers(40, 3)) {
            if (model->is_discrete()) continue;
            const auto [probability, times] = next_purchase(*model, one, level);
            const double ever = 1 - model->churn_probability(one, HUGE_VAL);
            EXPECT_NEAR(probability, ever, 1e-12);
            if (probability < 1e-3) continue;  // of which churn_probability says few digits
            ASSERT_TRUE(times);
            const auto bought = [&](double time) { return (1 - model->churn_probability(one, time)) / ever; };
            EXPECT_NEAR(bought(times->median), 0.5, 1e-9);
            EXPECT_NEAR(bought(times->lower), (1 - level) / 2, 1e-9);
            EXPECT_NEAR(bought(times->upper), (1 + level) / 2, 1e-9);
        }
}

}  // namespace
