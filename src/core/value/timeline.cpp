#include "crm/value/timeline.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

#include "crm/value/money.hpp"

namespace crm::value {

namespace {

constexpr int newest_version = 1;
constexpr std::int64_t most_orders = std::numeric_limits<std::int32_t>::max();

void require_finite(double amount) {
    if (!std::isfinite(amount)) throw corrupt_data("amount in timeline must be finite");
}

/// As whole hundredths, or as it is.
double read_amount(Reader& in, bool in_hundredths) {
    if (in_hundredths) return static_cast<double>(in.signed_varint()) / 100;
    const auto amount = in.get<double>();
    require_finite(amount);
    return amount;
}

bool is_occasion(const Purchase& purchase) { return purchase.orders > 0; }

}  // namespace

std::size_t unite_days(std::span<Purchase> purchases) {
    const auto not_later = [](const Purchase& one, const Purchase& next) { return next.day <= one.day; };
    if (std::ranges::adjacent_find(purchases, not_later) == purchases.end()) return purchases.size();
    if (!std::ranges::is_sorted(purchases, {}, &Purchase::day)) std::ranges::sort(purchases, {}, &Purchase::day);
    std::size_t last = 0;
    for (const Purchase& next : purchases.subspan(1)) {
        Purchase& kept = purchases[last];
        if (next.day != kept.day) {
            purchases[++last] = next;
            continue;
        }
        if (kept.orders > most_orders - next.orders)
            throw limit_exceeded("more than " + std::to_string(most_orders) + " orders on " + to_iso(kept.day));
        kept.orders += next.orders;
        kept.amount = sum_of(kept.amount, next.amount);
        if (!std::isfinite(kept.amount))
            throw out_of_range("sum of the amounts of " + to_iso(kept.day) + " is too large");
    }
    return last + 1;
}

std::optional<Rfm> summarise(std::span<const Purchase> days, Day as_of) {
    const Purchase *first = nullptr, *last = nullptr;
    int repeats = 0;
    double spent = 0;
    for (const Purchase& purchase : days) {
        if (purchase.day > as_of) break;
        if (!is_occasion(purchase)) continue;
        last = &purchase;
        if (!first) {
            first = &purchase;
            continue;
        }
        ++repeats;
        spent += purchase.amount;
    }
    if (!first) return {};
    if (!std::isfinite(spent)) throw out_of_range("sum of a customer's amounts is too large");
    return Rfm(repeats, days_between(first->day, last->day), days_between(first->day, as_of),
               repeats > 0 ? std::optional(spent / repeats) : std::nullopt);
}

std::optional<double> log_gaps(std::span<const Purchase> days, Day as_of) {
    const Purchase* last = nullptr;
    double sum = 0;
    for (const Purchase& purchase : days) {
        if (purchase.day > as_of) break;
        if (!is_occasion(purchase)) continue;
        if (last) sum += std::log(days_between(last->day, purchase.day));
        last = &purchase;
    }
    return last ? std::optional(sum) : std::nullopt;
}

std::optional<Day> Timeline::first_purchase() const {
    const auto found = std::ranges::find_if(days_, is_occasion);
    return found == days_.end() ? std::nullopt : std::optional(found->day);
}

std::optional<Day> Timeline::last_purchase() const {
    const auto found = std::find_if(days_.rbegin(), days_.rend(), is_occasion);
    return found == days_.rend() ? std::nullopt : std::optional(found->day);
}

int Timeline::purchase_days() const { return static_cast<int>(std::ranges::count_if(days_, is_occasion)); }

std::int64_t Timeline::orders() const {
    return std::accumulate(days_.begin(), days_.end(), std::int64_t{0},
                           [](std::int64_t sum, const Purchase& purchase) { return sum + purchase.orders; });
}

double Timeline::revenue() const {
    const double sum = std::accumulate(days_.begin(), days_.end(), 0.0, [](double so_far, const Purchase& purchase) {
        return sum_of(so_far, purchase.amount);
    });
    if (!std::isfinite(sum)) throw out_of_range("sum of a customer's amounts is too large");
    return sum;
}

std::optional<std::int32_t> Timeline::last_gap(Day as_of) const {
    std::optional<Day> later;
    const auto seen = std::ranges::upper_bound(days_, as_of, {}, &Purchase::day);
    for (auto day = std::make_reverse_iterator(seen); day != days_.rend(); ++day) {
        if (day->orders == 0) continue;
        if (later) return static_cast<std::int32_t>(days_between(day->day, *later));
        later = day->day;
    }
    return std::nullopt;
}

Timeline Timeline::until(Day last) const {
    return Timeline({days_.begin(), std::ranges::upper_bound(days_, last, {}, &Purchase::day)});
}

Timeline Timeline::since(Day last_left_out) const {
    return Timeline({std::ranges::upper_bound(days_, last_left_out, {}, &Purchase::day), days_.end()});
}

void Timeline::save(Writer& out) const {
    out.reserve(2 + 8 * days_.size());
    out.put(static_cast<std::uint8_t>(newest_version));
    out.varint(days_.size());
    std::int64_t before = 0;
    for (bool first = true; const Purchase& purchase : days_) {
        if (first)
            out.signed_varint(purchase.day.number);
        else
            out.varint(static_cast<std::uint64_t>(purchase.day.number - before));
        first = false;
        before = purchase.day.number;

        const auto hundredths = hundredths_of(purchase.amount);
        out.varint(2 * static_cast<std::uint64_t>(purchase.orders) + (hundredths ? 1 : 0));
        if (hundredths)
            out.signed_varint(*hundredths);
        else
            out.put(purchase.amount);
    }
}

Timeline Timeline::load(Reader& in) {
    read_version(in, newest_version, "timeline");
    const std::size_t size = in.count(3);
    std::vector<Purchase> days;
    days.reserve(size);
    for (std::size_t i = 0; i < size; ++i) {
        const std::int64_t least = days.empty() ? earliest_day.number : std::int64_t{days.back().day.number} + 1;
        std::int64_t number;
        if (days.empty()) {
            number = in.signed_varint();
        } else {
            const std::uint64_t distance = in.varint();
            if (distance > UINT32_MAX) throw corrupt_data("impossible day in timeline");
            number = days.back().day.number + static_cast<std::int64_t>(distance);
        }
        if (number < least || number > latest_day.number) throw corrupt_data("impossible day in timeline");

        const std::uint64_t orders_and_flag = in.varint();
        if (orders_and_flag / 2 > static_cast<std::uint64_t>(most_orders))
            throw corrupt_data("impossible number of orders in timeline");
        const double amount = read_amount(in, orders_and_flag % 2 == 1);
        days.push_back(
            {Day{static_cast<std::int32_t>(number)}, static_cast<std::int32_t>(orders_and_flag / 2), amount});
    }
    return Timeline(std::move(days));
}

Json Timeline::to_json() const {
    Json::Array entries;
    entries.reserve(days_.size());
    for (const Purchase& purchase : days_)
        entries.emplace_back(Json::Array{to_iso(purchase.day), purchase.orders, purchase.amount});
    return entries;
}

Timeline Timeline::from_json(const Json& json) {
    std::vector<Purchase> days;
    for (const Json& entry : json.array("timeline")) {
        const Json::Array& parts = entry.array("timeline entry");
        if (parts.size() != 3)
            throw corrupt_data("timeline entry must have three parts, not " + excerpt(entry.text()), {},
                               "An entry is written like [\"2026-11-01\", 1, 59.9]: day, orders, amount.");
        days.push_back({day_from_iso(parts[0].string("day in timeline")),
                        static_cast<std::int32_t>(parts[1].integer("orders in timeline", 0, most_orders)),
                        parts[2].number("amount in timeline") + 0.0});
        require_finite(days.back().amount);
    }
    days.resize(unite_days(days));
    return Timeline(std::move(days));
}

Timeline operator+(const Timeline& one, const Timeline& other) {
    std::vector<Purchase> days;
    days.reserve(one.days_.size() + other.days_.size());
    std::ranges::merge(one.days_, other.days_, std::back_inserter(days), {}, &Purchase::day, &Purchase::day);
    days.resize(unite_days(days));
    return Timeline(std::move(days));
}

}  // namespace crm::value
