// Averages of smooth functions of a beta-distributed chance.
#pragma once
#include <vector>

namespace crm::numeric {

/// Points of a chance p and their weights (adding up to 1), for averages over Beta(a, b) of functions that are constant
/// for p far below 1 / bend and for 1 - p far below 1 / bend; towards p = 0 they may grow like 1 / p before that. They
/// are those of the trapezoidal rule in ln(p / (1 - p)), which is exact to rounding for smooth functions once its step
/// is a part of the density's width; beyond the last point on either side the density is a geometric series.
class BetaAverage {
public:
    struct Point {
        double chance, rest, weight;  // rest = 1 - chance, without cancellation
    };

    BetaAverage(double a, double b, double bend);

    /// Of a function of the chance and of its rest.
    template <class Function>
    double of(Function function) const {
        double sum = 0;
        for (const auto& [chance, rest, weight] : points_) sum += weight * function(chance, rest);
        return sum;
    }

    const std::vector<Point>& points() const { return points_; }

private:
    std::vector<Point> points_;
};

}  // namespace crm::numeric
