#include "bind/column.hpp"

namespace crm::bind {

namespace {

[[noreturn]] void refuse_infinite_date() {
    throw out_of_range("date must be finite", {}, "infinity and -infinity are no days; leave such rows out.");
}

ArrayType* array_of(Datum datum) {
    auto* const value = reinterpret_cast<struct varlena*>(DatumGetPointer(datum));
    if (!VARATT_IS_EXTENDED(value)) return reinterpret_cast<ArrayType*>(value);
    return call([value] { return reinterpret_cast<ArrayType*>(pg_detoast_datum(value)); });
}

/// Number of elements; dimensions were checked by whoever made the array.
std::size_t elements_of(ArrayType* array) {
    std::size_t elements = ARR_NDIM(array) > 0 ? 1 : 0;
    for (int i = 0; i < ARR_NDIM(array); ++i) elements *= static_cast<std::size_t>(ARR_DIMS(array)[i]);
    return elements;
}

void refuse_nulls(ArrayType* array) {
    if (ARR_HASNULL(array) && call([array] { return array_contains_nulls(array); }))
        throw invalid_argument("array must not contain NULL");
}

/// An array of one dimension at most, without NULLs.
ArrayType* list_of(Datum datum) {
    ArrayType* const array = array_of(datum);
    if (ARR_NDIM(array) > 1)
        throw invalid_argument("array must have one dimension, not " + std::to_string(ARR_NDIM(array)));
    refuse_nulls(array);
    return array;
}

std::span<Datum> texts_of(ArrayType* array) {
    Datum* elements = nullptr;
    int size = 0;
    call([array, &elements, &size] {
        deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &elements, nullptr, &size);
    });
    return {elements, static_cast<std::size_t>(size)};
}

}  // namespace

Day Column<Day>::read(Datum datum) {
    const DateADT date = DatumGetDateADT(datum);
    if (DATE_NOT_FINITE(date)) refuse_infinite_date();
    return Day{date};
}

DayOfTimestamp Column<DayOfTimestamp>::read(Datum datum) {
    const Timestamp time = DatumGetTimestamp(datum);
    if (TIMESTAMP_NOT_FINITE(time)) refuse_infinite_date();
    const std::int64_t days = time / USECS_PER_DAY - (time % USECS_PER_DAY < 0 ? 1 : 0);
    return {Day{static_cast<std::int32_t>(days)}};
}

DayOfTimestamptz Column<DayOfTimestamptz>::read(Datum datum) {
    if (TIMESTAMP_NOT_FINITE(DatumGetTimestampTz(datum))) refuse_infinite_date();
    const Day day{call([datum] { return DatumGetDateADT(DirectFunctionCall1(timestamptz_date, datum)); })};
    if (day < earliest_day) throw out_of_range("date is before " + to_iso(earliest_day));  // by the time zone's offset
    return {day};
}

DaysOfInterval Column<DaysOfInterval>::read(Datum datum) {
    const Interval& length = *DatumGetIntervalP(datum);
#if PG_VERSION_NUM >= 170000
    if (INTERVAL_NOT_FINITE(&length)) throw out_of_range("interval must be finite");
#endif
    const double years = length.month / MONTHS_PER_YEAR;
    const double months = length.month % MONTHS_PER_YEAR;
    return {years * DAYS_PER_YEAR + months * DAYS_PER_MONTH + length.day +
            static_cast<double>(length.time) / static_cast<double>(USECS_PER_DAY)};
}

Numbers Column<Numbers>::read(Datum datum) {
    ArrayType* const array = list_of(datum);
    return {reinterpret_cast<const double*>(ARR_DATA_PTR(array)), static_cast<Eigen::Index>(elements_of(array))};
}

Datum Column<std::vector<double>>::make(std::span<const double> numbers) {
    const int dimensions = numbers.empty() ? 0 : 1;
    const std::size_t header = ARR_OVERHEAD_NONULLS(dimensions);
    const std::size_t size = header + numbers.size_bytes();
    if (!AllocSizeIsValid(size))
        throw limit_exceeded("array of " + std::to_string(numbers.size()) + " numbers is too large");
    auto* const array = static_cast<ArrayType*>(allocate_in(CurrentMemoryContext, size));
    std::memset(array, 0, header);
    SET_VARSIZE(array, size);
    array->ndim = dimensions;
    array->elemtype = FLOAT8OID;
    if (dimensions > 0) {
        ARR_DIMS(array)[0] = static_cast<int>(numbers.size());
        ARR_LBOUND(array)[0] = 1;
        std::memcpy(ARR_DATA_PTR(array), numbers.data(), numbers.size_bytes());
    }
    return PointerGetDatum(array);
}

TextList Column<TextList>::read(Datum datum) {
    const std::span<Datum> elements = texts_of(list_of(datum));
    TextList list;
    list.texts.reserve(elements.size());
    for (const Datum element : elements) list.texts.push_back(text_of(element));
    return list;
}

TextGrid Column<TextGrid>::read(Datum datum) {
    ArrayType* const array = array_of(datum);
    if (ARR_NDIM(array) != 2)
        throw invalid_argument("array must have two dimensions, not " + std::to_string(ARR_NDIM(array)));
    refuse_nulls(array);
    TextGrid grid{static_cast<std::size_t>(ARR_DIMS(array)[0]), static_cast<std::size_t>(ARR_DIMS(array)[1]), {}};
    for (const Datum element : texts_of(array)) grid.cells.emplace_back(text_of(element));
    return grid;
}

}  // namespace crm::bind
