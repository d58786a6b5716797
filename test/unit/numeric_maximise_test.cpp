#include "crm/numeric/maximise.hpp"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "random_customers.hpp"

namespace {

using crm::Cancellation;
using crm::numeric::Box;
using crm::numeric::Derivatives;
using crm::numeric::maximise;
using crm::numeric::Side;
using crm::test::Chance;
using Eigen::MatrixXd;
using Eigen::Vector2d;
using Eigen::VectorXd;

Box box(Eigen::Index variables, double half_width) {
    return {VectorXd::Constant(variables, -half_width), VectorXd::Constant(variables, half_width)};
}

/// -(1 - x)^2 - 100 (y - x^2)^2, the banana.
void banana(const VectorXd& at, Derivatives& out) {
    const double x = at[0], y = at[1], bend = y - x * x;
    out.value = -(1 - x) * (1 - x) - 100 * bend * bend;
    out.gradient << 2 * (1 - x) + 400 * x * bend, -200 * bend;
    out.hessian << -2 + 400 * bend - 800 * x * x, 400 * x, 400 * x, -200;
}

TEST(Maximise, FindsTheTopOfABanana) {
    for (const Vector2d& start : {Vector2d(-1.2, 1), Vector2d(5, 5), Vector2d(-9, 9), Vector2d(0, -10)}) {
        const auto found = maximise(banana, start, box(2, 10));
        EXPECT_TRUE(found.converged) << found.message;
        EXPECT_NEAR(found.point[0], 1, 1e-7);
        EXPECT_NEAR(found.point[1], 1, 1e-7);
        EXPECT_LT(found.iterations, 60);
    }
}

/// Concave quadratics in a box against projected coordinate ascent.
TEST(Maximise, KeepsToTheBox) {
    Chance chance(1);
    for (int trial = 0; trial < 200; ++trial) {
        const Eigen::Index n = chance.whole(1, 5);
        const MatrixXd root = MatrixXd::NullaryExpr(n, n, [&] { return chance.normal(); });
        const MatrixXd bend = root * root.transpose() + 0.1 * MatrixXd::Identity(n, n);
        const VectorXd top = VectorXd::NullaryExpr(n, [&] { return chance.uniform(-3, 3); });
        const auto quadratic = [&](const VectorXd& at, Derivatives& out) {
            out.gradient = -bend * (at - top);
            out.value = 0.5 * (at - top).dot(out.gradient);
            out.hessian = -bend;
        };
        const auto found = maximise(quadratic, VectorXd::Zero(n), box(n, 1));
        ASSERT_TRUE(found.converged) << found.message;

        VectorXd expected = VectorXd::Zero(n);
        for (int sweep = 0; sweep < 20000; ++sweep)
            for (Eigen::Index i = 0; i < n; ++i) {
                const double slope = -bend.row(i).dot(expected - top);
                expected[i] = std::clamp(expected[i] + slope / bend(i, i), -1.0, 1.0);
            }
        EXPECT_LT((found.point - expected).norm(), 1e-6);
        for (Eigen::Index i = 0; i < n; ++i) {
            if (std::abs(expected[i]) < 1 - 1e-9) {
                EXPECT_EQ(found.held[static_cast<std::size_t>(i)], Side::inside);
            }
        }
    }
}

TEST(Maximise, SaysWhichBoundHoldsIt) {
    const auto slope = [](const VectorXd& at, Derivatives& out) {
        out.value = at[0] - std::exp(-at[1]) - std::pow(at[1] - 1, 2);
        out.gradient << 1, std::exp(-at[1]) - 2 * (at[1] - 1);
        out.hessian << 0, 0, 0, -std::exp(-at[1]) - 2;
    };
    const auto found = maximise(slope, Vector2d(0, 0), box(2, 15));
    EXPECT_TRUE(found.converged);
    EXPECT_EQ(found.point[0], 15);
    EXPECT_EQ(found.held[0], Side::upper);
    EXPECT_EQ(found.held[1], Side::inside);
    EXPECT_NEAR(found.at.gradient[1], 0, 1e-7);
}

TEST(Maximise, LeavesASaddle) {
    const auto saddle = [](const VectorXd& at, Derivatives& out) {
        const double x = at[0], y = at[1];
        out.value = x * x - std::pow(x, 4) - y * y;
        out.gradient << 2 * x - 4 * x * x * x, -2 * y;
        out.hessian << 2 - 12 * x * x, 0, 0, -2;
    };
    const auto found = maximise(saddle, Vector2d(0, 1), box(2, 10));
    EXPECT_TRUE(found.converged);
    EXPECT_NEAR(found.at.value, 0.25, 1e-12);
}

TEST(Maximise, StepsBackFromWhereTheFunctionIsNotFinite) {
    const auto cliff = [](const VectorXd& at, Derivatives& out) {
        out.value = std::log(1 - at[0]) + 3 * at[0];
        out.gradient << 3 - 1 / (1 - at[0]);
        out.hessian << -1 / std::pow(1 - at[0], 2);
    };
    const auto found = maximise(cliff, VectorXd::Constant(1, -5), box(1, 10));
    EXPECT_TRUE(found.converged);
    EXPECT_NEAR(found.point[0], 2.0 / 3, 1e-8);
}

TEST(Maximise, AdmitsFailure) {
    const auto never = [](const VectorXd&, Derivatives& out) { out.value = std::numeric_limits<double>::quiet_NaN(); };
    const auto lost = maximise(never, Vector2d(0, 0), box(2, 1));
    EXPECT_FALSE(lost.converged);
    EXPECT_EQ(lost.message, "the likelihood is not finite at its start");

    const auto impatient = maximise(banana, Vector2d(-1.2, 1), box(2, 10), {}, {.iterations = 3});
    EXPECT_FALSE(impatient.converged);
    EXPECT_EQ(impatient.iterations, 3);
    EXPECT_EQ(impatient.message, "no maximum within 3 iterations");

    const auto liar = [](const VectorXd& at, Derivatives& out) {  // a gradient that points downhill
        out.value = -at.squaredNorm();
        out.gradient = 2 * at;
        out.hessian = -2 * MatrixXd::Identity(2, 2);
    };
    const auto misled = maximise(liar, Vector2d(1, 1), box(2, 10));
    EXPECT_FALSE(misled.converged);
    EXPECT_EQ(misled.message, "no step improves the likelihood any more");
}

TEST(Maximise, NeverEndsBelowItsStart) {
    Chance chance(3);
    for (int trial = 0; trial < 100; ++trial) {
        const Vector2d start(chance.uniform(-3, 3), chance.uniform(-3, 3));
        Derivatives at(2);
        banana(start, at);
        EXPECT_GE(maximise(banana, start, box(2, 3), {}, {.iterations = trial % 7}).at.value, at.value);
    }
}

TEST(Maximise, StopsWhenNobodyWaits) {
    struct Stop : std::runtime_error {
        using runtime_error::runtime_error;
    };
    const Cancellation cancelled([] { throw Stop("cancelled"); });
    EXPECT_THROW((void)maximise(banana, Vector2d(-1, 1), box(2, 10), cancelled), Stop);
}

}  // namespace
