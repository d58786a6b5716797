#include "crm/value/cohort_cells.hpp"

#include <algorithm>
#include <bit>
#include <iterator>

namespace crm::value {

void CohortCells::grow() {
    constexpr std::size_t least_slots = 8;
    std::pmr::vector<Entry> old(std::max(least_slots, slots_.size() * 2), Entry{}, slots_.get_allocator());
    old.swap(slots_);
    shift_ = 64 - std::countr_zero(slots_.size());
    for (const Entry& entry : old)
        if (entry.place.age != free) find(entry.place) = entry;
}

std::vector<CohortCells::Entry> CohortCells::sorted(const Cancellation& cancellation) const {
    std::vector<Entry> entries;
    entries.reserve(size_);
    std::ranges::copy_if(slots_, std::back_inserter(entries), [](const Entry& slot) { return slot.place.age != free; });
    Pace pace(cancellation);
    std::ranges::sort(entries, [&pace](const Entry& one, const Entry& other) {
        pace.step();
        return one.place < other.place;
    });
    return entries;
}

}  // namespace crm::value
