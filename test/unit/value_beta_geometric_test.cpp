#include "crm/value/beta_geometric.hpp"

#include <gtest/gtest.h>

#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <cmath>
#include <vector>

#include "random_customers.hpp"

namespace {

using boost::multiprecision::cpp_bin_float_50;
using crm::test::Chance;
using crm::value::ActiveCustomer;

/// Purchases if nobody left are negative binomial; of k of them 1 + E[q] + ... + E[q^(k-1)] are made, q the chance to
/// stay. All terms are positive: fifty digits make it exact.
double expected_by_counting(double shape, double rate, double a, double b, double horizon) {
    using Big = cpp_bin_float_50;
    const Big z = Big(horizon) / (Big(rate) + horizon);
    Big probability = pow(1 - z, Big(shape)), stays = 1, made = 0, sum = 0;
    for (int k = 1; k < 1000000; ++k) {
        probability *= (Big(shape) + (k - 1)) / k * z;
        made += stays;
        stays *= (Big(b) + (k - 1)) / (Big(a) + Big(b) + (k - 1));
        sum += probability * made;
        if (k * (1 - z) > shape * z && probability * made < 1e-22 * sum * (1 - z)) break;
    }
    return sum.convert_to<double>();
}

void expect_close(double found, double expected, double tolerance, const std::string& where) {
    EXPECT_NEAR(found / expected, 1, tolerance) << found << " for " << expected << where;
}

struct Case {
    double shape, rate, a, b, horizon;

    ActiveCustomer customer() const { return {shape, rate, a, b}; }
    std::string text() const {
        return " at shape " + std::to_string(shape) + " rate " + std::to_string(rate) + " a " + std::to_string(a) +
               " b " + std::to_string(b) + " horizon " + std::to_string(horizon);
    }
};

Case usual(Chance& chance) {
    const double x = chance.uniform() < 0.3 ? 0 : std::floor(chance.log_uniform(1, 300));
    const double rate = chance.log_uniform(0.01, 1000);
    return {chance.log_uniform(0.02, 30) + x, rate, chance.log_uniform(0.02, 60), chance.log_uniform(0.05, 100) + x,
            rate * chance.log_uniform(1e-3, 200)};
}

Case extreme(Chance& chance) {
    const double shape = chance.log_uniform(1e-6, 1e4);
    return {shape, 1, chance.log_uniform(1e-8, 1e9), chance.log_uniform(1e-8, 1e9),
            chance.log_uniform(1e-6, shape > 100 ? 3 : 100)};
}

TEST(ActiveCustomer, BothWaysMatchCounting) {
    Chance chance(1);
    int quick = 0;
    for (int i = 0; i < 400; ++i) {
        const Case c = i % 4 ? usual(chance) : extreme(chance);
        const double expected = expected_by_counting(c.shape, c.rate, c.a, c.b, c.horizon);
        expect_close(c.customer().purchases_by_average(c.horizon), expected, 1e-12, c.text());
        if (const auto series = c.customer().purchases_by_series(c.horizon)) {
            expect_close(*series, expected, 5e-12, c.text());
            ++quick;
        }
    }
    EXPECT_GT(quick, 200);
}

TEST(ActiveCustomer, BothWaysAgree) {
    Chance chance(2);
    for (int i = 0; i < 3000; ++i) {
        const Case c = i % 4 ? usual(chance) : extreme(chance);
        if (const auto series = c.customer().purchases_by_series(c.horizon))
            expect_close(c.customer().purchases_by_average(c.horizon), *series, 1e-11, c.text());
    }
}

/// Purchases a unit of time at time t, a series of positive terms.
double purchase_rate(const Case& c, double t) {
    const double z = t / (c.rate + t);
    double term = std::exp((c.shape + 1) * std::log1p(-z)), sum = 0;
    for (double n = 0; n < 1e6; ++n) {
        sum += term;
        if (n > c.shape && term < 1e-18 * sum) break;
        term *= (c.shape + 1 + n) * (c.b + n) / ((c.a + c.b + n) * (n + 1)) * z;
    }
    return c.shape / c.rate * sum;
}

double discounted_by_integral(const Case& c, double discount) {
    const auto by_logarithm = [&](double s) {
        const double t = c.rate * std::expm1(s);
        return std::exp(-discount * t) * purchase_rate(c, t) * c.rate * std::exp(s);
    };
    return boost::math::quadrature::gauss_kronrod<double, 31>::integrate(by_logarithm, 0,
                                                                         std::log1p(c.horizon / c.rate), 12, 1e-13);
}

TEST(ActiveCustomer, DiscountingMatchesTheIntegralOverTime) {
    Chance chance(3);
    for (int i = 0; i < 200; ++i) {
        Case c = usual(chance);
        if (c.shape > 120) continue;  // where the oracle's first term underflows
        const double discount = chance.log_uniform(1e-4, 1e3) / c.rate;
        expect_close(c.customer().discounted_purchases(c.horizon, discount), discounted_by_integral(c, discount), 1e-10,
                     c.text() + " discount " + std::to_string(discount));
    }
}

TEST(ActiveCustomer, BothWaysToDiscountAgree) {
    Chance chance(7);
    int quick = 0;
    for (int i = 0; i < 3000; ++i) {
        const Case c = i % 4 ? usual(chance) : extreme(chance);
        const double discount = chance.log_uniform(1e-4, 30) / c.horizon;
        const auto by_rate = c.customer().discounted_by_rate(c.horizon, discount);
        if (!by_rate) continue;
        ++quick;
        expect_close(*by_rate, c.customer().discounted_by_panels(c.horizon, discount), 1e-11,
                     c.text() + " discount " + std::to_string(discount));
    }
    EXPECT_GT(quick, 1000);
}

TEST(ActiveCustomer, DiscountByRateNeedsNoDiscount) {
    Chance chance(8);
    for (int i = 0; i < 400; ++i) {
        const Case c = i % 4 ? usual(chance) : extreme(chance);
        if (const auto by_rate = c.customer().discounted_by_rate(c.horizon, 0))
            expect_close(*by_rate, expected_by_counting(c.shape, c.rate, c.a, c.b, c.horizon), 1e-12, c.text());
    }
}

TEST(ActiveCustomer, WithoutDiscountNothingChanges) {
    Chance chance(4);
    for (int i = 0; i < 200; ++i) {
        const Case c = usual(chance);
        EXPECT_EQ(c.customer().discounted_purchases(c.horizon, 0), c.customer().purchases(c.horizon));
        expect_close(c.customer().discounted_purchases(c.horizon, 1e-14 / c.horizon), c.customer().purchases(c.horizon),
                     1e-12, c.text());
    }
}

/// Probabilities of 0, 1, ... purchases by counting, as above.
std::vector<double> distribution_by_counting(const Case& c) {
    using Big = cpp_bin_float_50;
    const Big z = Big(c.horizon) / (Big(c.rate) + c.horizon);
    Big exactly = pow(1 - z, Big(c.shape)), at_least = 1, stays = 1;
    std::vector<double> all{exactly.convert_to<double>()};
    for (int n = 1; at_least * stays > 1e-16; ++n) {
        at_least -= exactly;
        exactly *= (Big(c.shape) + (n - 1)) / n * z;
        const Big leaves = stays * c.a / (Big(c.a) + c.b + (n - 1));
        stays -= leaves;
        all.push_back((leaves * at_least + stays * exactly).convert_to<double>());
    }
    return all;
}

double survival_by_counting(const Case& c) {
    using Big = cpp_bin_float_50;
    const Big z = Big(c.horizon) / (Big(c.rate) + c.horizon);
    Big exactly = pow(1 - z, Big(c.shape)), stays = 1, sum = exactly, all = exactly;
    for (int n = 1; 1 - all > 1e-20; ++n) {
        exactly *= (Big(c.shape) + (n - 1)) / n * z;
        stays *= (Big(c.b) + (n - 1)) / (Big(c.a) + Big(c.b) + (n - 1));
        sum += exactly * stays;
        all += exactly;
    }
    return sum.convert_to<double>();
}

TEST(ActiveCustomer, SurvivalAndDistributionMatchCounting) {
    Chance chance(6);
    for (int i = 0; i < 40; ++i) {
        Case c = usual(chance);
        c.horizon = c.rate * chance.log_uniform(1e-3, 2);
        const double survival = survival_by_counting(c);
        EXPECT_NEAR(c.customer().survival(c.horizon), survival, 1e-11 * survival + 1e-15) << c.text();
        const auto found = c.customer().distribution(c.horizon, 1e-12, 1), expected = distribution_by_counting(c);
        ASSERT_LE(found.size(), expected.size()) << c.text();
        for (std::size_t n = 0; n < found.size(); ++n) EXPECT_NEAR(found[n], expected[n], 1e-12) << c.text() << n;
    }
}

TEST(ActiveCustomer, SurvivalIsAProbability) {
    for (const double shape : {1e-150, 1.0, 1e150})
        for (const double a : {1e-150, 1.0, 1e150})
            for (const double b : {1e-150, 1.0, 1e150})
                for (const double horizon : {0.0, 1e-300, 1.0, 1e300}) {
                    const double found = ActiveCustomer(shape, 1, a, b).survival(horizon);
                    EXPECT_TRUE(found >= 0 && found <= 1 + 1e-12)
                        << found << " at " << shape << ' ' << a << ' ' << b << ' ' << horizon;
                    EXPECT_TRUE(horizon > 0 || std::abs(found - 1) < 1e-12) << found;
                }
}

TEST(ActiveCustomer, DiscountedSumsAreOrdered) {
    Chance chance(5);
    for (int i = 0; i < 300; ++i) {
        const Case c = i % 4 ? usual(chance) : extreme(chance);
        const double discount = chance.log_uniform(1e-4, 1e4) / c.rate;
        const double whole = c.customer().purchases(c.horizon),
                     counted = c.customer().discounted_purchases(c.horizon, discount);
        EXPECT_GE(counted, whole * std::exp(-discount * c.horizon) * (1 - 1e-12)) << c.text();
        EXPECT_LE(counted, whole * (1 + 1e-12)) << c.text();
        EXPECT_LE(counted, c.customer().discounted_purchases(2 * c.horizon, discount) * (1 + 1e-10)) << c.text();
    }
}

TEST(ActiveCustomer, ExtremesAreFinite) {
    for (const double shape : {1e-150, 1e-5, 1.0, 1e5, 1e150})
        for (const double a : {1e-150, 1.0, 1e150})
            for (const double b : {1e-150, 1.0, 1e150})
                for (const double rate : {1e-150, 1.0, 1e150})
                    for (const double horizon : {0.0, 1e-300, 1.0, 1e300}) {
                        const ActiveCustomer customer(shape, rate, a, b);
                        for (const double discount : {0.0, 1e-3, 1e300}) {
                            const double found = customer.discounted_purchases(horizon, discount);
                            EXPECT_TRUE(found >= 0) << found << " at " << shape << ' ' << rate << ' ' << a << ' ' << b
                                                    << ' ' << horizon << ' ' << discount;
                        }
                    }
}

TEST(ActiveCustomer, NoHorizonNoPurchases) {
    EXPECT_EQ(ActiveCustomer(1, 1, 1, 1).purchases(0), 0);
    EXPECT_EQ(ActiveCustomer(1, 1, 1, 1).discounted_purchases(0, 0.1), 0);
}

}  // namespace
