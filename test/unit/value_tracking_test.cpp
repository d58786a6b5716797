#include "crm/value/tracking.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "aggregate_laws.hpp"
#include "crm/foundation/error.hpp"
#include "crm/value/bg_nbd.hpp"
#include "crm/value/pareto_nbd.hpp"
#include "hostile_bytes.hpp"
#include "random_customers.hpp"
#include "reference_data.hpp"

namespace {

using crm::Day;
using crm::day_from_iso;
using crm::test::Chance;
using crm::value::BgNbd;
using crm::value::BgNbdModel;
using crm::value::new_customer;
using crm::value::ParetoNbd;
using crm::value::ParetoNbdModel;
using crm::value::Purchase;
using crm::value::PurchaseModel;
using crm::value::Timeline;
using crm::value::TrackedPeriod;
using crm::value::TrackingBuilder;

const BgNbdModel model(BgNbd{0.243, 4.414 * 7, 0.793, 2.426});
constexpr Day as_of{300};

std::vector<Timeline> random_timelines(unsigned seed, int count) {
    Chance chance(seed);
    std::vector<Timeline> all;
    for (int i = 0; i < count; ++i) {
        std::vector<Purchase> days;
        for (Day day{chance.whole(-20, 320)}; day.number < 400; day.number += chance.whole(1, 60))
            days.push_back({day, chance.whole(0, 2), 10});
        all.emplace_back(days);
    }
    return all;
}

std::vector<TrackedPeriod> tracking_of(const std::vector<Timeline>& timelines, int step = TrackingBuilder::week,
                                       const PurchaseModel& expecting = model, Day last = as_of) {
    crm::test::Dropped<TrackingBuilder> builder;
    for (const Timeline& timeline : timelines) builder->add(timeline, last, step);
    return builder->finish(expecting);
}

TEST(Tracking, AgreesWithCountingCustomerByCustomer) {
    for (const int step : {1, 7, 30, 400}) {
        const auto timelines = random_timelines(1, 100);
        const auto rows = tracking_of(timelines, step);
        ASSERT_FALSE(rows.empty());
        std::int64_t all = 0;
        double all_expected = 0;
        int period = 0;
        for (const TrackedPeriod& row : rows) {
            const Day before{row.until.number - step};
            std::int64_t actual = 0;
            double expected = 0;
            for (const Timeline& timeline : timelines) {
                const auto first = timeline.first_purchase();
                if (!first || *first > row.until) continue;
                actual += timeline.since(std::max(*first, before)).until(row.until).purchase_days();
                expected += model.expected_purchases(new_customer(), days_between(*first, row.until));
                if (*first <= before)
                    expected -= model.expected_purchases(new_customer(), days_between(*first, before));
            }
            EXPECT_EQ(row.period, ++period);
            EXPECT_EQ(row.actual, actual);
            EXPECT_NEAR(row.expected, expected, 1e-11);
            EXPECT_EQ(row.cumulative_actual, all += actual);
            EXPECT_NEAR(row.cumulative_expected, all_expected += expected, 1e-10);
        }
        EXPECT_EQ(rows.back().until, as_of);
        Day earliest = as_of;
        for (const Timeline& timeline : timelines) earliest = std::min(earliest, *timeline.first_purchase());
        EXPECT_LE(earliest, rows.front().until);
        EXPECT_GT(earliest.number, rows.front().until.number - step);
    }
}

TEST(Tracking, NobodyIsNoRow) {
    EXPECT_TRUE(tracking_of({}).empty());
    EXPECT_TRUE(tracking_of({Timeline(), Timeline({{Day{301}, 1, 10}}), Timeline({{Day{1}, 0, -10}})}).empty());
}

TEST(Tracking, RefusesTwoDatesTwoStepsAndTooManyPeriods) {
    crm::test::Dropped<TrackingBuilder> builder, other;
    builder->add({}, as_of, 7);
    EXPECT_THROW(builder->add({}, Day{1}, 7), crm::invalid_argument);
    EXPECT_THROW(builder->add({}, as_of, 1), crm::invalid_argument);
    EXPECT_THROW(builder->add({}, as_of, 0), crm::invalid_argument);
    other->add({}, as_of, 1);
    EXPECT_THROW(builder->merge(*other), crm::invalid_argument);
    const std::vector ancient{Timeline({{crm::earliest_day, 1, 1}})};
    EXPECT_THROW((void)tracking_of(ancient, 7, model, crm::latest_day), crm::limit_exceeded);
    EXPECT_EQ(tracking_of(ancient, 2147483647, model, crm::latest_day).size(), 1u);
}

/// CDNOW as CLVTools tracks it: by weeks that end on Sundays. Its table starts with the day of the first purchase,
/// where nothing is expected yet, and ends with a week that has not been observed.
void expect_as_clvtools(const std::string& file, const std::string& name, const PurchaseModel& expecting) {
    std::map<std::string, std::vector<Purchase>> purchases;
    for (const auto& record : crm::test::records("cdnow/cdnow_transactions.csv"))
        purchases[record.at("cust_id")].push_back({day_from_iso(record.at("date")), 1, 0});
    std::vector<Timeline> timelines;
    for (auto& [customer, days] : purchases) {
        days.resize(unite_days(days));
        timelines.emplace_back(days);
    }
    std::map<std::string, std::map<std::string, double>> expected;
    for (const auto& record : crm::test::records("cdnow/" + file))
        if (!record.at("value").empty())
            expected[record.at("period.until")][record.at("variable")] = crm::test::number(record, "value");
    EXPECT_EQ(expected.at("1997-01-01").at(name), 0);
    expected.erase("1997-01-01");

    const Day last = day_from_iso("1998-07-05");
    const auto rows = tracking_of(timelines, TrackingBuilder::week, expecting, last);
    EXPECT_EQ(rows.size(), expected.size());
    for (const TrackedPeriod& row : rows) {
        const auto& reference = expected.at(to_iso(row.until));
        EXPECT_NEAR(row.expected, reference.at(name), 1e-9) << to_iso(row.until);
        if (row.until == last) continue;
        EXPECT_EQ(static_cast<double>(row.actual), reference.at("Actual")) << to_iso(row.until);
    }
}

TEST(Tracking, OfCdnowIsThatOfOtherSoftware) {
    SKIP_WITHOUT_REFERENCE_DATA();
    std::map<std::string, std::map<std::string, double>> fitted;
    for (const auto& record : crm::test::records("cdnow/reference_params.csv"))
        if (record.at("data") == "cdnow" && record.at("peer") == "CLVTools 0.12.1")
            fitted[record.at("model")][record.at("parameter")] = crm::test::number(record, "value");
    auto& bg = fitted.at("bgnbd");
    expect_as_clvtools("reference_tracking_bgnbd_clvtools.csv", "BG/NBD Standard",
                       BgNbdModel(BgNbd{bg["r"], bg["alpha"] * 7, bg["a"], bg["b"]}));
    auto& pareto = fitted.at("pnbd");
    expect_as_clvtools("reference_tracking_pnbd_clvtools.csv", "Pareto/NBD Standard",
                       ParetoNbdModel(ParetoNbd{pareto["r"], pareto["alpha"] * 7, pareto["s"], pareto["beta"] * 7}));
}

TEST(Tracking, ObeysTheLawsOfAggregates) {
    for (const int count : {0, 1, 2, 100})
        crm::test::expect_aggregate_laws<TrackingBuilder>(
            random_timelines(2, count),
            [](TrackingBuilder& state, const Timeline& timeline) { state.add(timeline, as_of); },
            [](const TrackingBuilder& state) { return state.finish(model); });
}

TEST(Tracking, SurvivesDamagedBytes) {
    crm::test::Dropped<TrackingBuilder> builder;
    for (const Timeline& timeline : random_timelines(3, 5)) builder->add(timeline, as_of, 30);
    crm::test::expect_survives_damage(
        crm::test::saved(*builder),
        [](crm::Reader& in) {
            crm::test::Dropped<TrackingBuilder> read;
            read->load(in);
            in.expect_end();
            (void)read->finish(model);
        },
        500);
}

}  // namespace
