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

/// The logarithm of B(a, b + count) / B(a, b), exact also where it is next to 0 or four log-gammas cancel. a and b from
/// 1e-150 to 1e150, count from 0 to 1e300.
[[nodiscard]] double log_beta_ratio(double a, double b, double count);

/// lnGamma and its second derivative at `at` > 0; unlike std::lgamma safe to call from several threads.
[[nodiscard]] double log_gamma(double at);
[[nodiscard]] double trigamma(double at);

}  // namespace crm::numeric
