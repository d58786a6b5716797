// Reading and making single Datums without raising over C++ frames.
#pragma once
#include "bind/encoding.hpp"
#include "bind/memory.hpp"
#include "crm/foundation/bytes.hpp"

namespace crm::bind {

/// The bytes of a varlena, in place when it is stored plainly (with either header), else fetched and expanded.
inline Bytes varlena_bytes(Datum datum) {
    auto* value = reinterpret_cast<struct varlena*>(DatumGetPointer(datum));
    if (VARATT_IS_COMPRESSED(value) || VARATT_IS_EXTERNAL(value))
        value = call([value] { return pg_detoast_datum_packed(value); });
    return {reinterpret_cast<const std::byte*>(VARDATA_ANY(value)), VARSIZE_ANY_EXHDR(value)};
}

/// In UTF-8.
inline std::string_view text_of(Datum datum) {
    const Bytes bytes = varlena_bytes(datum);
    return from_server({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

/// A new varlena in the current memory context.
inline Datum make_varlena(Bytes bytes) {
    const std::size_t size = bytes.size() + VARHDRSZ;
    if (!AllocSizeIsValid(size))
        throw limit_exceeded("value of " + std::to_string(bytes.size()) + " bytes exceeds the limit of 1 GB");
    auto* const made = static_cast<struct varlena*>(allocate_in(CurrentMemoryContext, size));
    SET_VARSIZE(made, size);
    if (!bytes.empty()) std::memcpy(VARDATA(made), bytes.data(), bytes.size());
    return PointerGetDatum(made);
}

/// From UTF-8.
inline Datum make_text(std::string_view text) { return make_varlena(std::as_bytes(std::span(to_server(text)))); }

}  // namespace crm::bind
