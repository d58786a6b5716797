// Distinct items, each with a number that stays: 0, 1, 2, ... in the order in which they were first seen.
#pragma once
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <string_view>
#include <vector>

#include "crm/foundation/error.hpp"

namespace crm::text {

/// Item has `std::uint64_t hash() const`, well mixed. All memory comes from the resource given.
template <class Item>
class Indexed {
public:
    using Id = std::uint32_t;

    explicit Indexed(std::pmr::memory_resource* memory) : items_(memory), slots_(memory) {}

    std::size_t size() const { return items_.size(); }
    const Item& operator[](std::size_t id) const { return items_[id]; }
    Item& operator[](std::size_t id) { return items_[id]; }
    auto begin() const { return items_.begin(); }
    auto end() const { return items_.end(); }

    /// The item of this hash for which `same(item)` holds, or nothing.
    template <class Same>
    std::optional<Id> find(std::uint64_t hash, Same same) const {
        const std::size_t last = slots_.size() - 1;
        if (slots_.empty()) return {};
        for (std::size_t at = hash & last; slots_[at] != 0; at = (at + 1) & last) {
            const Item& item = items_[slots_[at] - 1];
            if (item.hash() == hash && same(item)) return slots_[at] - 1;
        }
        return {};
    }

    /// That item, or else the one that `make()` gives.
    template <class Same, class Make>
    Id find_or_add(std::uint64_t hash, Same same, Make make) {
        if (items_.size() + items_.size() / 4 >= slots_.size()) grow();
        const std::size_t last = slots_.size() - 1;
        std::size_t at = hash & last;
        for (; slots_[at] != 0; at = (at + 1) & last) {
            const Item& item = items_[slots_[at] - 1];
            if (item.hash() == hash && same(item)) return slots_[at] - 1;
        }
        if (items_.size() >= UINT32_MAX - 1) throw limit_exceeded("more than 4294967294 distinct items");
        items_.push_back(make());
        slots_[at] = static_cast<Id>(items_.size());
        return slots_[at] - 1;
    }

private:
    void grow() {
        std::pmr::vector<Id> larger(slots_.empty() ? 16 : slots_.size() * 2, 0, slots_.get_allocator());
        const std::size_t last = larger.size() - 1;
        for (std::size_t i = 0; i < items_.size(); ++i) {
            std::size_t at = items_[i].hash() & last;
            while (larger[at] != 0) at = (at + 1) & last;
            larger[at] = static_cast<Id>(i + 1);
        }
        slots_.swap(larger);
    }

    std::pmr::vector<Item> items_;
    std::pmr::vector<Id> slots_;  // number of the item plus 1, 0 where free; a power of two of them
};

/// A well mixed hash of 64 bits (the finaliser of splitmix64).
constexpr std::uint64_t mixed(std::uint64_t bits) {
    bits += 0x9e3779b97f4a7c15;
    bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9;
    bits = (bits ^ (bits >> 27)) * 0x94d049bb133111eb;
    return bits ^ (bits >> 31);
}

inline std::uint64_t hash_of(std::string_view text) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char byte : text) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
    return mixed(hash);
}

inline std::uint64_t hash_of(std::u32string_view text) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char32_t character : text) hash = (hash ^ character) * 0x100000001b3;
    return mixed(hash);
}

}  // namespace crm::text
