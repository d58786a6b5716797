#include "crm/predict/binned_features.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace crm::predict {

namespace {

constexpr std::size_t sample_rows = 200000;  // that cuts are made from

/// A feature's codes, by place.
void gather(const FeatureRows& rows, const LearntEncoder& learnt, std::size_t feature,
            std::span<const std::uint32_t> places, std::span<double> codes, const Cancellation& cancellation) {
    const std::size_t column = learnt.column_of(feature);
    Pace pace(cancellation);
    std::size_t row = 0;
    for (const CellChunk& chunk : rows.chunks())
        for (std::size_t i = 0; i < chunk.rows; ++i) {
            pace.step();
            codes[places[row++]] = learnt.code(feature, chunk.at(i, column)) + 0.0;
        }
}

/// The feature with mean, scale and shares of these codes; `weights` sum to `all`.
void summarise(Feature& feature, std::span<const double> codes, std::span<const double> weights, double all) {
    const auto weight_at = [weights](std::size_t i) { return weights.empty() ? 1 : weights[i]; };
    for (Level& level : feature.levels) level.share = 0;
    double given = 0, mean = 0, squares = 0;
    for (std::size_t i = 0; i < codes.size(); ++i) {
        if (std::isnan(codes[i])) continue;
        given += weight_at(i);
        if (!feature.is_numeric()) feature.levels[static_cast<std::size_t>(codes[i])].share += weight_at(i);
    }
    for (Level& level : feature.levels) level.share /= all;
    if (!feature.is_numeric()) return;
    feature.missing = std::max(all - given, 0.0) / all;
    if (given == 0 || feature.scale == 0) return;
    for (std::size_t i = 0; i < codes.size(); ++i)
        if (!std::isnan(codes[i])) mean += codes[i] * weight_at(i);
    mean /= given;
    if (!std::isfinite(mean)) return;  // near the end of what a double holds; what was learnt will do
    for (std::size_t i = 0; i < codes.size(); ++i)
        if (!std::isnan(codes[i])) squares += (codes[i] - mean) * (codes[i] - mean) * (weight_at(i) / given);
    feature.mean = mean;
    feature.scale = std::sqrt(squares);
}

std::size_t bin_of(std::span<const double> cuts, double number) {
    const double* first = cuts.data();
    for (std::size_t left = cuts.size(); left > 0;) {
        const std::size_t half = (left + 1) / 2;
        first = first[half - 1] < number ? first + half : first;
        left -= half;
    }
    return static_cast<std::size_t>(first - cuts.data());
}

}  // namespace

std::vector<double> cuts_of(std::span<double> numbers, std::size_t bins) {
    std::ranges::sort(numbers);
    std::vector<double> cuts;
    const std::size_t size = numbers.size();
    std::size_t left = size, bins_left = bins, here = 0;  // `here` are in the bin that is being filled
    // Few distinct numbers: a bin each.
    std::size_t distinct = 0;
    for (std::size_t i = 0; i < size && distinct <= bins; ++i) distinct += i == 0 || numbers[i] != numbers[i - 1];
    const bool is_each_alone = distinct <= bins;
    for (std::size_t i = 0; i < size;) {
        std::size_t end = i;
        while (end < size && numbers[end] == numbers[i]) ++end;
        const std::size_t fair = (left + bins_left - 1) / bins_left, same = end - i;
        const bool is_full = is_each_alone || here >= fair || here + same > fair + fair / 2 || same >= fair;
        if (here > 0 && is_full && bins_left > 1) {
            const double below = numbers[i - 1], middle = below + (numbers[i] - below) / 2;
            cuts.push_back(middle >= below && middle < numbers[i] ? middle : below);
            left -= here;
            --bins_left;
            here = 0;
        }
        here += same;
        i = end;
    }
    return cuts;
}

BinnedFeatures::BinnedFeatures(const FeatureRows& rows, const LearntEncoder& learnt,
                               std::span<const std::uint32_t> places, std::span<const double> weights, std::size_t bins,
                               std::pmr::memory_resource* memory, const Cancellation& cancellation)
    : rows_(rows.size()), tiles_(memory) {
    std::vector<Feature> features = learnt.encoder.features();
    std::pmr::vector<double> codes(rows_, memory), sample(memory);
    sample.reserve(std::min(rows_, sample_rows));
    const std::size_t stride = (rows_ + sample_rows - 1) / sample_rows;
    const double all =
        weights.empty() ? static_cast<double>(rows_) : std::accumulate(weights.begin(), weights.end(), 0.0);
    for (std::size_t f = 0; f < features.size(); ++f) {
        gather(rows, learnt, f, places, codes, cancellation);
        cancellation.poll();
        summarise(features[f], codes, weights, all);
        cancellation.poll();
        BinnedColumn column{f, !features[f].is_numeric(), false, features[f].levels.size(), {}};
        if (features[f].is_numeric()) {
            column.has_missing = std::ranges::any_of(codes, [](double code) { return std::isnan(code); });
            sample.clear();
            for (std::size_t i = 0; i < rows_; i += stride)
                if (!std::isnan(codes[i])) sample.push_back(codes[i]);
            cancellation.poll();
            column.cuts = cuts_of(sample, bins);
            column.bins = column.cuts.size() + 1;
        }
        cancellation.poll();
        const bool has_values = column.is_categorical || !sample.empty();
        if (has_values && column.slots() > 1) add_column(std::move(column), codes, cancellation);
    }
    encoder_ = Encoder(std::move(features), learnt.encoder.is_named());
}

void BinnedFeatures::add_column(BinnedColumn column, std::span<const double> codes, const Cancellation& cancellation) {
    if (columns_.size() % columns_of_tile == 0) tiles_.emplace_back(rows_, std::uint64_t{0});
    auto& tile = tiles_.back();
    const std::size_t shift = 8 * (columns_.size() % columns_of_tile);
    std::uint64_t print = column.is_categorical;
    Pace pace(cancellation);
    for (std::size_t row = 0; row < rows_; ++row) {
        pace.step();
        const double code = codes[row];
        const std::uint64_t bin = column.is_categorical ? static_cast<std::uint64_t>(code)
                                  : std::isnan(code)    ? column.bins
                                                        : bin_of(column.cuts, code);
        tile[row] |= bin << shift;
        print = (print ^ bin) * 0x9e3779b97f4a7c15;
        print ^= print >> 29;
    }
    column.print = print;
    columns_.push_back(std::move(column));
}

}  // namespace crm::predict
