// What keeping more customers is worth. Reichheld, Sasser (1990), Zero Defections, Harvard Business Review 68(5).
#pragma once
#include <optional>

namespace crm::value {

/// Values of one customer whose margin is 1 a period: the first is earned now, the next if the customer is kept.
struct RetentionValue {
    double before, after;
    std::optional<double> gain, gain_ratio;  // after - before, and that divided by before; none if both are infinite
};

/// When the share `retention` is kept each period, from 0 to less than 1, and what comes a period later counts
/// 1 / (1 + discount_rate). `retention + change` must be from 0 to 1, and less than 1 without a discount. Throws
/// invalid_argument.
RetentionValue retention_value(double retention, double change, double discount_rate);

/// Of values known.
RetentionValue compared(double before, double after);

}  // namespace crm::value
