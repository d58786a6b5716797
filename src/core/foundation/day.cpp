#include "crm/foundation/day.hpp"

#include <charconv>
#include <cstdio>

#include "crm/foundation/error.hpp"

namespace crm {

namespace {

// Years are counted from March, so that the leap day ends a year and month lengths follow one linear rule. The
// calendar repeats every 400 years of 146097 days.
constexpr std::int64_t days_in_era = 146097;
constexpr std::int64_t march_first_0000_to_2000 = 730425;  // days from 0000-03-01 to 2000-01-01

[[noreturn]] void refuse(std::string_view text) {
    throw corrupt_data("\"" + excerpt(text) + "\" is no date", {}, "A date is written like 2026-11-01.");
}

}  // namespace

namespace {

/// A day by the year that begins with its March: month 2 is March, month 13 the February after.
struct MarchDate {
    std::int64_t year;
    std::uint32_t month, day;  // the day of the month from 0
};

/// In few steps, whose divisors are constants: Neri, Schneider (2023), Euclidean affine functions and their application
/// to calendar algorithms, Software: Practice and Experience 53(4).
MarchDate march_date_of(Day day) {
    constexpr int eras_before = 12;  // so that no day is negative
    const auto since = static_cast<std::uint64_t>(day.number + march_first_0000_to_2000 + eras_before * days_in_era);
    const std::uint64_t quarters = 4 * since + 3;
    const auto century = static_cast<std::int64_t>(quarters / days_in_era) - 4 * eras_before;
    const auto in_century = static_cast<std::uint32_t>(quarters % days_in_era) / 4;
    const std::uint64_t years = std::uint64_t{2939745} * (4 * in_century + 3);  // in units of 2^-32
    const std::uint32_t in_year = static_cast<std::uint32_t>(years) / 2939745 / 4;
    const std::uint32_t months = 2141 * in_year + 132377;  // in units of 2^-16
    return {100 * century + static_cast<std::int64_t>(years >> 32), months >> 16, months % 65536 / 2141};
}

}  // namespace

Civil civil_of(Day day) {
    const auto [year, month, in_month] = march_date_of(day);
    const bool next_year = month >= 12;
    return {next_year ? year + 1 : year, static_cast<int>(next_year ? month - 11 : month + 1),
            static_cast<int>(in_month + 1)};
}

std::int64_t month_of(Day day) {
    const MarchDate date = march_date_of(day);
    return 12 * date.year + date.month;
}

std::int64_t number_of(const Civil& date) {
    const std::int64_t year = date.month <= 2 ? date.year - 1 : date.year;
    const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
    const std::int64_t in_era = year - era * 400;
    const std::int64_t in_year = (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;
    return era * days_in_era + in_era * 365 + in_era / 4 - in_era / 100 + in_year - march_first_0000_to_2000;
}

std::string to_iso(Day day) {
    const Civil date = civil_of(day);
    const bool before_christ = date.year <= 0;
    char text[40];
    std::snprintf(text, sizeof text, "%04lld-%02d-%02d%s",
                  static_cast<long long>(before_christ ? 1 - date.year : date.year), date.month, date.day,
                  before_christ ? " BC" : "");
    return text;
}

Day day_from_iso(std::string_view text) {
    const bool before_christ = text.ends_with(" BC");
    const char* at = text.data();
    const char* const end = at + text.size() - (before_christ ? 3 : 0);
    const auto number = [&](auto& value, char after, std::ptrdiff_t least_digits) {
        const auto [next, error] = std::from_chars(at, end, value);
        if (error != std::errc() || next - at < least_digits || *at == '-') refuse(text);
        at = next;
        if (after && (at == end || *at++ != after)) refuse(text);
    };
    Civil date{};
    number(date.year, '-', 4);
    number(date.month, '-', 2);
    number(date.day, '\0', 2);
    const bool plausible = date.year >= 1 && date.year <= 6'000'000 && date.month <= 12 && date.day <= 31;
    if (at != end || !plausible) refuse(text);
    if (before_christ) date.year = 1 - date.year;
    const std::int64_t days = number_of(date);
    if (days < earliest_day.number || days > latest_day.number) refuse(text);
    const Day day{static_cast<std::int32_t>(days)};
    if (to_iso(day) != text) refuse(text);
    return day;
}

}  // namespace crm
