#include "crm/foundation/day.hpp"

#include <gtest/gtest.h>

#include <string>

#include "crm/foundation/error.hpp"

namespace {

using crm::Day;
using crm::day_from_iso;
using crm::to_iso;

TEST(Day, NamesLandmarks) {
    EXPECT_EQ(to_iso(Day{0}), "2000-01-01");
    EXPECT_EQ(to_iso(Day{-10957}), "1970-01-01");
    EXPECT_EQ(to_iso(Day{59}), "2000-02-29");
    EXPECT_EQ(to_iso(crm::earliest_day), "4714-11-24 BC");
    EXPECT_EQ(to_iso(crm::latest_day), "5874897-12-31");
}

TEST(Day, YearsGoFromOneBeforeChristToOne) {
    const Day first = day_from_iso("0001-01-01");
    EXPECT_EQ(to_iso(Day{first.number - 1}), "0001-12-31 BC");
    EXPECT_EQ(to_iso(Day{first.number - 307}), "0001-02-29 BC");  // a leap year, 1 BC being year 0
}

TEST(Day, RoundTripsOverTheWholeRange) {
    for (std::int64_t number = crm::earliest_day.number; number <= crm::latest_day.number; number += 9973) {
        const Day day{static_cast<std::int32_t>(number)};
        ASSERT_EQ(day_from_iso(to_iso(day)), day) << number;
    }
    for (std::int32_t number = -800000; number < 800000; ++number)
        ASSERT_EQ(day_from_iso(to_iso(Day{number})).number, number);
}

TEST(Day, RefusesWhatIsNoDate) {
    for (const std::string text : {"",
                                   "2026",
                                   "2026-11",
                                   "2026-11-1",
                                   "2026-11-31",
                                   "2026-02-29",
                                   "2026-13-01",
                                   "2026-00-01",
                                   "2026-11-01 ",
                                   " 2026-11-01",
                                   "2026/11/01",
                                   "26-11-01",
                                   "0000-01-01",
                                   "-001-01-01",
                                   "2026-11-01 AD",
                                   "02026-11-01",
                                   "2026--1-01",
                                   "5874898-01-01",
                                   "4714-11-23 BC",
                                   "99999999999-01-01",
                                   "monday"})
        EXPECT_THROW(day_from_iso(text), crm::corrupt_data) << text;
}

TEST(Day, DistancesDoNotOverflow) {
    EXPECT_EQ(days_between(crm::earliest_day, crm::latest_day), 2147483493.0);
    EXPECT_EQ(days_between(Day{5}, Day{3}), -2.0);
}

}  // namespace
