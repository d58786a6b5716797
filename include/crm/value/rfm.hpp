// What a customer's history comes to at one date: the observation that purchase and spend models read.
#pragma once
#include <cmath>
#include <optional>

namespace crm::value {

/// Times are in days since the first purchase (or in any one unit, if all are).
/// Can only be built valid: frequency >= 0, 0 <= recency <= age, all finite, and recency is 0 exactly when frequency
/// is. Throws invalid_argument that names the argument and its value.
class Rfm {
public:
    Rfm(int frequency, double recency, double age, std::optional<double> monetary = {})
        : frequency_(frequency), recency_(recency), age_(age), monetary_(monetary) {
        const bool valid = frequency >= 0 && recency >= 0 && recency <= age && std::isfinite(age) &&
                           (frequency > 0) == (recency > 0) && (!monetary || std::isfinite(*monetary));
        if (!valid) refuse();
    }

    int frequency() const { return frequency_; }  // repeat purchase occasions
    double recency() const { return recency_; }   // from the first purchase to the last
    double age() const { return age_; }           // from the first purchase to as_of
    double silence() const { return age_ - recency_; }

    /// Mean amount of the repeat occasions; none without one.
    std::optional<double> monetary() const { return monetary_; }

    friend bool operator==(const Rfm&, const Rfm&) = default;

private:
    [[noreturn]] void refuse() const;

    int frequency_;
    double recency_, age_;
    std::optional<double> monetary_;
};

}  // namespace crm::value
