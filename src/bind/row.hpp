// C++ classes as composite values and rows. Row<T> says which columns a class has:
//
//   template <> struct Row<Point> {
//       using Columns = std::tuple<double, std::optional<double>>;   // std::optional: may be NULL
//       static Columns columns(const Point&);                        // to be a result
//       static Point from(double, std::optional<double>);            // to be an argument
//       using PlainColumns = std::tuple<double>;                     // to be several arguments, see Plain
//       static Point from_plain(double);
//   };
#pragma once
#include "bind/column.hpp"

namespace crm::bind {

template <class T>
struct Row;

template <class T>
concept Composite = requires {
    typename Row<T>::Columns;
};

template <class T>
struct NullableColumn : Column<T> {
    static constexpr bool nullable = false;
    using Value = T;
};
template <class T>
struct NullableColumn<std::optional<T>> : Column<T> {
    static constexpr bool nullable = true;
    using Value = T;
};

template <class Columns>
struct ColumnTypes;
template <class... T>
struct ColumnTypes<std::tuple<T...>> {
    static constexpr std::array types{NullableColumn<T>::type...};
};

[[noreturn]] void refuse_altered_type();

/// Throws when the row type's attributes are not these: somebody altered it.
void require_types(TupleDesc descriptor, std::span<const Oid> types);

/// Reads the attributes of a composite value where it lies, without a copy and whatever its header: a stored row is a
/// short varlena that is not aligned.
class TupleReader {
public:
    /// A row type that was found to have the attributes expected, from row to row. The server changes the identifier
    /// when the type is altered.
    struct Verified {
        Oid type = InvalidOid;
        const TypeCacheEntry* entry = nullptr;
        std::uint64_t identifier = 0;

        bool holds_for(Oid other) const { return type == other && entry && entry->tupDesc_identifier == identifier; }
    };

    TupleReader(Datum datum, std::span<const Oid> types, Verified& verified);

    /// The next attribute, or nothing when it is NULL.
    template <class T>
    std::optional<T> next() {
        if (is_null(attribute_++)) return {};
        if constexpr (Column<T>::type == TEXTOID) {
            const char* const value = next_varlena();
            return Column<T>::read(PointerGetDatum(value));
        } else {
            static_assert(std::is_arithmetic_v<T>);
            offset_ = (offset_ + sizeof(T) - 1) / sizeof(T) * sizeof(T);
            T value;
            std::memcpy(&value, take(sizeof value), sizeof value);
            return value;
        }
    }

private:
    bool is_null(int attribute) const { return nulls_ && att_isnull(attribute, nulls_); }
    const char* take(std::size_t size) {
        if (size > size_ - std::min(offset_, size_)) refuse_altered_type();
        return data_ + std::exchange(offset_, offset_ + size);
    }
    const char* next_varlena();

    const char* data_;
    std::size_t size_;
    const bits8* nulls_;
    std::size_t offset_ = 0;
    int attribute_ = 0;
};

/// Makes composite values of the type that the SQL function was declared to return, by itself or as an array of it.
class TupleMaker {
public:
    enum class Declared { row, array };

    /// Looks the descriptor up, once; what is needed for ever after is kept in `context`.
    void prepare(FunctionCallInfo fcinfo, std::span<const Oid> types, MemoryContext context,
                 Declared declared = Declared::row);
    Datum make(Datum* values, bool* nulls);

    /// The array of what `make` made.
    Datum make_array(std::span<Datum> tuples) const;

private:
    // A grouped query makes a million tuples: they are copied from one that the server formed, and the values replaced.
    // What is NULL shapes a tuple, so there is a pattern for each combination.
    static constexpr std::size_t most_nullable = 4;
    Datum copy_of_pattern(Datum* values, bool* nulls);
    Datum form(Datum* values, bool* nulls, MemoryContext context) const;

    TupleDesc descriptor_ = nullptr;
    MemoryContext context_ = nullptr;
    bool has_patterns_ = false;
    std::array<HeapTupleHeader, std::size_t{1} << most_nullable> patterns_{};
};

/// The columns of a row as Datums.
template <class Columns>
struct Cells {
    static constexpr std::size_t size = std::tuple_size_v<Columns>;
    std::array<Datum, size> values{};
    std::array<bool, size> nulls{};

    explicit Cells(const Columns& columns) {
        [&]<std::size_t... I>(std::index_sequence<I...>) { (set(values[I], nulls[I], std::get<I>(columns)), ...); }
        (std::make_index_sequence<size>());
    }

private:
    template <class T>
    static void set(Datum& cell, bool&, const T& value) {
        cell = Column<T>::make(value);
    }
    template <class T>
    static void set(Datum& cell, bool& is_null, const std::optional<T>& value) {
        is_null = !value;
        if (value) cell = Column<T>::make(*value);
    }
};

/// The composite value as a T; nothing when a column that may not be NULL is NULL.
template <Composite T>
std::optional<T> read_tuple(Datum datum, TupleReader::Verified& verified) {
    using Columns = typename Row<T>::Columns;
    return [&]<std::size_t... I>(std::index_sequence<I...>)->std::optional<T> {
        TupleReader reader(datum, ColumnTypes<Columns>::types, verified);
        const std::tuple cells{reader.next<typename NullableColumn<std::tuple_element_t<I, Columns>>::Value>()...};
        if (((!NullableColumn<std::tuple_element_t<I, Columns>>::nullable && !std::get<I>(cells)) || ...)) return {};
        const auto cell = [&]<std::size_t J>(std::integral_constant<std::size_t, J>) {
            if constexpr (NullableColumn<std::tuple_element_t<J, Columns>>::nullable)
                return std::get<J>(cells);
            else
                return *std::get<J>(cells);
        };
        return Row<T>::from(cell(std::integral_constant<std::size_t, I>())...);
    }
    (std::make_index_sequence<std::tuple_size_v<Columns>>());
}

}  // namespace crm::bind
