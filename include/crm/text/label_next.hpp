// Which comments a person should label next, so that a model learns most from the fewest labels: those that the model
// is least sure of, and of these no two that say the same.
//
// Uncertainty is the gap between the probabilities of the two likeliest labels (Scheffer, Decomain, Wrobel 2001); a
// batch is chosen greedily, each comment discounted by its likeness to those chosen before, as in maximal marginal
// relevance (Carbonell, Goldstein 1998), and by the root of the number of those with the same guess. Survey: Settles
// (2009), Active Learning Literature Survey.
#pragma once
#include <compare>
#include <cstdint>
#include <map>
#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crm/foundation/bytes.hpp"
#include "crm/foundation/cancellation.hpp"
#include "crm/foundation/json.hpp"
#include "crm/text/comment_model.hpp"

namespace crm::text {

struct LabelNextOptions {
    static constexpr std::int32_t most = 1000;

    std::int32_t how_many = 20;
    double diversity = 1;  // 0: the least sure ones, however alike; 1: a comment that says the same is never chosen

    /// {"how_many": 20, "diversity": 1}, every key optional. Throws invalid_argument.
    static LabelNextOptions from_json(const Json&);

    /// Throws invalid_argument.
    static LabelNextOptions of(std::int64_t how_many);

    bool operator==(const LabelNextOptions&) const = default;
};

struct LabelNext {
    std::int32_t position;  // from 1
    std::string id;
    std::string label;  // the likeliest; of a model that gives several labels the one that is hardest to tell
    double probability;
    std::optional<std::string> runner_up;  // none where the model gives several
    double gap;           // between their probabilities; where there are several, between the label's and its threshold
    std::int64_t copies;  // comments of the same words, this one among them
    std::string reason;
};

/// The aggregate. Keeps the ten times as many comments as are asked for that the model is least sure of. Comments
/// without words are left out.
class LabelNextBuilder {
public:
    explicit LabelNextBuilder(std::pmr::memory_resource* memory) : memory_(memory), candidates_(memory) {}

    /// `edition` is a number that tells the model from others. Throws invalid_argument when it or the options differ
    /// from those of a row before, and for an id that is longer than 1000 bytes.
    void add(const CommentModel& model, std::uint64_t edition, std::string_view id, const Comment& comment,
             const LabelNextOptions& options = {});

    void merge(const LabelNextBuilder&, const Cancellation& = {});
    void save(Writer&) const;
    void load(Reader&, const Cancellation& = {});

    std::vector<LabelNext> finish(const Cancellation& = {}) const;

private:
    static constexpr int format = 1;
    static constexpr std::size_t candidates_for_each = 10, sketch_size = 64;

    struct Key {
        double gap;
        std::uint64_t content;  // the sum of its features

        auto operator<=>(const Key&) const = default;
    };

    struct Candidate {
        explicit Candidate(std::pmr::memory_resource* memory)
            : id(memory), label(memory), runner_up(memory), sketch(memory) {}

        std::pmr::string id, label, runner_up;
        double probability = 0;
        bool is_other = false, has_runner_up = false;
        std::uint64_t copies = 0;
        std::pmr::vector<std::uint64_t> sketch;  // the smallest features, ascending
    };

    using Candidates = std::pmr::map<Key, Candidate>;

    void agree(std::uint64_t edition, const LabelNextOptions& options);
    std::size_t most_candidates() const { return candidates_for_each * static_cast<std::size_t>(options_.how_many); }

    /// The candidate's place, or nullptr when enough others come before it.
    Candidate* keep(const Key&);
    void add(const Key&, const Candidate&);
    static double likeness(const Candidate&, const Candidate&);

    std::pmr::memory_resource* memory_;
    bool has_options_ = false;
    std::uint64_t edition_ = 0;
    LabelNextOptions options_;
    Candidates candidates_;
};

}  // namespace crm::text
