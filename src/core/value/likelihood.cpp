#include "crm/value/likelihood.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <utility>

namespace crm::value {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;

/// Inverse of the information about the log-parameters; empty when it has none in some direction.
MatrixXd covariance(const numeric::Maximum& maximum, const std::vector<Boundary>& boundary, double weight) {
    std::vector<Index> known;
    for (std::size_t i = 0; i < boundary.size(); ++i)
        if (maximum.held[i] == numeric::Side::inside && boundary[i] != Boundary::undetermined)
            known.push_back(static_cast<Index>(i));
    const auto size = static_cast<Index>(boundary.size()), kept = static_cast<Index>(known.size());
    if (kept == 0) return {};

    const MatrixXd information = -weight * maximum.at.hessian(known, known);
    const Eigen::LLT<MatrixXd> factor(information);
    if (factor.info() != Eigen::Success) return {};
    const MatrixXd inverse = factor.solve(MatrixXd::Identity(kept, kept));
    if (!inverse.allFinite()) return {};

    MatrixXd whole = MatrixXd::Zero(size, size);
    whole(known, known) = (inverse + inverse.transpose()) / 2;
    for (Index i = 0; i < size; ++i) {
        if (boundary[static_cast<std::size_t>(i)] == Boundary::none) continue;
        whole.row(i).setZero();
        whole.col(i).setZero();
    }
    return whole;
}

Estimates estimates(const numeric::Maximum& maximum, std::vector<Boundary> boundary, double weight) {
    std::vector<double> values(maximum.point.begin(), maximum.point.end());
    for (double& value : values) value = std::exp(value);
    MatrixXd precision = covariance(maximum, boundary, weight);
    return {std::move(values), std::move(boundary), std::move(precision)};
}

}  // namespace

Fit fit(const Likelihood& likelihood, FitReport report, const Cancellation& cancellation) {
    report.message = likelihood.obstacle();
    if (!report.message.empty()) return {{}, report};

    const auto objective = [&](const Eigen::VectorXd& point, numeric::Derivatives& out) {
        likelihood.evaluate(point, out, cancellation);
    };
    const auto maximum = numeric::maximise(objective, likelihood.start(), likelihood.bounds(), cancellation);
    report.converged = maximum.converged;
    report.iterations = maximum.iterations;
    report.message = maximum.message;
    if (std::isfinite(maximum.at.value)) report.log_likelihood = likelihood.weight() * maximum.at.value;
    if (!maximum.converged) return {{}, report};

    auto verdict = likelihood.judge(maximum);
    report.message = std::move(verdict.message);
    if (verdict.unbounded) report.log_likelihood.reset();
    return {estimates(maximum, std::move(verdict.boundary), likelihood.weight()), report};
}

}  // namespace crm::value
