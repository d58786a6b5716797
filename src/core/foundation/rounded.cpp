#include "crm/foundation/rounded.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace crm {

std::string rounded(double value, int digits) {
    if (!std::isfinite(value)) return std::isnan(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
    const double whole = std::pow(10.0, digits);
    if (std::abs(value) >= whole && std::abs(value) < 1e15) return rounded(std::round(value), 16);
    std::array<char, 32> text;
    const auto end =
        std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::general, digits).ptr;
    return {text.data(), end};
}

}  // namespace crm
