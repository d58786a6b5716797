#include "crm/text/training_set.hpp"

#include <cmath>

namespace crm::text {

namespace {

/// Scales the values of a comment's phrases and pieces to their lengths.
void normalise(std::span<const std::uint64_t> hashes, std::span<const std::uint32_t> features,
               std::span<float> values) {
    double squares[2] = {0, 0};
    for (std::size_t i = 0; i < values.size(); ++i)
        squares[is_phrase(hashes[features[i]])] += double{values[i]} * values[i];
    const auto scale = [](double length, double square) {
        return square > 0 ? static_cast<float>(length / std::sqrt(square)) : 0.0F;
    };
    const float scales[] = {scale(length_of_pieces, squares[0]), scale(length_of_phrases, squares[1])};
    for (std::size_t i = 0; i < values.size(); ++i) values[i] *= scales[is_phrase(hashes[features[i]])];
}

}  // namespace

void TrainingSet::weigh(std::span<const float> importance, const Cancellation& cancellation) {
    for (std::size_t comment = 0; comment < size(); ++comment) {
        cancellation.poll();
        const std::size_t begin = begins[comment], count = begins[comment + 1] - begin;
        for (std::size_t i = begin; i < begin + count; ++i) values[i] = terms[i] * importance[features[i]];
        normalise(hashes, std::span(features).subspan(begin, count), std::span(values).subspan(begin, count));
    }
}

}  // namespace crm::text
