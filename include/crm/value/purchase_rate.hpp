// How fast a customer of the BG/NBD and its relatives is expected to buy, summed over time: the quick way to purchases
// that count less the later they come.
#pragma once
#include <array>
#include <cstddef>
#include <optional>

namespace crm::value {

/// Of a customer who is active now, buys at a rate ~ Gamma(shape, rate) and leaves after a purchase with a chance ~
/// Beta(a, b); times are multiples of the gamma distribution's `rate`.
///
/// Purchases come at the rate shape 2F1(shape + 1, a; a + b; -t). Over x, with t = 4 x / (1 - x)^2, this is
///   shape (1 - x)^(2 a) (1 + x)^(2 (m - a)) sum over n of c[n] x^n, m = min(a, a + b - shape - 1),
/// where the sum solves Heun's equation, so that its terms follow from the two before:
///   (n + 1) (n + a + b) c[n+1] = (4 m' - 2 (a + b)) (n + m) c[n] + (n - 1 + 2 m) (n + 2 m - a - b) c[n-1],
/// m' the larger of the two. All singularities are at -1 and 1, so that few terms and few nodes over x are enough.
class PurchaseRate {
public:
    /// Until the time `longest`; a purchase at time t counts exp(-fading t).
    PurchaseRate(double shape, double a, double b, double longest, double fading);

    /// Expected purchases. None where too many terms or nodes would be needed, or terms would cancel.
    std::optional<double> purchases() const;

private:
    template <std::size_t Size>
    std::array<double, Size> series_at(const std::array<double, Size>& shares) const;
    template <std::size_t Nodes>
    double integral() const;

    static constexpr std::size_t most_terms = 200;

    double shape_, a_, m_, fading_;
    double end_, faded_;                    // x and fading t at the end
    std::size_t size_ = 0;                  // 0: declines
    std::array<double, most_terms> terms_;  // c[n] end^n
};

}  // namespace crm::value
