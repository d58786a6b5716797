// Positive parameters with their precision: the part of a fitted model that does not depend on which model it is.
#pragma once
#include <Eigen/Core>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crm/foundation/bytes.hpp"
#include "crm/foundation/json.hpp"
#include "crm/foundation/model.hpp"

namespace crm::value {

/// What an estimate is when it is no ordinary one: the likelihood rises all the way to 0 or infinity, or does not
/// depend on the parameter, or the parameter was held at a value.
enum class Boundary : std::uint8_t { none, zero, infinity, undetermined, fixed };

/// Parameters by their literature names, in a fixed order.
using Names = std::span<const std::string_view>;

struct Estimates {
    std::vector<double> values;      // from 1e-150 to 1e150: what scores are computed with, also on a boundary
    std::vector<Boundary> boundary;  // one for each value
    Eigen::MatrixXd covariance;      // of the logarithms; rows of boundary parameters are 0; empty when not known
};

/// What makes estimates impossible (a value outside its range, a covariance that is none), in words; empty when they
/// are sound.
std::string defect(Names, const Estimates&);

/// What a parametric model consists of, whatever its face: estimates (none when the fit failed), and how it was fitted
/// (nothing when made from known parameters).
struct Fit {
    std::optional<Estimates> estimates;
    std::optional<FitReport> report;
};

/// Estimates with standard errors by the delta method and 95 % intervals symmetric on the log scale.
std::vector<Coefficient> coefficients(Names, const Fit&);

/// Positive parameters, e.g. {"r": 0.243, ...}; throws invalid_argument for a missing, unknown or impossible one.
Fit make_fit(Names, std::string_view model, const Json&);

/// Round trips are exact to the bit. load_fit throws corrupt_data, fit_from_json invalid_argument; neither returns
/// a fit that a model could not have written.
void save(const Fit&, Writer&);
Fit load_fit(Names, std::string_view model, Reader&);
Json::Object to_json(Names, const Fit&);
Fit fit_from_json(Names, std::string_view model, const Json&);

}  // namespace crm::value
