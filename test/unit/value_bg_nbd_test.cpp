#include "crm/value/bg_nbd.hpp"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <boost/math/quadrature/tanh_sinh.hpp>
#include <cmath>
#include <vector>

#include "beta_geometric_oracle.hpp"
#include "fits.hpp"
#include "random_customers.hpp"

namespace {

using crm::Tally;
using crm::numeric::Derivatives;
using crm::test::Chance;
using crm::test::fitted;
using crm::value::BgNbd;
using crm::value::BgNbdModel;
using crm::value::Boundary;
using crm::value::new_customer;
using crm::value::PurchaseHistory;
using crm::value::Rfm;
using Eigen::VectorXd;

constexpr BgNbd cdnow{0.243, 4.414, 0.793, 2.426};

BgNbd random_model(Chance& chance) {
    return {chance.log_uniform(0.05, 5), chance.log_uniform(0.5, 50), chance.log_uniform(0.1, 10),
            chance.log_uniform(0.1, 10)};
}

Rfm random_history(Chance& chance, int most = 30) {
    const int x = chance.whole(0, most);
    const double age = chance.log_uniform(1, 100);
    return Rfm(x, x > 0 ? age * chance.uniform() : 0, age);
}

/// The likelihood of a rate and a chance to leave, averaged over both distributions by brute force.
struct ByQuadrature {
    BgNbd model;
    boost::math::quadrature::tanh_sinh<double> over_chance;

    /// Of gamma- and beta-distributed rate and chance to leave, unnormalised; `rate_part(p)` is integrated over the
    /// rate.
    template <class OfChance>
    double mean(OfChance of_chance) {
        const double scale = std::exp(std::lgamma(model.a + model.b) - std::lgamma(model.a) - std::lgamma(model.b));
        return scale * over_chance.integrate(
                           [&](double p, double edge) {  // `edge` is exact where p or 1 - p vanishes
                               const double left = p < 0.5 ? p : 1 - p == 0 ? edge : 1 - p;
                               const double q = p < 0.5 ? 1 - p : left;
                               return std::pow(p, model.a - 1) * std::pow(q, model.b - 1) * of_chance(p, q);
                           },
                           0.0, 1.0);
    }

    /// Mean of rate^x exp(-rate t).
    double rate_moment(double x, double t) const {
        return std::exp(std::lgamma(model.r + x) - std::lgamma(model.r) + model.r * std::log(model.alpha) -
                        (model.r + x) * std::log(model.alpha + t));
    }

    /// Density of the history, split by whether the customer stayed after the last purchase.
    double alive(const Rfm& seen) {
        const int x = seen.frequency();
        return rate_moment(x, seen.age()) * mean([&](double, double q) { return std::pow(q, x); });
    }
    double gone(const Rfm& seen) {
        const int x = seen.frequency();
        if (x == 0) return 0;
        return rate_moment(x, seen.recency()) * mean([&](double p, double q) { return p * std::pow(q, x - 1); });
    }

    /// Purchases at time t after the observation, a unit of time.
    double purchase_rate(const Rfm& seen, double t) {
        const int x = seen.frequency();
        return mean([&](double p, double q) { return std::pow(q, x) * rate_moment(x + 1, seen.age() + p * t); });
    }

    double discounted(const Rfm& seen, double horizon, double rate) {
        const double sum = boost::math::quadrature::gauss_kronrod<double, 31>::integrate(
            [&](double s) {  // t = exp(s) - 1
                const double t = std::expm1(s);
                return (1 + t) * std::exp(-rate * t) * purchase_rate(seen, t);
            },
            0.0, std::log1p(horizon), 8, 1e-12);
        return sum / (alive(seen) + gone(seen));
    }
};

TEST(BgNbd, MatchesBruteForce) {
    Chance chance(1);
    for (int i = 0; i < 40; ++i) {
        const BgNbd model = random_model(chance);
        const Rfm seen = random_history(chance, 12);
        const double horizon = chance.log_uniform(0.1, 300), rate = chance.log_uniform(1e-4, 0.1);
        ByQuadrature oracle{model, {}};
        const double alive = oracle.alive(seen), density = alive + oracle.gone(seen);
        EXPECT_NEAR(model.log_likelihood(seen), std::log(density), 1e-10);
        EXPECT_NEAR(model.p_alive(seen), alive / density, 1e-10);
        const double silent = oracle.rate_moment(seen.frequency(), seen.age() + horizon) /
                              oracle.rate_moment(seen.frequency(), seen.age());
        EXPECT_NEAR(model.churn_probability(seen, horizon), 1 - alive / density * (1 - silent), 1e-10);
        EXPECT_NEAR(model.expected_purchases(seen, horizon) / oracle.discounted(seen, horizon, 0), 1, 1e-10);
        EXPECT_NEAR(model.discounted_purchases(seen, horizon, rate) / oracle.discounted(seen, horizon, rate), 1, 1e-10);
    }
}

TEST(BgNbd, ForetellsStatesAndNumbersAsBruteForceDoes) {
    Chance chance(9);
    for (int i = 0; i < 25; ++i) {
        BgNbd model = random_model(chance);
        model.r = std::max(model.r, 0.2);
        const Rfm seen = random_history(chance, 12);
        const double horizon = seen.age() * chance.log_uniform(0.01, 2);
        const crm::test::BetaGeometricOracle oracle({1, 0, model.r, model.alpha, model.a, model.b}, seen, horizon);
        EXPECT_NEAR(model.p_alive(seen, horizon) / oracle.p_alive_then(), 1, 1e-10);
        const auto found = model.purchase_distribution(seen, horizon, 1e-12), expected = oracle.distribution();
        ASSERT_LE(found.size(), expected.size());
        double sum = 0, mean = 0;
        for (std::size_t n = 0; n < found.size(); ++n) {
            EXPECT_NEAR(found[n], expected[n], 1e-12);
            sum += found[n];
            mean += static_cast<double>(n) * found[n];
        }
        EXPECT_NEAR(sum, 1, 2e-12);
        EXPECT_NEAR(mean, model.expected_purchases(seen, horizon), 1e-9 * (1 + mean));
    }
}

TEST(BgNbd, StatesAndNumbersAreFiniteAtTheExtremes) {
    for (const Rfm& seen : {Rfm(0, 0, 0), Rfm(10000, 103.9, 104), Rfm(10000, 1, 104), Rfm(1, 30, 30)}) {
        EXPECT_NEAR(cdnow.p_alive(seen, 0), cdnow.p_alive(seen), 1e-14);
        const auto at_once = cdnow.purchase_distribution(seen, 0, 1e-9);
        EXPECT_EQ(at_once, std::vector<double>{1});
        EXPECT_NEAR(cdnow.p_alive(seen, 1e300), 0, 1e-12);
        double before = cdnow.p_alive(seen);
        for (const double horizon : {1e-9, 1.0, 100.0, 1e5, 1e9}) {
            const double then = cdnow.p_alive(seen, horizon);
            EXPECT_LE(then, before) << horizon;
            EXPECT_TRUE(then >= 0) << horizon;
            before = then;
        }
        double sum = 0, mean = 0, n = 0;
        for (const double probability : cdnow.purchase_distribution(seen, 39, 1e-12)) {
            sum += probability;
            mean += n++ * probability;
        }
        EXPECT_NEAR(sum, 1, 1e-10);
        EXPECT_NEAR(mean, cdnow.expected_purchases(seen, 39), 1e-8 * (1 + mean));
    }
}

TEST(BgNbd, LikelihoodIsADensity) {  // of the histories of one age: x = 0, and all times of the first and last purchase
    const BgNbd model{0.8, 4, 1.5, 2};
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

TEST(BgNbd, ThousandsOfPurchasesAreExact) {  // sixty-digit arithmetic
    EXPECT_NEAR(cdnow.log_likelihood(Rfm(10000, 103.9, 104)), 35234.245653568882, 1e-8);
    EXPECT_NEAR(cdnow.p_alive(Rfm(10000, 103.9, 104)), 0.55330495454739801, 1e-12);
    EXPECT_NEAR(cdnow.expected_purchases(Rfm(10000, 103.9, 104), 39), 1755.5593357640218, 1e-8);
    EXPECT_NEAR(cdnow.p_alive(Rfm(500, 20, 39)) / 5.5559079693821851e-123, 1, 1e-11);
    EXPECT_NEAR(cdnow.expected_purchases(Rfm(500, 20, 39), 39) / 1.906634346901822e-120, 1, 1e-11);
}

TEST(BgNbd, PAliveFallsWithSilence) {
    Chance chance(2);
    for (int i = 0; i < 1000; ++i) {
        const BgNbd model = random_model(chance);
        const Rfm seen = random_history(chance);
        const Rfm later(seen.frequency(), seen.recency(), seen.age() * 1.5);
        EXPECT_LE(model.p_alive(later), model.p_alive(seen));
        EXPECT_TRUE(seen.frequency() > 0 || model.p_alive(seen) == 1);
    }
}

TEST(BgNbd, ScoresAreConsistent) {
    Chance chance(3);
    for (int i = 0; i < 1000; ++i) {
        const BgNbd model = random_model(chance);
        const Rfm seen = random_history(chance);
        const double horizon = chance.log_uniform(0.01, 1000);
        EXPECT_EQ(model.churn_probability(seen, 0), 1);
        EXPECT_GE(model.churn_probability(seen, horizon), 1 - model.p_alive(seen) - 1e-15);
        EXPECT_GE(model.expected_purchases(seen, horizon) * (1 + 1e-12) + 1e-15,
                  1 - model.churn_probability(seen, horizon));
        EXPECT_GE(model.expected_purchases(seen, 2 * horizon), model.expected_purchases(seen, horizon));
        EXPECT_EQ(model.discounted_purchases(seen, horizon, 0), model.expected_purchases(seen, horizon));
    }
}

std::vector<Tally<PurchaseHistory>::Entry> random_rows(Chance& chance, int count) {
    Tally<PurchaseHistory> tally(std::pmr::new_delete_resource());
    for (int i = 0; i < count; ++i) tally.add(PurchaseHistory::of(random_history(chance)), chance.whole(1, 5));
    tally.add({3, 2, 5});
    return tally.sorted();
}

TEST(BgNbdLikelihood, IsTheMeanOfSingleOnes) {
    Chance chance(4);
    const auto rows = random_rows(chance, 50);
    const auto likelihood = BgNbd::likelihood(rows);
    double sum = 0;
    for (const auto& [seen, weight] : rows)
        sum += weight * cdnow.log_likelihood(Rfm(seen.frequency, seen.recency, seen.age));
    Derivatives found(4);
    likelihood->evaluate(Eigen::Vector4d(0.243, 4.414, 0.793, 2.426).array().log().matrix(), found, {});
    EXPECT_NEAR(found.value * likelihood->weight(), sum, 1e-10 * std::abs(sum));
}

TEST(BgNbdLikelihood, DerivativesAreTheSlopesOfTheValue) {
    Chance chance(5);
    for (int trial = 0; trial < 50; ++trial) {
        const auto rows = random_rows(chance, 20);
        const auto likelihood = BgNbd::likelihood(rows);
        const VectorXd point = VectorXd::NullaryExpr(4, [&] { return chance.uniform(-4, 4); });
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

TEST(BgNbdLikelihood, NewtonFindsTheMaximumFromBadStarts) {
    Tally<PurchaseHistory> tally(std::pmr::new_delete_resource());
    for (const auto& customer : crm::test::random_customers(4000)) tally.add(PurchaseHistory::of(customer));
    const auto rows = tally.sorted();
    const auto likelihood = BgNbd::likelihood(rows);
    const auto bounds = likelihood->bounds();
    const auto objective = [&](const VectorXd& point, Derivatives& out) { likelihood->evaluate(point, out, {}); };
    const auto best = crm::numeric::maximise(objective, likelihood->start({}), bounds);
    ASSERT_TRUE(best.converged);
    Chance chance(6);
    for (int trial = 0; trial < 50; ++trial) {
        const VectorXd start = likelihood->start({}) + VectorXd::NullaryExpr(4, [&] { return chance.uniform(-5, 5); });
        const auto found = crm::numeric::maximise(objective, start, bounds);
        EXPECT_TRUE(found.converged) << start.transpose() << ": " << found.message;
        EXPECT_LT((found.point - best.point).norm(), 1e-6) << start.transpose();
    }
}

TEST(BgNbdLikelihood, RecoversWhatMadeTheCustomers) {
    const auto model = fitted<BgNbdModel>(crm::test::random_customers(40000));
    ASSERT_TRUE(model->usable());
    const double truth[] = {0.243, 4.414 * 7, 0.793, 2.426};
    const auto found = model->coefficients();
    for (std::size_t i = 0; i < 4; ++i)  // whole days blur the times a little: four standard errors
        EXPECT_NEAR(found[i].estimate, truth[i], 4 * *found[i].std_error) << found[i].name;
}

TEST(BgNbdLikelihood, UnitOfTimeOnlyScalesAlpha) {
    const auto days = crm::test::random_customers(3000);
    for (const double unit : {7.0, 1e-100, 1e100}) {
        std::vector<Rfm> scaled;
        double repeats = 0;
        for (const auto& one : days) {
            scaled.emplace_back(one.frequency(), one.recency() / unit, one.age() / unit);
            repeats += one.frequency();
        }
        const auto a = fitted<BgNbdModel>(days), b = fitted<BgNbdModel>(scaled);
        ASSERT_TRUE(a->usable() && b->usable());
        EXPECT_NEAR(b->parameters().alpha * unit / a->parameters().alpha, 1, 1e-9);
        EXPECT_NEAR(b->parameters().b / a->parameters().b, 1, 1e-9);
        EXPECT_NEAR(*b->report()->log_likelihood / (*a->report()->log_likelihood + repeats * std::log(unit)), 1, 1e-10);
    }
}

TEST(BgNbdLikelihood, AbsurdUnitsAreSaid) {
    std::vector<Rfm> customers;
    for (const auto& one : crm::test::random_customers(100))
        customers.emplace_back(one.frequency(), one.recency() * 1e200, one.age() * 1e200);
    const auto model = fitted<BgNbdModel>(customers);
    EXPECT_FALSE(model->usable());
    EXPECT_FALSE(model->report()->converged);
    EXPECT_TRUE(model->report()->message.starts_with("alpha must be a positive number from 1e-150 to 1e+150, not "));
}

struct Outcome {
    bool converged;
    std::string message;
    std::vector<Boundary> boundary;
    std::unique_ptr<BgNbdModel> model;
};

Outcome outcome(const std::vector<Rfm>& customers) {
    auto model = fitted<BgNbdModel>(customers);
    const auto report = *model->report();
    EXPECT_EQ(report.converged, model->usable());
    return {report.converged, report.message,
            model->usable() ? model->fit().estimates->boundary : std::vector<Boundary>(), std::move(model)};
}

TEST(BgNbdBoundary, NobodyCameBack) {
    for (const auto& customers : {std::vector<Rfm>(5, Rfm(0, 0, 30)), {Rfm(0, 0, 0)}}) {
        const auto found = outcome(customers);
        EXPECT_FALSE(found.converged);
        EXPECT_EQ(found.message, "no customer bought again: nothing can be learned about repeat purchases");
        EXPECT_FALSE(found.model->report()->log_likelihood);
        EXPECT_TRUE(found.model->coefficients().empty());
        EXPECT_THROW((void)found.model->p_alive(Rfm(0, 0, 5)), crm::invalid_argument);
    }
}

TEST(BgNbdBoundary, OneCustomer) {
    const auto found = outcome({Rfm(6, 200, 350)});
    EXPECT_TRUE(found.converged);
    EXPECT_EQ(found.boundary, std::vector<Boundary>(4, Boundary::infinity));
    EXPECT_EQ(found.message,
              "r and alpha run to infinity: every customer buys at the same rate, 0.0285 purchases a unit of time; "
              "a and b run to infinity: every customer has the same chance to leave after a purchase, 0.155");
    for (const auto& one : found.model->coefficients()) {
        EXPECT_TRUE(std::isinf(one.estimate));
        EXPECT_FALSE(one.std_error);
    }
    EXPECT_NEAR(found.model->p_alive(Rfm(6, 200, 350)), 0.0706, 1e-4);
}

TEST(BgNbdBoundary, AllCustomersEqual) {
    const auto found = outcome(std::vector<Rfm>(1000, Rfm(4, 100, 120)));
    EXPECT_TRUE(found.converged);
    EXPECT_EQ(found.message,
              "r and alpha run to infinity: every customer buys at the same rate, 0.0333 purchases a unit of time; "
              "a runs to 0: nobody leaves");
    EXPECT_EQ(found.model->report()->distinct_observations, 1);
    EXPECT_NEAR(found.model->expected_purchases(Rfm(4, 100, 120), 30), 1, 1e-6);
    const auto coefficients = found.model->coefficients();
    EXPECT_EQ(coefficients[2].estimate, 0);
    EXPECT_EQ(found.boundary[3], Boundary::undetermined);
}

/// Customers who leave after a purchase with a chance that `chance_of` draws.
template <class ChanceOf>
std::vector<Rfm> customers_leaving(ChanceOf chance_of) {
    Chance chance(11);
    std::vector<Rfm> customers;
    for (int i = 0; i < 3000; ++i) {
        const double rate = chance.gamma(2) / 20, leaving = chance_of(chance);
        int x = 0;
        double last = 0;
        for (double at = chance.exponential() / rate; at < 200; at += chance.exponential() / rate) {
            ++x;
            last = at;
            if (chance.uniform() < leaving) break;
        }
        customers.emplace_back(x, last, 200);
    }
    return customers;
}

TEST(BgNbdBoundary, NobodyLeaves) {
    const auto found = outcome(customers_leaving([](Chance&) { return 0; }));
    EXPECT_EQ(found.message, "a runs to 0: nobody leaves");
    EXPECT_EQ(found.boundary,
              (std::vector<Boundary>{Boundary::none, Boundary::none, Boundary::zero, Boundary::undetermined}));
    EXPECT_NEAR(found.model->parameters().r, 2, 4 * *found.model->coefficients()[0].std_error);
    EXPECT_NEAR(found.model->p_alive(Rfm(5, 1, 200)), 1, 1e-5);
}

TEST(BgNbdBoundary, EverybodyLeavesAtOnce) {
    const auto found = outcome(customers_leaving([](Chance&) { return 1; }));
    EXPECT_EQ(found.message, "a runs to infinity: everybody leaves after the first repeat purchase");
    EXPECT_NEAR(found.model->p_alive(Rfm(1, 1, 200)), 0, 1e-6);
}

TEST(BgNbdBoundary, SomeLeaveAtOnceOthersNever) {
    std::vector<Rfm> customers;
    for (int i = 0; i < 1000; ++i)
        customers.push_back(i % 5 < 2 ? Rfm(1, 2 + i % 30, 200) : Rfm(15 + i % 10, 190 + i % 10, 200));
    const auto found = outcome(customers);
    EXPECT_TRUE(found.message.ends_with(
        "a and b run to 0: a share of 0.4 leaves after the first repeat purchase, the others never"))
        << found.message;
    EXPECT_EQ(found.boundary[2], Boundary::zero);
    EXPECT_EQ(found.boundary[3], Boundary::zero);
}

TEST(BgNbdBoundary, OneRepeaterAmongThousands) {
    std::vector<Rfm> customers(100000, Rfm(0, 0, 100));
    customers.emplace_back(1, 50, 100);
    const auto found = outcome(customers);
    EXPECT_TRUE(found.converged);
    EXPECT_EQ(found.message,
              "a runs to infinity: everybody leaves after the first repeat purchase; "
              "these data say next to nothing about r and alpha");
    EXPECT_NEAR(found.model->expected_purchases(new_customer(), 100) * 100000, 1, 1e-3);
}

TEST(BgNbdBoundary, TenThousandPurchases) {
    const auto found = outcome({Rfm(10000, 103.9, 104), Rfm(0, 0, 50), Rfm(2, 30, 100)});
    EXPECT_TRUE(found.converged);
    EXPECT_NEAR(found.model->expected_purchases(Rfm(10000, 103.9, 104), 104), 10000, 1);
}

/// Thin samples of all sorts: each is fitted, or says why not.
TEST(BgNbdBoundary, ThinSamplesHaveAStatedResult) {
    Chance chance(8);
    for (int trial = 0; trial < 1500; ++trial) {
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
