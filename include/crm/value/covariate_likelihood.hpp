// The likelihood of a model with coefficients beside the parameters of one without: all but its value.
#pragma once
#include "crm/value/covariate_layout.hpp"
#include "crm/value/likelihood.hpp"

namespace crm::value {

class LikelihoodWithCoefficients : public Likelihood {
public:
    double weight() const final { return whole_.weight(); }
    std::string obstacle() const final { return whole_.obstacle(); }
    Eigen::VectorXd start(const Cancellation&) const final { return start_; }
    Eigen::VectorXd unit() const final { return unit_; }
    Eigen::VectorXd origin() const final { return extended(whole_.origin(), 0); }

    /// Coefficients that change a parameter by a factor of up to exp(farthest).
    numeric::Box bounds() const final {
        const numeric::Box box = whole_.bounds();
        return {extended(box.lower, -farthest), extended(box.upper, farthest)};
    }
    Verdict judge(const numeric::Maximum&) const final;

protected:
    /// `whole` is the likelihood of all customers without covariates, and `base` the maximum of that.
    LikelihoodWithCoefficients(const CovariateLayout& layout, const Likelihood& whole, const Eigen::VectorXd& base);

    /// The largest magnitude of each coefficient's covariate; a coefficient's unit is one over that.
    void set_largest(const Eigen::VectorXd& largest);

    Eigen::Index size() const { return start_.size(); }

    const CovariateLayout& layout_;
    const Likelihood& whole_;
    Eigen::VectorXd start_, unit_;

private:
    static constexpr double farthest = 30;

    Eigen::VectorXd extended(const Eigen::VectorXd& base, double coefficient) const {
        Eigen::VectorXd all = coefficient * unit_;
        all.head(base.size()) = base;
        return all;
    }
};

}  // namespace crm::value
