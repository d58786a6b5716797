// What naive Bayes learns from: how often each feature occurs in the comments of each label. Counts add up, so that
// those of parts make those of the whole, exactly.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crm/foundation/bytes.hpp"
#include "crm/foundation/cancellation.hpp"
#include "crm/foundation/json.hpp"
#include "crm/text/features.hpp"

namespace crm::text {

/// Rennie, Shih, Teevan, Karger (2003), "Tackling the Poor Assumptions of Naive Bayes Text Classifiers", ICML:
/// complement is their CNB, normalised_complement their WCNB, both without the transforms of counts.
enum class BayesKind : std::uint8_t { complement, normalised_complement, multinomial };

std::string_view name_of(BayesKind);

bool valid_smoothing(double smoothing);

struct BayesOptions {
    FeatureOptions features{2, 0, 0};
    std::optional<BayesKind> kind;    // none: the better one on comments that are left out
    std::optional<double> smoothing;  // added to each count; none: the best of some
    double other = 0.05;  // share of the comments of known labels that may be taken for "other"; 0 for no "other"

    /// {"words": 2, "characters": [2, 5], "kind": "complement", "smoothing": 1, "other": 0.05}, every key optional.
    /// Throws invalid_argument for an unknown key and for a value that cannot be.
    static BayesOptions from_json(const Json&);
    Json to_json() const;

    bool operator==(const BayesOptions&) const = default;
    void save(Writer&) const;
    static BayesOptions load(Reader&);
};

struct BayesCounts {
    static constexpr std::size_t most_labels = 65'536, longest_label = 1000;  // bytes
    static constexpr std::uint64_t largest = std::uint64_t{1} << 47;          // of one count

    struct Entry {
        std::uint16_t label;
        std::uint64_t count;

        bool operator==(const Entry&) const = default;
    };

    /// One comment of a label, and its copies.
    struct Kept {
        struct Part {
            std::uint32_t feature, count;

            bool operator==(const Part&) const = default;
        };

        std::uint64_t rank;
        std::uint16_t label;
        std::uint64_t copies;
        std::vector<Part> parts;  // by feature

        bool operator==(const Kept&) const = default;
    };

    std::vector<std::string> labels;      // in alphabetical order of their bytes
    std::vector<std::uint64_t> comments;  // of each label
    std::uint64_t skipped = 0;            // rows with a NULL
    std::vector<std::uint64_t> features;  // hashes, ascending
    std::vector<std::size_t> begins;      // of each feature's entries, and the end
    std::vector<Entry> entries;           // by feature, then label
    std::vector<Kept> kept;               // the distinct comments with the smallest ranks, ascending

    std::span<const Entry> of(std::size_t feature) const {
        return std::span(entries).subspan(begins[feature], begins[feature + 1] - begins[feature]);
    }

    bool operator==(const BayesCounts&) const = default;
    void save(Writer&) const;
    static BayesCounts load(Reader&);
};

/// Whether text can be a label: UTF-8 without U+0000 and not too long.
bool is_label(std::string_view text);

}  // namespace crm::text
