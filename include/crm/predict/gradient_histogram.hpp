// Sums of derivatives by bin, of all columns.
#pragma once
#include <memory_resource>
#include <span>
#include <vector>

#include "crm/predict/binned_features.hpp"
#include "crm/predict/gradient_sums.hpp"

namespace crm::predict {

class GradientHistogram {
public:
    GradientHistogram(const BinnedFeatures& features, std::pmr::memory_resource* memory)
        : features_(&features), sums_(features.tiles() * columns_of_tile * stride, memory) {}

    /// Instead of what was there the sums over `rows`; over the first `count` rows.
    void fill(std::span<const std::uint32_t> rows, std::span<const GradientSums> gradients, const Cancellation&);
    void fill_first(std::size_t count, std::span<const GradientSums> gradients, const Cancellation&);

    /// Takes away the sums over a part of the rows.
    void subtract(const GradientHistogram& part);

    std::span<const GradientSums> column(std::size_t column) const {
        return std::span(sums_).subspan(column * stride, features_->columns()[column].slots());
    }

private:
    // 256 would put equal bins of all columns into the same lines of a cache.
    static constexpr std::size_t stride = 257;

    template <class Rows>
    void add(const Rows& rows, std::span<const GradientSums> gradients, const Cancellation&);

    const BinnedFeatures* features_;
    std::pmr::vector<GradientSums> sums_;  // by column, then by bin
};

}  // namespace crm::predict
