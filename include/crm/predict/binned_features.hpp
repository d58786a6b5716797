// The features of a fit as trees are grown on them: each value as one of up to 255 bins, a byte. Numbers are binned by
// cuts between equally many rows, levels by their codes; missing numbers have a bin of their own, the last.
#pragma once
#include <cstdint>
#include <memory_resource>
#include <span>
#include <vector>

#include "crm/foundation/cancellation.hpp"
#include "crm/predict/feature_rows.hpp"

namespace crm::predict {

inline constexpr std::size_t most_bins = 255;
inline constexpr std::size_t columns_of_tile = 8;

/// A feature that varies.
struct BinnedColumn {
    std::size_t feature;
    bool is_categorical = false;
    bool has_missing = false;
    std::size_t bins = 0;      // without that of missing numbers
    std::vector<double> cuts;  // bin b < bins - 1 holds the numbers up to cuts[b] that no bin before holds
    std::uint64_t print = 0;   // of the bins of all rows: the same for features that part the rows alike

    std::size_t slots() const { return bins + has_missing; }
};

class BinnedFeatures {
public:
    /// Row i as it came gets the place `places[i]`; `weights`, which may be none, are by place. `bins` is the most that
    /// a number has, at most most_bins.
    BinnedFeatures(const FeatureRows&, const LearntEncoder&, std::span<const std::uint32_t> places,
                   std::span<const double> weights, std::size_t bins, std::pmr::memory_resource*, const Cancellation&);

    const std::vector<BinnedColumn>& columns() const { return columns_; }
    std::size_t rows() const { return rows_; }
    std::size_t tiles() const { return tiles_.size(); }

    /// The encoder that was learnt, its means and shares summed in the order of the places.
    const Encoder& encoder() const { return encoder_; }

    /// The bins of eight columns from 8 `tile` on, a row in one word, the first column in its lowest byte.
    std::span<const std::uint64_t> tile(std::size_t tile) const { return tiles_[tile]; }

    std::uint8_t bin(std::size_t column, std::size_t row) const {
        return static_cast<std::uint8_t>(tiles_[column / columns_of_tile][row] >> 8 * (column % columns_of_tile));
    }

private:
    void add_column(BinnedColumn, std::span<const double> codes, const Cancellation&);

    std::size_t rows_;
    Encoder encoder_;
    std::vector<BinnedColumn> columns_;
    std::pmr::vector<std::pmr::vector<std::uint64_t>> tiles_;
};

/// Cuts that part numbers into at most `bins` of about equally many, a number that is frequent alone. Between two
/// numbers, and fewer than `bins`; numbers that are few each have a bin of their own. Sorts what it is given.
std::vector<double> cuts_of(std::span<double> numbers, std::size_t bins);

}  // namespace crm::predict
