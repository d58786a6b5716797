#include "crm/value/purchase_model.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "crm/foundation/error.hpp"
#include "crm/value/bg_nbd.hpp"

namespace {

using crm::value::BgNbd;
using crm::value::BgNbdModel;
using crm::value::PurchaseModel;
using crm::value::Rfm;

std::string refusal(auto ask) {
    try {
        ask();
        return "accepted";
    } catch (const crm::invalid_argument& refused) {
        return refused.message();
    }
}

TEST(PurchaseModel, ImpossibleHorizonsAndRatesAreRefused) {
    const BgNbdModel fitted(BgNbd{0.243, 4.414, 0.793, 2.426});
    const PurchaseModel& model = fitted;
    const Rfm seen(2, 30.43, 38.86);
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const std::string horizon = "horizon must be a finite length of time, 0 or more, not ";
    EXPECT_EQ(refusal([&] { (void)model.p_alive(seen, -1); }), horizon + "-1");
    EXPECT_EQ(refusal([&] { (void)model.churn_probability(seen, -1); }),
              "horizon must be a length of time, 0 or more, not -1");
    EXPECT_EQ(refusal([&] { (void)model.purchase_distribution(seen, nan, 1e-9); }), horizon + "NaN");
    EXPECT_EQ(refusal([&] { (void)model.expected_purchases(seen, nan); }), horizon + "NaN");
    EXPECT_EQ(refusal([&] { (void)model.expected_purchases(seen, HUGE_VAL); }), horizon + "Infinity");
    EXPECT_EQ(refusal([&] { (void)model.discounted_purchases(seen, -3, 0); }),
              "horizon must be a length of time, 0 or more, not -3");
    EXPECT_EQ(refusal([&] { (void)model.discounted_purchases(seen, HUGE_VAL, 0); }),
              "discount rate must be above 0 for an infinite horizon");
    EXPECT_EQ(refusal([&] { (void)model.discounted_purchases(seen, 3, -0.1); }),
              "rate must be a finite number, 0 or more, not -0.1");
    EXPECT_EQ(refusal([&] { (void)model.expected_purchases(seen, 0); }), "accepted");
    EXPECT_EQ(refusal([&] { (void)model.churn_probability(seen, HUGE_VAL); }), "accepted");
    EXPECT_EQ(refusal([&] { (void)model.discounted_purchases(seen, HUGE_VAL, 0.1); }), "accepted");
}

TEST(PurchaseModel, AnswersAsItsParametersDo) {
    const BgNbd parameters{0.243, 4.414, 0.793, 2.426};
    const BgNbdModel fitted(parameters);
    const PurchaseModel& model = fitted;
    const Rfm seen(2, 30.43, 38.86);
    EXPECT_EQ(model.kind(), "bg_nbd");
    EXPECT_EQ(model.log_likelihood(seen), parameters.log_likelihood(seen));
    EXPECT_EQ(model.p_alive(seen), parameters.p_alive(seen));
    EXPECT_EQ(model.churn_probability(seen, 5), parameters.churn_probability(seen, 5));
    EXPECT_EQ(model.expected_purchases(seen, 39), parameters.expected_purchases(seen, 39));
    EXPECT_EQ(model.p_alive(seen, 39), parameters.p_alive(seen, 39));
    EXPECT_EQ(model.purchase_distribution(seen, 39, 1e-9), parameters.purchase_distribution(seen, 39, 1e-9));
    EXPECT_EQ(model.discounted_purchases(seen, 39, 0.01), parameters.discounted_purchases(seen, 39, 0.01));
}

}  // namespace
