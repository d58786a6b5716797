#include "crm/value/fit_options.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "crm/foundation/error.hpp"
#include "crm/value/bg_nbd.hpp"
#include "fits.hpp"
#include "hostile_bytes.hpp"
#include "random_customers.hpp"

namespace {

using crm::Json;
using crm::test::coefficient;
using crm::test::described;
using crm::value::BgNbd;
using crm::value::BgNbdModel;
using crm::value::Boundary;
using crm::value::FitOptions;
using crm::value::MaximumLikelihood;
using crm::value::Rfm;

FitOptions options(const Json::Object& json) {
    return FitOptions::from_json(BgNbd::parameter_names, "bg_nbd", Json(json));
}

Json object(const char* key, Json value) { return Json::Object{{key, std::move(value)}}; }

std::string refusal(const Json::Object& json) {
    try {
        (void)options(json);
        return "accepted";
    } catch (const crm::invalid_argument& refused) {
        return refused.message();
    }
}

std::unique_ptr<BgNbdModel> fitted(const std::vector<Rfm>& customers, const FitOptions& how) {
    MaximumLikelihood<BgNbdModel> state(std::pmr::new_delete_resource());
    state.set(how);
    for (const auto& customer : customers) state.add(customer);
    return state.finish({});
}

double log_likelihood(const BgNbd& model, const std::vector<Rfm>& customers) {
    double sum = 0;
    for (const auto& customer : customers) sum += model.log_likelihood(customer);
    return sum;
}

TEST(FitOptions, RefuseWhatCannotBe) {
    EXPECT_EQ(refusal({{"penalty", -1.0}}), "penalty must be a finite number, 0 or more, not -1");
    EXPECT_EQ(refusal({{"penalti", 1.0}}), "unknown key \"penalti\" in options of a fit");
    EXPECT_EQ(refusal({{"start", object("c", 1.0)}}), "unknown parameter \"c\" in option start");
    EXPECT_EQ(refusal({{"fix", object("a", 0.0)}}), "a must be a positive number from 1e-150 to 1e+150, not 0");
    EXPECT_EQ(refusal({{"prior", object("a", object("beta", 0.0))}}), "unknown key \"beta\" in prior of a");
    EXPECT_EQ(refusal({{"prior", object("a", object("gamma", Json::Array{1.0}))}}),
              "prior of a must have two numbers, not 1");
    EXPECT_EQ(refusal({{"max_iterations", 1.5}}), "max_iterations must be a whole number from 0 to 100000, not 1.5");
    EXPECT_EQ(refusal({{"bootstrap", object("replicates", 1.0)}}),
              "replicates must be a whole number from 2 to 10000, not 1");
    EXPECT_EQ(refusal({{"penalty", 1.0}, {"max_iterations", 10.0}}), "accepted");
}

TEST(FitOptions, SurviveTheirBytes) {
    const FitOptions all = options({{"penalty", 0.5},
                                    {"prior", object("b", object("normal", Json::Array{2.0, 3.0}))},
                                    {"start", object("r", 0.1)},
                                    {"fix", object("a", 1.0)},
                                    {"max_iterations", 7.0},
                                    {"bootstrap", Json::Object{{"replicates", 20.0}, {"seed", 3.0}}}});
    crm::Writer out;
    all.save(out);
    FitOptions again;
    crm::Reader in(out.bytes());
    again.load(in, 4);
    EXPECT_EQ(again, all);
    const crm::Bytes bytes = out.bytes();
    crm::test::expect_survives_damage({bytes.begin(), bytes.end()}, [](crm::Reader& hostile) {
        FitOptions read;
        read.load(hostile, 4);
        hostile.expect_end();
    });
}

TEST(FitOptions, MustAgree) {
    MaximumLikelihood<BgNbdModel> state(std::pmr::new_delete_resource());
    state.set(options({{"penalty", 1.0}}));
    state.add(Rfm(0, 0, 1));
    EXPECT_THROW(state.set(options({{"penalty", 2.0}})), crm::invalid_argument);
}

TEST(FitOptions, AFixedParameterIsHeld) {
    const auto customers = crm::test::random_customers(3000);
    const auto free = fitted(customers, FitOptions());
    const double b = free->parameters().b;
    const auto held = fitted(customers, options({{"fix", object("b", b)}}));
    EXPECT_EQ(held->parameters().b, b);
    EXPECT_NEAR(held->parameters().a / free->parameters().a, 1, 1e-6);
    EXPECT_FALSE(coefficient(*held, "b").std_error);
    EXPECT_LT(*coefficient(*held, "a").std_error, *coefficient(*free, "a").std_error);
    EXPECT_EQ(held->report()->parameters, 3);

    const auto elsewhere = fitted(customers, options({{"fix", object("b", 2 * b)}}));
    EXPECT_LT(*elsewhere->report()->log_likelihood, *free->report()->log_likelihood);
    EXPECT_NEAR(*elsewhere->report()->log_likelihood, log_likelihood(elsewhere->parameters(), customers), 1e-7);

    const Json::Object all{{"r", 0.2}, {"alpha", 30.0}, {"a", 1.0}, {"b", 2.0}};
    const auto given = fitted(customers, options({{"fix", all}}));
    EXPECT_TRUE(given->report()->converged);
    EXPECT_EQ(given->report()->parameters, 0);
    EXPECT_NEAR(*given->report()->log_likelihood, log_likelihood({0.2, 30, 1, 2}, customers), 1e-7);
    EXPECT_EQ(described(*BgNbdModel::from_json(Json(given->to_json()))), described(*given));
}

/// At the maximum of the posterior no parameter can be changed for the better.
void expect_maximum(const BgNbd& at, auto posterior) {
    const double best = posterior(at);
    for (double BgNbd::*parameter : {&BgNbd::r, &BgNbd::alpha, &BgNbd::a, &BgNbd::b}) {
        for (const double factor : {0.999, 1.001}) {
            BgNbd other = at;
            other.*parameter *= factor;
            EXPECT_LT(posterior(other), best);
        }
    }
}

TEST(FitOptions, PenaltyAndPriorsAreWhatTheySay) {
    const auto customers = crm::test::random_customers(300);
    double exposure = 0;
    for (const auto& customer : customers) exposure += customer.age() / 300;

    const auto drawn = fitted(customers, options({{"penalty", 5.0}}));
    EXPECT_NEAR(*drawn->report()->log_likelihood, log_likelihood(drawn->parameters(), customers), 1e-8);
    expect_maximum(drawn->parameters(), [&](const BgNbd& m) {
        double squares = 0;
        for (const double value : {m.r, m.alpha / exposure, m.a, m.b}) squares += std::pow(std::log(value), 2);
        return log_likelihood(m, customers) - 5 * squares;
    });

    const auto informed =
        fitted(customers, options({{"prior", Json::Object{{"a", object("gamma", Json::Array{20.0, 30.0})},
                                                          {"b", object("normal", Json::Array{2.0, 0.3})}}}}));
    expect_maximum(informed->parameters(), [&](const BgNbd& m) {
        return log_likelihood(m, customers) + 19 * std::log(m.a) - 30 * m.a - std::pow((m.b - 2) / 0.3, 2) / 2;
    });
}

TEST(FitOptions, PatienceEnds) {
    const auto hasty = fitted(crm::test::random_customers(300), options({{"max_iterations", 1.0}}));
    EXPECT_FALSE(hasty->usable());
    EXPECT_EQ(hasty->report()->message, "no maximum within 1 iterations");
}

TEST(FitOptions, BootstrapAgreesWithTheCurvature) {
    const auto customers = crm::test::random_customers(4000);
    const Json drawing = Json::Object{{"replicates", 200.0}, {"seed", 1.0}};
    const auto curved = fitted(customers, FitOptions()), drawn = fitted(customers, options({{"bootstrap", drawing}}));
    for (const char* name : {"r", "alpha", "a", "b"}) {
        const auto one = coefficient(*curved, name), other = coefficient(*drawn, name);
        EXPECT_EQ(one.estimate, other.estimate);
        EXPECT_NEAR(*other.std_error / *one.std_error, 1, 0.25) << name;
    }
    EXPECT_EQ(drawn->report()->message, "standard errors from 200 of 200 samples");
    EXPECT_EQ(described(*fitted(customers, options({{"bootstrap", drawing}}))), described(*drawn));
}

}  // namespace
