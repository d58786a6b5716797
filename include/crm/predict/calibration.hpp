// Whether probabilities mean what they say: reliability bins, calibration error, Brier score, logarithmic loss.
// Naeini, Cooper, Hauskrecht (2015), Obtaining well calibrated probabilities using Bayesian binning, AAAI (expected and
// maximum calibration error); Brier (1950), Verification of forecasts expressed in terms of probability, Monthly
// Weather Review 78(1).
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <tuple>
#include <vector>

#include "crm/predict/proportion.hpp"
#include "crm/predict/scored_outcomes.hpp"

namespace crm::predict {

/// Bins are of equal width, (k - 1) / bins < probability <= k / bins with 0 in the first; or hold about as many rows
/// each, those of one probability together.
struct CalibrationBins {
    static constexpr std::string_view name = "bins";

    std::int32_t bins = 10;
    std::uint8_t equal_count = 0;

    CalibrationBins() = default;
    /// Throws invalid_argument unless 1 <= bins <= 10000.
    explicit CalibrationBins(std::int32_t number, bool equal = false);

    static auto tied(auto& self) { return std::tie(self.bins, self.equal_count); }
    bool valid() const;
    friend bool operator==(const CalibrationBins&, const CalibrationBins&) = default;
};

struct CalibrationBin {
    std::int32_t number;                 // from 1
    double lower, upper;                 // of equal width: its bounds; else its least and greatest probability
    double rows, positives;              //
    std::optional<double> mean;          // probability; none in an empty bin
    std::optional<Proportion> observed;  // share of positives

    friend bool operator==(const CalibrationBin&, const CalibrationBin&) = default;
};

/// Of equal width: every bin, empty ones too. Of equal count: those that hold rows.
std::vector<CalibrationBin> calibration(const Ranking&, const CalibrationBins&, const Cancellation& = {});

struct CalibrationError {
    double expected;  // mean over the rows of |mean probability - observed share| of their bin
    double maximum;   // the largest of these differences

    friend bool operator==(const CalibrationError&, const CalibrationError&) = default;
};

/// None without rows.
std::optional<CalibrationError> calibration_error(const Ranking&, const CalibrationBins&, const Cancellation& = {});

/// Mean squared difference between the probability and what happened, 0 or 1; none without rows.
std::optional<double> brier(const Ranking&, const Cancellation& = {});

/// Mean negative logarithm of the probability of what happened; none without rows. A probability below the machine
/// epsilon, 2.2e-16, counts as that, so that one row costs 36.04 at most.
std::optional<double> log_loss(const Ranking&, const Cancellation& = {});

/// The same from the probability that was given to the class that came true, of however many.
class LogLossBuilder {
public:
    explicit LogLossBuilder(std::pmr::memory_resource* memory) : probabilities_(memory) {}

    /// Throws invalid_argument unless 0 <= probability <= 1.
    void add(double probability_of_actual) { probabilities_.add_probability(true, probability_of_actual); }
    void merge(const LogLossBuilder& other, const Cancellation& cancellation = {}) {
        probabilities_.merge(other.probabilities_, cancellation);
    }
    void save(Writer& out) const { probabilities_.save(out); }
    void load(Reader& in, const Cancellation& cancellation = {}) { probabilities_.load(in, cancellation); }

    std::optional<double> finish(const Cancellation& cancellation = {}) const {
        return log_loss(probabilities_.ranking(cancellation), cancellation);
    }

private:
    ScoredOutcomes probabilities_;
};

}  // namespace crm::predict
