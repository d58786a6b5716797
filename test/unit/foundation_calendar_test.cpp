#include "crm/foundation/calendar.hpp"

#include <gtest/gtest.h>

#include "crm/foundation/error.hpp"

namespace {

using crm::calendar_unit;
using crm::CalendarUnit;
using crm::Day;
using crm::day_from_iso;
using crm::first_day;
using crm::to_iso;
using crm::unit_of;

std::string start(const char* day, const char* unit) {
    const CalendarUnit by = calendar_unit(unit);
    return to_iso(first_day(unit_of(day_from_iso(day), by), by));
}

TEST(Calendar, UnitsBeginWhereTheyShould) {
    EXPECT_EQ(start("2026-11-22", "week"), "2026-11-16");
    EXPECT_EQ(start("2026-11-23", "week"), "2026-11-23");
    EXPECT_EQ(start("2026-11-22", "month"), "2026-11-01");
    EXPECT_EQ(start("2026-11-22", "quarter"), "2026-10-01");
    EXPECT_EQ(start("2026-09-30", "quarter"), "2026-07-01");
    EXPECT_EQ(start("2026-11-22", "year"), "2026-01-01");
    EXPECT_EQ(start("2000-01-01", "week"), "1999-12-27");
    EXPECT_EQ(start("1999-12-31", "year"), "1999-01-01");
    EXPECT_EQ(start("0044-03-15 BC", "quarter"), "0044-01-01 BC");
    EXPECT_EQ(start("5874897-12-31", "quarter"), "5874897-10-01");
    EXPECT_EQ(start("4714-11-24 BC", "year"), "4714-11-24 BC");
}

TEST(Calendar, UnitsFollowEachOtherWithoutGaps) {
    for (const auto unit : {CalendarUnit::week, CalendarUnit::month, CalendarUnit::quarter, CalendarUnit::year})
        for (Day day = day_from_iso("1895-12-20"); day < day_from_iso("2104-03-05"); ++day.number) {
            const auto number = unit_of(day, unit);
            const Day begin = first_day(number, unit), next = first_day(number + 1, unit);
            ASSERT_TRUE(begin <= day && day < next) << to_iso(day);
        }
}

TEST(Calendar, MonthsAreThoseOfTheDate) {
    for (std::int64_t number = crm::earliest_day.number; number <= crm::latest_day.number; number += 997) {
        const Day day{static_cast<std::int32_t>(number)};
        const auto [year, month, in_month] = crm::civil_of(day);
        ASSERT_EQ(crm::month_of(day), 12 * year + month - 1) << to_iso(day);
    }
}

TEST(Calendar, RefusesOtherUnits) {
    EXPECT_THROW(calendar_unit("fortnight"), crm::invalid_argument);
    EXPECT_THROW(calendar_unit(""), crm::invalid_argument);
    EXPECT_THROW(calendar_unit("Month"), crm::invalid_argument);
}

}  // namespace
