#include "bind/aggregate.hpp"

namespace crm::bind {

namespace {

constexpr int state_version = 1;

const AggregateClass*& first_class() {
    static const AggregateClass* first = nullptr;
    return first;
}

Datum combine(FunctionCallInfo fcinfo) {
    const MemoryContext context = detail::aggregate_context(fcinfo);
    AggregateState* into = detail::state_argument(fcinfo, 0);
    const AggregateState* const from = detail::state_argument(fcinfo, 1);
    if (!from) return detail::give_state(fcinfo, into);
    // The second state may vanish with the row it came with, so even the first of all is copied.
    if (!into) into = from->type().create(context);
    into->merge(*from);
    return detail::give_state(fcinfo, into);
}

Datum serialize(FunctionCallInfo fcinfo) {
    detail::aggregate_context(fcinfo);
    const AggregateState& state = *detail::state_argument(fcinfo, 0);
    Writer out;
    out.put(static_cast<std::uint8_t>(state_version));
    out.text(state.type().name);
    state.save(out);
    return make_varlena(out.bytes());
}

Datum deserialize(FunctionCallInfo fcinfo) {
    detail::aggregate_context(fcinfo);
    Reader in(varlena_bytes(PG_GETARG_DATUM(0)));
    read_version(in, state_version, "aggregate state");
    AggregateState* const state = AggregateClass::find(in.text()).create(CurrentMemoryContext);
    state->load(in);
    in.expect_end();
    return PointerGetDatum(state);
}

Datum finish(FunctionCallInfo fcinfo) {
    detail::aggregate_context(fcinfo);
    AggregateState* const state = detail::state_argument(fcinfo, 0);
    if (!state) return detail::give_state(fcinfo, nullptr);
    return state->finish(fcinfo);
}

}  // namespace

AggregateClass::AggregateClass(const char* class_name, AggregateState* (*creator)(MemoryContext))
    : name(class_name), create(creator), next(first_class()) {
    first_class() = this;
}

const AggregateClass& AggregateClass::find(std::string_view name) {
    for (const AggregateClass* known = first_class(); known; known = known->next)
        if (name == known->name) return *known;
    throw corrupt_data("unknown kind of aggregate state", {},
                       "All servers that share a query must run the same build of pg_crm.");
}

MemoryContext detail::aggregate_context(FunctionCallInfo fcinfo) {
    MemoryContext context = nullptr;
    if (!AggCheckCallContext(fcinfo, &context)) throw error("aggregate function called outside an aggregate");
    return context;
}

}  // namespace crm::bind

extern "C" {

#define SQL_BODY(name, body)                                                               \
    PGDLLEXPORT Datum name(PG_FUNCTION_ARGS);                                              \
    PG_FUNCTION_INFO_V1(name);                                                             \
    Datum name(PG_FUNCTION_ARGS) { return crm::bind::boundary(fcinfo, &crm::bind::body); } \
    static_assert(true)

SQL_BODY(crm_aggregate_combine, combine);
SQL_BODY(crm_aggregate_serialize, serialize);
SQL_BODY(crm_aggregate_deserialize, deserialize);
SQL_BODY(crm_aggregate_finish, finish);
}
