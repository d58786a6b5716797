#include <gtest/gtest.h>

#include <Eigen/Cholesky>
#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <random>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "aggregate_laws.hpp"
#include "crm/foundation/error.hpp"
#include "crm/foundation/rounded.hpp"
#include "crm/predict/logistic_fit.hpp"
#include "crm/predict/logistic_solver.hpp"
#include "hostile_bytes.hpp"
#include "reference_data.hpp"

namespace {

using crm::Json;
using crm::predict::Encoder;
using crm::predict::FeatureValue;
using crm::predict::LogisticFit;
using crm::predict::LogisticModel;
using crm::predict::LogisticOptions;
using crm::predict::RowEncoder;

using Value = std::variant<std::monostate, double, std::string>;
using Features = std::vector<std::pair<std::string, Value>>;

FeatureValue given(const Value& value) {
    if (const auto* number = std::get_if<double>(&value)) return FeatureValue::of(*number);
    if (const auto* text = std::get_if<std::string>(&value)) return FeatureValue::of(std::string_view(*text));
    return {};
}

struct Row {
    bool outcome;
    Features features;
    double weight = 1;
};

void feed(LogisticFit& fit, const Row& row) {
    fit.add_named(row.outcome, row.weight, [&row](const auto& set) {
        for (const auto& [name, value] : row.features) set(name, given(value));
    });
}

std::unique_ptr<LogisticModel> fitted(const std::vector<Row>& rows, const LogisticOptions& options = {}) {
    crm::test::Dropped<LogisticFit> fit;
    fit->set(options, 1);
    for (const Row& row : rows) feed(*fit, row);
    return fit->finish();
}

std::vector<double> coded(const Encoder& encoder, const Features& features) {
    RowEncoder row;
    row.begin(encoder);
    for (const auto& [name, value] : features) row.set(name, given(value));
    return {row.codes().begin(), row.codes().end()};
}

double estimate(const LogisticModel& model, const std::string& name) {
    for (const auto& one : model.coefficients())
        if (one.name == name) return one.estimate;
    ADD_FAILURE() << "no coefficient " << name;
    return 0;
}

/// A customer's odds rise with x, fall for plan "gold", and are unaffected by noise; some values are missing.
std::vector<Row> random_rows(unsigned seed, int count, bool missing = true) {
    std::mt19937 random(seed);
    std::normal_distribution<double> normal;
    std::uniform_real_distribution<double> uniform;
    std::vector<Row> rows;
    for (int i = 0; i < count; ++i) {
        const double x = normal(random) * 3 + 10;
        const char* const plans[] = {"basic", "gold", "silver"};
        const std::string plan = plans[random() % 3];
        const double eta = 0.4 * (x - 10) - (plan == "gold" ? 1.5 : 0) + 0.2;
        Row row{uniform(random) < 1 / (1 + std::exp(-eta)), {{"x", x}, {"plan", plan}, {"noise", normal(random)}}};
        if (missing && random() % 10 == 0) row.features[0].second.emplace<std::monostate>();
        if (missing && random() % 10 == 0) row.features.erase(row.features.begin() + 1);
        rows.push_back(row);
    }
    return rows;
}

std::vector<Row> telco() {
    std::vector<Row> rows;
    for (const auto& record : crm::test::records("telco_churn/telco_churn.csv"))
        rows.push_back({record.at("Churn") == "Yes",
                        {{"tenure", crm::test::number(record, "tenure")},
                         {"MonthlyCharges", crm::test::number(record, "MonthlyCharges")},
                         {"Contract", record.at("Contract")},
                         {"InternetService", record.at("InternetService")},
                         {"PaymentMethod", record.at("PaymentMethod")},
                         {"SeniorCitizen", crm::test::number(record, "SeniorCitizen")},
                         {"PaperlessBilling", record.at("PaperlessBilling")}}});
    return rows;
}

/// What glm does, step by step, with a dense design of 0 and 1 and numbers as they are.
struct Reweighted {
    Eigen::MatrixXd design;
    Eigen::VectorXd outcome, theta, errors;

    void run(double tolerance) {
        const auto n = outcome.size();
        Eigen::ArrayXd chance = (outcome.array() + 0.5) / 2, eta = (chance / (1 - chance)).log();
        double before = std::numeric_limits<double>::infinity();
        for (int iteration = 0; iteration < 50; ++iteration) {
            const Eigen::ArrayXd weight = chance * (1 - chance);
            const Eigen::VectorXd target = eta + (outcome.array() - chance) / weight, root = weight.sqrt();
            const Eigen::MatrixXd weighted = root.asDiagonal() * design;
            const Eigen::MatrixXd crossed = weighted.transpose() * weighted;
            theta = crossed.ldlt().solve(weighted.transpose() * root.cwiseProduct(target));
            errors = crossed.inverse().diagonal().cwiseSqrt();
            eta = design * theta;
            chance = 1 / (1 + (-eta).exp());
            double deviance = 0;
            for (Eigen::Index i = 0; i < n; ++i) deviance -= 2 * std::log(outcome[i] > 0 ? chance[i] : 1 - chance[i]);
            if (std::abs(deviance - before) < tolerance * (std::abs(deviance) + 0.1)) return;
            before = deviance;
        }
    }
};

/// The data set's expected_R.txt: glm(Churn ~ ..., family = binomial) of R 4.2.2. It stops where the deviance changes
/// by 1e-8 of itself and takes the curvature from the step before, so that its last digits tell of that: a fit that
/// stops there too has all of them, one that goes on has ours.
TEST(Logistic, MatchesR) {
    SKIP_WITHOUT_REFERENCE_DATA();
    const auto rows = telco();
    const auto model = fitted(rows);
    ASSERT_TRUE(model && model->usable());
    const std::vector<std::tuple<std::string, double, double>> expected{
        {"intercept", -0.875816826152, 0.180054518729},
        {"tenure", -0.032711950043, 0.002139094448},
        {"MonthlyCharges", 0.003171051856, 0.003030501051},
        {"Contract=One year", -0.734881240174, 0.104502491827},
        {"Contract=Two year", -1.505824463275, 0.171327798404},
        {"InternetService=Fiber optic", 0.879186410540, 0.129344046709},
        {"InternetService=No", -0.725951518113, 0.152475668678},
        {"PaymentMethod=Credit card (automatic)", -0.083896963802, 0.112601440385},
        {"PaymentMethod=Electronic check", 0.405292033769, 0.092960685973},
        {"PaymentMethod=Mailed check", -0.039807934555, 0.111966029147},
        {"SeniorCitizen", 0.321711330300, 0.081993888495},
        {"PaperlessBilling=Yes", 0.402362476059, 0.073014050886}};
    Reweighted glm;
    glm.design.resize(static_cast<Eigen::Index>(rows.size()), static_cast<Eigen::Index>(expected.size()));
    glm.outcome.resize(glm.design.rows());
    for (Eigen::Index i = 0; i < glm.design.rows(); ++i) {
        const Row& row = rows[static_cast<std::size_t>(i)];
        glm.outcome[i] = row.outcome;
        for (Eigen::Index j = 0; j < glm.design.cols(); ++j) {
            const std::string& name = std::get<0>(expected[static_cast<std::size_t>(j)]);
            double cell = name == "intercept";
            for (const auto& [feature, value] : row.features) {
                if (name == feature) cell = std::get<double>(value);
                if (const auto* level = std::get_if<std::string>(&value)) cell += name == feature + "=" + *level;
            }
            glm.design(i, j) = cell;
        }
    }
    std::map<std::string, crm::Coefficient> ours;
    for (const auto& one : model->coefficients()) ours.emplace(one.name, one);
    EXPECT_EQ(ours.size(), expected.size());
    for (const double tolerance : {1e-8, 1e-15}) {
        glm.run(tolerance);
        for (std::size_t j = 0; j < expected.size(); ++j) {
            const auto& [name, value, error] = expected[j];
            const auto at = static_cast<Eigen::Index>(j);
            if (tolerance == 1e-8) {
                EXPECT_NEAR(glm.theta[at], value, 6e-13) << name;
                EXPECT_NEAR(glm.errors[at], error, 6e-13) << name;
            } else {
                ASSERT_TRUE(ours.contains(name)) << name;
                EXPECT_NEAR(ours.at(name).estimate, glm.theta[at], 6e-13) << name;
                EXPECT_NEAR(*ours.at(name).std_error, glm.errors[at], 1e-10) << name;  // of the step before
                EXPECT_NEAR(ours.at(name).estimate, value, 5e-10) << name;
                EXPECT_NEAR(*ours.at(name).std_error, error, 2e-6) << name;
            }
        }
    }
    EXPECT_NEAR(*model->report()->log_likelihood, -2981.04507, 6e-6);
    EXPECT_TRUE(model->report()->converged);

    double brier = 0, loss = 0, pairs = 0, positive = 0;
    std::vector<std::pair<double, bool>> scored;
    for (const Row& row : rows) {
        const double p = model->predict(coded(model->encoder(), row.features));
        brier += std::pow(p - row.outcome, 2);
        loss -= std::log(row.outcome ? p : 1 - p);
        scored.emplace_back(p, row.outcome);
    }
    std::ranges::sort(scored);
    double below = 0;
    for (std::size_t i = 0; i < scored.size();) {
        double tied[2] = {0, 0};
        const double score = scored[i].first;
        for (; i < scored.size() && scored[i].first == score; ++i) tied[scored[i].second] += 1;
        pairs += tied[1] * (below + tied[0] / 2);
        below += tied[0];
        positive += tied[1];
    }
    const auto n = static_cast<double>(rows.size());
    EXPECT_NEAR(pairs / (below * positive), 0.839217541, 6e-10);
    EXPECT_NEAR(brier / n, 0.1380787145, 6e-11);
    EXPECT_NEAR(loss / n, 0.4232635339, 6e-11);
}

TEST(Logistic, DerivativesAreSlopes) {
    crm::predict::FeatureRows rows(std::pmr::get_default_resource());
    std::vector<std::uint8_t> outcomes;
    std::vector<double> weights;
    std::mt19937 random(3);
    for (const Row& row : random_rows(1, 700)) {
        rows.begin();
        for (const auto& [name, value] : row.features) rows.set(name, given(value));
        rows.end();
        outcomes.push_back(row.outcome);
        weights.push_back(static_cast<double>(1 + random() % 3));
    }
    const auto learnt = rows.learn(weights, {}, {});
    const crm::predict::Design design(rows.chunks(), learnt);
    const crm::Cancellation none;
    const crm::predict::LogisticProblem problem(design, outcomes, weights, none);
    const auto blocks = design.blocks();
    const auto at = [&](const Eigen::VectorXd& theta) {
        crm::predict::LogisticPoint point{theta, 0, {}, {}};
        problem.evaluate(blocks, weights, crm::predict::LogisticProblem::Wanted::information, point);
        return point;
    };
    const Eigen::VectorXd theta = Eigen::VectorXd::Random(design.width());
    const auto here = at(theta);
    for (Eigen::Index i = 0; i < theta.size(); ++i) {
        constexpr double step = 1e-5;
        const Eigen::VectorXd moved = Eigen::VectorXd::Unit(theta.size(), i) * step;
        const auto up = at(theta + moved), down = at(theta - moved);
        EXPECT_NEAR((up.log_likelihood - down.log_likelihood) / (2 * step), here.gradient[i], 1e-5);
        EXPECT_LT(((up.gradient - down.gradient) / (2 * step) + here.information.col(i)).norm(), 1e-5);
    }
}

/// Numbers to ten digits after the point, which no order of adding changes.
std::string described(const LogisticModel& model) {
    std::string text;
    for (const auto& one : model.coefficients())
        text += one.name + " " + crm::rounded(std::round(one.estimate * 1e9) / 1e9, 12) + " " +
                crm::rounded(std::round(one.std_error.value_or(-1) * 1e9) / 1e9, 12) + "\n";
    return text + model.report()->message;
}

TEST(Logistic, DoesNotDependOnOrderOrSplit) {
    for (unsigned seed = 1; seed <= 3; ++seed) {
        auto rows = random_rows(seed, 400);
        std::mt19937 random(seed);
        if (seed > 1)
            for (Row& row : rows) row.weight = static_cast<double>(random() % 4);
        if (seed > 2)
            for (Row& row : rows)
                if (random() % 20 == 0)
                    row.features.emplace_back("late", std::string("a") + std::to_string(random() % 3));
        crm::test::expect_aggregate_laws<LogisticFit>(
            rows, feed, [](const LogisticFit& fit) { return described(*fit.finish()); }, 8);
    }
}

TEST(Logistic, ArraysAndObjectsAreTheSameFit) {
    crm::test::Dropped<LogisticFit> fit;
    LogisticOptions options;
    options.encoder.names = {"noise", "x"};
    fit->set(options, 1);
    std::vector<Row> named;
    for (const Row& row : random_rows(5, 300, false)) {
        const double x = std::get<double>(row.features[0].second), noise = std::get<double>(row.features[2].second);
        const double numbers[] = {noise, x};
        fit->add(row.outcome, numbers);
        named.push_back({row.outcome, {{"x", x}, {"noise", noise}}});
    }
    const auto arrays = fit->finish(), objects = fitted(named);
    EXPECT_NEAR(estimate(*arrays, "x"), estimate(*objects, "x"), 1e-12);
    EXPECT_NEAR(estimate(*arrays, "noise"), estimate(*objects, "noise"), 1e-12);
    EXPECT_FALSE(arrays->encoder().is_named());
}

TEST(Logistic, WeightsAreRowsRepeated) {
    auto rows = random_rows(7, 200);
    std::vector<Row> repeated;
    std::mt19937 random(1);
    for (Row& row : rows) {
        row.weight = static_cast<double>(random() % 4);
        for (double i = 0; i < row.weight; ++i) repeated.push_back({row.outcome, row.features});
    }
    EXPECT_EQ(described(*fitted(rows)), described(*fitted(repeated)));
}

TEST(Logistic, RowsByTheHundredThousandStartFromAPart) {
    std::mt19937 random(1);
    std::normal_distribution<double> normal;
    std::uniform_real_distribution<double> uniform;
    crm::test::Dropped<LogisticFit> sorted, shuffled;
    std::vector<std::array<double, 3>> rows;
    for (int i = 0; i < 210000; ++i) {
        const double a = normal(random), b = 1000 + 5 * normal(random);
        rows.push_back({uniform(random) < 1 / (1 + std::exp(-a + (b - 1000) / 10)) ? 1.0 : 0.0, a, b});
    }
    for (const auto& row : rows) shuffled->add(row[0] != 0, std::span(row).subspan(1));
    std::ranges::sort(rows);
    for (const auto& row : rows) sorted->add(row[0] != 0, std::span(row).subspan(1));
    const auto one = shuffled->finish(), other = sorted->finish();
    ASSERT_TRUE(one->usable() && other->usable());
    EXPECT_NEAR(estimate(*one, "x1"), 1, 0.03);
    EXPECT_NEAR(estimate(*one, "x2"), -0.1, 0.005);
    for (std::size_t i = 0; i < 3; ++i)
        EXPECT_NEAR(one->coefficients()[i].estimate, other->coefficients()[i].estimate,
                    1e-9 * std::abs(one->coefficients()[i].estimate));
}

TEST(Logistic, ContributionsAddUp) {
    const auto rows = random_rows(11, 500);
    const auto model = fitted(rows);
    std::vector<double> magnitudes(model->encoder().features().size(), 0);
    double sum = 0;
    for (const Row& row : rows) {
        const auto codes = coded(model->encoder(), row.features);
        double margin = model->base_margin();
        const auto contributions = model->contributions(codes);
        for (std::size_t i = 0; i < contributions.size(); ++i) {
            margin += contributions[i];
            magnitudes[i] += std::abs(contributions[i]) / 500;
        }
        EXPECT_NEAR(margin, model->margin(codes), 1e-12);
        sum += model->margin(codes) / 500;
    }
    EXPECT_NEAR(sum, model->base_margin(), 1e-10) << "the base is the mean over rows";
    for (std::size_t i = 0; i < magnitudes.size(); ++i) EXPECT_NEAR(magnitudes[i], model->importance()[i], 1e-10);
}

/// The penalised maximum has no slope but what the penalty holds.
TEST(Logistic, ElasticNetMeetsItsConditions) {
    const auto rows = random_rows(13, 400, false);
    for (const auto& [l1, l2] : {std::pair(0.0, 3.0), {5.0, 0.0}, {2.0, 2.0}, {1e6, 0.0}}) {
        LogisticOptions options;
        options.l1 = l1;
        options.l2 = l2;
        const auto model = fitted(rows, options);
        ASSERT_TRUE(model->usable());
        double at_intercept = 0, at_x = 0, at_gold = 0;
        const auto& features = model->encoder().features();
        const auto x = *model->encoder().find("x"), plan = *model->encoder().find("plan");
        for (const Row& row : rows) {
            const auto codes = coded(model->encoder(), row.features);
            const double residual = row.outcome - model->predict(codes);
            at_intercept += residual;
            at_x += residual * (codes[x] - features[x].mean) / features[x].scale;
            at_gold += residual * (codes[plan] == 1);
        }
        EXPECT_NEAR(at_intercept, 0, 1e-6);
        const auto expect_held = [&](double slope, double theta) {
            if (theta == 0)
                EXPECT_LE(std::abs(slope), l1 + 1e-6);
            else
                EXPECT_NEAR(slope, l2 * theta + std::copysign(l1, theta), 1e-6);
        };
        expect_held(at_x, estimate(*model, "x") * features[x].scale);
        expect_held(at_gold, estimate(*model, "plan=gold"));
        if (l1 == 1e6) {
            EXPECT_EQ(estimate(*model, "x"), 0);
        }
    }
}

TEST(Logistic, CrossValidationLeavesNoiseOut) {
    LogisticOptions options;
    options.automatic = true;
    auto rows = random_rows(17, 1500, false);
    std::mt19937 random(2);
    std::normal_distribution<double> normal;
    for (Row& row : rows)
        for (int i = 0; i < 10; ++i) row.features.emplace_back("noise" + std::to_string(i), normal(random));
    const auto model = fitted(rows, options);
    ASSERT_TRUE(model->usable());
    EXPECT_GT(estimate(*model, "x"), 0.2);
    int zeros = 0;
    for (int i = 0; i < 10; ++i) zeros += estimate(*model, "noise" + std::to_string(i)) == 0;
    EXPECT_GE(zeros, 2);
    std::ranges::reverse(rows);
    EXPECT_EQ(described(*fitted(rows, options)), described(*model));
}

TEST(Logistic, SaysWhatSeparates) {
    std::vector<Row> rows;
    for (int i = 0; i < 60; ++i)
        rows.push_back({i % 2 == 0, {{"spy", i % 2 == 0 ? 5.0 + i : 4.0 - i}, {"other", std::sin(i)}}});
    const auto number = fitted(rows);
    EXPECT_FALSE(number->usable());
    EXPECT_NE(number->report()->message.find("separated by spy"), std::string::npos) << number->report()->message;

    auto levels = random_rows(19, 300, false);
    for (Row& row : levels)
        row.features.emplace_back("channel", std::string(row.outcome && row.weight > 0 ? "web" : "shop"));
    for (int i = 0; i < 40; ++i) levels[static_cast<std::size_t>(i)].features.back().second = std::string("shop");
    const auto level = fitted(levels);
    EXPECT_FALSE(level->usable());
    EXPECT_NE(level->report()->message.find("separated by channel=web"), std::string::npos) << level->report()->message;

    LogisticOptions ridge;
    ridge.l2 = 1;
    EXPECT_TRUE(fitted(rows, ridge)->usable());
    EXPECT_NE(fitted(rows, ridge)->report()->message.find("spy alone tells the outcome (AUC 1)"), std::string::npos);
}

TEST(Logistic, SaysWhatRepeats) {
    auto rows = random_rows(23, 300, false);
    for (Row& row : rows) {
        const double x = std::get<double>(row.features[0].second), noise = std::get<double>(row.features[2].second);
        row.features.emplace_back("x_twice", 2 * x);
        row.features.emplace_back("z_sum", x + noise);
        row.features.emplace_back("fixed", 3.0);
        row.features.emplace_back("empty", Value());
    }
    const auto model = fitted(rows);
    ASSERT_TRUE(model->usable());
    const std::string message = model->report()->message;
    EXPECT_NE(message.find("empty is missing in every row"), std::string::npos) << message;
    EXPECT_NE(message.find("fixed is constant"), std::string::npos) << message;
    EXPECT_NE(message.find("x_twice, z_sum repeat what features before tell"), std::string::npos) << message;
    const auto plain = fitted(random_rows(23, 300, false));
    EXPECT_NEAR(estimate(*model, "x"), estimate(*plain, "x"), 1e-9);
}

TEST(Logistic, OneOutcomeOrNoFeatures) {
    auto rows = random_rows(29, 50);
    for (Row& row : rows) row.outcome = true;
    const auto one = fitted(rows);
    EXPECT_FALSE(one->usable());
    EXPECT_NE(one->report()->message.find("every outcome is true"), std::string::npos);

    std::vector<Row> bare;
    for (int i = 0; i < 100; ++i) bare.push_back({i < 20, {}});
    const auto null = fitted(bare);
    ASSERT_TRUE(null->usable());
    EXPECT_NEAR(null->predict({}), 0.2, 1e-12);
    EXPECT_NEAR(*null->report()->log_likelihood, 20 * std::log(0.2) + 80 * std::log(0.8), 1e-9);
    crm::test::Dropped<LogisticFit> none;
    none->skip();
    EXPECT_EQ(none->finish(), nullptr);
}

TEST(Logistic, FewerRowsThanFeatures) {
    std::mt19937 random(1);
    std::normal_distribution<double> normal;
    std::vector<Row> rows;
    for (int i = 0; i < 12; ++i) {
        Row row{i % 3 == 0, {}};
        for (int j = 0; j < 30; ++j) row.features.emplace_back("f" + std::to_string(j), normal(random));
        rows.push_back(row);
    }
    const auto plain = fitted(rows);
    EXPECT_FALSE(plain->usable());
    EXPECT_NE(plain->report()->message.find("separated"), std::string::npos) << plain->report()->message;
    LogisticOptions ridge, lasso;
    ridge.l2 = 0.5;
    lasso.l1 = 0.5;
    EXPECT_TRUE(fitted(rows, ridge)->usable());
    EXPECT_TRUE(fitted(rows, lasso)->usable()) << fitted(rows, lasso)->report()->message;
}

TEST(Logistic, RefusesWhatCannotBe) {
    crm::test::Dropped<LogisticFit> fit;
    const double numbers[] = {1, 2}, infinite[] = {1, std::numeric_limits<double>::infinity()}, longer[] = {1, 2, 3};
    fit->add(true, numbers);
    EXPECT_THROW(fit->add(true, infinite), crm::invalid_argument);
    EXPECT_THROW(fit->add(true, longer), crm::invalid_argument);
    EXPECT_THROW(fit->add(true, numbers, -1), crm::invalid_argument);
    EXPECT_THROW(fit->add(true, numbers, std::nan("")), crm::invalid_argument);
    LogisticOptions other;
    other.l2 = 1;
    EXPECT_THROW(fit->set(other, 0), crm::invalid_argument);
    crm::test::Dropped<LogisticFit> twice;
    EXPECT_THROW(feed(*twice, {true, {{"a", 1.0}, {"a", 2.0}}}), crm::invalid_argument);
    std::vector<Row> far;
    for (int i = 0; i < 20; ++i) far.push_back({i % 3 == 0, {{"a", i % 2 == 0 ? 1e308 : -1e308}}});
    EXPECT_THROW(fitted(far), crm::out_of_range);
}

TEST(Logistic, ModelsAreTheirBytesAndTheirDocument) {
    const auto model = fitted(random_rows(31, 300));
    crm::Writer out;
    model->save(out);
    crm::Reader in(out.bytes());
    const auto loaded = LogisticModel::load(in);
    in.expect_end();
    EXPECT_EQ(Json(loaded->to_json()).text(), Json(model->to_json()).text());
    EXPECT_EQ(Json(LogisticModel::from_json(model->to_json())->to_json()).text(), Json(model->to_json()).text());
    const std::vector<std::byte> bytes(out.bytes().begin(), out.bytes().end());
    crm::test::expect_survives_damage(bytes, [](crm::Reader& reader) {
        const auto read = LogisticModel::load(reader);
        if (read->usable()) read->predict(coded(read->encoder(), {{"x", 1.0}, {"plan", std::string("gold")}}));
    });
}

TEST(Logistic, SurvivesDamagedStates) {
    crm::test::Dropped<LogisticFit> fit;
    LogisticOptions options;
    options.encoder.reference["plan"] = "gold";
    fit->set(options, 1);
    for (const Row& row : random_rows(37, 30)) feed(*fit, row);
    crm::test::expect_survives_damage(
        crm::test::saved(*fit),
        [](crm::Reader& reader) {
            crm::test::Dropped<LogisticFit> read;
            read->load(reader);
            reader.expect_end();
            read->finish();
        },
        1000);
}

TEST(Logistic, MadeFromKnownParameters) {
    const auto model = LogisticModel::make(
        Json::Object{{"intercept", -1.0}, {"tenure", -0.5}, {"plan=gold", 2.0}, {"plan=silver", 1.0}});
    const auto p = [&](const Features& features) { return model->predict(coded(model->encoder(), features)); };
    EXPECT_NEAR(p({{"tenure", 2.0}, {"plan", std::string("gold")}}), 0.5, 1e-12);
    EXPECT_NEAR(p({{"tenure", 0.0}, {"plan", std::string("never seen")}}), 1 / (1 + std::exp(1.0)), 1e-12);
    EXPECT_THROW(LogisticModel::make(Json::Object{{"a", 1.0}, {"a=b", 1.0}}), crm::invalid_argument);
}

TEST(Why, SaysReasonsAndWhatWouldChange) {
    const auto model = LogisticModel::make(Json::Object{{"intercept", 0.0}, {"tenure", -0.5}, {"plan=gold", -2.0}});
    const auto codes = coded(model->encoder(), {{"tenure", -2.0}, {"plan", std::string("basic")}});
    EXPECT_EQ(crm::predict::why(*model, codes, crm::predict::plain_pattern),
              "73 %: tenure -2 (+23 points); plan gold would make it 27 %.");
    const auto sure = coded(model->encoder(), {{"tenure", -30.0}, {"plan", std::string("gold")}});
    EXPECT_EQ(crm::predict::why(*model, sure, crm::predict::plain_pattern),
              "more than 99 %: tenure -30 (+88 points); tenure at the average of 0 would make it 12 %.");
    const auto usual = coded(model->encoder(), {{"tenure", 0.0}, {"plan", std::string("basic")}});
    EXPECT_EQ(crm::predict::why(*model, usual, "{probability}: {reasons}"), "50 %: as on average");
    const auto twins = LogisticModel::make(Json::Object{{"intercept", 0.0}, {"a", 8.0}, {"b", 8.0}});
    EXPECT_EQ(crm::predict::why(*twins, coded(twins->encoder(), {{"a", 1.0}, {"b", 1.0}}), crm::predict::plain_pattern),
              "more than 99 %: a 1, b 1.");
    EXPECT_EQ(crm::predict::why(*model, codes, "{probability} likely"), "73 % likely");
    EXPECT_THROW(crm::predict::why(*model, codes, "{odds}"), crm::invalid_argument);
    EXPECT_THROW(crm::predict::why(*model, codes, "{"), crm::invalid_argument);
}

}  // namespace
