#include "crm/value/cohorts.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "aggregate_laws.hpp"
#include "crm/foundation/error.hpp"
#include "hostile_bytes.hpp"
#include "random_customers.hpp"

namespace {

using crm::CalendarUnit;
using crm::Day;
using crm::day_from_iso;
using crm::value::Cohort;
using crm::value::CohortsBuilder;
using crm::value::Purchase;
using crm::value::Timeline;

const Day as_of = day_from_iso("2026-06-17");

/// Whole amounts between the start of 2025 and the middle of 2026, some of them refunds, some days refunds alone.
std::vector<Timeline> random_timelines(unsigned seed, int count) {
    crm::test::Chance chance(seed);
    std::vector<Timeline> all;
    for (int i = 0; i < count; ++i) {
        std::vector<Purchase> days;
        Day day{day_from_iso("2025-01-01").number + chance.whole(0, 400)};
        for (int left = chance.whole(0, 8); left > 0; --left, day.number += chance.whole(1, 60))
            days.push_back({day, chance.whole(0, 2), static_cast<double>(chance.whole(-20, 100))});
        all.emplace_back(days);
    }
    return all;
}

std::vector<Cohort> cohorts_of(const std::vector<Timeline>& timelines, Day last = as_of,
                               CalendarUnit unit = CalendarUnit::month) {
    crm::test::Dropped<CohortsBuilder> builder;
    for (const Timeline& timeline : timelines) builder->add(timeline, last, unit);
    return builder->finish();
}

/// "2026-06": months by their names.
std::string name_of_month(Day day) { return to_iso(day).substr(0, 7); }

TEST(Cohorts, AgreeWithCountingByName) {
    for (unsigned seed = 0; seed < 100; ++seed) {
        const auto timelines = random_timelines(seed, static_cast<int>(seed));
        std::vector<std::string> months;
        for (Day day = day_from_iso("2025-01-01"); day <= as_of; ++day.number)
            if (months.empty() || months.back() != name_of_month(day)) months.push_back(name_of_month(day));

        std::map<std::string, int> sizes;
        std::map<std::pair<std::string, std::string>, std::tuple<std::set<int>, int, double>> seen;
        for (int customer = 0; const Timeline& whole : timelines) {
            ++customer;
            const Timeline timeline = whole.until(as_of);
            if (!timeline.first_purchase()) continue;
            const std::string cohort = name_of_month(*timeline.first_purchase());
            ++sizes[cohort];
            for (const auto& [day, orders, amount] : timeline.days()) {
                auto& [active, all_orders, revenue] = seen[{cohort, std::max(cohort, name_of_month(day))}];
                if (orders > 0) active.insert(customer);
                all_orders += orders;
                revenue += amount;
            }
        }

        const auto rows = cohorts_of(timelines);
        auto row = rows.begin();
        for (std::size_t first = 0; first < months.size(); ++first) {
            if (!sizes.contains(months[first])) continue;
            double so_far = 0;
            for (std::size_t i = first; i < months.size(); ++i, ++row) {
                ASSERT_NE(row, rows.end());
                const auto& [active, orders, revenue] = seen[{months[first], months[i]}];
                const double size = sizes[months[first]];
                so_far += revenue;
                EXPECT_EQ(to_iso(row->cohort), months[first] + "-01");
                EXPECT_EQ(row->age, i - first);
                EXPECT_EQ(row->customers, size);
                EXPECT_EQ(row->active, active.size());
                EXPECT_EQ(row->retention, static_cast<double>(active.size()) / size);
                EXPECT_EQ(row->orders, orders);
                EXPECT_EQ(row->revenue, revenue);
                EXPECT_EQ(row->cumulative_per_customer, so_far / size);
                EXPECT_EQ(row->complete, months[i] != "2026-06");
            }
        }
        EXPECT_EQ(row, rows.end());
    }
}

TEST(Cohorts, EveryUnitCountsTheSameCustomersOrdersAndRevenue) {
    const auto timelines = random_timelines(3, 200);
    std::int64_t customers = 0, orders = 0;
    double revenue = 0;
    for (const Timeline& timeline : timelines) {
        const auto seen = timeline.until(as_of);
        if (!seen.first_purchase()) continue;
        ++customers;
        orders += seen.orders();
        revenue += seen.revenue();
    }
    for (const auto unit : {CalendarUnit::week, CalendarUnit::month, CalendarUnit::quarter, CalendarUnit::year}) {
        std::int64_t counted = 0, ordered = 0;
        double earned = 0;
        for (const Cohort& row : cohorts_of(timelines, as_of, unit)) {
            if (row.age == 0) {
                counted += row.customers;
                EXPECT_EQ(row.retention, 1);
            }
            ordered += row.orders;
            earned += row.revenue;
        }
        EXPECT_EQ(counted, customers);
        EXPECT_EQ(ordered, orders);
        EXPECT_EQ(earned, revenue);
    }
}

TEST(Cohorts, AUnitIsCompleteOnItsLastDay) {
    const std::vector timelines{Timeline({{day_from_iso("2026-01-05"), 1, 10}})};
    EXPECT_FALSE(cohorts_of(timelines, day_from_iso("2026-02-27")).back().complete);
    EXPECT_TRUE(cohorts_of(timelines, day_from_iso("2026-02-28")).back().complete);
    EXPECT_FALSE(cohorts_of(timelines, day_from_iso("2026-03-01")).back().complete);
    EXPECT_TRUE(cohorts_of(timelines, day_from_iso("2026-03-01")).at(1).complete);
    EXPECT_TRUE(cohorts_of(timelines, day_from_iso("2026-01-11"), CalendarUnit::week).back().complete);
}

TEST(Cohorts, NobodyIsNoRow) {
    EXPECT_TRUE(cohorts_of({}).empty());
    EXPECT_TRUE(cohorts_of({Timeline(), Timeline({{day_from_iso("2026-06-18"), 1, 10}})}).empty());
    EXPECT_TRUE(cohorts_of({Timeline({{day_from_iso("2026-06-01"), 0, -10}})}).empty());
}

TEST(Cohorts, RefuseTwoDatesTwoUnitsAndTooManyRows) {
    crm::test::Dropped<CohortsBuilder> builder, other;
    builder->add({}, as_of, CalendarUnit::month);
    EXPECT_THROW(builder->add({}, Day{1}, CalendarUnit::month), crm::invalid_argument);
    EXPECT_THROW(builder->add({}, as_of, CalendarUnit::week), crm::invalid_argument);
    other->add({}, as_of, CalendarUnit::week);
    EXPECT_THROW(builder->merge(*other), crm::invalid_argument);
    EXPECT_THROW(cohorts_of({Timeline({{Day{0}, 1, 1}})}, crm::latest_day), crm::limit_exceeded);
    EXPECT_THROW(cohorts_of({Timeline({{Day{0}, 1, 1.7e308}, {Day{40}, 1, 1.7e308}})}), crm::out_of_range);
}

TEST(Cohorts, ObeyTheLawsOfAggregates) {
    for (const int count : {0, 1, 2, 100})
        crm::test::expect_aggregate_laws<CohortsBuilder>(
            random_timelines(5, count),
            [](CohortsBuilder& state, const Timeline& timeline) { state.add(timeline, as_of); },
            [](const CohortsBuilder& state) { return state.finish(); });
}

TEST(Cohorts, SurviveDamagedBytes) {
    crm::test::Dropped<CohortsBuilder> builder;
    for (const Timeline& timeline : random_timelines(6, 5)) builder->add(timeline, as_of);
    crm::test::expect_survives_damage(crm::test::saved(*builder), [](crm::Reader& in) {
        crm::test::Dropped<CohortsBuilder> read;
        read->load(in);
        in.expect_end();
        (void)read->finish();
    });
}

}  // namespace
