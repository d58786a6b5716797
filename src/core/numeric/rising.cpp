#include "crm/numeric/rising.hpp"

#include <algorithm>
#include <cmath>

namespace crm::numeric {

namespace {

constexpr double large = 10;  // from here on the asymptotic series are exact to rounding

/// What lnGamma, digamma and trigamma of a small argument lack against those of the same argument + steps.
struct Shift {
    explicit Shift(double from) : at(from) {
        for (; at < large; at += 1) {
            product *= at;
            inverse += 1 / at;
            inverse_square += 1 / (at * at);
        }
    }

    double at;
    double product = 1, inverse = 0, inverse_square = 0;
};

/// lnGamma(y) - (y - 1/2) ln y + y - ln(2 pi)/2, and what it lacks against 1 / (12 y).
double log_gamma_lack(double y) {
    const double u = 1 / (y * y);
    return u * (1.0 / 360 - u * (1.0 / 1260 - u * (1.0 / 1680 - u * (1.0 / 1188 - u * (691.0 / 360360 - u / 156))))) /
           y;
}
double log_gamma_tail(double y) { return 1 / (12 * y) - log_gamma_lack(y); }

/// digamma(y) - ln y + 1 / (2 y).
double digamma_tail(double y) {
    const double u = 1 / (y * y);
    return -u * (1.0 / 12 -
                 u * (1.0 / 120 - u * (1.0 / 252 - u * (1.0 / 240 - u * (1.0 / 132 - u * (691.0 / 32760 - u / 12))))));
}

/// trigamma(y) - 1 / y.
double trigamma_tail(double y) {
    const double u = 1 / (y * y);
    return u *
           (0.5 + (1.0 / 6 -
                   u * (1.0 / 30 - u * (1.0 / 42 - u * (1.0 / 30 - u * (5.0 / 66 - u * (691.0 / 2730 - u * 7 / 6)))))) /
                      y);
}

/// ln(1 - a / (y + a) * u / (y + u)), which is what ln(B(a, y + u) / B(a, y)) lacks against the same at y + 1.
double log_step(double y, double a, double u) {
    const double both = a / (y + a) * (u / (y + u));
    return both < 0.5 ? std::log1p(-both) : std::log(y / (y + a)) + std::log((y + a + u) / (y + u));
}

}  // namespace

Rising rising(double start, double count) {
    if (count == 0) return {};
    const Shift low(start), high(start + count);
    const double step = high.at == start + count ? count + (start - low.at) : high.at - low.at;
    const double log_ratio = std::log1p(step / low.at);
    return {(high.at - 0.5) * log_ratio + step * (std::log(low.at) - 1) + log_gamma_tail(high.at) -
                log_gamma_tail(low.at) + std::log(low.product / high.product),
            log_ratio + step / (2 * low.at * high.at) + digamma_tail(high.at) - digamma_tail(low.at) + low.inverse -
                high.inverse,
            -step / (low.at * high.at) + trigamma_tail(high.at) - trigamma_tail(low.at) + high.inverse_square -
                low.inverse_square};
}

double log_beta_ratio(double a, double b, double count) {
    double steps = 0;
    for (; b < large; b += 1) steps += log_step(b, a, count);
    const double by_a = a / (b + a), by_count = count / (b + count), neither = b / (b + a + count);
    const double inverses = by_a * by_count * (1 + neither) / b;  // 1/b - 1/(b + a) - 1/(b + count) + 1/(b + a + count)
    const double u = 1 / (b * b);
    const double lacks =
        std::max(a, count) < 1e-4  // where the differences are all rounding
            ? a * count * u * u * (1.0 / 30 - u * (1.0 / 42 - u / 30)) / b
            : log_gamma_lack(b + a + count) - log_gamma_lack(b + a) - log_gamma_lack(b + count) + log_gamma_lack(b);
    return steps - (b - 0.5) * log_step(b, a, count) - a * std::log1p(count / (b + a)) -
           count * std::log1p(a / (b + count)) - inverses / 12 + lacks;
}

double log_gamma(double at) {
    const Shift shift(at);
    constexpr double half_log_two_pi = 0.91893853320467274178;
    return (shift.at - 0.5) * std::log(shift.at) - shift.at + half_log_two_pi + log_gamma_tail(shift.at) -
           std::log(shift.product);
}

double trigamma(double at) {
    const Shift shift(at);
    return 1 / shift.at + trigamma_tail(shift.at) + shift.inverse_square;
}

}  // namespace crm::numeric
