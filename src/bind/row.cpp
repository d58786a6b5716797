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

/// The row type of the declared result: null when it is none.
TupleDesc declared_row(FunctionCallInfo fcinfo) {
    TupleDesc found = nullptr;
    return get_call_result_type(fcinfo, nullptr, &found) == TYPEFUNC_COMPOSITE ? found : nullptr;
}

/// The row type of the declared array's elements: null when they have none.
TupleDesc declared_element(FunctionCallInfo fcinfo) {
    Oid array = InvalidOid;
    if (get_call_result_type(fcinfo, &array, nullptr) != TYPEFUNC_SCALAR) return nullptr;
    const Oid element = get_element_type(array);
    return type_is_rowtype(element) ? lookup_rowtype_tupdesc_copy(element, -1) : nullptr;
}

}  // namespace

void refuse_altered_type() {
    throw invalid_argument("composite type is not as the extension created it", {},
                           "Its attributes were altered; restore them, or drop and create the extension again.");
}

void require_types(TupleDesc descriptor, std::span<const Oid> types) {
    if (!has_types(descriptor, types)) refuse_altered_type();
}

TupleReader::TupleReader(Datum datum, std::span<const Oid> types, Verified& verified) {
    const Bytes bytes = varlena_bytes(datum);
    if (bytes.size() + VARHDRSZ < SizeofHeapTupleHeader) throw corrupt_data("composite value is too short");
    // Offsets within a tuple header count its 4-byte length word, which a short varlena does not have.
    const char* const header = reinterpret_cast<const char*>(bytes.data()) - VARHDRSZ;
    const auto type = header_field<Oid>(header, offsetof(HeapTupleHeaderData, t_choice.t_datum.datum_typeid));
    const auto mask = header_field<std::uint16_t>(header, offsetof(HeapTupleHeaderData, t_infomask));
    const auto mask2 = header_field<std::uint16_t>(header, offsetof(HeapTupleHeaderData, t_infomask2));
    if ((mask2 & HEAP_NATTS_MASK) != types.size() || type == RECORDOID) refuse_altered_type();
    if (!verified.holds_for(type)) {
        const auto* const entry = call([type] { return lookup_type_cache(type, TYPECACHE_TUPDESC); });
        if (!entry->tupDesc || !has_types(entry->tupDesc, types)) refuse_altered_type();
        verified = {type, entry, entry->tupDesc_identifier};
    }
    nulls_ =
        mask & HEAP_HASNULL ? reinterpret_cast<const bits8*>(header + offsetof(HeapTupleHeaderData, t_bits)) : nullptr;
    const auto header_size = header_field<std::uint8_t>(header, offsetof(HeapTupleHeaderData, t_hoff));
    if (header_size > bytes.size() + VARHDRSZ) refuse_altered_type();
    data_ = header + header_size;
    size_ = bytes.size() + VARHDRSZ - header_size;
}

const char* TupleReader::next_varlena() {
    // A byte that is not zero starts a value with a short header, which is never padded.
    if (offset_ < size_ && data_[offset_] == 0) offset_ = INTALIGN(offset_);
    const char* const value = take(1);
    if (VARATT_IS_1B_E(value)) refuse_altered_type();  // composite values hold no pointers
    const bool short_header = VARATT_IS_1B(value);
    if (!short_header) take(VARHDRSZ - 1);
    take(VARSIZE_ANY(value) - (short_header ? 1 : VARHDRSZ));
    return value;
}

void TupleMaker::prepare(FunctionCallInfo fcinfo, std::span<const Oid> types, MemoryContext context,
                         Declared declared) {
    if (descriptor_) return;
    TupleDesc const descriptor = call([fcinfo, context, declared] {
        const MemoryContext caller = MemoryContextSwitchTo(context);
        TupleDesc const found = declared == Declared::row ? declared_row(fcinfo) : declared_element(fcinfo);
        if (!found)
            ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                            errmsg(declared == Declared::row
                                       ? "function returning record called in context that cannot accept type record"
                                       : "function is not declared to return an array of a composite type")));
        TupleDesc const kept = BlessTupleDesc(CreateTupleDescCopy(found));
        MemoryContextSwitchTo(caller);
        return kept;
    });
    require_types(descriptor, types);
    descriptor_ = descriptor;
    context_ = context;
    has_patterns_ = types.size() <= most_nullable;
    for (int i = 0; i < descriptor->natts; ++i) has_patterns_ &= TupleDescAttr(descriptor, i)->attbyval;
}

Datum TupleMaker::make(Datum* values, bool* nulls) {
    if (has_patterns_) return copy_of_pattern(values, nulls);
    return form(values, nulls, CurrentMemoryContext);
}

Datum TupleMaker::make_array(std::span<Datum> tuples) const {
    return call([=, this] {
        return PointerGetDatum(construct_array(tuples.data(), static_cast<int>(tuples.size()), descriptor_->tdtypeid,
                                               -1, false, TYPALIGN_DOUBLE));
    });
}

Datum TupleMaker::form(Datum* values, bool* nulls, MemoryContext context) const {
    return call([=, this] {
        const MemoryContext caller = MemoryContextSwitchTo(context);
        const Datum formed = HeapTupleGetDatum(heap_form_tuple(descriptor_, values, nulls));
        MemoryContextSwitchTo(caller);
        return formed;
    });
}

Datum TupleMaker::copy_of_pattern(Datum* values, bool* nulls) {
    const int size = descriptor_->natts;
    std::size_t combination = 0;
    for (int i = 0; i < size; ++i) combination |= std::size_t{nulls[i]} << i;
    HeapTupleHeader& pattern = patterns_[combination];
    if (!pattern) pattern = reinterpret_cast<HeapTupleHeader>(DatumGetPointer(form(values, nulls, context_)));

    const std::size_t length = HeapTupleHeaderGetDatumLength(pattern);
    auto* const copy = static_cast<char*>(std::memcpy(allocate_in(CurrentMemoryContext, length), pattern, length));
    std::size_t at = pattern->t_hoff;
    for (int i = 0; i < size; ++i) {
        if (nulls[i]) continue;
        const auto width = static_cast<std::size_t>(TupleDescAttr(descriptor_, i)->attlen);
        at = (at + width - 1) & ~(width - 1);  // types passed by value are aligned to their width, a power of 2
        store_att_byval(copy + at, values[i], static_cast<int>(width));
        at += width;
    }
    return PointerGetDatum(copy);
}

}  // namespace crm::bind
