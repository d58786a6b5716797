// How covariates of a customer shift the parameters of a purchase model.
// Fader, Hardie (2007), Incorporating Time-Invariant Covariates into the Pareto/NBD and BG/NBD Models,
// brucehardie.com/notes/019.
#pragma once
#include <Eigen/Core>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crm/numeric/maximise.hpp"
#include "crm/value/estimates.hpp"

namespace crm::value {

/// One parameter that depends on covariates: its logarithm changes by sign * coefficients * covariates.
struct CovariateLink {
    enum class Side { purchase, lifetime };

    std::size_t parameter;
    double sign;
    Side side;
    std::string_view name;  // of the coefficients: name_1, name_2, ...
};

/// What is known of one customer beyond the history; finite numbers.
struct Covariates {
    std::span<const double> purchase, lifetime;
};

/// Throws invalid_argument unless they are the same; `side` is what they are covariates of.
void require_count(std::size_t given, std::size_t wanted, const char* side);

/// Throws invalid_argument unless there are so many, all finite.
void require(const Covariates&, std::size_t purchase, std::size_t lifetime);

inline constexpr std::size_t most_covariates = 100;  // on either side

/// The parameters of a model with so many covariates on either side: those of the model itself for a customer whose
/// covariates are all 0, then the coefficients of each link.
class CovariateLayout {
public:
    CovariateLayout(Names base, std::span<const CovariateLink> links, std::size_t purchase, std::size_t lifetime);

    Names names() const { return {views_, base_.size()}; }
    std::size_t purchase() const { return purchase_; }
    std::size_t lifetime() const { return lifetime_; }

    /// The names as they refer into this object: it is not copied or moved without them.
    CovariateLayout(const CovariateLayout& other)
        : CovariateLayout(other.base_, other.links_, other.purchase_, other.lifetime_) {}
    CovariateLayout& operator=(const CovariateLayout&) = delete;

    /// The base model's log-parameters of a customer.
    Eigen::VectorXd base_of(const Eigen::VectorXd& point, const Covariates&) const;

    /// Their derivatives over all parameters: base parameters x all.
    Eigen::MatrixXd slopes(const Covariates&) const;

    /// Adds derivatives over the base model's log-parameters, times a weight, as derivatives over all.
    void add(const numeric::Derivatives& of_base, double weight, const Covariates&, numeric::Derivatives& sum) const;

private:
    std::span<const double> of(const CovariateLink& link, const Covariates& covariates) const {
        return link.side == CovariateLink::Side::purchase ? covariates.purchase : covariates.lifetime;
    }
    /// Calls visit(link, index of its first coefficient, covariates).
    template <class Visit>
    void each_link(const Covariates& covariates, Visit visit) const {
        auto first = static_cast<Eigen::Index>(base_.size());
        for (const CovariateLink& link : links_) {
            const auto values = of(link, covariates);
            visit(link, first,
                  Eigen::Map<const Eigen::VectorXd>(values.data(), static_cast<Eigen::Index>(values.size())));
            first += static_cast<Eigen::Index>(values.size());
        }
    }

    Names base_;
    std::span<const CovariateLink> links_;
    std::size_t purchase_, lifetime_;
    std::vector<std::string> owned_;
    std::vector<std::string_view> views_;
};

}  // namespace crm::value
