#include "crm/value/timeline.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>
#include <vector>

#include "aggregate_laws.hpp"
#include "crm/foundation/error.hpp"
#include "hostile_bytes.hpp"
#include "random_customers.hpp"

namespace {

using crm::Day;
using crm::value::Purchase;
using crm::value::Timeline;

const Timeline sample({{Day{10}, 0, -5}, {Day{20}, 1, 40}, {Day{30}, 2, 59.9}, {Day{40}, 0, -10}, {Day{50}, 1, 0}});

TEST(Timeline, DaysOfRefundsAloneAreNoOccasions) {
    EXPECT_EQ(sample.first_purchase(), Day{20});
    EXPECT_EQ(sample.last_purchase(), Day{50});
    EXPECT_EQ(sample.purchase_days(), 3);
    EXPECT_EQ(sample.orders(), 4);
    EXPECT_DOUBLE_EQ(sample.revenue(), 84.9);
}

TEST(Timeline, EmptyHasNoPurchases) {
    EXPECT_EQ(Timeline().first_purchase(), std::nullopt);
    EXPECT_EQ(Timeline().last_purchase(), std::nullopt);
    EXPECT_EQ(Timeline().rfm(Day{0}), std::nullopt);
    EXPECT_EQ(Timeline().revenue(), 0);
}

TEST(Timeline, SummaryLeavesTheFirstOccasionOut) {
    const auto seen = sample.rfm(Day{60});
    ASSERT_TRUE(seen);
    EXPECT_EQ(seen->frequency(), 2);
    EXPECT_EQ(seen->recency(), 30);
    EXPECT_EQ(seen->age(), 40);
    EXPECT_DOUBLE_EQ(*seen->monetary(), 59.9 / 2);
}

TEST(Timeline, SummarySeesNothingLaterThanItsDate) {
    EXPECT_EQ(sample.rfm(Day{19}), std::nullopt);
    EXPECT_EQ(sample.rfm(Day{20})->frequency(), 0);
    EXPECT_EQ(sample.rfm(Day{20})->monetary(), std::nullopt);
    for (int day = 0; day < 70; ++day) EXPECT_EQ(sample.rfm(Day{day}), sample.until(Day{day}).rfm(Day{day}));
}

TEST(Timeline, GapsAreThoseBetweenOccasions) {
    const auto gaps = [](int day) { return crm::value::log_gaps(sample.days(), Day{day}); };
    EXPECT_EQ(gaps(19), std::nullopt);
    EXPECT_EQ(gaps(20), 0);
    EXPECT_EQ(gaps(29), 0);
    EXPECT_DOUBLE_EQ(*gaps(30), std::log(10));
    EXPECT_DOUBLE_EQ(*gaps(49), std::log(10));  // a refund is no occasion
    EXPECT_DOUBLE_EQ(*gaps(50), std::log(10) + std::log(20));
    EXPECT_EQ(crm::value::log_gaps({}, Day{50}), std::nullopt);
}

TEST(Timeline, PartsAddUpToTheWhole) {
    for (int day = 0; day < 70; ++day) {
        const Timeline before = sample.until(Day{day}), after = sample.since(Day{day});
        EXPECT_EQ(before + after, sample);
        EXPECT_EQ(after + before, sample);
        EXPECT_EQ(before.days().size() + after.days().size(), sample.days().size());
    }
}

TEST(Timeline, AdditionUnitesDays) {
    const Timeline sum = Timeline({{Day{1}, 1, 10}}) + Timeline({{Day{0}, 1, 1}, {Day{1}, 2, 5.5}});
    EXPECT_EQ(sum, Timeline({{Day{0}, 1, 1}, {Day{1}, 3, 15.5}}));
    const Timeline full({{Day{1}, std::numeric_limits<std::int32_t>::max(), 0}});
    EXPECT_THROW(full + full, crm::limit_exceeded);
    const Timeline rich({{Day{1}, 1, 1.7e308}});
    EXPECT_THROW(rich + rich, crm::out_of_range);
}

Timeline random_timeline(crm::test::Chance& chance) {
    std::map<std::int32_t, Purchase> days;
    for (int count = chance.whole(0, 20); count > 0; --count) {
        const Day day{chance.whole(0, 3) ? chance.whole(0, 5000) : chance.whole(-2451545, 2145031948)};
        const double cents = chance.whole(-10000, 1000000);
        const double amount = chance.whole(0, 3) ? cents / 100 : chance.normal() * chance.log_uniform(1e-150, 1e150);
        days[day.number] = {day, chance.whole(0, 5), amount};
    }
    std::vector<Purchase> sorted;
    for (const auto& [number, purchase] : days) sorted.push_back(purchase);
    return Timeline(sorted);
}

TEST(Timeline, KeepsEveryBitAsBytesAndAsText) {
    crm::test::Chance chance(1);
    for (int trial = 0; trial < 2000; ++trial) {
        const Timeline timeline = random_timeline(chance);
        const auto bytes = crm::test::saved(timeline);
        crm::Reader in(bytes);
        EXPECT_EQ(Timeline::load(in), timeline);
        EXPECT_NO_THROW(in.expect_end());
        EXPECT_EQ(Timeline::from_json(timeline.to_json()), timeline);
    }
}

TEST(Timeline, TakesFewBytes) {
    std::vector<Purchase> weekly;
    for (int i = 0; i < 100; ++i) weekly.push_back({Day{9000 + 7 * i}, 1, 19.99});
    EXPECT_LE(crm::test::saved(Timeline(weekly)).size(), 420u);
}

TEST(Timeline, ReadsTheBytesOfVersionOne) {
    const auto byte = [](unsigned value) { return std::byte(value); };
    // 2026-01-05 2 orders 59.90; 2026-03-01 1 order 20.00; 2026-03-02 a refund of 0.3333
    const std::vector bytes{byte(0x01), byte(0x03), byte(0xba), byte(0x94), byte(0x01), byte(0x05),
                            byte(0xcc), byte(0x5d), byte(0x37), byte(0x03), byte(0xa0), byte(0x1f),
                            byte(0x01), byte(0x00), byte(0x69), byte(0x6f), byte(0xf0), byte(0x85),
                            byte(0xc9), byte(0x54), byte(0xd5), byte(0xbf)};
    crm::Reader in(bytes);
    EXPECT_EQ(Timeline::load(in), Timeline({{crm::day_from_iso("2026-01-05"), 2, 59.9},
                                            {crm::day_from_iso("2026-03-01"), 1, 20},
                                            {crm::day_from_iso("2026-03-02"), 0, -0.3333}}));
}

TEST(Timeline, SurvivesDamagedBytes) {
    crm::test::expect_survives_damage(crm::test::saved(sample), [](crm::Reader& in) {
        const Timeline read = Timeline::load(in);
        in.expect_end();
        read.rfm(Day{100});
        EXPECT_EQ(Timeline::from_json(read.to_json()), read);
    });
}

TEST(Timeline, RefusesTextThatIsNone) {
    using crm::Json;
    const auto entry = [](Json day, Json orders, Json amount) {
        return Json(Json::Array{Json::Array{day, orders, amount}});
    };
    EXPECT_NO_THROW(Timeline::from_json(entry("2026-01-05", 1, 2.5)));
    EXPECT_THROW(Timeline::from_json(entry("2026-01-32", 1, 2.5)), crm::corrupt_data);
    EXPECT_THROW(Timeline::from_json(entry("2026-01-05", -1, 2.5)), crm::invalid_argument);
    EXPECT_THROW(Timeline::from_json(entry("2026-01-05", 1.5, 2.5)), crm::invalid_argument);
    EXPECT_THROW(Timeline::from_json(entry("2026-01-05", 1, "2.5")), crm::invalid_argument);
    EXPECT_THROW(Timeline::from_json(Json::Object{}), crm::invalid_argument);
    EXPECT_THROW(Timeline::from_json(Json::Array{Json::Array{}}), crm::corrupt_data);
}

}  // namespace
