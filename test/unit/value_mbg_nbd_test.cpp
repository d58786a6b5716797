#include "crm/value/mbg_nbd.hpp"

#include <gtest/gtest.h>

#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <cmath>
#include <vector>

#include "beta_geometric_oracle.hpp"
#include "crm/value/bg_nbd.hpp"
#include "fits.hpp"
#include "random_customers.hpp"

namespace {

using crm::Tally;
using crm::numeric::Derivatives;
using crm::test::BetaGeometricOracle;
using crm::test::Chance;
using crm::test::fitted;
using crm::value::BgNbd;
using crm::value::Boundary;
using crm::value::MbgNbd;
using crm::value::MbgNbdModel;
using crm::value::new_customer;
using crm::value::PurchaseHistory;
using crm::value::Rfm;
using Eigen::VectorXd;

MbgNbd random_model(Chance& chance) {
    return {chance.log_uniform(0.2, 5), chance.log_uniform(0.5, 50), chance.log_uniform(0.1, 10),
            chance.log_uniform(0.1, 10)};
}

Rfm random_history(Chance& chance, int most = 30) {
    const int x = chance.whole(0, most);
    const double age = chance.log_uniform(1, 100);
    return Rfm(x, x > 0 ? age * chance.uniform() : 0, age);
}

TEST(MbgNbd, MatchesBruteForce) {
    Chance chance(1);
    for (int i = 0; i < 30; ++i) {
        const MbgNbd model = random_model(chance);
        const Rfm seen = random_history(chance, i % 3 ? 12 : 0);
        const double horizon = seen.age() * chance.log_uniform(0.01, 2), rate = chance.log_uniform(1e-3, 1);
        const BetaGeometricOracle::Model same{1, 1, model.r, model.alpha, model.a, model.b};
        const BetaGeometricOracle now(same, seen, horizon), discounted(same, seen, horizon, rate);
        EXPECT_NEAR(model.log_likelihood(seen), now.log_likelihood(), 1e-10);
        EXPECT_NEAR(model.p_alive(seen) / now.p_alive(), 1, 1e-10);
        EXPECT_NEAR(model.p_alive(seen, horizon) / now.p_alive_then(), 1, 1e-10);
        EXPECT_NEAR(model.churn_probability(seen, horizon), now.churn_probability(), 1e-12);
        EXPECT_NEAR(model.expected_purchases(seen, horizon) / now.purchases(), 1, 1e-10);
        EXPECT_NEAR(model.discounted_purchases(seen, horizon, rate) / discounted.purchases(), 1, 1e-10);
        const auto found = model.purchase_distribution(seen, horizon, 1e-9), expected = now.distribution();
        ASSERT_LE(found.size(), expected.size());
        for (std::size_t n = 0; n < found.size(); ++n) EXPECT_NEAR(found[n], expected[n], 1e-12);
    }
}

TEST(MbgNbd,
     LikelihoodIsADensity) {  // of the histories of one age: x = 0, and all times of the first and last purchase
    const MbgNbd model{0.8, 4, 1.5, 2};
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

TEST(MbgNbd, WhoNeverBoughtAgainMayBeGone) {
    Chance chance(2);
    for (int i = 0; i < 1000; ++i) {
        const MbgNbd model = random_model(chance);
        EXPECT_NEAR(model.p_alive(new_customer()), model.b / (model.a + model.b), 1e-15);
        const Rfm seen = random_history(chance);
        const Rfm later(seen.frequency(), seen.recency(), seen.age() * 1.5);
        EXPECT_LT(model.p_alive(Rfm(0, 0, seen.age())), model.p_alive(new_customer()));
        EXPECT_LE(model.p_alive(later), model.p_alive(seen));
    }
}

/// A customer who stayed after the first purchase is one of BG/NBD who has had one chance to leave more.
TEST(MbgNbd, IsBgNbdOnceTheFirstChancePassed) {
    Chance chance(3);
    for (int i = 0; i < 200; ++i) {
        const MbgNbd model = random_model(chance);
        const BgNbd after{model.r, model.alpha, model.a, model.b + 1};
        const Rfm seen = random_history(chance);
        if (seen.frequency() == 0) continue;
        EXPECT_NEAR(model.p_alive(seen), after.p_alive(seen), 1e-14);
        EXPECT_NEAR(model.expected_purchases(seen, 30) / after.expected_purchases(seen, 30), 1, 1e-13);
        EXPECT_NEAR(model.log_likelihood(seen), std::log(model.b / (model.a + model.b)) + after.log_likelihood(seen),
                    1e-11 * (1 + std::abs(after.log_likelihood(seen))));
    }
}

TEST(MbgNbdLikelihood, IsTheMeanOfSingleOnes) {
    Chance chance(4);
    Tally<PurchaseHistory> tally(std::pmr::new_delete_resource());
    for (int i = 0; i < 50; ++i) tally.add(PurchaseHistory::of(random_history(chance)), chance.whole(1, 5));
    const auto rows = tally.sorted();
    const auto likelihood = MbgNbd::likelihood(rows);
    const MbgNbd model{0.5, 6, 0.9, 1.6};
    double sum = 0;
    for (const auto& [seen, weight] : rows)
        sum += weight * model.log_likelihood(Rfm(seen.frequency, seen.recency, seen.age));
    Derivatives found(4);
    likelihood->evaluate(Eigen::Vector4d(0.5, 6, 0.9, 1.6).array().log().matrix(), found, {});
    EXPECT_NEAR(found.value * likelihood->weight(), sum, 1e-10 * std::abs(sum));
}

TEST(MbgNbdLikelihood, DerivativesAreTheSlopesOfTheValue) {
    Chance chance(5);
    for (int trial = 0; trial < 50; ++trial) {
        Tally<PurchaseHistory> tally(std::pmr::new_delete_resource());
        for (int i = 0; i < 20; ++i) tally.add(PurchaseHistory::of(random_history(chance)), chance.whole(1, 5));
        tally.add({3, 2, 5});
        const auto rows = tally.sorted();
        const auto likelihood = MbgNbd::likelihood(rows);
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

/// Customers who leave with a chance drawn by `chance_of` after each purchase, the first included.
template <class ChanceOf>
std::vector<Rfm> customers_leaving(int count, ChanceOf chance_of) {
    Chance chance(11);
    std::vector<Rfm> customers;
    for (int i = 0; i < count; ++i) {
        const double rate = chance.gamma(2) / 20, leaving = chance_of(chance);
        int x = 0;
        double last = 0;
        for (double at = 0; chance.uniform() >= leaving; last = at, ++x)
            if (at += chance.exponential() / rate; at >= 200) break;
        customers.emplace_back(x, last, 200);
    }
    return customers;
}

TEST(MbgNbdLikelihood, RecoversWhatMadeTheCustomers) {
    const auto model = fitted<MbgNbdModel>(customers_leaving(20000, [](Chance& c) { return c.beta(0.9, 1.6); }));
    ASSERT_TRUE(model->usable());
    const double truth[] = {2, 20, 0.9, 1.6};
    const auto found = model->coefficients();
    for (std::size_t i = 0; i < 4; ++i)
        EXPECT_NEAR(found[i].estimate, truth[i], 3.5 * *found[i].std_error) << found[i].name;
}

TEST(MbgNbdBoundary, SaysWhoLeavesWhen) {
    const auto none = fitted<MbgNbdModel>(customers_leaving(3000, [](Chance&) { return 0; }));
    EXPECT_EQ(none->report()->message, "a runs to 0: nobody leaves");
    const auto some = fitted<MbgNbdModel>(customers_leaving(3000, [](Chance& c) { return c.uniform() < 0.4 ? 1 : 0; }));
    EXPECT_NEAR(some->parameters().r, 2, 4 * *some->coefficients()[0].std_error);  // not the lower maximum at a = 0
    EXPECT_TRUE(some->report()->message.starts_with("a and b run to 0: a share of 0.")) << some->report()->message;
    EXPECT_TRUE(some->report()->message.ends_with("leaves after the first purchase, the others never"));
    const auto failed = fitted<MbgNbdModel>({Rfm(0, 0, 30)});
    EXPECT_EQ(failed->report()->message, "no customer bought again: nothing can be learned about repeat purchases");
}

}  // namespace
