#include "crm/foundation/model_selection.hpp"

#include <algorithm>
#include <array>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <limits>
#include <utility>

#include "crm/foundation/error.hpp"

namespace crm {

namespace {

/// Kinds of which the first is a special case of the second.
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> nested{
    {{"pareto_nbd", "ggom_nbd"}, {"pareto_nbd", "pareto_nbd_paths"}, {"sbg", "bdw"}}};

FitReport report_of(const Model& model) {
    const auto report = model.report();
    if (!report)
        throw invalid_argument("model of kind " + std::string(model.kind()) + " was not fitted", {},
                               "A model made from known parameters has no likelihood to compare.");
    return *report;
}

double likelihood_of(const Model& model, const FitReport& report) {
    if (!report.log_likelihood || !report.converged)
        throw invalid_argument("model of kind " + std::string(model.kind()) + " has no maximum of its likelihood", {},
                               "See the message of its fit report.");
    return *report.log_likelihood;
}

void require_same_sample(const FitReport& one, const FitReport& other) {
    if (one.observations != other.observations)
        throw invalid_argument("models were fitted to different samples, of " + std::to_string(one.observations) +
                                   " and " + std::to_string(other.observations) + " observations",
                               {}, "Fit both to the same rows.");
}

}  // namespace

LikelihoodRatio likelihood_ratio_test(const Model& restricted, const Model& full) {
    const FitReport less = report_of(restricted), more = report_of(full);
    const double below = likelihood_of(restricted, less), above = likelihood_of(full, more);
    require_same_sample(less, more);
    const std::pair kinds(restricted.kind(), full.kind());
    const bool is_nested = kinds.first == kinds.second || std::ranges::find(nested, kinds) != nested.end() ||
                           std::string(kinds.first) + "_covariates" == kinds.second;
    if (!is_nested || less.parameters >= more.parameters)
        throw invalid_argument("model of kind " + std::string(kinds.first) + " with " +
                                   std::to_string(less.parameters) + " parameters is no special case of one of kind " +
                                   std::string(kinds.second) + " with " + std::to_string(more.parameters),
                               {}, "Give the model with fewer parameters first; to rank any models use crm.compare.");
    const double statistic = std::max(2 * (above - below), 0.0);
    const int freedom = more.parameters - less.parameters;
    return {statistic, freedom, boost::math::gamma_q(freedom / 2.0, statistic / 2)};
}

std::vector<Comparison> compare(std::span<const Model* const> models) {
    std::vector<Comparison> all;
    std::optional<FitReport> first;
    double least_aic = std::numeric_limits<double>::infinity(), least_bic = least_aic;
    for (const Model* model : models) {
        const FitReport report = report_of(*model);
        if (!first) first = report;
        require_same_sample(*first, report);
        Comparison& one = all.emplace_back();
        one.position = static_cast<int>(all.size());
        one.kind = model->kind();
        one.parameters = report.parameters;
        if (!report.converged || !report.log_likelihood) continue;
        one.log_likelihood = report.log_likelihood;
        one.aic = report.aic();
        one.bic = report.bic();
        least_aic = std::min(least_aic, *one.aic);
        least_bic = std::min(least_bic, *one.bic);
    }
    double support = 0;
    for (const Comparison& one : all)
        if (one.aic) support += std::exp((least_aic - *one.aic) / 2);
    for (Comparison& one : all) {
        if (!one.aic) continue;
        one.delta_aic = *one.aic - least_aic;
        one.delta_bic = *one.bic - least_bic;
        one.akaike_weight = std::exp(-*one.delta_aic / 2) / support;
    }
    std::ranges::stable_sort(
        all, {}, [](const Comparison& one) { return one.aic.value_or(std::numeric_limits<double>::infinity()); });
    return all;
}

}  // namespace crm
