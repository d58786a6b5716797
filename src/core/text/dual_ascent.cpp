#include "crm/text/dual_ascent.hpp"

#include <algorithm>
#include <cmath>

#include "crm/numeric/lanes.hpp"

namespace crm::text {

namespace {

using numeric::all_lanes;
using numeric::Lanes;
using numeric::lanes;

constexpr std::size_t block = 4 * lanes;

/// Log-odds of a dual that has not been moved yet: exp(-untouched) is 0 beside any weight.
constexpr float untouched = -80;

constexpr int newton_steps = 2;

/// Moves of margins by less are not worth the way to the weights.
constexpr float negligible = 1e-4F;

float greatest_of(Lanes x) { return std::max({x[0], x[1], x[2], x[3]}); }

Lanes logistic(Lanes x) { return 1 / (1 + numeric::exp_lanes(-x)); }

/// The negative root x of x + reach * logistic(x) = level, where level <= reach / 2. If the logistic were an
/// exponential, it would be level - W(reach * e^level), W of Lambert; and L - ln L is near W(e^L). Newton's method does
/// the rest: the function is convex where x < 0.
Lanes saturation(Lanes level, Lanes reach, Lanes log_reach) {
    const Lanes exponent = log_reach + level;
    const Lanes guess = numeric::rough_log_lanes(exponent) - log_reach;
    Lanes x = numeric::least(exponent > 1 ? guess : level, all_lanes(0));
    for (int step = 0; step < newton_steps; ++step) {
        const Lanes share = logistic(x);
        x -= (x + reach * share - level) / (1 + reach * share * (1 - share));
        x = numeric::least(x, all_lanes(0));
    }
    return x;
}

/// Calls body(at, lanes of labels) for runs of labels that fit into registers, the lanes as a constant.
template <class Body>
void for_each_block(std::size_t stride, const Body& body) {
    std::size_t at = 0;
    for (; at + block <= stride; at += block) body(at, std::integral_constant<std::size_t, 4>{});
    switch ((stride - at) / lanes) {
        case 3: return body(at, std::integral_constant<std::size_t, 3>{});
        case 2: return body(at, std::integral_constant<std::size_t, 2>{});
        case 1: return body(at, std::integral_constant<std::size_t, 1>{});
        default: return;
    }
}

/// found += sum of value * row
template <std::size_t n>
void add_block(TrainingSet::Entries entries, const float* weights, std::size_t stride, float* found) {
    Lanes sum[n];
    for (std::size_t i = 0; i < n; ++i) sum[i] = numeric::load_lanes(found + i * lanes);
    for (std::size_t e = 0; e < entries.features.size(); ++e) {
        const float* const row = weights + std::size_t{entries.features[e]} * stride;
        const float value = entries.values[e];
        for (std::size_t i = 0; i < n; ++i) sum[i] += value * numeric::load_lanes(row + i * lanes);
    }
    for (std::size_t i = 0; i < n; ++i) numeric::store_lanes(found + i * lanes, sum[i]);
}

template <std::size_t n>
void move_block(TrainingSet::Entries entries, float* weights, std::size_t stride, const float* moves) {
    Lanes move[n];
    for (std::size_t i = 0; i < n; ++i) move[i] = numeric::load_lanes(moves + i * lanes);
    for (std::size_t e = 0; e < entries.features.size(); ++e) {
        float* const row = weights + std::size_t{entries.features[e]} * stride;
        const float value = entries.values[e];
        for (std::size_t i = 0; i < n; ++i)
            numeric::store_lanes(row + i * lanes, numeric::load_lanes(row + i * lanes) + value * move[i]);
    }
}

/// What the dual problem of one comment is, for a few labels.
struct Step {
    Lanes strength, reach, log_reach;  // reach is the strength times the square of the comment's length

    explicit Step(float c, float square)
        : strength(all_lanes(c)), reach(all_lanes(c * square)), log_reach(all_lanes(std::log(c * square))) {}

    /// The log-odds of the best dual, given sign * margin and the share of C that the dual was before.
    Lanes odds(Lanes margin, Lanes before) const {
        // The root of odds + margin + reach * (logistic(odds) - before). With the sign that makes it negative, it is
        // that of x + reach * logistic(x) = level.
        const Lanes at_zero = margin + reach * (0.5F - before);
        const Lanes side = at_zero > 0 ? all_lanes(1) : all_lanes(-1);
        const Lanes level = side > 0 ? reach * before - margin : reach * (1 - before) + margin;
        return side * saturation(level, reach, log_reach);
    }
};

}  // namespace

DualAscent::DualAscent(const TrainingSet& set, double strength, std::pmr::memory_resource* memory)
    : set_(set),
      labels_(set.label_names.size()),
      stride_((labels_ + lanes - 1) / lanes * lanes),
      strength_(static_cast<float>(strength)),
      weights_((set.width() + 1) * stride_, 0.0F, memory),
      duals_(set.size() * stride_, untouched, memory),
      margins_(stride_, 0.0F, memory),
      moves_(stride_, 0.0F, memory) {}

void DualAscent::set_strength(double strength) {
    const float ratio = static_cast<float>(strength) / strength_;
    for (float& weight : weights_) weight *= ratio;
    strength_ = static_cast<float>(strength);
}

void DualAscent::reweigh(const Cancellation& cancellation) {
    std::ranges::fill(weights_, 0.0F);
    for (std::size_t comment = 0; comment < set_.size(); ++comment) {
        cancellation.poll();
        mark_labels(comment);
        const float* const duals = duals_.data() + comment * stride_;
        for (std::size_t k = 0; k < stride_; k += lanes) {
            const Lanes sign = numeric::load_lanes(moves_.data() + k);
            numeric::store_lanes(moves_.data() + k, strength_ * sign * logistic(numeric::load_lanes(duals + k)));
        }
        move(comment);
    }
}

void DualAscent::mark_labels(std::size_t comment) {
    std::ranges::fill(moves_, -1.0F);
    for (const std::uint16_t label : set_.labels(comment)) moves_[label] = 1;
}

void DualAscent::move(std::size_t comment) {
    for_each_block(stride_, [&](std::size_t at, auto n) {
        const std::span moves(moves_.data() + at, n * lanes);
        if (std::ranges::any_of(moves, [](float one) { return one != 0; }))
            move_block<n>(set_.entries(comment), weights_.data() + at, stride_, moves.data());
    });
    float* const biases = weights_.data() + set_.width() * stride_;
    for (std::size_t k = 0; k < stride_; ++k) biases[k] += moves_[k];
}

void DualAscent::add_up(std::size_t comment, float* found) const {
    const float* const biases = weights_.data() + set_.width() * stride_;
    std::copy(biases, biases + stride_, found);
    for_each_block(stride_, [&](std::size_t at, auto n) {
        add_block<n>(set_.entries(comment), weights_.data() + at, stride_, found + at);
    });
}

void DualAscent::margins(std::size_t comment, std::span<float> found) const {
    std::pmr::vector<float> padded(stride_, weights_.get_allocator().resource());
    add_up(comment, padded.data());
    std::copy_n(padded.begin(), labels_, found.begin());
}

double DualAscent::pass(std::span<const std::uint32_t> comments, const Cancellation& cancellation) {
    double moved = 0;
    for (const std::size_t comment : comments) {
        cancellation.poll();
        const TrainingSet::Entries entries = set_.entries(comment);
        float square = 1;  // the bias
        for (const float value : entries.values) square += value * value;
        add_up(comment, margins_.data());

        mark_labels(comment);
        float* const duals = duals_.data() + comment * stride_;
        const Step step(strength_, square);
        float largest = 0;
        for_each_block(stride_, [&](std::size_t at, auto n) {
            Lanes odds[n], move[n], largest_here = all_lanes(0);
            for (std::size_t i = 0; i < n; ++i) {
                const std::size_t k = at + i * lanes;
                const Lanes sign = numeric::load_lanes(moves_.data() + k);
                const Lanes before = logistic(numeric::load_lanes(duals + k));
                odds[i] = step.odds(sign * numeric::load_lanes(margins_.data() + k), before);
                move[i] = step.strength * sign * (logistic(odds[i]) - before);
                largest_here = numeric::greatest(largest_here, numeric::greatest(move[i], -move[i]));
            }
            largest = std::max(largest, greatest_of(largest_here));
            const bool counts = greatest_of(largest_here) * square > negligible;
            for (std::size_t i = 0; i < n; ++i) {
                if (counts) numeric::store_lanes(duals + at + i * lanes, odds[i]);
                numeric::store_lanes(moves_.data() + at + i * lanes, counts ? move[i] : all_lanes(0));
            }
        });
        move(comment);
        moved += double{square} * largest;
    }
    return comments.empty() ? 0 : moved / static_cast<double>(comments.size());
}

}  // namespace crm::text
