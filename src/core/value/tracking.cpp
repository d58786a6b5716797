#include "crm/value/tracking.hpp"

#include <algorithm>
#include <string>
#include <unordered_map>

#include "crm/foundation/error.hpp"

namespace crm::value {

namespace {

constexpr std::int32_t most_rows = 1'000'000;

/// What is expected of a new customer, computed once for each age.
class NewCustomer {
public:
    NewCustomer(const PurchaseModel& model, const Cancellation& cancellation)
        : model_(model), cancellation_(cancellation) {}

    double purchases(std::int32_t age) {
        const auto [known, is_new] = known_.try_emplace(age);
        if (is_new) {
            cancellation_.poll();
            known->second = model_.expected_purchases(new_customer(), age);
        }
        return known->second;
    }

private:
    const PurchaseModel& model_;
    const Cancellation& cancellation_;
    std::unordered_map<std::int32_t, double> known_;
};

}  // namespace

void TrackingBuilder::agree(const Terms& terms) {
    if (terms.step < 1) throw invalid_argument("step must be 1 day or more, not " + std::to_string(terms.step));
    if (!terms_) terms_ = terms;
    if (terms_->as_of != terms.as_of)
        throw invalid_argument("as_of must be the same for all rows of a group",
                               "It is both " + to_iso(terms_->as_of) + " and " + to_iso(terms.as_of) + ".");
    if (terms_->step != terms.step)
        throw invalid_argument(
            "step must be the same for all rows of a group",
            "It is both " + std::to_string(terms_->step) + " and " + std::to_string(terms.step) + " days.");
}

void TrackingBuilder::add(const Timeline& timeline, Day as_of, std::int32_t step) {
    agree({as_of, step});
    bool is_first = true;
    for (const Purchase& purchase : timeline.days()) {
        if (purchase.day > as_of) break;
        if (purchase.orders == 0) continue;
        if (is_first)
            first_purchases_.add(purchase.day.number);
        else
            repeat_purchases_.add(terms_->periods_back(purchase.day));
        is_first = false;
    }
}

void TrackingBuilder::merge(const TrackingBuilder& other, const Cancellation& cancellation) {
    if (other.terms_) agree(*other.terms_);
    first_purchases_.merge(other.first_purchases_, cancellation);
    repeat_purchases_.merge(other.repeat_purchases_, cancellation);
}

void TrackingBuilder::save(Writer& out) const {
    out.put(static_cast<std::uint8_t>(terms_ ? 1 : 0));
    if (!terms_) return;
    out.put(terms_->as_of.number);
    out.put(terms_->step);
    first_purchases_.save(out);
    repeat_purchases_.save(out);
}

void TrackingBuilder::load(Reader& in, const Cancellation& cancellation) {
    if (in.get<std::uint8_t>() == 0) return;
    const Terms terms{Day{in.get<std::int32_t>()}, in.get<std::int32_t>()};
    if (terms.as_of < earliest_day || terms.as_of > latest_day || terms.step < 1)
        throw corrupt_data("impossible terms in the state of a tracking");
    terms_ = terms;
    first_purchases_.load(in, cancellation);
    repeat_purchases_.load(in, cancellation);
}

std::vector<TrackedPeriod> TrackingBuilder::finish(const PurchaseModel& model, const Cancellation& cancellation) const {
    const auto first_purchases = first_purchases_.sorted(cancellation);
    std::vector<TrackedPeriod> rows;
    if (first_purchases.empty()) return rows;
    const auto [as_of, step] = *terms_;
    if (Day{first_purchases.front().key} < earliest_day || Day{first_purchases.back().key} > as_of)
        throw corrupt_data("impossible day in the state of a tracking");
    const std::int32_t periods = terms_->periods_back(Day{first_purchases.front().key}) + 1;
    if (periods > most_rows)
        throw limit_exceeded(
            "tracking has more than " + std::to_string(most_rows) + " periods: " + std::to_string(periods), {},
            "Choose a longer step.");
    for (std::int32_t back = periods - 1; back >= 0; --back)
        rows.push_back({periods - back, Day{as_of.number - back * step}, 0, 0, 0, 0});

    for (const auto& [back, weight] : repeat_purchases_.sorted(cancellation)) {
        if (back < 0 || back >= periods) throw corrupt_data("impossible period in the state of a tracking");
        rows[static_cast<std::size_t>(periods - 1 - back)].actual = count_of(weight);
    }
    Pace pace(cancellation);
    NewCustomer customer(model, cancellation);
    for (const auto& [day, weight] : first_purchases) {
        double before = 0;
        for (auto row = rows.end() - 1 - terms_->periods_back(Day{day}); row != rows.end(); ++row) {
            pace.step();
            const double by_then = customer.purchases(row->until.number - day);
            row->expected += weight * std::max(by_then - before, 0.0);
            before = by_then;
        }
    }
    double actual = 0, expected = 0;
    for (TrackedPeriod& row : rows) {
        row.cumulative_actual = count_of(actual += static_cast<double>(row.actual));
        row.cumulative_expected = expected += row.expected;
    }
    return rows;
}

}  // namespace crm::value
