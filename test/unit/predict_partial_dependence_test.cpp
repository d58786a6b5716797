#include "crm/predict/partial_dependence.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <random>

#include "aggregate_laws.hpp"
#include "crm/foundation/error.hpp"
#include "crm/predict/logistic_model.hpp"
#include "hostile_bytes.hpp"

namespace {

using namespace crm::predict;
using crm::test::Dropped;

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();

using Codes = std::array<double, 2>;  // plan, tenure: the order of their names

std::unique_ptr<LogisticModel> model() {
    return LogisticModel::make(
        crm::Json::Object{{"intercept", 0.5}, {"tenure", -0.1}, {"plan=gold", -1.0}, {"plan=silver", -0.4}});
}

std::vector<Codes> customers(int count, unsigned seed) {
    std::mt19937 random(seed);
    std::vector<Codes> all;
    for (int i = 0; i < count; ++i)
        all.push_back(
            {static_cast<double>(random() % 3), random() % 9 == 0 ? nothing : static_cast<double>(random() % 400) / 8});
    return all;
}

std::vector<PartialDependence> dependence(const std::vector<Codes>& rows, std::string_view feature, int points = 20) {
    const auto asked = model();
    Dropped<PartialDependenceRows> state;
    for (const Codes& row : rows) state->add(*asked, row, feature, {points});
    return state->finish(*asked);
}

TEST(PartialDependence, IsTheMeanOfAskingEachRowAgain) {
    const auto asked = model();
    const auto rows = customers(300, 1);
    for (const auto& [feature, place] : {std::pair{"plan", 0u}, std::pair{"tenure", 1u}}) {
        double shares = 0;
        for (const PartialDependence& one : dependence(rows, feature, 7)) {
            double code = nothing;
            if (one.number) code = *one.number;
            if (place == 0) code = one.value == "gold" ? 0 : one.value == "silver" ? 1 : 2;
            std::vector<double> predictions;
            double sum = 0;
            for (Codes row : rows) {
                row[place] = code;
                predictions.push_back(asked->predict(row));
                sum += predictions.back();
            }
            std::ranges::sort(predictions);
            EXPECT_NEAR(one.prediction, sum / 300, 1e-12);
            EXPECT_EQ(one.lower, predictions[14]);
            EXPECT_EQ(one.upper, predictions[284]);
            shares += one.share;
        }
        EXPECT_NEAR(shares, 1, 1e-12);
    }
}

TEST(PartialDependence, GridGoesFromTheLeastToTheGreatest) {
    std::vector<Codes> rows;
    for (int i = 0; i <= 100; ++i) rows.push_back({0, static_cast<double>(i)});
    const auto grid = dependence(rows, "tenure", 5);
    ASSERT_EQ(grid.size(), 5u);
    for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(*grid[i].number, 25.0 * static_cast<double>(i));
    EXPECT_NEAR(grid[0].share, 13 / 101.0, 1e-12);  // 12.5 lies in the middle
    EXPECT_EQ(dependence(rows, "tenure", 200).size(), 101u);
    EXPECT_EQ(dependence({{0, nothing}}, "tenure").front().value, "missing");
}

TEST(PartialDependence, RefusesAnotherFeatureAndOtherOptions) {
    const auto asked = model();
    Dropped<PartialDependenceRows> state;
    EXPECT_THROW(state->add(*asked, Codes{0, 1}, "colour"), crm::invalid_argument);
    state->add(*asked, Codes{0, 1}, "tenure");
    EXPECT_THROW(state->add(*asked, Codes{0, 1}, "plan"), crm::invalid_argument);
    EXPECT_THROW(state->add(*asked, Codes{0, 1}, "tenure", {5}), crm::invalid_argument);
}

TEST(PartialDependence, ObeysTheLawsOfAggregates) {
    const auto asked = model();
    crm::test::expect_aggregate_laws<PartialDependenceRows>(
        customers(200, 2),
        [&asked](PartialDependenceRows& state, const Codes& row) { state.add(*asked, row, "tenure", {6}); },
        [&asked](const PartialDependenceRows& state) {
            std::vector<double> all;
            for (const PartialDependence& one : state.finish(*asked)) {
                all.push_back(one.number.value_or(-1));
                all.push_back(std::round(one.prediction * 1e9));  // the order of the rows decides how their sum rounds
                all.insert(all.end(), {one.lower, one.upper, one.share});
            }
            return all;
        });
}

TEST(PartialDependence, StatesSurviveDamage) {
    const auto asked = model();
    Dropped<PartialDependenceRows> state;
    for (const Codes& row : customers(10, 3)) state->add(*asked, row, "plan");
    crm::test::expect_survives_damage(crm::test::saved(*state), [&asked](crm::Reader& in) {
        Dropped<PartialDependenceRows> read;
        read->load(in);
        in.expect_end();
        (void)read->finish(*asked);
    });
}

}  // namespace
