#include "crm/numeric/decay.hpp"

namespace crm::numeric {

std::span<const Node> rule_for_decay(double length, double fall) {
    if (length <= 0.15 && fall <= 0.2) return gauss_legendre<4>;
    if (length <= 0.5 && fall <= 1) return gauss_legendre<6>;
    if (length <= 1 && fall <= 3) return gauss_legendre<8>;
    if (length <= 2 && fall <= 8) return gauss_legendre<12>;
    if (length <= 3 && fall <= 16) return gauss_legendre<16>;
    return gauss_legendre<24>;
}

}  // namespace crm::numeric
