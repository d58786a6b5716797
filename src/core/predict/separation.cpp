#include "crm/predict/separation.hpp"

#include <Eigen/Dense>
#include <cmath>
#include <limits>

namespace crm::predict {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

std::vector<Index> independent(MatrixXd matrix) {
    constexpr double rounding = 1e-9;
    const VectorXd whole = matrix.diagonal();
    std::vector<Index> kept;
    for (Index j = 0; j < matrix.rows(); ++j) {
        if (!(matrix(j, j) > rounding * whole[j]) || !(whole[j] > rounding * whole.maxCoeff())) continue;
        kept.push_back(j);
        const VectorXd column = matrix.col(j);
        matrix -= column * column.transpose() / column[j];
    }
    return kept;
}

std::optional<std::size_t> separating(const numeric::Maximum& found, const std::vector<std::size_t>& features,
                                      const Standardised& scale) {
    constexpr double moved = 1e-3;  // of the logarithm of a risk
    const MatrixXd information = -found.at.hessian;
    const auto solver = information.ldlt();
    const VectorXd newton = solver.solve(found.at.gradient);
    const bool flat = solver.info() != Eigen::Success || !solver.isPositive() || !newton.allFinite();
    const VectorXd& step = flat ? found.point : newton;
    double farthest = moved;
    std::optional<std::size_t> feature;
    for (std::size_t j = 0; j < features.size(); ++j) {
        const double distance = std::abs(step[static_cast<Index>(j)]) * scale.reach[features[j]];
        if (distance <= farthest) continue;
        farthest = distance;
        feature = features[j];
    }
    return feature;
}

}  // namespace crm::predict
