#include "crm/numeric/chance.hpp"

#include <algorithm>
#include <cmath>

namespace crm::numeric {

double Chance::poisson(double mean) {
    constexpr double large = 1000, part = 16;
    if (mean > large) {  // where it is normal to within a hundredth of its deviation
        const double normal = std::sqrt(-2 * std::log(uniform())) * std::cos(6.283185307179586 * uniform());
        return std::max(0.0, std::round(mean + std::sqrt(mean) * normal));
    }
    double count = 0;
    for (; mean > 0; mean -= part) {  // a sum of Poisson numbers is one
        const double least = std::exp(-std::min(mean, part));
        for (double product = uniform(); product > least; product *= uniform()) ++count;
    }
    return count;
}

}  // namespace crm::numeric
