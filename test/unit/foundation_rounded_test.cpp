#include "crm/foundation/rounded.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace {

using crm::rounded;

TEST(Rounded, KeepsTheDigitsThatMatter) {
    EXPECT_EQ(rounded(0), "0");
    EXPECT_EQ(rounded(0.033333), "0.0333");
    EXPECT_EQ(rounded(4.5), "4.5");
    EXPECT_EQ(rounded(150.6), "151");
    EXPECT_EQ(rounded(-2), "-2");
    EXPECT_EQ(rounded(1234567.8), "1234568");
    EXPECT_EQ(rounded(99.96), "100");
    EXPECT_EQ(rounded(2.0 / 3, 5), "0.66667");
}

TEST(Rounded, ExtremesHaveAnExponentOrAName) {
    EXPECT_EQ(rounded(1e-9), "1e-09");
    EXPECT_EQ(rounded(1e300), "1e+300");
    EXPECT_EQ(rounded(INFINITY), "Infinity");
    EXPECT_EQ(rounded(NAN), "NaN");
}

}  // namespace
