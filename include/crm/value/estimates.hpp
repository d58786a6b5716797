// Positive parameters with their precision: the part of a fitted model that does not depend on which model it is.
#pragma once
#include <Eigen/Core>
#include <algorithm>
#include <array>
#include <cmath>
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

/// Parameters by their literature names, in a fixed order: first those that are positive and estimated on the scale of
/// their logarithm, then coefficients, which are any numbers and estimated as they are. Refers to the names.
class Names {
public:
    template <std::size_t Size>
    constexpr Names(const std::array<std::string_view, Size>& all) : all_(all), positive_(Size) {}
    constexpr Names(std::span<const std::string_view> all, std::size_t positive) : all_(all), positive_(positive) {}

    constexpr std::size_t size() const { return all_.size(); }
    constexpr std::string_view operator[](std::size_t i) const { return all_[i]; }
    constexpr auto begin() const { return all_.begin(); }
    constexpr auto end() const { return all_.end(); }
    constexpr Names first(std::size_t count) const { return {all_.first(count), std::min(count, positive_)}; }
    constexpr bool is_positive(std::size_t i) const { return i < positive_; }

    /// Between a parameter and what is estimated of it.
    double point_of(std::size_t i, double value) const { return is_positive(i) ? std::log(value) : value; }
    double value_of(std::size_t i, double point) const { return is_positive(i) ? std::exp(point) : point; }

private:
    std::span<const std::string_view> all_;
    std::size_t positive_;
};

struct Estimates {
    std::vector<double> values;      // up to 1e150, positive ones from 1e-150: what scores use, also on a boundary
    std::vector<Boundary> boundary;  // one for each value
    Eigen::MatrixXd covariance;      // of the points; rows of boundary parameters are 0; empty when not known
};

/// What makes estimates impossible (a value outside its range, a covariance that is none), in words; empty when they
/// are sound.
std::string defect(Names, const Estimates&);

/// The same of the value of one parameter.
std::string defect_of(Names, std::size_t parameter, double value);

/// What a parametric model consists of, whatever its face: estimates (none when the fit failed), and how it was fitted
/// (nothing when made from known parameters).
struct Fit {
    std::optional<Estimates> estimates;
    std::optional<FitReport> report;
};

/// Estimates with standard errors by the delta method and 95 % intervals symmetric on the scale of estimation.
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
