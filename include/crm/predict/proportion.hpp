// A share of trials with the interval of Wilson (1927), Probable inference, the law of succession, and statistical
// inference, JASA 22(158): it stays within [0, 1] and holds for few trials and for shares near 0 and 1.
#pragma once
#include <optional>

namespace crm::predict {

/// Quantile of the normal distribution for intervals that hold the truth with probability 0.95.
inline constexpr double normal_quantile_95 = 1.959963984540054;

struct Proportion {
    double share, lower, upper;  // 95 % interval

    friend bool operator==(const Proportion&, const Proportion&) = default;
};

/// 0 <= hits <= trials; none without trials.
std::optional<Proportion> proportion(double hits, double trials);

}  // namespace crm::predict
