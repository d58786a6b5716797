#include "crm/value/estimates.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

#include "crm/foundation/error.hpp"
#include "fits.hpp"
#include "hostile_bytes.hpp"
#include "random_customers.hpp"

#include "crm/value/bg_nbd.hpp"
#include "crm/value/gamma_gamma.hpp"

namespace {

using crm::invalid_argument;
using crm::Json;
using crm::Reader;
using crm::Writer;
using crm::test::described;
using crm::test::fitted;
using crm::value::BgNbd;
using crm::value::BgNbdModel;
using crm::value::Boundary;
using crm::value::Estimates;
using crm::value::Fit;
using crm::value::GammaGammaModel;
using crm::value::Rfm;

constexpr std::array<std::string_view, 2> names{"p", "q"};

Fit known(double p, double q) { return {Estimates{{p, q}, {Boundary::none, Boundary::none}, {}}, {}}; }

TEST(Coefficients, IntervalsAreSymmetricOnTheLogScale) {
    Fit fit = known(2, 5);
    fit.estimates->covariance = Eigen::Matrix2d{{0.04, 0.01}, {0.01, 0.09}};
    const auto found = crm::value::coefficients(names, fit);
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found[0].name, "p");
    EXPECT_EQ(found[0].estimate, 2);
    EXPECT_DOUBLE_EQ(*found[0].std_error, 2 * 0.2);
    EXPECT_DOUBLE_EQ(*found[0].lower, 2 * std::exp(-1.9599639845400545 * 0.2));
    EXPECT_DOUBLE_EQ(*found[1].upper, 5 * std::exp(1.9599639845400545 * 0.3));
}

TEST(Coefficients, OnABoundaryThereIsNoStandardError) {
    Fit fit = known(1e6, 1e-6);
    fit.estimates->boundary = {Boundary::infinity, Boundary::zero};
    fit.estimates->covariance = Eigen::Matrix2d::Zero();
    const auto found = crm::value::coefficients(names, fit);
    EXPECT_TRUE(std::isinf(found[0].estimate));
    EXPECT_EQ(found[1].estimate, 0);
    EXPECT_FALSE(found[0].std_error || found[1].std_error || found[0].lower || found[1].upper);
    EXPECT_TRUE(crm::value::coefficients(names, Fit{{}, crm::FitReport{}}).empty());
}

std::string refusal(const Json& parameters) {
    try {
        (void)BgNbdModel::make(parameters);
        return "accepted";
    } catch (const invalid_argument& refused) {
        return refused.message() + "|" + refused.hint();
    }
}

TEST(MakeModel, TakesParametersByTheirNames) {
    const auto model = BgNbdModel::make(Json::Object{{"b", 2.426}, {"a", 0.793}, {"alpha", 4.414}, {"r", 0.243}});
    EXPECT_EQ(model->parameters().r, 0.243);
    EXPECT_EQ(model->parameters().b, 2.426);
    EXPECT_TRUE(model->usable());
    EXPECT_FALSE(model->report());
    EXPECT_FALSE(model->coefficients()[0].std_error);
    EXPECT_EQ(described(*model), R"({"parameters": {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}})");
}

TEST(MakeModel, RefusesAnythingElse) {
    const std::string hint = "|The parameters of bg_nbd are r, alpha, a, b.";
    EXPECT_EQ(refusal(Json::Object{{"r", 1}, {"alpha", 1}, {"a", 1}}), "parameters of bg_nbd lack \"b\"" + hint);
    EXPECT_EQ(refusal(Json::Object{{"r", 1}, {"beta", 1}, {"a", 1}, {"b", 1}}),
              "unknown key \"beta\" in parameters of bg_nbd" + hint);
    EXPECT_EQ(refusal(Json::Object{{"r", 0}, {"alpha", 1}, {"a", 1}, {"b", 1}}),
              "r must be a positive number from 1e-150 to 1e+150, not 0|");
    EXPECT_EQ(refusal(Json::Object{{"r", 1}, {"alpha", -4}, {"a", 1}, {"b", 1}}),
              "alpha must be a positive number from 1e-150 to 1e+150, not -4|");
    EXPECT_EQ(refusal(Json::Object{{"r", 1}, {"alpha", "x"}, {"a", 1}, {"b", 1}}),
              "alpha must be a number, not \"x\"|");
    EXPECT_EQ(refusal(3), "parameters of bg_nbd must be an object, not 3|");
}

template <class Model>
std::vector<std::byte> bytes_of(const Model& model) {
    Writer out;
    model.save(out);
    return {out.bytes().begin(), out.bytes().end()};
}

template <class Model>
void expect_round_trips(const Model& model) {
    const auto bytes = bytes_of(model);
    Reader in(bytes);
    const auto loaded = Model::load(in);
    in.expect_end();
    EXPECT_EQ(described(*loaded), described(model));
    EXPECT_EQ(bytes_of(*loaded), bytes);
    const auto read = Model::from_json(model.to_json());
    EXPECT_EQ(bytes_of(*read), bytes);
}

TEST(Model, RoundTripsAreExact) {
    const auto customers = crm::test::random_customers(2000);
    expect_round_trips(*fitted<BgNbdModel>(customers));
    expect_round_trips(*fitted<GammaGammaModel>(customers));
    expect_round_trips(*fitted<BgNbdModel>(std::vector<Rfm>(9, Rfm(4, 100, 120))));  // on a boundary
    expect_round_trips(*fitted<GammaGammaModel>({Rfm(4, 100, 120, 25.0)}));          // without a likelihood
    expect_round_trips(*fitted<BgNbdModel>({Rfm(0, 0, 5)}));                         // failed
    expect_round_trips(BgNbdModel(BgNbd{0.1, 1e150, 1e-150, 1.0 / 3}));              // made
}

/// Bytes that this version wrote must be readable for ever.
TEST(Model, FrozenBytesAreRead) {
    const unsigned char frozen[] = {1, 1, 0, 0, 0, 0,    0,    0, 0xd0, 0x3f, 0, 0, 0, 0, 0,    0, 0x12, 0x40, 0,
                                    0, 0, 0, 0, 0, 0xe8, 0x3f, 0, 0,    0,    0, 0, 0, 4, 0x40, 0, 1,    2,    3};
    std::vector<std::byte> bytes;
    for (const unsigned char byte : frozen) bytes.push_back(std::byte(byte));
    Reader in(bytes);
    const auto model = BgNbdModel::load(in);
    in.expect_end();
    EXPECT_EQ(described(*model), R"({"parameters": {"r": 0.25, "alpha": 4.5, "a": 0.75, "b": 2.5}, )"
                                 R"("boundary": {"alpha": "zero", "a": "infinity", "b": "undetermined"}})");
    EXPECT_EQ(bytes_of(*model), bytes);
}

TEST(Model, SurvivesDamagedBytes) {
    const auto whole = bytes_of(*fitted<BgNbdModel>(crm::test::random_customers(300)));
    crm::test::expect_survives_damage(whole, [](Reader& in) {
        const auto model = BgNbdModel::load(in);
        in.expect_end();
        if (!model->usable()) return;
        EXPECT_TRUE(model->p_alive(Rfm(3, 10, 30)) >= 0);
        EXPECT_TRUE(model->discounted_purchases(Rfm(3, 10, 30), 365, 1e-3) >= 0);
        for (const auto& one : model->coefficients()) EXPECT_FALSE(std::isnan(one.std_error.value_or(0)));
        (void)described(*model);
    });
}

TEST(Model, WrongJsonIsRefused) {
    const auto refused = [](Json::Object json) {
        EXPECT_THROW((void)BgNbdModel::from_json(std::move(json)), invalid_argument);
    };
    const Json parameters = Json::Object{{"r", 1}, {"alpha", 1}, {"a", 1}, {"b", 1}};
    const auto matrix = [](double corner, double off) {
        Json::Array rows;
        for (int i = 0; i < 4; ++i) {
            Json::Array row(4, Json(0.0));
            row[static_cast<std::size_t>(i)] = i == 0 ? corner : 1;
            if (i == 1) row[0] = off;
            rows.emplace_back(std::move(row));
        }
        return Json(std::move(rows));
    };
    EXPECT_NO_THROW(
        (void)BgNbdModel::from_json(Json::Object{{"parameters", parameters}, {"covariance", matrix(1, 0)}}));
    refused({});
    refused({{"parameters", parameters}, {"color", "red"}});
    refused({{"parameters", 4}});
    refused({{"parameters", parameters}, {"boundary", Json::Object{{"r", "nowhere"}}}});
    refused({{"parameters", parameters}, {"boundary", Json::Object{{"beta", "zero"}}}});
    refused({{"parameters", parameters}, {"covariance", Json::Array{1, 2}}});
    refused({{"parameters", parameters}, {"covariance", matrix(-1, 0)}});
    refused({{"parameters", parameters}, {"covariance", matrix(1, 0.5)}});
    refused({{"parameters", parameters}, {"fit", 1}});
}

}  // namespace
