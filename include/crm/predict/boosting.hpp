// Boosts trees on gathered rows.
// Friedman (2001), Annals of Statistics 29(5); Chen, Guestrin (2016), "XGBoost", KDD; Ke et al. (2017), "LightGBM",
// NIPS.
#pragma once
#include <memory_resource>

#include "crm/predict/boosted_trees_model.hpp"
#include "crm/predict/boosted_trees_options.hpp"
#include "crm/predict/placed_rows.hpp"

namespace crm::predict {

/// The result depends neither on the order of the rows nor on anything but them and the options. All memory that grows
/// with the rows is taken from the resource.
BoostedTreesModel::Fitted boost(const FeatureRows&, const Observed&, const BoostedTreesOptions&,
                                std::pmr::memory_resource*, const Cancellation&);

}  // namespace crm::predict
