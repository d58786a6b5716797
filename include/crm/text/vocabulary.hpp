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
            const std::uint32_t id = slots_[at];
            if (id == none || hashes_[id] == hash) return id;
        }
    }

    std::uint32_t add(std::uint64_t hash) {
        if (2 * hashes_.size() >= slots_.size()) grow();
        for (std::size_t at = hash & mask();; at = (at + 1) & mask()) {
            if (slots_[at] == none) {
                slots_[at] = static_cast<std::uint32_t>(hashes_.size());
                hashes_.push_back(hash);
                return slots_[at];
            }
            if (hashes_[slots_[at]] == hash) return slots_[at];
        }
    }

    std::uint64_t hash(std::uint32_t id) const { return hashes_[id]; }
    std::size_t size() const { return hashes_.size(); }

private:
    std::size_t mask() const { return slots_.size() - 1; }

    void grow() {
        slots_.assign(std::max<std::size_t>(64, 2 * slots_.size()), none);
        for (std::uint32_t id = 0; id < hashes_.size(); ++id) {
            std::size_t at = hashes_[id] & mask();
            while (slots_[at] != none) at = (at + 1) & mask();
            slots_[at] = id;
        }
    }

    std::pmr::vector<std::uint64_t> hashes_;
    std::pmr::vector<std::uint32_t> slots_;
};

}  // namespace crm::text
