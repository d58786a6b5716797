#include "crm/text/training_set.hpp"

#include <cmath>

namespace crm::text {

void normalise(std::span<const std::uint64_t> hashes, std::span<const std::uint32_t> features,
               std::span<float> values) {
    double squares[2] = {0, 0};
    for (std::size_t i = 0; i < values.size(); ++i)
        squares[is_phrase(hashes[features[i]])] += double{values[i]} * values[i];
    float scales[2];
    for (int kind = 0; kind < 2; ++kind)
        scales[kind] = squares[kind] > 0 ? static_cast<float>(1 / std::sqrt(squares[kind])) : 0.0F;
    for (std::size_t i = 0; i < values.size(); ++i) values[i] *= scales[is_phrase(hashes[features[i]])];
}

void TrainingSet::weigh(std::span<const float> importance, const Cancellation& cancellation) {
    for (std::size_t comment = 0; comment < size(); ++comment) {
        if (comment % 1024 == 0) cancellation.poll();
        const std::size_t begin = begins[comment], count = begins[comment + 1] - begin;
        for (std::size_t i = begin; i < begin + count; ++i) values[i] = terms[i] * importance[features[i]];
        normalise(hashes, std::span(features).subspan(begin, count), std::span(values).subspan(begin, count));
    }
}

}  // namespace crm::text
