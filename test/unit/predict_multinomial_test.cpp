#include <gtest/gtest.h>

#include <Eigen/Core>
#include <cmath>
#include <map>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "aggregate_laws.hpp"
#include "crm/foundation/error.hpp"
#include "crm/foundation/rounded.hpp"
#include "crm/predict/logistic_fit.hpp"
#include "crm/predict/multinomial_fit.hpp"
#include "crm/predict/multinomial_solver.hpp"
#include "hostile_bytes.hpp"
#include "predict_rows.hpp"

namespace {

using crm::Json;
using crm::predict::Encoder;
using crm::predict::FeatureValue;
using crm::predict::LogisticFit;
using crm::predict::MultinomialFit;
using crm::predict::MultinomialModel;
using crm::predict::MultinomialOptions;
using crm::predict::RowEncoder;

struct Row {
    std::string label;
    double visits, age;  // NaN is missing
    std::string plan;
    double weight = 1;
};

template <class Set>
void give(const Row& row, const Set& set) {
    set("visits", std::isnan(row.visits) ? FeatureValue() : FeatureValue::of(row.visits));
    set("age", FeatureValue::of(row.age));
    set("plan", FeatureValue::of(std::string_view(row.plan)));
}

void feed(MultinomialFit& fit, const Row& row) {
    fit.add_named(row.label, row.weight, [&row](const auto& set) { give(row, set); });
}

std::unique_ptr<MultinomialModel> fitted(const std::vector<Row>& rows, const MultinomialOptions& options = {}) {
    crm::test::Dropped<MultinomialFit> fit;
    fit->set(options, 1);
    for (const Row& row : rows) feed(*fit, row);
    return fit->finish();
}

std::vector<double> coded(const Encoder& encoder, const Row& row) {
    RowEncoder codes;
    codes.begin(encoder);
    give(row, [&codes](std::string_view name, const FeatureValue& value) { codes.set(name, value); });
    return {codes.codes().begin(), codes.codes().end()};
}

std::map<std::string, double> chances(const MultinomialModel& model, const Row& row) {
    std::map<std::string, double> all;
    for (const auto& one : model.chances(coded(model.encoder(), row))) all[one.label] = one.probability;
    return all;
}

/// Rows that other programs can make again.
std::vector<Row> reference_rows() {
    const char* const plans[] = {"monthly", "one year", "two years"};
    crm::test::Draws draws(11);
    std::vector<Row> rows;
    for (int i = 0; i < 500; ++i) {
        const int visits = draws.below(40), age = draws.below(50), plan = draws.below(3), u = draws.below(60);
        const int gold = 10 + visits / 2 - (plan == 0 ? 5 : 0), silver = 20 + age / 5;
        rows.push_back({u < gold            ? "gold"
                        : u < gold + silver ? "silver"
                                            : "basic",
                        static_cast<double>(visits), static_cast<double>(age), plans[plan]});
    }
    return rows;
}

struct Expected {
    double l2, log_likelihood;
    std::map<std::string, double> coefficients;
    std::map<std::string, double> chances;
};

// scikit-learn 1.2.1: LogisticRegression(multi_class='multinomial', penalty='none' or C=1/3, solver='newton-cg') of
// numbers in standard deviations and levels as 0 and 1, coefficients less those of "basic".
TEST(Multinomial, AgreesWithScikitLearn) {
    const std::vector<Expected> all{{0,
                                     -526.242621070,
                                     {{"gold: intercept", -1.64694780},
                                      {"gold: visits", 0.03143067},
                                      {"gold: age", 0.01770836},
                                      {"gold: plan=one year", 1.29404426},
                                      {"gold: plan=two years", 0.83449480},
                                      {"silver: intercept", -1.11002617},
                                      {"silver: visits", 0.02225673},
                                      {"silver: age", 0.02739961},
                                      {"silver: plan=one year", 0.77753133},
                                      {"silver: plan=two years", 0.29676859}},
                                     {{"basic", 0.292541296}, {"gold", 0.322006501}, {"silver", 0.385452204}}},
                                    {3,
                                     -526.497854996,
                                     {{"gold: intercept", -1.48677197},
                                      {"gold: visits", 0.03022160},
                                      {"gold: age", 0.01723592},
                                      {"gold: plan=one year", 1.09118092},
                                      {"gold: plan=two years", 0.67064816},
                                      {"silver: intercept", -1.03318355},
                                      {"silver: visits", 0.02141339},
                                      {"silver: age", 0.02684044},
                                      {"silver: plan=one year", 0.67261636},
                                      {"silver: plan=two years", 0.23219784}},
                                     {{"basic", 0.297251735}, {"gold", 0.316775186}, {"silver", 0.385973079}}}};
    for (const Expected& expected : all) {
        MultinomialOptions options;
        options.l2 = expected.l2;
        const auto model = fitted(reference_rows(), options);
        ASSERT_TRUE(model->usable());
        EXPECT_NEAR(*model->report()->log_likelihood, expected.log_likelihood, 1e-7);
        EXPECT_EQ(model->coefficients().size(), expected.coefficients.size());
        for (const auto& one : model->coefficients())
            EXPECT_NEAR(one.estimate, expected.coefficients.at(one.name), 2e-7) << one.name;
        for (const auto& [label, chance] : chances(*model, {"", 12, 30, "two years"}))
            EXPECT_NEAR(chance, expected.chances.at(label), 1e-7) << label;
    }
}

// The root of the diagonal of the inverse information, by numpy, at scikit-learn's estimates.
TEST(Multinomial, HasTheErrorsOfItsInformation) {
    const std::map<std::string, double> expected{{"gold: intercept", 0.36878158},
                                                 {"gold: visits", 0.01084800},
                                                 {"gold: age", 0.00836416},
                                                 {"gold: plan=one year", 0.30688175},
                                                 {"gold: plan=two years", 0.29163876},
                                                 {"silver: intercept", 0.33614335},
                                                 {"silver: visits", 0.01034751},
                                                 {"silver: age", 0.00789861},
                                                 {"silver: plan=one year", 0.28243056},
                                                 {"silver: plan=two years", 0.26630056}};
    for (const auto& one : fitted(reference_rows())->coefficients())
        EXPECT_NEAR(one.std_error.value(), expected.at(one.name), 1e-7) << one.name;
}

TEST(Multinomial, OfTwoLabelsIsLogistic) {
    auto rows = reference_rows();
    crm::test::Dropped<LogisticFit> binary;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (rows[i].label == "silver") rows[i].label = "basic";
        if (i % 7 == 0) rows[i].visits = NAN;
        rows[i].weight = 0.5 + static_cast<double>(i % 3);
        binary->add_named(rows[i].label == "gold", rows[i].weight, [&](const auto& set) { give(rows[i], set); });
    }
    const auto logistic = binary->finish();
    const auto model = fitted(rows);
    ASSERT_EQ(model->coefficients().size(), logistic->coefficients().size());
    for (std::size_t i = 0; i < logistic->coefficients().size(); ++i) {
        const auto one = model->coefficients()[i], other = logistic->coefficients()[i];
        EXPECT_EQ(one.name, "gold: " + other.name);
        EXPECT_NEAR(one.estimate, other.estimate, 1e-9 * (1 + std::abs(other.estimate)));
        EXPECT_NEAR(*one.std_error, *other.std_error, 1e-9);
    }
    EXPECT_NEAR(*model->report()->log_likelihood, *logistic->report()->log_likelihood, 1e-8);
    for (const Row& row : rows)
        EXPECT_NEAR(chances(*model, row).at("gold"), logistic->predict(coded(logistic->encoder(), row)), 1e-10);
}

TEST(Multinomial, DerivativesAreThoseOfTheLikelihood) {
    crm::predict::FeatureRows gathered(std::pmr::get_default_resource());
    std::mt19937 random(3);
    std::normal_distribution<double> normal;
    std::vector<std::uint32_t> outcomes;
    std::vector<double> weights;
    for (int i = 0; i < 700; ++i) {
        gathered.add(std::vector<double>{normal(random), normal(random) * 3 + 1});
        outcomes.push_back(random() % 4);
        weights.push_back(0.5 + static_cast<double>(random() % 4));
    }
    const crm::Cancellation never;
    const auto learnt = gathered.learn(weights, {}, never);
    const crm::predict::Design design(gathered.chunks(), learnt);
    const crm::predict::MultinomialProblem problem(design, outcomes, 4, weights, never);
    crm::predict::MultinomialPoint at;
    at.theta = Eigen::MatrixXd::Zero(3, 3);
    for (auto& one : at.theta.reshaped()) one = normal(random);
    problem.evaluate(at);
    constexpr double h = 1e-5;
    for (Eigen::Index i = 0; i < 9; ++i) {
        crm::predict::MultinomialPoint above{at.theta, 0, {}, {}}, below{at.theta, 0, {}, {}};
        above.theta.reshaped()[i] += h;
        below.theta.reshaped()[i] -= h;
        problem.evaluate(above);
        problem.evaluate(below);
        EXPECT_NEAR(at.gradient[i], (above.log_likelihood - below.log_likelihood) / (2 * h), 1e-4);
        const Eigen::VectorXd slope = (below.gradient - above.gradient) / (2 * h);
        for (Eigen::Index j = 0; j < 9; ++j) EXPECT_NEAR(at.information(i, j), slope[j], 1e-4);
    }
}

TEST(Multinomial, ReferenceChangesNoProbability) {
    for (const double l2 : {0.0, 5.0}) {
        MultinomialOptions options;
        options.l2 = l2;
        const auto one = fitted(reference_rows(), options);
        options.reference_label = "silver";
        const auto other = fitted(reference_rows(), options);
        EXPECT_EQ(other->coefficients().front().name, "basic: intercept");
        for (const Row& row : reference_rows())
            for (const auto& [label, chance] : chances(*one, row))
                EXPECT_NEAR(chance, chances(*other, row).at(label), 1e-9);
    }
}

TEST(Multinomial, ChancesAddUpAndExplanationsToo) {
    const auto model = fitted(reference_rows());
    for (const Row& row : reference_rows()) {
        const auto codes = coded(model->encoder(), row);
        double sum = 0, mean = 0;
        std::map<std::string, double> log_chance;
        for (const auto& one : model->chances(codes)) {
            sum += one.probability;
            EXPECT_NEAR(one.margin, std::log(one.probability / (1 - one.probability)), 1e-9);
            EXPECT_EQ(model->probability(codes, one.label), one.probability);
            log_chance[one.label] = std::log(one.probability);
            mean += std::log(one.probability) / 3;
        }
        EXPECT_NEAR(sum, 1, 1e-12);
        for (const auto& [label, own] : log_chance) {
            double told = 0;
            for (const auto& part : model->explain(codes, label)) told += part.contribution;
            EXPECT_NEAR(told, own - mean, 1e-9);
        }
    }
    EXPECT_THROW(model->probability(coded(model->encoder(), reference_rows()[0]), "iron"), crm::invalid_argument);
}

TEST(Multinomial, HoldsWhereMarginsAreLarge) {
    const auto model = MultinomialModel::make(Json(
        Json::Object{{"reference", "a"},
                     {"labels", Json::Object{{"b", Json::Object{{"x", 1000}}}, {"c", Json::Object{{"x", -1000}}}}}}));
    const std::vector<double> codes{5};
    const auto all = model->chances(codes);
    EXPECT_EQ(all[0].label, "b");
    EXPECT_EQ(all[0].probability, 1);
    EXPECT_EQ(all[1].label, "a");
    EXPECT_EQ(all[2].margin, -10000);
    EXPECT_EQ(all[2].probability, 0);
}

TEST(Multinomial, DependsNeitherOnOrderNorOnStates) {
    auto rows = reference_rows();
    rows.resize(150);
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i].weight = 0.25 * static_cast<double>(1 + i % 5);
    crm::test::expect_aggregate_laws<MultinomialFit>(
        rows, [](MultinomialFit& fit, const Row& row) { feed(fit, row); },
        [](const MultinomialFit& fit) {
            std::vector<std::string> described;
            for (const auto& one : fit.finish()->coefficients())
                described.push_back(one.name + " " + crm::rounded(one.estimate, 8));
            return described;
        });
}

TEST(Multinomial, SaysWhyItCannotBe) {
    auto rows = reference_rows();
    for (Row& row : rows) row.label = "gold";
    EXPECT_EQ(fitted(rows)->report()->message, "every outcome is gold: there is nothing to tell apart");
    EXPECT_FALSE(fitted(rows)->usable());
    rows = reference_rows();
    for (Row& row : rows) row.label = row.visits < 10 ? "few" : row.visits < 25 ? "some" : "many";
    EXPECT_NE(fitted(rows)->report()->message.find("separated"), std::string::npos) << fitted(rows)->report()->message;
    MultinomialOptions ridge;
    ridge.l2 = 1;
    EXPECT_TRUE(fitted(rows, ridge)->usable());
    // One label that others are not mixed with is enough.
    rows = reference_rows();
    for (Row& row : rows)
        if (row.visits < 5) row.label = "few";
    EXPECT_NE(fitted(rows)->report()->message.find("separated"), std::string::npos) << fitted(rows)->report()->message;
    MultinomialOptions wrong;
    wrong.reference_label = "iron";
    EXPECT_THROW(fitted(reference_rows(), wrong), crm::invalid_argument);
    EXPECT_EQ(crm::test::Dropped<MultinomialFit>()->finish(), nullptr);
    crm::test::Dropped<MultinomialFit> many;
    EXPECT_THROW(for (int i = 0; i < 2000; ++i) many->add("label " + std::to_string(i), std::vector<double>{1.0}),
                 crm::limit_exceeded);
}

TEST(Multinomial, LeavesOutWhatRepeats) {
    crm::test::Dropped<MultinomialFit> fit;
    for (const Row& row : reference_rows())
        fit->add(row.label, std::vector<double>{row.visits, row.age, 2 * row.visits + 1});
    const auto model = fit->finish();
    ASSERT_TRUE(model->usable());
    EXPECT_NE(model->report()->message.find("x3 repeats"), std::string::npos);
    for (const auto& one : model->coefficients())
        EXPECT_EQ(one.std_error.has_value(), one.name.find("x3") == std::string::npos);
}

TEST(Multinomial, IsAValue) {
    const auto rows = reference_rows();
    const auto model = fitted(rows);
    crm::Writer out;
    model->save(out);
    crm::Reader in(out.bytes());
    const auto restored = MultinomialModel::load(in);
    in.expect_end();
    const auto read = MultinomialModel::from_json(Json(model->to_json()));
    for (const Row& row : rows) {
        EXPECT_EQ(chances(*restored, row), chances(*model, row));
        EXPECT_EQ(chances(*read, row), chances(*model, row));
    }
    crm::test::expect_survives_damage({out.bytes().begin(), out.bytes().end()}, [&rows](crm::Reader& bytes) {
        const auto damaged = MultinomialModel::load(bytes);
        bytes.expect_end();
        damaged->card();
        if (!damaged->usable()) return;
        for (std::size_t i = 0; i < 5; ++i) {
            RowEncoder codes;
            codes.begin(damaged->encoder());
            codes.set("plan", FeatureValue::of(std::string_view(rows[i].plan)));
            damaged->explain(codes.codes(), damaged->chances(codes.codes()).front().label);
        }
    });
    crm::test::Dropped<MultinomialFit> fit;
    for (std::size_t i = 0; i < 40; ++i) feed(*fit, rows[i]);
    crm::test::expect_survives_damage(
        crm::test::saved(*fit),
        [](crm::Reader& bytes) {
            crm::test::Dropped<MultinomialFit> state;
            state->load(bytes);
            bytes.expect_end();
            state->finish();
        },
        300);
}

}  // namespace
