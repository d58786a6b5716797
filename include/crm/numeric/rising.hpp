// The logarithm of Gamma(start + count) / Gamma(start) and its derivatives, without the cancellation that two
// log-gammas suffer when `start` is large.
#pragma once

namespace crm::numeric {

struct Rising {
    double value = 0;      // lnGamma(start + count) - lnGamma(start)
    double slope = 0;      // digamma(start + count) - digamma(start)
    double curvature = 0;  // trigamma(start + count) - trigamma(start)
};

/// start > 0, count >= 0, both finite.
[[nodiscard]] Rising rising(double start, double count);

/// lnGamma and its second derivative at `at` > 0; unlike std::lgamma safe to call from several threads.
[[nodiscard]] double log_gamma(double at);
[[nodiscard]] double trigamma(double at);

}  // namespace crm::numeric
