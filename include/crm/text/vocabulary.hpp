// Numbers for features, in the order in which they are first seen.
#pragma once
#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory_resource>
#include <vector>

namespace crm::text {

/// Open addressing over hashes that are mixed already.
class Vocabulary {
public:
    static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

    explicit Vocabulary(std::pmr::memory_resource* memory) : hashes_(memory), slots_(memory) {}

    std::uint32_t find(std::uint64_t hash) const {
        if (slots_.empty()) return none;
        for (std::size_t at = hash & mask();; at = (at + 1) & mask()) {
            const Slot slot = slots_[at];
            if (slot.id == none || (slot.tag == tag_of(hash) && hashes_[slot.id] == hash)) return slot.id;
        }
    }

    std::uint32_t add(std::uint64_t hash) {
        if (2 * hashes_.size() >= slots_.size()) grow();
        for (std::size_t at = hash & mask();; at = (at + 1) & mask()) {
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

    std::size_t mask() const { return slots_.size() - 1; }

    void grow() {
        slots_.assign(std::max<std::size_t>(64, 2 * slots_.size()), Slot{none, 0});
        for (std::uint32_t id = 0; id < hashes_.size(); ++id) {
            std::size_t at = hashes_[id] & mask();
            while (slots_[at].id != none) at = (at + 1) & mask();
            slots_[at] = {id, tag_of(hashes_[id])};
        }
    }

    std::pmr::vector<std::uint64_t> hashes_;
    std::pmr::vector<Slot> slots_;
};

}  // namespace crm::text
