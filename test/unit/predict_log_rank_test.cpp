#include "crm/predict/log_rank.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "aggregate_laws.hpp"
#include "crm/foundation/error.hpp"
#include "crm/foundation/json.hpp"
#include "hostile_bytes.hpp"
#include "predict_lives.hpp"

namespace crm::predict {
namespace {

using test::digits;
using test::Life;

std::vector<LogRankGroup> tested(const std::vector<Life>& lives, double rho = 0) {
    test::Dropped<LogRankTest> state;
    for (const Life& life : lives) state->add(life.group, life.duration, life.event, {}, rho);
    return state->finish();
}

std::string described(const std::vector<LogRankGroup>& rows) {
    std::string text;
    for (const auto& row : rows)
        text += row.group + " " + std::to_string(row.customers) + " " + shortest(row.observed) + " " +
                shortest(row.expected) + " " + shortest(row.chi_squared.value_or(-1)) + "\n";
    return text;
}

// Expected values: R 4.2.2, package survival 3.5-3.
TEST(LogRank, MatchesR) {
    SKIP_WITHOUT_REFERENCE_DATA();
    const auto lung = tested(test::lung());
    ASSERT_EQ(lung.size(), 2u);
    EXPECT_EQ(lung[0].customers, 138);
    EXPECT_EQ(lung[0].observed, 112);
    EXPECT_EQ(digits(lung[0].expected, 6), "91.5817");
    EXPECT_EQ(digits(*lung[0].excess_over_expected, 6), "4.55228");
    EXPECT_EQ(digits(*lung[0].excess_over_variance, 6), "10.3267");
    EXPECT_EQ(digits(lung[1].expected, 6), "73.4183");
    EXPECT_EQ(digits(*lung[1].excess_over_expected, 5), "5.6785");
    EXPECT_EQ(digits(*lung[1].chi_squared, 6), "10.3267");
    EXPECT_EQ(digits(*lung[1].p_value, 4), "0.001311");

    const auto veteran = tested(test::veteran());
    ASSERT_EQ(veteran.size(), 4u);
    EXPECT_EQ(veteran[0].group, "adeno");
    EXPECT_EQ(digits(veteran[0].expected, 6), "15.6938");
    EXPECT_EQ(digits(*veteran[0].excess_over_variance, 6), "8.19197");
    EXPECT_EQ(digits(*veteran[1].excess_over_variance, 6), "3.02052");
    EXPECT_EQ(digits(*veteran[2].excess_over_variance, 7), "10.20251");
    EXPECT_EQ(digits(*veteran[3].excess_over_expected, 6), "5.82059");
    EXPECT_EQ(veteran[0].degrees_of_freedom, 3);
    EXPECT_EQ(digits(*veteran[0].p_value, 4), "1.271e-05");
}

// Observed and expected of one group, and their variance, by their definitions.
TEST(LogRank, WeighsEventsByWhoHadStayed) {
    for (const double rho : {0.0, 0.5, 1.0, 2.0}) {
        const auto lives = test::random_lives(9, 70, 0);
        const auto rows = tested(lives, rho);
        double observed = 0, expected = 0, variance = 0, stayed = 1;
        for (double time = 1; time <= 12; ++time) {
            double at_risk = 0, of_group = 0, events = 0, events_of_group = 0;
            for (const Life& life : lives) {
                const double mine = life.group == "b", gone = life.duration == time && life.event;
                if (life.duration < time) continue;
                ++at_risk;
                of_group += mine;
                events += gone;
                events_of_group += mine * gone;
            }
            if (events == 0) continue;
            const double weight = std::pow(stayed, rho), share = of_group / at_risk;
            observed += weight * events_of_group;
            expected += weight * events * share;
            if (at_risk > 1)
                variance += weight * weight * events * share * (1 - share) * (at_risk - events) / (at_risk - 1);
            stayed *= 1 - events / at_risk;
        }
        EXPECT_NEAR(rows[1].observed, observed, 1e-12);
        EXPECT_NEAR(rows[1].expected, expected, 1e-12);
        EXPECT_NEAR(*rows[1].excess_over_variance, (observed - expected) * (observed - expected) / variance, 1e-11);
    }
}

TEST(LogRank, AddsUpToNothing) {
    for (unsigned seed = 1; seed <= 30; ++seed)
        for (const double rho : {0.0, 1.0}) {
            double excess = 0;
            for (const auto& row : tested(test::random_lives(seed, 50, 0), rho)) excess += row.observed - row.expected;
            EXPECT_NEAR(excess, 0, 1e-12);
        }
}

TEST(LogRank, OfTwoGroupsIsTheSquareOverTheVariance) {
    auto lives = test::random_lives(4, 80, 0);
    for (Life& life : lives)
        if (life.group == "c") life.group = "a";
    for (const double rho : {0.0, 1.0, 0.5})
        for (const auto& row : tested(lives, rho)) EXPECT_NEAR(*row.excess_over_variance, *row.chi_squared, 1e-12);
}

TEST(LogRank, ComparesWithinStrata) {
    const auto one = test::random_lives(1, 60, 0), two = test::random_lives(2, 60, 0);
    const auto first = tested(one), second = tested(two);
    test::Dropped<LogRankTest> both;
    for (const Life& life : one) both->add(life.group, life.duration, life.event, "north");
    for (const Life& life : two) both->add(life.group, life.duration, life.event, "south");
    const auto rows = both->finish();
    for (std::size_t i = 0; i < rows.size(); ++i) {
        EXPECT_NEAR(rows[i].expected, first[i].expected + second[i].expected, 1e-12);
        EXPECT_EQ(rows[i].observed, first[i].observed + second[i].observed);
    }
}

TEST(LogRank, KnowsWhenThereIsNothingToCompare) {
    const auto alone = tested({{1, true, "a", {}, {}}, {2, false, "a", {}, {}}});
    EXPECT_FALSE(alone[0].chi_squared);
    EXPECT_EQ(alone[0].degrees_of_freedom, 0);
    const auto quiet = tested({{1, false, "a", {}, {}}, {2, false, "b", {}, {}}});
    EXPECT_FALSE(quiet[0].chi_squared);
    EXPECT_FALSE(quiet[0].excess_over_expected);
    const auto together = tested({{1, true, "a", {}, {}}, {1, true, "b", {}, {}}});
    EXPECT_EQ(together[0].observed, together[0].expected);
}

TEST(LogRank, RefusesWhatCannotBe) {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    test::Dropped<LogRankTest> state;
    EXPECT_THROW(state->add("a", -1, true), invalid_argument);
    EXPECT_THROW(state->add("a", nan, true), invalid_argument);
    EXPECT_THROW(state->add("a\n", 1, true), invalid_argument);
    EXPECT_THROW(state->add("\xff", 1, true), invalid_argument);
    EXPECT_THROW(state->add("a", 1, true, {}, -1), invalid_argument);
    state->add("a", 1, true, {}, 1);
    EXPECT_THROW(state->add("a", 1, true, {}, 0), invalid_argument);
    test::Dropped<LogRankTest> many;
    for (std::size_t i = 0; i < LogRankTest::most_groups; ++i) many->add(std::to_string(i), 1, true);
    EXPECT_THROW(many->add("one more", 1, true), limit_exceeded);
}

TEST(LogRank, ObeysTheLawsOfAggregatesAndSurvivesDamage) {
    const auto feed = [](LogRankTest& state, const Life& life) {
        state.add(life.group, life.duration, life.event, life.features[0] > 0 ? "x" : "y", 0.5);
    };
    const auto lives = test::random_lives(7, 200);
    test::expect_aggregate_laws<LogRankTest>(lives, feed,
                                             [](const LogRankTest& state) { return described(state.finish()); });
    test::Dropped<LogRankTest> state;
    for (const Life& life : test::random_lives(7, 20)) feed(*state, life);
    test::expect_survives_damage(test::saved(*state), [](Reader& in) {
        test::Dropped<LogRankTest> read;
        read->load(in);
        in.expect_end();
        read->finish();
    });
}

}  // namespace
}  // namespace crm::predict
