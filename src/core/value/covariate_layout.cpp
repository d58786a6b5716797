#include "crm/value/covariate_layout.hpp"

#include <cmath>

#include "crm/foundation/error.hpp"
#include "crm/foundation/json.hpp"

namespace crm::value {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

CovariateLayout::CovariateLayout(Names base, std::span<const CovariateLink> links, std::size_t purchase,
                                 std::size_t lifetime)
    : base_(base), links_(links), purchase_(purchase), lifetime_(lifetime) {
    for (const std::string_view name : base) owned_.emplace_back(name);
    for (const CovariateLink& link : links) {
        const std::size_t count = link.side == CovariateLink::Side::purchase ? purchase : lifetime;
        for (std::size_t i = 1; i <= count; ++i) owned_.push_back(std::string(link.name) + '_' + std::to_string(i));
    }
    views_.assign(owned_.begin(), owned_.end());
}

void require_count(std::size_t given, std::size_t wanted, const char* side) {
    if (given != wanted)
        throw invalid_argument("number of " + std::string(side) + " covariates must be " + std::to_string(wanted) +
                               ", not " + std::to_string(given));
}

namespace {

void require_side(std::span<const double> given, std::size_t wanted, const char* side) {
    require_count(given.size(), wanted, side);
    for (const double value : given)
        if (!std::isfinite(value))
            throw invalid_argument(std::string(side) + " covariate must be a finite number, not " + shortest(value));
}

}  // namespace

void require(const Covariates& covariates, std::size_t purchase, std::size_t lifetime) {
    require_side(covariates.purchase, purchase, "purchase");
    require_side(covariates.lifetime, lifetime, "lifetime");
}

VectorXd CovariateLayout::base_of(const VectorXd& point, const Covariates& covariates) const {
    VectorXd base = point.head(static_cast<Index>(base_.size()));
    each_link(covariates, [&](const CovariateLink& link, Index first, const auto& values) {
        base[static_cast<Index>(link.parameter)] += link.sign * point.segment(first, values.size()).dot(values);
    });
    return base;
}

MatrixXd CovariateLayout::slopes(const Covariates& covariates) const {
    const auto rows = static_cast<Index>(base_.size()), columns = static_cast<Index>(views_.size());
    MatrixXd slopes = MatrixXd::Identity(rows, columns);
    each_link(covariates, [&](const CovariateLink& link, Index first, const auto& values) {
        slopes.row(static_cast<Index>(link.parameter)).segment(first, values.size()) = link.sign * values.transpose();
    });
    return slopes;
}

void CovariateLayout::add(const numeric::Derivatives& of_base, double weight, const Covariates& covariates,
                          numeric::Derivatives& sum) const {
    const MatrixXd slopes = this->slopes(covariates);
    sum.value += weight * of_base.value;
    sum.gradient.noalias() += weight * (slopes.transpose() * of_base.gradient);
    sum.hessian.noalias() += slopes.transpose() * (weight * of_base.hessian * slopes);
}

}  // namespace crm::value
