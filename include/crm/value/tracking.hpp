// Repeat purchases over time, against those that a model expects of new customers: does it follow the shop?
#pragma once
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <vector>

#include "crm/foundation/cancellation.hpp"
#include "crm/foundation/tally.hpp"
#include "crm/value/purchase_model.hpp"
#include "crm/value/timeline.hpp"

namespace crm::value {

struct TrackedPeriod {
    std::int32_t period;  // from 1
    Day until;            // its last day
    std::int64_t actual;
    double expected;
    std::int64_t cumulative_actual;  // up to and including this period
    double cumulative_expected;

    friend bool operator==(const TrackedPeriod&, const TrackedPeriod&) = default;
};

/// The aggregate that counts them. Periods of `step` days end at `as_of` and every step before it; the first is the one
/// in which the first customer came. What happens after `as_of` is not seen. A customer who came on day d is expected
/// to make as many repeat purchases by the end of day e as the model says of a new customer within e - d days.
/// First purchases are counted by day, so a result takes as long as there are pairs of such days and periods.
class TrackingBuilder {
public:
    static constexpr int week = 7;

    explicit TrackingBuilder(std::pmr::memory_resource* memory) : first_purchases_(memory), repeat_purchases_(memory) {}

    /// One customer. `as_of` and `step` must be the same in all rows; throws invalid_argument otherwise, and unless
    /// step > 0.
    void add(const Timeline&, Day as_of, std::int32_t step = week);
    void merge(const TrackingBuilder&, const Cancellation& = {});

    void save(Writer&) const;
    void load(Reader&, const Cancellation& = {});

    /// The model's unit of time must be the day. Throws limit_exceeded for more than a million periods.
    std::vector<TrackedPeriod> finish(const PurchaseModel&, const Cancellation& = {}) const;

private:
    struct Terms {
        Day as_of;
        std::int32_t step;
        friend bool operator==(const Terms&, const Terms&) = default;

        /// Number of the period in which a day lies, counted back from 0 for the last one.
        std::int32_t periods_back(Day day) const { return (as_of.number - day.number) / step; }
    };
    void agree(const Terms&);

    std::optional<Terms> terms_;            // of the first row
    Tally<std::int32_t> first_purchases_;   // by day
    Tally<std::int32_t> repeat_purchases_;  // by periods back
};

}  // namespace crm::value
