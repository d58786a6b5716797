#include "crm/value/likelihood.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

namespace crm::value {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// Inverse of the information about the log-parameters; empty when it has none in some direction. Parameters known to
/// run to an extreme are no such direction.
MatrixXd covariance(const numeric::Maximum& maximum, const std::vector<Boundary>& boundary, double weight) {
    constexpr double little = 1;  // information, of a log-parameter
    std::vector<Index> known;
    for (std::size_t i = 0; i < boundary.size(); ++i) {
        const auto at = static_cast<Index>(i);
        const bool flat = boundary[i] != Boundary::none && -weight * maximum.at.hessian(at, at) < little;
        if (maximum.held[i] == numeric::Side::inside && boundary[i] != Boundary::undetermined &&
            boundary[i] != Boundary::fixed && !flat)
            known.push_back(at);
    }
    const auto size = static_cast<Index>(boundary.size()), kept = static_cast<Index>(known.size());
    if (kept == 0) return {};

    const MatrixXd information = -weight * maximum.at.hessian(known, known);
    const Eigen::LLT<MatrixXd> factor(information);
    if (factor.info() != Eigen::Success) return {};
    const MatrixXd inverse = factor.solve(MatrixXd::Identity(kept, kept));
    if (!inverse.allFinite()) return {};

    MatrixXd whole = MatrixXd::Zero(size, size);
    whole(known, known) = (inverse + inverse.transpose()) / 2;
    return whole;
}

/// Takes the parameters out whose interval spans many orders of magnitude, and names them.
std::string drop_unknown(Names names, Estimates& found) {
    constexpr double unknown = 10;  // of the logarithm: a factor of 20,000 either way
    std::string list;
    for (std::size_t i = 0; i < names.size() && found.covariance.size() > 0; ++i) {
        const auto at = static_cast<Index>(i);
        if (!names.is_positive(i) || found.boundary[i] != Boundary::none ||
            std::sqrt(found.covariance(at, at)) < unknown)
            continue;
        found.boundary[i] = Boundary::undetermined;
        list += (list.empty() ? "" : " and ") + std::string(names[i]);
    }
    return list.empty() ? list : "these data say next to nothing about " + list;
}

void clear_boundary(Estimates& found) {
    for (Index i = 0; i < found.covariance.rows(); ++i) {
        if (found.boundary[static_cast<std::size_t>(i)] == Boundary::none) continue;
        found.covariance.row(i).setZero();
        found.covariance.col(i).setZero();
    }
}

/// What is maximised: the likelihood and what is known beforehand, over the parameters that are free.
class Posterior {
public:
    Posterior(Names names, const Likelihood& likelihood, const FitOptions& options, const Cancellation& cancellation);

    /// The best of the maxima found from all starts, with the iterations of all, in all parameters, those held at a
    /// value included. The derivatives are those of the posterior, the value is that of the likelihood alone.
    numeric::Maximum maximise();

private:
    /// The optimiser sees the free parameters in their units.
    VectorXd whole(const VectorXd& free) const {
        VectorXd all = starts_.front();
        all(free_) = free.cwiseProduct(unit_(free_));
        return all;
    }
    VectorXd in_units(const VectorXd& all) const { return all(free_).cwiseQuotient(unit_(free_)); }
    numeric::Maximum climb();
    void add_prior(const VectorXd& point, numeric::Derivatives& out) const;

    Names names_;
    const Likelihood& likelihood_;
    const FitOptions& options_;
    const Cancellation& cancellation_;
    VectorXd unit_;
    std::vector<VectorXd> starts_;  // at least one
    std::vector<Index> free_;
};

Posterior::Posterior(Names names, const Likelihood& likelihood, const FitOptions& options,
                     const Cancellation& cancellation)
    : names_(names), likelihood_(likelihood), options_(options), cancellation_(cancellation), unit_(likelihood.unit()) {
    if (options.has_start())
        starts_.push_back(likelihood.start(cancellation));
    else
        starts_ = likelihood.starts(cancellation);
    for (const auto& setting : options.settings())
        if (setting.role == FitOptions::Role::start || setting.role == FitOptions::Role::fix)
            for (VectorXd& start : starts_) start[setting.parameter] = names.point_of(setting.parameter, setting.first);
    for (std::size_t i = 0; i < static_cast<std::size_t>(starts_.front().size()); ++i)
        if (!options.fixed(i)) free_.push_back(static_cast<Index>(i));
}

/// A parameter's prior density is that of the parameter itself, and its derivatives are over the logarithm.
void Posterior::add_prior(const VectorXd& point, numeric::Derivatives& out) const {
    const double weight = likelihood_.weight();
    if (options_.penalty() > 0) {
        const VectorXd away = (point - likelihood_.origin()).cwiseQuotient(unit_);
        for (const Index i : free_) {
            const double strength = options_.penalty() / weight;
            out.value -= strength * away[i] * away[i];
            out.gradient[i] -= 2 * strength * away[i] / unit_[i];
            out.hessian(i, i) -= 2 * strength / (unit_[i] * unit_[i]);
        }
    }
    for (const auto& [parameter, role, first, second] : options_.settings()) {
        const double value = names_.value_of(parameter, point[parameter]);
        if (role == FitOptions::Role::gamma_prior) {
            out.value += ((first - 1) * point[parameter] - second * value) / weight;
            out.gradient[parameter] += (first - 1 - second * value) / weight;
            out.hessian(parameter, parameter) -= second * value / weight;
        } else if (role == FitOptions::Role::normal_prior) {
            const bool positive = names_.is_positive(parameter);
            const double away = (value - first) / second, slope = (positive ? value : 1) / second;
            out.value -= away * away / 2 / weight;
            out.gradient[parameter] -= away * slope / weight;
            out.hessian(parameter, parameter) -= slope * (slope + (positive ? away : 0)) / weight;
        }
    }
}

numeric::Maximum Posterior::climb() {
    numeric::Derivatives all(starts_.front().size());
    const auto objective = [&](const VectorXd& point, numeric::Derivatives& out) {
        likelihood_.evaluate(whole(point), all, cancellation_);
        add_prior(whole(point), all);
        out.value = all.value;
        out.gradient = all.gradient(free_).cwiseProduct(unit_(free_));
        out.hessian = unit_(free_).asDiagonal() * all.hessian(free_, free_) * unit_(free_).asDiagonal();
    };
    const numeric::Box box = likelihood_.bounds();
    const numeric::Box free_box{in_units(box.lower), in_units(box.upper)};
    numeric::Patience patience;
    patience.iterations = options_.max_iterations().value_or(patience.iterations);

    std::optional<numeric::Maximum> best;
    int iterations = 0;
    for (const VectorXd& start : starts_) {
        auto found = numeric::maximise(objective, in_units(start), free_box, cancellation_, patience);
        iterations += found.iterations;
        const auto rank = [](const numeric::Maximum& one) { return std::pair(one.converged, one.at.value); };
        if (!best || rank(found) > rank(*best)) best = std::move(found);
    }
    best->iterations = iterations;
    return *std::move(best);
}

numeric::Maximum Posterior::maximise() {
    numeric::Maximum found = climb();
    const auto parameters = static_cast<std::size_t>(starts_.front().size());
    if (free_.size() == parameters && !options_.has_prior() && (unit_.array() == 1).all()) return found;

    std::vector<numeric::Side> held(parameters, numeric::Side::inside);
    for (std::size_t i = 0; i < free_.size(); ++i) held[static_cast<std::size_t>(free_[i])] = found.held[i];
    found.held = std::move(held);
    found.point = whole(found.point);
    found.at = numeric::Derivatives(found.point.size());
    likelihood_.evaluate(found.point, found.at, cancellation_);
    const double likelihood = found.at.value;
    add_prior(found.point, found.at);
    found.at.value = likelihood;
    return found;
}

}  // namespace

numeric::Maximum maximise(const Likelihood& likelihood, const Cancellation& cancellation) {
    const FitOptions none;
    return Posterior({{}, 0}, likelihood, none, cancellation).maximise();
}

Fit fit(Names names, const Likelihood& likelihood, FitReport report, const FitOptions& options,
        const Cancellation& cancellation) {
    report.parameters = 0;
    for (std::size_t i = 0; i < names.size(); ++i) report.parameters += !options.fixed(i);
    report.message = likelihood.obstacle();
    if (!report.message.empty()) return {{}, report};

    Posterior posterior(names, likelihood, options, cancellation);
    const auto maximum = posterior.maximise();
    report.converged = maximum.converged;
    report.iterations = maximum.iterations;
    report.message = maximum.message;
    if (std::isfinite(maximum.at.value)) report.log_likelihood = likelihood.weight() * maximum.at.value;
    if (!maximum.converged) return {{}, report};

    auto verdict = likelihood.judge(maximum);
    if (verdict.unbounded) report.log_likelihood.reset();
    Estimates found{{}, std::move(verdict.boundary), {}};
    for (std::size_t i = 0; i < names.size(); ++i) {
        const auto fixed = options.fixed(i);
        found.values.push_back(fixed ? *fixed : names.value_of(i, maximum.point[static_cast<Index>(i)]));
        if (fixed) found.boundary[i] = Boundary::fixed;
    }
    found.covariance = covariance(maximum, found.boundary, likelihood.weight());
    if (const std::string wrong = defect(names, found); !wrong.empty()) {
        report.converged = false;
        report.message = wrong + ": another unit may help";
        return {{}, report};
    }
    const std::string unknown = drop_unknown(names, found);
    clear_boundary(found);
    report.message =
        verdict.message.empty() || unknown.empty() ? verdict.message + unknown : verdict.message + "; " + unknown;
    if (report.message.empty() && found.covariance.size() == 0 && report.parameters > 0)
        report.message = "no standard errors: the likelihood is flat around its maximum";
    return {std::move(found), report};
}

}  // namespace crm::value
