#include "crm/value/waiting.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <vector>

namespace crm::value {

namespace {

constexpr double farthest = 690;  // of the logarithm of a time: where numbers end

/// ln(-ln(1 - share)): over the logarithm of time near a straight line, as it is for a Weibull distribution.
double bent(double share) { return std::log(-std::log1p(-share)); }

}  // namespace

/// On the scales on which waiting times of every length are near, and their distribution is straight.
class SoughtWaiting::Search {
public:
    explicit Search(const SoughtWaiting& of) : of_(of) { points_.reserve(16); }

    double time_of(double share);

private:
    struct Point {
        double log_time;
        Known known;
        double height, slope;  // of the bent share over the logarithm of time
    };

    const Point& look(double log_time);

    const SoughtWaiting& of_;
    std::vector<Point> points_;  // ascending
};

const SoughtWaiting::Search::Point& SoughtWaiting::Search::look(double log_time) {
    const auto next = std::ranges::upper_bound(points_, log_time, {}, &Point::log_time);
    const double time = std::exp(log_time);
    const Known before = next == points_.begin() ? Known{} : std::prev(next)->known;
    const double bought = of_.bought(time, before), share = std::clamp(bought / of_.ever_, 0.0, 1.0);
    const double slope = of_.density(time) * time / of_.ever_ / ((1 - share) * -std::log1p(-share));
    return *points_.insert(next, {log_time, {time, bought}, bent(share), slope});
}

/// Newton's method, kept between the nearest known points on either side, from the point whose tangent reaches the
/// share soonest; from the straight line on which the share grows at first if there is none.
double SoughtWaiting::Search::time_of(double share) {
    constexpr double exact = 1e-12;
    constexpr double close = 1e-7;  // a step after which the next would be below rounding
    constexpr int most = 200;
    const double height = bent(share);
    double low = -farthest, high = farthest;
    double next = height - std::log(of_.density(0) / of_.ever_), nearest = HUGE_VAL;
    for (const Point& point : points_) {
        if (point.height < height) low = std::max(low, point.log_time);
        if (point.height > height) high = std::min(high, point.log_time);
        const double step = (height - point.height) / point.slope;
        if (!(std::abs(step) < nearest)) continue;
        nearest = std::abs(step);
        next = point.log_time + step;
    }
    for (int i = 0; i < most && high - low > exact; ++i) {
        if (!(next > low && next < high)) next = (low + high) / 2;
        const Point& at = look(next);
        (at.height < height ? low : high) = next;
        const double step = (height - at.height) / at.slope;
        next += step;
        if (std::abs(step) < close) return std::exp(next);
    }
    return low == -farthest ? 0 : high == farthest ? HUGE_VAL : std::exp((low + high) / 2);
}

void SoughtWaiting::times(std::span<double> shares) const {
    Search search(*this);
    for (double& share : shares) share = search.time_of(share);
}

}  // namespace crm::value
