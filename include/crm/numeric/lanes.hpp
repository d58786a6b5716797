// Four floats at once, for the few loops where nearly all of a fit's time goes. Results are the same on every machine.
#pragma once
#include <cstdint>
#include <cstring>

namespace crm::numeric {

using Lanes = float __attribute__((vector_size(16)));
inline constexpr std::size_t lanes = 4;

inline Lanes load_lanes(const float* from) {
    Lanes value;
    std::memcpy(&value, from, sizeof value);
    return value;
}

inline void store_lanes(float* to, Lanes value) { std::memcpy(to, &value, sizeof value); }

inline Lanes all_lanes(float value) { return Lanes{value, value, value, value}; }

inline Lanes least(Lanes a, Lanes b) { return a < b ? a : b; }
inline Lanes greatest(Lanes a, Lanes b) { return a > b ? a : b; }

/// e^x within 2e-7 relative for |x| <= 87, beyond which it stays what it is there.
inline Lanes exp_lanes(Lanes x) {
    using Integers = std::int32_t __attribute__((vector_size(16)));
    x = least(greatest(x, all_lanes(-87)), all_lanes(87));
    // x = n ln 2 + rest with |rest| <= ln(2) / 2; adding 1.5 * 2^23 rounds to a whole number.
    const Lanes rounding = all_lanes(12582912.0F);
    const Lanes shifted = x * 1.44269504F + rounding;
    const Lanes n = shifted - rounding;
    const Lanes rest = (x - n * 0.693359375F) + n * 2.12194440e-4F;
    Lanes sum = all_lanes(1.0F / 5040);
    for (const float divisor : {720.0F, 120.0F, 24.0F, 6.0F, 2.0F, 1.0F, 1.0F}) sum = sum * rest + 1 / divisor;
    const Integers power = __builtin_convertvector(n, Integers) << 23;
    Integers bits;
    std::memcpy(&bits, &sum, sizeof bits);
    bits += power;
    std::memcpy(&sum, &bits, sizeof sum);
    return sum;
}

/// ln x within 0.06 for x >= 1; any number for others.
inline Lanes rough_log_lanes(Lanes x) {
    using Integers = std::int32_t __attribute__((vector_size(16)));
    using Naturals = std::uint32_t __attribute__((vector_size(16)));
    Naturals bits;
    std::memcpy(&bits, &x, sizeof bits);
    bits -= std::uint32_t{127} << 23;  // wraps around for negative x
    Integers octaves;
    std::memcpy(&octaves, &bits, sizeof octaves);
    constexpr float ln_2 = 0.69314718F;
    return __builtin_convertvector(octaves, Lanes) * (ln_2 / (1 << 23));
}

}  // namespace crm::numeric
