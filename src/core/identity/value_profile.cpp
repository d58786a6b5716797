#include "crm/identity/value_profile.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <span>
#include <tuple>

#include "crm/foundation/error.hpp"
#include "crm/foundation/rounded.hpp"
#include "crm/foundation/unicode.hpp"
#include "crm/identity/null_like.hpp"

namespace crm::identity {

namespace {

constexpr std::size_t most_values = 32768, most_shapes = 4096, most_shown = 10, longest_end = 100;
constexpr std::size_t longest_key = 96, shown_of_long = 80;
constexpr std::int64_t most_count = std::int64_t{1} << 53;

/// A long value is known by its beginning and a hash of all of it.
constexpr char hash_mark = '\x01';

void key_of(std::string_view value, std::string& key) {
    key.assign(beginning(value, value.size() <= longest_key ? longest_key : shown_of_long));
    if (value.size() <= longest_key) return;
    std::uint64_t one = 0x9e3779b97f4a7c15;
    for (const char c : value) one = (one ^ static_cast<unsigned char>(c)) * 0x100000001b3, one ^= one >> 29;
    key += "...";
    key += hash_mark;
    for (int i = 0; i < 16; ++i, one >>= 4) key += "0123456789abcdef"[one & 15];
}

std::string_view shown(std::string_view key) {
    return key.size() > 17 && key[key.size() - 17] == hash_mark ? key.substr(0, key.size() - 17) : key;
}

std::optional<double> plain_number(std::string_view value) {
    if (value.empty() || value.size() > 64 || value.find_first_not_of("0123456789+-.eE") != std::string_view::npos)
        return {};
    if (value.front() == '+') value.remove_prefix(1);
    double number;
    const auto [end, wrong] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (wrong != std::errc() || end != value.data() + value.size() || !std::isfinite(number)) return {};
    return number + 0.0;  // never -0
}

std::optional<double> share(std::int64_t part, std::int64_t whole) {
    if (whole == 0) return {};
    return static_cast<double>(part) / static_cast<double>(whole);
}

std::string percent(std::int64_t part, std::int64_t whole) { return rounded(100 * *share(part, whole), 2) + " %"; }

/// Whether a value of this kind among others is worth a word: few things look like an e-mail address by chance.
bool is_telling(ValueKind kind) { return kind < ValueKind::code || kind == ValueKind::sentence; }

bool is_number(ValueKind kind) { return kind == ValueKind::whole_number || kind == ValueKind::decimal_number; }

}  // namespace

bool operator==(const ValueProfile& one, const ValueProfile& other) {
    const auto all = [](const ValueProfile& p) {
        return std::tuple(p.rows, p.nulls, p.null_share, p.null_like, p.distinct, p.distinct_exact, p.least_length,
                          p.greatest_length, p.mean_length, p.digit_share, p.letter_share, p.non_ascii_share, p.least,
                          p.greatest, p.least_number, p.greatest_number, p.looks_like, p.looks_like_share,
                          p.shapes.text(), p.frequent.text(), p.flags);
    };
    return all(one) == all(other);
}

ValueProfiler::ValueProfiler(std::pmr::memory_resource* memory)
    : least_length_(most_count),
      least_number_(std::numeric_limits<double>::infinity()),
      greatest_number_(-std::numeric_limits<double>::infinity()),
      least_(memory),
      greatest_(memory),
      values_(memory, most_values),
      shapes_(memory, most_shapes) {}

void ValueProfiler::add(std::optional<std::string_view> value) {
    if (value) add_value(*value);
    ++counts_[rows];
    if (!value) ++counts_[nulls];
}

void ValueProfiler::add_value(std::string_view value) {
    std::int64_t length = 0, blanks = 0;
    bool doubled = false, control = false, replaced = false, wide = false, was_blank = false;
    for (std::string_view rest = value; !rest.empty(); ++length) {
        const auto [character, bytes] = first_code_point(rest);
        rest.remove_prefix(bytes);
        const CharacterKind kind = kind_of(character);
        counts_[digits] += kind == CharacterKind::digit;
        counts_[letters] += kind == CharacterKind::letter || kind == CharacterKind::unsegmented;
        const bool blank = kind == CharacterKind::space;
        blanks += blank;
        doubled |= blank && was_blank;
        was_blank = blank;
        control |= character < 0x20 || character == 0x7F;
        replaced |= character == 0xFFFD;
        wide |= character >= 0x80;
    }
    counts_[characters] += length;
    counts_[printed] += length - blanks;
    counts_[control_signs] += control;
    counts_[damaged] += replaced;
    counts_[non_ascii] += wide;
    least_length_ = std::min(least_length_, length);
    greatest_length_ = std::max(greatest_length_, length);

    const std::string_view bare = trimmed(value);
    const bool nothing = is_null_like(bare);
    counts_[blank_ends] += bare.size() != value.size() && !bare.empty();
    counts_[double_blanks] += doubled && !bare.empty();
    if (nothing)
        ++counts_[nothings];
    else
        ++kinds_[static_cast<std::size_t>(value_kind(bare))];
    if (const auto number = plain_number(bare)) {
        ++counts_[plain_numbers];
        least_number_ = std::min(least_number_, *number);
        greatest_number_ = std::max(greatest_number_, *number);
    }
    const std::string_view end = beginning(value, longest_end);
    if (counts_[rows] == counts_[nulls] || end < least_) least_.assign(end);
    if (counts_[rows] == counts_[nulls] || end > greatest_) greatest_.assign(end);
    std::string key;
    key_of(value, key);
    values_.add(key);
    shapes_.add(value_shape(value));
}

void ValueProfiler::merge(const ValueProfiler& other, const Cancellation& cancellation) {
    const auto valued = [](const ValueProfiler& p) { return p.counts_[rows] > p.counts_[nulls]; };
    if (valued(other)) {
        if (!valued(*this) || other.least_ < least_) least_ = other.least_;
        if (!valued(*this) || other.greatest_ > greatest_) greatest_ = other.greatest_;
    }
    for (std::size_t i = 0; i < counters; ++i) counts_[i] += other.counts_[i];
    for (std::size_t i = 0; i < value_kinds; ++i) kinds_[i] += other.kinds_[i];
    least_length_ = std::min(least_length_, other.least_length_);
    greatest_length_ = std::max(greatest_length_, other.greatest_length_);
    least_number_ = std::min(least_number_, other.least_number_);
    greatest_number_ = std::max(greatest_number_, other.greatest_number_);
    values_.merge(other.values_, cancellation);
    shapes_.merge(other.shapes_, cancellation);
}

void ValueProfiler::save(Writer& out) const {
    for (const std::int64_t count : counts_) out.varint(static_cast<std::uint64_t>(count));
    for (const std::int64_t count : kinds_) out.varint(static_cast<std::uint64_t>(count));
    out.varint(static_cast<std::uint64_t>(least_length_));
    out.varint(static_cast<std::uint64_t>(greatest_length_));
    out.put(least_number_);
    out.put(greatest_number_);
    out.text(least_);
    out.text(greatest_);
    values_.save(out);
    shapes_.save(out);
}

void ValueProfiler::load(Reader& in, const Cancellation& cancellation) {
    const auto count = [&in] {
        const std::uint64_t value = in.varint();
        if (value > static_cast<std::uint64_t>(most_count)) throw corrupt_data("impossible count in state");
        return static_cast<std::int64_t>(value);
    };
    for (std::int64_t& one : counts_) one = count();
    for (std::int64_t& one : kinds_) one = count();
    least_length_ = count();
    greatest_length_ = count();
    least_number_ = in.get<double>();
    greatest_number_ = in.get<double>();
    if (counts_[rows] < counts_[nulls] || std::isnan(least_number_) || std::isnan(greatest_number_))
        throw corrupt_data("impossible count in state");
    least_.assign(in.text());
    greatest_.assign(in.text());
    values_.load(in, cancellation);
    shapes_.load(in, cancellation);
}

Json ValueProfiler::top(const TextCounts& counts, const char* name) const {
    std::vector<TextCounts::Entry> entries = counts.sorted();
    const auto shown_ones = entries.begin() + static_cast<std::ptrdiff_t>(std::min(entries.size(), most_shown));
    std::ranges::partial_sort(entries, shown_ones, [](const TextCounts::Entry& a, const TextCounts::Entry& b) {
        return std::pair(b.count, a.text) < std::pair(a.count, b.text);
    });
    Json::Array list;
    for (auto entry = entries.begin(); entry != shown_ones; ++entry)
        list.push_back(Json::Object{{name, Json(shown(entry->text))},
                                    {"count", entry->count},
                                    {"share", *share(entry->count, counts_[rows] - counts_[nulls])}});
    return list;
}

ValueProfile ValueProfiler::finish() const {
    ValueProfile profile;
    profile.rows = counts_[rows];
    profile.nulls = counts_[nulls];
    profile.null_share = share(profile.nulls, profile.rows);
    const std::int64_t values = profile.rows - profile.nulls, real = values - counts_[nothings];
    profile.null_like = counts_[nothings];
    profile.distinct = std::llround(values_.distinct());
    profile.distinct_exact = values_.level() == 0;
    profile.shapes = top(shapes_, "shape");
    profile.frequent = top(values_, "value");
    if (values == 0) return profile;
    profile.least_length = least_length_;
    profile.greatest_length = greatest_length_;
    profile.mean_length = share(counts_[characters], values);
    profile.digit_share = share(counts_[digits], counts_[printed]);
    profile.letter_share = share(counts_[letters], counts_[printed]);
    profile.non_ascii_share = share(counts_[non_ascii], values);
    profile.least = std::string(least_);
    profile.greatest = std::string(greatest_);
    if (counts_[plain_numbers] > 0) {
        profile.least_number = least_number_;
        profile.greatest_number = greatest_number_;
    }
    if (real > 0) {
        const auto commonest = std::ranges::max_element(kinds_);
        profile.looks_like = name_of(static_cast<ValueKind>(commonest - kinds_.begin()));
        profile.looks_like_share = share(*commonest, real);
    }
    if (const std::string words = flags(profile); !words.empty()) profile.flags = words;
    return profile;
}

std::string ValueProfiler::flags(const ValueProfile& profile) const {
    const std::int64_t values = profile.rows - profile.nulls, real = values - counts_[nothings];
    std::string words;
    const auto say = [&words](const std::string& flag) { words += (words.empty() ? "" : "; ") + flag; };
    const auto count = [&](Counter counter, const char* what) {
        if (counts_[counter] > 0) say(percent(counts_[counter], values) + " " + what);
    };
    count(nothings, "stand for nothing");
    if (profile.distinct == 1 && values > 1) say("always the same value");
    if (profile.distinct_exact && profile.distinct == values && values > 1) say("no value twice");
    if (real > 0) {
        // Numbers with and without decimals are one kind here.
        std::array<std::int64_t, value_kinds> kinds = kinds_;
        constexpr auto whole = static_cast<std::size_t>(ValueKind::whole_number);
        constexpr auto decimal = static_cast<std::size_t>(ValueKind::decimal_number);
        const std::int64_t numbers = kinds[whole] + kinds[decimal];
        if (kinds[whole] > 0 && kinds[decimal] > 0) {
            kinds[whole] = 0;
            kinds[decimal] = numbers;
        }
        for (std::size_t i = 0; i < value_kinds; ++i) {
            const auto kind = static_cast<ValueKind>(i);
            if (!is_telling(kind) || kinds[i] == 0 || kinds[i] * 2 >= real) continue;
            const bool both = is_number(kind) && kinds_[whole] > 0 && kinds_[decimal] > 0;
            say(percent(kinds[i], real) + " look like " + (both ? "numbers" : std::string(name_of(kind))));
        }
        const auto most = static_cast<std::size_t>(std::ranges::max_element(kinds) - kinds.begin());
        const bool a_type = most < static_cast<std::size_t>(ValueKind::code);
        if (a_type && kinds[most] * 2 >= real && kinds[most] < real)
            say("mixed types: " + percent(real - kinds[most], real) + " do not look like the " +
                (is_number(static_cast<ValueKind>(most)) ? "numbers"
                                                         : std::string(name_of(static_cast<ValueKind>(most)))) +
                " that the others are");
    }
    count(blank_ends, "have blanks before or after");
    count(double_blanks, "have double blanks");
    count(control_signs, "have line breaks or other control characters");
    count(damaged, "have damaged characters");
    if (!profile.distinct_exact)
        say("distinct values are estimated, frequent ones are from one value in " +
            std::to_string(std::int64_t{1} << values_.level()));
    return words;
}

}  // namespace crm::identity
