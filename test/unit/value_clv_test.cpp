#include "crm/value/clv.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "crm/foundation/error.hpp"
#include "crm/value/bg_nbd.hpp"
#include "crm/value/gamma_gamma.hpp"

namespace {

using crm::value::BgNbd;
using crm::value::BgNbdModel;
using crm::value::clv;
using crm::value::GammaGamma;
using crm::value::GammaGammaModel;
using crm::value::Rfm;

const BgNbdModel purchases(BgNbd{0.243, 4.414 * 7, 0.793, 2.426});
const GammaGammaModel spending(GammaGamma{6.25, 3.74, 15.44});
const Rfm seen(2, 213, 272, 22.35);

TEST(Clv, IsDiscountedPurchasesTimesSpend) {
    const double expected = purchases.discounted_purchases(seen, 365, 0.1 / 365.25) * *spending.expected_spend(seen);
    EXPECT_DOUBLE_EQ(*clv(purchases, spending, seen, 365, 0.1), expected);
    EXPECT_DOUBLE_EQ(*clv(purchases, spending, seen, 365, 0),
                     purchases.expected_purchases(seen, 365) * *spending.expected_spend(seen));
    EXPECT_EQ(*clv(purchases, spending, seen, 0, 0.1), 0);
}

/// Purchases of one day discounted together, day by day.
TEST(Clv, MatchesADayByDaySum) {
    double sum = 0;
    for (int day = 0; day < 730; ++day) {
        const double purchased = purchases.expected_purchases(seen, day + 1) - purchases.expected_purchases(seen, day);
        sum += purchased * std::exp(-0.1 * (day + 0.5) / 365.25);
    }
    EXPECT_NEAR(*clv(purchases, spending, seen, 730, 0.1) / (sum * *spending.expected_spend(seen)), 1, 1e-7);
}

TEST(Clv, NoFiniteSpendIsNoValue) {
    const GammaGammaModel heavy(GammaGamma{6.25, 0.9, 15.44});
    EXPECT_FALSE(clv(purchases, heavy, Rfm(0, 0, 30), 365, 0.1));
    EXPECT_TRUE(clv(purchases, heavy, seen, 365, 0.1));
}

std::string refusal(double horizon, double rate) {
    try {
        (void)clv(purchases, spending, seen, horizon, rate);
        return "accepted";
    } catch (const crm::invalid_argument& refused) {
        return refused.message();
    }
}

TEST(Clv, ImpossibleArgumentsAreRefusedByName) {
    EXPECT_EQ(refusal(-1, 0.1), "horizon must be a length of time, 0 or more, not -1");
    EXPECT_EQ(refusal(HUGE_VAL, 0), "discount rate must be above 0 for an infinite horizon");
    EXPECT_EQ(refusal(365, -0.1), "discount_rate must be a finite number, 0 or more, not -0.1");
    EXPECT_EQ(refusal(365, std::numeric_limits<double>::quiet_NaN()),
              "discount_rate must be a finite number, 0 or more, not NaN");
}

}  // namespace
