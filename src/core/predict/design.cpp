#include "crm/predict/design.hpp"

#include <algorithm>

namespace crm::predict {

using Eigen::Index;

Design::Design(std::span<const CellChunk> chunks, const LearntEncoder& learnt)
    : chunks_(chunks), learnt_(learnt), columns_(learnt.encoder.columns()) {
    for (const Feature& feature : learnt.encoder.features())
        places_.emplace_back().levels.assign(feature.is_numeric() ? 0 : feature.levels.size(), -1);
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        Places& places = places_[columns_[i].feature];
        const auto at = static_cast<Index>(i) + 1;
        switch (columns_[i].kind) {
            case DesignColumn::Kind::number: places.number = at; break;
            case DesignColumn::Kind::missing: places.missing = at; break;
            default: places.levels[columns_[i].level] = at;
        }
    }
}

std::vector<RowBlock> Design::blocks(std::size_t stride) const {
    std::vector<RowBlock> blocks;
    std::size_t row = 0;
    for (const CellChunk& chunk : chunks_) {
        const std::size_t offset = (stride - row % stride) % stride;
        for (std::size_t first = offset; first < chunk.rows; first += block_rows * stride) {
            const std::size_t left = (chunk.rows - first + stride - 1) / stride;
            blocks.push_back({&chunk, first, std::min(block_rows, left), stride, row + first});
        }
        row += chunk.rows;
    }
    return blocks;
}

void Design::fill(const RowBlock& block, Eigen::MatrixXd& out) const {
    const auto count = static_cast<Index>(block.count);
    const auto& features = learnt_.encoder.features();
    const CellChunk& chunk = *block.chunk;
    out.col(0).head(count).setOnes();
    for (std::size_t f = 0; f < features.size(); ++f) {
        const Feature& feature = features[f];
        const Places& places = places_[f];
        const std::size_t column = learnt_.column_of(f);
        if (!feature.is_numeric()) {
            for (const Index at : places.levels)
                if (at >= 0) out.col(at).head(count).setZero();
            for (Index i = 0; i < count; ++i) {
                const double code = this->code(block, static_cast<std::size_t>(i), f);
                const Index at = std::isnan(code) ? -1 : places.levels[static_cast<std::size_t>(code)];
                if (at >= 0) out(i, at) = 1;
            }
            continue;
        }
        if (places.number < 0 && places.missing < 0) continue;
        const bool is_present = column < chunk.width;
        const Cell* const cells = is_present ? chunk.cells.data() + block.first * chunk.width + column : nullptr;
        const std::size_t step = chunk.width * block.stride;
        if (places.number >= 0) {
            double* const numbers = out.col(places.number).data();
            const double mean = feature.mean, unit = 1 / feature.scale;
            for (std::size_t i = 0; i < block.count; ++i) {
                const double number = is_present ? cells[i * step].number() : mean;
                numbers[i] = number == number ? (number - mean) * unit : 0;
            }
        }
        if (places.missing >= 0) {
            double* const missing = out.col(places.missing).data();
            for (std::size_t i = 0; i < block.count; ++i)
                missing[i] = is_present && cells[i * step].is_number() ? 0 : 1;
        }
    }
}

}  // namespace crm::predict
