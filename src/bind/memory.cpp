#include "bind/memory.hpp"

namespace crm::bind {

void* allocate_in(MemoryContext context, std::size_t size) {
    if (!AllocHugeSizeIsValid(size)) throw std::bad_alloc();
    void* const memory = MemoryContextAllocExtended(context, size, MCXT_ALLOC_HUGE | MCXT_ALLOC_NO_OOM);
    if (!memory) throw std::bad_alloc();
    return memory;
}

void* ContextMemory::do_allocate(std::size_t size, std::size_t alignment) {
    if (alignment > MAXIMUM_ALIGNOF) throw std::bad_alloc();
    return allocate_in(context_, size);
}

}  // namespace crm::bind
