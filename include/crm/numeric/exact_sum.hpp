// Sums of numbers to the last bit, whatever their order.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory_resource>

#include "crm/foundation/bytes.hpp"

namespace crm::numeric {

/// A sum that is rounded once, at its end: the double nearest to the true sum of all that was added (ties to even). It
/// is a fixed-point number wide enough for every double (Kulisch & Miranker, Computer Arithmetic in Theory and
/// Practice, 1981).
class ExactSum {
public:
    explicit ExactSum(std::pmr::memory_resource*) {}

    void add(double);
    void merge(const ExactSum&);

    void save(Writer&) const;
    void load(Reader&);

    /// Infinities and NaN as IEEE addition has them. Throws out_of_range where finite numbers sum to what no double can
    /// hold.
    double finish() const;

private:
    static constexpr int lowest_exponent = -1074;          // of the least double
    static constexpr int limb_bits = 32;                   // of 64: the rest takes carries
    static constexpr std::size_t limb_count = 68;          // 2,098 bits of doubles, and room for 2^63 of the largest
    static constexpr std::uint32_t most_added = 1u << 30;  // until carries must be passed on
    using Limbs = std::array<std::int64_t, limb_count>;

    static void pass_carries(Limbs&);

    Limbs limbs_{};  // least first, each with a sign of its own
    std::uint32_t added_ = 0;
    bool has_nan_ = false, has_positive_ = false, has_negative_ = false;  // infinities
};

}  // namespace crm::numeric
