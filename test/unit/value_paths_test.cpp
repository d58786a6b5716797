#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <boost/math/quadrature/exp_sinh.hpp>
#include <cmath>
#include <vector>

#include "aggregate_laws.hpp"
#include "crm/foundation/error.hpp"
#include "crm/value/pareto_nbd_paths.hpp"
#include "fits.hpp"
#include "hostile_bytes.hpp"
#include "random_customers.hpp"

namespace {

using namespace crm::value;
using crm::Day;
using crm::Json;
using crm::test::Chance;
using crm::test::coefficient;
using crm::test::described;
using Eigen::VectorXd;

struct Customer {
    Timeline history;
    CovariatePath purchase, lifetime;

    CovariatePaths paths() const { return {purchase, lifetime}; }
};

constexpr Day start{9000};
Day after(Day day, int days) { return {day.number + days}; }

CovariatePath random_path(Chance& chance, std::size_t width, int days, int shortest, int longest) {
    std::vector<Day> starts;
    std::vector<double> covariates;
    for (Day day = after(start, chance.whole(-20, 5)); day < after(start, days);
         day = after(day, chance.whole(shortest, longest))) {
        starts.push_back(day);
        for (std::size_t i = 0; i < width; ++i) covariates.push_back(chance.normal());
    }
    return {std::move(starts), std::move(covariates)};
}

CovariatePath constant(std::vector<double> covariates) { return {{start}, std::move(covariates)}; }

Timeline bought_on(const std::vector<int>& days) {
    std::vector<Purchase> purchases{{start, 1, 10}};
    for (const int day : days) purchases.push_back({after(start, day), 1, 10});
    return Timeline(std::move(purchases));
}

/// Days on which a customer buys, at rates that the paths change day by day.
Timeline simulated(Chance& chance, const Eigen::Vector4d& truth, const VectorXd& buying, const VectorXd& leaving,
                   const CovariatePath& purchase, const CovariatePath& lifetime, int age) {
    const auto factor = [](const VectorXd& by, std::span<const double> covariates) {
        return std::exp(by.dot(Eigen::Map<const VectorXd>(covariates.data(), by.size())));
    };
    const double rate = chance.gamma(truth[0]) / truth[1], hazard = chance.gamma(truth[2]) / truth[3];
    const double patience = chance.exponential();
    std::vector<int> days;
    double left = 0;
    for (int day = 1; day <= age; ++day) {
        const double here = hazard * factor(leaving, lifetime.at(after(start, day)));
        const double active = std::clamp((patience - left) / here, 0.0, 1.0);
        left += here;
        if (chance.exponential() < active * rate * factor(buying, purchase.at(after(start, day)))) days.push_back(day);
        if (active < 1) break;
    }
    return bought_on(days);
}

std::unique_ptr<ParetoNbdPaths> model_of(const std::vector<double>& base, const VectorXd& buying,
                                         const VectorXd& leaving) {
    Json::Object parameters{{"r", base[0]}, {"alpha", base[1]}, {"s", base[2]}, {"beta", base[3]}};
    for (int i = 0; i < buying.size(); ++i) parameters.emplace_back("purchase_" + std::to_string(i + 1), buying[i]);
    for (int i = 0; i < leaving.size(); ++i) parameters.emplace_back("lifetime_" + std::to_string(i + 1), leaving[i]);
    return ParetoNbdPaths::make(parameters);
}

std::vector<double> random_base(Chance& chance) {
    return {chance.log_uniform(0.2, 5), chance.log_uniform(3, 300), chance.log_uniform(0.2, 5),
            chance.log_uniform(3, 300)};
}

Timeline random_history(Chance& chance, int age) {
    std::vector<int> days;
    const double often = chance.log_uniform(0.01, 0.5);
    for (int day = 1, last = chance.whole(0, age); day <= last; ++day)
        if (chance.uniform() < often) days.push_back(day);
    return bought_on(days);
}

TEST(ParetoNbdPaths, ConstantCovariatesAreThoseOfTheModelThatKnowsNoTime) {
    Chance chance(1);
    for (int trial = 0; trial < 200; ++trial) {
        const auto base = random_base(chance);
        const VectorXd buying{{chance.normal(), chance.normal()}}, leaving{{chance.normal()}};
        const bool none = trial % 3 == 0;
        const std::vector<double> z1{none ? 0 : chance.normal(), none ? 0 : chance.normal()},
            z2{none ? 0 : chance.normal()};
        const int age = chance.whole(0, 500);
        const Timeline history = random_history(chance, age);
        // Periods whose covariates are all the same are the same as one.
        const CovariatePath purchase({start, after(start, 30), after(start, 31)},
                                     {z1[0], z1[1], z1[0], z1[1], z1[0], z1[1]});
        const CovariatePath lifetime = constant(z2);
        const CovariatePaths paths{purchase, lifetime};
        const auto model = model_of(base, buying, leaving);
        const double faster = std::exp(buying[0] * z1[0] + buying[1] * z1[1]), sooner = std::exp(leaving[0] * z2[0]);
        const ParetoNbd plain{base[0], base[1] / faster, base[2], base[3] / sooner};
        const Day as_of = after(start, age);
        const Rfm seen = *history.rfm(as_of);
        const double likelihood = plain.log_likelihood(seen);
        EXPECT_NEAR(*model->log_likelihood(history, as_of, paths), likelihood,
                    1e-11 * std::max(1.0, std::abs(likelihood)));
        EXPECT_NEAR(*model->p_alive(history, as_of, paths) / plain.p_alive(seen), 1, 1e-10);
        EXPECT_NEAR(*model->expected_purchases(history, as_of, paths, 77.5) / plain.expected_purchases(seen, 77.5), 1,
                    1e-10);
    }
}

/// The same with a change of covariates that changes nothing: coefficients of 0. Then every integral is a sum of
/// pieces.
TEST(ParetoNbdPaths, PiecesAddUpToTheWhole) {
    Chance chance(2);
    for (int trial = 0; trial < 100; ++trial) {
        const auto base = random_base(chance);
        const int age = chance.whole(1, 500);
        const Timeline history = random_history(chance, age);
        const CovariatePath path = random_path(chance, 1, age + 100, 1, 9);
        const VectorXd zero = VectorXd::Zero(1);
        const auto model = model_of(base, zero, zero);
        const ParetoNbd plain{base[0], base[1], base[2], base[3]};
        const Day as_of = after(start, age);
        const Rfm seen = *history.rfm(as_of);
        const double likelihood = plain.log_likelihood(seen);
        EXPECT_NEAR(*model->log_likelihood(history, as_of, {path, path}), likelihood,
                    1e-11 * std::max(1.0, std::abs(likelihood)));
        EXPECT_NEAR(*model->p_alive(history, as_of, {path, path}) / plain.p_alive(seen), 1, 1e-10);
        EXPECT_NEAR(*model->expected_purchases(history, as_of, {path, path}, 100) / plain.expected_purchases(seen, 100),
                    1, 1e-10);
    }
}

/// The definition, given both rates of a customer, day by day.
struct Definition {
    double log_bought = 0;               // covariates of purchases
    std::vector<double> faster, sooner;  // on each day since the first purchase
    int purchases = 0, last = 0, age, later;

    Definition(const Customer& customer, const VectorXd& buying, const VectorXd& leaving, int seen, int horizon)
        : age(seen), later(horizon) {
        for (int day = 1; day <= age + later; ++day) {
            const auto z1 = customer.purchase.at(after(start, day)), z2 = customer.lifetime.at(after(start, day));
            double one = 0, other = 0;
            for (std::size_t i = 0; i < z1.size(); ++i) one += buying[static_cast<Eigen::Index>(i)] * z1[i];
            for (std::size_t i = 0; i < z2.size(); ++i) other += leaving[static_cast<Eigen::Index>(i)] * z2[i];
            faster.push_back(std::exp(one));
            sooner.push_back(std::exp(other));
        }
        for (const Purchase& purchase : customer.history.days()) {
            const int day = purchase.day.number - start.number;
            if (day == 0 || day > age) continue;
            ++purchases;
            last = day;
            log_bought += std::log(faster[static_cast<std::size_t>(day - 1)]);
        }
    }

    struct Found {
        double active, left, ahead;
    };
    Found given(double lambda, double mu) const {
        double exposure = 0, survived = 0, left = 0;
        for (int day = 1; day <= age; ++day) {
            const auto i = static_cast<std::size_t>(day - 1);
            const double out = lambda * faster[i] + mu * sooner[i];
            if (day > last) left += std::exp(-exposure) * mu * sooner[i] / out * -std::expm1(-out);
            exposure += out;
        }
        double ahead = 0;
        for (int day = age + 1; day <= age + later; ++day) {
            const auto i = static_cast<std::size_t>(day - 1);
            const double out = mu * sooner[i];
            ahead += lambda * faster[i] * std::exp(-survived) * (out == 0 ? 1 : -std::expm1(-out) / out);
            survived += out;
        }
        const double bought = std::exp(purchases * std::log(lambda) + log_bought),
                     active = bought * std::exp(-exposure);
        return {active, bought * left, active * ahead};
    }
};

TEST(ParetoNbdPaths, IsTheMixtureOfItsDefinition) {
    Chance chance(3);
    boost::math::quadrature::exp_sinh<double> outer, inner;
    for (int trial = 0; trial < 6; ++trial) {
        const std::vector<double> base{chance.log_uniform(0.7, 3), chance.log_uniform(5, 50),
                                       chance.log_uniform(0.7, 3), chance.log_uniform(5, 50)};
        const VectorXd buying{{chance.normal(), chance.normal() / 2}}, leaving{{chance.normal()}};
        const int age = chance.whole(8, 25), horizon = 10;
        std::vector<int> days;
        for (int day = 1; day <= 2 * age / 3; ++day)
            if (chance.uniform() < 0.4) days.push_back(day);
        const Customer customer{bought_on(days), random_path(chance, 2, 60, 1, 6), random_path(chance, 1, 60, 2, 9)};
        const Definition definition(customer, buying, leaving, age, horizon);
        const auto density = [](double at, double shape, double rate) {
            return std::exp((shape - 1) * std::log(at) + shape * std::log(rate) - rate * at - std::lgamma(shape));
        };
        const auto mixed = [&](auto pick) {
            return outer.integrate(
                [&](double lambda) {
                    const double weight = density(lambda, base[0], base[1]);
                    if (weight < 1e-200) return 0.0;
                    return weight * inner.integrate(
                                        [&](double mu) {
                                            const double other = density(mu, base[2], base[3]);
                                            return other < 1e-200 ? 0.0 : other * pick(definition.given(lambda, mu));
                                        },
                                        1e-9);
                },
                1e-9);
        };
        const double active = mixed([](const auto&found) { return found.active; }),
                     left = mixed([](const auto&found) { return found.left; }),
                     ahead = mixed([](const auto&found) { return found.ahead; });
        const auto model = model_of(base, buying, leaving);
        const Day as_of = after(start, age);
        EXPECT_NEAR(*model->log_likelihood(customer.history, as_of, customer.paths()), std::log(active + left), 1e-8)
            << trial;
        EXPECT_NEAR(*model->p_alive(customer.history, as_of, customer.paths()), active / (active + left), 1e-8)
            << trial;
        EXPECT_NEAR(
            *model->expected_purchases(customer.history, as_of, customer.paths(), horizon) / (ahead / (active + left)),
            1, 1e-8)
            << trial;
        EXPECT_GT(left / active, 1e-3);
    }
}

/// Rows as the fit reads them, with the likelihood of the same customers without covariates.
struct Sample {
    std::vector<std::vector<double>> rows;
    std::vector<WeightedPathHistory> histories;
    std::vector<crm::Tally<PurchaseHistory>::Entry> plain;
    std::unique_ptr<Likelihood> whole;
    CovariateLayout layout;
    std::unique_ptr<Likelihood> likelihood;

    Sample(const std::vector<Customer>& customers, Day as_of)
        : layout(ParetoNbdPaths::layout(customers[0].purchase.width(), customers[0].lifetime.width())) {
        crm::Tally<PurchaseHistory> tally(std::pmr::new_delete_resource());
        for (const Customer& one : customers) rows.push_back(*PathHistory::row(one.history, as_of, one.paths()));
        for (const auto& row : rows) {
            histories.push_back({PathHistory(row, layout.purchase(), layout.lifetime()), 1});
            tally.add(histories.back().history.plain());
        }
        plain = tally.sorted();
        whole = ParetoNbd::likelihood(plain);
        likelihood = pareto_nbd_paths_likelihood(layout, histories, *whole, whole->start({}));
    }
};

TEST(ParetoNbdPaths, DerivativesAreTheSlopesOfTheScores) {
    Chance chance(4);
    for (int trial = 0; trial < 8; ++trial) {
        const int age = chance.whole(20, 120);
        std::vector<Customer> customers;
        for (int i = 0; i < 6; ++i)
            customers.push_back({random_history(chance, age), random_path(chance, 2, age + 5, 1, 20),
                                 random_path(chance, 1, age + 5, 1, 20)});
        customers[0].history = bought_on({});
        customers[1].history = bought_on({age});
        const Sample sample(customers, after(start, age));
        const auto base = random_base(chance);
        const VectorXd buying{{chance.normal() / 2, chance.normal() / 2}}, leaving{{chance.normal()}};
        VectorXd point(7);
        point << std::log(base[0]), std::log(base[1]), std::log(base[2]), std::log(base[3]), buying, leaving;
        crm::numeric::Derivatives here(7), up(7), down(7);
        sample.likelihood->evaluate(point, here, {});

        double sum = 0;
        const auto model = model_of(base, buying, leaving);
        for (const auto& one : customers) sum += *model->log_likelihood(one.history, after(start, age), one.paths());
        EXPECT_NEAR(here.value * sample.likelihood->weight() / sum, 1, 1e-12);
        EXPECT_LT((here.hessian - here.hessian.transpose()).norm(), 1e-10 * here.hessian.norm());
        for (Eigen::Index i = 0; i < 7; ++i) {
            const double step = 1e-5;
            const VectorXd change = step * VectorXd::Unit(7, i);
            sample.likelihood->evaluate(point + change, up, {});
            sample.likelihood->evaluate(point - change, down, {});
            EXPECT_NEAR(here.gradient[i], (up.value - down.value) / (2 * step), 1e-7 * (1 + std::abs(here.value))) << i;
            const VectorXd slope = (up.gradient - down.gradient) / (2 * step);
            EXPECT_LT((here.hessian.col(i) - slope).cwiseAbs().maxCoeff(), 1e-7 * (1 + here.hessian.norm())) << i;
        }
    }
}

TEST(ParetoNbdPaths, DerivativesWithoutCovariatesAreThoseOfParetoNbd) {
    Chance chance(5);
    std::vector<Customer> customers;
    for (int i = 0; i < 20; ++i) {
        const auto path = random_path(chance, 1, 200, 1, 30);
        customers.push_back({random_history(chance, 200), path, path});
    }
    const Sample sample(customers, after(start, 200));
    for (int trial = 0; trial < 20; ++trial) {
        const auto base = random_base(chance);
        VectorXd point = VectorXd::Zero(6);
        for (Eigen::Index i = 0; i < 4; ++i) point[i] = std::log(base[static_cast<std::size_t>(i)]);
        crm::numeric::Derivatives here(6), plain(4);
        sample.likelihood->evaluate(point, here, {});
        sample.whole->evaluate(point.head(4), plain, {});
        EXPECT_NEAR(here.value / plain.value, 1, 1e-12);
        EXPECT_LT((here.gradient.head(4) - plain.gradient).norm(), 1e-10 * (1 + plain.gradient.norm()));
        EXPECT_LT((here.hessian.topLeftCorner(4, 4) - plain.hessian).norm(), 1e-10 * (1 + plain.hessian.norm()));
    }
}

std::unique_ptr<ParetoNbdPaths> fitted(const std::vector<Customer>& customers, Day as_of,
                                       const Json& options = Json::Object{}) {
    ParetoNbdPathsFit fit(std::pmr::new_delete_resource());
    for (const auto& one : customers) {
        fit.add(one.history, as_of, one.paths());
        fit.set(options, 1);
    }
    return fit.finish({});
}

std::vector<Customer> shop(int count, int weeks, unsigned seed) {
    Chance chance(seed);
    const Eigen::Vector4d truth(1.2, 30, 0.8, 100);
    std::vector<Customer> customers;
    for (int i = 0; i < count; ++i) {
        CovariatePath purchase = random_path(chance, 2, 7 * weeks, 7, 7);
        CovariatePath lifetime = random_path(chance, 1, 7 * weeks, 14, 14);
        Timeline history =
            simulated(chance, truth, VectorXd{{0.5, -0.3}}, VectorXd{{0.6}}, purchase, lifetime, 7 * weeks);
        customers.push_back({std::move(history), std::move(purchase), std::move(lifetime)});
    }
    return customers;
}

TEST(ParetoNbdPaths, CoefficientsAreRecoveredAtTheMaximum) {
    const auto customers = shop(800, 40, 6);
    const Day as_of = after(start, 280);
    const auto model = fitted(customers, as_of);
    ASSERT_TRUE(model->usable()) << model->report()->message;
    EXPECT_EQ(model->report()->parameters, 7);
    EXPECT_EQ(model->report()->observations, 800);
    for (const auto& [name, truth] : {std::pair("purchase_1", 0.5),
                                      {"purchase_2", -0.3},
                                      {"lifetime_1", 0.6},
                                      {"r", 1.2},
                                      {"alpha", 30.0},
                                      {"s", 0.8}}) {
        const auto found = coefficient(*model, name);
        ASSERT_TRUE(found.std_error) << name;
        EXPECT_NEAR(found.estimate, truth, 3 * *found.std_error) << name;
        EXPECT_LT(*found.std_error, 0.4 * std::abs(truth)) << name;
    }

    const auto sum = [&](const ParetoNbdPaths& one) {
        double all = 0;
        for (const auto& customer : customers) all += *one.log_likelihood(customer.history, as_of, customer.paths());
        return all;
    };
    const double best = *model->report()->log_likelihood;
    EXPECT_NEAR(sum(*model) / best, 1, 1e-11);
    const Json json = model->to_json();
    const Json::Object parameters = json.at("parameters", "model").object("parameters");
    for (std::size_t i = 0; i < parameters.size(); ++i)
        for (const double step : {-2e-3, 2e-3}) {
            Json::Object other = parameters;
            const double value = parameters[i].second.number("");
            other[i].second = Json(value + step * std::max(1.0, std::abs(value)));
            EXPECT_LT(sum(*ParetoNbdPaths::make(other)), best) << parameters[i].first;
        }
}

TEST(ParetoNbdPaths, FitWithConstantCovariatesIsTheOneThatKnowsNoTime) {
    auto customers = shop(300, 40, 7);
    const Day as_of = after(start, 280);
    CovariateFit<ParetoNbd> same(std::pmr::new_delete_resource());
    std::vector<Rfm> plain;
    for (std::size_t i = 0; i < customers.size(); ++i) {
        const std::vector<double> z{i % 2 ? 1.0 : 0.0};
        customers[i].purchase = customers[i].lifetime = constant(z);
        plain.push_back(*customers[i].history.rfm(as_of));
        same.add(plain.back(), {z, z});
    }
    const auto model = fitted(customers, as_of);
    const auto expected = same.finish({});
    EXPECT_NEAR(*model->report()->log_likelihood, *expected->report()->log_likelihood, 1e-8);
    for (const char* name : {"r", "alpha", "s", "beta", "purchase_1", "lifetime_1"}) {
        EXPECT_NEAR(coefficient(*model, name).estimate / coefficient(*expected, name).estimate, 1, 1e-5) << name;
        EXPECT_NEAR(*coefficient(*model, name).std_error / *coefficient(*expected, name).std_error, 1, 1e-5) << name;
    }

    for (auto& one : customers) one.purchase = one.lifetime = constant({0});
    const auto without = crm::test::fitted<ParetoNbdModel>(plain);
    const auto zeros = fitted(customers, as_of);
    EXPECT_TRUE(zeros->report()->converged);
    EXPECT_NEAR(*zeros->report()->log_likelihood, *without->report()->log_likelihood, 1e-8);
    EXPECT_NEAR(coefficient(*zeros, "r").estimate / coefficient(*without, "r").estimate, 1, 1e-6);
    EXPECT_GE(*model->report()->log_likelihood, *without->report()->log_likelihood);
}

TEST(ParetoNbdPaths, OptionsNameCoefficients) {
    const auto model = fitted(shop(100, 40, 8), after(start, 280),
                              Json::Object{{"fix", Json::Object{{"purchase_2", -0.3}, {"lifetime_1", 0}}}});
    EXPECT_EQ(coefficient(*model, "purchase_2").estimate, -0.3);
    EXPECT_EQ(model->report()->parameters, 5);
}

TEST(ParetoNbdPaths, IsFiniteForEveryHistory) {
    Chance chance(9);
    std::vector<int> daily(10000);
    for (int day = 1; day <= 10000; ++day) daily[static_cast<std::size_t>(day - 1)] = day;
    const CovariatePath path = random_path(chance, 1, 20000, 300, 900);
    const VectorXd one = VectorXd::Ones(1);
    for (const double shape : {1e-6, 1.0, 1e6})
        for (const double rate : {1e-6, 1.0, 1e6}) {
            const auto model = model_of({shape, rate, 1 / shape, 1 / rate}, one, -one);
            for (const auto& [history, age] : {std::pair(bought_on({}), 0),
                                               {bought_on({}), 19000},
                                               {bought_on(daily), 10000},
                                               {bought_on(daily), 19000},
                                               {bought_on({1}), 1}}) {
                const Day as_of = after(start, age);
                const CovariatePaths paths{path, path};
                EXPECT_TRUE(std::isfinite(*model->log_likelihood(history, as_of, paths)));
                const double alive = *model->p_alive(history, as_of, paths);
                EXPECT_TRUE(alive >= 0 && alive <= 1) << alive;
                EXPECT_TRUE(std::isfinite(*model->expected_purchases(history, as_of, paths, 1000)));
                EXPECT_EQ(*model->expected_purchases(history, as_of, paths, 0), 0);
                const Sample sample({{history, path, path}}, as_of);
                if (!sample.whole->obstacle().empty()) continue;
                crm::numeric::Derivatives found(6);
                VectorXd point(6);
                point << std::log(shape), std::log(rate), -std::log(shape), -std::log(rate), 1, -1;
                sample.likelihood->evaluate(point, found, {});
                EXPECT_TRUE(std::isfinite(found.value) && found.gradient.allFinite() && found.hessian.allFinite());
            }
            EXPECT_EQ(*model->p_alive(bought_on(daily), after(start, 10000), {path, path}), 1);
        }
}

TEST(ParetoNbdPaths, LikelihoodEndsWhereverTheSearchGoes) {
    Chance chance(12);
    const CovariatePath path = random_path(chance, 1, 300, 5, 9);
    const Sample sample({{bought_on({3, 40, 80}), path, path}}, after(start, 200));
    crm::numeric::Derivatives found(6);
    for (const double far : {30.0, 300.0, 3000.0, 3e5})
        for (const double side : {-1.0, 1.0}) {
            VectorXd point = VectorXd::Zero(6);
            point.tail(2) << far, side * far;
            sample.likelihood->evaluate(point, found, {});
            EXPECT_TRUE(far > 30 || (std::isfinite(found.value) && found.hessian.allFinite())) << far;
        }
}

TEST(ParetoNbdPaths, RefusesWhatIsNotItsOwn) {
    const VectorXd one = VectorXd::Ones(1);
    const auto model = model_of({1, 10, 1, 10}, one, one);
    const auto path = constant({1}), two = constant({1, 2}), far = constant({1e9});
    const Timeline history = bought_on({3});
    const Day as_of = after(start, 10);
    EXPECT_THROW((void)model->p_alive(history, as_of, {two, path}), crm::invalid_argument);
    EXPECT_THROW((void)model->p_alive(history, as_of, {path, two}), crm::invalid_argument);
    EXPECT_THROW((void)model->p_alive(history, as_of, {far, path}), crm::invalid_argument);
    EXPECT_THROW((void)model->expected_purchases(history, as_of, {path, path}, -1), crm::invalid_argument);
    EXPECT_FALSE(model->p_alive(history, after(start, -1), {path, path}));
    ParetoNbdPathsFit fit(std::pmr::new_delete_resource());
    fit.add(history, as_of, {path, path});
    EXPECT_THROW(fit.add(history, as_of, {path, two}), crm::invalid_argument);
    fit.add(history, after(start, -1), {path, path});
    EXPECT_EQ(fit.finish({})->report()->skipped, 1);
}

TEST(ParetoNbdPaths, RowsInAnyOrderGiveTheSameModel) {
    const auto customers = shop(40, 20, 10);
    const Day as_of = after(start, 140);
    crm::test::expect_aggregate_laws<ParetoNbdPathsFit>(
        customers, [&](ParetoNbdPathsFit& fit, const Customer& one) { fit.add(one.history, as_of, one.paths()); },
        [](const ParetoNbdPathsFit& fit) { return described(*fit.finish({})); }, 5);
}

TEST(ParetoNbdPaths, ModelsAndStatesSurviveStorage) {
    const auto customers = shop(30, 20, 11);
    const auto model = model_of({0.5, 10, 0.6, 12}, VectorXd{{0.3, 1}}, VectorXd{{-0.2}});
    crm::Writer out;
    model->save(out);
    crm::Reader in(out.bytes());
    EXPECT_EQ(described(*ParetoNbdPaths::load(in)), described(*model));
    EXPECT_EQ(described(*ParetoNbdPaths::from_json(Json(model->to_json()))), described(*model));
    ParetoNbdPathsFit fit(std::pmr::new_delete_resource());
    for (int i = 0; i < 2; ++i)
        fit.add(customers[static_cast<std::size_t>(i)].history, after(start, 60),
                customers[static_cast<std::size_t>(i)].paths());
    crm::test::expect_survives_damage(crm::test::saved(fit), [](crm::Reader& hostile) {
        ParetoNbdPathsFit state(std::pmr::new_delete_resource());
        state.load(hostile);
        hostile.expect_end();
    });
}

TEST(CovariatePath, IsInForceUntilTheNext) {
    const CovariatePath path({after(start, 10), start}, {3, 4, 1, 2});
    EXPECT_EQ(path.starts(0), start);
    EXPECT_EQ(path.at(after(start, -5))[0], 1);
    EXPECT_EQ(path.at(after(start, 9))[1], 2);
    EXPECT_EQ(path.at(after(start, 10))[0], 3);
    EXPECT_EQ(path.at(after(start, 1000))[1], 4);
    EXPECT_EQ(CovariatePath::from_json(path.to_json()), path);
    EXPECT_THROW(CovariatePath({start, start}, {1, 2}), crm::invalid_argument);
    EXPECT_THROW(CovariatePath({start}, {NAN}), crm::invalid_argument);
    EXPECT_THROW((void)CovariatePath::from_json(Json::Array{}), crm::error);
    crm::test::expect_survives_damage(crm::test::saved(path), [](crm::Reader& hostile) {
        const auto read = CovariatePath::load(hostile);
        hostile.expect_end();
        (void)read.to_json();
    });
}

TEST(CovariatePath, IsBuiltFromRowsInAnyOrder) {
    std::vector<std::pair<Day, std::vector<double>>> rows;
    for (int i = 0; i < 12; ++i) rows.push_back({after(start, 7 * i), {i * 1.5, -1.0 * i}});
    crm::test::expect_aggregate_laws<CovariatePathBuilder>(
        rows, [](CovariatePathBuilder& path, const auto& row) { path.add(row.first, row.second); },
        [](const CovariatePathBuilder& path) { return path.finish().to_json().text(); });
    CovariatePathBuilder path(std::pmr::new_delete_resource());
    path.add(start, rows[0].second);
    EXPECT_THROW(path.add(start, std::vector<double>{1}), crm::invalid_argument);
}

}  // namespace
