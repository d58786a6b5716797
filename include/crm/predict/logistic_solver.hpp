// Logistic regression by Newton's method, with the elastic net's penalties by coordinate descent on its quadratic
// model. McCullagh, Nelder (1989), Generalized Linear Models, 2nd ed., chapter 4; Friedman, Hastie, Tibshirani (2010),
// Regularization Paths for Generalized Linear Models via Coordinate Descent, Journal of Statistical Software 33(1);
// Albert, Anderson (1984), On the existence of maximum likelihood estimates in logistic regression models,
// Biometrika 71(1), for separation.
#pragma once
#include <Eigen/Core>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "crm/foundation/cancellation.hpp"
#include "crm/predict/design.hpp"

namespace crm::predict {

struct Penalty {
    double l1 = 0, l2 = 0;

    bool is_none() const { return l1 == 0 && l2 == 0; }
};

/// A point of the log-likelihood: coefficients of the design's columns, the intercept first.
struct LogisticPoint {
    Eigen::VectorXd theta;
    double log_likelihood = 0;
    Eigen::VectorXd gradient;
    Eigen::MatrixXd information;  // minus the Hessian: lower triangle while it is summed, then both
};

struct LogisticSolution {
    LogisticPoint point;
    std::vector<bool> is_aliased;  // columns that are sums of those before
    bool converged = false;
    int iterations = 0;

    /// A direction in which the likelihood rises for ever: its columns part the outcomes.
    std::optional<Eigen::VectorXd> separating;
};

class LogisticProblem {
public:
    /// `outcomes` 0 or 1 by row; `weights` by row, or none when all are 1.
    LogisticProblem(const Design& design, std::span<const std::uint8_t> outcomes, std::span<const double> weights,
                    const Cancellation& cancellation);

    /// Log-likelihood with its derivatives over some blocks; row weights other than the problem's may be given.
    enum class Wanted { value, gradient, information };
    void evaluate(std::span<const RowBlock>, std::span<const double> weights, Wanted, LogisticPoint&) const;

    /// The maximum; starts from a part of the rows when there are many.
    LogisticSolution solve(const Penalty&, int max_iterations) const;

    /// The penalty that predicts held-out rows best, from few coefficients to many. Rows are held out by what they
    /// hold, so that neither their order nor their split matters.
    struct Choice {
        Penalty penalty;
        double deviance = 0;  // a row held out
    };
    Choice choose(double mixing, int folds, std::uint64_t seed) const;

    /// The same among these rows alone, each held out in one fold.
    Choice choose(double mixing, int folds, std::span<const std::uint8_t> fold) const;

    /// The columns that part the outcomes by themselves, among those that `direction` moves along.
    std::vector<std::size_t> parting_columns(const Eigen::VectorXd& direction) const;

    double weight() const { return weight_; }
    double positive() const { return positive_; }
    double null_log_likelihood() const;

private:
    double row_weight(std::size_t row) const { return weights_.empty() ? 1 : weights_[row]; }
    LogisticSolution maximise(std::span<const RowBlock>, std::span<const double> weights, Eigen::VectorXd start,
                              const Penalty&, int max_iterations) const;
    bool parts_outcomes(std::span<const RowBlock>, std::span<const double> weights,
                        const Eigen::VectorXd& direction) const;
    Eigen::VectorXd null_point() const;

    const Design& design_;
    std::span<const std::uint8_t> outcomes_;
    std::span<const double> weights_;
    const Cancellation& cancellation_;
    std::vector<RowBlock> blocks_;
    double weight_ = 0, positive_ = 0;
};

/// Columns that, weighted, are sums of those before them.
std::vector<bool> aliased_columns(const Eigen::MatrixXd& information, const Cancellation&);

/// The information's inverse over the columns that are not aliased; zeros elsewhere.
Eigen::MatrixXd covariance_of(const LogisticSolution&, const Penalty&);

}  // namespace crm::predict
