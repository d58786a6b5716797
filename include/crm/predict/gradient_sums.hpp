// First and second derivatives of a loss as whole numbers, so that sums of them are exact: the same in every order, and
// what is left of a sum once a part is taken away is what the rest sums to.
#pragma once
#include <bit>
#include <cmath>
#include <cstdint>

namespace crm::predict {

/// Of one row or of many. The number of rows stands in the low bits of `curvature`, so that two additions sum three.
struct GradientSums {
    std::int64_t gradient = 0, curvature = 0;

    friend bool operator==(const GradientSums&, const GradientSums&) = default;
};

namespace detail {
using Pair = std::int64_t __attribute__((vector_size(16)));

inline Pair pair_of(const GradientSums& sums) { return std::bit_cast<Pair>(sums); }
inline GradientSums sums_of(Pair pair) { return std::bit_cast<GradientSums>(pair); }
}  // namespace detail

inline GradientSums operator+(const GradientSums& a, const GradientSums& b) {
    return detail::sums_of(detail::pair_of(a) + detail::pair_of(b));
}
inline GradientSums operator-(const GradientSums& a, const GradientSums& b) {
    return detail::sums_of(detail::pair_of(a) - detail::pair_of(b));
}

/// The units in which derivatives are counted: powers of two, small enough for `rows` rows of the largest derivatives
/// to fit. With a million rows gradients are told apart by 2^-42 of the largest one and curvatures by 2^-22.
class GradientUnits {
public:
    static constexpr std::size_t most_rows = std::size_t{1} << 24;

    GradientUnits(std::size_t rows, double largest_gradient, double largest_curvature)
        : count_bits_(static_cast<int>(std::bit_width(rows))),
          to_gradient_(std::ldexp(1, 62 - count_bits_ - exponent_above(largest_gradient))),
          to_curvature_(std::ldexp(1, 62 - 2 * count_bits_ - exponent_above(largest_curvature))),
          gradient_(1 / to_gradient_),
          curvature_(1 / to_curvature_) {}

    /// Curvature is rounded up: too small a step is safe.
    GradientSums of_row(double gradient, double curvature) const {
        const double counted = gradient * to_gradient_, curved = curvature * to_curvature_;
        const auto nearest = static_cast<std::int64_t>(counted + (counted < 0 ? -0.5 : 0.5));
        auto above = static_cast<std::int64_t>(curved);
        above += static_cast<double>(above) < curved;
        return {nearest, (above << count_bits_) + 1};
    }

    double gradient(const GradientSums& sums) const { return static_cast<double>(sums.gradient) * gradient_; }
    double curvature(const GradientSums& sums) const {
        return static_cast<double>(sums.curvature >> count_bits_) * curvature_;
    }
    std::size_t rows(const GradientSums& sums) const {
        return static_cast<std::size_t>(sums.curvature & ((std::int64_t{1} << count_bits_) - 1));
    }

private:
    /// The least n so that the number is below 2^n; of 0 that of the smallest that matters.
    static int exponent_above(double number) { return number > 1e-250 ? std::ilogb(number) + 1 : -830; }

    int count_bits_;
    double to_gradient_, to_curvature_, gradient_, curvature_;
};

}  // namespace crm::predict
