#include "crm/value/ggom_nbd.hpp"

#include <algorithm>
#include <cmath>

#include "crm/numeric/rising.hpp"
#include "crm/value/gompertz_rates.hpp"

namespace crm::value {

namespace {

/// The customer as at a time when known to be active: the lifetime left is again Gamma-Gompertz, and beta tends to 1.
GompertzRates active_at(const GgomNbd& model, const Rfm& seen, double time) {
    const double shrunk = std::exp(-model.b * time);
    return {model.r + seen.frequency(), model.alpha + time, model.b, model.s,
            model.beta * shrunk - std::expm1(-model.b * time)};
}

/// That the customer left since the last purchase; may be infinite.
double odds_left(const GgomNbd& model, const Rfm& seen) {
    const auto then = active_at(model, seen, seen.recency());
    const double silence = seen.silence();
    return std::exp(then.log_leaves_silently(silence) - then.log_neither(silence));
}

}  // namespace

double GgomNbd::log_likelihood(const Rfm& seen) const {
    const double x = seen.frequency(), silence = seen.silence();
    const auto first = active_at(*this, new_customer(), 0), then = active_at(*this, seen, seen.recency());
    const double neither = then.log_neither(silence), leaves = then.log_leaves_silently(silence);
    const double larger = std::max(neither, leaves);
    const double silent = larger + std::log1p(std::exp(-std::abs(neither - leaves)));
    const double bought =
        numeric::rising(r, x).value - x * std::log(alpha) - (r + x) * std::log1p(seen.recency() / alpha);
    return bought + first.log_survival(seen.recency()) + silent;
}

double GgomNbd::p_alive(const Rfm& seen) const { return 1 / (1 + odds_left(*this, seen)); }

double GgomNbd::p_alive(const Rfm& seen, double horizon) const {
    return p_alive(seen) * std::exp(active_at(*this, seen, seen.age()).log_survival(horizon));
}

double GgomNbd::churn_probability(const Rfm& seen, double horizon) const {
    const double odds = odds_left(*this, seen);
    return std::isinf(odds) ? 1 : (odds + active_at(*this, seen, seen.age()).silent(horizon)) / (odds + 1);
}

namespace {

class GgomWaiting final : public SoughtWaiting {
public:
    GgomWaiting(double active, const GompertzRates& rates)
        : SoughtWaiting(active, rates.buys(0, HUGE_VAL)), rates_(rates) {}

protected:
    double bought(double time, const Known& before) const override {
        return before.bought + rates_.buys(before.time, time);
    }
    double density(double time) const override { return rates_.buying(time); }

private:
    GompertzRates rates_;
};

}  // namespace

std::unique_ptr<Waiting> GgomNbd::waiting(const Rfm& seen) const {
    return std::make_unique<GgomWaiting>(p_alive(seen), active_at(*this, seen, seen.age()));
}

double GgomNbd::expected_purchases(const Rfm& seen, double horizon) const {
    return discounted_purchases(seen, horizon, 0);
}

double GgomNbd::discounted_purchases(const Rfm& seen, double horizon, double rate) const {
    return p_alive(seen) * active_at(*this, seen, seen.age()).discounted_purchases(horizon, rate);
}

std::vector<double> GgomNbd::purchase_distribution(const Rfm& seen, double horizon, const Tail& tail) const {
    return active_at(*this, seen, seen.age()).distribution(horizon, tail, p_alive(seen));
}

}  // namespace crm::value
