#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "aggregate_laws.hpp"
#include "crm/foundation/error.hpp"
#include "crm/predict/calibrator.hpp"
#include "hostile_bytes.hpp"
#include "predict_rows.hpp"

namespace {

using crm::Json;
using crm::predict::Calibrator;
using crm::predict::CalibratorFit;
using crm::predict::CalibratorOptions;
using Method = CalibratorOptions::Method;

struct Row {
    bool outcome;
    double probability;
};

std::unique_ptr<Calibrator> fitted(const std::vector<Row>& rows, Method method = Method::automatic) {
    crm::test::Dropped<CalibratorFit> fit;
    for (const Row& row : rows) fit->add(row.outcome, row.probability, {method});
    return fit->finish();
}

std::vector<Row> reference_rows() {
    std::vector<Row> rows;
    for (const auto& row : crm::test::scored_rows(7, 3000)) rows.push_back({row.actual, row.a});
    return rows;
}

/// The outcome is true with probability `truth(p)`.
template <class Truth>
std::vector<Row> rows_of(unsigned seed, int count, Truth truth) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> uniform;
    std::vector<Row> rows;
    for (int i = 0; i < count; ++i) {
        const double p = uniform(random);
        rows.push_back({uniform(random) < truth(p), p});
    }
    return rows;
}

// scikit-learn 1.2.1: calibration._sigmoid_calibration of the log-odds, clipped at 1 / 3002, and the same minimum found
// by scipy's BFGS.
TEST(Calibrator, PlattAgreesWithScikitLearn) {
    const auto model = fitted(reference_rows(), Method::platt);
    EXPECT_NEAR(model->content().slope, 0.350486949, 1e-8);
    EXPECT_NEAR(model->content().intercept, -0.549205707, 1e-8);
}

// scikit-learn 1.2.1: isotonic.IsotonicRegression(out_of_bounds='clip'), its values put between Platt's targets.
TEST(Calibrator, IsotonicAgreesWithScikitLearn) {
    const auto model = fitted(reference_rows(), Method::isotonic);
    const std::vector<std::pair<double, double>> expected{
        {0, 0.098423148601},    {0.01, 0.130223533458}, {0.1, 0.157471448773},  {0.2, 0.237888373990},
        {0.33, 0.245682456286}, {0.5, 0.387422379978},  {0.61, 0.462002291286}, {0.8, 0.546274813434},
        {0.95, 0.546274813434}, {1, 0.631197034266}};
    for (const auto& [probability, calibrated] : expected)
        EXPECT_NEAR(model->calibrated(probability), calibrated, 1e-11) << probability;
}

TEST(Calibrator, PlattIsTheMaximum) {
    // The slopes of the log-likelihood of the targets vanish.
    for (unsigned seed = 1; seed <= 20; ++seed) {
        const auto rows = rows_of(seed, 5 + 20 * static_cast<int>(seed), [](double p) { return p * p; });
        const auto model = fitted(rows, Method::platt);
        if (!model->usable()) continue;
        double yes = 0, no = 0, left = 0, tilted = 0;
        for (const Row& row : rows) (row.outcome ? yes : no) += 1;
        for (const Row& row : rows) {
            const double target = row.outcome ? (yes + 1) / (yes + 2) : 1 / (no + 2);
            const double rest = target - model->calibrated(row.probability);
            left += rest;
            const double nearest = 1 / (yes + no + 2), p = std::clamp(row.probability, nearest, 1 - nearest);
            tilted += rest * std::log(p / (1 - p));
        }
        EXPECT_NEAR(left, 0, 1e-7) << seed;
        EXPECT_NEAR(tilted, 0, 1e-7) << seed;
    }
}

TEST(Calibrator, MendsWhatIsWrong) {
    const auto truth = [](double p) { return p < 0.5 ? 0.1 : 0.3; };  // a step: no line of log-odds
    const auto learnt = rows_of(1, 20000, truth), held = rows_of(2, 20000, truth);
    const auto model = fitted(learnt);
    EXPECT_TRUE(model->content().isotonic) << model->report()->message;
    double off = 0;
    for (const Row& row : held) off += std::abs(model->calibrated(row.probability) - truth(row.probability)) / 20000;
    EXPECT_LT(off, 0.01);

    const auto few = fitted(rows_of(3, 200, [](double p) { return p; }));
    EXPECT_FALSE(few->content().isotonic) << few->report()->message;
    const auto right = fitted(rows_of(4, 50000, [](double p) { return p; }), Method::platt);
    EXPECT_NEAR(right->content().slope, 1, 0.03);
    EXPECT_NEAR(right->content().intercept, 0, 0.03);
    // Errors are those of the data: the truth lies within four of them.
    EXPECT_NEAR(right->content().slope, 1, 4 * *right->content().slope_error);
    EXPECT_LT(*right->content().slope_error, 0.02);
}

TEST(Calibrator, RisesAndStaysWithinBounds) {
    for (unsigned seed = 1; seed <= 50; ++seed) {
        const auto rows = rows_of(seed, 1 + static_cast<int>(seed) * 3, [](double p) { return p > 0.3 ? 0.9 : 0.2; });
        for (const Method method : {Method::automatic, Method::platt, Method::isotonic}) {
            const auto model = fitted(rows, method);
            if (!model->usable()) continue;
            const double side = model->content().slope < 0 ? -1 : 1;
            double before = side > 0 ? 0 : 1;
            for (const double p : {0.0, 1e-300, 1e-17, 1e-9, 0.1, 0.3, 0.5, 0.9, 1 - 1e-15, 1.0}) {
                const double now = model->calibrated(p);
                EXPECT_GT(now, 0);
                EXPECT_LT(now, 1);
                EXPECT_GE(side * now, side * before - 1e-15);
                before = now;
            }
        }
    }
}

TEST(Calibrator, HoldsAtExtremes) {
    // Sure and right: Platt's targets keep both from certainty.
    for (const Method method : {Method::platt, Method::isotonic}) {
        const auto sure = fitted({{true, 1}, {true, 1}, {false, 0}}, method);
        ASSERT_TRUE(sure->usable());
        EXPECT_NEAR(sure->calibrated(1), 3.0 / 4, 1e-9);
        EXPECT_NEAR(sure->calibrated(0), 1.0 / 3, 1e-9);
    }
    // Of one probability there is no slope.
    for (const Method method : {Method::platt, Method::isotonic, Method::automatic}) {
        const auto one = fitted({{true, 0.7}, {false, 0.7}, {false, 0.7}}, method);
        ASSERT_TRUE(one->usable());
        EXPECT_NEAR(one->calibrated(0.2), (2.0 / 3 + 2 * 0.25) / 3, 1e-12);
    }
    // Sure and wrong: a line turns round, steps cannot.
    const std::vector<Row> wrong{{true, 0}, {true, 0.1}, {false, 0.9}, {false, 1}};
    EXPECT_LT(fitted(wrong, Method::platt)->content().slope, 0);
    EXPECT_EQ(fitted(wrong, Method::isotonic)->content().knots.front().calibrated,
              fitted(wrong, Method::isotonic)->content().knots.back().calibrated);
    const auto never = fitted({{false, 0.1}, {false, 0.2}});
    EXPECT_FALSE(never->usable());
    EXPECT_EQ(never->report()->message, "every outcome is false: there is nothing to calibrate by");
    EXPECT_EQ(crm::test::Dropped<CalibratorFit>()->finish(), nullptr);
    EXPECT_THROW(fitted({{true, 1.5}}), crm::invalid_argument);
    EXPECT_THROW(fitted({{true, NAN}}), crm::invalid_argument);
}

TEST(Calibrator, DependsNeitherOnOrderNorOnStates) {
    std::vector<Row> rows = reference_rows();
    rows.resize(400);
    for (const Method method : {Method::platt, Method::isotonic})
        crm::test::expect_aggregate_laws<CalibratorFit>(
            rows, [method](CalibratorFit& fit, const Row& row) { fit.add(row.outcome, row.probability, {method}); },
            [](const CalibratorFit& fit) { return Json(fit.finish()->to_json()).text(); });
    crm::test::Dropped<CalibratorFit> one, other;
    one->add(true, 0.5, {Method::platt});
    other->add(true, 0.5, {Method::isotonic});
    EXPECT_THROW(one->merge(*other), crm::invalid_argument);
}

TEST(Calibrator, IsAValue) {
    for (const Method method : {Method::platt, Method::isotonic}) {
        const auto model = fitted(reference_rows(), method);
        crm::Writer out;
        model->save(out);
        crm::Reader in(out.bytes());
        const auto restored = Calibrator::load(in);
        in.expect_end();
        const auto read = Calibrator::from_json(Json(model->to_json()));
        for (double p = 0; p <= 1; p += 1.0 / 64) {
            EXPECT_EQ(restored->calibrated(p), model->calibrated(p));
            EXPECT_EQ(read->calibrated(p), model->calibrated(p));
        }
        crm::test::expect_survives_damage({out.bytes().begin(), out.bytes().end()}, [](crm::Reader& bytes) {
            const auto damaged = Calibrator::load(bytes);
            bytes.expect_end();
            if (!damaged->usable()) return;
            for (const double p : {0.0, 0.3, 1.0}) damaged->calibrated(p);
        });
    }
    crm::test::Dropped<CalibratorFit> fit;
    for (const Row& row : reference_rows()) fit->add(row.outcome, row.probability);
    crm::test::expect_survives_damage(
        crm::test::saved(*fit),
        [](crm::Reader& bytes) {
            crm::test::Dropped<CalibratorFit> state;
            state->load(bytes);
            bytes.expect_end();
            state->finish();
        },
        500);
}

}  // namespace
