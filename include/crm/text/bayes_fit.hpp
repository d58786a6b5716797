// The aggregate that counts for naive Bayes.
#pragma once
#include <array>
#include <functional>
#include <map>
#include <memory>
#include <memory_resource>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "crm/text/bayes.hpp"

namespace crm::text {

/// The model depends on the set of comments alone: neither on their order nor on how they were parted.
class BayesFit {
public:
    explicit BayesFit(std::pmr::memory_resource* memory);

    /// Throws limit_exceeded for more than BayesCounts::most_labels labels, invalid_argument for a label that cannot be
    /// and for other options than before.
    void add(std::string_view label, const Comment&, const BayesOptions& = {});

    /// A row with a NULL.
    void add_skipped(const BayesOptions& = {});

    /// The comments of a model, which were not added before.
    void add(const TextBayes&, const Cancellation& = {});

    void merge(const BayesFit&, const Cancellation& = {});
    void save(Writer&) const;
    void load(Reader&, const Cancellation& = {});

    /// Nothing when there was no comment.
    std::unique_ptr<TextBayes> finish(const Cancellation& = {}) const;

private:
    static constexpr int format = 1;
    static constexpr std::size_t most_kept = 1024, most_parts = 1000, least_slots = 64;

    /// Occurrences of a feature in comments of a label. Label in the lower 16 bits, count in the others; 0 of them
    /// marks a free slot.
    struct Slot {
        std::uint64_t feature, packed;

        std::uint16_t label() const { return static_cast<std::uint16_t>(packed); }
        std::uint64_t count() const { return packed >> 16; }
    };

    struct Part {
        std::uint64_t feature;
        std::uint32_t count;
    };

    struct Kept {
        explicit Kept(std::pmr::memory_resource* memory) : parts(memory) {}

        std::uint16_t label = 0;
        std::uint64_t copies = 0;
        std::pmr::vector<Part> parts;
    };

    struct LabelHash {
        using is_transparent = void;
        std::size_t operator()(std::string_view label) const { return std::hash<std::string_view>()(label); }
    };

    void agree(const BayesOptions&);
    std::uint16_t label_number(std::string_view label);
    void count(std::uint64_t feature, std::uint16_t label, std::uint64_t times);
    void increment(std::uint64_t feature, std::uint16_t label);
    Slot& find(std::uint64_t feature, std::uint16_t label);

    /// Where the search for a slot begins.
    std::size_t home(std::uint64_t feature, std::uint16_t label) const {
        const std::uint64_t mixed = (feature ^ label * 0xd6e8'feb8'6659'fd93U) * 0x9e37'79b9'7f4a'7c15U;
        return static_cast<std::size_t>(mixed >> shift_);
    }

    void make_room();
    void reserve(std::size_t entries);
    std::size_t limit() const { return slots_.size() / 4 * 3; }

    /// The place for a comment of this rank, or nullptr when others come before it.
    Kept* keep(std::uint64_t rank);
    void add_kept(std::uint64_t rank, std::uint16_t label, std::uint64_t copies, std::span<const Part> parts);
    void describe(const Comment&, Kept&) const;

    /// Visits the slots scattered: what arrives in the order of its hash would pile up in a smaller table.
    template <class Visit>
    void each_slot(const Visit& visit) const;

    std::pmr::memory_resource* memory_;
    bool has_options_ = false;
    BayesOptions options_;
    std::uint64_t skipped_ = 0;

    std::pmr::unordered_map<std::pmr::string, std::uint16_t, LabelHash, std::equal_to<>> numbers_;
    std::pmr::vector<const std::pmr::string*> names_;  // of each number: the map's keys
    std::pmr::vector<std::uint64_t> comments_;         // of each number
    std::pmr::vector<std::uint64_t> ranks_;            // of each number: a hash of the label
    std::uint16_t last_ = 0;                           // the label of the row before

    std::pmr::vector<Slot> slots_;  // none, or a power of two
    std::size_t entries_ = 0;
    int shift_ = 64;  // 64 - log2 of the slots

    std::pmr::map<std::uint64_t, Kept> kept_;  // by rank
};

}  // namespace crm::text
