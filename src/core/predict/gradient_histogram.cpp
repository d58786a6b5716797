#include "crm/predict/gradient_histogram.hpp"

#include <algorithm>
#include <utility>

namespace crm::predict {

namespace {

constexpr std::size_t rows_of_block = 1 << 14;

struct FirstRows {
    std::size_t begin, count;

    std::size_t size() const { return count; }
    std::size_t operator[](std::size_t i) const { return begin + i; }
    FirstRows part(std::size_t from, std::size_t size) const { return {begin + from, size}; }
};

struct ListedRows {
    std::span<const std::uint32_t> rows;

    std::size_t size() const { return rows.size(); }
    std::size_t operator[](std::size_t i) const { return rows[i]; }

    /// A row that comes soon: the processor cannot guess where it lies.
    std::size_t ahead(std::size_t i) const { return rows[std::min(i + 24, rows.size() - 1)]; }
    ListedRows part(std::size_t from, std::size_t size) const { return {rows.subspan(from, size)}; }
};

/// A row's derivatives to one bin of each column: one addition of two numbers for each, at a place that the row's word
/// gives.
template <std::size_t columns, std::size_t stride, class Rows>
void add_block(const Rows& rows, const std::uint64_t* bins, const GradientSums* gradients, GradientSums* sums) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const std::size_t row = rows[i];
        if constexpr (requires { rows.ahead(i); }) {
            const std::size_t soon = rows.ahead(i);
            __builtin_prefetch(bins + soon);
            __builtin_prefetch(gradients + soon);
        }
        const detail::Pair own = detail::pair_of(gradients[row]);
        std::uint64_t word = bins[row];
        for (std::size_t column = 0; column < columns; ++column, word >>= 8) {
            GradientSums& sum = sums[column * stride + (word & 255)];
            sum = detail::sums_of(detail::pair_of(sum) + own);
        }
    }
}

}  // namespace

template <class Rows>
void GradientHistogram::add(const Rows& rows, std::span<const GradientSums> gradients,
                            const Cancellation& cancellation) {
    std::ranges::fill(sums_, GradientSums{});
    using Block = void (*)(const Rows&, const std::uint64_t*, const GradientSums*, GradientSums*);
    static constexpr auto blocks = []<std::size_t... i>(std::index_sequence<i...>) {
        return std::array<Block, sizeof...(i)>{&add_block<i + 1, stride, Rows>...};
    }
    (std::make_index_sequence<columns_of_tile>());
    const std::size_t columns = features_->columns().size();
    for (std::size_t begin = 0; begin < rows.size(); begin += rows_of_block) {
        cancellation.poll();
        const Rows block = rows.part(begin, std::min(rows_of_block, rows.size() - begin));
        for (std::size_t tile = 0; tile < features_->tiles(); ++tile) {
            const std::size_t first = tile * columns_of_tile, held = std::min(columns - first, columns_of_tile);
            blocks[held - 1](block, features_->tile(tile).data(), gradients.data(), sums_.data() + first * stride);
        }
    }
}

void GradientHistogram::fill(std::span<const std::uint32_t> rows, std::span<const GradientSums> gradients,
                             const Cancellation& cancellation) {
    add(ListedRows{rows}, gradients, cancellation);
}

void GradientHistogram::fill_first(std::size_t count, std::span<const GradientSums> gradients,
                                   const Cancellation& cancellation) {
    add(FirstRows{0, count}, gradients, cancellation);
}

void GradientHistogram::subtract(const GradientHistogram& part) {
    for (std::size_t i = 0; i < sums_.size(); ++i) sums_[i] = sums_[i] - part.sums_[i];
}

}  // namespace crm::predict
