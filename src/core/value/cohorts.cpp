#include "crm/value/cohorts.hpp"

#include <cmath>
#include <string>

#include "crm/value/money.hpp"

namespace crm::value {

namespace {

constexpr std::int64_t most_rows = 1'000'000;
constexpr std::uint64_t most_counted = std::uint64_t{1} << 53;

std::int64_t read_count(Reader& in) {
    const std::uint64_t count = in.varint();
    if (count > most_counted) throw corrupt_data("impossible count in the state of cohorts");
    return static_cast<std::int64_t>(count);
}

}  // namespace

void CohortsBuilder::agree(const Terms& terms) {
    if (!terms_) terms_ = terms;
    if (terms_->as_of != terms.as_of)
        throw invalid_argument("as_of must be the same for all rows of a group",
                               "It is both " + to_iso(terms_->as_of) + " and " + to_iso(terms.as_of) + ".");
    if (terms_->unit != terms.unit) throw invalid_argument("unit must be the same for all rows of a group");
}

void CohortsBuilder::add(const Timeline& timeline, Day as_of, CalendarUnit unit) {
    agree({as_of, unit});
    const auto first = timeline.first_purchase();
    if (!first || *first > as_of) return;
    const std::int32_t cohort = unit_of(*first, unit);
    CohortCell seen;  // of one age
    std::int32_t age = 0;
    for (const Purchase& purchase : timeline.days()) {
        if (purchase.day > as_of) break;
        const std::int32_t now = purchase.day > *first ? unit_of(purchase.day, unit) - cohort : 0;
        if (now != age) {
            cells_[{cohort, age}].add(seen);
            seen = {};
            age = now;
        }
        if (purchase.orders > 0) seen.active = 1;
        seen.orders += purchase.orders;
        seen.revenue.add(purchase.amount);
    }
    cells_[{cohort, age}].add(seen);
}

void CohortsBuilder::merge(const CohortsBuilder& other, const Cancellation& cancellation) {
    if (other.terms_) agree(*other.terms_);
    Pace pace(cancellation);
    for (const auto& [place, cell] : other.cells_.sorted(cancellation)) {
        pace.step();
        cells_[place].add(cell);
    }
}

void CohortsBuilder::save(Writer& out) const {
    out.put(static_cast<std::uint8_t>(terms_ ? 1 : 0));
    if (!terms_) return;
    out.put(terms_->as_of.number);
    out.put(static_cast<std::uint8_t>(terms_->unit));
    out.varint(cells_.size());
    for (const auto& [place, cell] : cells_.sorted()) {
        out.put(place.cohort);
        out.put(place.age);
        out.varint(static_cast<std::uint64_t>(cell.active));
        out.varint(static_cast<std::uint64_t>(cell.orders));
        cell.revenue.save(out);
    }
}

void CohortsBuilder::load(Reader& in, const Cancellation& cancellation) {
    if (in.get<std::uint8_t>() == 0) return;
    const Day as_of{in.get<std::int32_t>()};
    const auto unit = in.get<std::uint8_t>();
    if (as_of < earliest_day || as_of > latest_day || unit > static_cast<std::uint8_t>(CalendarUnit::year))
        throw corrupt_data("impossible terms in the state of cohorts");
    terms_ = {as_of, static_cast<CalendarUnit>(unit)};
    const std::int32_t earliest = unit_of(earliest_day, terms_->unit), last = unit_of(as_of, terms_->unit);
    Pace pace(cancellation);
    CohortPlace before{earliest, -1};
    for (std::size_t left = in.count(19); left > 0; --left) {
        pace.step();
        const CohortPlace place{in.get<std::int32_t>(), in.get<std::int32_t>()};
        if (place <= before || place.cohort > last || place.age < 0 || place.age > last - place.cohort)
            throw corrupt_data("impossible cohort in state");
        cells_[place] = {read_count(in), read_count(in), MoneySum::load(in)};
        before = place;
    }
}

std::vector<Cohort> CohortsBuilder::finish(const Cancellation& cancellation) const {
    std::vector<Cohort> rows;
    if (cells_.size() == 0) return rows;
    const auto [as_of, unit] = *terms_;
    const std::int32_t last = unit_of(as_of, unit);
    const bool last_is_complete = unit_of(Day{as_of.number + 1}, unit) != last;
    Pace pace(cancellation);
    const auto cells = cells_.sorted(cancellation);
    for (auto at = cells.begin(); at != cells.end();) {
        const std::int32_t cohort = at->place.cohort;
        const std::int64_t customers = at->place.age == 0 ? at->cell.active : 0;
        if (customers == 0) throw corrupt_data("cohort without customers in state");
        if (last - std::int64_t{cohort} + 1 > most_rows - static_cast<std::int64_t>(rows.size()))
            throw limit_exceeded("more than " + std::to_string(most_rows) + " rows of cohorts", {},
                                 "Choose a longer unit, or leave out what is longest ago.");
        double so_far = 0;
        for (std::int32_t age = 0; age <= last - cohort; ++age) {
            pace.step();
            CohortCell cell;
            if (at != cells.end() && at->place == CohortPlace{cohort, age}) cell = (at++)->cell;
            const double revenue = cell.revenue.value();
            so_far = sum_of(so_far, revenue);
            if (!std::isfinite(so_far)) throw out_of_range("sum of a cohort's revenue is too large");
            const auto size = static_cast<double>(customers);
            rows.push_back({first_day(cohort, unit), age, customers, cell.active,
                            static_cast<double>(cell.active) / size, cell.orders, revenue, so_far / size,
                            age < last - cohort || last_is_complete});
        }
    }
    return rows;
}

}  // namespace crm::value
