#include "crm/value/likelihood.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <string>
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
    return whole;
}

/// Takes the parameters out whose interval spans many orders of magnitude, and names them.
std::string drop_unknown(Names names, Estimates& found) {
    constexpr double unknown = 10;  // of the logarithm: a factor of 20,000 either way
    std::string list;
    for (std::size_t i = 0; i < names.size() && found.covariance.size() > 0; ++i) {
        const auto at = static_cast<Index>(i);
        if (found.boundary[i] != Boundary::none || std::sqrt(found.covariance(at, at)) < unknown) continue;
        found.boundary[i] = Boundary::undetermined;
        list += (list.empty() ? "" : " and ") + std::string(names[i]);
    }
    return list.empty() ? list : "these data say next to nothing about " + list;
}

void clear_boundary(Estimates& found) {
    for (Index i = 0; i < found.covariance.rows(); ++i) {
        if (found.boundary[static_cast<std::size_t>(i)] == Boundary::none) continue;
        found.covariance.row(i).setZero();
        found.covariance.col(i).setZero();
    }
}

}  // namespace

Fit fit(Names names, const Likelihood& likelihood, FitReport report, const Cancellation& cancellation) {
    report.message = likelihood.obstacle();
    if (!report.message.empty()) return {{}, report};

    const auto objective = [&](const Eigen::VectorXd& point, numeric::Derivatives& out) {
        likelihood.evaluate(point, out, cancellation);
    };
    const auto maximum = numeric::maximise(objective, likelihood.start(cancellation), likelihood.bounds(), cancellation);
    report.converged = maximum.converged;
    report.iterations = maximum.iterations;
    report.message = maximum.message;
    if (std::isfinite(maximum.at.value)) report.log_likelihood = likelihood.weight() * maximum.at.value;
    if (!maximum.converged) return {{}, report};

    auto verdict = likelihood.judge(maximum);
    if (verdict.unbounded) report.log_likelihood.reset();
    Estimates found{{}, std::move(verdict.boundary), {}};
    for (const double value : maximum.point) found.values.push_back(std::exp(value));
    found.covariance = covariance(maximum, found.boundary, likelihood.weight());
    if (const std::string wrong = defect(names, found); !wrong.empty()) {
        report.converged = false;
        report.message = wrong + ": another unit may help";
        return {{}, report};
    }
    const std::string unknown = drop_unknown(names, found);
    clear_boundary(found);
    report.message =
        verdict.message.empty() || unknown.empty() ? verdict.message + unknown : verdict.message + "; " + unknown;
    if (report.message.empty() && found.covariance.size() == 0)
        report.message = "no standard errors: the likelihood is flat around its maximum";
    return {std::move(found), report};
}

}  // namespace crm::value
