// Labelled comments as a trainer reads them.
#pragma once
#include <cstdint>
#include <memory_resource>
#include <span>
#include <string>
#include <vector>

#include "crm/foundation/cancellation.hpp"
#include "crm/text/features.hpp"

namespace crm::text {

/// Comments as sparse vectors, in an order that depends on their contents alone.
struct TrainingSet {
    explicit TrainingSet(std::pmr::memory_resource* memory)
        : hashes(memory),
          frequencies(memory),
          begins(memory),
          features(memory),
          terms(memory),
          values(memory),
          label_begins(memory),
          labels_of(memory),
          contents(memory),
          texts(memory) {}

    struct Entries {
        std::span<const std::uint32_t> features;
        std::span<const float> values;
    };

    std::size_t size() const { return contents.size(); }
    std::size_t width() const { return hashes.size(); }

    Entries entries(std::size_t comment) const {
        const std::size_t begin = begins[comment], count = begins[comment + 1] - begin;
        return {std::span(features).subspan(begin, count), std::span(values).subspan(begin, count)};
    }

    std::span<const std::uint16_t> labels(std::size_t comment) const {
        return std::span(labels_of).subspan(label_begins[comment], label_begins[comment + 1] - label_begins[comment]);
    }

    /// Makes the values of terms and of each feature's importance.
    void weigh(std::span<const float> importance, const Cancellation&);

    std::vector<std::string> label_names;         // in alphabetical order
    std::pmr::vector<std::uint64_t> hashes;       // of the features, ascending
    std::pmr::vector<std::uint32_t> frequencies;  // comments that have them
    std::pmr::vector<std::uint64_t> begins;       // of each comment in features and values, and the end
    std::pmr::vector<std::uint32_t> features;
    std::pmr::vector<float> terms;                 // term_weight of each count
    std::pmr::vector<float> values;                // normalised; as weigh() left them
    std::pmr::vector<std::uint64_t> label_begins;  // of each comment in labels_of, and the end
    std::pmr::vector<std::uint16_t> labels_of;     // ascending for each comment
    std::pmr::vector<std::uint64_t> contents;      // a hash of each comment's features and labels; equal for equal ones
    std::pmr::vector<std::uint64_t> texts;         // the same of its features alone
};

}  // namespace crm::text
