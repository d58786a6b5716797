#include "crm/value/rfm.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "crm/foundation/error.hpp"

namespace {

using crm::value::Rfm;

TEST(Rfm, HoldsAHistory) {
    const Rfm seen(2, 30.5, 38.75, 22.35);
    EXPECT_EQ(seen.frequency(), 2);
    EXPECT_EQ(seen.recency(), 30.5);
    EXPECT_EQ(seen.age(), 38.75);
    EXPECT_EQ(seen.silence(), 8.25);
    EXPECT_EQ(*seen.monetary(), 22.35);
    EXPECT_FALSE(Rfm(0, 0, 5).monetary());
    EXPECT_NO_THROW(Rfm(0, 0, 0));
    EXPECT_NO_THROW(Rfm(10000, 39, 39, -5.0));
}

std::string refusal(int frequency, double recency, double age, std::optional<double> monetary = {}) {
    try {
        Rfm(frequency, recency, age, monetary);
        return "accepted";
    } catch (const crm::invalid_argument& refused) {
        return refused.message();
    }
}

TEST(Rfm, CannotBeBuiltImpossible) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    EXPECT_EQ(refusal(-1, 0, 5), "frequency must be 0 or more, not -1");
    EXPECT_EQ(refusal(1, -2, 5), "recency must be a finite number of days, 0 or more, not -2");
    EXPECT_EQ(refusal(1, nan, 5), "recency must be a finite number of days, 0 or more, not NaN");
    EXPECT_EQ(refusal(1, 2, INFINITY), "age must be a finite number of days, 0 or more, not Infinity");
    EXPECT_EQ(refusal(1, 2, nan), "age must be a finite number of days, 0 or more, not NaN");
    EXPECT_EQ(refusal(1, 12, 5), "recency must not exceed age");
    EXPECT_EQ(refusal(0, 2, 5), "recency must be 0 without a repeat purchase");
    EXPECT_EQ(refusal(1, 0, 5), "recency must be positive after a repeat purchase");
    EXPECT_EQ(refusal(1, 2, 5, nan), "monetary must be a finite amount, not NaN");
}

TEST(Rfm, RefusalExplainsItself) {
    try {
        Rfm(1, 12, 5);
        FAIL();
    } catch (const crm::invalid_argument& refused) {
        EXPECT_EQ(refused.detail(), "recency is 12, age is 5.");
        EXPECT_EQ(refused.hint(),
                  "recency is counted from the first purchase to the last, age from the first purchase to as_of, in "
                  "one unit.");
    }
}

}  // namespace
