#include "crm/predict/placed_rows.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "crm/predict/work_pace.hpp"

namespace crm::predict {

namespace {

/// As SplitMix64 does: each bit of the result depends on each of the word.
std::uint64_t mixed(std::uint64_t word) {
    word = (word ^ word >> 30) * 0xbf58476d1ce4e5b9;
    word = (word ^ word >> 27) * 0x94d049bb133111eb;
    return word ^ word >> 31;
}

/// -0 as 0 and every NaN as one.
std::uint64_t bits_of(double number) {
    return std::isnan(number) ? 0x7ff8000000000000 : std::bit_cast<std::uint64_t>(number + 0.0);
}

std::uint64_t joined(std::uint64_t hash, double number) { return mixed((hash ^ bits_of(number)) + 0x9e3779b97f4a7c15); }

struct Hashed {
    std::uint64_t hash;
    std::uint32_t row;
};

/// For each row as it came its place in the canonical order.
std::pmr::vector<std::uint32_t> canonical_places(const FeatureRows& rows, const LearntEncoder& learnt,
                                                 std::span<const double> outcomes, std::span<const double> weights,
                                                 std::uint64_t seed, std::pmr::memory_resource* memory,
                                                 const Cancellation& cancellation) {
    constexpr std::size_t buckets = 4096;
    const std::size_t features = learnt.encoder.features().size();
    std::pmr::vector<Hashed> hashes(memory), sorted(memory);
    hashes.reserve(rows.size());
    std::vector<std::size_t> ends(buckets + 1, 0);
    WorkPace pace(cancellation, 4 * features);
    for (const CellChunk& chunk : rows.chunks())
        for (std::size_t i = 0; i < chunk.rows; ++i) {
            pace.step();
            const std::size_t row = hashes.size();
            std::uint64_t hash = joined(mixed(seed), outcomes[row]);
            if (!weights.empty()) hash = joined(hash, weights[row]);
            for (std::size_t f = 0; f < features; ++f)
                hash = joined(hash, learnt.code(f, chunk.at(i, learnt.column_of(f))));
            hashes.push_back({hash, static_cast<std::uint32_t>(row)});
            ++ends[hash / (~std::uint64_t{0} / buckets + 1) + 1];
        }
    for (std::size_t i = 1; i <= buckets; ++i) ends[i] += ends[i - 1];
    sorted.resize(hashes.size());
    for (std::vector<std::size_t> next = ends; const Hashed& one : hashes)
        sorted[next[one.hash / (~std::uint64_t{0} / buckets + 1)]++] = one;
    std::pmr::vector<std::uint32_t> places(rows.size(), memory);
    for (std::size_t i = 0; i < buckets; ++i) {
        cancellation.poll();
        const auto bucket = std::span(sorted).subspan(ends[i], ends[i + 1] - ends[i]);
        std::ranges::sort(bucket, {}, &Hashed::hash);
        for (std::size_t k = 0; k < bucket.size(); ++k) places[bucket[k].row] = static_cast<std::uint32_t>(ends[i] + k);
    }
    return places;
}

/// Where each place of the canonical order goes when a share of the rows is held out: these last, every so manieth of
/// the rows of outcome 0 and of those of outcome 1, or of all rows where outcomes are numbers.
std::pmr::vector<std::uint32_t> held_out_last(const PlacedRows& rows, std::span<const double> outcomes, double held_out,
                                              std::pmr::memory_resource* memory, std::size_t& grown_on) {
    const std::size_t count = outcomes.size();
    std::pmr::vector<std::uint8_t> is_positive(count, memory), is_held(count, memory);
    for (std::size_t i = 0; i < count; ++i)
        is_positive[rows.places[i]] = rows.loss == Loss::log_loss && outcomes[i] > 0;
    std::array<double, 2> seen{};
    grown_on = count;
    for (std::size_t place = 0; place < count; ++place) {
        double& before = seen[is_positive[place]];
        is_held[place] = std::floor((before + 1) * held_out) > std::floor(before * held_out);
        ++before;
        grown_on -= is_held[place];
    }
    std::pmr::vector<std::uint32_t> moved(count, memory);
    auto next = std::uint32_t{0}, next_held = static_cast<std::uint32_t>(grown_on);
    for (std::size_t place = 0; place < count; ++place) moved[place] = is_held[place] != 0 ? next_held++ : next++;
    return moved;
}

}  // namespace

PlacedRows placed(const FeatureRows& features, const LearntEncoder& learnt, const Observed& observed, double held_out,
                  std::uint64_t seed, std::pmr::memory_resource* memory, const Cancellation& cancellation) {
    const std::size_t count = observed.outcomes.size();
    PlacedRows rows{observed.loss,
                    canonical_places(features, learnt, observed.outcomes, observed.weights, seed, memory, cancellation),
                    std::pmr::vector<double>(count, memory), std::pmr::vector<double>(observed.weights.size(), memory)};
    cancellation.poll();
    const auto moved = held_out_last(rows, observed.outcomes, held_out, memory, rows.grown_on);
    cancellation.poll();
    rows.unit = observed.weights.empty() ? 1 : std::ldexp(1, std::ilogb(largest_magnitude(observed.weights)));
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint32_t place = rows.places[i] = moved[rows.places[i]];
        rows.outcomes[place] = observed.outcomes[i];
        if (!rows.weights.empty()) rows.weights[place] = observed.weights[i] / rows.unit;
    }
    return rows;
}

}  // namespace crm::predict
