#include <algorithm>
#include <cmath>
#include <string>

#include "crm/numeric/chance.hpp"
#include "crm/value/likelihood.hpp"

namespace crm::value {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// A sample as large as the first in the mean: each customer is drawn as often as a Poisson number of mean 1 says.
void bootstrap(Names names, Fit& fit, const std::vector<double>& weights, const Refit& refit, const FitOptions& options,
               const Cancellation& cancellation) {
    if (options.replicates() == 0 || !fit.estimates) return;
    Estimates& found = *fit.estimates;
    const auto size = static_cast<Index>(found.values.size());
    const FitOptions replicate = options.for_replicate(found);
    numeric::Chance chance(options.seed());
    std::vector<double> drawn(weights.size());
    std::vector<VectorXd> points;
    for (int i = 0; i < options.replicates(); ++i) {
        cancellation.poll();
        std::ranges::transform(weights, drawn.begin(), [&](double weight) { return chance.poisson(weight); });
        const Fit again = refit(drawn, replicate);
        if (!again.estimates) continue;
        VectorXd& point = points.emplace_back(size);
        for (Index j = 0; j < size; ++j) {
            const auto at = static_cast<std::size_t>(j);
            point[j] = names.point_of(at, again.estimates->values[at]);
        }
    }

    auto& message = fit.report->message;
    message += (message.empty() ? "" : "; ") + std::string("standard errors from ") + std::to_string(points.size()) +
               " of " + std::to_string(options.replicates()) + " samples";
    found.covariance.resize(0, 0);
    if (points.size() < 2) return;
    VectorXd mean = VectorXd::Zero(size);
    for (const VectorXd& point : points) mean += point / static_cast<double>(points.size());
    MatrixXd covariance = MatrixXd::Zero(size, size);
    for (const VectorXd& point : points) covariance += (point - mean) * (point - mean).transpose();
    covariance /= static_cast<double>(points.size() - 1);
    for (Index j = 0; j < size; ++j) {
        if (found.boundary[static_cast<std::size_t>(j)] == Boundary::none) continue;
        covariance.row(j).setZero();
        covariance.col(j).setZero();
    }
    found.covariance = (covariance + covariance.transpose()) / 2;
}

}  // namespace crm::value
