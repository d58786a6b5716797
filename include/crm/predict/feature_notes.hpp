// What a fit of trees says of its features.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "crm/predict/binned_features.hpp"

namespace crm::predict {

/// "b parts the rows as a does".
std::vector<std::string> notes_on_repetition(const BinnedFeatures&);

/// Features that alone tell an outcome of 0 or 1 nearly always: they may know the future. `outcomes` by place; some
/// hundred thousand rows are looked at.
std::vector<std::string> notes_on_leaks(const BinnedFeatures&, std::span<const double> outcomes, const Cancellation&);

}  // namespace crm::predict
