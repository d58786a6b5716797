// One customer's purchases by calendar day: everything the customer-base models need to know of the past, at any date.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "crm/foundation/bytes.hpp"
#include "crm/foundation/day.hpp"
#include "crm/foundation/json.hpp"
#include "crm/value/rfm.hpp"

namespace crm::value {

/// What happened on one day. Orders of one day are one purchase occasion; a refund lowers the amount and is no order,
/// so a day of refunds alone has `orders` 0 and is no occasion.
struct Purchase {
    Day day;
    std::int32_t orders;
    double amount;

    friend bool operator==(const Purchase&, const Purchase&) = default;
};

/// Sorts by day and makes one entry of each day's entries; returns how many are left. Throws limit_exceeded or
/// out_of_range when a day's orders or amounts are beyond counting.
std::size_t unite_days(std::span<Purchase> purchases);

/// The summary of sorted days as of a date; later days are not seen. None before the first purchase.
std::optional<Rfm> summarise(std::span<const Purchase> days, Day as_of);

/// Sum of the logarithms of the days between consecutive occasions, as of a date; 0 with only one of them. None before
/// the first purchase.
std::optional<double> log_gaps(std::span<const Purchase> days, Day as_of);

/// Sorted by day, one entry a day.
///
/// Stored as: version (1), number of days, then for each day its distance from the day before (the first: its signed
/// number), twice its orders plus 1 if its amount is a whole number of hundredths, and the amount: those hundredths as
/// a signed varint, which reads back exactly, else an 8-byte float.
class Timeline {
public:
    Timeline() = default;

    /// `days` are sorted, without repetition, with finite amounts and orders >= 0.
    explicit Timeline(std::vector<Purchase> days) : days_(std::move(days)) {}

    const std::vector<Purchase>& days() const { return days_; }

    std::optional<Day> first_purchase() const;
    std::optional<Day> last_purchase() const;
    int purchase_days() const;
    std::int64_t orders() const;
    double revenue() const;  // refunds included

    /// Days between the last two occasions as of a date; none where there are fewer.
    std::optional<std::int32_t> last_gap(Day as_of) const;

    Timeline until(Day last) const;           // up to and including `last`
    Timeline since(Day last_left_out) const;  // after it

    std::optional<Rfm> rfm(Day as_of) const { return summarise(days_, as_of); }

    void save(Writer&) const;
    static Timeline load(Reader&);

    /// [["2026-01-05", 2, 59.9], ...]: day, orders, amount.
    Json to_json() const;
    static Timeline from_json(const Json&);

    friend Timeline operator+(const Timeline&, const Timeline&);
    friend bool operator==(const Timeline&, const Timeline&) = default;

private:
    std::vector<Purchase> days_;
};

}  // namespace crm::value
