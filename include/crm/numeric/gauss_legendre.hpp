// Nodes and weights of Gauss-Legendre quadrature on [0, 1].
#pragma once
#include <array>
#include <boost/math/quadrature/gauss.hpp>
#include <cstddef>

namespace crm::numeric {

struct Node {
    double at, weight;
};

template <std::size_t Size>
std::array<Node, Size> make_gauss_legendre() {
    using Half = boost::math::quadrature::gauss<double, Size>;  // abscissae from 0 upwards, that of an odd rule is 0
    std::array<Node, Size> rule{};
    for (std::size_t i = 0; i < (Size + 1) / 2; ++i) {
        const double away = Half::abscissa()[i] / 2, weight = Half::weights()[i] / 2;
        rule[Size / 2 + i] = {0.5 + away, weight};
        rule[(Size - 1) / 2 - i] = {0.5 - away, weight};
    }
    return rule;
}

/// Exact for polynomials of degree 2 Size - 1. Ascending.
template <std::size_t Size>
inline const std::array<Node, Size> gauss_legendre = make_gauss_legendre<Size>();

}  // namespace crm::numeric
