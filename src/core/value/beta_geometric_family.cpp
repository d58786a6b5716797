#include "crm/value/beta_geometric_family.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "crm/numeric/rising.hpp"
#include "crm/value/beta_geometric.hpp"
#include "crm/value/regular_customer.hpp"
#include "crm/value/silent_events.hpp"

namespace crm::value {

namespace {

using numeric::rising;

double softplus(double x) { return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x)); }

/// What is known of one customer; `shape` and `chances` count those of the past in.
struct Past {
    Past(const BetaGeometric& model, const Rfm& seen)
        : x(seen.frequency()),
          events(model.k * x),
          shape(model.r + events),
          chances(x + model.early),
          silence(seen.silence() / (model.alpha + seen.recency())),
          share(seen.silence() / (model.alpha + seen.age())) {}

    double x, events, shape, chances;
    double silence;  // (alpha + age) / (alpha + recency) - 1
    double share;    // of alpha + age that is silence
};

/// Odds at once, and the factor, as a logarithm, by which silence has changed them.
struct LeftOdds {
    LeftOdds(const BetaGeometric& model, const Past& past, double log_silent)
        : at_once(model.a / (model.b + (past.chances - 1))),
          log_factor(past.shape * std::log1p(past.silence) - log_silent) {}

    double at_once, log_factor;
};

LeftOdds left_odds(const BetaGeometric& model, const Past& past) {
    return {model, past, SilentEvents(model.k, past.shape, past.share).log_sum};
}

double p_left(const BetaGeometric& model, const Rfm& seen) {
    const Past past(model, seen);
    if (past.chances == 0) return 0;
    const auto [at_once, log_factor] = left_odds(model, past);
    return 1 / (1 + 1 / at_once * std::exp(-log_factor));
}

ActiveCustomer if_active(const BetaGeometric& model, const Rfm& seen) {
    const Past past(model, seen);
    return {past.shape, model.alpha + seen.age(), model.a, model.b + past.chances};
}

RegularCustomer if_active_and_regular(const BetaGeometric& model, const Rfm& seen) {
    const Past past(model, seen);
    return {model.k, past.shape, past.share, model.alpha + seen.age(), model.a, model.b + past.chances};
}

}  // namespace

double BetaGeometric::log_likelihood(const Rfm& seen) const {
    const Past past(*this, seen);
    const double log_silent = SilentEvents(k, past.shape, past.share).log_sum;
    const double bought = rising(r, past.events).value - past.shape * std::log1p(seen.age() / alpha) -
                          past.events * std::log(alpha) - past.x * rising(1, k - 1).value + log_silent;
    if (past.chances == 0) return bought;
    const double stayed = rising(b, past.chances).value - rising(a + b, past.chances).value;
    const LeftOdds odds(*this, past, log_silent);
    return bought + stayed + softplus(std::log(odds.at_once) + odds.log_factor);
}

double BetaGeometric::p_alive(const Rfm& seen) const {
    const Past past(*this, seen);
    if (past.chances == 0) return 1;
    const auto [at_once, log_factor] = left_odds(*this, past);
    return 1 / (1 + at_once * std::exp(log_factor));
}

double BetaGeometric::p_alive(const Rfm& seen, double horizon) const {
    return p_alive(seen) *
           (k == 1 ? if_active(*this, seen).survival(horizon) : if_active_and_regular(*this, seen).survival(horizon));
}

double BetaGeometric::churn_probability(const Rfm& seen, double horizon) const {
    if (k > 1) {
        const double none = p_left(*this, seen) + p_alive(seen) * if_active_and_regular(*this, seen).silence(horizon);
        return horizon == 0 ? 1 : std::min(none, 1.0);
    }
    const double log_none = -(r + seen.frequency()) * std::log1p(horizon / (alpha + seen.age()));
    return 1 + p_alive(seen) * std::expm1(log_none);
}

namespace {

/// Who is active buys again for certain, at a rate ~ Gamma(shape, rate).
class RandomWaiting final : public Waiting {
public:
    RandomWaiting(double active, double shape, double rate) : active_(active), shape_(shape), rate_(rate) {}

    double ever() const override { return active_; }
    void times(std::span<double> shares) const override {
        for (double& share : shares) share = rate_ * std::expm1(-std::log1p(-share) / shape_);
    }

private:
    double active_, shape_, rate_;
};

class RegularWaiting final : public SoughtWaiting {
public:
    RegularWaiting(double active, RegularCustomer customer)
        : SoughtWaiting(active, 1), customer_(std::move(customer)) {}

protected:
    double bought(double time, const Known&) const override { return 1 - customer_.silence(time); }
    double density(double time) const override { return customer_.buying(time); }

private:
    RegularCustomer customer_;
};

}  // namespace

std::unique_ptr<Waiting> BetaGeometric::waiting(const Rfm& seen) const {
    const double active = p_alive(seen);
    if (k == 1) return std::make_unique<RandomWaiting>(active, r + seen.frequency(), alpha + seen.age());
    return std::make_unique<RegularWaiting>(active, if_active_and_regular(*this, seen));
}

double BetaGeometric::expected_purchases(const Rfm& seen, double horizon) const {
    return p_alive(seen) *
           (k == 1 ? if_active(*this, seen).purchases(horizon) : if_active_and_regular(*this, seen).purchases(horizon));
}

double BetaGeometric::discounted_purchases(const Rfm& seen, double horizon, double rate) const {
    return p_alive(seen) * (k == 1 ? if_active(*this, seen).discounted_purchases(horizon, rate)
                                   : if_active_and_regular(*this, seen).discounted_purchases(horizon, rate));
}

std::vector<double> BetaGeometric::purchase_distribution(const Rfm& seen, double horizon, const Tail& tail) const {
    return k == 1 ? if_active(*this, seen).distribution(horizon, tail, p_alive(seen))
                  : if_active_and_regular(*this, seen).distribution(horizon, tail, p_alive(seen));
}

}  // namespace crm::value
