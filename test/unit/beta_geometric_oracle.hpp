// What the beta-geometric models say, from their definition by brute force: sums over rates, chances to leave, and
// every possible number of purchases.
#pragma once
#include <algorithm>
#include <boost/math/quadrature/tanh_sinh.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "crm/value/rfm.hpp"

namespace crm::test {

/// `k` events make a purchase; there are `early` chances to leave before the first repeat purchase. For one history and
/// one horizon (which may be infinite for discounted purchases), and moderate numbers.
class BetaGeometricOracle {
public:
    struct Model {
        int k, early;
        double r, alpha, a, b;
    };

    BetaGeometricOracle(const Model& model, const value::Rfm& seen, double horizon, double discount = 0)
        : model_(model), seen_(seen), chances_(seen.frequency() + model.early), horizon_(horizon), discount_(discount) {
        weigh_rates();
        for (const auto& one : active_)
            if (one.weight > 1e-22 * alive_) look_ahead(one);
        weigh_chances();
    }

    double log_likelihood() const { return std::log(alive_ + gone_); }
    double p_alive() const { return alive_ / (alive_ + gone_); }

    double p_alive_then() const {
        double sum = 0;
        for (std::size_t n = 0; n < exactly_.size(); ++n) sum += stays_[n] * exactly_[n];
        return sum / (alive_ + gone_);
    }
    double churn_probability() const { return (gone_ + stays_[0] * exactly_[0]) / (alive_ + gone_); }

    /// Expected purchases, if there is no discount.
    double purchases() const {
        double sum = 0;
        for (std::size_t n = 1; n < discounted_.size(); ++n) sum += stays_[n - 1] * discounted_[n];
        return sum / (alive_ + gone_);
    }
    std::vector<double> distribution() const {
        std::vector<double> all{churn_probability()};
        double at_least = 0;
        for (const double one : exactly_) at_least += one;
        for (std::size_t n = 1; n < exactly_.size(); ++n) {
            at_least -= exactly_[n - 1];
            all.push_back((leaves_[n] * at_least + stays_[n] * exactly_[n]) / (alive_ + gone_));
        }
        return all;
    }

private:
    struct Active {
        double rate, weight;
        int silent;  // events since the last purchase
    };

    /// By the trapezoidal rule in ln rate, which is exact to rounding.
    void weigh_rates() {
        constexpr double nothing = 50;
        const auto [k, early, r, alpha, a, b] = model_;
        const int x = seen_.frequency();
        const double step = std::min(0.125, 0.3 / std::sqrt(r + k * (x + 2)));  // a part of the density's width
        const double top = std::log((r + k * (x + 1)) / (alpha + seen_.recency())) + 5;
        for (double log_rate = top; log_rate > top - 10 - nothing / (r + k * x); log_rate -= step) {
            const double rate = std::exp(log_rate);
            const double log_density = r * std::log(alpha * rate) - alpha * rate - std::lgamma(r) + k * x * log_rate -
                                       x * std::lgamma(k) + std::log(step);
            if (chances_ > 0) gone_ += std::exp(log_density - rate * seen_.recency());
            for (int j = 0; j < k; ++j) {
                const double weight = std::exp(log_density - rate * seen_.age()) * std::pow(rate * seen_.silence(), j) /
                                      std::tgamma(j + 1);
                alive_ += weight;
                active_.push_back({rate, weight, j});
            }
        }
    }

    static void add(std::vector<double>& to, std::size_t n, double value) {
        if (to.size() <= n) to.resize(n + 1);
        to[n] += value;
    }

    /// Events of a rate within the horizon are Poisson; the n-th purchase is event k n - silent.
    void look_ahead(const Active& one) {
        if (std::isfinite(horizon_)) {
            const auto events = poisson(one.rate * horizon_);
            for (std::size_t m = 0; m < events.size(); ++m)
                add(exactly_, (m + static_cast<std::size_t>(one.silent)) / static_cast<std::size_t>(model_.k),
                    one.weight * events[m]);
        }
        auto in_time = poisson((one.rate + discount_) * horizon_);  // killed at the rate of the discount
        for (std::size_t m = in_time.size() - 1; m-- > 0;) in_time[m] += in_time[m + 1];
        const double counts = one.rate / (one.rate + discount_);
        for (int n = 1;; ++n) {
            const int event = model_.k * n - one.silent;
            const auto m = static_cast<std::size_t>(event);
            const double factor = std::pow(counts, event);
            if (m >= in_time.size() && (std::isfinite(horizon_) || factor < 1e-20)) break;
            add(discounted_, static_cast<std::size_t>(n),
                one.weight * factor * (std::isfinite(horizon_) ? in_time[m] : 1));
        }
    }

    static std::vector<double> poisson(double mean) {
        if (std::isinf(mean)) return {0};
        std::vector<double> all;
        for (double m = 0; m < mean + 12 * std::sqrt(mean) + 40; ++m)
            all.push_back(mean > 0 ? std::exp(m * std::log(mean) - mean - std::lgamma(m + 1)) : m == 0 ? 1 : 0);
        return all;
    }

    void weigh_chances() {
        gone_ *= chances_ > 0 ? chance([&](double p, double q) { return p * std::pow(q, chances_ - 1); }) : 0;
        alive_ *= chance([&](double, double q) { return std::pow(q, chances_); });
        for (std::size_t n = 0; n < std::max({exactly_.size(), discounted_.size(), std::size_t{1}}); ++n) {
            const double power = chances_ + static_cast<double>(n);
            stays_.push_back(chance([&](double, double q) { return std::pow(q, power); }));
            leaves_.push_back(n > 0 ? chance([&](double p, double q) { return p * std::pow(q, power - 1); }) : 0);
        }
    }

    /// Mean over the chance to leave p = 1 - q, each exact where it vanishes.
    template <class Function>
    double chance(Function of) const {
        static boost::math::quadrature::tanh_sinh<double> rule;
        const double scale = std::exp(std::lgamma(model_.a + model_.b) - std::lgamma(model_.a) - std::lgamma(model_.b));
        return scale * rule.integrate(
                           [&](double p, double edge) {
                               const double q = p < 0.75 ? 1 - p : std::abs(edge);
                               return std::pow(p, model_.a - 1) * std::pow(q, model_.b - 1) * of(p, q);
                           },
                           0.0, 1.0);
    }

    Model model_;
    value::Rfm seen_;
    double chances_, horizon_, discount_;
    std::vector<Active> active_;
    double alive_ = 0, gone_ = 0;               // densities of the history
    std::vector<double> exactly_, discounted_;  // by the number of purchases, if the customer never leaves
    std::vector<double> stays_, leaves_;        // the latter with the n-th purchase
};

}  // namespace crm::test
