// A calendar day, and its ISO 8601 name.
#pragma once
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace crm {

/// Days since 2000-01-01 in the proleptic Gregorian calendar.
struct Day {
    std::int32_t number = 0;

    friend constexpr auto operator<=>(Day, Day) = default;
};

/// What the server's type date can hold, 4714 BC to 5874897 AD; a Day read from outside is checked against it.
inline constexpr Day earliest_day{-2451545}, latest_day{2145031948};

/// Days from `earlier` to `later`.
constexpr double days_between(Day earlier, Day later) {
    return static_cast<double>(later.number) - static_cast<double>(earlier.number);
}

/// A date's parts. Year 0 is 1 BC.
struct Civil {
    std::int64_t year;
    int month, day;
};

Civil civil_of(Day day);

/// Months from January of year 0 to the day's; negative before.
std::int64_t month_of(Day day);

/// The inverse, beyond the range of a Day as well.
std::int64_t number_of(const Civil& date);

/// "2026-11-01"; years before 1 as the server writes them: "0044-03-15 BC".
std::string to_iso(Day day);

/// The inverse; throws corrupt_data for anything else.
Day day_from_iso(std::string_view text);

}  // namespace crm
