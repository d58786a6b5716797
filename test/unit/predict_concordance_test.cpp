#include "crm/predict/concordance.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "aggregate_laws.hpp"
#include "crm/foundation/error.hpp"
#include "crm/foundation/json.hpp"
#include "crm/predict/lifetime.hpp"
#include "hostile_bytes.hpp"
#include "predict_lives.hpp"

namespace crm::predict {
namespace {

using test::Life;

std::vector<RankedLife> random_ranked(unsigned seed, bool late) {
    std::vector<RankedLife> lives;
    for (const Life& life : test::random_lives(seed, 70, 1, late))
        lives.push_back({life.entry.value_or(from_start), life.duration, life.event, std::floor(life.features[0]), 1, 1,
                         life.group == "a" ? 0u : 1u});
    return lives;
}

/// Every pair by itself, and the jackknife by its definition: the change of the estimate with each one's weight.
double estimate(const std::vector<RankedLife>& lives, std::vector<double> weights, Concordance& all) {
    all = {};
    for (std::size_t i = 0; i < lives.size(); ++i)
        for (std::size_t j = 0; j < lives.size(); ++j) {
            const RankedLife &first = lives[i], &second = lives[j];
            const bool stayed =
                second.duration > first.duration || (second.duration == first.duration && !second.event);
            if (i == j || first.stratum != second.stratum || !first.event || !stayed || second.entry >= first.duration)
                continue;
            const double weight = weights[i] * weights[j];
            (first.risk > second.risk   ? all.concordant
             : first.risk < second.risk ? all.discordant
                                        : all.tied) += weight;
        }
    return (all.concordant + all.tied / 2) / (all.concordant + all.discordant + all.tied);
}

TEST(Concordance, CountsEveryPair) {
    for (unsigned seed = 1; seed <= 30; ++seed) {
        const auto lives = random_ranked(seed, seed % 2 == 0);
        const Concordance found = concordance(lives);
        Concordance pairs;
        std::vector<double> weights(lives.size(), 1);
        const double whole = estimate(lives, weights, pairs);
        EXPECT_EQ(found.concordant, pairs.concordant);
        EXPECT_EQ(found.discordant, pairs.discordant);
        EXPECT_EQ(found.tied, pairs.tied);
        EXPECT_NEAR(*found.concordance, whole, 1e-14);
        double variance = 0;
        for (std::size_t i = 0; i < lives.size(); ++i) {
            constexpr double step = 1e-4;
            auto more = weights, less = weights;
            more[i] += step;
            less[i] -= step;
            Concordance ignored;
            const double slope = (estimate(lives, more, ignored) - estimate(lives, less, ignored)) / (2 * step);
            variance += slope * slope;
        }
        EXPECT_NEAR(*found.std_error, std::sqrt(variance), 1e-8);
    }
}

TEST(Concordance, CountsEqualCustomersTogether) {
    auto lives = random_ranked(3, false);
    std::vector<RankedLife> twice = lives;
    twice.insert(twice.end(), lives.begin(), lives.end());
    for (RankedLife& life : lives) life.count = 2;
    const Concordance together = concordance(lives), apart = concordance(twice);
    EXPECT_EQ(together.concordant, apart.concordant);
    EXPECT_EQ(together.tied, apart.tied);
    EXPECT_NEAR(*together.std_error, *apart.std_error, 1e-14);
}

TEST(Concordance, IsNoneWithoutPairs) {
    EXPECT_FALSE(concordance({}).concordance);
    EXPECT_FALSE(concordance(std::vector<RankedLife>{{from_start, 1, true, 1}, {from_start, 1, true, 2}}).concordance);
    const auto perfect = concordance(std::vector<RankedLife>{{from_start, 1, true, 2}, {from_start, 2, true, 1}});
    EXPECT_EQ(perfect.concordance, 1);
    EXPECT_EQ(perfect.std_error, 0);
}

TEST(Concordance, RefusesWhatCannotBe) {
    test::Dropped<ConcordanceOf> state;
    EXPECT_THROW(state->add(-1, true, 1), invalid_argument);
    EXPECT_THROW(state->add(1, true, std::numeric_limits<double>::quiet_NaN()), invalid_argument);
    EXPECT_THROW(state->add(1, true, std::numeric_limits<double>::infinity()), invalid_argument);
}

TEST(Concordance, ObeysTheLawsOfAggregatesAndSurvivesDamage) {
    const auto feed = [](ConcordanceOf& state, const Life& life) {
        state.add(life.duration, life.event, life.features[0]);
    };
    test::expect_aggregate_laws<ConcordanceOf>(test::random_lives(7, 150), feed, [](const ConcordanceOf& state) {
        const auto found = state.finish();
        return shortest(*found.concordance) + " " + shortest(*found.std_error) + " " + shortest(found.tied);
    });
    test::Dropped<ConcordanceOf> state;
    for (const Life& life : test::random_lives(7, 20)) feed(*state, life);
    test::expect_survives_damage(test::saved(*state), [](Reader& in) {
        test::Dropped<ConcordanceOf> read;
        read->load(in);
        in.expect_end();
        read->finish();
    });
}

}  // namespace
}  // namespace crm::predict
