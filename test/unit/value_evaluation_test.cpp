#include "crm/value/evaluation.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "aggregate_laws.hpp"
#include "crm/foundation/error.hpp"
#include "crm/value/bg_nbd.hpp"
#include "hostile_bytes.hpp"
#include "random_customers.hpp"

namespace {

using crm::Day;
using crm::test::Chance;
using crm::value::BgNbd;
using crm::value::BgNbdModel;
using crm::value::Evaluation;
using crm::value::EvaluationBuilder;
using crm::value::Purchase;
using crm::value::Timeline;

struct Pair {
    double expected, actual;
};

std::optional<Evaluation> evaluated(const std::vector<Pair>& pairs) {
    crm::test::Dropped<EvaluationBuilder> builder;
    for (const auto& [expected, actual] : pairs) builder->add(expected, actual);
    return builder->finish();
}

std::vector<Pair> random_pairs(Chance& chance, int count) {
    std::vector<Pair> pairs;
    for (int i = 0; i < count; ++i)
        pairs.push_back({static_cast<double>(chance.whole(0, 3)) / 2, static_cast<double>(chance.whole(0, 4))});
    return pairs;
}

/// What the first tenth of a ranking bought, the customer at its edge in part; the mean over all rankings that the
/// expectations allow.
double captured_by_every_ranking(const std::vector<Pair>& pairs) {
    std::vector<std::size_t> order(pairs.size());
    std::iota(order.begin(), order.end(), 0u);
    double sum = 0, rankings = 0;
    do {
        if (!std::ranges::is_sorted(order, std::greater(), [&](std::size_t i) { return pairs[i].expected; })) continue;
        double wanted = static_cast<double>(pairs.size()) / 10;
        for (auto at = order.begin(); wanted > 0; ++at, --wanted) sum += std::min(wanted, 1.0) * pairs[*at].actual;
        ++rankings;
    } while (std::ranges::next_permutation(order).found);
    return sum / rankings;
}

TEST(Evaluation, IsWhatItsDefinitionsSay) {
    const auto found = evaluated({{2, 1}, {0.5, 0}, {1, 4}});
    ASSERT_TRUE(found);
    EXPECT_EQ(found->customers, 3);
    EXPECT_EQ(found->actual, 5);
    EXPECT_EQ(found->expected, 3.5);
    EXPECT_NEAR(*found->bias, -0.3, 1e-15);
    EXPECT_NEAR(found->mae, 4.5 / 3, 1e-15);
    EXPECT_NEAR(found->rmse, std::sqrt((1 + 0.25 + 9) / 3), 1e-15);
    EXPECT_NEAR(*found->top_decile_capture, 0.3 * 1 / 5, 1e-15);
}

TEST(Evaluation, CapturesWhatTheMeanRankingDoes) {
    Chance chance(1);
    for (int i = 0; i < 60; ++i) {
        const auto pairs = random_pairs(chance, 1 + i % 7);
        const auto found = evaluated(pairs);
        if (found->actual == 0)
            EXPECT_FALSE(found->top_decile_capture);
        else
            EXPECT_NEAR(*found->top_decile_capture * found->actual, captured_by_every_ranking(pairs), 1e-12);
    }
}

TEST(Evaluation, CapturesAtMostEverythingAndATenthOfEquals) {
    std::vector<Pair> pairs;
    for (int i = 0; i < 1000; ++i) pairs.push_back({i < 100 ? 1.0 : 0.5, i < 100 ? 3.0 : 0.0});
    EXPECT_DOUBLE_EQ(*evaluated(pairs)->top_decile_capture, 1);
    for (auto& pair : pairs) pair.expected = 2;
    EXPECT_DOUBLE_EQ(*evaluated(pairs)->top_decile_capture, 0.1);
    for (auto& pair : pairs) pair.expected = 3 - pair.actual;
    EXPECT_EQ(*evaluated(pairs)->top_decile_capture, 0);
}

TEST(Evaluation, WithoutPurchasesHasNoShares) {
    EXPECT_FALSE(evaluated({}));
    const auto found = evaluated({{1, 0}, {2, 0}});
    EXPECT_FALSE(found->bias);
    EXPECT_FALSE(found->top_decile_capture);
    EXPECT_EQ(found->mae, 1.5);
}

TEST(Evaluation, OfHistoriesIsThatOfTheirParts) {
    const BgNbdModel model(BgNbd{0.243, 4.414 * 7, 0.793, 2.426});
    const Day split{200}, until{300};
    Chance chance(2);
    crm::test::Dropped<EvaluationBuilder> histories, pairs;
    int skipped = 0;
    for (int i = 0; i < 300; ++i) {
        std::vector<Purchase> days;
        for (Day day{chance.whole(0, 250)}; day.number < 400; day.number += chance.whole(1, 90))
            days.push_back({day, chance.whole(0, 2), 10});
        const Timeline history(days);
        histories->add(model, history, split, until);
        if (const auto seen = history.rfm(split))
            pairs->add(model.expected_purchases(*seen, 100), history.until(until).since(split).purchase_days());
        else
            ++skipped;
    }
    EXPECT_GT(skipped, 20);
    EXPECT_EQ(histories->finish(), pairs->finish());
    EXPECT_EQ(histories->finish()->customers, 300 - skipped);

    histories->add(model, {}, split, split);
    EXPECT_THROW(histories->add(model, {}, split, Day{199}), crm::invalid_argument);
}

TEST(Evaluation, RefusesWhatIsNoNumberOfPurchases) {
    EXPECT_THROW((void)evaluated({{-1, 0}}), crm::invalid_argument);
    EXPECT_THROW((void)evaluated({{0, -1}}), crm::invalid_argument);
    EXPECT_THROW((void)evaluated({{NAN, 0}}), crm::invalid_argument);
    EXPECT_THROW((void)evaluated({{0, std::numeric_limits<double>::infinity()}}), crm::invalid_argument);
    EXPECT_THROW((void)evaluated({{1e200, 0}}), crm::out_of_range);
}

TEST(Evaluation, ObeysTheLawsOfAggregates) {
    Chance chance(3);
    for (const int count : {0, 1, 2, 100}) {
        auto pairs = random_pairs(chance, count);
        for (auto& pair : pairs) pair.expected *= chance.uniform();
        crm::test::expect_aggregate_laws<EvaluationBuilder>(
            pairs, [](EvaluationBuilder& state, const Pair& pair) { state.add(pair.expected, pair.actual); },
            [](const EvaluationBuilder& state) { return state.finish(); });
    }
}

TEST(Evaluation, SurvivesDamagedBytes) {
    Chance chance(4);
    crm::test::Dropped<EvaluationBuilder> builder;
    for (const auto& [expected, actual] : random_pairs(chance, 10)) builder->add(expected, actual);
    crm::test::expect_survives_damage(crm::test::saved(*builder), [](crm::Reader& in) {
        crm::test::Dropped<EvaluationBuilder> read;
        read->load(in);
        in.expect_end();
        (void)read->finish();
    });
}

}  // namespace
