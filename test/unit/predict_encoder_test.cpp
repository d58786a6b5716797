#include "crm/predict/encoder.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <memory_resource>
#include <string>
#include <vector>

#include "crm/foundation/error.hpp"
#include "crm/predict/feature_rows.hpp"

namespace {

using crm::predict::Encoder;
using crm::predict::EncoderOptions;
using crm::predict::Feature;
using crm::predict::FeatureRows;
using crm::predict::FeatureValue;
using crm::predict::LearntEncoder;
using crm::predict::RowEncoder;

FeatureRows gathered() { return FeatureRows(std::pmr::get_default_resource()); }

void add(FeatureRows& rows, const std::vector<std::pair<std::string, FeatureValue>>& features) {
    rows.begin();
    for (const auto& [name, value] : features) rows.set(name, value);
    rows.end();
}

LearntEncoder learn(const FeatureRows& rows, const EncoderOptions& options = {}) { return rows.learn({}, options, {}); }

const FeatureValue missing;
FeatureValue number(double value) { return FeatureValue::of(value); }
FeatureValue text(std::string_view value) { return FeatureValue::of(value); }

TEST(Encoder, LearnsMeansLevelsAndWhatIsMissing) {
    auto rows = gathered();
    for (int i = 0; i < 20; ++i) {
        std::vector<std::pair<std::string, FeatureValue>> row{{"n", number(i)}, {"t", text(i % 2 ? "odd" : "even")}};
        if (i % 4 == 0) row[0].second = missing;
        if (i < 5) row.emplace_back("late", FeatureValue::of_truth(true));
        add(rows, row);
    }
    const auto learnt = learn(rows);
    const auto& features = learnt.encoder.features();
    ASSERT_EQ(features.size(), 3u);
    const Feature &late = features[0], &n = features[1], &t = features[2];
    EXPECT_EQ(late.levels.size(), 2u);  // true, missing
    EXPECT_TRUE(late.has_missing && !late.has_other);
    EXPECT_DOUBLE_EQ(late.levels[1].share, 0.75);
    EXPECT_DOUBLE_EQ(n.missing, 0.25);
    EXPECT_NEAR(n.mean, 10, 1e-12);
    EXPECT_EQ(t.levels[0].name, "even");
    EXPECT_EQ(learnt.encoder.columns().size(), 4u);
}

TEST(Encoder, PoolsRareLevelsAndReadsUnseenOnes) {
    auto rows = gathered();
    for (int i = 0; i < 100; ++i) {
        const std::string name = i < 50 ? "a" : i < 90 ? "b" : "rare" + std::to_string(i);
        add(rows, {{"pooled", text(name)}, {"whole", text(i % 2 ? "x" : "y")}});
    }
    const auto learnt = learn(rows);
    const Encoder& encoder = learnt.encoder;
    const Feature &pooled = encoder.features()[0], &whole = encoder.features()[1];
    ASSERT_EQ(pooled.levels.size(), 3u);
    EXPECT_EQ(pooled.levels[2].name, "other");
    EXPECT_DOUBLE_EQ(pooled.levels[2].share, 0.1);
    EXPECT_EQ(pooled.code(text("rare95")), 2);
    EXPECT_EQ(pooled.code(text("never seen")), 2);
    EXPECT_TRUE(std::isnan(pooled.code(missing)));
    EXPECT_TRUE(std::isnan(whole.code(text("never seen"))));
    EXPECT_EQ(whole.text_of(whole.code(text("never seen"))), "unknown");
}

TEST(Encoder, FewRowsKeepTheirLevels) {
    auto rows = gathered();
    for (int i = 0; i < 8; ++i) add(rows, {{"t", text(i % 2 ? "odd" : "even")}});
    EXPECT_EQ(learn(rows).encoder.features()[0].levels.size(), 2u);
    EncoderOptions options;
    options.rare = 5;
    EXPECT_EQ(learn(rows, options).encoder.features()[0].levels[0].name, "other");
}

TEST(Encoder, KeepsTheMostFrequentOfManyLevels) {
    auto rows = gathered();
    for (int i = 0; i < 10000; ++i)
        for (int times = 0; times < (i < 10 ? 20 : 5); ++times) add(rows, {{"city", text("city" + std::to_string(i))}});
    EncoderOptions options;
    options.levels = 10;
    const auto learnt = learn(rows, options);
    EXPECT_EQ(learnt.encoder.features()[0].levels.size(), 11u);
    EXPECT_EQ(learnt.encoder.features()[0].levels[9].name, "city9");
}

TEST(Encoder, ReadsMixedFeaturesAsTextAndSaysSo) {
    auto rows = gathered();
    for (int i = 0; i < 20; ++i) add(rows, {{"size", i % 2 ? number(42) : text("XL")}});
    const auto learnt = learn(rows);
    EXPECT_EQ(learnt.encoder.features()[0].levels[0].name, "42");
    ASSERT_EQ(learnt.notes.size(), 1u);
    EXPECT_EQ(learnt.encoder.features()[0].code(number(42)), 0);
}

TEST(Encoder, ReferenceIsChosen) {
    auto rows = gathered();
    for (int i = 0; i < 20; ++i) add(rows, {{"t", text(i % 2 ? "odd" : "even")}});
    EncoderOptions options;
    options.reference["t"] = "odd";
    EXPECT_EQ(learn(rows, options).encoder.features()[0].reference, 1u);
    options.reference["t"] = "none";
    EXPECT_THROW(learn(rows, options), crm::invalid_argument);
    EncoderOptions unknown;
    unknown.reference["u"] = "odd";
    EXPECT_THROW(learn(rows, unknown), crm::invalid_argument);
}

TEST(Encoder, RefusesTooMuch) {
    auto rows = gathered();
    rows.begin();
    for (std::size_t i = 0; i < crm::predict::most_features; ++i) rows.set("f" + std::to_string(i), number(1));
    EXPECT_THROW(rows.set("one more", number(1)), crm::limit_exceeded);
    auto texts = gathered();
    for (std::size_t i = 0; i < crm::predict::most_levels; ++i) add(texts, {{"id", text(std::to_string(i))}});
    texts.begin();
    EXPECT_THROW(texts.set("id", text("one more")), crm::limit_exceeded);
}

TEST(RowEncoder, FindsNamesInAnyOrder) {
    auto rows = gathered();
    for (int i = 0; i < 20; ++i) add(rows, {{"a", number(i)}, {"b", number(-i)}, {"c", text(i % 2 ? "x" : "y")}});
    const auto learnt = learn(rows);
    RowEncoder row;
    const std::vector<std::vector<std::pair<std::string, FeatureValue>>> orders{
        {{"a", number(1)}, {"b", number(2)}, {"c", text("x")}},
        {{"c", text("x")}, {"unknown", text("?")}, {"a", number(1)}, {"b", number(2)}},
        {{"b", number(2)}, {"c", text("x")}, {"a", number(1)}}};
    for (const auto& order : orders) {
        row.begin(learnt.encoder);
        for (const auto& [name, value] : order) row.set(name, value);
        EXPECT_EQ(row.codes()[0], 1);
        EXPECT_EQ(row.codes()[1], 2);
        EXPECT_EQ(row.codes()[2], 0);
    }
    row.begin(learnt.encoder);
    row.set("a", number(1));
    EXPECT_THROW(row.set("a", number(1)), crm::invalid_argument);
    const double numbers[] = {1, 2, 3};
    EXPECT_THROW(row.encode(learnt.encoder, numbers), crm::invalid_argument);
}

}  // namespace
