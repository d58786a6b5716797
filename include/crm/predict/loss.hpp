// What a model of trees minimises, and its derivatives.
#pragma once
#include <cstdint>
#include <span>

#include "crm/foundation/cancellation.hpp"
#include "crm/predict/gradient_sums.hpp"

namespace crm::predict {

enum class Loss : std::uint8_t {
    log_loss,  // of the probability of an outcome 1 rather than 0; margins are log-odds
    squared,   // half the square of a distance; margins are numbers of the outcome's kind
};

/// The loss of one row.
double loss_of(Loss, double outcome, double margin);

/// First and second derivative of the loss by the margin, times the weight, of each of the first rows: as many as there
/// are `sums`. Gives the units they are counted in. `outcomes`, `weights` (or none) and `margins` are by row.
GradientUnits differentiate(Loss, std::span<const double> outcomes, std::span<const double> weights,
                            std::span<const double> margins, std::span<GradientSums> sums, const Cancellation& = {});

double largest_magnitude(std::span<const double> numbers);

}  // namespace crm::predict
