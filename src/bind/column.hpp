// One SQL value of a built-in type as a C++ value: the vocabulary that arguments, results, composite types and rows
// are made of. Column<T> says which SQL type T stands for, and how a Datum becomes a T and back.
#pragma once
#include "bind/datum.hpp"
#include "crm/foundation/day.hpp"

namespace crm::bind {

template <class T>
struct Column;

template <>
struct Column<bool> {
    static constexpr Oid type = BOOLOID;
    static bool read(Datum datum) { return DatumGetBool(datum); }
    static Datum make(bool value) { return BoolGetDatum(value); }
};

template <>
struct Column<std::int16_t> {
    static constexpr Oid type = INT2OID;
    static std::int16_t read(Datum datum) { return DatumGetInt16(datum); }
    static Datum make(std::int16_t value) { return Int16GetDatum(value); }
};

template <>
struct Column<std::int32_t> {
    static constexpr Oid type = INT4OID;
    static std::int32_t read(Datum datum) { return DatumGetInt32(datum); }
    static Datum make(std::int32_t value) { return Int32GetDatum(value); }
};

template <>
struct Column<std::int64_t> {
    static constexpr Oid type = INT8OID;
    static std::int64_t read(Datum datum) { return DatumGetInt64(datum); }
    static Datum make(std::int64_t value) { return Int64GetDatum(value); }
};

template <>
struct Column<double> {
    static constexpr Oid type = FLOAT8OID;
    static double read(Datum datum) { return DatumGetFloat8(datum); }
    static Datum make(double value) { return Float8GetDatum(value); }
};

/// The text is in the value's own memory: valid during the call.
template <>
struct Column<std::string_view> {
    static constexpr Oid type = TEXTOID;
    static std::string_view read(Datum datum) { return text_of(datum); }
    static Datum make(std::string_view value) { return make_text(value); }
};

template <>
struct Column<std::string> {
    static constexpr Oid type = TEXTOID;
    static std::string read(Datum datum) { return std::string(text_of(datum)); }
    static Datum make(const std::string& value) { return make_text(value); }
};

/// From the SQL type date. Infinite dates are refused.
template <>
struct Column<Day> {
    static constexpr Oid type = DATEOID;
    static Day read(Datum datum);
    static Datum make(Day day) { return DateADTGetDatum(day.number); }
};

/// The day of a timestamp, and of a timestamptz in the session's time zone.
struct DayOfTimestamp : Day {};
struct DayOfTimestamptz : Day {};

template <>
struct Column<DayOfTimestamp> {
    static constexpr Oid type = TIMESTAMPOID;
    static DayOfTimestamp read(Datum datum);
};

template <>
struct Column<DayOfTimestamptz> {
    static constexpr Oid type = TIMESTAMPTZOID;
    static DayOfTimestamptz read(Datum datum);
};

/// The fixed length in days of an interval: a day is 24 hours; months and years count as extract(epoch) has them.
struct DaysOfInterval {
    double days;
};

template <>
struct Column<DaysOfInterval> {
    static constexpr Oid type = INTERVALOID;
    static DaysOfInterval read(Datum datum);
};

/// float8[] without NULLs, of one dimension, in the value's own memory: valid during the call.
using Numbers = Eigen::Map<const Eigen::VectorXd>;

template <>
struct Column<Numbers> {
    static constexpr Oid type = FLOAT8ARRAYOID;
    static Numbers read(Datum datum);
};

template <>
struct Column<std::vector<double>> {
    static constexpr Oid type = FLOAT8ARRAYOID;
    static Datum make(std::span<const double> numbers);
};

/// text[] of one dimension without NULLs, in the value's own memory: valid during the call.
struct TextList {
    std::vector<std::string_view> texts;
};

template <>
struct Column<TextList> {
    static constexpr Oid type = TEXTARRAYOID;
    static TextList read(Datum datum);
};

/// text[] of two dimensions without NULLs, row after row.
struct TextGrid {
    std::size_t rows, columns;
    std::vector<std::string> cells;
};

template <>
struct Column<TextGrid> {
    static constexpr Oid type = TEXTARRAYOID;
    static TextGrid read(Datum datum);
};

template <class T>
concept Readable = requires(Datum datum) {
    Column<T>::read(datum);
};

template <class T>
concept Makable = requires(const T& value) {
    { Column<T>::make(value) } -> std::same_as<Datum>;
};

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

}  // namespace crm::bind
