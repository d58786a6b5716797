// What cohorts did, by cohort and age: a table that each purchase of each customer is counted in.
#pragma once
#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <vector>

#include "crm/foundation/cancellation.hpp"
#include "crm/value/money.hpp"

namespace crm::value {

/// What a cohort did at one age. At age 0 all of it is active, which tells its size.
struct CohortCell {
    std::int64_t active = 0, orders = 0;
    MoneySum revenue;

    void add(const CohortCell& more) {
        active += more.active;
        orders += more.orders;
        revenue.add(more.revenue);
    }
};

struct CohortPlace {
    std::int32_t cohort, age;  // number of the cohort's unit; 0 or more

    friend auto operator<=>(const CohortPlace&, const CohortPlace&) = default;
};

/// Open addressing. All memory comes from the resource given, so that a state may be dropped without its destructor.
class CohortCells {
public:
    struct Entry {
        CohortPlace place{0, free};
        CohortCell cell;
    };

    explicit CohortCells(std::pmr::memory_resource* memory) : slots_(memory) {}

    std::size_t size() const { return size_; }

    /// The cell of a place, empty at first; valid until the next call.
    CohortCell& operator[](CohortPlace place) {
        if (size_ >= slots_.size() / 2) grow();
        Entry& slot = find(place);
        if (slot.place.age == free) {
            slot.place = place;
            ++size_;
        }
        return slot.cell;
    }

    /// By cohort, then age.
    std::vector<Entry> sorted(const Cancellation& = {}) const;

private:
    static constexpr std::int32_t free = -1;

    /// The slot that holds the place, or the free one where it belongs; needs a table with a free slot.
    Entry& find(CohortPlace place) {
        const std::uint64_t key =
            std::uint64_t{static_cast<std::uint32_t>(place.cohort)} << 32 | static_cast<std::uint32_t>(place.age);
        std::size_t at = static_cast<std::size_t>((key ^ key >> 29) * 0x9e3779b97f4a7c15 >> shift_);
        while (slots_[at].place.age != free && slots_[at].place != place) at = (at + 1) & (slots_.size() - 1);
        return slots_[at];
    }

    void grow();

    std::pmr::vector<Entry> slots_;  // none, or a power of two
    std::size_t size_ = 0;
    int shift_ = 64;  // 64 - log2 of the slots
};

}  // namespace crm::value
