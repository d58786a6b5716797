#include "crm/value/pareto_nbd.hpp"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <cmath>
#include <numeric>
#include <vector>

#include "aggregate_laws.hpp"
#include "fits.hpp"
#include "random_customers.hpp"

namespace {

using boost::math::quadrature::gauss_kronrod;
using boost::multiprecision::cpp_bin_float_50;
using crm::Tally;
using crm::numeric::Derivatives;
using crm::test::Chance;
using crm::test::fitted;
using crm::test::random_pareto_customers;
using crm::value::Boundary;
using crm::value::MaximumLikelihood;
using crm::value::new_customer;
using crm::value::ParetoNbd;
using crm::value::ParetoNbdModel;
using crm::value::PurchaseHistory;
using crm::value::Rfm;
using Eigen::VectorXd;

constexpr ParetoNbd cdnow{0.553, 10.578, 0.606, 11.669};

ParetoNbd random_model(Chance& chance) {
    return {chance.log_uniform(0.4, 5), chance.log_uniform(0.5, 50), chance.log_uniform(0.4, 5),
            chance.log_uniform(0.5, 50)};
}

Rfm random_history(Chance& chance, int most = 30) {
    const int x = chance.whole(0, most);
    const double age = chance.log_uniform(1, 100);
    return Rfm(x, x > 0 ? age * chance.uniform() : 0, age);
}

/// A gamma distribution as points and weights: the trapezoidal rule in the logarithm, exact to rounding.
struct Gamma {
    struct Point {
        double at, weight;
    };
    std::vector<Point> points;

    Gamma(double shape, double rate) {
        constexpr double step = 0.1;
        const double scale = shape * std::log(rate) - std::lgamma(shape) + std::log(step);
        for (double log_at = std::log(60 + 3 * shape) - std::log(rate); log_at > -std::log(rate) - 36 / shape - 5;
             log_at -= step)
            points.push_back({std::exp(log_at), std::exp(scale + shape * log_at - rate * std::exp(log_at))});
    }

    template <class Function>
    double mean(Function function) const {
        double sum = 0;
        for (const auto& [at, weight] : points) sum += weight * function(at);
        return sum;
    }
};

/// What the model says of a customer whose rates are known, averaged over both rates by brute force.
struct ByQuadrature {
    Gamma buying, leaving;
    double x, recency, age;

    ByQuadrature(const ParetoNbd& model, const Rfm& seen)
        : buying(model.r, model.alpha),
          leaving(model.s, model.beta),
          x(seen.frequency()),
          recency(seen.recency()),
          age(seen.age()) {}

    template <class Function>
    double mean_of_both(Function function) const {
        return buying.mean([&](double a) { return leaving.mean([&](double b) { return function(a, b); }); });
    }

    double active() const {
        return buying.mean([&](double a) { return std::pow(a, x) * std::exp(-a * age); }) * survival(0);
    }
    double gone() const {
        return mean_of_both([&](double a, double b) {
            return std::pow(a, x) * b / (a + b) * std::exp(-(a + b) * recency) *
                   -std::expm1(-(a + b) * (age - recency));
        });
    }
    double survival(double horizon) const {
        return leaving.mean([&](double b) { return std::exp(-b * (age + horizon)); });
    }
    double purchases(double horizon, double discount) const {
        return buying.mean([&](double a) { return std::pow(a, x + 1) * std::exp(-a * age); }) *
               leaving.mean([&](double b) {
                   return std::exp(-b * age) * -std::expm1(-(b + discount) * horizon) / (b + discount);
               });
    }
    double never() const {  // buys again, though active
        return mean_of_both(
            [&](double a, double b) { return std::pow(a, x) * std::exp(-(a + b) * age) * b / (a + b); });
    }
    double exactly(int n, double horizon) const {  // purchases of an active customer
        return mean_of_both([&](double a, double b) {
            const double mean = (a + b) * horizon;
            double term = std::exp(-mean), fewer = 0;
            for (int i = 0; i <= n; ++i, term *= mean / i) fewer += term;
            const double while_active = std::exp(-mean + n * std::log(a * horizon) - std::lgamma(n + 1));
            return std::pow(a, x) * std::exp(-(a + b) * age) *
                   (while_active + b / (a + b) * std::pow(a / (a + b), n) * (1 - fewer));
        });
    }
};

TEST(ParetoNbd, MatchesBruteForce) {
    Chance chance(1);
    for (int i = 0; i < 12; ++i) {
        const ParetoNbd model = random_model(chance);
        const Rfm seen = random_history(chance, 12);
        const double horizon = chance.log_uniform(0.1, 300), rate = chance.log_uniform(1e-4, 0.1);
        const ByQuadrature oracle(model, seen);
        const double active = oracle.active(), density = active + oracle.gone(), p = active / density;
        EXPECT_NEAR(model.log_likelihood(seen), std::log(density), 1e-10);
        EXPECT_NEAR(model.p_alive(seen) / p, 1, 1e-10);
        EXPECT_NEAR(model.p_alive(seen, horizon) / (p * oracle.survival(horizon) / oracle.survival(0)), 1, 1e-10);
        EXPECT_NEAR(model.expected_purchases(seen, horizon) / (oracle.purchases(horizon, 0) / density), 1, 1e-10);
        EXPECT_NEAR(model.discounted_purchases(seen, horizon, rate) / (oracle.purchases(horizon, rate) / density), 1,
                    1e-10);
        EXPECT_NEAR(model.discounted_purchases(seen, HUGE_VAL, rate) / (oracle.purchases(1e9, rate) / density), 1,
                    1e-10);
        EXPECT_NEAR(model.churn_probability(seen, horizon), 1 - p + oracle.exactly(0, horizon) / density, 1e-11);
        EXPECT_NEAR(model.churn_probability(seen, HUGE_VAL), 1 - p + oracle.never() / density, 1e-11);
    }
}

TEST(ParetoNbd, DistributionMatchesBruteForce) {
    Chance chance(2);
    for (int i = 0; i < 4; ++i) {
        const ParetoNbd model = random_model(chance);
        const Rfm seen = random_history(chance, 12);
        const double horizon = chance.log_uniform(1, 100);
        const ByQuadrature oracle(model, seen);
        const double density = oracle.active() + oracle.gone();
        const auto found = model.purchase_distribution(seen, horizon, 1e-12);
        for (const int n : {1, 2, 5})
            if (static_cast<std::size_t>(n) < found.size()) {
                EXPECT_NEAR(found[static_cast<std::size_t>(n)], oracle.exactly(n, horizon) / density, 1e-12) << n;
            }
    }
}

TEST(ParetoNbd, DistributionHasTheRightSumAndMean) {
    Chance chance(3);
    for (int i = 0; i < 300; ++i) {
        const ParetoNbd model{chance.log_uniform(0.05, 20), chance.log_uniform(0.5, 50), chance.log_uniform(0.01, 20),
                              chance.log_uniform(0.01, 500)};
        const Rfm seen = random_history(chance, i % 10 ? 30 : 3000);
        const double horizon = chance.log_uniform(0.01, 100);
        const auto found = model.purchase_distribution(seen, horizon, 1e-13);
        double mean = 0;
        for (std::size_t n = 0; n < found.size(); ++n) mean += static_cast<double>(n) * found[n];
        EXPECT_NEAR(std::accumulate(found.begin(), found.end(), 0.0), 1, 3e-12);
        EXPECT_NEAR(found[0], model.churn_probability(seen, horizon), 1e-13);
        const double expected = model.expected_purchases(seen, horizon);
        EXPECT_NEAR(mean, expected, 1e-9 * (1 + expected)) << seen.frequency();
        EXPECT_EQ(model.purchase_distribution(seen, 0, 0.01), std::vector<double>{1});
    }
}

TEST(ParetoNbd,
     LikelihoodIsADensity) {  // of the histories of one age: x = 0, and all times of the first and last purchase
    const ParetoNbd model{0.8, 4, 1.5, 8};
    const double age = 10;
    double sum = std::exp(model.log_likelihood(Rfm(0, 0, age)));
    for (int x = 1; x < 200; ++x) {  // the x - 1 purchases before the last lie anywhere: recency^(x-1) / (x-1)!
        const auto density = [&](double recency) {
            return std::exp(model.log_likelihood(Rfm(x, recency, age)) + (x - 1) * std::log(recency) - std::lgamma(x));
        };
        sum += gauss_kronrod<double, 31>::integrate(density, 1e-12, age, 8, 1e-10);
    }
    EXPECT_NEAR(sum, 1, 1e-7);
}

TEST(ParetoNbd, ThousandsOfPurchasesAreExact) {  // sixty-digit arithmetic
    EXPECT_NEAR(cdnow.log_likelihood(Rfm(10000, 103.9, 104)), 34689.386643740864, 1e-8);
    EXPECT_NEAR(cdnow.p_alive(Rfm(10000, 103.9, 104)), 0.72878751449014494, 1e-12);
    EXPECT_NEAR(cdnow.expected_purchases(Rfm(10000, 103.9, 104), 39) / 2264.9800985105512, 1, 1e-12);
    EXPECT_NEAR(cdnow.p_alive(Rfm(500, 20, 39)) / 5.6619219969498817e-103, 1, 1e-12);
    EXPECT_NEAR(cdnow.discounted_purchases(Rfm(500, 20, 39), HUGE_VAL, 0.0027) / 8.2666783054810497e-100, 1, 1e-12);
    const ParetoNbd lasting{0.7, 8, 1.2, 4000};
    EXPECT_NEAR(lasting.p_alive(Rfm(100, 20, 39)) / 2.6469848213555927e-19, 1, 1e-12);
}

/// Odds of having left in fifty digits, from the definition.
double odds_left_exactly(const ParetoNbd& model, const Rfm& seen) {
    using Big = cpp_bin_float_50;
    const Big q = Big(model.r) + seen.frequency(), s = model.s, age = seen.age();
    const Big a = Big(model.alpha) + age, b = Big(model.beta) + age;
    const auto density = [&](const Big& since) -> Big {
        return s / (b - since) * exp(-q * log1p(-since / a) - s * log1p(-since / b));
    };
    Big sum = 0;
    constexpr int panels = 16;
    const Big width = (age - seen.recency()) / panels;
    for (int i = 0; i < panels; ++i)
        sum += boost::math::quadrature::gauss<Big, 25>::integrate(density, i * width, (i + 1) * width);
    return sum.convert_to<double>();
}

TEST(ParetoNbd, TheLimitOfOneRateIsExact) {
    const Rfm seen(5, 60, 150);
    for (const ParetoNbd model : {ParetoNbd{0.5, 10, 1e7, 1e9},
                                  {0.5, 10, 6.6e7, 1e10},
                                  {1e7, 1e8, 0.6, 12},
                                  {6.6e7, 1.3e9, 6.6e7, 6.6e9},
                                  {2, 30, 1e-9, 5},
                                  {2, 30, 0.5, 1e9},
                                  {2, 1e-9, 0.5, 9}}) {
        const double odds = odds_left_exactly(model, seen);
        EXPECT_NEAR(model.p_alive(seen) * (1 + odds), 1, 1e-12) << model.s << ' ' << odds;
    }
    const ParetoNbd constant{0.5, 10, 1e7, 1e9};  // a rate of leaving of 0.01
    const double p = constant.p_alive(seen);
    EXPECT_NEAR(constant.p_alive(seen, 100) / (p * std::exp(-1)), 1, 1e-6);
    EXPECT_NEAR(constant.expected_purchases(seen, 100) / (p * 5.5 / 160 * -std::expm1(-1) / 0.01), 1, 1e-6);
    EXPECT_NEAR(constant.discounted_purchases(seen, HUGE_VAL, 0.03) / (p * 5.5 / 160 / 0.04), 1, 1e-6);
}

TEST(ParetoNbd, ALogarithmTakesOverWhereSIsOne) {
    const Rfm seen(3, 20, 30);
    const auto expected = [&](double s) { return ParetoNbd{0.6, 9, s, 12}.expected_purchases(seen, 50); };
    const double p = ParetoNbd{0.6, 9, 1, 12}.p_alive(seen);
    EXPECT_NEAR(expected(1), p * 3.6 / 39 * 42 * std::log(92.0 / 42), 1e-14);
    EXPECT_NEAR(expected(1 + 1e-9), expected(1), 1e-8);
    EXPECT_NEAR(expected(1 - 1e-9), expected(1), 1e-8);
}

TEST(ParetoNbd, PAliveFallsWithSilence) {
    Chance chance(4);
    for (int i = 0; i < 1000; ++i) {
        const ParetoNbd model = random_model(chance);
        const Rfm seen = random_history(chance);
        const Rfm later(seen.frequency(), seen.recency(), seen.age() * 1.5);
        EXPECT_LT(model.p_alive(later), model.p_alive(seen));
        EXPECT_EQ(model.p_alive(Rfm(3, seen.age(), seen.age())), 1);
    }
}

TEST(ParetoNbd, ScoresAreConsistent) {
    Chance chance(5);
    for (int i = 0; i < 1000; ++i) {
        const ParetoNbd model = random_model(chance);
        const Rfm seen = random_history(chance);
        const double horizon = chance.log_uniform(0.01, 1000), rate = chance.log_uniform(1e-6, 1);
        const double churn = model.churn_probability(seen, horizon), expected = model.expected_purchases(seen, horizon);
        EXPECT_EQ(model.churn_probability(seen, 0), 1);
        EXPECT_EQ(model.p_alive(seen, 0), model.p_alive(seen));
        EXPECT_GE(churn, 1 - model.p_alive(seen) - 1e-15);
        EXPECT_LE(model.churn_probability(seen, HUGE_VAL), churn * (1 + 1e-13));
        EXPECT_NEAR(model.churn_probability(seen, 1e15), model.churn_probability(seen, HUGE_VAL), 1e-5);
        EXPECT_GE(expected * (1 + 1e-12) + 1e-15, 1 - churn);
        EXPECT_GE(model.expected_purchases(seen, 2 * horizon), expected);
        EXPECT_EQ(model.discounted_purchases(seen, horizon, 0), expected);
        EXPECT_NEAR(model.discounted_purchases(seen, horizon, 1e-14 / horizon) / expected, 1, 1e-12);
        EXPECT_LE(model.discounted_purchases(seen, horizon, rate), expected);
        const double all = model.discounted_purchases(seen, HUGE_VAL, rate);
        EXPECT_NEAR(model.discounted_purchases(seen, 1000 / rate, rate) / all, 1, 1e-12);
    }
}

TEST(ParetoNbd, ExtremesAreFinite) {
    for (const double r : {1e-150, 1.0, 1e150})
        for (const double alpha : {1e-150, 1.0, 1e150})
            for (const double s : {1e-150, 1.0, 1e150})
                for (const double beta : {1e-150, 1.0, 1e150})
                    for (const Rfm& seen : {new_customer(), Rfm(0, 0, 1e-9), Rfm(3, 1, 1), Rfm(10000, 1, 1e9)}) {
                        const ParetoNbd model{r, alpha, s, beta};
                        EXPECT_TRUE(std::isfinite(model.log_likelihood(seen)))
                            << r << ' ' << alpha << ' ' << s << ' ' << beta << ' ' << seen.frequency() << ' '
                            << seen.age();
                        for (const double horizon : {0.0, 1e-300, 1.0, 1e300}) {
                            EXPECT_TRUE(model.p_alive(seen, horizon) >= 0 && model.p_alive(seen, horizon) <= 1);
                            const double churn = model.churn_probability(seen, horizon);
                            EXPECT_TRUE(churn >= 0 && churn <= 1 + 1e-12)
                                << churn << " at " << r << ' ' << alpha << ' ' << s << ' ' << beta << ' '
                                << seen.frequency() << ' ' << seen.age() << ' ' << horizon;
                            EXPECT_FALSE(model.discounted_purchases(seen, horizon, 1e-3) < 0);
                        }
                    }
}

std::vector<Tally<PurchaseHistory>::Entry> counted(const std::vector<Rfm>& customers, Chance& chance) {
    Tally<PurchaseHistory> tally(std::pmr::new_delete_resource());
    for (const auto& customer : customers) tally.add(PurchaseHistory::of(customer), chance.whole(1, 5));
    return tally.sorted();
}

/// Some of them alike but for their age.
std::vector<Tally<PurchaseHistory>::Entry> random_rows(Chance& chance, int count) {
    std::vector<Rfm> customers{Rfm(3, 2, 2)};
    for (int i = 0; i < count; ++i) {
        const Rfm seen = random_history(chance);
        customers.push_back(seen);
        for (int later = chance.whole(0, 2); later > 0; --later)
            customers.emplace_back(seen.frequency(), seen.recency(), seen.age() * chance.log_uniform(1, 3));
    }
    return counted(customers, chance);
}

TEST(ParetoNbdLikelihood, IsTheMeanOfSingleOnes) {
    Chance chance(6);
    for (int trial = 0; trial < 20; ++trial) {
        const auto rows = random_rows(chance, 50);
        const auto likelihood = ParetoNbd::likelihood(rows);
        const ParetoNbd model = random_model(chance);
        double sum = 0;
        for (const auto& [seen, weight] : rows)
            sum += weight * model.log_likelihood(Rfm(seen.frequency, seen.recency, seen.age));
        Derivatives found(4);
        const Eigen::Vector4d values(model.r, model.alpha, model.s, model.beta);
        likelihood->evaluate(values.array().log().matrix(), found, {});
        EXPECT_NEAR(found.value * likelihood->weight() / sum, 1, 1e-12);
    }
}

TEST(ParetoNbdLikelihood, DerivativesAreTheSlopesOfTheValue) {
    Chance chance(7);
    for (int trial = 0; trial < 50; ++trial) {
        const auto rows = random_rows(chance, 20);
        const auto likelihood = ParetoNbd::likelihood(rows);
        const VectorXd point = VectorXd::NullaryExpr(4, [&] { return chance.uniform(-4, 5); });
        Derivatives at(4), above(4), below(4);
        likelihood->evaluate(point, at, {});
        constexpr double step = 1e-5;
        for (Eigen::Index i = 0; i < 4; ++i) {
            likelihood->evaluate(point + step * VectorXd::Unit(4, i), above, {});
            likelihood->evaluate(point - step * VectorXd::Unit(4, i), below, {});
            EXPECT_NEAR(at.gradient[i], (above.value - below.value) / (2 * step), 1e-7 * (1 + std::abs(at.value)));
            const VectorXd bend = (above.gradient - below.gradient) / (2 * step);
            EXPECT_LT((at.hessian.col(i) - bend).norm(), 1e-7 * (1 + at.hessian.norm()));
        }
        EXPECT_EQ(at.hessian, at.hessian.transpose());
    }
}

TEST(ParetoNbdLikelihood, NewtonFindsTheMaximumFromBadStarts) {
    Chance chance(8);
    const auto rows = counted(random_pareto_customers(1500, 0.55, 10.6, 0.6, 11.7, 39), chance);
    const auto likelihood = ParetoNbd::likelihood(rows);
    const auto bounds = likelihood->bounds();
    const auto objective = [&](const VectorXd& point, Derivatives& out) { likelihood->evaluate(point, out, {}); };
    const auto best = crm::numeric::maximise(objective, likelihood->start({}), bounds);
    ASSERT_TRUE(best.converged);
    for (int trial = 0; trial < 20; ++trial) {
        const VectorXd start = likelihood->start({}) + VectorXd::NullaryExpr(4, [&] { return chance.uniform(-3, 3); });
        const auto found = crm::numeric::maximise(objective, start, bounds);
        EXPECT_TRUE(found.converged) << start.transpose() << ": " << found.message;
        EXPECT_LT((found.point - best.point).norm(), 1e-6) << start.transpose();
    }
}

TEST(ParetoNbdLikelihood, TheBetterOfTwoMaximaIsFound) {
    for (const auto& [seed, better] : {std::pair(22u, 1u), {57u, 0u}}) {
        const auto customers = random_pareto_customers(400, 0.09, 0.75, 0.19, 2.9, 40, seed);
        Tally<PurchaseHistory> tally(std::pmr::new_delete_resource());
        for (const auto& customer : customers) tally.add(PurchaseHistory::of(customer));
        const auto rows = tally.sorted();
        const auto likelihood = ParetoNbd::likelihood(rows);
        const auto objective = [&](const VectorXd& point, Derivatives& out) { likelihood->evaluate(point, out, {}); };
        std::vector<double> maxima;
        for (const auto& start : likelihood->starts({})) {
            const auto found = crm::numeric::maximise(objective, start, likelihood->bounds());
            EXPECT_TRUE(found.converged);
            maxima.push_back(found.at.value * likelihood->weight());
        }
        ASSERT_EQ(maxima.size(), 2u);
        EXPECT_GT(maxima[better], maxima[1 - better] + 0.5);
        EXPECT_NEAR(*fitted<ParetoNbdModel>(customers)->report()->log_likelihood, maxima[better], 1e-8);
    }
}

TEST(ParetoNbdLikelihood, RecoversWhatMadeTheCustomers) {
    const double truth[] = {0.55, 10.6, 0.6, 11.7};
    const auto model =
        fitted<ParetoNbdModel>(random_pareto_customers(20000, truth[0], truth[1], truth[2], truth[3], 39));
    ASSERT_TRUE(model->usable());
    const auto found = model->coefficients();
    for (std::size_t i = 0; i < 4; ++i)
        EXPECT_NEAR(found[i].estimate, truth[i], 3 * *found[i].std_error) << found[i].name;
}

TEST(ParetoNbdLikelihood, PredictsWhatTheCustomersDo) {  // who is seen for half of their time
    Chance chance(10);
    const ParetoNbd model{0.9, 8, 0.7, 20};
    double active = 0, bought = 0, silent = 0, p = 0, expected = 0, churn = 0;
    constexpr int customers = 40000;
    for (int i = 0; i < customers; ++i) {
        const double rate = std::max(chance.gamma(model.r) / model.alpha, 1e-300);
        const double leaving = chance.exponential() * model.beta / chance.gamma(model.s);
        int x = 0, later = 0;
        double last = 0;
        for (double at = chance.exponential() / rate; at <= std::min(leaving, 80.0);
             at += chance.exponential() / rate) {
            if (at > 40) {
                ++later;
            } else {
                ++x;
                last = at;
            }
        }
        const Rfm seen(x, last, 40);
        active += leaving > 40;
        bought += later;
        silent += later == 0;
        p += model.p_alive(seen);
        expected += model.expected_purchases(seen, 40);
        churn += model.churn_probability(seen, 40);
    }
    EXPECT_NEAR(p / active, 1, 0.01);
    EXPECT_NEAR(expected / bought, 1, 0.02);
    EXPECT_NEAR(churn / silent, 1, 0.005);
}

TEST(ParetoNbdLikelihood, UnitOfTimeOnlyScalesAlphaAndBeta) {
    const auto days = random_pareto_customers(2000, 0.55, 10.6, 0.6, 11.7, 39);
    for (const double unit : {7.0, 1e-100, 1e100}) {
        std::vector<Rfm> scaled;
        double repeats = 0;
        for (const auto& one : days) {
            scaled.emplace_back(one.frequency(), one.recency() / unit, one.age() / unit);
            repeats += one.frequency();
        }
        const auto a = fitted<ParetoNbdModel>(days), b = fitted<ParetoNbdModel>(scaled);
        ASSERT_TRUE(a->usable() && b->usable());
        EXPECT_NEAR(b->parameters().alpha * unit / a->parameters().alpha, 1, 1e-8);
        EXPECT_NEAR(b->parameters().beta * unit / a->parameters().beta, 1, 1e-8);
        EXPECT_NEAR(b->parameters().s / a->parameters().s, 1, 1e-8);
        EXPECT_NEAR(*b->report()->log_likelihood / (*a->report()->log_likelihood + repeats * std::log(unit)), 1, 1e-10);
    }
}

TEST(ParetoNbdLikelihood, ObeysTheAggregateLaws) {
    const auto feed = [](auto& state, const Rfm& row) { state.add(row); };
    const auto describe = [](const auto& state) { return crm::test::described(*state.finish({})); };
    crm::test::expect_aggregate_laws<MaximumLikelihood<ParetoNbdModel>>(crm::test::random_customers(500), feed,
                                                                        describe, 5);
}

struct Outcome {
    bool converged;
    std::string message;
    std::vector<Boundary> boundary;
    std::unique_ptr<ParetoNbdModel> model;
};

Outcome outcome(const std::vector<Rfm>& customers) {
    auto model = fitted<ParetoNbdModel>(customers);
    const auto report = *model->report();
    EXPECT_EQ(report.converged, model->usable());
    return {report.converged, report.message,
            model->usable() ? model->fit().estimates->boundary : std::vector<Boundary>(), std::move(model)};
}

/// Customers who leave after a time that `time_of` draws.
template <class TimeOf>
std::vector<Rfm> customers_leaving(TimeOf time_of) {
    Chance chance(12);
    std::vector<Rfm> customers;
    for (int i = 0; i < 2000; ++i) {
        const double rate = chance.gamma(2) / 20;
        customers.push_back(crm::test::random_customer(chance, rate, time_of(chance), 200));
    }
    return customers;
}

using Sides = std::vector<Boundary>;
constexpr auto none = Boundary::none, zero = Boundary::zero, infinity = Boundary::infinity;

TEST(ParetoNbdBoundary, EverybodyLeavesAtTheSameRate) {  // times of leaving vary less than those of any gamma mixture
    const auto found = outcome(customers_leaving([](Chance& chance) { return 40 * chance.gamma(1.5); }));
    EXPECT_TRUE(found.converged);
    EXPECT_TRUE(found.message.starts_with("s and beta run to infinity: every customer leaves at the same rate, 0.01"))
        << found.message;
    EXPECT_EQ(found.boundary, (Sides{none, none, infinity, infinity}));
    const auto coefficients = found.model->coefficients();
    EXPECT_TRUE(std::isinf(coefficients[2].estimate) && !coefficients[2].std_error);
    EXPECT_NEAR(coefficients[0].estimate, 2, 5 * *coefficients[0].std_error);
    const auto model = found.model->parameters();
    EXPECT_NEAR(model.p_alive(new_customer(), 50) / std::exp(-50 * model.s / model.beta), 1, 1e-5);
}

TEST(ParetoNbdBoundary, NobodyLeaves) {
    const auto found = outcome(customers_leaving([](Chance&) { return HUGE_VAL; }));
    EXPECT_TRUE(found.converged);
    EXPECT_EQ(found.message, "s runs to 0: nobody leaves");
    EXPECT_EQ(found.boundary, (Sides{none, none, zero, Boundary::undetermined}));
    EXPECT_NEAR(found.model->parameters().r, 2, 4 * *found.model->coefficients()[0].std_error);
    EXPECT_NEAR(found.model->p_alive(Rfm(2, 1, 20)), 1, 1e-3);
}

TEST(ParetoNbdBoundary, SomeLeaveAtOnceOthersNever) {
    const auto found = outcome(customers_leaving([](Chance& chance) { return chance.uniform() < 0.4 ? 0 : HUGE_VAL; }));
    EXPECT_TRUE(found.converged);
    EXPECT_TRUE(found.message.starts_with("s and beta run to 0: a share of 0.39")) << found.message;
    EXPECT_TRUE(found.message.ends_with(" leaves at once, the others never")) << found.message;
    EXPECT_EQ(found.boundary, (Sides{none, none, zero, zero}));
    EXPECT_NEAR(found.model->p_alive(Rfm(10, 90, 100)), 1, 0.01);
    EXPECT_LT(found.model->p_alive(Rfm(0, 0, 200)), 0.1);
}

TEST(ParetoNbdBoundary, EverybodyBuysAtTheSameRate) {
    Chance chance(12);
    std::vector<Rfm> customers;
    for (int i = 0; i < 500; ++i) {  // every 20 days, more regular than a Poisson process
        const double age = chance.uniform(100, 200), end = std::min(age, chance.exponential() * 100 / chance.gamma(2));
        const int x = static_cast<int>(end / 20);
        customers.emplace_back(x, 20 * x, age);
    }
    const auto found = outcome(customers);
    EXPECT_TRUE(found.converged);
    EXPECT_TRUE(found.message.starts_with("r and alpha run to infinity: every customer buys at the same rate, 0.03"))
        << found.message;
    EXPECT_EQ(found.boundary[0], infinity);
    EXPECT_EQ(found.boundary[1], infinity);
}

TEST(ParetoNbdBoundary, NobodyCameBack) {
    for (const auto& customers : {std::vector<Rfm>(5, Rfm(0, 0, 30)), {Rfm(0, 0, 0)}}) {
        const auto found = outcome(customers);
        EXPECT_FALSE(found.converged);
        EXPECT_EQ(found.message, "no customer bought again: nothing can be learned about repeat purchases");
        EXPECT_THROW((void)found.model->p_alive(Rfm(0, 0, 5)), crm::invalid_argument);
    }
}

TEST(ParetoNbdBoundary, OneCustomer) {
    const auto found = outcome({Rfm(6, 200, 350)});
    EXPECT_TRUE(found.converged);
    EXPECT_EQ(found.boundary, Sides(4, infinity));
    EXPECT_EQ(found.message,
              "r and alpha run to infinity: every customer buys at the same rate, 0.0245 purchases a unit of time; "
              "s and beta run to infinity: every customer leaves at the same rate, 0.00365 a unit of time");
}

TEST(ParetoNbdBoundary, AllCustomersEqual) {
    const auto found = outcome(std::vector<Rfm>(1000, Rfm(4, 100, 120)));
    EXPECT_TRUE(found.converged);
    EXPECT_EQ(found.message,
              "r and alpha run to infinity: every customer buys at the same rate, 0.0333 purchases a unit of time; "
              "s runs to 0: nobody leaves");
    EXPECT_NEAR(found.model->expected_purchases(Rfm(4, 100, 120), 30), 1, 1e-3);
}

/// Thin samples of all sorts: each is fitted, or says why not.
TEST(ParetoNbdBoundary, ThinSamplesHaveAStatedResult) {
    Chance chance(13);
    for (int trial = 0; trial < 500; ++trial) {
        std::vector<Rfm> customers;
        const double unit = chance.log_uniform(0.1, 400);
        for (int count = chance.whole(1, 6); count > 0; --count) {
            const int x = chance.whole(0, 1) * static_cast<int>(chance.log_uniform(1, trial % 2 ? 5 : 3000));
            const double age = trial % 3 ? unit : unit * chance.uniform();
            customers.emplace_back(x, x > 0 ? age * (trial % 5 ? chance.uniform() : 1) : 0, age);
        }
        const auto found = outcome(customers);
        if (!found.converged) {
            EXPECT_EQ(found.message, "no customer bought again: nothing can be learned about repeat purchases");
            continue;
        }
        for (const auto& customer : customers) {
            EXPECT_TRUE(std::isfinite(found.model->log_likelihood(customer)));
            EXPECT_TRUE(found.model->p_alive(customer) >= 0 && found.model->p_alive(customer) <= 1);
            EXPECT_TRUE(std::isfinite(found.model->expected_purchases(customer, unit)));
        }
    }
}

}  // namespace
