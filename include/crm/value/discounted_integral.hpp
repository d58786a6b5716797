// Sums over time of what is expected by then, each moment counted less the later it is.
#pragma once
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "crm/numeric/gauss_legendre.hpp"

namespace crm::value {

inline constexpr double smooth_panel = 0.7;     // for seven nodes to give 12 digits
inline constexpr double forgotten = 40;         // discount times time after which a purchase counts nothing
inline constexpr double most_discount = 1e100;  // beyond it nothing that is still to come counts

/// Integral over t from 0 to the horizon of discount exp(-discount t) E(t), where `expected` gives E at several
/// s = ln(1 + t / rate). Panels are of equal length in ln(1 + t (discount + 1 / settled)), where both factors are
/// smooth: E rises like t up to the time `settled`. `longest_panel` is smooth_panel where E has no
/// ripples.
template <class Expected>
double discounted_integral(double horizon, double rate, double settled, double discount, double longest_panel,
                           Expected expected) {
    constexpr std::size_t nodes = 7;
    const auto& rule = numeric::gauss_legendre<nodes>;
    const double scale = discount + 1 / settled, end = std::log1p(std::min(scale * horizon, 1e300));
    const double longest = discount * horizon < 0.5 ? 1.5 * longest_panel : longest_panel;  // a small part of the sum
    const double panels = std::max(1.0, std::ceil(end / longest)), width = end / panels;
    double integral = 0;
    for (double i = 0; i < panels; ++i) {
        std::array<double, nodes> share, s;
        for (std::size_t k = 0; k < nodes; ++k) {
            const double grown = std::expm1((i + rule[k].at) * width), t = grown / scale;
            share[k] = rule[k].weight * width * (1 + grown) / scale * discount * std::exp(-discount * t);
            s[k] = std::log1p(t / rate);
        }
        const auto purchases = expected(s);
        for (std::size_t k = 0; k < nodes; ++k) integral += share[k] * purchases[k];
    }
    return integral;
}

/// Of the time t passed: t / rate.
inline double growth_at(double horizon, double rate) { return std::min(horizon / rate, 1e300); }

}  // namespace crm::value
