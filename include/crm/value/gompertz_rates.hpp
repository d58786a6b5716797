// A customer who is active now, buys at a gamma-distributed rate and leaves at a Gamma-Gompertz time: what the GGom/NBD
// model says about any stretch of time at whose start the customer is known to be active.
#pragma once
#include <algorithm>
#include <cmath>
#include <numbers>
#include <span>
#include <vector>

#include "crm/numeric/gauss_legendre.hpp"
#include "crm/value/tail.hpp"

namespace crm::value {

class GompertzRates {
public:
    /// Purchases per unit of time ~ Gamma(shape, rate). The hazard of leaving after time w is m b exp(b w) with m ~
    /// Gamma(s, beta). All positive.
    GompertzRates(double shape, double rate, double b, double s, double beta);

    /// Logarithm of the probability that the customer neither buys nor leaves within a time.
    double log_neither(double within) const { return -fall(within, shape_, 0); }

    /// Logarithm of the probability that the customer leaves within a time, which may be infinite, having bought
    /// nothing; -infinity for none.
    double log_leaves_silently(double within) const;

    /// Probability that the customer buys from one time to another, the latter perhaps infinite, before leaving.
    double buys(double from, double to) const;

    /// The density of the first purchase of a customer who may leave before.
    double buying(double w) const { return shape_ / (rate_ + w) * std::exp(log_neither(w)); }

    /// Probability of no purchase within a time, which may be infinite: the sum of both.
    double silent(double within) const;

    /// Logarithm of the probability of being still active after a time.
    double log_survival(double within) const { return -s_ * at(within).log_growth; }

    /// Logarithm of the rate of leaving at a time, of those who are still active then.
    double log_hazard(double w) const { return std::log(s_ * b_ * at(w).hazard); }

    /// As long as 16 nodes of Gauss-Legendre are exact for the density of leaving, from a time on.
    double longest_panel(double w) const { return panel(w, 0.3 * smoothness(w, 0).longest, 0, 0); }

    /// Expected purchases within `horizon`, each at time t counted exp(-discount t); infinite only if discount > 0.
    double discounted_purchases(double horizon, double discount) const;

    /// PurchaseModel::purchase_distribution of a customer who is active with probability `active`, else buys nothing.
    std::vector<double> distribution(double horizon, const Tail& tail, double active) const;

    /// A time w at which a customer who bought nothing may have left.
    struct Departure {
        double w;
        double log_bought;  // ln(1 + w / rate)
        double log_growth;  // ln(1 + (exp(b w) - 1) / beta): survival is exp(-s log_growth)
        double hazard;      // of leaving, divided by s b
    };

    Departure departure(double w) const {
        const auto [log_growth, hazard] = at(w);
        return {w, std::log1p(w / rate_), log_growth, hazard};
    }

    /// Visits nodes of such times in (from, to] with weights that add up to the probability of leaving silently then.
    template <class Visit>
    void each_departure(double from, double to, Visit visit) const;

private:
    struct Growth {
        double log_growth, hazard;
    };
    Growth at(double w) const;

    /// Minus the logarithm of survival, of no purchase if they have this shape, and of the discount; and its slope.
    double fall(double w, double shape, double discount) const {
        return s_ * at(w).log_growth + (shape > 0 ? shape * std::log1p(w / rate_) : 0) + discount * w;
    }
    double slope(double w, double shape, double discount) const {
        return s_ * b_ * at(w).hazard + shape / (rate_ + w) + discount;
    }

    /// Of functions of at(w) and of rate + w, from w on: how far their nearest singularity is, and how far a panel may
    /// reach in which they are smooth functions of ln(1 + (later - w) / scale).
    struct Smoothness {
        double scale, longest;
    };
    Smoothness smoothness(double w, double shape) const;

    /// A panel from w on with no fall of more than most_fall.
    double panel(double w, double most, double shape, double discount) const;

    static std::span<const numeric::Node> rule(double share_of_longest, double fall);

    /// Visits nodes and weights of panels from one time to another, one after the other, until `enough(w)`.
    template <class Visit, class Enough>
    void walk(double from, double to, double shape, double discount, Visit visit, Enough enough) const;

    static constexpr double most_fall = 12;  // in one panel
    static constexpr double farthest = 1e290;

    double shape_, rate_, b_, s_, beta_;
};

template <class Visit, class Enough>
void GompertzRates::walk(double from, double to, double shape, double discount, Visit visit, Enough enough) const {
    to = std::min(to, farthest);
    for (double at = from; at < to && !enough(at);) {
        const auto [scale, longest] = smoothness(at, shape);
        const double width = panel(at, std::min(to - at, longest), shape, discount);
        const double falls = fall(at + width, shape, discount) - fall(at, shape, discount);
        const double length = std::log1p(width / scale);
        for (const auto& [share, weight] : rule(width / longest, falls)) {
            const double grown = std::expm1(share * length);
            visit(at + scale * grown, weight * length * scale * (1 + grown));
        }
        const double next = width < to - at ? at + width : to;
        if (next == at) return;  // a fall so steep that nothing is left
        at = next;
    }
}

template <class Visit>
void GompertzRates::each_departure(double from, double to, Visit visit) const {
    constexpr double rounding = 1e-18;
    double sum = 0;
    walk(
        from, to, shape_, 0,
        [&](double w, double weight) {
            const Departure left = departure(w);
            const double silence = std::exp(-s_ * left.log_growth - shape_ * left.log_bought);
            const double mass = weight * s_ * b_ * left.hazard * silence;
            sum += mass;
            visit(mass, left);
        },
        [&](double w) { return std::exp(log_neither(w)) <= rounding * sum; });
}

}  // namespace crm::value
