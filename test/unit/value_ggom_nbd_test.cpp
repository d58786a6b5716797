#include "crm/value/ggom_nbd.hpp"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <boost/math/quadrature/exp_sinh.hpp>
#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "crm/value/pareto_nbd.hpp"
#include "fits.hpp"
#include "random_customers.hpp"
#include "reference_data.hpp"

namespace {

using crm::Tally;
using crm::numeric::Derivatives;
using crm::test::Chance;
using crm::test::fitted;
using crm::value::Boundary;
using crm::value::GgomNbd;
using crm::value::GgomNbdModel;
using crm::value::new_customer;
using crm::value::ParetoNbd;
using crm::value::ParetoNbdModel;
using crm::value::PurchaseHistory;
using crm::value::Rfm;
using Eigen::VectorXd;

GgomNbd random_model(Chance& chance) {
    return {chance.log_uniform(0.05, 5), chance.log_uniform(0.5, 50), chance.log_uniform(1e-3, 0.3),
            chance.log_uniform(0.3, 5), chance.log_uniform(0.05, 20)};
}

Rfm random_history(Chance& chance, int most = 30) {
    const int x = chance.whole(0, most);
    const double age = chance.log_uniform(1, 100);
    return Rfm(x, x > 0 ? age * chance.uniform() : 0, age);
}

/// The likelihood for a given level m of the hazard, averaged over its distribution by brute force.
struct ByQuadrature {
    GgomNbd model;
    boost::math::quadrature::exp_sinh<double> rule{12};

    static double over_time(auto integrand, double from, double to) {
        return boost::math::quadrature::gauss_kronrod<double, 31>::integrate(integrand, from, to, 10, 1e-12);
    }

    /// Mean of rate^x exp(-rate t).
    double rate_moment(double x, double t) const {
        return std::exp(std::lgamma(model.r + x) - std::lgamma(model.r) + model.r * std::log(model.alpha) -
                        (model.r + x) * std::log(model.alpha + t));
    }

    double mean(auto of_level) {
        return rule.integrate([&](double m) {
            return std::exp(model.s * std::log(model.beta) - std::lgamma(model.s) + (model.s - 1) * std::log(m) -
                            model.beta * m) *
                   of_level(m);
        });
    }

    double survival(double m, double t) const { return std::exp(-m * std::expm1(model.b * t)); }

    /// Densities of the history, of customers who are active at a time, and of those who leave between two times.
    double active(const Rfm& seen, double until) {
        return mean([&](double m) { return survival(m, until); }) * rate_moment(seen.frequency(), until);
    }
    double left(const Rfm& seen, double from, double to) {
        return mean([&](double m) {
            return over_time(
                [&](double u) {
                    const double log_density = std::log(m * model.b) + model.b * u - m * std::expm1(model.b * u);
                    return std::exp(log_density) * rate_moment(seen.frequency(), u);
                },
                from, to);
        });
    }

    /// The same with n purchases after the history.
    double purchases(const Rfm& seen, double horizon, int n) {
        const auto bought = [&](double t) {
            return rate_moment(seen.frequency() + n, seen.age() + t) * std::exp(n * std::log(t) - std::lgamma(n + 1));
        };
        return mean([&](double m) {
            return survival(m, seen.age() + horizon) * bought(horizon) +
                   over_time(
                       [&](double t) {
                           const double u = seen.age() + t;
                           return m * model.b * std::exp(model.b * u) * survival(m, u) * bought(t);
                       },
                       0, horizon);
        });
    }

    double discounted(const Rfm& seen, double horizon, double rate) {
        return rate_moment(seen.frequency() + 1, seen.age()) * mean([&](double m) {
                   return over_time([&](double t) { return std::exp(-rate * t) * survival(m, seen.age() + t); }, 0,
                                    horizon);
               });
    }
};

TEST(GgomNbd, MatchesBruteForce) {
    Chance chance(1);
    for (int i = 0; i < 12; ++i) {
        const GgomNbd model = random_model(chance);
        const Rfm seen = random_history(chance, 12);
        const double horizon = chance.log_uniform(0.1, 100), rate = chance.log_uniform(1e-4, 0.1);
        ByQuadrature oracle{model};
        const double active = oracle.active(seen, seen.age());
        const double whole = active + oracle.left(seen, seen.recency(), seen.age()), later = seen.age() + horizon;
        const double silent = oracle.active(seen, later) + oracle.left(seen, seen.age(), later);
        EXPECT_NEAR(model.log_likelihood(seen), std::log(whole), 1e-9);
        EXPECT_NEAR(model.p_alive(seen), active / whole, 1e-9);
        EXPECT_NEAR(model.p_alive(seen, horizon),
                    active / whole * oracle.active(new_customer(), later) / oracle.rate_moment(0, later) /
                        (oracle.active(new_customer(), seen.age()) / oracle.rate_moment(0, seen.age())),
                    1e-9);
        EXPECT_NEAR(model.churn_probability(seen, horizon), 1 - active / whole + silent / whole, 1e-9);
        EXPECT_NEAR(model.churn_probability(seen, HUGE_VAL),
                    1 - active / whole + oracle.left(seen, seen.age(), HUGE_VAL) / whole, 1e-8);
        const auto distribution = model.purchase_distribution(seen, horizon, 0);
        for (const int n : {1, 4})
            EXPECT_NEAR(distribution.at(static_cast<std::size_t>(n)), oracle.purchases(seen, horizon, n) / whole, 1e-9);
        EXPECT_NEAR(model.expected_purchases(seen, horizon) / (oracle.discounted(seen, horizon, 0) / whole), 1, 1e-8);
        EXPECT_NEAR(model.discounted_purchases(seen, horizon, rate) / (oracle.discounted(seen, horizon, rate) / whole),
                    1, 1e-8);
    }
}

TEST(GgomNbd,
     LikelihoodIsADensity) {  // of the histories of one age: x = 0, and all times of the first and last purchase
    const GgomNbd model{0.8, 4, 0.2, 0.7, 1.5};
    const double age = 10;
    double sum = std::exp(model.log_likelihood(Rfm(0, 0, age)));
    for (int x = 1; x < 200; ++x) {  // the x - 1 purchases before the last lie anywhere: recency^(x-1) / (x-1)!
        const auto density = [&](double recency) {
            return std::exp(model.log_likelihood(Rfm(x, recency, age)) + (x - 1) * std::log(recency) - std::lgamma(x));
        };
        sum += boost::math::quadrature::gauss_kronrod<double, 31>::integrate(density, 1e-12, age, 8, 1e-10);
    }
    EXPECT_NEAR(sum, 1, 1e-7);
}

TEST(GgomNbd, WithoutGrowthOfTheHazardItIsTheParetoNbd) {
    Chance chance(2);
    for (int i = 0; i < 200; ++i) {
        const double b = 1e-17, most = i % 2 ? 10000 : 30;
        const ParetoNbd limit{chance.log_uniform(0.05, 5), chance.log_uniform(0.5, 50), chance.log_uniform(0.05, 5),
                              chance.log_uniform(0.5, 5000)};
        const GgomNbd model{limit.r, limit.alpha, b, limit.s, limit.beta * b};
        const Rfm seen = random_history(chance, static_cast<int>(most));
        const double horizon = chance.log_uniform(0.1, 300), rate = chance.log_uniform(1e-4, 0.1);
        EXPECT_NEAR(model.log_likelihood(seen), limit.log_likelihood(seen),
                    1e-12 * (1 + std::abs(limit.log_likelihood(seen))));
        EXPECT_NEAR(model.churn_probability(seen, horizon), limit.churn_probability(seen, horizon), 1e-11);
        if (limit.p_alive(seen) < 1e-200) continue;
        EXPECT_NEAR(model.p_alive(seen) / limit.p_alive(seen), 1, 1e-9);
        EXPECT_NEAR(model.expected_purchases(seen, horizon) / limit.expected_purchases(seen, horizon), 1, 1e-9);
        EXPECT_NEAR(model.discounted_purchases(seen, horizon, rate) / limit.discounted_purchases(seen, horizon, rate),
                    1, 1e-9);
    }
}

TEST(GgomNbd, HardPointsAreExact) {  // forty-digit arithmetic
    struct Point {
        GgomNbd model;
        Rfm seen;
        double horizon, log_likelihood, p_alive, expected;
    };
    for (const auto& [model, seen, horizon, log_likelihood, p_alive, expected] : {Point{{0.55, 10.5, 0.05, 0.6, 0.3},
                                                                                        Rfm(10000, 103.9, 104),
                                                                                        39,
                                                                                        34694.549347707561,
                                                                                        0.31709329695324241,
                                                                                        635.94243986815603},
                                                                                  Point{{0.55, 10.5, 0.05, 0.6, 0.3},
                                                                                        Rfm(500, 20, 39),
                                                                                        39,
                                                                                        891.45173467479253,
                                                                                        1.1046555821744921e-103,
                                                                                        2.4901411824902599e-101},
                                                                                  Point{{1, 10, 2, 0.5, 1e10},
                                                                                        Rfm(3, 5, 40),
                                                                                        39,
                                                                                        -8.2758061504208037,
                                                                                        1.601876024689313e-14,
                                                                                        1.2815008197514504e-15},
                                                                                  Point{{0.2, 5, 1e-8, 4.5, 2e-7},
                                                                                        Rfm(0, 0, 60),
                                                                                        100,
                                                                                        -0.11915168859925649,
                                                                                        0.0013173095785128412,
                                                                                        8.7223553687153122e-5},
                                                                                  Point{{3, 1, 0.5, 1e6, 1e12},
                                                                                        Rfm(200, 20, 25),
                                                                                        10,
                                                                                        248.37031202120591,
                                                                                        9.6033664427143534e-17,
                                                                                        1.9408704973545772e-15},
                                                                                  Point{{0.5, 30, 0.3, 0.01, 20},
                                                                                        Rfm(1, 3, 300),
                                                                                        1000,
                                                                                        -6.4482117756144651,
                                                                                        0.12087257673909559,
                                                                                        0.17402225075331266}}) {
        EXPECT_NEAR(model.log_likelihood(seen) / log_likelihood, 1, 1e-13);
        EXPECT_NEAR(model.p_alive(seen) / p_alive, 1, 1e-11);
        EXPECT_NEAR(model.expected_purchases(seen, horizon) / expected, 1, 1e-11);
    }
}

TEST(GgomNbd, ScoresAreConsistent) {
    Chance chance(3);
    for (int i = 0; i < 150; ++i) {
        const GgomNbd model = random_model(chance);
        const Rfm seen = random_history(chance);
        const double horizon = chance.log_uniform(0.01, 300);
        EXPECT_EQ(model.churn_probability(seen, 0), 1);
        EXPECT_EQ(model.expected_purchases(seen, 0), 0);
        EXPECT_EQ(model.p_alive(seen, 0), model.p_alive(seen));
        EXPECT_EQ(model.p_alive(new_customer()), 1);
        EXPECT_LE(model.p_alive(seen, horizon), model.p_alive(seen));
        EXPECT_LE(model.p_alive(Rfm(seen.frequency(), seen.recency(), seen.age() * 1.5)), model.p_alive(seen));
        EXPECT_LE(model.churn_probability(seen, HUGE_VAL), model.churn_probability(seen, 1e3 * horizon) + 1e-13);
        EXPECT_NEAR(model.churn_probability(seen, HUGE_VAL), model.churn_probability(seen, 1e200), 1e-12);
        EXPECT_NEAR(model.discounted_purchases(seen, HUGE_VAL, 0.1) / model.discounted_purchases(seen, 1e4, 0.1), 1,
                    1e-10);
        const auto distribution = model.purchase_distribution(seen, horizon, 1e-13);
        double sum = 0, mean = 0;
        for (std::size_t n = 0; n < distribution.size(); ++n) {
            sum += distribution[n];
            mean += static_cast<double>(n) * distribution[n];
        }
        EXPECT_NEAR(sum, 1, 1e-11);
        EXPECT_NEAR(mean, model.expected_purchases(seen, horizon), 1e-9 * (1 + mean));
        EXPECT_NEAR(distribution[0], model.churn_probability(seen, horizon), 1e-12);
    }
}

/// A customer drawn from the definition.
struct Simulated {
    int x = 0, later = 0;
    double last = 0, lifetime;

    Simulated(const GgomNbd& model, Chance& chance, double age, double horizon) {
        const double rate = chance.gamma(model.r) / model.alpha, level = chance.gamma(model.s) / model.beta;
        lifetime = std::log1p(chance.exponential() / level) / model.b;
        const double end = std::min(lifetime, age + horizon);
        for (double at = chance.exponential() / rate; at < end; at += chance.exponential() / rate) {
            if (at > age) {
                ++later;
            } else {
                ++x;
                last = at;
            }
        }
    }
};

TEST(GgomNbd, ForetellsWhatSimulatedCustomersDo) {
    const GgomNbd model{0.9, 4, 0.2, 1.2, 3};
    constexpr double age = 8, horizon = 10;
    constexpr int customers = 40000;
    Chance chance(4);
    double active = 0, later_active = 0, bought = 0, purchases = 0, exactly_two = 0;
    double expected_active = 0, expected_later = 0, expected_bought = 0, expected_purchases = 0, expected_two = 0;
    int silent = 0;
    for (int i = 0; i < customers; ++i) {
        const Simulated one(model, chance, age, horizon);
        const Rfm seen(one.x, one.last, age);
        if (age - one.last < 3) continue;  // those of whom it is not clear
        ++silent;
        active += one.lifetime > age;
        later_active += one.lifetime > age + horizon;
        bought += one.later > 0;
        purchases += one.later;
        exactly_two += one.later == 2;
        if (silent % 10 > 0) continue;
        expected_active += 10 * model.p_alive(seen);
        expected_later += 10 * model.p_alive(seen, horizon);
        expected_bought += 10 * (1 - model.churn_probability(seen, horizon));
        expected_purchases += 10 * model.expected_purchases(seen, horizon);
        if (silent % 100 == 0) expected_two += 100 * model.purchase_distribution(seen, horizon, 1e-6).at(2);
    }
    const double error = std::sqrt(silent) / 2;
    EXPECT_NEAR(active, expected_active, 4 * error);
    EXPECT_NEAR(later_active, expected_later, 4 * error);
    EXPECT_NEAR(bought, expected_bought, 4 * error);
    EXPECT_NEAR(purchases, expected_purchases, 12 * error);
    EXPECT_NEAR(exactly_two, expected_two, 4 * error);
    EXPECT_GT(active, 30 * error);
}

TEST(GgomNbd, ExtremesAreFinite) {
    const Rfm histories[] = {new_customer(), Rfm(0, 0, 1e5), Rfm(10000, 103.9, 104), Rfm(500, 20, 39), Rfm(3, 39, 39)};
    for (const double b : {1e-12, 1e-3, 1.0, 50.0})
        for (const double s : {1e-6, 1.0, 1e6})
            for (const double beta : {1e-12, 1.0, 1e12}) {
                const GgomNbd model{0.5, 10, b, s, beta};
                for (const Rfm& seen : histories) {
                    const auto where = [&] {
                        return std::to_string(b) + " " + std::to_string(s) + " " + std::to_string(beta * 1e12) + " " +
                               std::to_string(seen.frequency());
                    };
                    EXPECT_TRUE(std::isfinite(model.log_likelihood(seen))) << where();
                    const double alive = model.p_alive(seen);
                    EXPECT_TRUE(alive >= 0 && alive <= 1) << where();
                    for (const double horizon : {0.0, 7.0, 1e6}) {
                        const double churn = model.churn_probability(seen, horizon);
                        EXPECT_TRUE(churn >= 0 && churn <= 1 + 1e-12) << where() << ": " << churn;
                        EXPECT_TRUE(model.p_alive(seen, horizon) >= 0) << where();
                        const double expected = model.expected_purchases(seen, horizon);
                        EXPECT_TRUE(std::isfinite(expected) && expected >= 0) << where();
                        EXPECT_LE(model.discounted_purchases(seen, horizon, 0.01), expected * (1 + 1e-12)) << where();
                    }
                    EXPECT_TRUE(std::isfinite(model.churn_probability(seen, HUGE_VAL))) << where();
                    EXPECT_TRUE(std::isfinite(model.discounted_purchases(seen, HUGE_VAL, 1e-6))) << where();
                }
            }
}

std::vector<Tally<PurchaseHistory>::Entry> random_rows(Chance& chance, int count) {
    Tally<PurchaseHistory> tally(std::pmr::new_delete_resource());
    for (int i = 0; i < count; ++i) tally.add(PurchaseHistory::of(random_history(chance)), chance.whole(1, 5));
    for (const double age : {2.0, 5.0, 5.5, 30.0}) tally.add({3, 2, age});
    return tally.sorted();
}

TEST(GgomNbdLikelihood, IsTheMeanOfSingleOnes) {
    Chance chance(5);
    const auto rows = random_rows(chance, 50);
    const auto likelihood = GgomNbd::likelihood(rows);
    const GgomNbd model{0.5, 10, 0.05, 0.6, 2};
    double sum = 0;
    for (const auto& [seen, weight] : rows)
        sum += weight * model.log_likelihood(Rfm(seen.frequency, seen.recency, seen.age));
    Derivatives found(5);
    VectorXd point(5);
    point << 0.5, 10, 0.05, 0.6, 2;
    likelihood->evaluate(point.array().log().matrix(), found, {});
    EXPECT_NEAR(found.value * likelihood->weight(), sum, 1e-12 * std::abs(sum));
}

TEST(GgomNbdLikelihood, DerivativesAreTheSlopesOfTheValue) {
    Chance chance(6);
    for (int trial = 0; trial < 40; ++trial) {
        const auto rows = random_rows(chance, 20);
        const auto likelihood = GgomNbd::likelihood(rows);
        VectorXd point = VectorXd::NullaryExpr(5, [&] { return chance.uniform(-3, 3); });
        if (trial % 3 == 0) point[2] = point[4] = -14;
        Derivatives at(5), above(5), below(5);
        likelihood->evaluate(point, at, {});
        constexpr double step = 1e-5;
        for (Eigen::Index i = 0; i < 5; ++i) {
            likelihood->evaluate(point + step * VectorXd::Unit(5, i), above, {});
            likelihood->evaluate(point - step * VectorXd::Unit(5, i), below, {});
            EXPECT_NEAR(at.gradient[i], (above.value - below.value) / (2 * step), 1e-7 * (1 + std::abs(at.value)));
            const VectorXd bend = (above.gradient - below.gradient) / (2 * step);
            EXPECT_LT((at.hessian.col(i) - bend).norm(), 1e-7 * (1 + at.hessian.norm())) << point.transpose();
        }
        EXPECT_EQ(at.hessian, at.hessian.transpose());
    }
}

std::vector<Rfm> customers_of(const GgomNbd& model, int count, double least, double most) {
    Chance chance(7);
    std::vector<Rfm> customers;
    for (int i = 0; i < count; ++i) {
        const double age = std::round(chance.uniform(least, most));
        const Simulated one(model, chance, age, 0);
        customers.emplace_back(one.x, one.last, age);
    }
    return customers;
}

TEST(GgomNbdLikelihood, RecoversWhatMadeTheCustomers) {
    const double truth[] = {1, 10, 0.05, 1, 0.3};
    const auto customers = customers_of({1, 10, 0.05, 1, 0.3}, 4000, 20, 200);
    const auto model = fitted<GgomNbdModel>(customers);
    ASSERT_TRUE(model->usable()) << model->report()->message;
    EXPECT_EQ(model->report()->message, "");
    const auto found = model->coefficients();
    for (std::size_t i = 0; i < 5; ++i) {
        ASSERT_TRUE(found[i].std_error);
        EXPECT_NEAR(found[i].estimate, truth[i], 3 * *found[i].std_error) << found[i].name;
    }
    EXPECT_GT(*model->report()->log_likelihood, *fitted<ParetoNbdModel>(customers)->report()->log_likelihood + 5);
}

TEST(GgomNbdLikelihood, UnitOfTimeOnlyScalesAlphaAndB) {
    const auto days = customers_of({1, 10, 0.05, 1, 0.3}, 500, 20, 200);
    const auto a = fitted<GgomNbdModel>(days);
    for (const double unit : {7.0, 1e-100, 1e100}) {
        std::vector<Rfm> scaled;
        double repeats = 0;
        for (const auto& one : days) {
            scaled.emplace_back(one.frequency(), one.recency() / unit, one.age() / unit);
            repeats += one.frequency();
        }
        const auto b = fitted<GgomNbdModel>(scaled);
        ASSERT_TRUE(a->usable() && b->usable());
        EXPECT_NEAR(b->parameters().alpha * unit / a->parameters().alpha, 1, 1e-7);
        EXPECT_NEAR(b->parameters().b / unit / a->parameters().b, 1, 1e-7);
        EXPECT_NEAR(*b->report()->log_likelihood / (*a->report()->log_likelihood + repeats * std::log(unit)), 1, 1e-10);
    }
}

TEST(GgomNbdLikelihood, IsNeverBelowTheParetoNbd) {
    Chance chance(8);
    for (int trial = 0; trial < 15; ++trial) {
        std::vector<Rfm> customers;
        for (int count = chance.whole(3, 40); count > 0; --count) customers.push_back(random_history(chance, 6));
        const auto wide = fitted<GgomNbdModel>(customers);
        const auto narrow = fitted<ParetoNbdModel>(customers);
        if (!narrow->usable()) continue;
        ASSERT_TRUE(wide->usable()) << wide->report()->message;
        EXPECT_GE(*wide->report()->log_likelihood, *narrow->report()->log_likelihood - 1e-6);
    }
}

TEST(GgomNbdBoundary, CdnowIsAParetoNbd) {
    SKIP_WITHOUT_REFERENCE_DATA();
    std::vector<Rfm> customers;
    for (const auto& record : crm::test::records("cdnow/cdnow_summary_39w.csv"))
        customers.emplace_back(std::stoi(record.at("x")), crm::test::number(record, "t_x"),
                               crm::test::number(record, "T"));
    const auto model = fitted<GgomNbdModel>(customers);
    ASSERT_TRUE(model->usable());
    EXPECT_NEAR(*model->report()->log_likelihood, -9594.976, 1e-3);
    EXPECT_EQ(model->report()->message, "b and beta run to 0: lifetimes are those of the Pareto/NBD with beta = 11.67");
    EXPECT_EQ(model->fit().estimates->boundary,
              (std::vector<Boundary>{Boundary::none, Boundary::none, Boundary::zero, Boundary::none, Boundary::zero}));
    const auto narrow = fitted<ParetoNbdModel>(customers);
    EXPECT_NEAR(*model->report()->log_likelihood, *narrow->report()->log_likelihood, 1e-7);
    EXPECT_NEAR(model->parameters().s / narrow->parameters().s, 1, 1e-6);
    EXPECT_NEAR(*model->coefficients()[3].std_error / *narrow->coefficients()[2].std_error, 1, 1e-5);
    const Rfm first(2, 30.43, 38.86);
    EXPECT_NEAR(model->p_alive(first), 0.86914, 1e-4);
    EXPECT_NEAR(model->expected_purchases(first, 39), 1.45521, 1e-3);
}

std::string said_of(const std::vector<Rfm>& customers) { return fitted<GgomNbdModel>(customers)->report()->message; }

TEST(GgomNbdBoundary, IsSaidInWords) {
    EXPECT_EQ(said_of({Rfm(0, 0, 6), Rfm(0, 0, 5)}),
              "no customer bought again: nothing can be learned about repeat purchases");
    std::vector<Rfm> loyal;
    for (int i = 0; i < 200; ++i) loyal.emplace_back(5 + i % 9, 195 + i % 5, 200);
    EXPECT_EQ(said_of(loyal),
              "r and alpha run to infinity: every customer buys at the same rate, 0.0448 purchases a unit of time; "
              "s runs to 0: nobody leaves");
    EXPECT_EQ(said_of(customers_of({2, 1, 0.05, 1e7, 1e9}, 500, 100, 200)),
              "s and beta run to infinity: all customers have the same hazard of leaving, 0.000446 exp(0.051 t)");
}

TEST(GgomNbdBoundary, ThinSamplesHaveAStatedResult) {
    Chance chance(9);
    for (int trial = 0; trial < 30; ++trial) {
        std::vector<Rfm> customers;
        const double unit = chance.log_uniform(0.1, 400);
        for (int count = chance.whole(1, 6); count > 0; --count) {
            const int x = chance.whole(0, 1) * static_cast<int>(chance.log_uniform(1, trial % 2 ? 5 : 3000));
            const double age = trial % 3 ? unit : unit * chance.uniform();
            customers.emplace_back(x, x > 0 ? age * (trial % 5 ? chance.uniform() : 1) : 0, age);
        }
        const auto model = fitted<GgomNbdModel>(customers);
        if (!model->usable()) {
            EXPECT_EQ(model->report()->message,
                      "no customer bought again: nothing can be learned about repeat purchases");
            continue;
        }
        for (const auto& customer : customers) {
            EXPECT_TRUE(std::isfinite(model->log_likelihood(customer)));
            EXPECT_TRUE(model->p_alive(customer) >= 0 && model->p_alive(customer) <= 1);
            EXPECT_TRUE(std::isfinite(model->expected_purchases(customer, unit)));
        }
    }
}

}  // namespace
