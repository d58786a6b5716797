#include "crm/value/why.hpp"

#include <gtest/gtest.h>

#include "crm/value/bg_nbd.hpp"
#include "random_customers.hpp"

namespace {

using crm::value::BgNbd;
using crm::value::BgNbdModel;
using crm::value::Rfm;

const BgNbdModel model(BgNbd{0.243, 4.414 * 7, 0.793, 2.426});

std::string why(int frequency, double recency, double age) {
    return crm::value::why(model, Rfm(frequency, recency, age));
}

TEST(Why, MeasuresSilenceByTheCustomersOwnRhythm) {
    EXPECT_EQ(why(6, 200, 350),
              "Bought 7 times in 200 days, on average every 33; silent for 150: 4.5 times the usual gap. "
              "29 % likely to be still active.");
    EXPECT_EQ(why(6, 200, 230),
              "Bought 7 times in 200 days, on average every 33; silent for 30, about the usual gap. "
              "81 % likely to be still active.");
    EXPECT_EQ(why(6, 200, 205),
              "Bought 7 times in 200 days, on average every 33; silent for 5, less than the usual gap. "
              "89 % likely to be still active.");
    EXPECT_EQ(why(6, 200, 200),
              "Bought 7 times in 200 days, on average every 33; the last time today. 90 % likely to be still active.");
}

TEST(Why, TwoPurchasesHaveOneGap) {
    EXPECT_EQ(why(1, 30, 180),
              "Bought twice, 30 days apart; silent for 150: 5 times that gap. 40 % likely to be still active.");
    EXPECT_EQ(why(1, 30, 31),
              "Bought twice, 30 days apart; silent for 1 day, less than that gap. 75 % likely to be still active.");
}

TEST(Why, OnePurchaseHasNoRhythm) {
    EXPECT_EQ(why(0, 0, 150),
              "Bought once, 150 days ago, and has not come back. 24 % likely to buy again within a year.");
    EXPECT_EQ(why(0, 0, 1), "Bought once, 1 day ago, and has not come back. 46 % likely to buy again within a year.");
    EXPECT_EQ(why(0, 0, 0), "Bought for the first time today. 46 % likely to buy again within a year.");
}

TEST(Why, ShortTimesAreHours) {
    EXPECT_EQ(why(3, 0.75, 5),
              "Bought 4 times in 18 hours, on average every 6 hours; silent for 4.3 days: 17 times the usual gap. "
              "79 % likely to be still active.");
    EXPECT_EQ(why(5, 5, 5.5),
              "Bought 6 times in 5 days, on average every day; silent for 12 hours, less than the usual gap. "
              "88 % likely to be still active.");
    EXPECT_EQ(why(40, 1, 1.02),
              "Bought 41 times in 1 day, on average several times an hour; silent for less than an hour, "
              "about the usual gap. 98 % likely to be still active.");
}

TEST(Why, CertaintyIsNeverClaimed) {
    EXPECT_TRUE(why(100, 100, 1000).ends_with(". Less than 1 % likely to be still active."));
    EXPECT_TRUE(why(1000, 1000, 1000).ends_with(". More than 99 % likely to be still active."));
}

TEST(Why, IsASentenceForEverybody) {
    for (const auto& customer : crm::test::random_customers(2000)) {
        const std::string sentence = crm::value::why(model, customer);
        EXPECT_TRUE(sentence.starts_with("Bought ") && sentence.ends_with(".")) << sentence;
        EXPECT_LT(sentence.size(), 150u) << sentence;
        EXPECT_EQ(sentence.find("nan"), std::string::npos) << sentence;
    }
}

}  // namespace
