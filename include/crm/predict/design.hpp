// Gathered rows as a linear model sees them: a block at a time, a column of ones first, then the encoder's columns,
// numbers in standard deviations from their mean (a missing one as the mean), levels as 0 and 1.
#pragma once
#include <Eigen/Core>
#include <cstdint>
#include <vector>

#include "crm/predict/feature_rows.hpp"

namespace crm::predict {

/// Some rows of one chunk, `stride` apart.
struct RowBlock {
    const CellChunk* chunk;
    std::size_t first, count, stride;
    std::size_t row;  // the number of the first among all rows

    std::size_t row_at(std::size_t i) const { return row + i * stride; }
};

class Design {
public:
    static constexpr std::size_t block_rows = 256;

    Design(std::span<const CellChunk> chunks, const LearntEncoder& learnt);
    virtual ~Design() = default;

    /// Columns of the encoder, each one further to the right in a block.
    const std::vector<DesignColumn>& columns() const { return columns_; }
    virtual Eigen::Index width() const { return static_cast<Eigen::Index>(columns_.size()) + 1; }
    const LearntEncoder& learnt() const { return learnt_; }

    /// Blocks of every `stride`th row.
    std::vector<RowBlock> blocks(std::size_t stride = 1) const;

    /// `out` has the block's rows at its top; needs block_rows rows and width() columns.
    virtual void fill(const RowBlock&, Eigen::MatrixXd& out) const;

    /// A row's features as codes.
    double code(const RowBlock& block, std::size_t i, std::size_t feature) const {
        return learnt_.code(feature, block.chunk->at(block.first + i * block.stride, learnt_.column_of(feature)));
    }

private:
    struct Places {
        Eigen::Index number = -1, missing = -1;
        std::vector<Eigen::Index> levels;
    };

    std::span<const CellChunk> chunks_;
    const LearntEncoder& learnt_;
    std::vector<DesignColumn> columns_;
    std::vector<Places> places_;  // by feature
};

}  // namespace crm::predict
