#include "crm/predict/proportion.hpp"

#include <algorithm>
#include <cmath>

namespace crm::predict {

std::optional<Proportion> proportion(double hits, double trials) {
    if (!(trials > 0)) return {};
    constexpr double z = normal_quantile_95;
    const double share = hits / trials, scale = 1 + z * z / trials;
    const double centre = (share + z * z / (2 * trials)) / scale;
    const double half = z / scale * std::sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials));
    // Where the formula gives 0 or 1, rounding must not lead past it.
    return Proportion{share, hits == 0 ? 0 : std::max(centre - half, 0.0),
                      hits == trials ? 1 : std::min(centre + half, 1.0)};
}

}  // namespace crm::predict
