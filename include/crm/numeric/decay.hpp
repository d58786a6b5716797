// Integrals of functions that fall like exp(-V(y)), V convex: Gauss-Legendre rules no longer than needed.
#pragma once
#include <algorithm>
#include <cmath>
#include <span>

#include "crm/numeric/gauss_legendre.hpp"

namespace crm::numeric {

/// The Gauss-Legendre rule that takes exp(-V(y)) times a slowly changing function to 13 digits over one panel of this
/// length, at most longest_panel, in which V changes by `fall`, where V is a sum of multiples of y and ln(1 + c (e^y -
/// 1)), c <= 1: it has no singularity within pi of the real axis. That is the shape of waiting times in their
/// logarithm.
[[nodiscard]] std::span<const Node> rule_for_decay(double length, double fall);

inline constexpr double longest_panel = 4;

/// A fall after which nothing is left to rounding, and how far past it a cut may lie.
inline constexpr double enough_fall = 40, most_fall = 50;

/// Visits the nodes y in [from, to] with their weights; `fall` is how much V changes between.
template <class Visit>
void each_node(double from, double to, double fall, Visit visit) {
    const double panels = std::max(1.0, std::ceil((to - from) / longest_panel)), length = (to - from) / panels;
    const auto rule = rule_for_decay(length, fall);
    for (double i = 0; i < panels; ++i)
        for (const auto& [at, weight] : rule) visit(from + (i + at) * length, weight * length);
}

/// A y up to `to` where V, convex with V(0) = 0 and V(to) > most_fall, is from enough_fall to most_fall: Newton's
/// method from the right never passes the solution of a convex function, nor lies that below the chord.
template <class Value, class Slope>
double cut_decay(double to, Value value, Slope slope) {
    for (double fall = value(to); fall > most_fall; fall = value(to)) {
        const double next = std::max(to - (fall - enough_fall) / slope(to), to * (enough_fall / fall));
        if (!(next < to)) break;
        to = next;
    }
    return to;
}

}  // namespace crm::numeric
