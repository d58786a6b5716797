// Which of several models of the same sample to prefer.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "crm/foundation/model.hpp"

namespace crm {

struct LikelihoodRatio {
    double statistic;        // twice the gain in log-likelihood; 0 or more
    int degrees_of_freedom;  // parameters that the restricted model does without
    double p_value;          // of a gain as large, if the restricted model is true: chi-squared
};

/// Throws invalid_argument unless both were fitted to as many observations, and `restricted` is the same kind with
/// fewer parameters or a kind known to be nested in that of `full`. Where the restricted model lies on the boundary of
/// the full one, the p-value is too large rather than too small.
LikelihoodRatio likelihood_ratio_test(const Model& restricted, const Model& full);

struct Comparison {
    int position;  // in the list given, from 1
    std::string kind;
    int parameters;
    std::optional<double> log_likelihood, aic, bic;  // none for a fit that failed
    std::optional<double> delta_aic, delta_bic;      // above the best one's
    std::optional<double> akaike_weight;             // share of the support among these models
};

/// By ascending AIC, failed fits last. Throws invalid_argument when the models were not fitted, or to samples of
/// different size. Burnham, Anderson (2002), Model Selection and Multimodel Inference.
std::vector<Comparison> compare(std::span<const Model* const> models);

}  // namespace crm
