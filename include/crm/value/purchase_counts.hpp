// How many purchases a customer with a gamma-distributed rate makes within a horizon.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "crm/value/purchase_model.hpp"

namespace crm::value {

/// Probabilities of 0, 1, 2, ... purchases if the customer never left. With j silent events, further ones are negative
/// binomial: m of them have the probability (shape + j)_m / m! share^m / (1 + growth)^(shape + j), growth = horizon /
/// rate, share = growth / (1 + growth).
class PurchaseCounts {
public:
    PurchaseCounts(std::span<const double> silent, double shape, double growth)
        : shape_(shape), share_(growth / (1 + growth)), log_scale_(-shape * std::log1p(growth)) {
        double factor = 1;
        for (const double weight : silent) {
            terms_.push_back(weight * factor);
            factor /= 1 + growth;
        }
        scale_ = std::exp(log_scale_);
    }

    double next() {
        double sum = 0;
        for (std::size_t n = 0; n < terms_.size(); ++n, event_ += 1) {
            const std::size_t possible = std::min(terms_.size(), static_cast<std::size_t>(event_) + 1);
            double exactly =
                std::accumulate(terms_.begin(), terms_.begin() + static_cast<std::ptrdiff_t>(possible), 0.0);
            for (; exactly > huge; exactly /= huge) rescale();
            for (std::size_t j = 0; j < possible; ++j)
                terms_[j] *= (shape_ + event_) * share_ / (event_ - static_cast<double>(j) + 1);
            last_ = exactly * scale_;
            sum += last_;
        }
        return sum;
    }

    /// Of the probability that next() gave, the part with as many silent events as can be: the next one is a purchase.
    double last_silent() const { return last_; }

    /// What the next probability is of the one before at most, from here on; 1 or more as long as they may rise.
    double ratio() const {
        const double k = static_cast<double>(terms_.size());
        const double one = std::max((shape_ + event_) / std::max(event_ - (k - 1) + 1, 1.0), 1.0) * share_;
        return one < 1 ? std::pow(one, k) : 1;
    }

private:
    static constexpr double huge = 1e100;  // a factor of 1e150 more, the largest of shapes, is still a number

    void rescale() {
        for (double& term : terms_) term /= huge;
        log_scale_ += std::log(huge);
        scale_ = std::exp(log_scale_);
    }

    double shape_, share_, log_scale_, scale_ = 0, last_ = 0;
    double event_ = 0;           // events so far, silent ones included
    std::vector<double> terms_;  // for each j, over the scale: of the next event's number
};

/// PurchaseModel::purchase_distribution of a customer who is active with probability `active`, else buys nothing: with
/// the n-th purchase the customer stays, and buys no more within the horizon, or leaves; the chance of that ~ Beta(a,
/// b).
inline std::vector<double> distribution_of_purchases(PurchaseCounts counts, double a, double b, double active,
                                                     const Tail& tail) {
    double fewer = 0;   // than n, if the customer never left
    double stayed = 1;  // after each of n - 1
    Distribution distribution(tail);
    for (double n = 0;; ++n) {
        const double exactly = counts.next();
        double probability = exactly;
        if (n > 0) {
            const double leaves = a / (a + b + (n - 1)), stays = (b + (n - 1)) / (a + b + (n - 1));
            probability = stayed * (leaves * std::max(1 - fewer, 0.0) + stays * exactly);
            stayed *= stays;
        }
        if (!distribution.add(n == 0 ? 1 - active * (1 - probability) : active * probability))
            return std::move(distribution).take();
        fewer += exactly;
    }
}

}  // namespace crm::value
