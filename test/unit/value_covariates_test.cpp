#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <array>
#include <cmath>
#include <vector>

#include "aggregate_laws.hpp"
#include "crm/foundation/error.hpp"
#include "crm/value/bg_nbd.hpp"
#include "crm/value/covariate_fit.hpp"
#include "crm/value/mbg_nbd.hpp"
#include "crm/value/pareto_nbd.hpp"
#include "fits.hpp"
#include "hostile_bytes.hpp"
#include "random_customers.hpp"

namespace {

using namespace crm::value;
using crm::Json;
using crm::test::Chance;
using crm::test::coefficient;
using crm::test::described;

struct Customer {
    Rfm seen;
    std::array<double, 2> purchase;
    std::array<double, 1> lifetime;
};

/// Members buy 1.65 times as often as others, and leave half as easily.
std::vector<Customer> customers(int count, unsigned seed = 1, double unit = 1) {
    Chance chance(seed);
    std::vector<Customer> all;
    for (int i = 0; i < count; ++i) {
        const double member = chance.whole(0, 1), age_group = chance.whole(0, 3);
        const double rate = chance.gamma(0.8) / (30 * std::exp(-0.5 * member + 0.2 * age_group));
        const double leaving = chance.beta(1, 3 * std::exp(0.7 * member));
        const int age = chance.whole(200, 400);
        int x = 0;
        double recency = 0;
        for (double at = chance.exponential() / rate; at <= age; at += chance.exponential() / rate) {
            ++x;
            recency = at;
            if (chance.uniform() < leaving) break;
        }
        all.push_back({Rfm(x, recency, age), {member * unit, age_group * unit}, {member * unit}});
    }
    return all;
}

template <class P>
void fill(CovariateFit<P>& fit, const std::vector<Customer>& all) {
    for (const auto& one : all) fit.add(one.seen, {one.purchase, one.lifetime});
}

template <class P>
std::unique_ptr<WithCovariates<P>> fitted(const std::vector<Customer>& all, const Json& options = Json::Object{}) {
    CovariateFit<P> fit(std::pmr::new_delete_resource());
    for (const auto& one : all) {
        fit.add(one.seen, {one.purchase, one.lifetime});
        fit.set(options, 1);
    }
    return fit.finish({});
}

std::vector<Rfm> histories(const std::vector<Customer>& all) {
    std::vector<Rfm> seen;
    for (const auto& one : all) seen.push_back(one.seen);
    return seen;
}

/// Of each customer under the model of their own.
double log_likelihood(const CovariateModel& model, const std::vector<Customer>& all) {
    double sum = 0;
    for (const auto& one : all) {
        const auto own = model.of_customer({one.purchase, one.lifetime});
        sum += dynamic_cast<const PurchaseModel&>(*own).log_likelihood(one.seen);
    }
    return sum;
}

TEST(Covariates, AreRecovered) {
    const auto all = customers(6000);
    const auto model = fitted<BgNbd>(all);
    ASSERT_TRUE(model->usable()) << model->report()->message;
    EXPECT_EQ(model->kind(), "bg_nbd_covariates");
    EXPECT_EQ(model->report()->parameters, 8);
    for (const auto& [name, truth] :
         {std::pair("purchase_1", 0.5), {"purchase_2", -0.2}, {"a_1", 0.0}, {"b_1", 0.7}, {"r", 0.8}, {"a", 1.0}}) {
        const auto found = coefficient(*model, name);
        ASSERT_TRUE(found.std_error) << name;
        EXPECT_NEAR(found.estimate, truth, 3 * *found.std_error) << name;
        EXPECT_LT(*found.lower, found.estimate);
    }
    EXPECT_NEAR(*coefficient(*model, "purchase_1").upper - coefficient(*model, "purchase_1").estimate,
                1.9599639845 * *coefficient(*model, "purchase_1").std_error, 1e-9);
}

template <class P>
void expect_maximum() {
    const auto all = customers(1500);
    const auto model = fitted<P>(all);
    ASSERT_TRUE(model->usable()) << model->report()->message;
    const double best = *model->report()->log_likelihood;
    EXPECT_NEAR(log_likelihood(*model, all) / best, 1, 1e-10);
    EXPECT_GT(best, *crm::test::fitted<FittedPurchaseModel<P>>(histories(all))->report()->log_likelihood);

    const Json json = model->to_json();
    const Json::Object names = json.at("parameters", "model").object("parameters");
    for (std::size_t i = 0; i < names.size(); ++i) {
        for (const double step : {-1e-3, 1e-3}) {
            Json::Object other = names;
            other[i].second =
                Json(names[i].second.number("") + step * std::max(1.0, std::abs(names[i].second.number(""))));
            EXPECT_LT(log_likelihood(*WithCovariates<P>::make(other), all), best) << names[i].first;
        }
    }
}

TEST(Covariates, BgNbdIsMaximised) { expect_maximum<BgNbd>(); }
TEST(Covariates, MbgNbdIsMaximised) { expect_maximum<MbgNbd>(); }
TEST(Covariates, ParetoNbdIsMaximised) { expect_maximum<ParetoNbd>(); }

TEST(Covariates, ThatSayNothingChangeNothing) {
    auto all = customers(1000);
    for (auto& one : all) one.purchase = {0, 0}, one.lifetime = {0};
    const auto plain = crm::test::fitted<BgNbdModel>(histories(all));
    const auto model = fitted<BgNbd>(all);
    EXPECT_TRUE(model->report()->converged);
    EXPECT_NEAR(*model->report()->log_likelihood, *plain->report()->log_likelihood, 1e-8);
}

TEST(Covariates, UnitOnlyScalesTheCoefficients) {
    const auto model = fitted<ParetoNbd>(customers(1000)), large = fitted<ParetoNbd>(customers(1000, 1, 1e6)),
               small = fitted<ParetoNbd>(customers(1000, 1, 1e-6));
    for (const char* name : {"purchase_1", "lifetime_1"}) {
        EXPECT_NEAR(coefficient(*large, name).estimate * 1e6, coefficient(*model, name).estimate, 1e-6) << name;
        EXPECT_NEAR(coefficient(*small, name).estimate * 1e-6, coefficient(*model, name).estimate, 1e-6) << name;
        EXPECT_NEAR(*coefficient(*large, name).std_error * 1e6, *coefficient(*model, name).std_error, 1e-6) << name;
    }
    EXPECT_NEAR(*large->report()->log_likelihood, *model->report()->log_likelihood, 1e-7);
}

TEST(Covariates, ManyDistinctOnesTakeTheSameWay) {  // enough for a part of them to show it first
    auto all = customers(17000);
    Chance chance(5);
    for (auto& one : all) one.purchase[1] += chance.uniform(-0.1, 0.1);
    const auto model = fitted<BgNbd>(all);
    ASSERT_TRUE(model->usable()) << model->report()->message;
    EXPECT_NEAR(log_likelihood(*model, all) / *model->report()->log_likelihood, 1, 1e-10);
    EXPECT_LT(model->report()->iterations, 8);
}

TEST(Covariates, CustomersModelKeepsThePrecision) {
    const auto model = fitted<BgNbd>(customers(3000));
    const std::vector<double> none{0, 0}, zero{0};
    const auto own = model->of_customer({none, zero});
    EXPECT_EQ(own->kind(), "bg_nbd");
    EXPECT_NEAR(*coefficient(*own, "r").std_error, *coefficient(*model, "r").std_error, 1e-12);
    const std::vector<double> member{1, 0}, one{1};
    const auto members = model->of_customer({member, one});
    EXPECT_NEAR(coefficient(*members, "alpha").estimate,
                coefficient(*model, "alpha").estimate * std::exp(-coefficient(*model, "purchase_1").estimate), 1e-9);
    EXPECT_THROW((void)model->of_customer({none, none}), crm::invalid_argument);
    const std::vector<double> wrong{NAN, 0}, far{1e300, 0};
    EXPECT_THROW((void)model->of_customer({wrong, zero}), crm::invalid_argument);
    EXPECT_THROW((void)model->of_customer({far, zero}), crm::invalid_argument);
}

TEST(Covariates, OptionsNameCoefficientsToo) {
    const Json options =
        Json::Object{{"fix", Json::Object{{"purchase_2", -0.2}, {"r", 0.8}}},
                     {"prior", Json::Object{{"b_1", Json::Object{{"normal", Json::Array{0.0, 1e-4}}}}}}};
    const auto model = fitted<BgNbd>(customers(1000), options);
    EXPECT_EQ(coefficient(*model, "purchase_2").estimate, -0.2);
    EXPECT_EQ(model->report()->parameters, 6);
    EXPECT_NEAR(coefficient(*model, "b_1").estimate, 0, 1e-3);
    const auto gamma = Json::Object{{"prior", Json::Object{{"b_1", Json::Object{{"gamma", Json::Array{1.0, 1.0}}}}}}};
    EXPECT_THROW((void)fitted<BgNbd>(customers(10), gamma), crm::invalid_argument);
}

/// Whatever order the rows come in, and whether it is the options or their absence that comes first.
TEST(Covariates, OptionsAreTheSameInEveryRow) {
    const auto all = customers(2);
    const Json none = Json::Object{}, some = Json::Object{{"penalty", 0.1}};
    const auto refuses = [&all](const Json& first, std::uint64_t edition, const Json& then, std::uint64_t next) {
        CovariateFit<BgNbd> fit(std::pmr::new_delete_resource());
        fit.add(all[0].seen, {all[0].purchase, all[0].lifetime});
        fit.set(first, edition);
        fit.add(all[1].seen, {all[1].purchase, all[1].lifetime});
        try {
            fit.set(then, next);
        } catch (const crm::invalid_argument&) {
            return true;
        }
        return false;
    };
    EXPECT_TRUE(refuses(none, 0, some, 1));
    EXPECT_TRUE(refuses(some, 1, none, 0));
    EXPECT_TRUE(refuses(some, 1, none, 2));
    EXPECT_FALSE(refuses(some, 1, some, 2));
    EXPECT_FALSE(refuses(none, 0, none, 1));
}

TEST(Covariates, BootstrapAgreesWithTheCurvature) {
    const auto all = customers(1000);
    const Json drawing = Json::Object{{"bootstrap", Json::Object{{"replicates", 60.0}, {"seed", 2.0}}}};
    const auto curved = fitted<BgNbd>(all), drawn = fitted<BgNbd>(all, drawing);
    EXPECT_NE(drawn->report()->message.find("standard errors from 60 of 60 samples"), std::string::npos);
    for (const char* name : {"r", "alpha", "purchase_1", "purchase_2"}) {
        EXPECT_EQ(coefficient(*drawn, name).estimate, coefficient(*curved, name).estimate) << name;
        EXPECT_NEAR(*coefficient(*drawn, name).std_error / *coefficient(*curved, name).std_error, 1, 0.4) << name;
    }
    EXPECT_EQ(described(*fitted<BgNbd>(all, drawing)), described(*drawn));
}

/// What is held for customers without covariates is not known any better for the others than the coefficients are.
TEST(Covariates, CustomersModelIsAsUncertainAsTheCoefficients) {
    const auto model = fitted<BgNbd>(customers(1000), Json::Object{{"fix", Json::Object{{"alpha", 30.0}}}});
    const std::vector<double> none{0, 0}, zero{0}, member{1, 0}, one{1};
    EXPECT_FALSE(coefficient(*model->of_customer({none, zero}), "alpha").std_error);
    const auto own = coefficient(*model->of_customer({member, one}), "alpha");
    ASSERT_TRUE(own.std_error);
    EXPECT_NEAR(*own.std_error / own.estimate, *coefficient(*model, "purchase_1").std_error, 1e-12);
}

TEST(Covariates, ModelsSurviveStorage) {
    const auto model = fitted<ParetoNbd>(customers(500));
    crm::Writer out;
    model->save(out);
    crm::Reader in(out.bytes());
    EXPECT_EQ(described(*WithCovariates<ParetoNbd>::load(in)), described(*model));
    EXPECT_EQ(described(*WithCovariates<ParetoNbd>::from_json(Json(model->to_json()))), described(*model));
    const crm::Bytes bytes = out.bytes();
    crm::test::expect_survives_damage({bytes.begin(), bytes.end()}, [](crm::Reader& hostile) {
        const auto read = WithCovariates<ParetoNbd>::load(hostile);
        hostile.expect_end();
        (void)read->to_json();
    });
}

TEST(Covariates, StatesMergeAndSurviveDamage) {
    const auto all = customers(300);
    const auto whole = fitted<BgNbd>(all);
    CovariateFit<BgNbd> one(std::pmr::new_delete_resource()), other(std::pmr::new_delete_resource()),
        third(std::pmr::new_delete_resource());
    fill(one, {all.begin(), all.begin() + 100});
    fill(other, {all.begin() + 100, all.end()});
    crm::Writer out;
    other.save(out);
    crm::Reader in(out.bytes());
    third.load(in);
    third.merge(one);
    EXPECT_EQ(described(*third.finish({})), described(*whole));
    const crm::Bytes bytes = out.bytes();
    crm::test::expect_survives_damage(
        {bytes.begin(), bytes.begin() + 400},
        [](crm::Reader& hostile) {
            CovariateFit<BgNbd> state(std::pmr::new_delete_resource());
            state.load(hostile);
            hostile.expect_end();
        },
        500);
}

TEST(Covariates, MustBeAsManyInEveryRow) {
    CovariateFit<BgNbd> fit(std::pmr::new_delete_resource());
    const std::vector<double> two{1, 2}, one{1};
    fit.add(Rfm(0, 0, 1), {two, one});
    EXPECT_THROW(fit.add(Rfm(0, 0, 1), {one, one}), crm::invalid_argument);
    fit.skip();
    EXPECT_FALSE(fit.finish({})->usable());
    EXPECT_EQ(fit.finish({})->report()->skipped, 1);
}

}  // namespace
