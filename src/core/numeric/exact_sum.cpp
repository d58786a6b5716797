#include "crm/numeric/exact_sum.hpp"

#include <bit>
#include <cmath>
#include <limits>

#include "crm/foundation/error.hpp"

namespace crm::numeric {

namespace {

__extension__ using Wide = unsigned __int128;

constexpr std::int64_t limb_mask = 0xFFFFFFFF;

}  // namespace

void ExactSum::add(double value) {
    if (!std::isfinite(value)) {
        if (std::isnan(value))
            has_nan_ = true;
        else
            (value > 0 ? has_positive_ : has_negative_) = true;
        return;
    }
    const auto bits = std::bit_cast<std::uint64_t>(value);
    const auto biased = static_cast<int>(bits >> 52 & 0x7FF);
    std::uint64_t mantissa = bits & ((std::uint64_t{1} << 52) - 1);
    if (biased > 0) mantissa |= std::uint64_t{1} << 52;
    const int place = biased > 0 ? biased - 1 : 0;  // of the mantissa's last bit, above lowest_exponent
    const Wide shifted = static_cast<Wide>(mantissa) << (place % limb_bits);
    std::int64_t* limb = &limbs_[static_cast<std::size_t>(place / limb_bits)];
    const std::int64_t sign = value < 0 ? -1 : 1;
    for (int part = 0; part < 3; ++part)
        limb[part] += sign * (static_cast<std::int64_t>(shifted >> (part * limb_bits)) & limb_mask);
    if (++added_ == most_added) {
        pass_carries(limbs_);
        added_ = 1;
    }
}

void ExactSum::merge(const ExactSum& other) {
    Limbs more = other.limbs_;
    pass_carries(more);
    pass_carries(limbs_);
    for (std::size_t at = 0; at < limb_count; ++at) limbs_[at] += more[at];
    added_ = 2;
    has_nan_ |= other.has_nan_;
    has_positive_ |= other.has_positive_;
    has_negative_ |= other.has_negative_;
}

/// Leaves every limb but the last, which has the sign of all, within 0 and 2^32 - 1.
void ExactSum::pass_carries(Limbs& limbs) {
    for (std::size_t at = 0; at + 1 < limb_count; ++at) {
        const std::int64_t carry = limbs[at] >> limb_bits;
        limbs[at] &= limb_mask;
        limbs[at + 1] += carry;
    }
}

void ExactSum::save(Writer& out) const {
    Limbs limbs = limbs_;
    pass_carries(limbs);
    out.put(static_cast<std::uint8_t>((has_nan_ ? 1 : 0) | (has_positive_ ? 2 : 0) | (has_negative_ ? 4 : 0)));
    for (const std::int64_t limb : limbs) out.put(limb);
}

void ExactSum::load(Reader& in) {
    const auto flags = in.get<std::uint8_t>();
    if (flags > 7) throw corrupt_data("impossible state of a sum");
    has_nan_ = flags & 1;
    has_positive_ = flags & 2;
    has_negative_ = flags & 4;
    for (std::size_t at = 0; at < limb_count; ++at) {
        limbs_[at] = in.get<std::int64_t>();
        const bool is_last = at + 1 == limb_count;
        if (limbs_[at] > limb_mask || limbs_[at] < (is_last ? -limb_mask : 0))
            throw corrupt_data("impossible state of a sum");
    }
    added_ = 1;
}

double ExactSum::finish() const {
    if (has_nan_ || (has_positive_ && has_negative_)) return std::numeric_limits<double>::quiet_NaN();
    if (has_positive_) return std::numeric_limits<double>::infinity();
    if (has_negative_) return -std::numeric_limits<double>::infinity();
    Limbs limbs = limbs_;
    pass_carries(limbs);
    const bool is_negative = limbs.back() < 0;
    if (is_negative) {
        for (std::int64_t& limb : limbs) limb = -limb;
        pass_carries(limbs);
    }
    std::size_t top = limb_count - 1;
    while (top > 2 && limbs[top] == 0) --top;
    Wide leading = 0;
    for (std::size_t at = top + 1; at-- > top - 2;) leading = leading << limb_bits | static_cast<Wide>(limbs[at]);
    // What lies below decides only whether a tie is one; with a bit in limb `top` the last bit is not rounded to.
    for (std::size_t at = 0; at < top - 2; ++at)
        if (limbs[at] != 0) leading |= 1;
    const double size =
        std::ldexp(static_cast<double>(leading), static_cast<int>(top - 2) * limb_bits + lowest_exponent);
    if (std::isinf(size)) throw out_of_range("sum is too large");
    return is_negative ? -size : size;
}

}  // namespace crm::numeric
