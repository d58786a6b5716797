#include "crm/value/timeline_builder.hpp"

#include <gtest/gtest.h>

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
using crm::value::RfmBuilder;
using crm::value::Timeline;
using crm::value::TimelineBuilder;

struct Row {
    Day day;
    double amount;
};

/// Whole amounts, so that sums do not depend on their order.
std::vector<Row> random_rows(unsigned seed, int count, int days) {
    crm::test::Chance chance(seed);
    std::vector<Row> rows;
    for (int i = 0; i < count; ++i)
        rows.push_back({Day{chance.whole(0, days)}, static_cast<double>(chance.whole(-20, 100))});
    return rows;
}

Timeline by_brute_force(const std::vector<Row>& rows) {
    std::map<Day, Purchase> days;
    for (const auto& [day, amount] : rows) {
        auto& purchase = days.try_emplace(day, Purchase{day, 0, 0}).first->second;
        purchase.orders += amount >= 0;
        purchase.amount += amount;
    }
    std::vector<Purchase> sorted;
    for (const auto& [day, purchase] : days) sorted.push_back(purchase);
    return Timeline(sorted);
}

TEST(TimelineBuilder, IsSmallEnoughForOneAChunkOf64Bytes) {
    EXPECT_LE(sizeof(TimelineBuilder), 48u);
    EXPECT_LE(sizeof(RfmBuilder), 48u);
}

TEST(TimelineBuilder, AgreesWithBruteForce) {
    for (unsigned seed = 0; seed < 300; ++seed) {
        const auto rows = random_rows(seed, static_cast<int>(seed), 1 + static_cast<int>(seed % 37) * 10);
        crm::test::Dropped<TimelineBuilder> builder;
        for (const auto& [day, amount] : rows) builder->add(day, amount);
        EXPECT_EQ(builder->finish(), by_brute_force(rows)) << seed;
        EXPECT_EQ(builder->finish(), by_brute_force(rows)) << "finished twice";
    }
}

TEST(TimelineBuilder, GoesOnAfterFinish) {
    crm::test::Dropped<TimelineBuilder> builder;
    std::vector<Row> rows;
    for (const Row& row : random_rows(1, 200, 50)) {
        rows.push_back(row);
        builder->add(row.day, row.amount);
        ASSERT_EQ(builder->finish(), by_brute_force(rows));
    }
}

TEST(TimelineBuilder, MemoryFollowsTheDaysNotTheRows) {
    struct Counting : std::pmr::memory_resource {
        std::size_t bytes = 0;
        void* do_allocate(std::size_t size, std::size_t alignment) override {
            bytes += size;
            return std::pmr::new_delete_resource()->allocate(size, alignment);
        }
        void do_deallocate(void* memory, std::size_t size, std::size_t alignment) override {
            std::pmr::new_delete_resource()->deallocate(memory, size, alignment);
        }
        bool do_is_equal(const memory_resource& other) const noexcept override { return this == &other; }
    } memory;
    TimelineBuilder builder(&memory);
    for (int i = 0; i < 100000; ++i) builder.add(Day{i * 7 % 10}, 1);
    EXPECT_LT(memory.bytes, 2000u);
    EXPECT_EQ(builder.finish().orders(), 100000);
}

TEST(TimelineBuilder, ObeysTheLawsOfAggregates) {
    for (const int count : {0, 1, 2, 3, 10, 200})
        crm::test::expect_aggregate_laws<TimelineBuilder>(
            random_rows(7, count, 60), [](TimelineBuilder& state, const Row& row) { state.add(row.day, row.amount); },
            [](TimelineBuilder& state) { return state.finish(); });
}

TEST(TimelineBuilder, RollsUpWhatItMade) {
    const auto rows = random_rows(3, 100, 60);
    crm::test::Dropped<TimelineBuilder> whole;
    for (std::size_t part = 0; part < 5; ++part) {
        crm::test::Dropped<TimelineBuilder> builder;
        for (std::size_t i = part; i < rows.size(); i += 5) builder->add(rows[i].day, rows[i].amount);
        whole->add(builder->finish());
    }
    EXPECT_EQ(whole->finish(), by_brute_force(rows));
}

TEST(TimelineBuilder, RefusesAmountsThatAreNoNumbers) {
    crm::test::Dropped<TimelineBuilder> builder;
    for (const double amount : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(),
                                -std::numeric_limits<double>::infinity()})
        EXPECT_THROW(builder->add(Day{1}, amount), crm::invalid_argument);
    builder->add(Day{1}, 1.7e308);
    builder->add(Day{1}, 1.7e308);
    EXPECT_THROW(builder->finish(), crm::out_of_range);
}

TEST(TimelineBuilder, SurvivesDamagedBytes) {
    crm::test::Dropped<TimelineBuilder> builder;
    for (const auto& [day, amount] : random_rows(5, 10, 60)) builder->add(day, amount);
    crm::test::expect_survives_damage(crm::test::saved(*builder), [](crm::Reader& in) {
        crm::test::Dropped<TimelineBuilder> read;
        read->load(in);
        in.expect_end();
        read->finish();
    });
}

TEST(RfmBuilder, AgreesWithTheTimeline) {
    for (unsigned seed = 0; seed < 200; ++seed) {
        const auto rows = random_rows(seed, static_cast<int>(seed % 40), 100);
        const Day as_of{static_cast<std::int32_t>(seed % 110)};
        crm::test::Dropped<RfmBuilder> builder;
        for (const auto& [day, amount] : rows) builder->add(day, amount, as_of);
        EXPECT_EQ(builder->finish(), by_brute_force(rows).rfm(as_of)) << seed;
    }
}

TEST(RfmBuilder, ObeysTheLawsOfAggregates) {
    for (const int count : {0, 1, 3, 100})
        crm::test::expect_aggregate_laws<RfmBuilder>(
            random_rows(7, count, 60),
            [](RfmBuilder& state, const Row& row) { state.add(row.day, row.amount, Day{40}); },
            [](RfmBuilder& state) { return state.finish(); });
}

TEST(RfmBuilder, RefusesTwoDates) {
    crm::test::Dropped<RfmBuilder> one, other, empty;
    one->add(Day{1}, 10, Day{5});
    EXPECT_THROW(one->add(Day{1}, 10, Day{6}), crm::invalid_argument);
    other->add(Day{1}, 10, Day{6});
    EXPECT_THROW(one->merge(*other), crm::invalid_argument);
    one->merge(*empty);
    empty->merge(*one);
    EXPECT_EQ(empty->finish(), one->finish());
}

TEST(RfmBuilder, SurvivesDamagedBytes) {
    crm::test::Dropped<RfmBuilder> builder;
    for (const auto& [day, amount] : random_rows(5, 10, 60)) builder->add(day, amount, Day{40});
    crm::test::expect_survives_damage(crm::test::saved(*builder), [](crm::Reader& in) {
        crm::test::Dropped<RfmBuilder> read;
        read->load(in);
        in.expect_end();
        read->finish();
    });
}

}  // namespace
