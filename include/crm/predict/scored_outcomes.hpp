// Scores and what then happened: what every judgement of a score is computed from. A score orders customers, the
// highest being those of whom the outcome is expected most; it may be a probability, log-odds or any other number.
#pragma once
#include <memory_resource>
#include <optional>
#include <type_traits>
#include <vector>

#include "crm/foundation/bytes.hpp"
#include "crm/foundation/cancellation.hpp"
#include "crm/foundation/tally.hpp"

namespace crm::predict {

/// Rows of one score. Whole numbers unless weights are fractions.
struct ScoreGroup {
    double score, positives, negatives;

    double rows() const { return positives + negatives; }
};

/// All rows, one group a distinct score, the highest first.
struct Ranking {
    std::vector<ScoreGroup> groups;
    double positives = 0, negatives = 0;

    double rows() const { return positives + negatives; }
    bool has_both_classes() const { return positives > 0 && negatives > 0; }
};

/// Throws invalid_argument unless finite.
void require_score(double score);

/// Throws invalid_argument unless finite and 0 or more.
void require_weight(double weight);

/// An aggregate's state: equal rows are counted, so that its memory grows with the distinct scores.
class ScoredOutcomes {
public:
    explicit ScoredOutcomes(std::pmr::memory_resource* memory) : positives_(memory), negatives_(memory) {}

    /// A row that stands for `weight` equal ones. Throws invalid_argument for a score that is not finite, and unless
    /// 0 <= weight < infinity.
    void add(bool actual, double score, double weight = 1);

    /// The same for a score that must be a probability: throws invalid_argument unless it lies in [0, 1].
    void add_probability(bool actual, double probability);

    void merge(const ScoredOutcomes& other, const Cancellation& cancellation = {}) {
        positives_.merge(other.positives_, cancellation);
        negatives_.merge(other.negatives_, cancellation);
    }

    void save(Writer& out) const {
        positives_.save(out);
        negatives_.save(out);
    }

    void load(Reader& in, const Cancellation& cancellation = {}) {
        positives_.load(in, cancellation);
        negatives_.load(in, cancellation);
    }

    Ranking ranking(const Cancellation& = {}) const;

private:
    Tally<double> positives_, negatives_;  // rows by score
};

/// The aggregate that asks one question, a function of a Ranking and a Cancellation.
template <auto question>
class Judgement : public ScoredOutcomes {
public:
    using ScoredOutcomes::ScoredOutcomes;
    auto finish(const Cancellation& cancellation = {}) const { return question(ranking(cancellation), cancellation); }
};

/// The same for a function that has options between the two. They are a struct of numbers with `tied(self)` as those
/// of a Tally, `bool valid() const`, operator== and a `name` for messages, and are the same in all rows of a group.
template <auto question, class Options>
class JudgementBy {
public:
    explicit JudgementBy(std::pmr::memory_resource* memory) : outcomes_(memory) {}

    /// Where a row goes. Throws invalid_argument when the rows before had other options.
    ScoredOutcomes& rows(const Options& options) {
        if (!options_)
            options_ = options;
        else if (!(*options_ == options))
            throw invalid_argument(std::string(Options::name) + " must be the same for all rows of a group");
        return outcomes_;
    }

    void merge(const JudgementBy& other, const Cancellation& cancellation = {}) {
        if (other.options_) rows(*other.options_).merge(other.outcomes_, cancellation);
    }

    void save(Writer& out) const {
        out.put(static_cast<std::uint8_t>(options_.has_value()));
        if (!options_) return;
        std::apply([&out](auto... field) { (out.put(field), ...); }, Options::tied(*options_));
        outcomes_.save(out);
    }

    void load(Reader& in, const Cancellation& cancellation = {}) {
        if (in.get<std::uint8_t>() == 0) return;
        Options read;
        std::apply([&in](auto&... field) { ((field = in.get<std::remove_reference_t<decltype(field)>>()), ...); },
                   Options::tied(read));
        if (!read.valid()) throw corrupt_data("impossible options in state");
        rows(read).load(in, cancellation);
    }

    auto finish(const Cancellation& cancellation = {}) const {
        return question(outcomes_.ranking(cancellation), options_.value_or(Options{}), cancellation);
    }

private:
    std::optional<Options> options_;  // of the first row
    ScoredOutcomes outcomes_;
};

}  // namespace crm::predict
