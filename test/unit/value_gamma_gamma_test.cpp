#include "crm/value/gamma_gamma.hpp"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <cmath>
#include <vector>

#include "fits.hpp"
#include "random_customers.hpp"

namespace {

using crm::Tally;
using crm::numeric::Derivatives;
using crm::test::Chance;
using crm::test::coefficient;
using crm::test::fitted;
using crm::value::Boundary;
using crm::value::GammaGamma;
using crm::value::GammaGammaModel;
using crm::value::Purchase;
using crm::value::Rfm;
using crm::value::SpendHistory;
using Eigen::VectorXd;

constexpr GammaGamma cdnow{6.25, 3.74, 15.44};

Rfm spender(int x, double monetary) { return Rfm(x, 10, 20, monetary); }

/// The density of a mean of x gamma amounts, averaged over the gamma distribution of their rate by brute force.
double density(const GammaGamma& model, int x, double mean) {
    const double s = model.p * x;
    const auto of_log_rate = [&](double log_rate) {
        const double rate = std::exp(log_rate);
        const double amount = s * std::log(rate * x) + (s - 1) * std::log(mean) - rate * x * mean - std::lgamma(s);
        const double between =
            model.q * std::log(model.gamma) + model.q * log_rate - model.gamma * rate - std::lgamma(model.q);
        return std::exp(amount + between);
    };
    const double centre = std::log((s + model.q) / (model.gamma + x * mean)), width = 40 / std::sqrt(s + model.q) + 5;
    return boost::math::quadrature::gauss_kronrod<double, 61>::integrate(of_log_rate, centre - width, centre + width,
                                                                         10, 1e-13);
}

TEST(GammaGamma, MatchesBruteForce) {
    Chance chance(1);
    for (int i = 0; i < 100; ++i) {
        const GammaGamma model{chance.log_uniform(0.3, 30), chance.log_uniform(0.3, 30), chance.log_uniform(1, 100)};
        const int x = chance.whole(1, 12);
        const double mean = chance.log_uniform(1, 300);
        EXPECT_NEAR(model.log_likelihood(spender(x, mean)), std::log(density(model, x, mean)), 1e-9);
    }
}

TEST(GammaGamma, ExpectedSpendLiesBetweenOwnMeanAndPopulation) {
    const double population = cdnow.p * cdnow.gamma / (cdnow.q - 1);
    EXPECT_DOUBLE_EQ(*cdnow.expected_spend(Rfm(0, 0, 5)), population);
    EXPECT_DOUBLE_EQ(*cdnow.expected_spend(Rfm(3, 2, 5)), population);  // purchases whose amount is not known
    Chance chance(2);
    for (int i = 0; i < 1000; ++i) {
        const double own = chance.log_uniform(1, 1000);
        const double spend = *cdnow.expected_spend(spender(chance.whole(1, 50), own));
        EXPECT_GE(spend, std::min(own, population) * (1 - 1e-12));
        EXPECT_LE(spend, std::max(own, population) * (1 + 1e-12));
    }
    EXPECT_NEAR(*cdnow.expected_spend(spender(1000000, 50)), 50, 1e-3);
}

TEST(GammaGamma, NegativeAmountsCountAsNothing) {
    EXPECT_EQ(*cdnow.expected_spend(spender(2, -30)), *cdnow.expected_spend(spender(2, 0)));
    EXPECT_GT(*cdnow.expected_spend(spender(2, -30)), 0);
    EXPECT_EQ(cdnow.log_likelihood(spender(2, -30)), 0);
    EXPECT_EQ(cdnow.log_likelihood(spender(2, 0)), 0);
    EXPECT_EQ(cdnow.log_likelihood(Rfm(0, 0, 5)), 0);
}

TEST(GammaGamma, NoFiniteMeanIsNoNumber) {
    const GammaGamma heavy{0.3, 0.5, 10};
    EXPECT_FALSE(heavy.expected_spend(Rfm(0, 0, 5)));
    EXPECT_FALSE(heavy.expected_spend(spender(1, 20)));
    EXPECT_GT(*heavy.expected_spend(spender(2, 20)), 0);
}

/// Days a week apart with these amounts, after a first purchase.
std::vector<Purchase> days(const std::vector<double>& amounts) {
    std::vector<Purchase> all{{crm::Day{0}, 1, 7.0}};
    for (const double amount : amounts) all.push_back({crm::Day{all.back().day.number + 7}, 1, amount});
    return all;
}

SpendHistory history(const std::vector<double>& amounts) { return SpendHistory::of(days(amounts), crm::Day{1000000}); }

SpendHistory random_history(Chance& chance, bool with_amounts) {
    if (!with_amounts) return spender(chance.whole(1, 9), chance.log_uniform(1, 100));
    std::vector<double> amounts(static_cast<std::size_t>(chance.whole(1, 9)));
    for (double& amount : amounts) amount = chance.log_uniform(1, 100);
    return history(amounts);
}

std::vector<Tally<SpendHistory>::Entry> random_rows(Chance& chance, int count, bool with_amounts = false) {
    Tally<SpendHistory> tally(std::pmr::new_delete_resource());
    for (int i = 0; i < count; ++i) tally.add(random_history(chance, with_amounts), chance.whole(1, 5));
    return tally.sorted();
}

TEST(SpendHistory, ReadsTheRepeatDaysThatCount) {
    auto all = days({10, 20, 0, 30});
    all.push_back({crm::Day{100}, 0, -5.0});   // a refund alone
    all.push_back({crm::Day{200}, 1, 500.0});  // later than asked for
    const SpendHistory seen = SpendHistory::of(all, crm::Day{150});
    EXPECT_EQ(seen.frequency, 3);
    EXPECT_EQ(seen.monetary, 20);
    EXPECT_NEAR(seen.log_shares, std::log(1.0 / 6) + std::log(2.0 / 6) + std::log(3.0 / 6), 1e-14);
    EXPECT_EQ(history({10}).log_shares, 0);
    EXPECT_FALSE(history({}).valid());
    EXPECT_FALSE(SpendHistory(spender(2, 20)).has_shares());
}

/// Density of single amounts: gamma with a rate that is gamma-distributed, by its definition.
TEST(GammaGammaLikelihood, OfAmountsIsTheirDensity) {
    const std::vector<double> amounts{12, 30.5, 7};
    Tally<SpendHistory> tally(std::pmr::new_delete_resource());
    tally.add(history(amounts));
    const auto rows = tally.sorted();
    Derivatives found(3);
    GammaGamma::likelihood(rows)->evaluate(Eigen::Vector3d(6.25, 3.74, 15.44).array().log().matrix(), found, {});
    const auto joint = [&](double rate) {
        double density = std::pow(15.44 * rate, 3.74) / rate * std::exp(-15.44 * rate) / std::tgamma(3.74);
        for (const double z : amounts)
            density *= std::pow(rate * z, 6.25) / z * std::exp(-rate * z) / std::tgamma(6.25);
        return density;
    };
    const double whole = boost::math::quadrature::gauss_kronrod<double, 61>::integrate(joint, 0.0, 20.0, 15, 1e-14);
    const double from_mean_and_shares = -std::log(3.0) - 2 * std::log(49.5);  // the change of variables
    EXPECT_NEAR(found.value + from_mean_and_shares, std::log(whole), 1e-9);
}

TEST(GammaGammaLikelihood, IsTheMeanOfSingleOnes) {
    Chance chance(3);
    const auto rows = random_rows(chance, 50);
    const auto likelihood = GammaGamma::likelihood(rows);
    double sum = 0;
    for (const auto& [seen, weight] : rows)
        sum += weight * cdnow.log_likelihood(spender(seen.frequency, seen.monetary));
    Derivatives found(3);
    likelihood->evaluate(Eigen::Vector3d(6.25, 3.74, 15.44).array().log().matrix(), found, {});
    EXPECT_NEAR(found.value * likelihood->weight(), sum, 1e-10 * std::abs(sum));
}

TEST(GammaGammaLikelihood, DerivativesAreTheSlopesOfTheValue) {
    Chance chance(4);
    for (int trial = 0; trial < 50; ++trial) {
        const auto rows = random_rows(chance, 20, trial % 2 == 0);
        const auto likelihood = GammaGamma::likelihood(rows);
        const VectorXd point = VectorXd::NullaryExpr(3, [&] { return chance.uniform(-3, 3); });
        Derivatives at(3), above(3), below(3);
        likelihood->evaluate(point, at, {});
        constexpr double step = 1e-5;
        for (Eigen::Index i = 0; i < 3; ++i) {
            likelihood->evaluate(point + step * VectorXd::Unit(3, i), above, {});
            likelihood->evaluate(point - step * VectorXd::Unit(3, i), below, {});
            EXPECT_NEAR(at.gradient[i], (above.value - below.value) / (2 * step), 1e-7 * (1 + std::abs(at.value)));
            const VectorXd bend = (above.gradient - below.gradient) / (2 * step);
            EXPECT_LT((at.hessian.col(i) - bend).norm(), 1e-7 * (1 + at.hessian.norm()));
        }
        EXPECT_EQ(at.hessian, at.hessian.transpose());
    }
}

TEST(GammaGammaLikelihood, NewtonFindsTheMaximumFromBadStarts) {
    Tally<SpendHistory> tally(std::pmr::new_delete_resource());
    for (const auto& customer : crm::test::random_customers(4000))
        if (const auto seen = GammaGamma::read(customer)) tally.add(*seen);
    const auto rows = tally.sorted();
    const auto likelihood = GammaGamma::likelihood(rows);
    const auto objective = [&](const VectorXd& point, Derivatives& out) { likelihood->evaluate(point, out, {}); };
    const auto best = crm::numeric::maximise(objective, likelihood->start({}), likelihood->bounds());
    ASSERT_TRUE(best.converged);
    Chance chance(5);
    for (int trial = 0; trial < 50; ++trial) {
        const VectorXd start = likelihood->start({}) + VectorXd::NullaryExpr(3, [&] { return chance.uniform(-5, 5); });
        const auto found = crm::numeric::maximise(objective, start, likelihood->bounds());
        EXPECT_TRUE(found.converged) << start.transpose() << ": " << found.message;
        EXPECT_LT((found.point - best.point).norm(), 1e-6) << start.transpose();
    }
}

TEST(GammaGammaLikelihood, RecoversWhatMadeTheAmounts) {
    Chance chance(6);
    std::vector<Rfm> customers;
    for (int i = 0; i < 20000; ++i) {
        const int x = chance.whole(1, 6);
        customers.push_back(spender(x, chance.gamma(6.25 * x) / x / (chance.gamma(3.74) / 15.44)));
    }
    const auto model = fitted<GammaGammaModel>(customers);
    EXPECT_NEAR(coefficient(*model, "p").estimate, 6.25, 3 * *coefficient(*model, "p").std_error);
    EXPECT_NEAR(coefficient(*model, "q").estimate, 3.74, 3 * *coefficient(*model, "q").std_error);
    EXPECT_NEAR(coefficient(*model, "gamma").estimate, 15.44, 3 * *coefficient(*model, "gamma").std_error);
}

TEST(GammaGammaLikelihood, AmountsTellMoreThanTheirMeans) {
    Chance chance(10);
    std::vector<SpendHistory> means, amounts;
    for (int i = 0; i < 5000; ++i) {
        const double rate = chance.gamma(3.74) / 15.44;
        std::vector<double> own(static_cast<std::size_t>(chance.whole(1, 6)));
        for (double& amount : own) amount = chance.gamma(6.25) / rate;
        amounts.push_back(history(own));
        means.push_back(spender(amounts.back().frequency, amounts.back().monetary));
    }
    const auto of = [](const std::vector<SpendHistory>& all) {
        crm::value::MaximumLikelihood<GammaGammaModel> state(std::pmr::new_delete_resource());
        for (const auto& one : all) state.add(one);
        return state.finish({});
    };
    const auto less = of(means), more = of(amounts);
    EXPECT_LT(*coefficient(*more, "p").std_error, 0.5 * *coefficient(*less, "p").std_error);
    for (const auto& [name, truth] : {std::pair("p", 6.25), {"q", 3.74}, {"gamma", 15.44}})
        EXPECT_NEAR(coefficient(*more, name).estimate, truth, 3 * *coefficient(*more, name).std_error);
}

TEST(GammaGammaLikelihood, SaysWhenFrequencyAndAmountBelongTogether) {
    Chance chance(11);
    std::vector<Rfm> customers;
    for (int i = 0; i < 2000; ++i) {
        const int x = chance.whole(1, 6);
        customers.push_back(spender(x, x * chance.gamma(4.0)));
    }
    const auto model = fitted<GammaGammaModel>(customers);
    EXPECT_TRUE(model->report()->converged);
    EXPECT_NE(model->report()->message.find("frequency and mean amount correlate (0.6"), std::string::npos)
        << model->report()->message;
}

TEST(GammaGammaLikelihood, UnitOfMoneyOnlyScalesGamma) {
    std::vector<Rfm> cents, millions;
    for (const auto& one : crm::test::random_customers(3000)) {
        if (one.frequency() == 0) continue;
        cents.push_back(spender(one.frequency(), *one.monetary() * 100));
        millions.push_back(spender(one.frequency(), *one.monetary() / 1e6));
    }
    const auto a = fitted<GammaGammaModel>(cents), b = fitted<GammaGammaModel>(millions);
    EXPECT_NEAR(a->parameters().gamma / b->parameters().gamma, 1e8, 1);
    EXPECT_NEAR(a->parameters().q, b->parameters().q, 1e-8);
}

TEST(GammaGammaLikelihood, CustomersWithoutAmountsAreSkipped) {
    const auto model = fitted<GammaGammaModel>(
        {Rfm(0, 0, 5), Rfm(2, 1, 5), spender(1, 0), spender(1, -5), spender(2, 20), spender(3, 45), spender(1, 30)});
    EXPECT_EQ(model->report()->observations, 3);
    EXPECT_EQ(model->report()->skipped, 4);
    const auto nobody = fitted<GammaGammaModel>({Rfm(0, 0, 5)});
    EXPECT_FALSE(nobody->usable());
    EXPECT_EQ(nobody->report()->message, "no customer has a positive mean amount of repeat purchases");
}

TEST(GammaGammaBoundary, AllAmountsEqual) {
    for (const auto& customers : {std::vector<Rfm>{spender(170, 25)}, {spender(3, 25), spender(1, 25)}}) {
        const auto model = fitted<GammaGammaModel>(customers);
        ASSERT_TRUE(model->usable());
        EXPECT_EQ(model->report()->message,
                  "every customer has the same mean amount, 25: p and q run to infinity, and the likelihood with them");
        EXPECT_FALSE(model->report()->log_likelihood);
        EXPECT_NEAR(*model->expected_spend(Rfm(0, 0, 5)), 25, 1e-4);
        EXPECT_TRUE(std::isinf(coefficient(*model, "p").estimate));
        EXPECT_FALSE(coefficient(*model, "gamma").std_error);
    }
}

TEST(GammaGammaBoundary, CustomersDoNotDiffer) {
    Chance chance(7);
    std::vector<Rfm> customers;
    for (int i = 0; i < 3000; ++i) {
        const int x = 1 + i % 2;  // means vary less than single amounts, but not as much less as the model expects
        customers.push_back(spender(x, 20 * chance.gamma(2.0 * x * x) / (2.0 * x * x)));
    }
    const auto model = fitted<GammaGammaModel>(customers);
    EXPECT_EQ(model->report()->message, "q runs to infinity: customers do not differ in their mean amount");
    EXPECT_NEAR(*model->expected_spend(Rfm(0, 0, 5)), 20, 1);
}

TEST(GammaGammaBoundary, AmountsOfOneCustomerDoNotVary) {
    Chance chance(8);
    std::vector<Rfm> customers;
    for (int i = 0; i < 3000; ++i)  // heavier tails for those who buy more often
        customers.push_back(spender(1 + i % 2, 20 / std::pow(chance.gamma(3), 1 + 0.2 * (i % 2))));
    const auto model = fitted<GammaGammaModel>(customers);
    EXPECT_EQ(model->report()->message, "p runs to infinity: the amounts of one customer do not vary");
    EXPECT_NEAR(*model->expected_spend(spender(1, 30)), 30, 0.01);
}

TEST(GammaGammaBoundary, NoFiniteMeanIsSaid) {
    Chance chance(9);
    std::vector<Rfm> customers;
    for (int i = 0; i < 3000; ++i) customers.push_back(spender(2, chance.gamma(8) / chance.gamma(0.7)));
    const auto model = fitted<GammaGammaModel>(customers);
    ASSERT_TRUE(model->usable());
    EXPECT_EQ(model->report()->message, "q is not above 1: the amounts have no finite mean over all customers");
    EXPECT_FALSE(model->expected_spend(Rfm(0, 0, 5)));
    EXPECT_GT(*model->expected_spend(spender(2, 30)), 0);
}

}  // namespace
