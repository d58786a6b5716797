// Cohorts: customers by when they bought first, and what became of them since.
#pragma once
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <vector>

#include "crm/foundation/calendar.hpp"
#include "crm/foundation/cancellation.hpp"
#include "crm/value/cohort_cells.hpp"
#include "crm/value/timeline.hpp"

namespace crm::value {

/// One cohort in one calendar unit.
struct Cohort {
    Day cohort;              // first day of the unit of the first purchase
    std::int32_t age;        // units since that one
    std::int64_t customers;  // of the cohort
    std::int64_t active;     // those who bought in this unit
    double retention;        // active / customers
    std::int64_t orders;
    double revenue;                  // refunds included; those before the first purchase count at age 0
    double cumulative_per_customer;  // revenue of the cohort up to and including this unit, over customers
    bool complete;                   // false for the unit in which as_of lies, unless as_of is its last day

    friend bool operator==(const Cohort&, const Cohort&) = default;
};

/// The aggregate that counts them. What happens after `as_of` is not seen; a customer without a purchase until then
/// belongs to no cohort.
class CohortsBuilder {
public:
    explicit CohortsBuilder(std::pmr::memory_resource* memory) : cells_(memory) {}

    /// One customer. `as_of` and `unit` must be the same in all rows; throws invalid_argument otherwise.
    void add(const Timeline&, Day as_of, CalendarUnit unit = CalendarUnit::month);
    void merge(const CohortsBuilder&, const Cancellation& = {});

    void save(Writer&) const;
    void load(Reader&, const Cancellation& = {});

    /// By cohort, each at every age up to as_of, active or not. Throws limit_exceeded for more than a million rows.
    std::vector<Cohort> finish(const Cancellation& = {}) const;

private:
    struct Terms {
        Day as_of;
        CalendarUnit unit;
        friend bool operator==(const Terms&, const Terms&) = default;
    };
    void agree(const Terms&);

    std::optional<Terms> terms_;  // of the first row
    CohortCells cells_;
};

}  // namespace crm::value
