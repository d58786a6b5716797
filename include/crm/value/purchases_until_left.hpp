// How many purchases an active customer makes within a horizon, if buying goes on at a gamma-distributed rate until the
// customer leaves at a random time.
#pragma once
#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "crm/numeric/gauss_legendre.hpp"
#include "crm/value/tail.hpp"

namespace crm::value {

class PurchasesUntilLeft {
public:
    /// Purchases per unit of time ~ Gamma(shape, rate).
    PurchasesUntilLeft(double shape, double rate, double horizon) : shape_(shape), rate_(rate), horizon_(horizon) {}

    /// PurchaseModel::purchase_distribution of a customer who is active with probability `active`, else buys nothing.
    /// Of the lifetime: log_survival(t), log_hazard(t), and longest_panel(t), over which from t on 16 nodes of
    /// Gauss-Legendre are exact for its density.
    template <class Lifetime>
    std::vector<double> distribution(const Lifetime& lifetime, const Tail& tail, double active);

private:
    /// A time before the horizon at which the customer may leave.
    struct Leaving {
        double log_weight;        // of the probability to leave around then, times that to have bought nothing
        double share, log_share;  // z of the negative binomial number of purchases until then
    };

    /// The same for numbers of purchases until t, one as good as the other.
    double longest_panel(double t) const {
        const double grown = t / rate_;
        return 3 * std::min(std::sqrt(1 + shape_ * grown * (1 + grown)) * rate_ / shape_, rate_ + t);
    }

    /// No count in reach comes from a longer time.
    double last_time() const {
        constexpr double narrow = 100, many_purchases = 4e6;  // a shape, so that rates vary little
        return shape_ > narrow ? std::min(horizon_, many_purchases * rate_ / shape_) : horizon_;
    }

    std::vector<double> count(std::span<const Leaving>, double log_survival, const Tail& tail, double active) const;

    double shape_, rate_, horizon_;
};

/// Purchases in a time v are negative binomial with z = v / (rate + v), those of a customer who leaves at v < horizon
/// as well. The integral over v uses the same nodes for every number of purchases; the panels are shorter than all of
/// the scales on which its factors change.
template <class Lifetime>
std::vector<double> PurchasesUntilLeft::distribution(const Lifetime& lifetime, const Tail& tail, double active) {
    constexpr double gone = -45;  // logarithm of a survival that does not count
    std::vector<Leaving> leaving;
    const double end = last_time();
    for (double from = 0; from < end && lifetime.log_survival(from) > gone;) {
        const double width = std::min({longest_panel(from), lifetime.longest_panel(from), end - from});
        for (const auto& [at, weight] : numeric::gauss_legendre<16>) {
            const double v = from + at * width;
            leaving.push_back({std::log(weight * width) + lifetime.log_hazard(v) + lifetime.log_survival(v) -
                                   shape_ * std::log1p(v / rate_),
                               v / (rate_ + v), std::log(v / (rate_ + v))});
        }
        from = end - from > width ? from + width : end;
    }
    return count(leaving, lifetime.log_survival(horizon_), tail, active);
}

}  // namespace crm::value
