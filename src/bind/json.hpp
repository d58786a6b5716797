// Between the server's jsonb and the core's Json.
#pragma once
#include "bind/function.hpp"
#include "crm/foundation/json.hpp"

namespace crm::bind {

/// Parses text as the server's jsonb does, raising its errors.
Json parse_json(const char* text);

Json read_jsonb(Datum datum);
Datum make_jsonb(const Json& json);

template <>
struct Column<Json> {
    static constexpr Oid type = JSONBOID;
    static Json read(Datum datum) { return read_jsonb(datum); }
    static Datum make(const Json& value) { return make_jsonb(value); }
};

}  // namespace crm::bind
