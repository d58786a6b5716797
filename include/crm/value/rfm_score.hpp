// RFM scores: which quantile of the customers one belongs to by recency, frequency and monetary value, and the
// customary segment names. Hughes (1994), Strategic Database Marketing, for the scores.
#pragma once
#include <array>
#include <memory>
#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crm/foundation/cancellation.hpp"
#include "crm/foundation/model.hpp"
#include "crm/foundation/tally.hpp"
#include "crm/value/rfm.hpp"

namespace crm::value {

/// Each from 1 (worst) to the scorer's number of bins (best).
struct RfmScore {
    int recency, frequency, monetary;

    /// The three digits, e.g. "545".
    std::string code;

    friend bool operator==(const RfmScore&, const RfmScore&) = default;
};

/// Cut points as a value: equal customers get equal scores, and next month's scores compare with this month's.
class RfmScorer final : public Model {
public:
    static constexpr std::string_view name = "rfm_score";
    static constexpr int least_bins = 2, most_bins = 9, usual_bins = 5;

    /// A score is 1 + the number of cut points that the value is better than: less for silence, more for the others.
    /// bins - 1 of each, from worst to best: silence does not rise, frequency and monetary do not fall. `monetary` is
    /// empty when nobody had an amount.
    struct CutPoints {
        std::vector<double> silence, frequency, monetary;
    };

    /// Throws invalid_argument for cut points that break these rules.
    explicit RfmScorer(CutPoints, std::optional<FitReport> = {});

    static std::unique_ptr<RfmScorer> load(Reader&);
    static std::unique_ptr<RfmScorer> from_json(const Json&);

    /// From {"silence": [...], "frequency": [...], "monetary": [...]}.
    static std::unique_ptr<RfmScorer> make(const Json&);

    int bins() const { return static_cast<int>(cuts_.silence.size()) + 1; }
    const CutPoints& cut_points() const { return cuts_; }

    /// A customer without a mean amount gets 1 for monetary.
    RfmScore score(const Rfm&) const;

    std::string_view kind() const override { return name; }
    bool usable() const override { return true; }
    std::optional<FitReport> report() const override { return report_; }
    std::vector<Coefficient> coefficients() const override;  // silence_1, silence_2, ...
    void save(Writer&) const override;
    Json::Object to_json() const override;

private:
    CutPoints cuts_;
    std::optional<FitReport> report_;
};

/// The aggregate that finds the cut points: cut k is the smallest value that at least k / bins of the customers do not
/// exceed (for silence: the largest that at least k / bins do not fall below).
class RfmScorerFit {
public:
    explicit RfmScorerFit(std::pmr::memory_resource* memory)
        : silence_(memory), frequency_(memory), monetary_(memory) {}

    void add(const std::optional<Rfm>& customer) { add(customer, RfmScorer::usual_bins); }

    /// Throws invalid_argument when bins is not in [2, 9] or differs from that of an earlier row.
    void add(const std::optional<Rfm>& customer, int bins);

    /// Throws invalid_argument when the two differ in bins.
    void merge(const RfmScorerFit&, const Cancellation& = {});

    void save(Writer&) const;

    /// Into an empty state; throws corrupt_data.
    void load(Reader&, const Cancellation& = {});

    /// Nothing when no customer had a value.
    std::unique_ptr<RfmScorer> finish(const Cancellation& = {}) const;

private:
    static constexpr int format = 1;

    void agree_on(int bins);

    Tally<double> silence_, frequency_, monetary_;
    std::uint64_t customers_ = 0, nulls_ = 0;
    int bins_ = 0;  // 0 until the first row
};

/// The customary name of a customer by recency and frequency score, both from 1 to 5; else throws invalid_argument.
std::string_view rfm_segment(const RfmScore&);

}  // namespace crm::value
