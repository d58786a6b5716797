// How long one customer takes to buy again: what does not depend on the time is computed once.
#pragma once
#include <span>

namespace crm::value {

class Waiting {
public:
    virtual ~Waiting() = default;

    /// Probability that the customer buys again at all.
    virtual double ever() const = 0;

    /// Puts, in place of each share, the time by which that share of those who buy again have done so: 0 or infinite
    /// where numbers end.
    virtual void times(std::span<double> shares) const = 0;
};

/// For models that know the probability of having bought by a time, and its density: times are found by Newton's
/// method, each starting from what is known of the others.
class SoughtWaiting : public Waiting {
public:
    /// `ever` of those who are active buy again; the customer is active with probability `active`.
    SoughtWaiting(double active, double ever) : active_(active), ever_(ever) {}

    double ever() const final { return active_ * ever_; }
    void times(std::span<double> shares) const final;

protected:
    struct Known {
        double time = 0, bought = 0;
    };

    /// Probability that who is active buys until a time, with what is known of one before it.
    virtual double bought(double time, const Known& before) const = 0;

    /// Its slope over time.
    virtual double density(double time) const = 0;

private:
    class Search;

    double active_, ever_;
};

}  // namespace crm::value
