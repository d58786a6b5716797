// Whether one score tells positives from negatives better than another does, on the same rows: the paired test of
// DeLong, DeLong, Clarke-Pearson (1988), see roc.hpp.
#pragma once
#include <memory_resource>
#include <optional>
#include <tuple>

#include "crm/foundation/cancellation.hpp"
#include "crm/foundation/tally.hpp"

namespace crm::predict {

struct AucDifference {
    double auc_a, auc_b, difference;  // a - b
    std::optional<double> std_error, lower,
        upper;                         // of the difference, 95 %; none unless there are two of both classes
    std::optional<double> z, p_value;  // two-sided; none where the difference has no spread

    friend bool operator==(const AucDifference&, const AucDifference&) = default;
};

struct ScorePair {
    double a, b;

    static auto tied(auto& self) { return std::tie(self.a, self.b); }
};

/// The aggregate's state, and its question.
class PairedScores {
public:
    explicit PairedScores(std::pmr::memory_resource* memory) : positives_(memory), negatives_(memory) {}

    /// Throws invalid_argument unless both scores are finite.
    void add(bool actual, double score_a, double score_b);

    void merge(const PairedScores& other, const Cancellation& cancellation = {}) {
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

    /// None unless there are both classes.
    std::optional<AucDifference> finish(const Cancellation& = {}) const;

private:
    Tally<ScorePair> positives_, negatives_;
};

}  // namespace crm::predict
