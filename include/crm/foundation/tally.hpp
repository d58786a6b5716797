// Counts equal observations: a fit's cost grows with the distinct ones, not with the rows it read.
#pragma once
#include <algorithm>
#include <bit>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory_resource>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "crm/foundation/bytes.hpp"
#include "crm/foundation/cancellation.hpp"
#include "crm/foundation/error.hpp"

namespace crm {

/// What can be counted: a number, or a struct of numbers whose `tied(self)` gives std::tie of all of them (for const
/// and other `self`). A struct may have `bool valid() const`, which load() then asks of every key.
template <class Key>
concept Countable = Scalar<Key> || requires(Key key, const Key& fixed) {
    Key::tied(key);
    Key::tied(fixed);
};

/// A sum of weights of 1 as a number of rows. Throws corrupt_data when it is none, as in a state that came from outside.
inline std::int64_t count_of(double weights) {
    constexpr double most = 0x1p53;
    if (!(weights >= 0 && weights <= most) || weights != std::floor(weights))
        throw corrupt_data("impossible count in state");
    return static_cast<std::int64_t>(weights);
}

/// Distinct keys, each with the sum of its weights, in an open-addressing table.
/// All memory comes from the resource given, so that a state may be dropped without its destructor. A key's numbers
/// must not be NaN; -0.0 counts as 0.0. Sums of whole weights are exact, so that they do not depend on the order of
/// adding.
template <Countable Key>
class Tally {
public:
    struct Entry {
        Key key;
        double weight;  // 0 marks a free slot
    };

    explicit Tally(std::pmr::memory_resource* memory) : slots_(memory) {}

    /// `weight` is finite and positive. Throws out_of_range when a sum of weights is not finite any more.
    void add(const Key& key, double weight = 1) {
        if (size_ >= limit(slots_.size())) grow();
        const Key plain = normalised(key);
        Entry& slot = find(plain);
        if (slot.weight == 0) {
            slot.key = plain;
            ++size_;
        }
        slot.weight += weight;
        if (slot.weight > std::numeric_limits<double>::max()) throw out_of_range("sum of weights is too large");
    }

    void merge(const Tally& other, const Cancellation& cancellation = {}) {
        reserve(other.size_);
        Pace pace(cancellation);
        other.each([this, &pace](const Entry& entry) {
            pace.step();
            add(entry.key, entry.weight);
        });
    }

    std::size_t size() const { return size_; }

    /// The entries by ascending key.
    std::vector<Entry> sorted(const Cancellation& = {}) const;

    void save(Writer&) const;

    /// Reads what save() wrote, adding to what is here; throws corrupt_data.
    void load(Reader&, const Cancellation& = {});

private:
    static constexpr std::size_t least_slots = 8;

    static auto fields(auto& key) {
        if constexpr (Scalar<Key>)
            return std::tie(key);
        else
            return Key::tied(key);
    }

    static std::size_t limit(std::size_t slots) { return slots - slots / 8; }

    static Key normalised(Key key) {
        std::apply([](auto&... field) { ((field += 0), ...); }, fields(key));  // -0.0 + 0 is 0.0
        return key;
    }

    static std::uint64_t hash(const Key& key) {
        constexpr std::uint64_t odd = 0x9e3779b97f4a7c15;
        std::uint64_t mixed = 0;
        const auto mix = [&mixed](auto field) {
            using Bits = std::conditional_t<sizeof(field) == 8, std::uint64_t, std::uint32_t>;
            mixed = (mixed ^ std::bit_cast<Bits>(field)) * odd;
            mixed ^= mixed >> 32;
        };
        std::apply([&mix](auto... field) { (mix(field), ...); }, fields(key));
        return mixed * odd;
    }

    /// The slot that holds the key, or the free one where it belongs; needs a table with a free slot.
    Entry& find(const Key& key) {
        const std::size_t last = slots_.size() - 1;
        std::size_t at = static_cast<std::size_t>(hash(key) >> shift_);
        while (slots_[at].weight != 0 && fields(slots_[at].key) != fields(key)) at = (at + 1) & last;
        return slots_[at];
    }

    /// Visits the slots scattered: entries that arrive in the order of their hash would pile up in a smaller table.
    template <class Visit>
    void each(Visit visit) const {
        const std::size_t last = slots_.size() - 1;
        for (std::size_t step = 0; step < slots_.size(); ++step)
            if (const Entry& entry = slots_[(step * 0x9e3779b1) & last]; entry.weight != 0) visit(entry);
    }

    void reserve(std::size_t keys) {
        while (limit(slots_.size()) <= keys) grow();
    }

    void grow();

    std::pmr::vector<Entry> slots_;  // none, or a power of two
    std::size_t size_ = 0;
    int shift_ = 64;  // 64 - log2 of the slots
};

template <Countable Key>
void Tally<Key>::grow() {
    std::pmr::vector<Entry> old(std::max(least_slots, slots_.size() * 2), Entry{}, slots_.get_allocator());
    old.swap(slots_);
    shift_ = 64 - std::countr_zero(slots_.size());
    for (const Entry& entry : old)
        if (entry.weight != 0) find(entry.key) = entry;
}

template <Countable Key>
std::vector<typename Tally<Key>::Entry> Tally<Key>::sorted(const Cancellation& cancellation) const {
    std::vector<Entry> entries;
    entries.reserve(size_);
    for (const Entry& slot : slots_)
        if (slot.weight != 0) entries.push_back(slot);
    Pace pace(cancellation);
    std::ranges::sort(entries, [&pace](const Entry& a, const Entry& b) {
        pace.step();
        return fields(a.key) < fields(b.key);
    });
    return entries;
}

template <Countable Key>
void Tally<Key>::save(Writer& out) const {
    out.varint(size_);
    each([&out](const Entry& entry) {
        std::apply([&out](const auto&... field) { (out.put(field), ...); }, fields(entry.key));
        out.put(entry.weight);
    });
}

template <Countable Key>
void Tally<Key>::load(Reader& in, const Cancellation& cancellation) {
    Key key{};
    const auto width = [](auto... field) { return (sizeof field + ...); };
    const auto finite = [](auto... field) { return (std::isfinite(static_cast<double>(field)) && ...); };
    const auto read = [&in](auto&... field) { ((field = in.get<std::remove_reference_t<decltype(field)>>()), ...); };
    const std::size_t count = in.count(std::apply(width, fields(key)) + sizeof(double));
    reserve(count);
    Pace pace(cancellation);
    for (std::size_t i = 0; i < count; ++i) {
        pace.step();
        std::apply(read, fields(key));
        bool valid = std::apply(finite, fields(key));
        if constexpr (requires { key.valid(); }) valid = valid && key.valid();
        const auto weight = in.get<double>();
        if (!valid || !(weight > 0) || !std::isfinite(weight)) throw corrupt_data("impossible observation in state");
        add(key, weight);
    }
}

}  // namespace crm
