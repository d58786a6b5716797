// A customer who is active now, buys at a gamma-distributed rate and leaves at another: what the Pareto/NBD model says
// about any stretch of time at whose start the customer is known to be active.
#pragma once
#include <algorithm>
#include <cmath>
#include <vector>

#include "crm/numeric/decay.hpp"
#include "crm/value/tail.hpp"

namespace crm::value {

class CompetingRates {
public:
    /// Purchases per unit of time ~ Gamma(shape, rate), departures ~ Gamma(s, beta); all positive.
    CompetingRates(double shape, double rate, double s, double beta);

    /// A time w since the start, finite, on the scales of both rates.
    struct Moment {
        double log_bought = 0, log_left = 0;      // ln(1 + w / rate), ln(1 + w / beta)
        double share_bought = 0, share_left = 0;  // w / (rate + w), w / (beta + w)
    };
    Moment at(double w) const {
        const double bought = growth(w, rate_), left = growth(w, beta_);
        return {log1p(bought), log1p(left), bought / (1 + bought), left / (1 + left)};
    }

    /// Logarithm of the probability that the customer neither buys nor leaves until then.
    double log_neither(const Moment& until) const { return -(shape_ * until.log_bought + s_ * until.log_left); }

    /// Logarithm of the probability that the customer leaves until then, having bought nothing; -infinity for none.
    double log_leaves_silently(const Moment& until) const;

    /// That probability, from one time to another, ever, and its density at a time.
    double leaves_silently(double from, double to) const;
    double leaves_silently_ever() const;
    double leaving_silently(double w) const { return s_ / (beta_ + w) * std::exp(log_neither(at(w))); }

    /// Probability of no purchase within a time, which may be infinite: the sum of both.
    double silent(double within) const;

    /// Probability of being still active after a time.
    double survival(double horizon) const { return std::exp(-s_ * std::log1p(horizon / beta_)); }

    /// Expected purchases within `horizon`.
    double purchases(double horizon) const;

    /// The same, each purchase at time t counted exp(-discount t); the horizon may be infinite if discount > 0.
    double discounted_purchases(double horizon, double discount) const;

    /// PurchaseModel::purchase_distribution of a customer who is active with probability `active`, else buys nothing.
    std::vector<double> distribution(double horizon, const Tail& tail, double active) const;

    /// Visits moments between two at which a customer who bought nothing may have left, with weights that add up to the
    /// probability of leaving silently then, divided by s.
    template <class Visit>
    void each_departure(const Moment& from, const Moment& to, Visit visit) const;

private:
    static constexpr double most_growth = 1e300, most_discount = 1e100;

    /// As exact as std::log1p for z >= 0, in half the time.
    static double log1p(double z) {
        const double above = 1 + z;
        return std::log(above) + (z - (above - 1)) / above;
    }

    static double growth(double w, double scale) { return std::min(w / scale, most_growth); }

    /// With m the smaller of rate and beta, n the other, and y = ln(1 + w / m), the density of silent departures over y
    /// is exp(-V(y)) times s, and times ratio = m / n if m is the rate; V = along y + across ln(1 + ratio (e^y - 1)).
    double log_time(const Moment& at) const { return rate_is_smaller_ ? at.log_bought : at.log_left; }
    double fall(const Moment& at) const {
        return along_ * log_time(at) + across_ * (rate_is_smaller_ ? at.log_left : at.log_bought);
    }
    double fall(double y) const { return along_ * y + across_ * log1p(ratio_ * std::expm1(y)); }
    double slope(double y) const {
        const double grown = std::expm1(y);
        return along_ + across_ * (ratio_ * (1 + grown) / (1 + ratio_ * grown));
    }

    double shape_, rate_, s_, beta_;
    bool rate_is_smaller_;
    double ratio_, along_, across_, ratio_if_rate_;
};

template <class Visit>
void CompetingRates::each_departure(const Moment& from, const Moment& to, Visit visit) const {
    const double start = log_time(from);
    double end = log_time(to), fallen = fall(to);
    if (fallen > numeric::most_fall) {
        end = numeric::cut_decay(
            end, [this](double y) { return fall(y); }, [this](double y) { return slope(y); });
        fallen = fall(end);
    }
    if (start >= end) return;
    const double swing = fallen - fall(from) + 2 * std::max(-along_, 0.0) * (end - start);  // V may fall, then rise
    numeric::each_node(start, end, swing, [&](double y, double weight) {
        const double grown = std::expm1(y), across = ratio_ * grown, log_across = log1p(across);
        const double mass = weight * ratio_if_rate_ * std::exp(-along_ * y - across_ * log_across);
        const double share = grown / (1 + grown), share_across = across / (1 + across);
        visit(mass, rate_is_smaller_ ? Moment{y, log_across, share, share_across}
                                     : Moment{log_across, y, share_across, share});
    });
}

}  // namespace crm::value
