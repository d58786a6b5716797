// Polls for a cancel by the work that was done, for loops whose steps grow with the number of features.
#pragma once
#include <cstddef>

#include "crm/foundation/cancellation.hpp"

namespace crm::predict {

class WorkPace {
public:
    /// A step takes about so many additions.
    WorkPace(const Cancellation& cancellation, std::size_t work) : cancellation_(cancellation), work_(work) {}

    void step() {
        constexpr std::size_t most = std::size_t{1} << 22;
        done_ += work_ + least;
        if (done_ < most) return;
        done_ = 0;
        cancellation_.poll();
    }

private:
    static constexpr std::size_t least = 50;  // what every step takes

    const Cancellation& cancellation_;
    std::size_t work_, done_ = 0;
};

}  // namespace crm::predict
