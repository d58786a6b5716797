// What a column of a table holds, seen from its values: how many, how long, of what shape, which ones again and again.
#pragma once
#include <array>
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crm/foundation/json.hpp"
#include "crm/identity/text_counts.hpp"
#include "crm/identity/value_shape.hpp"

namespace crm::identity {

/// Shares are of the values that are not NULL, those of characters of all characters but white space; none where there
/// is no such value or character.
struct ValueProfile {
    std::int64_t rows = 0, nulls = 0;
    std::optional<double> null_share;  // of the rows
    std::int64_t null_like = 0;        // written, but standing for nothing: blank, "n/a", "unknown"
    std::int64_t distinct = 0;
    bool distinct_exact = true;
    std::optional<std::int64_t> least_length, greatest_length;  // in characters
    std::optional<double> mean_length;
    std::optional<double> digit_share, letter_share;
    std::optional<double> non_ascii_share;                // of the values: those with a character beyond ASCII
    std::optional<std::string> least, greatest;           // by bytes, each cut to 100
    std::optional<double> least_number, greatest_number;  // of the values that are plain numbers
    std::optional<std::string> looks_like;                // the commonest kind
    std::optional<double> looks_like_share;               // of the values that do not stand for nothing
    Json shapes, frequent;  // arrays of {"shape" or "value": ..., "count": ..., "share": ...}, the commonest first
    std::optional<std::string> flags;

    friend bool operator==(const ValueProfile&, const ValueProfile&);
};

/// The aggregate's state. Exact up to 32768 distinct values; beyond, the number of distinct values is estimated, and
/// the frequent ones are those among one value in 2, 4, 8, ...
class ValueProfiler {
public:
    explicit ValueProfiler(std::pmr::memory_resource* memory);

    void add(std::optional<std::string_view> value);
    void merge(const ValueProfiler& other, const Cancellation& = {});
    void save(Writer&) const;
    void load(Reader&, const Cancellation& = {});
    ValueProfile finish() const;

private:
    enum Counter : std::size_t {
        rows,
        nulls,
        nothings,
        blank_ends,
        double_blanks,
        control_signs,
        damaged,
        non_ascii,
        characters,
        printed,
        digits,
        letters,
        plain_numbers,
        counters
    };

    void add_value(std::string_view value);
    void keep_ends(std::string_view key);
    Json top(const TextCounts& counts, const char* name) const;
    std::string flags(const ValueProfile& profile) const;

    std::array<std::int64_t, counters> counts_{};
    std::array<std::int64_t, value_kinds> kinds_{};
    std::int64_t least_length_, greatest_length_ = 0;
    double least_number_, greatest_number_;
    std::pmr::string least_, greatest_;
    TextCounts values_, shapes_;
};

}  // namespace crm::identity
