#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "aggregate_laws.hpp"
#include "crm/foundation/error.hpp"
#include "crm/foundation/rounded.hpp"
#include "crm/predict/named_lifetimes.hpp"
#include "hostile_bytes.hpp"

namespace {

using namespace crm::predict;
using crm::Json;

struct Row {
    double duration;
    bool event;
    double price;      // NaN is missing
    std::string plan;  // empty is missing
    std::string stratum = "";
    double weight = 1;
};

template <class Fit>
void feed(Fit& fit, const Row& row) {
    fit.add({row.duration, row.event, {}, from_start, row.stratum, row.weight}, [&row](const auto& set) {
        set("price", std::isnan(row.price) ? FeatureValue() : FeatureValue::of(row.price));
        set("plan", row.plan.empty() ? FeatureValue() : FeatureValue::of(std::string_view(row.plan)));
    });
}

std::vector<Row> lives(unsigned seed, int count, bool stratified = false) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> uniform;
    const char* const plans[] = {"monthly", "two years", "yearly", ""};
    std::vector<Row> rows;
    for (int i = 0; i < count; ++i) {
        Row row{0, false, std::floor(uniform(random) * 10), plans[random() % 4]};
        const double life =
            -std::log(uniform(random)) * 100 * std::exp(row.plan == "yearly" ? 0.7 : 0) / (1 + row.price / 10);
        const double seen = 10 + uniform(random) * 200;
        row.duration = 1 + std::floor(std::min(life, seen));
        row.event = life < seen;
        if (random() % 8 == 0) row.price = NAN;
        if (stratified) row.stratum = random() % 2 == 0 ? "a" : "b";
        row.weight = 0.5 + static_cast<double>(random() % 3);
        rows.push_back(row);
    }
    return rows;
}

template <class Fit>
auto fitted(const std::vector<Row>& rows) {
    crm::test::Dropped<Fit> fit;
    for (const Row& row : rows) feed(*fit, row);
    return fit->finish();
}

std::vector<double> columns(const LifetimeModel& model, const Row& row) {
    RowEncoder codes;
    codes.begin(*model.encoder());
    if (!std::isnan(row.price)) codes.set("price", FeatureValue::of(row.price));
    if (!row.plan.empty()) codes.set("plan", FeatureValue::of(std::string_view(row.plan)));
    return column_values(*model.encoder(), codes.codes());
}

TEST(NamedLifetimes, AreColumnsOfNumbers) {
    for (const bool stratified : {false, true}) {
        const auto rows = lives(1, 400, stratified);
        const auto named = fitted<NamedCoxFit>(rows);
        ASSERT_TRUE(named->usable());
        double sum = 0, weight = 0;
        for (const Row& row : rows)
            if (!std::isnan(row.price)) {
                sum += row.weight * row.price;
                weight += row.weight;
            }
        crm::test::Dropped<CoxFit> plain;
        for (const Row& row : rows) {
            // By name: plan (reference "monthly", levels "two years", "yearly", "missing"), then price and its absence.
            const std::vector<double> numbers{
                row.plan == "two years" ? 1.0 : 0, row.plan == "yearly" ? 1.0 : 0, row.plan.empty() ? 1.0 : 0,
                std::isnan(row.price) ? sum / weight : row.price, std::isnan(row.price) ? 1.0 : 0};
            plain->add({row.duration, row.event, numbers, from_start, row.stratum, row.weight});
            const auto own = columns(*named, row);
            ASSERT_EQ(own.size(), numbers.size());
            for (std::size_t i = 0; i < own.size(); ++i) EXPECT_NEAR(own[i], numbers[i], 1e-12);
        }
        const auto other = plain->finish();
        const std::vector<std::string> names{"plan=two years", "plan=yearly", "plan=missing", "price", "price=missing"};
        EXPECT_EQ(named->content().names, names);
        for (std::size_t i = 0; i < names.size(); ++i) {
            EXPECT_NEAR(named->content().coefficients[i], other->content().coefficients[i], 1e-9);
            EXPECT_NEAR(*named->coefficients()[i].std_error, *other->coefficients()[i].std_error, 1e-9);
        }
    }
}

TEST(NamedLifetimes, WhatTellsNothingIsTheAverage) {
    const auto rows = lives(2, 300);
    auto known = rows;
    std::erase_if(known, [](const Row& row) { return row.plan.empty() || std::isnan(row.price); });
    const auto model = fitted<NamedWeibullFit>(known);
    const auto average = columns(*model, {0, false, NAN, "weekly"});
    std::vector<double> mean(average.size(), 0);
    double weight = 0;
    for (const Row& row : known) {
        const auto own = columns(*model, row);
        for (std::size_t i = 0; i < own.size(); ++i) mean[i] += row.weight * own[i];
        weight += row.weight;
    }
    for (std::size_t i = 0; i < mean.size(); ++i) EXPECT_NEAR(average[i], mean[i] / weight, 1e-9);
}

TEST(NamedLifetimes, DependNeitherOnOrderNorOnStates) {
    const auto describe = [](const auto& model) {
        std::vector<std::string> all;
        for (const auto& one : model->coefficients()) all.push_back(one.name + " " + crm::rounded(one.estimate, 7));
        return all;
    };
    crm::test::expect_aggregate_laws<NamedCoxFit>(
        lives(3, 120, true), [](NamedCoxFit& fit, const Row& row) { feed(fit, row); },
        [&](const NamedCoxFit& fit) { return describe(fit.finish()); });
    crm::test::expect_aggregate_laws<NamedLognormalFit>(
        lives(4, 120), [](NamedLognormalFit& fit, const Row& row) { feed(fit, row); },
        [&](const NamedLognormalFit& fit) { return describe(fit.finish()); });
}

TEST(NamedLifetimes, OfConstantFeaturesCannotBeCompared) {
    auto rows = lives(5, 50);
    for (Row& row : rows) {
        row.price = 3;
        row.plan = "monthly";
    }
    const auto cox = fitted<NamedCoxFit>(rows);
    EXPECT_FALSE(cox->usable());
    EXPECT_EQ(cox->report()->message, "no feature varies: all are constant; plan is constant; price is constant");
    crm::Writer out;
    cox->save(out);
    crm::Reader in(out.bytes());
    EXPECT_FALSE(Cox::load(in)->usable());
    const auto weibull = fitted<NamedWeibullFit>(rows);
    EXPECT_TRUE(weibull->usable());
    EXPECT_EQ(crm::test::Dropped<NamedCoxFit>()->finish(), nullptr);
}

template <class Fit, class M>
void expect_value(const std::vector<Row>& rows) {
    const auto model = fitted<Fit>(rows);
    crm::Writer out;
    model->save(out);
    crm::Reader in(out.bytes());
    const auto restored = M::load(in);
    in.expect_end();
    const auto read = M::from_json(Json(model->to_json()));
    for (const Row& row : rows) {
        const auto own = columns(*model, row);
        EXPECT_EQ(columns(*read, row), own);
        const Subject subject{own, {}};
        EXPECT_EQ(restored->survival(subject, 50), model->survival(subject, 50));
        EXPECT_EQ(read->survival(subject, 50), model->survival(subject, 50));
    }
    crm::test::expect_survives_damage({out.bytes().begin(), out.bytes().end()}, [](crm::Reader& bytes) {
        const auto damaged = M::load(bytes);
        bytes.expect_end();
        if (!damaged->usable() || !damaged->encoder()) return;
        RowEncoder codes;
        codes.begin(*damaged->encoder());
        const auto own = column_values(*damaged->encoder(), codes.codes());
        damaged->median({own, {}});
    });
    crm::test::Dropped<Fit> fit;
    for (std::size_t i = 0; i < 40; ++i) feed(*fit, rows[i]);
    crm::test::expect_survives_damage(
        crm::test::saved(*fit),
        [](crm::Reader& bytes) {
            crm::test::Dropped<Fit> state;
            state->load(bytes);
            bytes.expect_end();
            state->finish();
        },
        300);
}

TEST(NamedLifetimes, AreValues) {
    expect_value<NamedCoxFit, Cox>(lives(6, 100));
    expect_value<NamedLoglogisticFit, Loglogistic>(lives(6, 100));
}

TEST(NamedLifetimes, RefuseOtherOptions) {
    const auto rows = lives(7, 4);
    crm::test::Dropped<NamedCoxFit> fit;
    for (std::size_t i = 0; i < 2; ++i) {
        feed(*fit, rows[i]);
        fit->set(Json(Json::Object{{"rare", 1}}), 1);
    }
    feed(*fit, rows[2]);
    EXPECT_THROW(fit->set(Json(Json::Object{{"rare", 2}}), 2), crm::invalid_argument);
    EXPECT_THROW(fit->set(Json(Json::Object{{"names", Json::Array{"a"}}}), 3), crm::invalid_argument);
    EXPECT_THROW(feed(*fit, {-1, true, 1, "a"}), crm::invalid_argument);
    crm::test::Dropped<NamedWeibullFit> weibull;
    EXPECT_THROW(feed(*weibull, {0, true, 1, "a"}), crm::invalid_argument);
}

}  // namespace
