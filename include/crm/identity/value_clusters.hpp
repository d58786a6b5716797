// Different spellings of one value within a column, with one of them proposed for all.
// Key collision as OpenRefine does it, then similar spellings: candidates share one of their rarest runs of letters,
// which no pair within the edits allowed can fail to (prefix filter: Xiao, Wang, Lin (2008), Ed-Join, PVLDB 1(1)).
#pragma once
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crm/foundation/json.hpp"
#include "crm/identity/text_counts.hpp"

namespace crm::identity {

struct ClusterOptions {
    double similarity = 0.9;  // least Jaro-Winkler similarity of what is not a key collision; 1 for key collisions only
    int ngram = 2;            // length of the runs of the n-gram fingerprint; 0 does without
    int block = 200;          // in larger blocks a value is compared with this many next ones in alphabetical order
    bool letters_for_digits = false;  // 20x3 may be 2053 misspelt
    bool codes = false;  // letters of words that hold digits may be misspelt, of one twenty times as frequent

    /// {"similarity": .95, "ngram": 3, "block": 100, "letters_for_digits": true, "codes": true}, every key optional.
    /// Throws invalid_argument for an unknown key or a value that cannot be.
    static ClusterOptions from_json(const Json&);

    friend bool operator==(const ClusterOptions&, const ClusterOptions&) = default;
};

/// One spelling. Of each cluster the first is the proposed one: the most frequent, of equally frequent ones the best
/// formed, of those the first by bytes.
struct ClusteredValue {
    int cluster;  // from 1, those of most rows first
    std::string canonical, value;
    std::int64_t count;
    double similarity;   // Jaro-Winkler, of the plain words
    std::string reason;  // in what it differs: blanks, case, accents, punctuation, order of words, spacing; misspelt

    friend bool operator==(const ClusteredValue&, const ClusteredValue&) = default;
};

/// What may be two spellings of one value:
/// - Their numbers agree, digit by digit and in their order. Values without letters differ in blanks only, those of
///   fewer than five letters and digits in blanks, case, accents and, without digits, punctuation only.
/// - Same fingerprint; or same n-gram fingerprint, of six letters at least, and similar.
/// - Misspelt: similar, with word by word, in the order given or sorted, no more edits than a word of its length bears
///   (one from five letters, two from nine; one from three when the values have sixteen characters), and than a value
///   of its length does. A spelling that is not three times as frequent as the other is no evidence: then only words of
///   eight letters may differ, by one edit. One seen more than three times is no misspelling of one that is not seen
///   ten times as often.
/// Spellings are taken by falling rank, each joining the most similar one that proposes itself: no chains.
std::vector<ClusteredValue> clusters_of(const std::vector<TextCounts::Entry>& values, const ClusterOptions&,
                                        const Cancellation& = {});

/// The same by comparing all pairs, for tests.
std::vector<ClusteredValue> clusters_by_all_pairs(const std::vector<TextCounts::Entry>& values, const ClusterOptions&);

/// The aggregate's state.
class ValueClusterer {
public:
    static constexpr std::size_t most_values = 1000000, longest_value = 1000;

    explicit ValueClusterer(std::pmr::memory_resource* memory) : values_(memory, most_values) {}

    /// Values longer than longest_value bytes are passed over. Throws limit_exceeded for more than most_values distinct
    /// ones, invalid_argument when the options are not those of the rows before.
    void add(std::string_view value, const ClusterOptions& = {});
    void merge(const ValueClusterer& other, const Cancellation& = {});
    void save(Writer&) const;
    void load(Reader&, const Cancellation& = {});
    std::vector<ClusteredValue> finish(const Cancellation& = {}) const;

private:
    void check() const;

    std::optional<ClusterOptions> options_;
    TextCounts values_;
};

}  // namespace crm::identity
