#include "crm/predict/loss.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "crm/numeric/lanes.hpp"

namespace crm::predict {

namespace {

/// For each of four margins the probability and its complement, whichever is the smaller one exact.
struct Chances {
    std::array<float, numeric::lanes> yes, no;
};

Chances chances(const double* margins, std::size_t count) {
    std::array<float, numeric::lanes> given{};
    for (std::size_t i = 0; i < count; ++i) given[i] = static_cast<float>(margins[i]);
    const numeric::Lanes margin = numeric::load_lanes(given.data()), none = numeric::all_lanes(0);
    const numeric::Lanes decay = numeric::exp_lanes(margin < none ? margin : -margin);
    const numeric::Lanes larger = 1 / (1 + decay), smaller = decay * larger;
    Chances chances;
    numeric::store_lanes(chances.yes.data(), margin < none ? smaller : larger);
    numeric::store_lanes(chances.no.data(), margin < none ? larger : smaller);
    return chances;
}

void differentiate_log_loss(std::span<const double> outcomes, std::span<const double> weights,
                            std::span<const double> margins, const GradientUnits& units, std::span<GradientSums> sums,
                            const Cancellation& cancellation) {
    Pace pace(cancellation);
    for (std::size_t first = 0; first < sums.size(); first += numeric::lanes) {
        const std::size_t count = std::min(numeric::lanes, sums.size() - first);
        pace.step();
        const Chances chance = chances(margins.data() + first, count);
        for (std::size_t i = 0; i < count; ++i) {
            const double yes = chance.yes[i], no = chance.no[i];
            const double weight = weights.empty() ? 1 : weights[first + i];
            sums[first + i] = units.of_row(weight * (outcomes[first + i] > 0 ? -no : yes), weight * (yes * no));
        }
    }
}

}  // namespace

double largest_magnitude(std::span<const double> numbers) {
    double most = 0;
    for (const double number : numbers) most = std::max(most, std::abs(number));
    return most;
}

GradientUnits differentiate(Loss loss, std::span<const double> outcomes, std::span<const double> weights,
                            std::span<const double> margins, std::span<GradientSums> sums,
                            const Cancellation& cancellation) {
    const double heaviest = weights.empty() ? 1 : largest_magnitude(weights.first(sums.size()));
    if (loss == Loss::log_loss) {
        const GradientUnits units(sums.size(), heaviest, heaviest / 4);
        differentiate_log_loss(outcomes, weights, margins, units, sums, cancellation);
        return units;
    }
    double furthest = 0;
    for (std::size_t i = 0; i < sums.size(); ++i) furthest = std::max(furthest, std::abs(margins[i] - outcomes[i]));
    const GradientUnits units(sums.size(), heaviest * furthest, heaviest);
    Pace pace(cancellation);
    for (std::size_t i = 0; i < sums.size(); ++i) {
        pace.step();
        const double weight = weights.empty() ? 1 : weights[i];
        sums[i] = units.of_row(weight * (margins[i] - outcomes[i]), weight);
    }
    return units;
}

double loss_of(Loss loss, double outcome, double margin) {
    if (loss == Loss::squared) return (margin - outcome) * (margin - outcome) / 2;
    const double wrong = outcome > 0 ? -margin : margin;
    return std::log1p(std::exp(-std::abs(wrong))) + std::max(wrong, 0.0);
}

}  // namespace crm::predict
