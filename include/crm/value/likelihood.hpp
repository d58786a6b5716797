// What a model tells the optimiser about a sample, and the fit made of it. A new model derives one class from
// Likelihood in its source file; everything else of fitting is here.
#pragma once
#include <Eigen/Core>
#include <functional>
#include <string>
#include <vector>

#include "crm/foundation/cancellation.hpp"
#include "crm/numeric/maximise.hpp"
#include "crm/value/estimates.hpp"
#include "crm/value/fit_options.hpp"

namespace crm::value {

/// The mean log-likelihood of a sample, as a function of the logarithms of the model's parameters (and of coefficients
/// as they are). On the log scale a change of unit is a shift: bounds and start follow the sample's own scale, and
/// Newton's path does not depend on it.
class Likelihood {
public:
    virtual ~Likelihood() = default;

    /// What the sum over customers is divided by: the weight of those who tell something about the parameters, so that
    /// the stopping rule means the same however many others there are.
    virtual double weight() const = 0;

    /// Why these data cannot be fitted, in words for `message`; empty when they can.
    virtual std::string obstacle() const = 0;

    virtual numeric::Box bounds() const = 0;
    virtual Eigen::VectorXd start(const Cancellation&) const = 0;

    /// Several where the likelihood may have several maxima: the search runs from each, and the best is the fit.
    virtual std::vector<Eigen::VectorXd> starts(const Cancellation& cancellation) const {
        return {start(cancellation)};
    }

    /// Where a penalty draws the parameters to: 0 for shapes, and for a scale the logarithm of its natural unit in
    /// this sample (mean age, mean amount), so that a penalty does not depend on the unit either.
    virtual Eigen::VectorXd origin() const = 0;

    /// How large a change of each parameter is worth trying: 1 for logarithms. Coefficients of covariates have the unit
    /// of what they are multiplied with.
    virtual Eigen::VectorXd unit() const { return Eigen::VectorXd::Ones(origin().size()); }

    /// Polls the cancellation at least every 10 ms.
    virtual void evaluate(const Eigen::VectorXd& log_parameters, numeric::Derivatives&, const Cancellation&) const = 0;

    struct Verdict {
        explicit Verdict(std::size_t parameters) : boundary(parameters, Boundary::none) {}

        void set(Eigen::Index parameter, Boundary side) { boundary[static_cast<std::size_t>(parameter)] = side; }
        void say(Eigen::Index parameter, Boundary side, const std::string& words) {
            set(parameter, side);
            message += (message.empty() ? "" : "; ") + words;
        }

        std::vector<Boundary> boundary;  // one for each parameter
        std::string message;             // what it means in words; empty for an ordinary maximum
        bool unbounded = false;          // the likelihood itself rises without limit: its value means nothing
    };

    /// What a maximum says when some parameters ran to their bounds.
    virtual Verdict judge(const numeric::Maximum&) const = 0;
};

/// The best of the maxima found from all starts, with the iterations of all.
[[nodiscard]] numeric::Maximum maximise(const Likelihood&, const Cancellation&);

/// Maximises, with priors the posterior density of the parameters. `counts` brings observations, distinct_observations
/// and skipped. Only a converged fit has estimates. Standard errors come from the curvature.
[[nodiscard]] Fit fit(Names, const Likelihood&, FitReport counts, const FitOptions&, const Cancellation&);

/// Replaces the covariance by that of fits to as many samples as the options ask for. `refit` fits rows that weigh what
/// it is told, in place of `weights`.
using Refit = std::function<Fit(const std::vector<double>& weights, const FitOptions&)>;
void bootstrap(Names, Fit&, const std::vector<double>& weights, const Refit& refit, const FitOptions&,
               const Cancellation&);

}  // namespace crm::value
