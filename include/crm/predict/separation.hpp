// What makes coefficients impossible to estimate: features that follow from others, and a likelihood without a maximum.
#pragma once
#include <Eigen/Core>
#include <cstddef>
#include <optional>
#include <vector>

#include "crm/numeric/maximise.hpp"
#include "crm/predict/lifetime_rows.hpp"

namespace crm::predict {

/// Rows of a positive semi-definite matrix that do not follow from those before them.
std::vector<Eigen::Index> independent(Eigen::MatrixXd matrix);

/// The feature whose coefficient runs away: where the likelihood only flattens out, a Newton step stays as long as
/// ever. `features` says which of the scaled features the first variables are; variables after them are not looked at.
std::optional<std::size_t> separating(const numeric::Maximum&, const std::vector<std::size_t>& features,
                                      const Standardised&);

}  // namespace crm::predict
