#include "crm/value/covariate_model.hpp"

#include <algorithm>

#include "crm/foundation/error.hpp"

namespace crm::value {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

const Estimates& CoefficientModel::estimates() const {
    if (!usable())
        throw invalid_argument("model of kind " + std::string(kind()) + " has no parameters", {},
                               "Its fit failed: see the message of its fit report.");
    return *fit_.estimates;
}

std::unique_ptr<Model> CovariateModel::of_customer(const Covariates& covariates) const {
    const CovariateLayout& layout = covariate_layout();
    require(covariates, layout.purchase(), layout.lifetime());
    const Names names = layout.names();
    const auto& [values, boundary, covariance] = estimates();
    VectorXd point(static_cast<Index>(values.size()));
    for (std::size_t i = 0; i < values.size(); ++i) point[static_cast<Index>(i)] = names.point_of(i, values[i]);

    const VectorXd base = layout.base_of(point, covariates);
    const auto size = static_cast<std::size_t>(base.size());
    Estimates own{{}, {boundary.begin(), boundary.begin() + base.size()}, {}};
    for (const double one : base) own.values.push_back(std::exp(one));
    if (const std::string wrong = defect(names.first(size), own); !wrong.empty())
        throw invalid_argument(wrong, {}, "Are the covariates like those that the model was fitted to?");
    if (covariance.size() > 0) {
        const MatrixXd slopes = layout.slopes(covariates);
        own.covariance = slopes * covariance * slopes.transpose();
        own.covariance = (own.covariance + own.covariance.transpose().eval()) / 2;
        for (std::size_t i = 0; i < size; ++i) {
            const auto at = static_cast<Index>(i);
            // Held at a value for customers without covariates: theirs is as uncertain as the coefficients.
            if (own.boundary[i] == Boundary::fixed && own.covariance(at, at) > 0) own.boundary[i] = Boundary::none;
            if (own.boundary[i] == Boundary::none) continue;
            own.covariance.row(at).setZero();
            own.covariance.col(at).setZero();
        }
    }
    return base_model({std::move(own), {}});
}

void CoefficientModel::save(Writer& out) const {
    out.varint(layout_.purchase());
    out.varint(layout_.lifetime());
    value::save(fit_, out);
}

CovariateLayout CoefficientModel::load_layout(Names base, std::span<const CovariateLink> links, Reader& in) {
    const std::uint64_t purchase = in.varint(), lifetime = in.varint();
    if (purchase > most_covariates || lifetime > most_covariates)
        throw corrupt_data("impossible number of covariates in model");
    return {base, links, static_cast<std::size_t>(purchase), static_cast<std::size_t>(lifetime)};
}

CovariateLayout CoefficientModel::layout_from_json(Names base, std::span<const CovariateLink> links,
                                                   const Json& parameters) {
    std::size_t purchase = 0, lifetime = 0;
    for (const CovariateLink& link : links) {
        const std::string prefix = std::string(link.name) + '_';
        const auto tells = [&](const auto& member) { return member.first.starts_with(prefix); };
        const auto count = static_cast<std::size_t>(std::ranges::count_if(parameters.object("parameters"), tells));
        auto& side = link.side == CovariateLink::Side::purchase ? purchase : lifetime;
        side = std::max(side, count);
    }
    if (purchase > most_covariates || lifetime > most_covariates)
        throw invalid_argument("model cannot have more than " + std::to_string(most_covariates) + " covariates");
    return {base, links, purchase, lifetime};
}

}  // namespace crm::value
