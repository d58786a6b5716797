// From C++ down into the server: a server function raises by longjmp, which would skip C++ destructors.
// So whatever can raise is called through `call`, which turns the raised error into an exception.
#pragma once
#include "bind/postgres.hpp"

namespace crm::bind {

/// A server error on its way through C++ frames; the boundary raises it again, whole. Nobody else may swallow it:
/// without a subtransaction the server cannot go on after an error.
struct ServerError {
    ErrorData* error;
};

namespace detail {

/// Runs `body(argument)`; returns the error it raised, or null.
ErrorData* run_guarded(void (*body)(void*), void* argument);

}  // namespace detail

/// Runs `body`, which may raise, and returns its (trivially copyable) value. `body` must own nothing that needs a
/// destructor: when it raises, its own frame is skipped. Throws ServerError, or what `body` itself throws.
template <class Body>
auto call(Body body) {
    using Value = std::invoke_result_t<Body&>;
    using Stored = std::conditional_t<std::is_void_v<Value>, char, Value>;
    static_assert(std::is_trivially_copyable_v<Stored> && std::is_trivially_destructible_v<Body>);
    struct Frame {
        Body& body;
        Stored value{};
        std::exception_ptr thrown;
    } frame{body, {}, nullptr};

    ErrorData* const raised = detail::run_guarded(
        [](void* argument) {
            auto& in = *static_cast<Frame*>(argument);
            try {
                if constexpr (std::is_void_v<Value>)
                    in.body();
                else
                    in.value = in.body();
            } catch (...) {
                in.thrown = std::current_exception();
            }
        },
        &frame);
    if (raised) throw ServerError{raised};
    if (frame.thrown) std::rethrow_exception(frame.thrown);
    if constexpr (!std::is_void_v<Value>) return frame.value;
}

/// Lets a cancel or a timeout through, as an exception. Cheap when nothing is pending.
inline void check_for_interrupts() {
    if (INTERRUPTS_PENDING_CONDITION()) call([] { CHECK_FOR_INTERRUPTS(); });
}

}  // namespace crm::bind
