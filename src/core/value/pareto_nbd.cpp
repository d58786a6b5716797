#include "crm/value/pareto_nbd.hpp"

#include <algorithm>
#include <cmath>

#include "crm/numeric/rising.hpp"
#include "crm/value/competing_rates.hpp"

namespace crm::value {

namespace {

/// The customer was certainly active at the last purchase, and may be at the end of the observation.
CompetingRates at_last_purchase(const ParetoNbd& model, const Rfm& seen) {
    return {model.r + seen.frequency(), model.alpha + seen.recency(), model.s, model.beta + seen.recency()};
}

CompetingRates if_active(const ParetoNbd& model, const Rfm& seen) {
    return {model.r + seen.frequency(), model.alpha + seen.age(), model.s, model.beta + seen.age()};
}

/// That the customer left since the last purchase; may be infinite.
double odds_left(const ParetoNbd& model, const Rfm& seen) {
    const auto then = at_last_purchase(model, seen);
    const auto end = then.at(seen.silence());
    return std::exp(then.log_leaves_silently(end) - then.log_neither(end));
}

}  // namespace

double ParetoNbd::log_likelihood(const Rfm& seen) const {
    const double x = seen.frequency();
    const auto then = at_last_purchase(*this, seen);
    const auto end = then.at(seen.silence());
    const double neither = then.log_neither(end), leaves = then.log_leaves_silently(end);
    const double larger = std::max(neither, leaves),
                 silent = larger + std::log1p(std::exp(-std::abs(neither - leaves)));
    const double bought =
        numeric::rising(r, x).value - x * std::log(alpha) - (r + x) * std::log1p(seen.recency() / alpha);
    return bought - s * std::log1p(seen.recency() / beta) + silent;
}

double ParetoNbd::p_alive(const Rfm& seen) const { return 1 / (1 + odds_left(*this, seen)); }

double ParetoNbd::p_alive(const Rfm& seen, double horizon) const {
    return p_alive(seen) * if_active(*this, seen).survival(horizon);
}

double ParetoNbd::churn_probability(const Rfm& seen, double horizon) const {
    const double odds = odds_left(*this, seen);
    return std::isinf(odds) ? 1 : (odds + if_active(*this, seen).silent(horizon)) / (odds + 1);
}

namespace {

/// Who is active buys before leaving: the same race with the two sides exchanged.
class ParetoWaiting final : public SoughtWaiting {
public:
    ParetoWaiting(double active, const CompetingRates& reversed)
        : SoughtWaiting(active, reversed.leaves_silently_ever()), reversed_(reversed) {}

protected:
    double bought(double time, const Known& before) const override {
        return before.bought + reversed_.leaves_silently(before.time, time);
    }
    double density(double time) const override { return reversed_.leaving_silently(time); }

private:
    CompetingRates reversed_;
};

}  // namespace

std::unique_ptr<Waiting> ParetoNbd::waiting(const Rfm& seen) const {
    return std::make_unique<ParetoWaiting>(
        p_alive(seen), CompetingRates(s, beta + seen.age(), r + seen.frequency(), alpha + seen.age()));
}

double ParetoNbd::expected_purchases(const Rfm& seen, double horizon) const {
    return p_alive(seen) * if_active(*this, seen).purchases(horizon);
}

double ParetoNbd::discounted_purchases(const Rfm& seen, double horizon, double rate) const {
    return p_alive(seen) * if_active(*this, seen).discounted_purchases(horizon, rate);
}

std::vector<double> ParetoNbd::purchase_distribution(const Rfm& seen, double horizon, const Tail& tail) const {
    return if_active(*this, seen).distribution(horizon, tail, p_alive(seen));
}

}  // namespace crm::value
