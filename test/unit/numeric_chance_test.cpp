#include "crm/numeric/chance.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace {

using crm::numeric::Chance;

TEST(Chance, PoissonHasItsMeanAndVariance) {
    constexpr int draws = 40000;
    for (const double mean : {0.1, 1.0, 15.9, 16.0, 40.0, 999.0, 1001.0, 1e6}) {
        Chance chance(1);
        double sum = 0, squares = 0;
        for (int i = 0; i < draws; ++i) {
            const double away = chance.poisson(mean) - mean;
            sum += away;
            squares += away * away;
        }
        const double error = std::sqrt(mean / draws);
        EXPECT_NEAR(sum / draws, 0, 4 * error) << mean;
        const double spread = std::sqrt((2 + 1 / mean) / draws);  // of the variance, relative
        EXPECT_NEAR(squares / draws / mean, 1, 4 * spread) << mean;
    }
}

TEST(Chance, SmallPoissonNumbersComeAsOftenAsTheyShould) {
    constexpr int draws = 40000;
    Chance chance(2);
    int none = 0, one = 0;
    for (int i = 0; i < draws; ++i) {
        const double drawn = chance.poisson(1);
        EXPECT_EQ(drawn, std::floor(drawn));
        none += drawn == 0;
        one += drawn == 1;
    }
    EXPECT_NEAR(none / double{draws}, std::exp(-1.0), 0.01);
    EXPECT_NEAR(one / double{draws}, std::exp(-1.0), 0.01);
}

TEST(Chance, NothingComesOfAMeanOfNothing) { EXPECT_EQ(Chance(3).poisson(0), 0); }

TEST(Chance, ASeedGivesTheSameDraws) {
    Chance one(4), same(4), other(5);
    bool differs = false;
    for (int i = 0; i < 100; ++i) {
        const double drawn = one.uniform();
        EXPECT_EQ(drawn, same.uniform());
        EXPECT_GT(drawn, 0);
        EXPECT_LT(drawn, 1);
        differs |= drawn != other.uniform();
    }
    EXPECT_TRUE(differs);
}

}  // namespace
