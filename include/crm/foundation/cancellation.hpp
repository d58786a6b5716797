// How a long computation learns that nobody waits for it any more.
#pragma once

namespace crm {

/// Handed to everything that may run longer than a few milliseconds; such a loop calls `poll()` at least every
/// 10 ms of work. The owner's check throws, and the exception unwinds the computation.
class Cancellation {
public:
    using Check = void (*)();

    constexpr Cancellation() = default;
    constexpr explicit Cancellation(Check check) : check_(check) {}

    void poll() const {
        if (check_) check_();
    }

private:
    Check check_ = nullptr;
};

/// Polls once in a while, for loops whose steps take nanoseconds.
class Pace {
public:
    explicit Pace(const Cancellation& cancellation) : cancellation_(cancellation) {}

    void step() {
        if (++steps_ % 65536 == 0) cancellation_.poll();
    }

private:
    const Cancellation& cancellation_;
    unsigned steps_ = 0;
};

}  // namespace crm
