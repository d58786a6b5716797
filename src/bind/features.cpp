#include "bind/features.hpp"

#include <limits>

namespace crm::bind {

using predict::FeatureValue;

namespace {

constexpr int deepest = 32;

/// A number as the server stores it (src/backend/utils/adt/numeric.c): a header of 16 bits, in the short form sign,
/// scale and weight, else followed by a weight of 16; then digits to base 10,000. The format is that of tables on disk.
/// Nothing when the double may not be exact.
std::optional<double> small_number(std::string_view name, const char* data, std::size_t size) {
    constexpr std::uint16_t short_form = 0x8000, kinds = 0xc000, negative = 0x4000;
    constexpr std::uint16_t short_negative = 0x2000, short_weight_sign = 0x0040, short_weight = 0x003f;
    static constexpr std::array powers{1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                       1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    const auto word = [data](std::size_t at) {
        std::uint16_t value;
        std::memcpy(&value, data + at, sizeof value);
        return value;
    };
    if (size < 2) return {};
    const std::uint16_t header = word(0);
    std::size_t at = 2;
    int weight;
    bool is_negative;
    if ((header & short_form) != 0) {
        if ((header & kinds) == kinds) return {};  // NaN and infinities
        is_negative = (header & short_negative) != 0;
        weight = header & short_weight;
        if ((header & short_weight_sign) != 0) weight -= short_weight + 1;
    } else {
        if (size < 4) return {};
        is_negative = (header & kinds) == negative;
        weight = static_cast<std::int16_t>(word(2));
        at = 4;
    }
    const std::size_t digits = (size - at) / 2;
    if (digits == 0) return 0.0;
    constexpr int beyond = 78, vanishing = -90;  // places to base 10,000, far enough from the ends of float8
    if (weight >= beyond)
        throw out_of_range("number of feature \"" + excerpt(name) + "\" is too large", {},
                           "Numbers of features are float8: up to 1.8e308.");
    if (weight < vanishing) return 0.0;
    if (digits > 4) return {};
    std::int64_t whole = 0;
    for (std::size_t i = 0; i < digits; ++i) whole = whole * 10000 + word(at + 2 * i);
    if (whole > std::int64_t{1} << 53) return {};
    const int exponent = 4 * (weight + 1 - static_cast<int>(digits));
    if (std::abs(exponent) > 22) return {};
    // Both are exact doubles: one rounding, to the nearest.
    const double number = exponent < 0 ? static_cast<double>(whole) / powers[static_cast<std::size_t>(-exponent)]
                                       : static_cast<double>(whole) * powers[static_cast<std::size_t>(exponent)];
    return is_negative ? -number : number;
}

double number_of(std::string_view name, const char* stored) {
    const auto* const value = reinterpret_cast<const struct varlena*>(stored);
    if (const auto number = small_number(name, VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value))) return *number;
    return call([value] { return DatumGetFloat8(DirectFunctionCall1(numeric_float8, PointerGetDatum(value))); });
}

/// The children of a container in order: where each one's data begins and how long it is.
class Children {
public:
    Children(const JsonbContainer* container, std::uint32_t first, std::uint32_t begin, const char* data)
        : entry_(container->children + first), begin_(begin), data_(data) {}

    struct Child {
        JEntry entry;
        std::uint32_t begin, end;
        const char* data;

        std::string_view text() const { return {data + begin, end - begin}; }
        const char* aligned() const { return data + INTALIGN(begin); }
    };

    Child next() {
        const JEntry entry = *entry_++;
        std::uint32_t end = begin_;
        JBE_ADVANCE_OFFSET(end, entry);
        return {entry, std::exchange(begin_, end), end, data_};
    }

private:
    const JEntry* entry_;
    std::uint32_t begin_;
    const char* data_;
};

}  // namespace

void JsonbObject::refuse_object() {
    throw invalid_argument("model was fitted to arrays, not to jsonb features", {},
                           "Pass the features as float8[], in the order of the fit.");
}

void JsonbObject::walk(const JsonbContainer* object, std::string_view prefix, int depth, void* owner, Take take) {
    if (depth > deepest)
        throw invalid_argument("features are nested more than " + std::to_string(deepest) + " levels deep");
    const std::uint32_t count = JsonContainerSize(object);
    const char* const data = reinterpret_cast<const char*>(object->children + 2 * count);
    Children keys(object, 0, 0, data);
    // Values lie behind the keys, whose end is that of the last of them.
    std::uint32_t end_of_keys = 0;
    for (std::uint32_t i = 0; i < count; ++i) JBE_ADVANCE_OFFSET(end_of_keys, object->children[i]);
    Children values(object, count, end_of_keys, data);
    std::string joined;
    for (std::uint32_t i = 0; i < count; ++i) {
        std::string_view name = keys.next().text();
        const auto value = values.next();
        if (!prefix.empty()) {
            joined.assign(prefix);
            joined += '.';
            joined += name;
            name = joined;
        }
        if (JBE_ISNUMERIC(value.entry)) {
            take(owner, name, FeatureValue::of(number_of(name, value.aligned())));
        } else if (JBE_ISSTRING(value.entry)) {
            take(owner, name, FeatureValue::of(value.text()));
        } else if (JBE_ISBOOL(value.entry)) {
            take(owner, name, FeatureValue::of_truth(JBE_ISBOOL_TRUE(value.entry)));
        } else if (JBE_ISNULL(value.entry)) {
            take(owner, name, FeatureValue());
        } else {
            const auto* const inner = reinterpret_cast<const JsonbContainer*>(value.aligned());
            if (!JsonContainerIsObject(inner))
                throw invalid_argument(
                    "feature \"" + excerpt(name) + "\" must not be an array", {},
                    "Give its elements names of their own, or what counts of them: a sum, a number.");
            const std::string outer(name);
            walk(inner, outer, depth + 1, owner, take);
        }
    }
}

std::optional<JsonbObject> Argument<JsonbObject>::read(FunctionCallInfo fcinfo, int at, Memory& memory) {
    if (PG_ARGISNULL(at)) return {};
    const Bytes bytes = varlena_bytes(PG_GETARG_DATUM(at));
    const void* place = bytes.data();
    if (reinterpret_cast<std::uintptr_t>(place) % alignof(std::uint32_t) != 0) {
        memory.aligned.resize((bytes.size() + sizeof(std::uint32_t) - 1) / sizeof(std::uint32_t));
        std::memcpy(memory.aligned.data(), bytes.data(), bytes.size());
        place = memory.aligned.data();
    }
    const auto* const root = static_cast<const JsonbContainer*>(place);
    if (!JsonContainerIsObject(root))
        throw invalid_argument(std::string("features must be a jsonb object, not ") +
                                   (JsonContainerIsScalar(root) ? "a single value" : "an array"),
                               {}, "Write features with their names: {\"tenure\": 12, \"plan\": \"gold\"}.");
    return JsonbObject(root, memory.row);
}

std::optional<NumberRow> Argument<NumberRow>::read(FunctionCallInfo fcinfo, int at, Memory& memory) {
    if (PG_ARGISNULL(at)) return {};
    constexpr double missing = std::numeric_limits<double>::quiet_NaN();
    auto* const stored = reinterpret_cast<struct varlena*>(DatumGetPointer(PG_GETARG_DATUM(at)));
    auto* array = reinterpret_cast<const ArrayType*>(stored);
    if (VARATT_IS_EXTENDED(stored))
        array = call([stored] { return reinterpret_cast<const ArrayType*>(pg_detoast_datum(stored)); });
    if (ARR_NDIM(array) > 1)
        throw invalid_argument("array must have one dimension, not " + std::to_string(ARR_NDIM(array)));
    const std::size_t size = ARR_NDIM(array) == 0 ? 0 : static_cast<std::size_t>(ARR_DIMS(array)[0]);
    const auto* numbers = reinterpret_cast<const double*>(ARR_DATA_PTR(array));
    double sum = 0;  // NaN when any is not finite
    const bits8* const given = ARR_NULLBITMAP(array);
    const std::size_t held = given ? 0 : size;
    for (std::size_t i = 0; i < held; ++i) sum += numbers[i] * 0;
    std::size_t next = 0;
    if (given) {
        memory.numbers.assign(size, missing);
        for (std::size_t i = 0; i < size; ++i)
            if ((given[i / 8] >> (i % 8) & 1) != 0) {
                sum += numbers[next] * 0;
                memory.numbers[i] = numbers[next++];
            }
    }
    if (sum != 0) {
        const std::size_t all = given ? next : size;
        for (std::size_t i = 0; i < all; ++i)
            if (!std::isfinite(numbers[i]))
                throw invalid_argument("feature must be a finite number, not " + shortest(numbers[i]), {},
                                       "Write NULL where a value is missing.");
    }
    return NumberRow(given ? std::span<const double>(memory.numbers) : std::span(numbers, size));
}

}  // namespace crm::bind
