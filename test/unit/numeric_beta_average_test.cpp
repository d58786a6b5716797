#include "crm/numeric/beta_average.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "crm/numeric/rising.hpp"
#include "random_customers.hpp"

namespace {

using crm::numeric::BetaAverage;
using crm::numeric::rising;
using crm::test::Chance;

TEST(BetaAverage, MatchesMoments) {
    Chance chance(1);
    for (int i = 0; i < 300; ++i) {
        const double a = chance.log_uniform(1e-6, 1e6), b = chance.log_uniform(1e-6, 1e6);
        const BetaAverage average(a, b, 100);
        EXPECT_NEAR(average.of([](double, double) { return 1; }), 1, 1e-13);
        EXPECT_NEAR(average.of([](double p, double) { return p; }) / (a / (a + b)), 1, 1e-11) << a << ' ' << b;
        EXPECT_NEAR(average.of([](double, double q) { return q; }) / (b / (a + b)), 1, 1e-11) << a << ' ' << b;
        const double survival = std::exp(rising(b, 20).value - rising(a + b, 20).value);
        EXPECT_NEAR(average.of([](double, double q) { return std::pow(q, 20); }), survival, 1e-11) << a << ' ' << b;
    }
}

TEST(BetaAverage, MayGrowTowardsZero) {  // the mean of (1 - (1 - p)^n) / p is a sum of means
    for (const double a : {1e-3, 0.5, 3.0})
        for (const double b : {0.1, 4.0, 1000.0}) {
            double sum = 0, term = 1;
            for (int i = 0; i < 5000; ++i) {
                sum += term;
                term *= (b + i) / (a + b + i);
            }
            const double found =
                BetaAverage(a, b, 5000).of([](double p, double) { return -std::expm1(5000 * std::log1p(-p)) / p; });
            EXPECT_NEAR(found / sum, 1, 1e-11) << a << ' ' << b;
        }
}

}  // namespace
