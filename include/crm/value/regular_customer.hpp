// The future of a customer who is active now and buys at every k-th event of a Poisson process whose rate is
// gamma-distributed: what ActiveCustomer is for k = 1.
#pragma once
#include <vector>

#include "crm/value/tail.hpp"

namespace crm::value {

class RegularCustomer {
public:
    /// The past up to the last purchase and the silence since then, `silent_share` of the time in which the rate was
    /// learned, say that the events per unit of time are ~ Gamma(shape + j, rate) once j = 0 ... k - 1 events of the
    /// silence are known. The chance to leave after a purchase ~ Beta(a, b). shape, rate, a and b are positive.
    RegularCustomer(int k, double shape, double silent_share, double rate, double a, double b);

    /// Probability of no purchase within `horizon` >= 0, which may be infinite.
    double silence(double horizon) const;

    /// Density of the next purchase after a time: whose events are all but one those of a purchase, with what they tell
    /// of the rate.
    double buying(double time) const;

    /// As in ActiveCustomer.
    double purchases(double horizon) const;
    double discounted_purchases(double horizon, double discount) const;
    double survival(double horizon) const;
    std::vector<double> distribution(double horizon, const Tail& tail, double active) const;

    /// Expected purchases and survival at one horizon.
    struct Outlook {
        double purchases, survival;
    };

    /// The exact sum over the number of purchases: its cost grows with the number of events to be expected.
    Outlook by_counting(double horizon) const;

    /// The average over the chance to leave: its cost does not depend on the horizon, which must not be short.
    Outlook by_average(double horizon) const;

private:
    bool few_events(double growth) const;
    Outlook outlook(double horizon) const;

    double shape_, rate_, a_, b_;
    std::vector<double> silent_;  // weights of j
};

}  // namespace crm::value
