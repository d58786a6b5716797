#include "crm/value/likelihood.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "crm/foundation/cancellation.hpp"

namespace {

using crm::Cancellation;
using crm::FitReport;
using crm::numeric::Derivatives;
using crm::value::Boundary;
using crm::value::fit;
using crm::value::FitOptions;
using crm::value::Likelihood;

constexpr std::array<std::string_view, 2> names{"rate", "shape"};

/// Waiting times of 50 customers, exponential with a mean of 4, and a second parameter of the test's choice.
class Waiting : public Likelihood {
public:
    enum Second { ordinary, useless, to_infinity, broken, empty };

    explicit Waiting(Second second) : second_(second) {}

    double weight() const override { return 50; }
    std::string obstacle() const override { return second_ == empty ? "nobody waits" : ""; }
    crm::numeric::Box bounds() const override { return {Eigen::Vector2d(-15, -15), Eigen::Vector2d(15, 15)}; }
    Eigen::VectorXd start(const Cancellation&) const override { return Eigen::Vector2d(2, 1); }
    Eigen::VectorXd origin() const override { return Eigen::Vector2d(0, 0); }

    void evaluate(const Eigen::VectorXd& at, Derivatives& out, const Cancellation& cancellation) const override {
        cancellation.poll();
        out = Derivatives(2);
        const double rate = std::exp(at[0]);
        out.value = at[0] - 4 * rate;
        out.gradient[0] = 1 - 4 * rate;
        out.hessian(0, 0) = -4 * rate;
        if (second_ == broken) out.value = NAN;
        if (second_ == ordinary) {
            out.value -= at[1] * at[1] / 2;
            out.gradient[1] = -at[1];
            out.hessian(1, 1) = -1;
        }
        if (second_ == to_infinity) {
            out.value -= std::exp(-at[1]);
            out.gradient[1] = std::exp(-at[1]);
            out.hessian(1, 1) = -std::exp(-at[1]);
        }
    }

    Verdict judge(const crm::numeric::Maximum& maximum) const override {
        Verdict verdict(2);
        if (maximum.held[1] == crm::numeric::Side::upper) verdict.say(1, Boundary::infinity, "shape runs to infinity");
        return verdict;
    }

private:
    Second second_;
};

FitReport counts() {
    FitReport report;
    report.observations = 50;
    report.parameters = 2;
    return report;
}

TEST(Fit, ReportsTheMaximum) {
    const auto found = fit(names, Waiting(Waiting::ordinary), counts(), FitOptions(), {});
    ASSERT_TRUE(found.estimates);
    EXPECT_NEAR(found.estimates->values[0], 0.25, 1e-9);
    EXPECT_NEAR(found.estimates->values[1], 1, 1e-7);
    EXPECT_NEAR(found.estimates->covariance(0, 0), 1.0 / 50, 1e-9);
    EXPECT_NEAR(*found.report->log_likelihood, 50 * (std::log(0.25) - 1), 1e-9);
    EXPECT_TRUE(found.report->converged);
    EXPECT_GT(found.report->iterations, 0);
    EXPECT_EQ(found.report->message, "");
    EXPECT_EQ(found.report->observations, 50);
}

TEST(Fit, BoundaryParametersHaveNoVariance) {
    const auto found = fit(names, Waiting(Waiting::to_infinity), counts(), FitOptions(), {});
    ASSERT_TRUE(found.estimates);
    EXPECT_EQ(found.report->message, "shape runs to infinity");
    EXPECT_EQ(found.estimates->boundary[1], Boundary::infinity);
    EXPECT_NEAR(found.estimates->covariance(0, 0), 1.0 / 50, 1e-9);
    EXPECT_EQ(found.estimates->covariance(1, 1), 0);
}

TEST(Fit, WithoutInformationThereAreNoStandardErrors) {
    const auto found = fit(names, Waiting(Waiting::useless), counts(), FitOptions(), {});
    ASSERT_TRUE(found.estimates);
    EXPECT_EQ(found.report->message, "no standard errors: the likelihood is flat around its maximum");
    EXPECT_EQ(found.estimates->covariance.size(), 0);
}

TEST(Fit, FailureBringsTheReportOnly) {
    const auto broken = fit(names, Waiting(Waiting::broken), counts(), FitOptions(), {});
    EXPECT_FALSE(broken.estimates);
    EXPECT_FALSE(broken.report->converged);
    EXPECT_FALSE(broken.report->log_likelihood);
    EXPECT_EQ(broken.report->message, "the likelihood is not finite at its start");
    const auto empty = fit(names, Waiting(Waiting::empty), counts(), FitOptions(), {});
    EXPECT_FALSE(empty.estimates);
    EXPECT_EQ(empty.report->message, "nobody waits");
}

TEST(Fit, CanBeCancelled) {
    struct Stop {};
    const Cancellation cancelled([] { throw Stop(); });
    EXPECT_THROW((void)fit(names, Waiting(Waiting::ordinary), counts(), FitOptions(), cancelled), Stop);
}

}  // namespace
