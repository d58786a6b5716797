// What every model of lifetimes answers: how long customers stay, or how long something takes to happen. Times are in
// whatever unit the durations were in, and are counted from the customer's own beginning.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "crm/foundation/model.hpp"
#include "crm/predict/encoder.hpp"

namespace crm::predict {

/// Seen from its beginning, even if it ends at once.
inline constexpr double from_start = -1;
inline constexpr double longest_duration = 1e100;
inline constexpr std::size_t most_lifetime_features = 500;  // columns of them

/// Each throws invalid_argument. A duration is a number from 0 to 1e100; an entry is one below the duration; a weight
/// is positive and at most 1e15.
void require_duration(double duration);
void require_entry(double entry, double duration);
void require_life_weight(double weight);

/// The same of a time or a horizon that a question names.
void require_time(double time, std::string_view name);

/// Whom a question is about: by features, for a model that has some, and by stratum.
struct Subject {
    std::span<const double> features;
    std::optional<std::string_view> stratum;
};

struct MedianLifetime {
    std::optional<double> median, lower, upper;  // 95 %
};

struct RestrictedMean {
    std::optional<double> mean, std_error;
};

/// Answers are none where the model does not know: beyond the longest time that was observed, for models that assume no
/// shape. They throw invalid_argument for a number of features, or a stratum, that is not the model's.
class LifetimeModel : public Model {
public:
    /// How named features become those of a subject: the encoder's columns, by column_values. Null for a model of
    /// arrays.
    virtual const Encoder* encoder() const { return nullptr; }

    /// Probability of a lifetime longer than `time`.
    virtual std::optional<double> survival(const Subject&, double time) const = 0;

    /// The time by which half have left; none when fewer have.
    virtual std::optional<double> median(const Subject&) const = 0;

    /// Mean of the lifetime, or of `horizon` if that is shorter: the area below the survival curve.
    virtual std::optional<double> restricted_mean(const Subject&, double horizon) const = 0;

    /// The same with precision, of a model without features.
    virtual MedianLifetime median_lifetime() const;
    virtual RestrictedMean restricted_mean(double horizon) const;

    /// Probability of an end within the next `horizon`, for one who has stayed for `elapsed`; none when nobody stays
    /// that long.
    std::optional<double> churn_probability(const Subject&, double elapsed, double horizon) const;
};

/// 0.975 quantile of the normal distribution.
inline constexpr double z95 = 1.9599639845400545;

/// Two-sided, of a normal statistic; and of a chi-squared one.
double normal_p_value(double z);
double chi_squared_p_value(double statistic, int degrees_of_freedom);

/// Of the normal distribution; throws invalid_argument unless 0 < level < 1. For an interval that holds with `level`.
double normal_bound(double level);

}  // namespace crm::predict
