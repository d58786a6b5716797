#include "crm/foundation/tally.hpp"

#include <gtest/gtest.h>

#include <map>
#include <memory_resource>
#include <tuple>

#include "aggregate_laws.hpp"
#include "crm/value/purchase_history.hpp"
#include "hostile_bytes.hpp"
#include "random_customers.hpp"

namespace {

using crm::Reader;
using crm::Tally;
using crm::Writer;
using crm::test::Chance;
using crm::value::PurchaseHistory;
using Histories = Tally<PurchaseHistory>;

using Plain = std::vector<std::tuple<int, double, double, double>>;

Plain plain(const Histories& tally) {
    Plain rows;
    for (const auto& [key, weight] : tally.sorted()) rows.emplace_back(key.frequency, key.recency, key.age, weight);
    return rows;
}

/// Counts what is in use.
class Meter : public std::pmr::memory_resource {
public:
    std::size_t now = 0, peak = 0;

private:
    void* do_allocate(std::size_t size, std::size_t alignment) override {
        peak = std::max(peak, now += size);
        return std::pmr::new_delete_resource()->allocate(size, alignment);
    }
    void do_deallocate(void* memory, std::size_t size, std::size_t alignment) override {
        now -= size;
        std::pmr::new_delete_resource()->deallocate(memory, size, alignment);
    }
    bool do_is_equal(const memory_resource& other) const noexcept override { return this == &other; }
};

TEST(Tally, CountsLikeAMap) {
    Chance chance(1);
    Histories tally(std::pmr::new_delete_resource());
    std::map<std::tuple<int, double, double>, double> expected;
    for (int i = 0; i < 20000; ++i) {
        const int frequency = chance.whole(0, 5);
        const double recency = frequency > 0 ? chance.whole(1, 30) / 7.0 : 0, age = recency + chance.whole(0, 9);
        tally.add({frequency, recency, age}, i % 3 + 1);
        expected[{frequency, recency, age}] += i % 3 + 1;
    }
    Plain rows;
    for (const auto& [key, weight] : expected)
        rows.emplace_back(std::get<0>(key), std::get<1>(key), std::get<2>(key), weight);
    EXPECT_EQ(plain(tally), rows);
    EXPECT_EQ(tally.size(), rows.size());
}

TEST(Tally, MinusZeroIsZero) {
    Tally<double> tally(std::pmr::new_delete_resource());
    tally.add(0.0);
    tally.add(-0.0);
    ASSERT_EQ(tally.size(), 1u);
    EXPECT_EQ(tally.sorted()[0].weight, 2);
    EXPECT_FALSE(std::signbit(tally.sorted()[0].key));
}

TEST(Tally, EmptyOnesMergeAndTravel) {
    Tally<double> tally(std::pmr::new_delete_resource()), other(std::pmr::new_delete_resource());
    tally.merge(other);
    Writer out;
    tally.save(out);
    Reader in(out.bytes());
    other.load(in);
    in.expect_end();
    EXPECT_EQ(other.size(), 0u);
    EXPECT_TRUE(other.sorted().empty());
}

TEST(Tally, ObeysTheAggregateLaws) {
    std::vector<PurchaseHistory> rows;
    for (const auto& customer : crm::test::random_customers(3000)) rows.push_back(PurchaseHistory::of(customer));
    crm::test::expect_aggregate_laws<Histories>(
        rows, [](Histories& state, const PurchaseHistory& row) { state.add(row); }, plain);
}

TEST(Tally, SurvivesDamagedBytes) {
    Histories tally(std::pmr::new_delete_resource());
    for (const auto& customer : crm::test::random_customers(20)) tally.add(PurchaseHistory::of(customer));
    crm::test::expect_survives_damage(crm::test::saved(tally), [](Reader& in) {
        Histories read(std::pmr::new_delete_resource());
        read.load(in);
        in.expect_end();
        for (const auto& [key, weight] : read.sorted()) EXPECT_TRUE(key.valid() && weight > 0);
    });
}

/// Keys that arrive in the order of their hash, from a larger table, must not pile up.
// Entries arrive in the order of their hashes, which a careless table would pile up in one place: minutes, not a
// moment.
TEST(Tally, MergesAndLoadsAMillionKeys) {
    constexpr int keys = 1000000;
    Tally<double> one(std::pmr::new_delete_resource()), other(std::pmr::new_delete_resource()),
        third(std::pmr::new_delete_resource());
    for (int i = 0; i < keys; ++i) {
        one.add(i);
        other.add(i + 0.5);
    }
    const auto bytes = crm::test::saved(one);
    other.merge(one);
    Reader in(bytes);
    third.load(in);
    EXPECT_EQ(other.size(), std::size_t{2 * keys});
    EXPECT_EQ(third.size(), std::size_t{keys});
}

TEST(Tally, HoldsAHundredThousandKeysInLessThanTwelveMegabytes) {
    Meter meter;
    Histories tally(&meter);
    for (int i = 0; i < 106381; ++i) tally.add({1 + i % 50, 1.0 + i / 50, 5000.0});
    EXPECT_EQ(tally.size(), 106381u);
    EXPECT_LT(meter.peak, 12u << 20);
}

}  // namespace
