// Averages over a beta-distributed chance.
#pragma once
#include <vector>

namespace crm::value {

/// Points of the chance to leave p and their weights (adding up to 1), for averages over Beta(a, b) of functions that
/// are constant for p far below 1 / bend and for 1 - p far below 1 / bend. They are those of the trapezoidal rule in
/// ln(p / (1 - p)), which is exact to rounding for smooth functions once its step is a part of the density's width;
/// beyond the last point on either side the density is a geometric series.
class ChanceToLeave {
public:
    ChanceToLeave(double a, double b, double bend);

    template <class Function>
    double mean(Function function) const {
        double sum = 0;
        each([&](double chance, double weight) { sum += weight * function(chance); });
        return sum;
    }

    /// Visits all chances and weights.
    template <class Visit>
    void each(Visit visit) const {
        for (const auto& [chance, weight] : points_) visit(chance, weight);
    }

private:
    struct Point {
        double chance, weight;
    };
    static constexpr double longest_step = 0.25, steps_in_width = 0.5;
    static constexpr double flat = 41;                                // exp(-41) is below rounding
    static constexpr double negligible = 1e-20;                       // weight of a point that ends the sum
    static constexpr double most_certain = 1e15;                      // a + b from which p is one number to rounding
    static constexpr double least_positive = 1e-300, farthest = 680;  // exp(-680) is still a normal number

    std::vector<Point> points_;
};

/// A chance to leave that few exceed.
double high_chance(double a, double b);

}  // namespace crm::value
