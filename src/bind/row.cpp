#include "bind/row.hpp"

namespace crm::bind {

namespace {

/// Field of a tuple header that may lie at any address.
template <class T>
T header_field(const char* header, std::size_t offset) {
    T value;
    std::memcpy(&value, header + offset, sizeof value);
    return value;
}

bool has_types(TupleDesc descriptor, std::span<const Oid> types) {
    if (static_cast<std::size_t>(descriptor->natts) != types.size()) return false;
    for (std::size_t i = 0; i < types.size(); ++i) {
        const auto* const attribute = TupleDescAttr(descriptor, static_cast<int>(i));
        if (attribute->attisdropped || attribute->atttypid != types[i]) return false;
    }
    return true;
}

[[noreturn]] void refuse_altered_type() {
    throw invalid_argument("composite type is not as the extension created it", {},
                           "Its attributes were altered; restore them, or drop and create the extension again.");
}

}  // namespace

void require_types(TupleDesc descriptor, std::span<const Oid> types) {
    if (!has_types(descriptor, types)) refuse_altered_type();
}

TupleReader::TupleReader(Datum datum, std::span<const Oid> types, Oid& verified_type) {
    const Bytes bytes = varlena_bytes(datum);
    if (bytes.size() + VARHDRSZ < SizeofHeapTupleHeader) throw corrupt_data("composite value is too short");
    // Offsets within a tuple header count its 4-byte length word, which a short varlena does not have.
    const char* const header = reinterpret_cast<const char*>(bytes.data()) - VARHDRSZ;
    const auto type = header_field<Oid>(header, offsetof(HeapTupleHeaderData, t_choice.t_datum.datum_typeid));
    const auto typmod =
        header_field<std::int32_t>(header, offsetof(HeapTupleHeaderData, t_choice.t_datum.datum_typmod));
    const auto mask = header_field<std::uint16_t>(header, offsetof(HeapTupleHeaderData, t_infomask));
    const auto mask2 = header_field<std::uint16_t>(header, offsetof(HeapTupleHeaderData, t_infomask2));
    if ((mask2 & HEAP_NATTS_MASK) != types.size()) refuse_altered_type();
    if (type != verified_type || type == RECORDOID) {
        const bool as_created = call([type, typmod, types] {
            TupleDesc const descriptor = lookup_rowtype_tupdesc(type, typmod);
            const bool same = has_types(descriptor, types);
            ReleaseTupleDesc(descriptor);
            return same;
        });
        if (!as_created) refuse_altered_type();
        verified_type = type;
    }
    nulls_ =
        mask & HEAP_HASNULL ? reinterpret_cast<const bits8*>(header + offsetof(HeapTupleHeaderData, t_bits)) : nullptr;
    data_ = header + header_field<std::uint8_t>(header, offsetof(HeapTupleHeaderData, t_hoff));
}

const char* TupleReader::next_varlena() {
    // A byte that is not zero starts a value with a short header, which is never padded.
    if (data_[offset_] == 0) align(sizeof(std::int32_t));
    const char* const value = data_ + offset_;
    offset_ += VARSIZE_ANY(value);
    return value;
}

void TupleMaker::prepare(FunctionCallInfo fcinfo, std::span<const Oid> types) {
    if (descriptor_) return;
    TupleDesc const descriptor = call([fcinfo] {
        const MemoryContext caller = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
        TupleDesc found = nullptr;
        if (get_call_result_type(fcinfo, nullptr, &found) != TYPEFUNC_COMPOSITE)
            ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                            errmsg("function returning record called in context that cannot accept type record")));
        TupleDesc const kept = BlessTupleDesc(CreateTupleDescCopy(found));
        MemoryContextSwitchTo(caller);
        return kept;
    });
    require_types(descriptor, types);
    descriptor_ = descriptor;
}

Datum TupleMaker::make(Datum* values, bool* nulls) const {
    return call([this, values, nulls] { return HeapTupleGetDatum(heap_form_tuple(descriptor_, values, nulls)); });
}

}  // namespace crm::bind
