#include "crm/numeric/beta_average.hpp"

#include <algorithm>
#include <cmath>

namespace crm::numeric {

namespace {

constexpr double longest_step = 0.25, steps_in_width = 0.5;
constexpr double flat = 41;                                // exp(-41) is below rounding
constexpr double negligible = 1e-20;                       // weight of a point that ends the sum
constexpr double most_certain = 1e15;                      // a + b from which p is one number to rounding
constexpr double least_positive = 1e-300, farthest = 680;  // exp(-680) is still a normal number

}  // namespace

BetaAverage::BetaAverage(double a, double b, double bend) {
    if (const double certain = (a + b) / most_certain; certain > 1) {
        a = std::max(a / certain, least_positive);
        b = std::max(b / certain, least_positive);
    }
    const double edge = std::min(flat + std::log(std::max({bend, a + b, 1.0})), farthest);
    const double centre = std::clamp(std::log(a / b), -edge, edge);
    const double step = std::min(longest_step, steps_in_width * std::sqrt((a + b) / a / b));
    const double p = 1 / (1 + std::exp(-centre)), q = 1 / (1 + std::exp(centre));
    const auto density =
        [&](double away) {  // against that at the centre; log1p has no cancellation for a share below 1/2
            return p < q ? std::exp(a * away - (a + b) * std::log1p(p * std::expm1(away)))
                         : std::exp(-b * away - (a + b) * std::log1p(q * std::expm1(-away)));
        };

    double total = 0;
    const auto put = [&](double logit, double weight) {
        total += weight;
        points_.push_back({1 / (1 + std::exp(-logit)), 1 / (1 + std::exp(logit)), weight});
    };
    put(centre, 1);
    for (double away = step;; away += step) {  // towards p = 0, where a function may grow like 1 / p
        const double weight = density(-away);
        const bool last = centre - away < -edge;
        put(centre - away, last ? weight / -std::expm1(-a * step) : weight);
        if (last || weight < negligible * total * std::exp(-away)) break;
    }
    for (double away = step;; away += step) {  // towards p = 1
        const double weight = density(away);
        const bool last = centre + away > edge;
        put(centre + away, last ? weight / -std::expm1(-b * step) : weight);
        if (last || weight < negligible * total) break;
    }
    for (Point& point : points_) point.weight /= total;
}

}  // namespace crm::numeric
