#include "crm/value/timeline_builder.hpp"

#include <algorithm>
#include <cmath>
#include <string>

namespace crm::value {

TimelineBuilder::~TimelineBuilder() {
    if (heap_bits_) memory_->deallocate(heap_, capacity() * sizeof(Purchase), alignof(Purchase));
}

void TimelineBuilder::add(Day day, double amount) {
    if (!std::isfinite(amount)) throw invalid_argument("amount must be finite, not " + shortest(amount));
    const std::int32_t orders = amount < 0 ? 0 : 1;
    amount += 0.0;  // a negative zero would be another value with the same meaning
    append({day, orders, amount});
}

void TimelineBuilder::add(const Timeline& timeline) {
    for (const Purchase& purchase : timeline.days()) append(purchase);
}

void TimelineBuilder::merge(const TimelineBuilder& other) {
    for (const Purchase& purchase : std::span(other.begin(), other.size_)) append(purchase);
}

void TimelineBuilder::append(const Purchase& purchase) {
    if (size_ == capacity()) make_room();
    begin()[size_] = purchase;
    ++size_;
}

/// Unites before it grows: memory follows the distinct days, not the rows.
void TimelineBuilder::make_room() {
    sort_and_unite();
    if (size_ <= capacity() / 2) return;
    constexpr std::uint32_t most_bits = 26;
    const std::uint32_t bits = heap_bits_ ? heap_bits_ + 1 : 2;
    if (bits > most_bits)
        throw limit_exceeded("more than " + std::to_string(1u << most_bits) + " purchase days of one customer");
    const std::size_t bytes = (std::size_t{1} << bits) * sizeof(Purchase);
    auto* const larger = static_cast<Purchase*>(memory_->allocate(bytes, alignof(Purchase)));
    std::copy_n(begin(), size_, larger);
    if (heap_bits_) memory_->deallocate(heap_, capacity() * sizeof(Purchase), alignof(Purchase));
    heap_ = larger;
    heap_bits_ = bits;
}

void TimelineBuilder::sort_and_unite() {
    if (size_ > 1) size_ = static_cast<std::uint32_t>(unite_days({begin(), size_}));
}

std::span<const Purchase> TimelineBuilder::days() {
    sort_and_unite();
    return {begin(), size_};
}

Timeline TimelineBuilder::finish() {
    const auto sorted = days();
    return Timeline({sorted.begin(), sorted.end()});
}

void TimelineBuilder::save(Writer& out) const {
    out.varint(size_);
    for (const Purchase& purchase : std::span(begin(), size_)) {
        out.put(purchase.day.number);
        out.put(purchase.orders);
        out.put(purchase.amount);
    }
}

void TimelineBuilder::load(Reader& in) {
    for (std::size_t left = in.count(16); left > 0; --left) {
        Purchase purchase{Day{in.get<std::int32_t>()}, in.get<std::int32_t>(), in.get<double>()};
        if (purchase.day < earliest_day || purchase.day > latest_day || purchase.orders < 0 ||
            !std::isfinite(purchase.amount))
            throw corrupt_data("impossible purchase in the state of a timeline");
        append(purchase);
    }
}

void RfmBuilder::add(Day day, double amount, Day as_of) {
    agree(as_of);
    if (day <= as_of) TimelineBuilder::add(day, amount);
}

void RfmBuilder::merge(const RfmBuilder& other) {
    if (other.as_of_ != unknown) agree(other.as_of_);
    TimelineBuilder::merge(other);
}

void RfmBuilder::agree(Day as_of) {
    if (as_of_ == unknown) as_of_ = as_of;
    if (as_of_ != as_of)
        throw invalid_argument("as_of must be the same for all rows of a group",
                               "It is both " + to_iso(as_of_) + " and " + to_iso(as_of) + ".");
}

void RfmBuilder::save(Writer& out) const {
    out.put(as_of_.number);
    TimelineBuilder::save(out);
}

void RfmBuilder::load(Reader& in) {
    as_of_ = Day{in.get<std::int32_t>()};
    if (as_of_ != unknown && (as_of_ < earliest_day || as_of_ > latest_day))
        throw corrupt_data("impossible date in the state of an rfm summary");
    TimelineBuilder::load(in);
}

std::optional<Rfm> RfmBuilder::finish() { return summarise(days(), as_of_); }

}  // namespace crm::value
