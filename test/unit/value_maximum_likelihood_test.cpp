#include "crm/value/maximum_likelihood.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <optional>

#include "aggregate_laws.hpp"
#include "crm/value/bg_nbd.hpp"
#include "crm/value/gamma_gamma.hpp"
#include "fits.hpp"
#include "hostile_bytes.hpp"
#include "random_customers.hpp"

namespace {

using crm::Cancellation;
using crm::Reader;
using crm::test::described;
using crm::value::BgNbdModel;
using crm::value::GammaGammaModel;
using crm::value::MaximumLikelihood;
using crm::value::Rfm;
using Row = std::optional<Rfm>;

std::vector<Row> rows(int count) {
    std::vector<Row> all;
    for (const auto& customer : crm::test::random_customers(count)) all.emplace_back(customer);
    all.insert(all.end(), 7, std::nullopt);
    return all;
}

template <class Fitted>
std::string result(const MaximumLikelihood<Fitted>& state) {
    const auto model = state.finish({});
    return model ? described(*model) : "nothing";
}

TEST(MaximumLikelihood, ObeysTheAggregateLaws) {
    const auto feed = [](auto& state, const Row& row) { state.add(row); };
    crm::test::expect_aggregate_laws<MaximumLikelihood<BgNbdModel>>(rows(2000), feed, result<BgNbdModel>);
    crm::test::expect_aggregate_laws<MaximumLikelihood<GammaGammaModel>>(rows(2000), feed, result<GammaGammaModel>);
    crm::test::expect_aggregate_laws<MaximumLikelihood<BgNbdModel>>(std::vector<Row>(3), feed, result<BgNbdModel>);
}

TEST(MaximumLikelihood, WeightsStandForEqualCustomers) {
    MaximumLikelihood<BgNbdModel> weighted(std::pmr::new_delete_resource()), repeated(std::pmr::new_delete_resource());
    int weight = 0;
    for (const auto& customer : crm::test::random_customers(500)) {
        weight = weight % 4 + 1;
        weighted.add(customer, weight);
        for (int i = 0; i < weight; ++i) repeated.add(customer);
    }
    EXPECT_EQ(result(weighted), result(repeated));
}

TEST(MaximumLikelihood, NothingIsNotAModel) {
    MaximumLikelihood<BgNbdModel> state(std::pmr::new_delete_resource());
    EXPECT_EQ(state.finish({}), nullptr);
    state.add(std::nullopt);
    EXPECT_EQ(state.finish({}), nullptr);
    state.add(Rfm(3, 10, 20), 0);
    ASSERT_NE(state.finish({}), nullptr);
    EXPECT_EQ(state.finish({})->report()->message, "there is no customer to learn from");
    EXPECT_EQ(state.finish({})->report()->skipped, 2);
}

TEST(MaximumLikelihood, CountsWhatItReads) {
    MaximumLikelihood<BgNbdModel> state(std::pmr::new_delete_resource());
    for (int i = 0; i < 3; ++i) state.add(Rfm(3, 10, 20));
    state.add(Rfm(1, 10, 20), 2.5);
    state.add(std::nullopt);
    const auto report = *state.finish({})->report();
    EXPECT_EQ(report.observations, 6);  // 5.5
    EXPECT_EQ(report.distinct_observations, 2);
    EXPECT_EQ(report.skipped, 1);
    EXPECT_EQ(report.parameters, 4);
}

TEST(MaximumLikelihood, ImpossibleWeightsAreRefused) {
    MaximumLikelihood<BgNbdModel> state(std::pmr::new_delete_resource());
    for (const double weight : {-1.0, std::numeric_limits<double>::quiet_NaN(), HUGE_VAL}) {
        EXPECT_THROW(state.add(Rfm(3, 10, 20), weight), crm::invalid_argument);
        EXPECT_THROW(state.add(std::nullopt, weight), crm::invalid_argument);
    }
}

TEST(MaximumLikelihood, SurvivesDamagedBytes) {
    MaximumLikelihood<BgNbdModel> state(std::pmr::new_delete_resource());
    for (const auto& customer : crm::test::random_customers(8)) state.add(customer);
    crm::test::expect_survives_damage(crm::test::saved(state), [](Reader& in) {
        MaximumLikelihood<BgNbdModel> read(std::pmr::new_delete_resource());
        read.load(in);
        in.expect_end();
        const auto model = read.finish({});
        if (!model || !model->usable()) return;
        for (const auto& one : model->coefficients()) EXPECT_FALSE(std::isnan(one.estimate));
    });
}

/// Every few thousand rows of every iteration, which is less than a millisecond's work.
TEST(MaximumLikelihood, PollsOften) {
    static int polls;
    MaximumLikelihood<BgNbdModel> state(std::pmr::new_delete_resource());
    crm::test::Chance chance(1);
    for (int i = 0; i < 100000; ++i) {
        const int x = chance.whole(0, 5);
        const double age = chance.uniform(100, 200);
        state.add(Rfm(x, x > 0 ? age * chance.uniform() : 0, age));
    }
    polls = 0;
    const auto model = state.finish(Cancellation([] { ++polls; }));
    ASSERT_TRUE(model);
    EXPECT_GT(polls, 20 * model->report()->iterations);
}

}  // namespace
