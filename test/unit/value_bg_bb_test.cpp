#include "crm/value/bg_bb.hpp"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <array>
#include <boost/math/quadrature/tanh_sinh.hpp>
#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "crm/foundation/error.hpp"
#include "fits.hpp"
#include "random_customers.hpp"

namespace {

using crm::Tally;
using crm::numeric::Derivatives;
using crm::test::Chance;
using crm::test::fitted;
using crm::value::BgBb;
using crm::value::BgBbModel;
using crm::value::Boundary;
using crm::value::new_customer;
using crm::value::OpportunityHistory;
using crm::value::Rfm;
using Eigen::VectorXd;

constexpr BgBb donors{1.204, 0.750, 0.657, 2.783};  // as published

BgBb random_model(Chance& chance) {
    return {chance.log_uniform(0.3, 5), chance.log_uniform(0.3, 5), chance.log_uniform(0.3, 5),
            chance.log_uniform(0.3, 10)};
}

Rfm random_history(Chance& chance, int most) {
    const int n = chance.whole(0, most), recency = chance.whole(0, n);
    return Rfm(recency > 0 ? chance.whole(1, recency) : 0, recency, n);
}

/// The paper's data: donors of 1995 by number of repeat donations and year of the last, 1996 to 2001.
std::vector<Tally<OpportunityHistory>::Entry> cohort_of_donors() {
    return {{{0, 0, 6}, 3464}, {{1, 1, 6}, 1091}, {{1, 2, 6}, 277}, {{1, 3, 6}, 129}, {{1, 4, 6}, 78},
            {{1, 5, 6}, 119},  {{1, 6, 6}, 129},  {{2, 2, 6}, 613}, {{2, 3, 6}, 255}, {{2, 4, 6}, 155},
            {{2, 5, 6}, 173},  {{2, 6, 6}, 234},  {{3, 3, 6}, 322}, {{3, 4, 6}, 181}, {{3, 5, 6}, 225},
            {{3, 6, 6}, 357},  {{4, 4, 6}, 240},  {{4, 5, 6}, 284}, {{4, 6, 6}, 512}, {{5, 5, 6}, 335},
            {{5, 6, 6}, 728},  {{6, 6, 6}, 1203}};
}

TEST(BgBb, DonorsAreFittedAsPublished) {
    crm::value::MaximumLikelihood<BgBbModel> state(std::pmr::new_delete_resource());
    for (const auto& [seen, weight] : cohort_of_donors())
        state.add(Rfm(seen.frequency, seen.recency, seen.age), weight);
    const auto model = state.finish({});
    ASSERT_TRUE(model->usable());
    EXPECT_EQ(model->report()->observations, 11104);
    EXPECT_NEAR(*model->report()->log_likelihood, -33225.6, 0.05);
    const double published[] = {1.204, 0.750, 0.657, 2.783};
    for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(model->coefficients()[i].estimate, published[i], 0.001);
    EXPECT_EQ(model->report()->message, "");
}

/// Averages over both chances by brute force; what a customer with known chances does is counted step by step.
struct ByQuadrature {
    BgBb model;
    boost::math::quadrature::tanh_sinh<double> rule{10};

    template <class OfChance>
    double mean(double a, double b, OfChance of_chance) {
        const double scale = std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b));
        return scale * rule.integrate(
                           [&](double p, double edge) {  // the distance to the nearer of 0 and 1, exact
                               const double q = p < 0.5 ? 1 - p : std::abs(edge);
                               return std::pow(p, a - 1) * std::pow(q, b - 1) * of_chance(p, q);
                           },
                           0.0, 1.0, 1e-11);
    }

    template <class OfChances>
    double mean(OfChances of_chances) {
        return mean(model.alpha, model.beta, [&](double buys, double waits) {
            return mean(model.gamma, model.delta,
                        [&](double leaves, double stays) { return of_chances(buys, waits, leaves, stays); });
        });
    }

    /// Probabilities of the history, and to be active at its end as well, for known chances.
    static std::array<double, 2> history(const Rfm& seen, double buys, double waits, double leaves, double stays) {
        double active = std::pow(buys, seen.frequency()) * std::pow(waits, seen.recency() - seen.frequency()) *
                        std::pow(stays, seen.recency());
        double gone = 0;
        for (double i = seen.recency(); i < seen.age(); ++i) {
            gone += active * leaves;
            active *= stays * waits;
        }
        return {active + gone, active};
    }
};

/// Probabilities of 0, 1, ... purchases at the next opportunities of an active customer with known chances, then
/// discounted purchases, then the probability to be active at the opportunity after them.
std::vector<double> future(int horizon, double rate, double buys, double waits, double leaves, double stays) {
    std::vector<double> active(static_cast<std::size_t>(horizon) + 1), gone(active.size());
    active[0] = 1;
    double expected = 0, alive = 1;
    for (int i = 1; i <= horizon; ++i) {
        for (std::size_t n = active.size(); n-- > 0;) {
            gone[n] += active[n] * leaves;
            active[n] *= stays * waits;
            if (n > 0) active[n] += active[n - 1] * stays * buys;
        }
        alive *= stays;
        expected += alive * buys * std::exp(-rate * i);
    }
    for (std::size_t n = 0; n < active.size(); ++n) active[n] += gone[n];
    active.push_back(expected);
    active.push_back(alive * stays);
    return active;
}

TEST(BgBb, MatchesBruteForce) {
    Chance chance(1);
    for (int i = 0; i < 6; ++i) {
        const BgBb model = random_model(chance);
        const Rfm seen = random_history(chance, 8);
        const int horizon = chance.whole(1, 4);
        const double rate = chance.log_uniform(1e-3, 1);
        ByQuadrature oracle{model};
        const auto both = [&](std::size_t which) {
            return oracle.mean([&](auto... chances) { return oracle.history(seen, chances...)[which]; });
        };
        const auto mean = [&](std::size_t which, double discount) {
            return oracle.mean([&](auto... chances) {
                return oracle.history(seen, chances...)[1] * future(horizon, discount, chances...)[which];
            });
        };
        const double whole = both(0), active = both(1) / whole;
        const auto after = static_cast<std::size_t>(horizon) + 1;
        EXPECT_NEAR(model.log_likelihood(seen), std::log(whole), 1e-9);
        EXPECT_NEAR(model.p_alive(seen, horizon), mean(after + 1, 0) / whole, 1e-9);
        EXPECT_NEAR(model.expected_purchases(seen, horizon), mean(after, 0) / whole, 1e-9);
        EXPECT_NEAR(model.discounted_purchases(seen, horizon, rate), mean(after, rate) / whole, 1e-9);
        EXPECT_NEAR(model.churn_probability(seen, horizon), 1 - active + mean(0, 0) / whole, 1e-9);
        const auto distribution = model.purchase_distribution(seen, horizon, 0);
        ASSERT_EQ(distribution.size(), after);
        for (std::size_t n = 1; n < after; ++n) EXPECT_NEAR(distribution[n], mean(n, 0) / whole, 1e-9);
        EXPECT_NEAR(distribution[0], model.churn_probability(seen, horizon), 1e-12);
    }
}

TEST(BgBb, ProbabilitiesOfAllHistoriesAddUpToOne) {  // those of one frequency and recency are equally likely
    for (const int n : {0, 1, 5, 40}) {
        double sum = std::exp(donors.log_likelihood(Rfm(0, 0, n)));
        for (int recency = 1; recency <= n; ++recency)
            for (int x = 1; x <= recency; ++x)
                sum += std::exp(donors.log_likelihood(Rfm(x, recency, n)) + std::lgamma(recency) - std::lgamma(x) -
                                std::lgamma(recency - x + 1));
        EXPECT_NEAR(sum, 1, 1e-12);
    }
}

TEST(BgBb, DonorsInTheYearAfter) {  // one who gave every year left before 2002 with chance gamma / (gamma + delta + 6)
    EXPECT_NEAR(donors.p_alive(Rfm(6, 6, 6)), (2.783 + 6) / (0.657 + 2.783 + 6), 1e-14);
    EXPECT_NEAR(donors.expected_purchases(Rfm(6, 6, 6), 1), 8.783 / 9.440 * 7.204 / 7.954, 1e-14);
    EXPECT_NEAR(donors.p_alive(Rfm(6, 6, 6), 1), 8.783 / 9.440 * 9.783 / 10.440, 1e-14);
    EXPECT_NEAR(donors.p_alive(new_customer()), 2.783 / 3.440, 1e-14);
}

TEST(BgBb, ThousandsOfOpportunitiesAreExact) {  // sixty-digit arithmetic: log-likelihood, p_alive, 52 opportunities on
    struct Point {
        BgBb model;
        Rfm seen;
        double log_likelihood, p_alive, expected;
    };
    for (const auto& [model, seen, log_likelihood, p_alive, expected] :
         {Point{donors, Rfm(10000, 10000, 10000), -12.258533095040837, 0.999934322593028, 51.905858045702896},
          Point{donors, Rfm(100, 5000, 6000), -506.43508000689081, 1.1274917028116956e-6, 9.8585675317656813e-7},
          Point{{0.05, 20, 0.01, 300},
                Rfm(3, 1000, 3000),
                -26.472376003206488,
                0.93255735692610201,
                0.048970126059604738},
          Point{{1e7, 1e7, 1e-7, 1e5},
                Rfm(600, 1200, 1210),
                -838.7081162259517,
                0.99999999797729706,
                25.999986947541243}}) {
        EXPECT_NEAR(model.log_likelihood(seen) / log_likelihood, 1, 1e-12);
        EXPECT_NEAR(model.p_alive(seen) / p_alive, 1, 1e-11);
        EXPECT_NEAR(model.expected_purchases(seen, 52) / expected, 1, 1e-11);
    }
}

/// Draws customers from the definition.
struct Simulated {
    int x = 0, recency = 0, later = 0;
    bool active = true;
    double buys, leaves;

    Simulated(const BgBb& model, Chance& chance, int observed, int horizon)
        : buys(chance.beta(model.alpha, model.beta)), leaves(chance.beta(model.gamma, model.delta)) {
        for (int i = 1; i <= observed + horizon; ++i) {
            active = active && chance.uniform() >= leaves;
            if (!active || chance.uniform() >= buys) continue;
            if (i > observed) {
                ++later;
            } else {
                ++x;
                recency = i;
            }
        }
    }
};

TEST(BgBb, ForetellsWhatSimulatedCustomersDo) {
    constexpr int observed = 3, horizon = 4, customers = 300000;
    const BgBb model{0.9, 1.3, 0.8, 3};
    struct Class {
        double count = 0, bought = 0, purchases = 0, active = 0;
    };
    std::map<std::pair<int, int>, Class> classes;
    Chance chance(2);
    for (int i = 0; i < customers; ++i) {
        const Simulated one(model, chance, observed, horizon);
        Class& its = classes[{one.x, one.recency}];
        its.count += 1;
        its.bought += one.later > 0;
        its.purchases += one.later;
        its.active += one.active;
    }
    EXPECT_EQ(classes.size(), 7);
    for (const auto& [key, its] : classes) {
        const Rfm seen(key.first, key.second, observed);
        const double four_errors = 4 * 0.5 / std::sqrt(its.count);
        EXPECT_NEAR(its.bought / its.count, 1 - model.churn_probability(seen, horizon), four_errors);
        EXPECT_NEAR(its.active / its.count, model.p_alive(seen, horizon - 1), four_errors);
        EXPECT_NEAR(its.purchases / its.count, model.expected_purchases(seen, horizon), 3 * four_errors);
    }
}

TEST(BgBb, InfiniteHorizonsMatchBruteForce) {
    Chance chance(3);
    for (int i = 0; i < 4; ++i) {
        const BgBb model = random_model(chance);
        const Rfm seen = random_history(chance, 8);
        const double rate = chance.log_uniform(0.02, 2);
        ByQuadrature oracle{model};
        const auto over_all = [&](auto of_chances) {  // of active customers, by the whole
            return oracle.mean([&](double buys, double waits, double leaves, double stays) {
                return oracle.history(seen, buys, waits, leaves, stays)[1] * of_chances(buys, leaves, stays);
            }) / std::exp(model.log_likelihood(seen));
        };
        const double buys_again =
            over_all([](double buys, double leaves, double stays) { return stays * buys / (leaves + stays * buys); });
        EXPECT_NEAR(model.churn_probability(seen, HUGE_VAL), 1 - buys_again, 1e-9);
        const double discounted = over_all([&](double buys, double, double stays) {
            return buys * stays * std::exp(-rate) / (1 - stays * std::exp(-rate));
        });
        EXPECT_NEAR(model.discounted_purchases(seen, HUGE_VAL, rate) / discounted, 1, 1e-9);
    }
}

TEST(BgBb, LongHorizonsMatchPlainSums) {  // another method takes over after 1024 opportunities
    Chance chance(4);
    for (int i = 0; i < 40; ++i) {
        const BgBb model{chance.log_uniform(1e-3, 100), chance.log_uniform(1e-2, 1000), chance.log_uniform(1e-3, 100),
                         chance.log_uniform(1e-2, 10000)};
        const Rfm seen = random_history(chance, 12);
        const double x = seen.frequency(), horizon = i % 2 ? 1025 : 20000;
        double active = model.p_alive(seen), waits = 1, buys = 0, purchases = 0;
        for (double n = seen.age(); n < seen.age() + horizon; ++n) {
            const double chance_now = (model.alpha + x) / (model.alpha + model.beta + n);
            buys += active * waits * chance_now;
            purchases += active * (model.alpha + x) / (model.alpha + model.beta + seen.age());
            waits *= 1 - chance_now;
            active *= (model.delta + n + 1) / (model.gamma + model.delta + n + 1);
        }
        EXPECT_NEAR(model.churn_probability(seen, horizon), 1 - buys, 1e-11);
        EXPECT_NEAR(model.expected_purchases(seen, horizon) / purchases, 1, 1e-11);
        EXPECT_NEAR(model.discounted_purchases(seen, horizon, 1e-16) / purchases, 1, 1e-11);
    }
}

TEST(BgBb, ScoresAreConsistent) {
    Chance chance(5);
    for (int i = 0; i < 500; ++i) {
        const BgBb model = random_model(chance);
        const Rfm seen = random_history(chance, 100);
        const double horizon = chance.whole(0, 50);
        EXPECT_EQ(model.churn_probability(seen, 0), 1);
        EXPECT_EQ(model.expected_purchases(seen, 0), 0);
        EXPECT_EQ(model.p_alive(seen, 0), model.p_alive(seen));
        EXPECT_LE(model.p_alive(seen, horizon + 1), model.p_alive(seen, horizon));
        EXPECT_LE(model.p_alive(Rfm(seen.frequency(), seen.recency(), seen.age() + 5)), model.p_alive(seen));
        EXPECT_NEAR(model.discounted_purchases(seen, horizon, 1e-15), model.expected_purchases(seen, horizon), 1e-10);
        const auto distribution = model.purchase_distribution(seen, horizon, 0);
        double sum = 0, mean = 0;
        for (std::size_t n = 0; n < distribution.size(); ++n) {
            sum += distribution[n];
            mean += static_cast<double>(n) * distribution[n];
        }
        EXPECT_NEAR(sum, 1, 1e-12);
        EXPECT_NEAR(mean, model.expected_purchases(seen, horizon), 1e-11 * (1 + mean));
        EXPECT_NEAR(distribution[0], model.churn_probability(seen, horizon), 1e-12);
    }
}

TEST(BgBb, ExtremesAreFinite) {
    const Rfm histories[] = {new_customer(),           Rfm(0, 0, 5000), Rfm(10000, 10000, 10000),
                             Rfm(10000, 20000, 22000), Rfm(1, 1, 5000), Rfm(1, 999999, 1000000)};
    for (const double a : {1e-8, 1.0, 1e8})
        for (const double b : {1e-8, 1.0, 1e8})
            for (const BgBb& model : {BgBb{a, b, 1, 1}, BgBb{1, 1, a, b}, BgBb{a, b, a, b}, BgBb{a, b, b, a}})
                for (const Rfm& seen : histories) {
                    EXPECT_TRUE(std::isfinite(model.log_likelihood(seen))) << a << ' ' << b << ' ' << seen.age();
                    for (const double horizon : {0.0, 7.0, 1e4, 1e300}) {
                        const double alive = model.p_alive(seen, horizon),
                                     churn = model.churn_probability(seen, horizon);
                        EXPECT_TRUE(alive >= 0 && alive <= 1 + 1e-12) << alive;
                        EXPECT_TRUE(churn >= -1e-12 && churn <= 1) << churn;
                        EXPECT_TRUE(std::isfinite(model.expected_purchases(seen, horizon)));
                        EXPECT_TRUE(std::isfinite(model.discounted_purchases(seen, horizon, 1e-12)));
                    }
                    EXPECT_TRUE(std::isfinite(model.churn_probability(seen, HUGE_VAL)));
                    EXPECT_TRUE(std::isfinite(model.discounted_purchases(seen, HUGE_VAL, 1e-12)));
                }
}

TEST(BgBb, LongDistributionsNeitherUnderflowNorOverflow) {
    const BgBb rare{2, 2000, 1e-3, 100}, frequent{2000, 2, 1e-3, 1e5};
    for (const BgBb& model : {rare, frequent}) {
        const auto distribution = model.purchase_distribution(Rfm(0, 0, 0), 3000, 1e-12);
        double sum = 0, mean = 0;
        for (std::size_t n = 0; n < distribution.size(); ++n) {
            sum += distribution[n];
            mean += static_cast<double>(n) * distribution[n];
        }
        EXPECT_NEAR(sum, 1, 1e-10);
        EXPECT_NEAR(mean / model.expected_purchases(Rfm(0, 0, 0), 3000), 1, 1e-7);
    }
}

std::string refusal(auto ask) {
    try {
        ask();
        return "accepted";
    } catch (const crm::error& refused) {
        return refused.message();
    }
}

TEST(BgBb, WhatIsNotCountedInOpportunitiesIsRefused) {
    const auto alive = [](const Rfm& seen) { return refusal([&] { (void)donors.p_alive(seen); }); };
    const std::string whole = " of a bg_bb model counts opportunities: it must be a whole number, not ";
    EXPECT_EQ(alive(Rfm(1, 1.5, 6)), "recency" + whole + "1.5");
    EXPECT_EQ(alive(Rfm(1, 1, 6.25)), "age" + whole + "6.25");
    EXPECT_EQ(alive(Rfm(3, 2, 6)), "frequency must not exceed recency in a bg_bb model");
    EXPECT_EQ(alive(Rfm(3, 4, 1000001)), "age of a bg_bb model must be at most 1000000 opportunities, not 1000001");
    EXPECT_EQ(refusal([] { (void)donors.log_likelihood(Rfm(1, 1.5, 6)); }), "recency" + whole + "1.5");
    EXPECT_EQ(refusal([] { (void)fitted<BgBbModel>({Rfm(1, 1.5, 6)}); }), "recency" + whole + "1.5");
    const Rfm seen(2, 4, 6);
    for (const auto& said : {refusal([&] { (void)donors.p_alive(seen, 0.5); }),
                             refusal([&] { (void)donors.churn_probability(seen, 0.5); }),
                             refusal([&] { (void)donors.expected_purchases(seen, 0.5); }),
                             refusal([&] { (void)donors.discounted_purchases(seen, 0.5, 0.1); }),
                             refusal([&] { (void)donors.purchase_distribution(seen, 0.5, 0); })})
        EXPECT_EQ(said, "horizon" + whole + "0.5");
    EXPECT_EQ(refusal([&] { (void)donors.purchase_distribution(seen, 10001, 0); }),
              "distribution of purchases over more than 10000 opportunities");
}

TEST(BgBbLikelihood, IsTheMeanOfSingleOnes) {
    const auto rows = cohort_of_donors();
    const auto likelihood = BgBb::likelihood(rows);
    double sum = 0;
    for (const auto& [seen, weight] : rows)
        sum += weight * donors.log_likelihood(Rfm(seen.frequency, seen.recency, seen.age));
    Derivatives found(4);
    likelihood->evaluate(Eigen::Vector4d(1.204, 0.750, 0.657, 2.783).array().log().matrix(), found, {});
    EXPECT_NEAR(found.value * likelihood->weight(), sum, 1e-12 * std::abs(sum));
}

std::vector<Tally<OpportunityHistory>::Entry> random_rows(Chance& chance, int count, int most) {
    Tally<OpportunityHistory> tally(std::pmr::new_delete_resource());
    for (int i = 0; i < count; ++i) tally.add(OpportunityHistory::of(random_history(chance, most)), chance.whole(1, 5));
    tally.add({3, 4, 5});
    tally.add({3, 4, 60});
    return tally.sorted();
}

TEST(BgBbLikelihood, DerivativesAreTheSlopesOfTheValue) {
    Chance chance(6);
    for (int trial = 0; trial < 50; ++trial) {
        const auto rows = random_rows(chance, 20, trial % 2 ? 6 : 200);
        const auto likelihood = BgBb::likelihood(rows);
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

std::vector<Rfm> customers_of(const BgBb& model, int count, int least, int most, unsigned seed = 7) {
    Chance chance(seed);
    std::vector<Rfm> customers;
    for (int i = 0; i < count; ++i) {
        const int observed = chance.whole(least, most);
        const Simulated one(model, chance, observed, 0);
        customers.emplace_back(one.x, one.recency, observed);
    }
    return customers;
}

TEST(BgBbLikelihood, RecoversWhatMadeTheCustomers) {
    const double truth[] = {1.2, 0.8, 0.7, 4};
    const auto model = fitted<BgBbModel>(customers_of({1.2, 0.8, 0.7, 4}, 40000, 4, 20));
    ASSERT_TRUE(model->usable());
    const auto found = model->coefficients();
    for (std::size_t i = 0; i < 4; ++i)
        EXPECT_NEAR(found[i].estimate, truth[i], 3 * *found[i].std_error) << found[i].name;
    EXPECT_LT(*found[3].std_error, 0.5);
}

TEST(BgBbLikelihood, NewtonFindsTheMaximumFromBadStarts) {
    const auto rows = cohort_of_donors();
    const auto likelihood = BgBb::likelihood(rows);
    const auto bounds = likelihood->bounds();
    const auto objective = [&](const VectorXd& point, Derivatives& out) { likelihood->evaluate(point, out, {}); };
    const auto best = crm::numeric::maximise(objective, likelihood->start({}), bounds);
    ASSERT_TRUE(best.converged);
    Chance chance(8);
    for (int trial = 0; trial < 50; ++trial) {
        const VectorXd start = likelihood->start({}) + VectorXd::NullaryExpr(4, [&] { return chance.uniform(-5, 5); });
        const auto found = crm::numeric::maximise(objective, start, bounds);
        EXPECT_TRUE(found.converged) << start.transpose() << ": " << found.message;
        EXPECT_LT((found.point - best.point).norm(), 1e-6) << start.transpose();
    }
}

std::string said_of(const std::vector<Rfm>& customers, bool converged = true) {
    const auto model = fitted<BgBbModel>(customers);
    EXPECT_EQ(model->report()->converged, converged);
    return model->report()->message;
}

TEST(BgBbBoundary, IsSaidInWords) {
    EXPECT_EQ(said_of({Rfm(0, 0, 6), Rfm(0, 0, 5)}, false),
              "no customer bought again: nothing can be learned about repeat purchases");
    EXPECT_EQ(said_of(std::vector<Rfm>(20, Rfm(3, 6, 6))),
              "alpha and beta run to infinity: every customer has the same chance to buy at an opportunity, 0.5; "
              "gamma runs to 0: nobody leaves");
    EXPECT_EQ(said_of({Rfm(6, 6, 6), Rfm(5, 5, 5)}),
              "alpha runs to infinity: active customers buy at every opportunity; gamma runs to 0: nobody leaves");
    EXPECT_EQ(said_of({Rfm(6, 6, 6), Rfm(0, 0, 6), Rfm(6, 6, 6), Rfm(0, 0, 6), Rfm(6, 6, 6)}),
              "alpha runs to infinity: active customers buy at every opportunity; "
              "gamma and delta run to 0: a share of 0.4 leaves before the first opportunity, the others never");
    EXPECT_EQ(
        said_of(std::vector<Rfm>(20, Rfm(3, 3, 20))),
        "alpha runs to infinity: active customers buy at every opportunity; "
        "gamma and delta run to infinity: every customer has the same chance to leave before an opportunity, 0.25");
}

TEST(BgBbBoundary, NobodyLeaves) {
    const auto model = fitted<BgBbModel>(customers_of({2, 3, 1e-9, 1}, 3000, 6, 10));
    EXPECT_EQ(model->report()->message, "gamma runs to 0: nobody leaves");
    EXPECT_EQ(model->fit().estimates->boundary,
              (std::vector<Boundary>{Boundary::none, Boundary::none, Boundary::zero, Boundary::undetermined}));
    EXPECT_NEAR(model->parameters().alpha, 2, 4 * *model->coefficients()[0].std_error);
}

TEST(BgBbBoundary, ThinSamplesHaveAStatedResult) {
    Chance chance(9);
    for (int trial = 0; trial < 300; ++trial) {
        std::vector<Rfm> customers;
        for (int count = chance.whole(1, 6); count > 0; --count)
            customers.push_back(random_history(chance, trial % 2 ? 4 : 300));
        const auto model = fitted<BgBbModel>(customers);
        if (!model->usable()) {
            EXPECT_EQ(model->report()->message,
                      "no customer bought again: nothing can be learned about repeat purchases");
            continue;
        }
        for (const auto& customer : customers) {
            EXPECT_TRUE(std::isfinite(model->log_likelihood(customer)));
            EXPECT_TRUE(model->p_alive(customer) >= 0 && model->p_alive(customer) <= 1);
            EXPECT_TRUE(std::isfinite(model->expected_purchases(customer, 10)));
        }
    }
}

}  // namespace
