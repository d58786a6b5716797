// Weeks, months, quarters and years: days in the units in which people report.
#pragma once
#include <cstdint>
#include <string_view>

#include "crm/foundation/day.hpp"

namespace crm {

/// Weeks begin on Monday.
enum class CalendarUnit : std::uint8_t { week, month, quarter, year };

/// By its name in English; throws invalid_argument for another.
CalendarUnit calendar_unit(std::string_view name);

/// Units are numbered one after the other.
std::int32_t unit_of(Day day, CalendarUnit unit);

/// The unit's first day; that of a unit in which the calendar begins is the calendar's first.
Day first_day(std::int32_t number, CalendarUnit unit);

}  // namespace crm
