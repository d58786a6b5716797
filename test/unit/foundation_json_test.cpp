#include "crm/foundation/json.hpp"

#include <gtest/gtest.h>

#include <charconv>
#include <cmath>
#include <limits>
#include <string>

#include "crm/foundation/error.hpp"
#include "random_customers.hpp"

namespace {

using crm::invalid_argument;
using crm::Json;

TEST(Json, PrintsCompactText) {
    const Json json = Json::Object{{"name", "a \"b\" \\ \n"},
                                   {"list", Json::Array{1, 2.5, true, nullptr}},
                                   {"none", Json::Object{}},
                                   {"empty", Json::Array{}}};
    EXPECT_EQ(json.text(), R"({"name": "a \"b\" \\ \u000a", "list": [1, 2.5, true, null], "none": {}, "empty": []})");
}

TEST(Json, WhatIsNotFiniteBecomesNull) {
    EXPECT_EQ(Json(std::numeric_limits<double>::quiet_NaN()).text(), "null");
    EXPECT_EQ(Json(std::numeric_limits<double>::infinity()).text(), "null");
}

TEST(Json, FindsMembers) {
    const Json json = Json::Object{{"a", 1}, {"b", "x"}};
    ASSERT_NE(json.find("b"), nullptr);
    EXPECT_EQ(json.find("b")->string("b"), "x");
    EXPECT_EQ(json.find("c"), nullptr);
    EXPECT_EQ(Json(3).find("a"), nullptr);
    EXPECT_EQ(json.at("a", "model").number("a"), 1);
    EXPECT_THROW(json.at("c", "model"), invalid_argument);
}

void expect_refusal(auto action, const std::string& message) {
    try {
        action();
        ADD_FAILURE() << "not refused: " << message;
    } catch (const invalid_argument& refusal) {
        EXPECT_EQ(refusal.message(), message);
    }
}

TEST(Json, RefusalsNameWhatAndValue) {
    expect_refusal([] { return Json("x").number("bins"); }, R"(bins must be a number, not "x")");
    expect_refusal([] { return Json(1).string("kind"); }, "kind must be a string, not 1");
    expect_refusal([] { return Json(1).boolean("converged"); }, "converged must be true or false, not 1");
    expect_refusal([] { (void)Json(1).array("cuts"); }, "cuts must be an array, not 1");
    expect_refusal([] { return Json(2.5).integer("bins", 2, 9); }, "bins must be a whole number from 2 to 9, not 2.5");
    expect_refusal([] { return Json(10).integer("bins", 2, 9); }, "bins must be a whole number from 2 to 9, not 10");
}

TEST(Json, UnknownKeysAreRefusedWithTheKnownOnes) {
    const Json json = Json::Object{{"alpha", 1}, {"beta", 2}};
    EXPECT_NO_THROW(json.expect_keys({"beta", "alpha"}, "options"));
    try {
        json.expect_keys({"alpha", "gamma"}, "options");
        FAIL();
    } catch (const invalid_argument& refusal) {
        EXPECT_EQ(refusal.message(), "unknown key \"beta\" in options");
        EXPECT_EQ(refusal.hint(), "Known keys: alpha, gamma.");
    }
}

TEST(Shortest, ReadsBackExactly) {
    crm::test::Chance chance(1);
    for (int i = 0; i < 10000; ++i) {
        const double value = chance.log_uniform(1e-300, 1e300) * (i % 2 ? 1 : -1);
        const std::string text = crm::shortest(value);
        double back = 0;
        std::from_chars(text.data(), text.data() + text.size(), back);
        ASSERT_EQ(back, value) << text;
    }
    EXPECT_EQ(crm::shortest(0.1), "0.1");
    EXPECT_EQ(crm::shortest(-INFINITY), "-Infinity");
}

}  // namespace
