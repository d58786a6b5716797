#include "crm/predict/calibration.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "crm/foundation/error.hpp"

namespace crm::predict {

namespace {

constexpr std::int32_t most_bins = 10000;

/// The edges are the quotients themselves, so that 0.3 lies in the bin that ends at 0.3.
std::int32_t bin_of_equal_width(double probability, std::int32_t bins) {
    const auto edge = [bins](std::int32_t number) { return static_cast<double>(number) / bins; };
    auto number = std::clamp(static_cast<std::int32_t>(std::ceil(probability * bins)), 1, bins);
    if (number > 1 && probability <= edge(number - 1)) --number;
    if (number < bins && probability > edge(number)) ++number;
    return number;
}

/// The part of all rows in which the middle one of these lies.
std::int32_t bin_of_equal_count(double rows_before, double rows, double all, std::int32_t bins) {
    const double part = (rows_before + rows / 2) / all * bins;
    return std::min(static_cast<std::int32_t>(part) + 1, bins);
}

/// Sums of a bin on the way.
struct Filling {
    double lowest = 0, highest = 0, positives = 0, rows = 0, sum = 0;

    void add(const ScoreGroup& group) {
        if (rows == 0) lowest = group.score;
        highest = group.score;
        positives += group.positives;
        rows += group.rows();
        sum += group.rows() * group.score;
    }

    CalibrationBin bin(std::int32_t number, double lower, double upper) const {
        CalibrationBin made{number, lower, upper, rows, positives, {}, proportion(positives, rows)};
        // Rounding must not lead out of the bin.
        if (rows > 0) made.mean = std::clamp(sum / rows, lowest, highest);
        return made;
    }
};

double loss(double probability) { return -std::log(std::max(probability, std::numeric_limits<double>::epsilon())); }

/// Of what did not happen; exact for probabilities near 0.
double loss_of_rest(double probability) {
    return 1 - probability < std::numeric_limits<double>::epsilon() ? loss(0) : -std::log1p(-probability);
}

}  // namespace

CalibrationBins::CalibrationBins(std::int32_t number, bool equal) : bins(number), equal_count(equal) {
    if (!valid())
        throw invalid_argument("bins must be between 1 and " + std::to_string(most_bins) + ", not " +
                               std::to_string(number));
}

bool CalibrationBins::valid() const { return bins >= 1 && bins <= most_bins && equal_count <= 1; }

std::vector<CalibrationBin> calibration(const Ranking& ranking, const CalibrationBins& options,
                                        const Cancellation& cancellation) {
    std::vector<Filling> fillings(static_cast<std::size_t>(options.bins));
    Pace pace(cancellation);
    double before = 0;
    for (auto at = ranking.groups.rbegin(); at != ranking.groups.rend(); ++at) {
        pace.step();
        const ScoreGroup& group = *at;
        const std::int32_t number = options.equal_count
                                        ? bin_of_equal_count(before, group.rows(), ranking.rows(), options.bins)
                                        : bin_of_equal_width(group.score, options.bins);
        fillings[static_cast<std::size_t>(number - 1)].add(group);
        before += group.rows();
    }
    std::vector<CalibrationBin> bins;
    for (std::int32_t number = 1; const Filling& filling : fillings) {
        if (!options.equal_count)
            bins.push_back(filling.bin(number, static_cast<double>(number - 1) / options.bins,
                                       static_cast<double>(number) / options.bins));
        else if (filling.rows > 0)
            bins.push_back(filling.bin(number, filling.lowest, filling.highest));
        else
            continue;
        ++number;
    }
    return bins;
}

std::optional<CalibrationError> calibration_error(const Ranking& ranking, const CalibrationBins& options,
                                                  const Cancellation& cancellation) {
    if (ranking.groups.empty()) return {};
    CalibrationError error{0, 0};
    for (const CalibrationBin& bin : calibration(ranking, options, cancellation)) {
        if (!bin.mean) continue;
        const double difference = std::abs(*bin.mean - bin.observed->share);
        error.expected += difference * (bin.rows / ranking.rows());
        error.maximum = std::max(error.maximum, difference);
    }
    return error;
}

std::optional<double> brier(const Ranking& ranking, const Cancellation& cancellation) {
    if (ranking.groups.empty()) return {};
    Pace pace(cancellation);
    double squares = 0;
    for (const auto& [probability, positives, negatives] : ranking.groups) {
        pace.step();
        squares += positives * (1 - probability) * (1 - probability) + negatives * probability * probability;
    }
    return squares / ranking.rows();
}

std::optional<double> log_loss(const Ranking& ranking, const Cancellation& cancellation) {
    if (ranking.groups.empty()) return {};
    Pace pace(cancellation);
    double losses = 0;
    for (const auto& [probability, positives, negatives] : ranking.groups) {
        pace.step();
        if (positives > 0) losses += positives * loss(probability);
        if (negatives > 0) losses += negatives * loss_of_rest(probability);
    }
    return losses / ranking.rows();
}

}  // namespace crm::predict
