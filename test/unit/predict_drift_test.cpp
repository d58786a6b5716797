#include "crm/predict/drift.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory_resource>
#include <random>

#include "aggregate_laws.hpp"
#include "crm/foundation/error.hpp"
#include "hostile_bytes.hpp"

namespace {

using namespace crm::predict;
using crm::test::Dropped;

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();

struct Person {
    double age, income;  // NaN: missing
    std::string_view plan;
};

std::vector<Person> people(int count, unsigned seed, double older = 0) {
    std::mt19937 random(seed);
    std::normal_distribution<double> ages(40 + older, 12), incomes(40, 12);
    constexpr std::string_view plans[] = {"basic", "basic", "plus", "pro"};
    std::vector<Person> all;
    for (int i = 0; i < count; ++i)
        all.push_back(
            {random() % 10 == 0 ? nothing : ages(random), std::floor(incomes(random) / 10), plans[random() % 4]});
    return all;
}

void feed(DriftReferenceFit& fit, const Person& one) {
    fit.add_named([&one](const auto& set) {
        set("age", std::isnan(one.age) ? FeatureValue() : FeatureValue::of(one.age));
        set("plan", FeatureValue::of(one.plan));
        set("income", FeatureValue::of(one.income));
    });
}

std::unique_ptr<DriftReference> reference_of(const std::vector<Person>& rows) {
    Dropped<DriftReferenceFit> fit;
    for (const Person& one : rows) feed(*fit, one);
    return fit->finish();
}

void count(DriftCounts& counts, const DriftReference& reference, const Person& one) {
    RowEncoder row;
    row.begin(reference.encoder());
    row.set("age", std::isnan(one.age) ? FeatureValue() : FeatureValue::of(one.age));
    row.set("plan", FeatureValue::of(one.plan));
    row.set("income", FeatureValue::of(one.income));
    counts.add(reference, row.codes());
}

TEST(Drift, BinsHoldEqualCountsAndAreCutAtValues) {
    Dropped<DriftReferenceFit> fit;
    fit->set({4, {}}, 1);
    for (int i = 1000; i > 0; --i) fit->add(std::vector<double>{double(i), double(i % 2), i % 5 ? 7.0 : nothing});
    const auto reference = fit->finish();
    EXPECT_EQ(reference->bins(0).cuts, (std::vector<double>{250, 500, 750}));
    EXPECT_EQ(reference->bins(0).counts, (std::vector<double>{250, 250, 250, 250, 0}));
    EXPECT_EQ(reference->bins(1).cuts, (std::vector<double>{0}));
    EXPECT_EQ(reference->bins(1).counts, (std::vector<double>{500, 500, 0}));
    EXPECT_TRUE(reference->bins(2).cuts.empty());
    EXPECT_EQ(reference->bins(2).counts, (std::vector<double>{800, 200}));
    EXPECT_EQ(reference->bin_of(0, 250), 0u);
    EXPECT_EQ(reference->bin_of(0, 250.5), 1u);
    EXPECT_EQ(reference->bin_of(0, 1e9), 3u);
    EXPECT_EQ(reference->bin_of(0, nothing), 4u);
    EXPECT_EQ(reference->name_of(0, 1), "above 250 to 500");
}

// Every cut is the smallest value that at least its share of the values does not exceed, whatever the values.
TEST(Drift, CutsAreQuantiles) {
    std::mt19937 random(7);
    for (int trial = 0; trial < 50; ++trial) {
        const int rows = 1 + static_cast<int>(random() % 300), distinct = 1 + static_cast<int>(random() % 150);
        const int bins = 2 + static_cast<int>(random() % 200);
        std::vector<double> values;
        Dropped<DriftReferenceFit> fit;
        fit->set({bins, {}}, 1);
        for (int i = 0; i < rows; ++i) {
            values.push_back(static_cast<double>(random() % static_cast<unsigned>(distinct)));
            fit->add(std::vector<double>{values.back()});
        }
        std::ranges::sort(values);
        std::vector<double> expected;
        for (int k = 1; k < bins; ++k) {
            const double cut = values[static_cast<std::size_t>((k * rows + bins - 1) / bins - 1)];
            if (cut < values.back() && (expected.empty() || cut > expected.back())) expected.push_back(cut);
        }
        const auto reference = fit->finish();
        EXPECT_EQ(reference->bins(0).cuts, expected) << rows << " rows, " << bins << " bins";
        for (const double value : values)
            EXPECT_EQ(reference->bin_of(0, value), static_cast<std::size_t>(std::ranges::count_if(
                                                       expected, [value](double cut) { return cut < value; })));
    }
}

TEST(Drift, IndexIsTheSumOfTheTwoDivergences) {
    const std::vector<double> then{10, 20, 30, 40}, now{25, 25, 25, 25};
    double expected = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        const double p = then[i] / 100, q = now[i] / 100;
        expected += p * std::log(p / q) + q * std::log(q / p);
    }
    const auto index = stability_index(then, now);
    EXPECT_NEAR(index->psi, expected, 1e-15);
    EXPECT_EQ(index->moved_most, 0u);
    EXPECT_NEAR(index->by_chance, 7.814727903251179 * 0.02, 1e-12);
    EXPECT_NEAR(stability_index(now, then)->psi, expected, 1e-15);
    EXPECT_EQ(stability_index(then, then)->psi, 0);
    EXPECT_FALSE(stability_index(then, std::vector<double>(4)));
}

TEST(Drift, AnEmptyBinCountsAsHalfARow) {
    const auto index = stability_index(std::vector<double>{100, 100, 0, 0}, std::vector<double>{100, 0, 0, 100});
    const double vanished = (0.5 - 0.0025) * std::log(0.5 / 0.0025);
    EXPECT_NEAR(index->psi, 2 * vanished, 1e-12);
    EXPECT_TRUE(std::isfinite(stability_index(std::vector<double>{1, 0}, std::vector<double>{0, 1})->psi));
}

// Of rows like those of the reference, 5 % exceed what chance alone makes: of age, which has eleven bins.
TEST(Drift, ChanceIsWhatItSays) {
    constexpr int trials = 1000;
    int exceeded = 0;
    std::mt19937 random(3);
    for (int trial = 0; trial < trials; ++trial) {
        Dropped<DriftReferenceFit> fit;
        for (int i = 0; i < 600; ++i) fit->add(std::vector<double>{static_cast<double>(random())});
        const auto reference = fit->finish();
        Dropped<DriftCounts> counts;
        for (int i = 0; i < 400; ++i) counts->add(*reference, std::vector<double>{static_cast<double>(random())});
        const FeatureDrift drift = counts->finish(*reference).front();
        exceeded += drift.psi > drift.by_chance;
    }
    EXPECT_NEAR(exceeded / double(trials), 0.05, 0.025);
}

TEST(Drift, FindsWhatMovedAndInWhichBin) {
    const auto reference = reference_of(people(5000, 1));
    Dropped<DriftCounts> same, older;
    for (const Person& one : people(5000, 2)) count(*same, *reference, one);
    for (const Person& one : people(5000, 3, 10)) count(*older, *reference, one);
    for (const FeatureDrift& drift : same->finish(*reference)) EXPECT_LT(drift.psi, 0.02) << drift.feature;
    const auto moved = older->finish(*reference);
    EXPECT_EQ(moved.front().feature, "age");
    EXPECT_EQ(moved.front().note, "shifted");
    EXPECT_EQ(moved[1].note, "stable");
    EXPECT_NEAR(moved.front().reference_missing, 0.1, 0.02);
}

TEST(Drift, LevelsNeverSeenAndMissingOnesHaveBins) {
    const auto reference = reference_of(people(400, 1));
    Dropped<DriftCounts> counts;
    for (int i = 0; i < 100; ++i) count(*counts, *reference, {30, 1, i < 40 ? "gold" : "basic"});
    const auto drifts = counts->finish(*reference);
    const auto plan = std::ranges::find(drifts, "plan", &FeatureDrift::feature);
    ASSERT_NE(plan, drifts.end());
    EXPECT_EQ(*plan->moved_most, "levels never seen: 0 % to 40 %");
}

TEST(Drift, ReferenceObeysTheLawsOfAggregates) {
    crm::test::expect_aggregate_laws<DriftReferenceFit>(people(200, 5), &feed, [](const DriftReferenceFit& fit) {
        const auto reference = fit.finish();
        std::vector<std::pair<std::vector<double>, std::vector<double>>> bins;
        for (std::size_t f = 0; f < 3; ++f) bins.emplace_back(reference->bins(f).cuts, reference->bins(f).counts);
        return bins;
    });
}

TEST(Drift, CountsObeyTheLawsOfAggregates) {
    const auto reference = reference_of(people(300, 5));
    crm::test::expect_aggregate_laws<DriftCounts>(
        people(200, 6, 3), [&reference](DriftCounts& counts, const Person& one) { count(counts, *reference, one); },
        [&reference](const DriftCounts& counts) {
            std::vector<double> all;
            for (const FeatureDrift& drift : counts.finish(*reference)) all.push_back(drift.psi);
            return all;
        });
}

TEST(Drift, ReferenceSurvivesDamageAndReadsBack) {
    const auto reference = reference_of(people(100, 5));
    const auto bytes = crm::test::saved(*reference);
    crm::test::expect_survives_damage(bytes, [](crm::Reader& in) {
        const auto read = DriftReference::load(in);
        in.expect_end();
        Dropped<DriftCounts> counts;
        count(*counts, *read, {30, 1, "basic"});
        count(*counts, *read, {nothing, nothing, "never"});
        (void)counts->finish(*read);
    });
    const auto again = DriftReference::from_json(reference->to_json());
    EXPECT_EQ(crm::test::saved(*again), bytes);
}

TEST(Drift, FrozenBytesAreRead) {
    const unsigned char frozen[] = {
        1,   1, 2, 4,   'p', 'l', 'a', 'n', 1,   2,   0, 2,  4,  'g', 'o', 'l', 'd', 0, 0, 0,   0,   0,   0,
        0,   0, 7, 'm', 'i', 's', 's', 'i', 'n', 'g', 0, 0,  0,  0,   0,   0,   0,   0, 5, 's', 'c', 'o', 'r',
        'e', 0, 0, 0,   0,   0,   0,   0,   0,   0,   0, 0,  0,  0,   0,   0,   0,   0, 0, 0,   0,   0,   0,
        0,   0, 0, 0,   3,   0,   0,   0,   0,   0,   0, 16, 64, 0,   0,   0,   0,   0, 0, 240, 63,  0,   0,
        0,   0, 0, 0,   0,   0,   1,   0,   0,   0,   0, 0,  0,  36,  64,  3,   0,   0, 0, 0,   0,   0,   240,
        63,  0, 0, 0,   0,   0,   0,   8,   64,  0,   0, 0,  0,  0,   0,   0,   0,   0};
    crm::Reader in(std::as_bytes(std::span(frozen)));
    const auto reference = DriftReference::load(in);
    in.expect_end();
    EXPECT_EQ(reference->bins(0).counts, (std::vector<double>{4, 1, 0}));
    EXPECT_EQ(reference->bins(1).cuts, (std::vector<double>{10}));
    EXPECT_EQ(reference->bins(1).counts, (std::vector<double>{1, 3, 0}));
    EXPECT_EQ(reference->name_of(0, 0), "gold");
}

TEST(Drift, StatesSurviveDamage) {
    Dropped<DriftReferenceFit> fit;
    for (const Person& one : people(30, 5)) feed(*fit, one);
    crm::test::expect_survives_damage(crm::test::saved(*fit), [](crm::Reader& in) {
        Dropped<DriftReferenceFit> state;
        state->load(in);
        in.expect_end();
        (void)state->finish();
    });
    const auto reference = fit->finish();
    Dropped<DriftCounts> counts;
    for (const Person& one : people(3, 6)) count(*counts, *reference, one);
    Dropped<DriftCounts> other;
    other->add(*DriftReference::make(crm::Json::Object{}), {});
    EXPECT_THROW((void)other->finish(*reference), crm::corrupt_data);
}

}  // namespace
