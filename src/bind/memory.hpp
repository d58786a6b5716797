// Server memory for C++ containers.
#pragma once
#include "bind/call.hpp"

namespace crm::bind {

/// What one aggregate may take, in kilobytes: the setting crm.max_fit_memory.
extern int max_fit_memory;

/// Allocates from one memory context: accounted by the server, freed with the context at the latest. Throws
/// limit_exceeded when more is wanted at a time than crm.max_fit_memory.
class ContextMemory : public std::pmr::memory_resource {
public:
    explicit ContextMemory(MemoryContext context) : context_(context) {}

    MemoryContext context() const { return context_; }

private:
    void* do_allocate(std::size_t size, std::size_t alignment) final;
    void do_deallocate(void* memory, std::size_t size, std::size_t) final {
        taken_ -= size;
        pfree(memory);
    }
    bool do_is_equal(const std::pmr::memory_resource& other) const noexcept final { return this == &other; }

    MemoryContext context_;
    std::size_t taken_ = 0;
};

/// Memory for one value in `context`; throws bad_alloc, never raises.
void* allocate_in(MemoryContext context, std::size_t size);

/// Builds a T that lives as long as `context` and is destroyed with it.
template <class T, class... Arguments>
T* make_in(MemoryContext context, Arguments&&... arguments) {
    static_assert(alignof(T) <= MAXIMUM_ALIGNOF);
    void* const place = allocate_in(context, sizeof(T));
    MemoryContextCallback* callback = nullptr;
    if constexpr (!std::is_trivially_destructible_v<T>)
        callback = static_cast<MemoryContextCallback*>(allocate_in(context, sizeof *callback));
    T* const made = new (place) T(std::forward<Arguments>(arguments)...);
    if constexpr (!std::is_trivially_destructible_v<T>) {
        callback->func = [](void* object) { static_cast<T*>(object)->~T(); };
        callback->arg = made;
        MemoryContextRegisterResetCallback(context, callback);
    }
    return made;
}

}  // namespace crm::bind
