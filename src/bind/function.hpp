// SQL functions from C++ functions, by their signature:
//
//   SQL_FUNCTION(crm_p_alive, [](const PurchaseModel& model, const Rfm& seen) { return model.p_alive(seen); })
//
// The parameter types say how SQL arguments become C++ values, the return type how the result goes back. A parameter
// that is not a std::optional makes the result NULL when its argument is NULL (declare such functions STRICT as well);
// a result that is an empty std::optional is NULL; a std::vector of composites is a set of rows. A Cancellation
// parameter takes no SQL argument.
#pragma once
#include "bind/boundary.hpp"
#include "bind/call_site.hpp"
#include "bind/row.hpp"
#include "crm/foundation/cancellation.hpp"

namespace crm::bind {

/// How a parameter of type T is read.
///   columns  number of SQL arguments it takes
///   Memory   what a call site remembers for it
///   read     the value, or nothing when the function must return NULL
template <class T>
struct Argument;

template <class T>
requires Readable<T>
struct Argument<T> {
    static constexpr int columns = 1;
    using Memory = Nothing;
    static std::optional<T> read(FunctionCallInfo fcinfo, int at, Memory&) {
        if (PG_ARGISNULL(at)) return {};
        return Column<T>::read(PG_GETARG_DATUM(at));
    }
};

template <Composite T>
struct Argument<T> {
    static constexpr int columns = 1;
    struct Memory {
        TupleReader::Verified verified;
    };
    static std::optional<T> read(FunctionCallInfo fcinfo, int at, Memory& memory) {
        if (PG_ARGISNULL(at)) return {};
        return read_tuple<T>(PG_GETARG_DATUM(at), memory.verified);
    }
};

template <class T>
struct Argument<std::optional<T>> {
    static constexpr int columns = Argument<T>::columns;
    using Memory = typename Argument<T>::Memory;
    static std::optional<std::optional<T>> read(FunctionCallInfo fcinfo, int at, Memory& memory) {
        return std::optional<std::optional<T>>(std::in_place, Argument<T>::read(fcinfo, at, memory));
    }
};

/// A T whose columns come as separate arguments: those of Row<T>::PlainColumns, given to Row<T>::from_plain.
template <class T>
struct Plain {
    T value;
    operator const T&() const { return value; }
};

template <class T>
struct Argument<Plain<T>> {
    using Columns = typename Row<T>::PlainColumns;
    static constexpr int columns = std::tuple_size_v<Columns>;
    using Memory = Nothing;

    static std::optional<Plain<T>> read(FunctionCallInfo fcinfo, int at, Memory&) {
        for (int i = 0; i < columns; ++i)
            if (PG_ARGISNULL(at + i)) return {};
        return [&]<std::size_t... I>(std::index_sequence<I...>) {
            return Plain<T>{Row<T>::from_plain(
                Column<std::tuple_element_t<I, Columns>>::read(PG_GETARG_DATUM(at + static_cast<int>(I)))...)};
        }
        (std::make_index_sequence<columns>());
    }
};

template <>
struct Argument<Cancellation> {
    static constexpr int columns = 0;
    using Memory = Nothing;
    static std::optional<Cancellation> read(FunctionCallInfo, int, Memory&) {
        return Cancellation(&check_for_interrupts);
    }
};

/// How a result of type T is given back. `prepare` may look up what `Memory` then keeps.
template <class T>
struct Result;

template <class T>
requires Makable<T>
struct Result<T> {
    using Memory = Nothing;
    static Datum make(FunctionCallInfo, Memory&, const T& value) { return Column<T>::make(value); }
};

template <Composite T>
struct Result<T> {
    using Memory = TupleMaker;
    static Datum make(FunctionCallInfo fcinfo, Memory& memory, const T& value) {
        memory.prepare(fcinfo, ColumnTypes<typename Row<T>::Columns>::types, fcinfo->flinfo->fn_mcxt);
        Cells cells(Row<T>::columns(value));
        return memory.make(cells.values.data(), cells.nulls.data());
    }
};

/// What an aggregate gives as rows: an array, for unnest(). (A function's are a set, see below.)
template <Composite T>
struct Result<std::vector<T>> {
    using Memory = TupleMaker;
    static Datum make(FunctionCallInfo fcinfo, Memory& memory, const std::vector<T>& rows) {
        memory.prepare(fcinfo, ColumnTypes<typename Row<T>::Columns>::types, fcinfo->flinfo->fn_mcxt,
                       TupleMaker::Declared::array);
        std::vector<Datum> tuples;
        tuples.reserve(rows.size());
        for (const T& row : rows) {
            check_for_interrupts();
            Cells cells(Row<T>::columns(row));
            tuples.push_back(memory.make(cells.values.data(), cells.nulls.data()));
        }
        return memory.make_array(tuples);
    }
};

template <class T>
struct Result<std::optional<T>> {
    using Memory = typename Result<T>::Memory;
    static Datum make(FunctionCallInfo fcinfo, Memory& memory, const std::optional<T>& value) {
        if (value) return Result<T>::make(fcinfo, memory, *value);
        fcinfo->isnull = true;
        return Datum{0};
    }
};

namespace detail {

template <class T>
using Held = std::remove_cvref_t<T>;

template <class Function>
struct Signature : Signature<decltype(&Function::operator())> {};
template <class Value, class Class, class... Parameter>
struct Signature<Value (Class::*)(Parameter...) const> {
    using Returned = Held<Value>;
    using Parameters = std::tuple<Held<Parameter>...>;
};

template <class Parameters>
struct ArgumentList;
template <class... Parameter>
struct ArgumentList<std::tuple<Parameter...>> {
    static constexpr std::size_t size = sizeof...(Parameter);

    /// Each parameter's memory is a member of its own index, so that the empty ones take no room at all.
    template <std::size_t I, class M>
    struct Slot : M {};
    template <class Indices>
    struct Slots;
    template <std::size_t... I>
    struct Slots<std::index_sequence<I...>> : Slot<I, typename Argument<Parameter>::Memory>... {
        template <std::size_t J>
        auto& at() {
            using M = typename Argument<std::tuple_element_t<J, std::tuple<Parameter...>>>::Memory;
            return static_cast<M&>(static_cast<Slot<J, M>&>(*this));
        }
    };
    using Memory = Slots<std::index_sequence_for<Parameter...>>;

    /// Where each parameter's first SQL argument is.
    static constexpr std::array<int, size> positions([[maybe_unused]] int first) {
        std::array<int, size> at{};
        [[maybe_unused]] std::size_t i = 0;
        ((at[i++] = first, first += Argument<Parameter>::columns), ...);
        return at;
    }

    /// Every parameter, each empty when it asks for a NULL result.
    template <int First>
    static auto read(FunctionCallInfo fcinfo, Memory& memory) {
        [[maybe_unused]] static constexpr auto at = positions(First);
        return [&]<std::size_t... I>(std::index_sequence<I...>) {
            return std::tuple<decltype(Argument<Parameter>::read(fcinfo, 0, memory.template at<I>()))...>{
                Argument<Parameter>::read(fcinfo, at[I], memory.template at<I>())...};
        }
        (std::index_sequence_for<Parameter...>());
    }
};

/// A name of its own for the result's memory, beside the arguments' slots.
template <class T>
struct ResultMemory : Result<T>::Memory {};

template <class T>
Datum make_result(FunctionCallInfo fcinfo, ResultMemory<T>& memory, const T& value) {
    return Result<T>::make(fcinfo, static_cast<typename Result<T>::Memory&>(memory), value);
}

/// The rows of a set-returning function between its calls.
template <Composite T>
struct Rows {
    std::vector<T> rows;
    std::size_t next = 0;
    bool open = false;
    TupleMaker maker;

    void close() {
        rows = {};
        next = 0;
        open = false;
    }

    /// What the server calls when it wants no more rows before the last.
    static void abandon(Datum rows) { static_cast<Rows*>(static_cast<void*>(DatumGetPointer(rows)))->close(); }
};

/// Where the rows of a set are wanted one by one; throws when they are not.
ReturnSetInfo* set_wanted(FunctionCallInfo fcinfo);

/// A function that returns a std::vector of composites: computed at the first call, given back row by row. What its
/// arguments remember is kept from set to set, as elsewhere from row to row.
template <Composite T, class Function>
Datum apply_for_rows(FunctionCallInfo fcinfo, const Function& function) {
    using Arguments = ArgumentList<typename Signature<Function>::Parameters>;
    struct Site : Arguments::Memory {
        Rows<T> set;
    };

    ReturnSetInfo* const wanted = set_wanted(fcinfo);
    auto& site = call_site<Site>(fcinfo);
    Rows<T>& set = site.set;
    if (!set.open) {
        set.maker.prepare(fcinfo, ColumnTypes<typename Row<T>::Columns>::types, fcinfo->flinfo->fn_mcxt);
        auto arguments = Arguments::template read<0>(fcinfo, site);
        std::apply(
            [&](auto&... argument) {
                if ((argument && ...)) set.rows = function(*argument...);
            },
            arguments);
        call(
            [wanted, &set] { RegisterExprContextCallback(wanted->econtext, Rows<T>::abandon, PointerGetDatum(&set)); });
        set.open = true;
    }
    if (set.next < set.rows.size()) {
        Cells cells(Row<T>::columns(set.rows[set.next++]));
        wanted->isDone = ExprMultipleResult;
        return set.maker.make(cells.values.data(), cells.nulls.data());
    }
    call([wanted, &set] { UnregisterExprContextCallback(wanted->econtext, Rows<T>::abandon, PointerGetDatum(&set)); });
    set.close();
    wanted->isDone = ExprEndResult;
    fcinfo->isnull = true;
    return Datum{0};
}

template <class T>
inline constexpr bool is_rows = false;
template <Composite T>
inline constexpr bool is_rows<std::vector<T>> = true;

template <class Function>
Datum apply_once(FunctionCallInfo fcinfo, const Function& function) {
    using Returned = typename Signature<Function>::Returned;
    using Arguments = ArgumentList<typename Signature<Function>::Parameters>;
    struct Site : Arguments::Memory, ResultMemory<Returned> {};

    auto& site = call_site<Site>(fcinfo);
    auto arguments = Arguments::template read<0>(fcinfo, site);
    return std::apply(
        [&](auto&... argument) {
            if ((!argument || ...)) {
                fcinfo->isnull = true;
                return Datum{0};
            }
            return make_result<Returned>(fcinfo, site, function(*argument...));
        },
        arguments);
}

template <class Function>
Datum apply(FunctionCallInfo fcinfo, const Function& function) {
    using Returned = typename Signature<Function>::Returned;
    if constexpr (is_rows<Returned>)
        return apply_for_rows<typename Returned::value_type>(fcinfo, function);
    else
        return apply_once(fcinfo, function);
}

}  // namespace detail

}  // namespace crm::bind

/// Defines the C symbol `name` that CREATE FUNCTION refers to.
#define SQL_FUNCTION(name, ...)                                                                           \
    extern "C" {                                                                                          \
    PGDLLEXPORT Datum name(PG_FUNCTION_ARGS);                                                             \
    PG_FUNCTION_INFO_V1(name);                                                                            \
    Datum name(PG_FUNCTION_ARGS) {                                                                        \
        return ::crm::bind::boundary(                                                                     \
            fcinfo, [](FunctionCallInfo site) { return ::crm::bind::detail::apply(site, __VA_ARGS__); }); \
    }                                                                                                     \
    }                                                                                                     \
    static_assert(true)
