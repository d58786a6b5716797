#include "bind/memory.hpp"

#include "crm/foundation/error.hpp"

namespace crm::bind {

int max_fit_memory = 1024 * 1024;

void* allocate_in(MemoryContext context, std::size_t size) {
    if (!AllocHugeSizeIsValid(size)) throw std::bad_alloc();
    void* const memory = MemoryContextAllocExtended(context, size, MCXT_ALLOC_HUGE | MCXT_ALLOC_NO_OOM);
    if (!memory) throw std::bad_alloc();
    return memory;
}

void* ContextMemory::do_allocate(std::size_t size, std::size_t alignment) {
    if (alignment > MAXIMUM_ALIGNOF) throw std::bad_alloc();
    const std::size_t most = std::size_t{1024} * static_cast<std::size_t>(max_fit_memory);
    if (size > most || taken_ > most - size)
        throw limit_exceeded("aggregate needs more memory than crm.max_fit_memory allows",
                             "The limit is " + std::to_string(max_fit_memory / 1024) + " MB for each group.",
                             "Raise crm.max_fit_memory, or aggregate a sample of the rows.");
    void* const memory = allocate_in(context_, size);
    taken_ += size;
    return memory;
}

}  // namespace crm::bind
