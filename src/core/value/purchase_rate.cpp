#include "crm/value/purchase_rate.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "crm/numeric/gauss_legendre.hpp"

namespace crm::value {

namespace {

using Two = double __attribute__((vector_size(16)));

double square(double x) { return x * x; }

}  // namespace

PurchaseRate::PurchaseRate(double shape, double a, double b, double longest, double fading)
    : shape_(shape),
      a_(a),
      m_(std::min(a, a + b - shape - 1)),
      fading_(fading),
      end_(longest / square(1 + std::sqrt(1 + longest))),
      faded_(fading * longest) {
    constexpr double farthest = 0.75;  // of x: beyond it there would have to be more nodes,
    constexpr double most_faded = 8;   // as where the rate bends more than with these
    constexpr double most_growth = 8, most_turns = 2;
    constexpr double most_loss = 50;  // how much larger than their sum the terms may be
    constexpr double rounding = 1e-17;
    const double whole = a + b, less = whole - shape - 1;
    if (!(end_ <= farthest && faded_ <= most_faded && a <= most_growth && less >= -most_turns)) return;

    const double across = (4 * std::max(a, less) - 2 * whole) * end_;
    double term = 1, before = 0, sum = 0, size = 0;
    for (double n = 0; size_ < most_terms; ++n) {
        terms_[size_++] = term;
        sum += term;
        size += std::abs(term);
        const double per = 1 / ((n + 1) * (n + whole));
        const double next =
            across * (n + m_) * per * term + square(end_) * (n - 1 + 2 * m_) * (n + 2 * m_ - whole) * per * before;
        if (std::abs(term) + std::abs(next) <= rounding * size) {
            if (size > most_loss * sum) size_ = 0;
            return;
        }
        before = term;
        term = next;
    }
    size_ = 0;
}

/// The series at several shares of the end: in sums that stay in registers and do not wait for each other.
template <std::size_t Size>
std::array<double, Size> PurchaseRate::series_at(const std::array<double, Size>& shares) const {
    return [&]<std::size_t... K>(std::index_sequence<K...>) {
        const std::array<Two, sizeof...(K)> share{Two{shares[2 * K], shares[2 * K + 1]}...};
        std::array<Two, sizeof...(K)> sum{};
        for (std::size_t n = size_; n-- > 0;) ((sum[K] = sum[K] * share[K] + terms_[n]), ...);
        std::array<double, Size> all;
        ((all[2 * K] = sum[K][0], all[2 * K + 1] = sum[K][1]), ...);
        return all;
    }
    (std::make_index_sequence<Size / 2>());
}

template <std::size_t Nodes>
double PurchaseRate::integral() const {
    const auto& rule = numeric::gauss_legendre<Nodes>;
    std::array<double, Nodes> share;
    std::ranges::transform(rule, share.begin(), &numeric::Node::at);
    const auto series = series_at(share);
    double integral = 0;
    for (std::size_t k = 0; k < Nodes; ++k) {
        const double x = share[k] * end_, less = 1 - x, more = 1 + x;
        double log_factor = 2 * a_ * std::log(less) - fading_ * (4 * x / square(less));
        if (m_ < a_) log_factor += 2 * (m_ - a_) * std::log(more);
        integral += rule[k].weight * (more / (less * square(less))) * std::exp(log_factor) * series[k];
    }
    return 4 * end_ * shape_ * integral;
}

/// With as many nodes as 13 digits need, found by comparison with more of them.
std::optional<double> PurchaseRate::purchases() const {
    constexpr double smooth_growth = 3, hardly_faded = 1;
    if (size_ == 0) return {};
    const bool smooth = a_ <= smooth_growth && m_ >= 0 && faded_ <= hardly_faded;
    if (smooth && end_ <= 0.2) return integral<8>();
    if (end_ <= 0.38) return integral<12>();
    if (end_ <= 0.56) return integral<16>();
    return integral<24>();
}

}  // namespace crm::value
