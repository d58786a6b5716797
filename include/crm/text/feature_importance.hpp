// How much a feature counts before anything is fitted to it.
#pragma once
#include <memory_resource>
#include <span>
#include <vector>

#include "crm/foundation/cancellation.hpp"
#include "crm/text/training_set.hpp"

namespace crm::text {

/// For each feature of the set, from these of its comments: idf times the root of the largest |log ratio|, over the
/// labels, of its frequency with and without the label. The ratio is that of Wang and Manning (2012), "Baselines and
/// Bigrams"; its root was better than itself on small and large sets alike. Of features that fewer than
/// `least_comments` of these comments have it is 0.
std::pmr::vector<float> feature_importance(const TrainingSet&, std::span<const std::uint32_t> comments,
                                           std::uint32_t least_comments, std::pmr::memory_resource*,
                                           const Cancellation&);

}  // namespace crm::text
