#include "crm/value/covariate_likelihood.hpp"

#include <string>

namespace crm::value {

using Eigen::Index;
using Eigen::VectorXd;

LikelihoodWithCoefficients::LikelihoodWithCoefficients(const CovariateLayout& layout, const Likelihood& whole,
                                                       const VectorXd& base)
    : layout_(layout),
      whole_(whole),
      start_(VectorXd::Zero(static_cast<Index>(layout.names().size()))),
      unit_(VectorXd::Ones(start_.size())) {
    start_.head(base.size()) = base;
}

void LikelihoodWithCoefficients::set_largest(const VectorXd& largest) {
    for (Index i = 0; i < largest.size(); ++i)
        if (largest[i] > 0) unit_[size() - largest.size() + i] = 1 / largest[i];
}

Likelihood::Verdict LikelihoodWithCoefficients::judge(const numeric::Maximum& maximum) const {
    const auto base = static_cast<std::size_t>(whole_.origin().size());
    numeric::Maximum of_base = maximum;
    of_base.point = maximum.point.head(static_cast<Index>(base));
    of_base.held.resize(base);
    Verdict verdict = whole_.judge(of_base);
    const Names names = layout_.names();
    verdict.boundary.resize(names.size(), Boundary::none);
    for (std::size_t i = base; i < names.size(); ++i)
        if (maximum.held[i] != numeric::Side::inside)
            verdict.say(static_cast<Index>(i), Boundary::undetermined,
                        std::string(names[i]) + " runs to " +
                            (maximum.held[i] == numeric::Side::upper ? "infinity" : "minus infinity"));
    return verdict;
}

}  // namespace crm::value
