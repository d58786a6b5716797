#include "crm/predict/lifetime.hpp"

#include <boost/math/special_functions/erf.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <string>

#include "crm/foundation/error.hpp"
#include "crm/foundation/json.hpp"

namespace crm::predict {

void require_duration(double duration) {
    if (!(duration >= 0 && duration <= longest_duration))
        throw invalid_argument("duration must be a number from 0 to 1e100, not " + shortest(duration), {},
                               "A customer who is still there has the time until today as duration and no event.");
}

void require_entry(double entry, double duration) {
    if (!(entry >= 0 && entry < duration))
        throw invalid_argument("entry must be 0 or more and below the duration, not " + shortest(entry),
                               "duration is " + shortest(duration) + ".",
                               "entry is the customer's age when the observation began, duration that when it ended.");
}

void require_life_weight(double weight) {
    constexpr double most = 1e15;
    if (!(weight > 0 && weight <= most))
        throw invalid_argument("weight must be a positive number up to 1e15, not " + shortest(weight));
}

void require_time(double time, std::string_view name) {
    if (!(time >= 0) || !std::isfinite(time))
        throw invalid_argument(std::string(name) + " must be a finite number, 0 or more, not " + shortest(time));
}

MedianLifetime LifetimeModel::median_lifetime() const { return {median({}), {}, {}}; }

RestrictedMean LifetimeModel::restricted_mean(double horizon) const { return {restricted_mean({}, horizon), {}}; }

std::optional<double> LifetimeModel::churn_probability(const Subject& subject, double elapsed, double horizon) const {
    require_time(elapsed, "elapsed");
    require_time(horizon, "horizon");
    const auto now = survival(subject, elapsed), then = survival(subject, elapsed + horizon);
    if (!now || !then || *now <= 0) return {};
    return 1 - *then / *now;
}

double normal_p_value(double z) { return boost::math::erfc(std::abs(z) / std::sqrt(2.0)); }

double chi_squared_p_value(double statistic, int degrees_of_freedom) {
    return boost::math::gamma_q(degrees_of_freedom / 2.0, std::max(statistic, 0.0) / 2);
}

double normal_bound(double level) {
    if (!(level > 0 && level < 1)) throw invalid_argument("level must be between 0 and 1, not " + shortest(level));
    return std::sqrt(2.0) * boost::math::erf_inv(level);
}

}  // namespace crm::predict
