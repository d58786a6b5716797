// Numbers for features, in the order in which they are first seen.
#pragma once
#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>
#include <memory_resource>
#include <random>
#include <vector>

namespace crm::text {

/// Open addressing. Hashes are mixed already, but those of a model that comes in as bytes may be chosen to collide:
/// where one is looked for depends on a number that is drawn anew in each process, and that nothing else depends on.
class Vocabulary {
public:
    static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

    explicit Vocabulary(std::pmr::memory_resource* memory) : hashes_(memory), slots_(memory) {}

    std::uint32_t find(std::uint64_t hash) const {
        if (slots_.empty()) return none;
        for (std::size_t at = place(hash);; at = (at + 1) & mask()) {
            const Slot slot = slots_[at];
            if (slot.id == none || (slot.tag == tag_of(hash) && hashes_[slot.id] == hash)) return slot.id;
        }
    }

    std::uint32_t add(std::uint64_t hash) {
        if (2 * hashes_.size() >= slots_.size()) grow();
        for (std::size_t at = place(hash);; at = (at + 1) & mask()) {
            Slot& slot = slots_[at];
            if (slot.id == none) {
                slot = {static_cast<std::uint32_t>(hashes_.size()), tag_of(hash)};
                hashes_.push_back(hash);
                return slot.id;
            }
            if (slot.tag == tag_of(hash) && hashes_[slot.id] == hash) return slot.id;
        }
    }

    std::uint64_t hash(std::uint32_t id) const { return hashes_[id]; }
    std::size_t size() const { return hashes_.size(); }

private:
    struct Slot {
        std::uint32_t id,
            tag;  // the tag is the upper half of the hash: what differs is mostly seen without a second look
    };

    static std::uint32_t tag_of(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 32); }

    /// Odd.
    static std::uint64_t drawn_multiplier() {
        static const std::uint64_t drawn = [] {
            std::random_device random;
            return std::uint64_t{random()} << 32 | random() | 1U;
        }();
        return drawn;
    }

    std::size_t mask() const { return slots_.size() - 1; }

    std::size_t place(std::uint64_t hash) const {
        hash *= multiplier_;
        return (hash ^ hash >> 32) * multiplier_ >> shift_;
    }

    void grow() {
        slots_.assign(std::max<std::size_t>(64, 2 * slots_.size()), Slot{none, 0});
        shift_ = std::countl_zero(slots_.size()) + 1;
        for (std::uint32_t id = 0; id < hashes_.size(); ++id) {
            std::size_t at = place(hashes_[id]);
            while (slots_[at].id != none) at = (at + 1) & mask();
            slots_[at] = {id, tag_of(hashes_[id])};
        }
    }

    std::pmr::vector<std::uint64_t> hashes_;
    std::pmr::vector<Slot> slots_;
    std::uint64_t multiplier_ = drawn_multiplier();
    int shift_ = 0;  // leaves as many bits as a place in slots_ has
};

}  // namespace crm::text
