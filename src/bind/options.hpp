// The options of an aggregate: the same jsonb with each of a million rows.
#pragma once
#include "bind/json.hpp"

namespace crm::bind {

/// A jsonb that is read anew only when its bytes change.
template <class T>
class ParsedOptions {
public:
    /// `parse` makes a T of a Json.
    template <class Parse>
    const T& read(Datum datum, const Parse& parse) {
        const Bytes bytes = varlena_bytes(datum);
        if (bytes_.empty() || !std::ranges::equal(bytes, bytes_)) {
            bytes_.clear();
            value_ = parse(read_jsonb(datum));
            bytes_.assign(bytes.begin(), bytes.end());
            edition_ = ++editions;
        }
        return value_;
    }

    /// A number that changes with the options, in the whole process.
    std::uint64_t edition() const { return edition_; }

private:
    static inline std::uint64_t editions = 0;

    std::vector<std::byte> bytes_;
    T value_;
    std::uint64_t edition_ = 0;
};

/// A jsonb argument as a T, by T::from_json; T{} when it is NULL.
template <class T>
struct Options {
    const T& value;
    std::uint64_t edition = 0;  // the same for the same options; 0 for none
};

template <class T>
struct Argument<Options<T>> {
    static constexpr int columns = 1;
    using Memory = ParsedOptions<T>;
    static std::optional<Options<T>> read(FunctionCallInfo fcinfo, int at, Memory& memory) {
        static const T none;
        if (PG_ARGISNULL(at)) return Options<T>{none};
        const T& value = memory.read(PG_GETARG_DATUM(at), &T::from_json);
        return Options<T>{value, memory.edition()};
    }
};

/// The same for states that keep their options: `edition` is one number while they do not change, and 0 when they are
/// NULL.
template <class T>
struct NumberedOptions {
    const T& value;
    std::uint64_t edition;
};

template <class T>
struct Argument<NumberedOptions<T>> {
    static constexpr int columns = 1;
    struct Memory : ParsedOptions<T> {
        std::uint64_t edition = 0;
    };
    static std::optional<NumberedOptions<T>> read(FunctionCallInfo fcinfo, int at, Memory& memory) {
        static std::uint64_t editions = 0;
        static const T none;
        if (PG_ARGISNULL(at)) return NumberedOptions<T>{none, 0};
        const T& value = memory.read(PG_GETARG_DATUM(at), [&memory](const Json& json) {
            memory.edition = ++editions;
            return T::from_json(json);
        });
        return NumberedOptions<T>{value, memory.edition};
    }
};

}  // namespace crm::bind
