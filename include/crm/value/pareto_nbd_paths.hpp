// Pareto/NBD with covariates that change over time: they multiply a customer's rates of buying and of leaving while
// they are in force. Bachmann, Meierer, Naef (2021), The Role of Time-Varying Contextual Factors in Latent Attrition
// Models for Customer Base Analysis, Marketing Science 40(4).
#pragma once
#include <memory>
#include <memory_resource>
#include <optional>

#include "crm/value/covariate_fit.hpp"
#include "crm/value/pareto_nbd.hpp"
#include "crm/value/path_history.hpp"

namespace crm::value {

/// At a time t a customer buys at rate lambda exp(purchase coefficients . covariates(t)) and leaves at rate mu
/// exp(lifetime coefficients . covariates(t)), lambda ~ Gamma(r, alpha), mu ~ Gamma(s, beta). Scores are empty for a
/// history without a purchase until `as_of`. They throw invalid_argument for paths with another number of covariates
/// than the model's, for covariates that multiply a rate beyond reason, and when the model is not usable().
class ParetoNbdPaths final : public StoredCoefficients<ParetoNbdPaths, ParetoNbd, CoefficientModel> {
public:
    static constexpr std::string_view name = "pareto_nbd_paths";

    using StoredCoefficients::StoredCoefficients;

    /// Per day to the power of -frequency.
    std::optional<double> log_likelihood(const Timeline&, Day as_of, const CovariatePaths&) const;
    std::optional<double> p_alive(const Timeline&, Day as_of, const CovariatePaths&) const;

    /// Within the `horizon` days after `as_of`, whose covariates are those of the paths. Finite, 0 or more.
    std::optional<double> expected_purchases(const Timeline&, Day as_of, const CovariatePaths&, double horizon) const;

private:
    struct Told;
    std::optional<Told> read(const Timeline&, Day as_of, const CovariatePaths&, double ahead = 0) const;
};

/// The aggregate that fits it.
class ParetoNbdPathsFit : public CovariateState {
public:
    explicit ParetoNbdPathsFit(std::pmr::memory_resource* memory) : CovariateState(family, memory) {}

    /// A customer without a history, a purchase until `as_of` or a path is skipped. Throws invalid_argument unless
    /// every row has as many covariates on either side as the first.
    void add(const Timeline&, Day as_of, const CovariatePaths&);
    void load(Reader&);

    /// Nothing when no customer had a value. The result does not depend on the order of the rows.
    std::unique_ptr<ParetoNbdPaths> finish(const Cancellation&) const;

private:
    static constexpr CovariateFamily family{ParetoNbdPaths::name, ParetoNbd::parameter_names,
                                            ParetoNbd::covariate_links, &ParetoNbd::likelihood};
};

/// Equal rows made one, for the likelihood below.
struct WeightedPathHistory {
    PathHistory history;
    double weight;
};

/// Refers to the layout, the rows and to `whole`, the likelihood of the same customers without covariates, whose
/// maximum is `base`.
std::unique_ptr<Likelihood> pareto_nbd_paths_likelihood(const CovariateLayout&, std::span<const WeightedPathHistory>,
                                                        const Likelihood& whole, const Eigen::VectorXd& base);

}  // namespace crm::value
