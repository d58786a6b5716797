#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "aggregate_laws.hpp"
#include "crm/foundation/error.hpp"
#include "crm/predict/binning.hpp"
#include "crm/predict/scorecard_fit.hpp"
#include "hostile_bytes.hpp"

namespace {

using crm::Json;
using crm::predict::BinMerging;
using crm::predict::ClassCounts;
using crm::predict::Encoder;
using crm::predict::FeatureValue;
using crm::predict::RowEncoder;
using crm::predict::Scorecard;
using crm::predict::ScorecardFit;
using crm::predict::ScorecardOptions;

struct Row {
    bool outcome;
    double visits;     // NaN is missing
    std::string plan;  // empty is missing
    double weight = 1;
};

void feed(ScorecardFit& fit, const Row& row) {
    fit.add_named(row.outcome, row.weight, [&row](const auto& set) {
        set("plan", row.plan.empty() ? FeatureValue() : FeatureValue::of(std::string_view(row.plan)));
        set("visits", std::isnan(row.visits) ? FeatureValue() : FeatureValue::of(row.visits));
    });
}

std::unique_ptr<Scorecard> fitted(const std::vector<Row>& rows, const ScorecardOptions& options = {}) {
    crm::test::Dropped<ScorecardFit> fit;
    fit->set(options, 1);
    for (const Row& row : rows) feed(*fit, row);
    return fit->finish();
}

std::vector<double> coded(const Encoder& encoder, const Row& row) {
    RowEncoder codes;
    codes.begin(encoder);
    if (!row.plan.empty()) codes.set("plan", FeatureValue::of(std::string_view(row.plan)));
    if (!std::isnan(row.visits)) codes.set("visits", FeatureValue::of(row.visits));
    return {codes.codes().begin(), codes.codes().end()};
}

/// Leads come after 12 and more visits, twice as often by plan "gold"; weights are fractions.
std::vector<Row> leads(unsigned seed, int count) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> uniform;
    const char* const plans[] = {"basic", "gold", "silver", ""};
    std::vector<Row> rows;
    for (int i = 0; i < count; ++i) {
        Row row{false, std::floor(uniform(random) * 40), plans[random() % 4], 0.25 + static_cast<double>(random() % 8)};
        const double eta = -1.5 + (row.visits >= 12 ? 1.2 : 0) + (row.plan == "gold" ? 0.7 : 0);
        row.outcome = uniform(random) < 1 / (1 + std::exp(-eta));
        if (random() % 9 == 0) row.visits = NAN;
        rows.push_back(row);
    }
    return rows;
}

// Goods and bads by age, with their weights of evidence as in the worked example of Siddiqi (2006), chapter 6.
const std::vector<std::tuple<std::string, double, double, double>> ages{
    {"missing age", 42, 8, -0.5728}, {"18-22", 152, 48, -1.0783}, {"23-26", 246, 54, -0.7147},
    {"27-29", 405, 45, -0.0338},     {"30-35", 475, 25, 0.7134},  {"35-44", 339, 11, 1.1971},
    {"44+", 147, 3, 1.6608}};

TEST(Binning, EvidenceIsThatOfThePublishedTable) {
    const ClassCounts all{1806, 194};
    double value = 0;
    for (const auto& [age, goods, bads, evidence] : ages) {
        EXPECT_NEAR(weight_of_evidence({goods, bads}, all), evidence, 5e-5) << age;
        value += information({goods, bads}, all);
    }
    EXPECT_NEAR(value, 0.650218, 5e-7);
}

TEST(Scorecard, OfOneFeatureGivesItsEvidence) {
    // A single feature is fitted without a rest: each bin has its own odds, and the coefficient is 1.
    crm::test::Dropped<ScorecardFit> fit;
    ScorecardOptions options;
    options.by_outcome = false;
    options.encoder.rare = 1;
    fit->set(options, 1);
    for (const auto& [age, goods, bads, evidence] : ages) {
        const std::string_view name = age;
        fit->add_named(true, goods, [name](const auto& set) { set("age", FeatureValue::of(name)); });
        fit->add_named(false, bads, [name](const auto& set) { set("age", FeatureValue::of(name)); });
    }
    const auto model = fit->finish();
    ASSERT_TRUE(model->usable());
    EXPECT_NEAR(model->coefficients()[1].estimate, 1, 1e-9);
    const double factor = 20 / std::log(2.0);
    std::size_t found = 0;
    for (const auto& row : model->points()) {
        if (row.feature == "base") {
            EXPECT_EQ(row.points, std::llround(600 + factor * std::log(1806.0 / 194 / 50)));
            continue;
        }
        for (const auto& [age, goods, bads, evidence] : ages) {
            if (row.bin != age) continue;
            ++found;
            EXPECT_NEAR(*row.evidence, evidence, 5e-5);
            EXPECT_NEAR(*row.rate, goods / (goods + bads), 1e-12);
            EXPECT_NEAR(*row.share, (goods + bads) / 2000, 1e-12);
            EXPECT_EQ(row.points, std::llround(factor * *row.evidence));
        }
    }
    EXPECT_EQ(found, ages.size());
}

TEST(Scorecard, PointsAddUpToThePrediction) {
    const auto rows = leads(1, 4000);
    const auto model = fitted(rows);
    ASSERT_TRUE(model->usable()) << model->report()->message;
    const double factor = 20 / std::log(2.0), offset = 600 - factor * std::log(50.0);
    double predicted = 0, happened = 0;
    for (const Row& row : rows) {
        const auto codes = coded(model->encoder(), row);
        std::int64_t total = 0;
        for (const auto& part : model->points(codes)) total += part.points;
        EXPECT_EQ(total, model->total_points(codes));
        const double odds = std::exp((static_cast<double>(total) - offset) / factor);
        EXPECT_NEAR(model->predict(codes), odds / (1 + odds), 1e-12);
        const auto parts = model->contributions(codes);
        EXPECT_NEAR(std::accumulate(parts.begin(), parts.end(), model->base_margin()), model->margin(codes), 1e-9);
        predicted += row.weight * model->predict(codes);
        happened += row.weight * row.outcome;
    }
    // Each of two features and the base is rounded by half a point at most, a change of the odds of 1.7 % each.
    EXPECT_NEAR(predicted / happened, 1, 0.04);
}

TEST(Scorecard, FindsTheStepOfTheOutcome) {
    auto rows = leads(2, 20000);
    for (Row& row : rows) row.weight = 1;
    const auto model = fitted(rows);
    const auto& visits = model->content().features[1];
    ASSERT_EQ(visits.cuts.size(), 1u);
    EXPECT_EQ(visits.cuts[0], 12);
    const auto points = model->points();
    const auto gold = std::ranges::find_if(points, [](const auto& row) { return row.bin == "gold"; });
    ASSERT_NE(gold, points.end());
    EXPECT_GT(gold->points, 5);
}

TEST(Scorecard, DependsNeitherOnOrderNorOnStates) {
    crm::test::expect_aggregate_laws<ScorecardFit>(
        leads(3, 400), [](ScorecardFit& fit, const Row& row) { feed(fit, row); },
        [](const ScorecardFit& fit) {
            const auto model = fit.finish();
            std::vector<std::string> described;
            for (const auto& row : model->points())
                described.push_back(row.feature + " " + row.bin.value_or("") + " " + std::to_string(row.points));
            return described;
        });
}

TEST(Scorecard, MonotoneBinsHaveMonotonePoints) {
    std::mt19937 random(4);
    std::vector<Row> rows;
    for (int i = 0; i < 6000; ++i) {
        const double visits = static_cast<double>(random() % 60);
        const double rate = visits < 20 ? 0.1 : visits < 40 ? 0.5 : 0.25;  // a hump
        rows.push_back({static_cast<double>(random() % 1000) < 1000 * rate, visits, "a"});
    }
    const auto rates_of = [](const Scorecard& model) {
        std::vector<double> rates;
        for (const auto& bin : model.content().features[1].bins) rates.push_back(*bin.rate);
        return rates;
    };
    const auto free = rates_of(*fitted(rows));
    EXPECT_FALSE(std::ranges::is_sorted(free));
    ScorecardOptions options;
    options.monotone_features = {"visits"};
    const auto monotone = rates_of(*fitted(rows, options));
    EXPECT_GT(monotone.size(), 1u);
    EXPECT_TRUE(std::ranges::is_sorted(monotone));
    for (const char* const name : {"nobody", "plan"}) {
        options.monotone_features = {name};
        EXPECT_THROW(fitted(rows, options), crm::invalid_argument);
    }
}

TEST(Binning, MergedBinsObeyTheirBounds) {
    std::mt19937 random(5);
    for (int trial = 0; trial < 500; ++trial) {
        std::vector<ClassCounts> classes(1 + random() % 30);
        double all = 0;
        for (auto& one : classes) {
            one = {static_cast<double>(1 + random() % 20), static_cast<double>(1 + random() % 20)};
            if (random() % 4 == 0) (random() % 2 == 0 ? one.positives : one.negatives) = 0;
            all += one.rows();
        }
        const BinMerging how{2 + random() % 6, all * 0.05, random() % 2 == 0};
        const auto firsts = merged(classes, how);
        ASSERT_FALSE(firsts.empty());
        EXPECT_EQ(firsts.front(), 0u);
        EXPECT_TRUE(std::ranges::is_sorted(firsts));
        EXPECT_LE(firsts.size(), how.most);
        ClassCounts total, before;
        for (const auto& one : classes) total += one;
        std::vector<double> rates, evidence;
        for (std::size_t b = 0; b < firsts.size(); ++b) {
            ClassCounts bin;
            for (std::size_t k = firsts[b]; k < (b + 1 < firsts.size() ? firsts[b + 1] : classes.size()); ++k)
                bin += classes[k];
            rates.push_back(bin.rate());
            evidence.push_back(weight_of_evidence(bin, total));
            if (firsts.size() > 1) {
                EXPECT_GE(bin.rows(), how.least);
            }
            if (firsts.size() > 2) {
                EXPECT_TRUE(bin.positives > 0 && bin.negatives > 0);
            }
            if (b > 0) {
                EXPECT_TRUE(differ(before, bin));
            }
            before = bin;
        }
        if (!how.monotone) continue;
        EXPECT_TRUE(std::ranges::is_sorted(rates) || std::ranges::is_sorted(rates, std::greater{}));
        // Half a row added where there is none of one outcome turns nothing round.
        EXPECT_TRUE(std::ranges::is_sorted(evidence) || std::ranges::is_sorted(evidence, std::greater{}));
    }
}

TEST(Binning, BinsOfOneOutcomeTakeLittleOfTheirNeighbours) {
    // Half of the rows are all true, of the others every second one: the step stays where it is but for a class.
    std::vector<ClassCounts> classes(50, ClassCounts{100, 100});
    for (std::size_t i = 25; i < classes.size(); ++i) classes[i] = {200, 0};
    EXPECT_EQ(merged(classes, {5, 500, false}), (std::vector<std::size_t>{0, 24}));
    const auto both = merged(std::vector<ClassCounts>{{0, 50}, {50, 0}}, {5, 5, false});
    EXPECT_EQ(both, (std::vector<std::size_t>{0, 1}));
    EXPECT_EQ(merged(std::vector<ClassCounts>{{3, 0}, {5, 5}}, {5, 0, false}), (std::vector<std::size_t>{0}));
}

TEST(Scorecard, SaysWhyItCannotBe) {
    const auto never = fitted({{false, 1, "a"}, {false, 2, "b"}});
    EXPECT_FALSE(never->usable());
    EXPECT_EQ(never->report()->message, "every outcome is false: there is nothing to tell apart");
    std::vector<Row> nothing;
    for (int i = 0; i < 200; ++i) nothing.push_back({i % 2 == 0, static_cast<double>(i / 2 % 10), "a"});
    const auto flat = fitted(nothing);
    ASSERT_TRUE(flat->usable());
    EXPECT_NE(flat->report()->message.find("visits tells nothing of the outcome"), std::string::npos);
    EXPECT_NEAR(flat->predict(coded(flat->encoder(), nothing[0])), 0.5, 0.01);
    std::vector<Row> parted;
    for (int i = 0; i < 200; ++i) parted.push_back({i >= 100, static_cast<double>(i), "a"});
    EXPECT_FALSE(fitted(parted)->usable());
    EXPECT_NE(fitted(parted)->report()->message.find("perfectly separated by visits:"), std::string::npos);
    for (std::size_t i = 0; i < 100; i += 2) parted[i].outcome = true;
    const auto half = fitted(parted);
    ASSERT_TRUE(half->usable()) << half->report()->message;
    EXPECT_GT(half->predict(coded(half->encoder(), parted[150])), 0.9);
    EXPECT_NEAR(half->predict(coded(half->encoder(), parted[50])), 0.5, 0.05);
    EXPECT_EQ(crm::test::Dropped<ScorecardFit>()->finish(), nullptr);
}

TEST(Scorecard, IsAValue) {
    const auto rows = leads(6, 500);
    const auto model = fitted(rows);
    crm::Writer out;
    model->save(out);
    crm::Reader in(out.bytes());
    const auto restored = Scorecard::load(in);
    in.expect_end();
    const auto read = Scorecard::from_json(Json(model->to_json()));
    for (const Row& row : rows) {
        const auto codes = coded(model->encoder(), row);
        EXPECT_EQ(restored->total_points(codes), model->total_points(codes));
        EXPECT_EQ(read->predict(codes), model->predict(codes));
    }
    EXPECT_EQ(Json(read->to_json()).text(), Json(model->to_json()).text());
    EXPECT_EQ(restored->points().size(), model->points().size());
    for (const std::int64_t points : {std::numeric_limits<std::int64_t>::min(), std::int64_t{1000000001}}) {
        auto content = model->content();
        content.features[0].bins[0].points = points;
        EXPECT_THROW(Scorecard(model->encoder(), content), crm::invalid_argument);
        content = model->content();
        content.base = points;
        EXPECT_THROW(Scorecard(model->encoder(), content), crm::invalid_argument);
    }
    crm::test::expect_survives_damage({out.bytes().begin(), out.bytes().end()}, [&rows](crm::Reader& bytes) {
        const auto damaged = Scorecard::load(bytes);
        bytes.expect_end();
        damaged->points();
        damaged->card();
        if (!damaged->usable() || !damaged->encoder().find("plan") || !damaged->encoder().find("visits")) return;
        for (std::size_t i = 0; i < 5; ++i) damaged->points(coded(damaged->encoder(), rows[i]));
    });
    crm::test::Dropped<ScorecardFit> fit;
    for (std::size_t i = 0; i < 60; ++i) feed(*fit, rows[i]);
    crm::test::expect_survives_damage(
        crm::test::saved(*fit),
        [](crm::Reader& bytes) {
            crm::test::Dropped<ScorecardFit> state;
            state->load(bytes);
            bytes.expect_end();
            state->finish();
        },
        300);
}

}  // namespace
