// Sums of money that do not depend on their order.
#pragma once
#include <cmath>
#include <cstdint>
#include <optional>

#include "crm/foundation/bytes.hpp"

namespace crm::value {

/// What hundredths stay below, so that a double holds each of them.
inline constexpr double most_hundredths = 0x1p53;

/// The amount as whole hundredths, if that is exactly what it is.
inline std::optional<std::int64_t> hundredths_of(double amount) {
    constexpr double plain = 0x1p50;  // below which adding a half and cutting off finds the hundredths
    const double hundredths = amount * 100, size = std::abs(hundredths);
    if (!(size < most_hundredths)) return {};
    const auto whole =
        static_cast<std::int64_t>(size < plain ? hundredths + std::copysign(0.5, hundredths) : std::round(hundredths));
    if (static_cast<double>(whole) / 100 != amount) return {};
    return whole;
}

/// one + other: exact for whole hundredths.
double sum_of(double one, double other);

/// A sum of many amounts, exact as long as it and all of them are whole hundredths.
class MoneySum {
public:
    void add(double amount) {
        if (const auto hundredths = hundredths_of(amount))
            add_hundredths(*hundredths);
        else
            rest_ += amount;
    }
    void add(const MoneySum& more) {
        add_hundredths(more.hundredths_);
        rest_ += more.rest_;
    }

    double value() const { return static_cast<double>(hundredths_) / 100 + rest_; }

    void save(Writer&) const;

    /// Throws corrupt_data for a sum that is not finite.
    static MoneySum load(Reader&);

private:
    void add_hundredths(std::int64_t hundredths) {
        hundredths_ += hundredths;
        if (std::abs(static_cast<double>(hundredths_)) < most_hundredths) return;
        rest_ += static_cast<double>(hundredths_) / 100;
        hundredths_ = 0;
    }

    std::int64_t hundredths_ = 0;  // of a size below most_hundredths
    double rest_ = 0;              // of amounts that are no hundredths, or too many
};

}  // namespace crm::value
