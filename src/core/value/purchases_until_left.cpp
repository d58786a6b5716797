#include "crm/value/purchases_until_left.hpp"

#include <utility>

#include "crm/value/purchase_model.hpp"

namespace crm::value {

std::vector<double> PurchasesUntilLeft::count(std::span<const Leaving> leaving, double log_survival, const Tail& tail,
                                              double active) const {
    constexpr double nothing = -80;  // logarithm of a term that does not count
    const double log_share = std::log(horizon_ / (rate_ + horizon_));
    const double log_stays_silent = log_survival - shape_ * std::log1p(horizon_ / rate_);
    double log_ways = 0;  // Gamma(shape + n) / (Gamma(shape) n!)
    std::size_t first = 0;
    Distribution distribution(tail);
    for (double n = 0;; ++n) {
        double probability = std::exp(log_ways + log_stays_silent + (n > 0 ? n * log_share : 0));
        const double likely_share = n / (shape_ + n);
        for (std::size_t i = first; i < leaving.size(); ++i) {
            const double log_term = leaving[i].log_weight + log_ways + n * leaving[i].log_share;
            if (log_term >= nothing)
                probability += std::exp(log_term);
            else if (leaving[i].share > likely_share)
                break;
            else if (i == first)
                ++first;  // and with more purchases even less
        }
        if (!distribution.add(n == 0 ? 1 - active * (1 - probability) : active * probability))
            return std::move(distribution).take();
        log_ways += std::log((shape_ + n) / (n + 1));
    }
}

}  // namespace crm::value
