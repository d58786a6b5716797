#include "crm/numeric/rising.hpp"

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

/// lnGamma(y) - (y - 1/2) ln y + y - ln(2 pi)/2.
double log_gamma_tail(double y) {
    const double u = 1 / (y * y);
    return (1.0 / 12 -
            u * (1.0 / 360 - u * (1.0 / 1260 - u * (1.0 / 1680 - u * (1.0 / 1188 - u * (691.0 / 360360 - u / 156)))))) /
           y;
}

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
