#include "crm/value/regular_customer.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <numbers>
#include <span>

#include "crm/numeric/beta_average.hpp"
#include "crm/value/discounted_integral.hpp"
#include "crm/value/purchase_counts.hpp"
#include "crm/value/silent_events.hpp"

namespace crm::value {

std::vector<double> silent_event_weights(int k, double shape, double share) {
    std::vector<double> weights{1};
    double sum = 1;
    for (int j = 1; j < k; ++j) {
        weights.push_back(weights.back() * ((shape + (j - 1)) * share / j));
        sum += weights.back();
        if (sum < 1e100) continue;
        for (double& weight : weights) weight /= sum;
        sum = 1;
    }
    for (double& weight : weights) weight /= sum;
    return weights;
}

namespace {

std::complex<double> log1p(std::complex<double> z) {
    const double far = std::abs(z);
    if (far > 0.5) return std::log(1.0 + z);
    return {std::log1p(2 * z.real() + far * far) / 2, std::atan2(z.imag(), 1 + z.real())};
}

/// A score for one chance to leave p, with q = 1 - p to stay, whatever the number of events: by the generating function
/// F(z) = E[z^i] of the number of events i, the silent ones included. Purchases are i / k rounded down; by a discrete
/// Fourier transform E[q^purchases] is a sum over the k-th roots z of q,
///   sum over z of c(z) F(z), c(z) = (1 - q) / (k q) z / (1 - z), and for the real root (1 / k) sum of z^-i, i < k.
/// For a chance to stay that is small the roots cancel, and a short sum over purchases serves.
class OneChance {
public:
    OneChance(std::span<const double> silent, double shape, double growth)
        : silent_(silent), shape_(shape), growth_(growth) {
        PurchaseCounts counts(silent, shape, growth);
        for (double& one : first_) one = counts.next();
        double fewer = 0;
        for (std::size_t n = 0; n < most; ++n) {
            at_least_[n] = 1 - fewer;
            fewer += first_[n];
        }
        for (int l = 1; l <= k() / 2; ++l) roots_.push_back(std::polar(1.0, 2 * std::numbers::pi * l / k()));
    }

    RegularCustomer::Outlook at(double p) const {
        const double q = 1 - p;
        if (q < small) {
            RegularCustomer::Outlook sum{0, first_[0]};
            double power = 1;  // q^(n-1)
            for (std::size_t n = 1; n < most; ++n, power *= q) {
                sum.purchases += power * at_least_[n];
                sum.survival += power * q * first_[n];
            }
            return sum;
        }
        const double log_root = std::log1p(-p) / k(), root = std::exp(log_root);
        const double others = of_complex_roots(root);
        const double log_real = of_real_root(log_root);
        const double purchases = -std::expm1(log_real) / p - others / (k() * q);
        const double survival = std::exp(log_real) + p / (k() * q) * others;
        return {std::max(purchases, 0.0), std::max(survival, 0.0)};
    }

private:
    static constexpr std::size_t most = 30;
    static constexpr double small = 0.25;  // small^most is below rounding

    int k() const { return static_cast<int>(silent_.size()); }

    /// ln(c(z) F(z)) at the real root, exact also where it is next to 0.
    double of_real_root(double log_z) const {
        const double passed = std::log1p(growth_ * -std::expm1(log_z)), log_y = log_z - passed;
        double c = 0, mixture = 0;
        for (int i = 0; i < k(); ++i) {
            c += std::expm1(-i * log_z) / k();
            mixture += silent_[static_cast<std::size_t>(i)] * std::expm1(i * log_y);
        }
        return std::log1p(c) + std::log1p(std::max(mixture, -1.0)) - shape_ * passed;
    }

    /// Sum over the others of z / (1 - z) F(z); they come in conjugate pairs.
    double of_complex_roots(double root) const {
        double sum = 0;
        for (std::size_t l = 1; l <= roots_.size(); ++l) {
            const std::complex<double> z = root * roots_[l - 1], more = growth_ * (1.0 - z), y = z / (1.0 + more);
            std::complex<double> mixture = 0;
            for (std::size_t j = silent_.size(); j-- > 0;) mixture = mixture * y + silent_[j];
            const double once = (z / (1.0 - z) * mixture * std::exp(-shape_ * log1p(more))).real();
            sum += 2 * l == silent_.size() ? once : 2 * once;
        }
        return sum;
    }

    std::span<const double> silent_;
    double shape_, growth_;
    std::array<double, most> first_, at_least_;
    std::vector<std::complex<double>> roots_;  // of 1, above the real axis
};

}  // namespace

RegularCustomer::RegularCustomer(int k, double shape, double silent_share, double rate, double a, double b)
    : shape_(shape), rate_(rate), a_(a), b_(b), silent_(silent_event_weights(k, shape, silent_share)) {}

double RegularCustomer::silence(double horizon) const {
    if (std::isinf(horizon)) return 0;
    return PurchaseCounts(silent_, shape_, growth_at(horizon, rate_)).next();
}

double RegularCustomer::buying(double time) const {
    PurchaseCounts counts(silent_, shape_, growth_at(time, rate_));
    counts.next();
    return counts.last_silent() * (shape_ + static_cast<double>(silent_.size() - 1)) / (rate_ + time);
}

/// Whether counting ends soon: the mean, ten standard deviations, and the length of a geometric tail.
bool RegularCustomer::few_events(double growth) const {
    constexpr double few = 5000;
    const double mean = (shape_ + static_cast<double>(silent_.size())) * growth;
    return mean + 10 * std::sqrt(mean * (1 + growth)) + 45 * (1 + growth) < few;
}

RegularCustomer::Outlook RegularCustomer::by_counting(double horizon) const {
    constexpr double rounding = 1e-17;
    PurchaseCounts counts(silent_, shape_, growth_at(horizon, rate_));
    double made = 0;  // of n purchases to be expected by those who stay, given the chance to leave
    double stays = 1;
    Outlook sum{0, counts.next()};
    for (double n = 1;; ++n) {
        const double probability = counts.next();
        made += stays;
        stays *= (b_ + (n - 1)) / (a_ + b_ + (n - 1));
        sum.purchases += probability * made;
        sum.survival += probability * stays;
        const double fall = 1 - counts.ratio();
        if (fall > 0 && probability * made <= rounding * fall * fall * sum.purchases) return sum;
    }
}

RegularCustomer::Outlook RegularCustomer::by_average(double horizon) const {
    const double growth = growth_at(horizon, rate_);
    const OneChance one(silent_, shape_, growth);
    Outlook mean{0, 0};
    const numeric::BetaAverage chances(a_, b_, (shape_ + static_cast<double>(silent_.size())) * growth);
    for (const auto& [p, rest, weight] : chances.points()) {
        const Outlook then = one.at(p);
        mean.purchases += weight * then.purchases;
        mean.survival += weight * then.survival;
    }
    return mean;
}

RegularCustomer::Outlook RegularCustomer::outlook(double horizon) const {
    return few_events(growth_at(horizon, rate_)) ? by_counting(horizon) : by_average(horizon);
}

double RegularCustomer::purchases(double horizon) const { return outlook(horizon).purchases; }
double RegularCustomer::survival(double horizon) const { return outlook(horizon).survival; }

std::vector<double> RegularCustomer::distribution(double horizon, const Tail& tail, double active) const {
    return distribution_of_purchases({silent_, shape_, growth_at(horizon, rate_)}, a_, b_, active, tail);
}

/// What is expected by a time has ripples of the length of a gap, the longer the more regular.
double RegularCustomer::discounted_purchases(double horizon, double discount) const {
    if (discount == 0) return purchases(horizon);
    discount = std::min(discount, most_discount);
    if (discount * horizon > forgotten) horizon = forgotten / discount;
    const double k = static_cast<double>(silent_.size());
    const double integral =
        discounted_integral(horizon, rate_, rate_ / (1 + shape_ / k), discount, smooth_panel / k, [&](auto s) {
            for (double& one : s) one = purchases(rate_ * std::expm1(one));
            return s;
        });
    return std::exp(-discount * horizon) * purchases(horizon) + integral;
}

}  // namespace crm::value
