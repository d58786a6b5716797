// BG/CNBD-k and MBG/CNBD-k.
#include <gtest/gtest.h>

#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include "beta_geometric_oracle.hpp"
#include "crm/foundation/error.hpp"
#include "crm/value/beta_geometric.hpp"
#include "crm/value/bg_cnbd_k.hpp"
#include "crm/value/bg_nbd.hpp"
#include "crm/value/maximum_likelihood.hpp"
#include "crm/value/mbg_cnbd_k.hpp"
#include "crm/value/mbg_nbd.hpp"
#include "crm/value/regular_customer.hpp"
#include "fits.hpp"
#include "random_customers.hpp"

namespace {

using crm::invalid_argument;
using crm::Json;
using crm::Tally;
using crm::numeric::Derivatives;
using crm::test::BetaGeometricOracle;
using crm::test::Chance;
using crm::value::ActiveCustomer;
using crm::value::BetaGeometric;
using crm::value::BgCnbdK;
using crm::value::BgCnbdKModel;
using crm::value::BgNbd;
using crm::value::Boundary;
using crm::value::FitOptions;
using crm::value::MaximumLikelihood;
using crm::value::MbgCnbdK;
using crm::value::MbgCnbdKModel;
using crm::value::MbgNbd;
using crm::value::PurchaseHistory;
using crm::value::RegularCustomer;
using crm::value::Rfm;
using crm::value::SpacedHistory;
using Eigen::VectorXd;

constexpr double infinity = std::numeric_limits<double>::infinity();

BetaGeometric random_model(Chance& chance, int k, int early) {
    return {k,
            early,
            chance.log_uniform(0.2, 5),
            chance.log_uniform(0.5, 50),
            chance.log_uniform(0.1, 10),
            chance.log_uniform(0.1, 10)};
}

Rfm random_history(Chance& chance, int most = 30) {
    const int x = chance.whole(0, most);
    const double age = chance.log_uniform(1, 100);
    return Rfm(x, x > 0 ? age * chance.uniform() : 0, age);
}

TEST(Cnbd, MatchesBruteForce) {
    Chance chance(1);
    for (int i = 0; i < 48; ++i) {
        const BetaGeometric model = random_model(chance, 2 + i % 3 + (i % 8 == 7 ? 4 : 0), i / 3 % 2);
        const Rfm seen = random_history(chance, i % 4 ? 8 : 0);
        const double horizon = seen.age() * chance.log_uniform(0.01, 1), rate = chance.log_uniform(1e-3, 1);
        const BetaGeometricOracle::Model same{model.k, model.early, model.r, model.alpha, model.a, model.b};
        const BetaGeometricOracle now(same, seen, horizon), discounted(same, seen, horizon, rate);
        EXPECT_NEAR(model.log_likelihood(seen), now.log_likelihood(), 1e-10);
        EXPECT_NEAR(model.p_alive(seen) / now.p_alive(), 1, 1e-10);
        EXPECT_NEAR(model.p_alive(seen, horizon) / now.p_alive_then(), 1, 1e-10);
        EXPECT_NEAR(model.churn_probability(seen, horizon), now.churn_probability(), 1e-12);
        EXPECT_NEAR(model.expected_purchases(seen, horizon) / now.purchases(), 1, 1e-10);
        EXPECT_NEAR(model.discounted_purchases(seen, horizon, rate) / discounted.purchases(), 1, 1e-9) << model.k;
        const auto found = model.purchase_distribution(seen, horizon, 1e-9), expected = now.distribution();
        ASSERT_LE(found.size(), expected.size());
        for (std::size_t n = 0; n < found.size(); ++n) EXPECT_NEAR(found[n], expected[n], 1e-12);
    }
}

TEST(Cnbd, DiscountsAnInfiniteFuture) {
    Chance chance(2);
    for (int i = 0; i < 12; ++i) {
        const BetaGeometric model = random_model(chance, 2 + i % 3, i % 2);
        const Rfm seen = random_history(chance, 8);
        const double rate = 2 / (model.alpha + seen.age());
        const BetaGeometricOracle expected({model.k, model.early, model.r, model.alpha, model.a, model.b}, seen,
                                           infinity, rate);
        EXPECT_NEAR(model.discounted_purchases(seen, infinity, rate) / expected.purchases(), 1, 1e-9);
        EXPECT_NEAR(model.churn_probability(seen, infinity), 1 - model.p_alive(seen), 1e-15);
    }
}

/// Of the histories of one age. The purchases before the last lie anywhere: the products of their gaps to the power of
/// k - 1 add up to recency^(kx-1) Gamma(k)^x / Gamma(kx).
TEST(Cnbd, LikelihoodIsADensity) {
    for (const int k : {2, 3})
        for (const int early : {0, 1}) {
            const BetaGeometric model{k, early, 0.8, 4.0 / k, 1.5, 2};
            const double age = 10;
            double sum = std::exp(model.log_likelihood(Rfm(0, 0, age)));
            for (int x = 1; x < 120; ++x) {
                const auto density = [&](double recency) {
                    return std::exp(model.log_likelihood(Rfm(x, recency, age)) + (k * x - 1) * std::log(recency) +
                                    x * std::lgamma(k) - std::lgamma(k * x));
                };
                sum += boost::math::quadrature::gauss_kronrod<double, 31>::integrate(density, 1e-12, age, 8, 1e-10);
            }
            EXPECT_NEAR(sum, 1, 1e-7) << k;
        }
}

TEST(Cnbd, ForKOfOneIsNbd) {
    Chance chance(3);
    for (int i = 0; i < 300; ++i) {
        const BetaGeometric any = random_model(chance, 1, 0);
        const BgCnbdK bg{1, any.r, any.alpha, any.a, any.b};
        const MbgCnbdK mbg{1, any.r, any.alpha, any.a, any.b};
        const BgNbd simple{any.r, any.alpha, any.a, any.b};
        const MbgNbd modified{any.r, any.alpha, any.a, any.b};
        const Rfm seen = random_history(chance);
        EXPECT_EQ(bg.log_likelihood(seen), simple.log_likelihood(seen));
        EXPECT_EQ(mbg.log_likelihood(seen), modified.log_likelihood(seen));
        EXPECT_EQ(bg.expected_purchases(seen, 30), simple.expected_purchases(seen, 30));
        EXPECT_EQ(mbg.expected_purchases(seen, 30), modified.expected_purchases(seen, 30));
    }
}

struct Case {
    int k;
    double shape, share, rate, a, b, horizon;
    RegularCustomer customer() const { return {k, shape, share, rate, a, b}; }
    std::string text() const {
        return " at k " + std::to_string(k) + " shape " + std::to_string(shape) + " share " + std::to_string(share) +
               " a " + std::to_string(a) + " b " + std::to_string(b) + " horizon " + std::to_string(horizon / rate);
    }
};

Case random_case(Chance& chance, int k) {
    const double x = chance.uniform() < 0.3 ? 0 : std::floor(chance.log_uniform(1, 300));
    const double rate = chance.log_uniform(0.01, 1000);
    return {k,
            chance.log_uniform(0.02, 30) + k * x,
            chance.uniform(),
            rate,
            chance.log_uniform(0.02, 60),
            chance.log_uniform(0.05, 100) + x,
            rate * chance.log_uniform(1e-3, 200)};
}

TEST(RegularCustomer, ForKOfOneIsAnActiveCustomer) {
    Chance chance(4);
    for (int i = 0; i < 300; ++i) {
        const Case c = random_case(chance, 1);
        const ActiveCustomer active(c.shape, c.rate, c.a, c.b);
        const double discount = chance.log_uniform(1e-2, 1e2) / c.rate;
        EXPECT_NEAR(c.customer().purchases(c.horizon) / active.purchases(c.horizon), 1, 1e-10) << c.text();
        const double survival = c.customer().survival(c.horizon);
        EXPECT_NEAR(active.survival(c.horizon), survival, 1e-10 * survival + 1e-15) << c.text();
        EXPECT_NEAR(
            c.customer().discounted_purchases(c.horizon, discount) / active.discounted_purchases(c.horizon, discount),
            1, 1e-10)
            << c.text();
    }
}

TEST(RegularCustomer, BothWaysAgree) {
    Chance chance(5);
    for (int i = 0; i < 200; ++i) {
        Case c = random_case(chance, 1 + i % 12);
        c.horizon = c.rate * chance.log_uniform(1, 100);
        const auto counted = c.customer().by_counting(c.horizon), averaged = c.customer().by_average(c.horizon);
        EXPECT_NEAR(averaged.purchases / counted.purchases, 1, 1e-10) << c.text();
        EXPECT_NEAR(averaged.survival, counted.survival, 1e-12 + 1e-9 * counted.survival) << c.text();
    }
}

TEST(RegularCustomer, DistributionHasTheMean) {
    Chance chance(6);
    for (int i = 0; i < 100; ++i) {
        Case c = random_case(chance, 1 + i % 6);
        c.horizon = c.rate * chance.log_uniform(1e-3, 1);
        const auto found = c.customer().distribution(c.horizon, 1e-15, 0.7);
        double sum = 0, mean = 0;
        for (std::size_t n = 0; n < found.size(); ++n) {
            sum += found[n];
            mean += static_cast<double>(n) * found[n];
        }
        EXPECT_NEAR(sum, 1, 1e-11) << c.text();
        EXPECT_NEAR(mean, 0.7 * c.customer().purchases(c.horizon), 1e-10 * (1 + mean)) << c.text();
        EXPECT_NEAR(found[0], 0.3 + 0.7 * c.customer().silence(c.horizon), 1e-14) << c.text();
    }
}

TEST(Cnbd, ExtremesAreFinite) {
    for (const int k : {2, 12})
        for (const double r : {1e-150, 1.0, 1e150})
            for (const double alpha : {1e-150, 1.0, 1e150})
                for (const double a : {1e-150, 1.0, 1e150})
                    for (const Rfm& seen : {Rfm(0, 0, 0), Rfm(0, 0, 500), Rfm(3, 2, 100), Rfm(10000, 103.9, 104),
                                            Rfm(10000, 1, 104), Rfm(1, 30, 30)}) {
                        const BetaGeometric model{k, 1, r, alpha, a, 2};
                        const std::string where = std::to_string(k) + " " + crm::shortest(r) + " " +
                                                  crm::shortest(alpha) + " " + crm::shortest(a) + " " +
                                                  std::to_string(seen.frequency());
                        EXPECT_TRUE(std::isfinite(model.log_likelihood(seen))) << where;
                        EXPECT_TRUE(model.p_alive(seen) >= 0 && model.p_alive(seen) <= 1) << where;
                        for (const double horizon : {0.0, 1e-9, 30.0, 1e300}) {
                            EXPECT_TRUE(model.p_alive(seen, horizon) >= 0) << where;
                            EXPECT_TRUE(model.churn_probability(seen, horizon) >= 0) << where;
                            EXPECT_TRUE(model.expected_purchases(seen, horizon) >= 0) << where << " " << horizon;
                        }
                        EXPECT_EQ(model.churn_probability(seen, 0), 1) << where;
                        EXPECT_EQ(model.expected_purchases(seen, 0), 0) << where;
                        EXPECT_NEAR(model.p_alive(seen, 0), model.p_alive(seen), 1e-12) << where;
                    }
}

TEST(CnbdLikelihood, DerivativesAreTheSlopesOfTheValue) {
    Chance chance(7);
    for (int trial = 0; trial < 60; ++trial) {
        Tally<PurchaseHistory> tally(std::pmr::new_delete_resource());
        for (int i = 0; i < 20; ++i) tally.add(PurchaseHistory::of(random_history(chance)), chance.whole(1, 5));
        tally.add({3, 2, 5});
        const auto rows = tally.sorted();
        const auto likelihood = crm::value::beta_geometric_likelihood(2 + trial % 5, trial % 2, rows);
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

/// Customers whose gaps are Erlang(k), with the sum of their logarithms.
std::vector<SpacedHistory> regular_customers(int count, int k, int early, unsigned seed = 12) {
    Chance chance(seed);
    std::vector<SpacedHistory> customers;
    for (int i = 0; i < count; ++i) {
        const double rate = chance.gamma(1.5) / 8, leaving = chance.beta(0.9, 3), age = chance.uniform(150, 200);
        int x = 0;
        double last = 0, log_gaps = 0;
        while (!((x > 0 || early > 0) && chance.uniform() < leaving)) {
            double gap = 0;
            for (int event = 0; event < k; ++event) gap += chance.exponential() / rate;
            if (last + gap >= age) break;
            ++x;
            last += gap;
            log_gaps += std::log(gap);
        }
        customers.push_back({Rfm(x, last, age), log_gaps});
    }
    return customers;
}

template <class Fitted>
std::unique_ptr<Fitted> fitted(const std::vector<SpacedHistory>& customers, const Json::Object& how = {}) {
    using P = typename Fitted::Parameters;
    MaximumLikelihood<Fitted> state(std::pmr::new_delete_resource());
    state.set(FitOptions::from_json(P::parameter_names, P::name, Json(how)));
    for (const auto& customer : customers) state.add(customer);
    return state.finish({});
}

template <class Fitted>
void expect_recovers(int k, int early) {
    const auto customers = regular_customers(6000, k, early);
    const auto model = fitted<Fitted>(customers);
    ASSERT_TRUE(model->usable()) << model->report()->message;
    const auto found = model->coefficients();
    EXPECT_EQ(found[0].name, "k");
    EXPECT_EQ(found[0].estimate, k);
    EXPECT_FALSE(found[0].std_error);
    EXPECT_EQ(model->fit().estimates->boundary[0], Boundary::fixed);
    EXPECT_EQ(model->report()->parameters, 5);
    EXPECT_EQ(model->report()->message, "");
    const double truth[] = {1.5, 8, 0.9, 3};
    for (std::size_t i = 1; i < 5; ++i)
        EXPECT_NEAR(found[i].estimate, truth[i - 1], 3.5 * *found[i].std_error) << found[i].name;

    double sum = 0;
    for (const auto& [seen, log_gaps] : customers) sum += model->log_likelihood(seen) + (k - 1) * log_gaps;
    EXPECT_NEAR(*model->report()->log_likelihood / sum, 1, 1e-12);

    const auto given = fitted<Fitted>(customers, {{"fix", Json::Object{{"k", k}}}});
    EXPECT_EQ(given->report()->parameters, 4);
    EXPECT_EQ(given->parameters().alpha, model->parameters().alpha);
    for (const int other : {k - 1, k + 1, k + 2})
        EXPECT_LT(*fitted<Fitted>(customers, {{"fix", Json::Object{{"k", other}}}})->report()->log_likelihood,
                  *model->report()->log_likelihood);
}

TEST(CnbdLikelihood, FindsHowRegularCustomersAre) {
    expect_recovers<MbgCnbdKModel>(3, 1);
    expect_recovers<BgCnbdKModel>(3, 0);
    expect_recovers<BgCnbdKModel>(2, 0);
    EXPECT_EQ(fitted<MbgCnbdKModel>(regular_customers(3000, 1, 1))->parameters().k, 1);
}

TEST(CnbdLikelihood, SaysThatKIsAtItsLimit) {
    const auto model = fitted<MbgCnbdKModel>(regular_customers(300, 30, 1));
    EXPECT_EQ(model->parameters().k, 12);
    EXPECT_EQ(model->report()->message, "no k above 12 was tried: fix it to try one");
    EXPECT_EQ(fitted<MbgCnbdKModel>(regular_customers(300, 30, 1), {{"fix", Json::Object{{"k", 25}}}})->parameters().k,
              25);
}

TEST(CnbdLikelihood, UnitOfTimeOnlyScalesAlpha) {
    const auto days = regular_customers(1000, 3, 1);
    std::vector<SpacedHistory> weeks;
    double repeats = 0;
    for (const auto& [seen, log_gaps] : days) {
        const int x = seen.frequency();
        weeks.push_back({Rfm(x, seen.recency() / 7, seen.age() / 7), log_gaps - x * std::log(7)});
        repeats += x;
    }
    const auto a = fitted<MbgCnbdKModel>(days), b = fitted<MbgCnbdKModel>(weeks);
    EXPECT_NEAR(b->parameters().alpha * 7 / a->parameters().alpha, 1, 1e-9);
    EXPECT_NEAR(*b->report()->log_likelihood / (*a->report()->log_likelihood + repeats * std::log(7)), 1, 1e-10);
}

TEST(CnbdLikelihood, RefusesWhatCannotBe) {
    const auto customers = regular_customers(50, 2, 1);
    EXPECT_THROW(fitted<MbgCnbdKModel>(customers, {{"fix", Json::Object{{"k", 2.5}}}}), invalid_argument);
    EXPECT_THROW(fitted<MbgCnbdKModel>(customers, {{"start", Json::Object{{"k", 2}}}}), invalid_argument);
    EXPECT_THROW(fitted<MbgCnbdKModel>({{Rfm(2, 10, 20), 2 * std::log(5) + 0.01}}), invalid_argument);
    EXPECT_THROW(fitted<MbgCnbdKModel>({{Rfm(0, 0, 20), -1}}), invalid_argument);
    EXPECT_THROW(fitted<MbgCnbdKModel>({{Rfm(2, 10, 20), -infinity}}), invalid_argument);
    EXPECT_NO_THROW(fitted<MbgCnbdKModel>({{Rfm(2, 10, 20), 2 * std::log(5)}}));
    EXPECT_EQ(fitted<MbgCnbdKModel>({{Rfm(0, 0, 20), 0}})->report()->message,
              "no customer bought again: nothing can be learned about repeat purchases");
    try {
        (void)BgCnbdKModel::make(Json::Object{{"k", 0.5}, {"r", 1}, {"alpha", 1}, {"a", 1}, {"b", 1}});
        ADD_FAILURE();
    } catch (const invalid_argument& refused) {
        EXPECT_EQ(refused.message(), "k must be a whole number from 1 to 100, not 0.5");
    }
}

TEST(CnbdLikelihood, ReadsTimelines) {
    const std::vector<crm::value::Purchase> days{{crm::Day{10}, 1, 5}, {crm::Day{20}, 1, 5}, {crm::Day{50}, 1, 5}};
    const auto seen = SpacedHistory::of(days, crm::Day{49});
    ASSERT_TRUE(seen);
    EXPECT_EQ(seen->seen.frequency(), 1);
    EXPECT_DOUBLE_EQ(seen->log_gaps, std::log(10));
    EXPECT_FALSE(SpacedHistory::of(days, crm::Day{9}));
}

}  // namespace
