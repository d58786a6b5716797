#include "crm/foundation/calendar.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "crm/foundation/error.hpp"

namespace crm {

namespace {

constexpr std::array<std::string_view, 4> names{"week", "month", "quarter", "year"};
constexpr int monday = 2;  // 2000-01-03

std::int64_t floor_of_quotient(std::int64_t number, int divisor) {
    return (number >= 0 ? number : number - (divisor - 1)) / divisor;
}

/// Of all units but the week.
int months_in(CalendarUnit unit) { return unit == CalendarUnit::month ? 1 : unit == CalendarUnit::quarter ? 3 : 12; }

}  // namespace

CalendarUnit calendar_unit(std::string_view name) {
    const auto found = std::ranges::find(names, name);
    if (found == names.end())
        throw invalid_argument("unknown unit \"" + excerpt(name) + "\"", {},
                               "Known units: week, month, quarter, year.");
    return static_cast<CalendarUnit>(found - names.begin());
}

std::int32_t unit_of(Day day, CalendarUnit unit) {
    if (unit == CalendarUnit::week)
        return static_cast<std::int32_t>(floor_of_quotient(std::int64_t{day.number} - monday, 7));
    const std::int64_t month = month_of(day);
    return static_cast<std::int32_t>(unit == CalendarUnit::month ? month : floor_of_quotient(month, months_in(unit)));
}

Day first_day(std::int32_t number, CalendarUnit unit) {
    std::int64_t day;
    if (unit == CalendarUnit::week) {
        day = std::int64_t{number} * 7 + monday;
    } else {
        const std::int64_t months = std::int64_t{number} * months_in(unit), year = floor_of_quotient(months, 12);
        day = number_of({year, static_cast<int>(months - year * 12) + 1, 1});
    }
    return Day{static_cast<std::int32_t>(std::max<std::int64_t>(day, earliest_day.number))};
}

}  // namespace crm
