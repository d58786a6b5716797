#include "bind/call.hpp"

namespace crm::bind::detail {

namespace {

/// Copies the error that was just caught. Null when there is no memory for the copy, so that raising once more
/// cannot jump over the C++ frames above.
ErrorData* copy_caught_error(MemoryContext context) {
    ErrorData* volatile copy = nullptr;
    MemoryContextSwitchTo(context);
    PG_TRY();
    { copy = CopyErrorData(); }
    PG_CATCH();
    { copy = nullptr; }
    PG_END_TRY();
    MemoryContextSwitchTo(context);
    FlushErrorState();
    return copy;
}

}  // namespace

ErrorData* run_guarded(void (*body)(void*), void* argument) {
    const MemoryContext context = CurrentMemoryContext;
    ErrorData* volatile caught = nullptr;
    volatile bool raised = false;
    PG_TRY();
    { body(argument); }
    PG_CATCH();
    {
        raised = true;
        caught = copy_caught_error(context);
    }
    PG_END_TRY();
    if (raised && !caught) throw std::bad_alloc();
    return caught;
}

}  // namespace crm::bind::detail
