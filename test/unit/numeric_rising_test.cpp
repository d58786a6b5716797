#include "crm/numeric/rising.hpp"

#include <gtest/gtest.h>

#include <boost/math/special_functions/digamma.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <boost/math/special_functions/trigamma.hpp>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <cmath>

#include "random_customers.hpp"

namespace {

using boost::multiprecision::cpp_bin_float_50;
using crm::numeric::log_beta_ratio;
using crm::numeric::rising;
using crm::test::Chance;

void expect_near(double found, double expected, double scale, const char* what, double start, double count) {
    EXPECT_NEAR(found, expected, 4e-15 * (std::abs(expected) + scale)) << what << " of " << start << ", " << count;
}

/// Sums of fifty digits over whole steps.
TEST(Rising, MatchesTheSumOverSteps) {
    Chance chance(1);
    for (int i = 0; i < 300; ++i) {
        const double start = chance.log_uniform(1e-8, 1e9);
        const int count = static_cast<int>(chance.log_uniform(1, 1000));
        cpp_bin_float_50 value = 0, slope = 0, curvature = 0;
        for (int step = 0; step < count; ++step) {
            const cpp_bin_float_50 at = cpp_bin_float_50(start) + step;
            value += log(at);
            slope += 1 / at;
            curvature -= 1 / (at * at);
        }
        const auto found = rising(start, count);
        expect_near(found.value, value.convert_to<double>(), 25, "value", start, count);
        expect_near(found.slope, slope.convert_to<double>(), 0, "slope", start, count);
        expect_near(found.curvature, curvature.convert_to<double>(), 0, "curvature", start, count);
    }
}

TEST(Rising, TakesFractions) {
    Chance chance(2);
    for (int i = 0; i < 500; ++i) {
        const double start = chance.log_uniform(1e-3, 100), count = chance.log_uniform(1e-3, 100);
        const auto found = rising(start, count);
        EXPECT_NEAR(found.value, std::lgamma(start + count) - std::lgamma(start), 2e-13 * (1 + std::abs(found.value)));
        EXPECT_NEAR(found.slope, boost::math::digamma(start + count) - boost::math::digamma(start),
                    1e-12 * (1 + found.slope));
        EXPECT_NEAR(found.curvature, boost::math::trigamma(start + count) - boost::math::trigamma(start),
                    1e-12 * (1 - found.curvature));
    }
}

TEST(Rising, OfNothingIsNothing) {
    const auto none = rising(0.243, 0);
    EXPECT_EQ(none.value, 0);
    EXPECT_EQ(none.slope, 0);
    EXPECT_EQ(none.curvature, 0);
}

/// Products of fifty digits over whole steps of one argument, whatever the other is.
TEST(LogBetaRatio, MatchesTheProductOverSteps) {
    Chance chance(4);
    for (int i = 0; i < 400; ++i) {
        const double start = chance.log_uniform(1e-8, 1e9), other = chance.log_uniform(1e-9, 1e9);
        const int steps = static_cast<int>(chance.log_uniform(1, 300));
        cpp_bin_float_50 product = 1;
        for (int step = 0; step < steps; ++step)
            product *= (cpp_bin_float_50(start) + step) / (cpp_bin_float_50(start) + other + step);
        const double expected = log(product).convert_to<double>();
        EXPECT_NEAR(log_beta_ratio(other, start, steps) / expected, 1, 1e-13) << other << ", " << start << ", " << steps;
        EXPECT_NEAR(log_beta_ratio(steps, start, other) / expected, 1, 1e-13) << other << ", " << start << ", " << steps;
    }
}

/// a times count times trigamma(b), where both are next to nothing.
TEST(LogBetaRatio, KeepsItsDigitsNextToNothing) {
    Chance chance(5);
    for (int i = 0; i < 300; ++i) {
        const double a = chance.log_uniform(1e-100, 1e-9), count = chance.log_uniform(1e-100, 1e-9);
        const double b = chance.log_uniform(1e-2, 1e4);
        EXPECT_NEAR(log_beta_ratio(a, b, count) / (-a * count * boost::math::trigamma(b)), 1, 1e-6) << b;
    }
    EXPECT_EQ(log_beta_ratio(2, 3, 0), 0);
}

TEST(LogGamma, MatchesTheLibrary) {
    for (double at = 1e-6; at < 1e9; at *= 1.37) {
        EXPECT_NEAR(crm::numeric::log_gamma(at), std::lgamma(at), 1e-14 * (10 + std::abs(std::lgamma(at)))) << at;
        EXPECT_NEAR(crm::numeric::trigamma(at) / boost::math::trigamma(at), 1, 1e-13) << at;
    }
}

}  // namespace
