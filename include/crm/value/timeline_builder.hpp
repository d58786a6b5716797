// Timelines from rows in any order: the aggregates' states. There is one for each customer of a query, so they are
// small: no separate allocation for a customer with one or two orders.
#pragma once
#include <memory_resource>
#include <span>

#include "crm/value/timeline.hpp"

namespace crm::value {

class TimelineBuilder {
public:
    explicit TimelineBuilder(std::pmr::memory_resource* memory) : memory_(memory), few_{}, size_(0), heap_bits_(0) {}
    TimelineBuilder(const TimelineBuilder&) = delete;
    TimelineBuilder& operator=(const TimelineBuilder&) = delete;
    ~TimelineBuilder();

    /// One row: an order, or a refund when the amount is negative. Throws invalid_argument for an amount that is not
    /// finite.
    void add(Day day, double amount);
    void add(const Timeline& timeline);
    void merge(const TimelineBuilder& other);

    void save(Writer&) const;
    void load(Reader&);

    Timeline finish();

protected:
    /// The days so far, sorted, one entry a day.
    std::span<const Purchase> days();

private:
    static constexpr std::uint32_t few = 2;

    Purchase* begin() { return heap_bits_ ? heap_ : few_; }
    const Purchase* begin() const { return heap_bits_ ? heap_ : few_; }
    std::uint32_t capacity() const { return heap_bits_ ? std::uint32_t{1} << heap_bits_ : few; }

    void append(const Purchase& purchase);
    void make_room();
    void sort_and_unite();

    std::pmr::memory_resource* memory_;
    union {
        Purchase few_[few];
        Purchase* heap_;
    };
    std::uint32_t size_ : 27, heap_bits_ : 5;
};

/// The summary of raw rows at one date, without keeping timelines.
class RfmBuilder : private TimelineBuilder {
public:
    explicit RfmBuilder(std::pmr::memory_resource* memory) : TimelineBuilder(memory) {}

    /// `as_of` must be the same in all rows; throws invalid_argument otherwise. Rows after it are not seen.
    void add(Day day, double amount, Day as_of);
    void merge(const RfmBuilder& other);

    void save(Writer&) const;
    void load(Reader&);

    std::optional<Rfm> finish();

private:
    static constexpr Day unknown{INT32_MIN};

    void agree(Day as_of);

    Day as_of_ = unknown;
};

}  // namespace crm::value
