// Random numbers that are the same on every machine: a seed's draws never change.
#pragma once
#include <cstdint>
#include <random>

namespace crm::numeric {

/// The distributions of <random> differ between libraries; its engines do not.
class Chance {
public:
    explicit Chance(std::uint64_t seed) : engine_(seed) {}

    /// In (0, 1).
    double uniform() { return (static_cast<double>(engine_() >> 11) + 0.5) * 0x1p-53; }

    /// From the Poisson distribution of mean >= 0.
    double poisson(double mean);

private:
    std::mt19937_64 engine_;
};

}  // namespace crm::numeric
