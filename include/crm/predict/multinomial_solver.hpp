// Multinomial logistic regression by Newton's method.
#pragma once
#include <Eigen/Core>
#include <cstdint>
#include <span>
#include <vector>

#include "crm/foundation/cancellation.hpp"
#include "crm/predict/design.hpp"

namespace crm::predict {

/// A point of the log-likelihood: a column of coefficients, the intercept first, for each label but the last. The
/// gradient and the information take them column after column.
struct MultinomialPoint {
    Eigen::MatrixXd theta;
    double log_likelihood = 0;
    Eigen::VectorXd gradient;
    Eigen::MatrixXd information;  // minus the Hessian
};

struct MultinomialSolution {
    MultinomialPoint point;
    std::vector<bool> is_aliased;  // columns of the design that are sums of those before
    bool converged = false, separated = false;
    int iterations = 0;
};

class MultinomialProblem {
public:
    /// `outcomes` by row, each below `labels`; `weights` by row, or none when all are 1. Every label occurs.
    MultinomialProblem(const Design& design, std::span<const std::uint32_t> outcomes, std::size_t labels,
                       std::span<const double> weights, const Cancellation& cancellation);

    void evaluate(MultinomialPoint&) const;
    MultinomialSolution solve(double l2, int max_iterations) const;

    double weight() const { return weight_; }
    double null_log_likelihood() const;

private:
    double row_weight(std::size_t row) const { return weights_.empty() ? 1 : weights_[row]; }
    bool parts_outcomes(const Eigen::MatrixXd& direction) const;
    MultinomialPoint null_point() const;

    const Design& design_;
    std::span<const std::uint32_t> outcomes_;
    std::span<const double> weights_;
    const Cancellation& cancellation_;
    std::vector<RowBlock> blocks_;
    std::vector<double> by_label_;  // weight of the rows of each
    double weight_ = 0;
};

/// The inverse of the penalised information over the columns that are not aliased; zeros elsewhere.
Eigen::MatrixXd covariance_of(const MultinomialSolution&, double l2);

}  // namespace crm::predict
