// Comments that are nearly the same: copies, templates, campaigns. Candidates by MinHash, Broder (1997), and by bands
// of it, Indyk, Motwani (1998), Approximate nearest neighbours, STOC; each is then compared exactly.
#pragma once
#include <array>
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crm/foundation/bytes.hpp"
#include "crm/foundation/cancellation.hpp"
#include "crm/foundation/error.hpp"
#include "crm/foundation/json.hpp"
#include "crm/text/indexed.hpp"
#include "crm/text/shingles.hpp"

namespace crm::text {

struct DuplicateOptions {
    ShingleOptions shingles;
    double threshold = 0.8;

    /// {"threshold": 0.8, "shingles": "characters", "size": 4}. Throws invalid_argument unless 0.2 <= threshold <= 1.
    static DuplicateOptions from_json(const Json&);

    void save(Writer&) const;
    static DuplicateOptions load(Reader&);

    friend bool operator==(const DuplicateOptions&, const DuplicateOptions&) = default;
};

/// The least hashes of a set of shingles under `hashes` functions, in bands of `rows`: two sets of Jaccard index s
/// agree in a band with probability s^rows, and are missed with probability (1 - s^rows)^bands.
struct MinHash {
    static constexpr std::size_t hashes = 128;
    using Signature = std::array<std::uint32_t, hashes>;

    static Signature of(const std::vector<std::uint64_t>& shingles);

    /// The longest bands that miss one pair of a thousand at most that is just as alike as the threshold.
    static std::size_t rows_for(double threshold);
    static double miss_probability(double similarity, std::size_t rows);
};

/// The texts of a cluster: the first is the representative.
struct Likeness {
    std::uint32_t text;
    double similarity;  // to the representative, at least the threshold
};

/// Each distinct comparable text, in this order, joins the earlier representative that it is most like (the first of
/// equals), or becomes one. By the texts' positions.
std::vector<std::vector<Likeness>> cluster_texts(const std::vector<std::string_view>& texts,
                                                 const DuplicateOptions& options, const Cancellation& = {});

template <class Id>
struct NearDuplicate {
    std::int64_t cluster;  // 1 is the largest
    Id id, representative;
    double similarity;

    friend bool operator==(const NearDuplicate&, const NearDuplicate&) = default;
};

/// Comments by their comparable text. Id is std::int64_t, or std::string (given as a std::string_view).
template <class Id>
class NearDuplicatesBuilder {
public:
    using Given = std::conditional_t<std::is_same_v<Id, std::string>, std::string_view, Id>;
    static constexpr std::size_t most_bytes = std::size_t{1} << 30, most_comments = 50'000'000;

    explicit NearDuplicatesBuilder(std::pmr::memory_resource* memory)
        : texts_(memory), comments_(memory), characters_(memory), names_(memory) {}

    /// Throws invalid_argument when rows before came with others.
    void set(const DuplicateOptions& options);

    /// A comment without words is skipped. Throws limit_exceeded beyond 1 GB of distinct texts or 50 million comments.
    void add(Given id, std::string_view comment);
    void merge(const NearDuplicatesBuilder& other, const Cancellation& = {});
    void save(Writer&) const;
    void load(Reader&, const Cancellation& = {});

    /// Clusters of two comments and more, the largest first, then by representative; within a cluster the most alike
    /// first, then by id.
    std::vector<NearDuplicate<Id>> finish(const Cancellation& = {}) const;

private:
    struct Text {
        std::uint64_t key, place;
        std::uint32_t size;
        std::uint64_t hash() const { return key; }
    };
    struct Place {
        std::uint64_t begin;
        std::uint32_t size;
    };
    static constexpr bool is_number = !std::is_same_v<Id, std::string>;
    using Kept = std::conditional_t<is_number, std::int64_t, Place>;
    struct Comment {
        Kept id;
        std::uint32_t text;
    };

    std::string_view text(const Text& one) const { return std::string_view(characters_).substr(one.place, one.size); }
    Given id(const Kept& kept) const;
    std::uint32_t text_number(std::string_view comparable);
    void add_comment(Given id, std::uint32_t text);

    DuplicateOptions options_;
    Indexed<Text> texts_;
    std::pmr::vector<Comment> comments_;
    std::pmr::string characters_, names_;
};

extern template class NearDuplicatesBuilder<std::int64_t>;
extern template class NearDuplicatesBuilder<std::string>;

}  // namespace crm::text
