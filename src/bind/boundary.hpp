// From C++ up into the server: an exception must not leave an SQL function, and an error must not be raised while
// C++ objects wait for their destructors. So the exception is turned into plain words, every frame is left, and
// only then is the error raised.
#pragma once
#include "bind/call.hpp"

namespace crm::bind {

/// An exception in words that need no destructor; they lie in the current memory context.
struct Failure {
    ErrorData* server = nullptr;  // a server error, to be raised again as it was
    int sqlstate = 0;
    const char* message = nullptr;
    const char* detail = nullptr;
    const char* hint = nullptr;
};

/// Describes the exception being handled.
Failure describe_current_exception() noexcept;

[[noreturn]] void raise(const Failure& failure);

/// Runs the body of an SQL function.
template <class Body>
Datum boundary(FunctionCallInfo fcinfo, const Body& body) {
    static_assert(std::is_trivially_destructible_v<Body>);
    Failure failure;
    try {
        return body(fcinfo);
    } catch (...) {
        failure = describe_current_exception();
    }
    raise(failure);
}

}  // namespace crm::bind
