// SQL aggregates from C++ classes. The class is the state:
//
//   explicit T(std::pmr::memory_resource*)   all its memory comes from there: states are never destroyed, they vanish
//                                            with the aggregate's memory context
//   add(...)                                 one row
//   merge(const T&), save(Writer&) const, load(Reader&)   partial states; load fills an empty one
//   finish()                                 the result, any type with a Result; a std::vector of composites becomes
//                                            an array of them: declare the final function RETURNS type[]
//
// merge, load and finish may take a `const Cancellation&` more.
//
// SQL_AGGREGATE(crm_rollup_add, [](TimelineBuilder& state, const Timeline& value) { state.add(value); }) defines the
// transition function; the others are the same four functions for all aggregates, because a state knows its class.
// A row with NULL for a parameter that is not a std::optional is skipped; over no rows the result is NULL.
#pragma once
#include "bind/function.hpp"
#include "bind/type.hpp"

namespace crm::bind {

/// A state whose class is not known to the caller. It is the memory resource of what it holds.
class AggregateState : public ContextMemory {
public:
    virtual const struct AggregateClass& type() const = 0;
    virtual void merge(const AggregateState& other) = 0;
    virtual void save(Writer&) const = 0;
    virtual void load(Reader&) = 0;
    virtual Datum finish(FunctionCallInfo fcinfo) = 0;

protected:
    using ContextMemory::ContextMemory;
    ~AggregateState() = default;
};

/// The classes that this library knows, linked at load time; states name theirs when they travel.
struct AggregateClass {
    const char* name;
    AggregateState* (*create)(MemoryContext);
    const AggregateClass* next;

    AggregateClass(const char* class_name, AggregateState* (*creator)(MemoryContext));
    static const AggregateClass& find(std::string_view name);
};

template <class T>
class StateOf final : public AggregateState {
public:
    explicit StateOf(MemoryContext context) : AggregateState(context), value(this) {}

    static AggregateState* create(MemoryContext context) {
        static_assert(alignof(StateOf) <= MAXIMUM_ALIGNOF);
        return new (allocate_in(context, sizeof(StateOf))) StateOf(context);
    }

    // The compiler's name of the class: states live no longer than a query, between servers of one build.
    static inline const AggregateClass known{typeid(T).name(), &create};

    const AggregateClass& type() const override { return known; }

    void merge(const AggregateState& other) override {
        if (&other.type() != &known) throw corrupt_data("aggregate states of different kinds");
        const T& more = static_cast<const StateOf&>(other).value;
        if constexpr (requires { value.merge(more, interrupts); })
            value.merge(more, interrupts);
        else
            value.merge(more);
    }

    void save(Writer& out) const override { value.save(out); }
    void load(Reader& in) override {
        if constexpr (requires { value.load(in, interrupts); })
            value.load(in, interrupts);
        else
            value.load(in);
    }

    Datum finish(FunctionCallInfo fcinfo) override {
        const auto compute = [this] {
            if constexpr (requires { value.finish(interrupts); })
                return value.finish(interrupts);
            else
                return value.finish();
        };
        using Returned = std::invoke_result_t<decltype(compute)>;
        using Site = detail::ResultMemory<Returned>;
        return detail::make_result<Returned>(fcinfo, call_site<Site>(fcinfo), compute());
    }

    T value;

private:
    static constexpr Cancellation interrupts{&check_for_interrupts};
};

namespace detail {

MemoryContext aggregate_context(FunctionCallInfo fcinfo);

inline Datum give_state(FunctionCallInfo fcinfo, AggregateState* state) {
    if (!state) fcinfo->isnull = true;
    return PointerGetDatum(state);
}

/// The state in argument `at`, or null.
inline AggregateState* state_argument(FunctionCallInfo fcinfo, int at) {
    return PG_ARGISNULL(at) ? nullptr : reinterpret_cast<AggregateState*>(PG_GETARG_POINTER(at));
}

template <class State, class Parameters>
struct RowOf;
template <class State, class First, class... Rest>
struct RowOf<State, std::tuple<First, Rest...>> {
    using Arguments = ArgumentList<std::tuple<Rest...>>;
};

template <class Function>
Datum advance(FunctionCallInfo fcinfo, const Function& add) {
    using Parameters = typename Signature<Function>::Parameters;
    using T = std::tuple_element_t<0, Parameters>;
    using Arguments = typename RowOf<T, Parameters>::Arguments;

    AggregateState* state = state_argument(fcinfo, 0);
    auto arguments = Arguments::template read<1>(fcinfo, call_site<typename Arguments::Memory>(fcinfo));
    return std::apply(
        [&](auto&... argument) {
            if ((!argument || ...)) return give_state(fcinfo, state);
            if (!state) state = StateOf<T>::known.create(aggregate_context(fcinfo));
            add(static_cast<StateOf<T>*>(state)->value, *argument...);
            return give_state(fcinfo, state);
        },
        arguments);
}

}  // namespace detail

}  // namespace crm::bind

/// Defines the C symbol `name` of a transition function.
#define SQL_AGGREGATE(name, ...)                                                                            \
    extern "C" {                                                                                            \
    PGDLLEXPORT Datum name(PG_FUNCTION_ARGS);                                                               \
    PG_FUNCTION_INFO_V1(name);                                                                              \
    Datum name(PG_FUNCTION_ARGS) {                                                                          \
        return ::crm::bind::boundary(                                                                       \
            fcinfo, [](FunctionCallInfo site) { return ::crm::bind::detail::advance(site, __VA_ARGS__); }); \
    }                                                                                                       \
    }                                                                                                       \
    static_assert(true)
