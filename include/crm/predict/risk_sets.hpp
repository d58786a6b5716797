// Who was at risk whenever somebody left: the partial likelihood of the Cox model and what else is summed over the
// times of events.
#pragma once
#include <Eigen/Core>
#include <functional>
#include <vector>

#include "crm/foundation/cancellation.hpp"
#include "crm/numeric/maximise.hpp"
#include "crm/predict/lifetime_rows.hpp"

namespace crm::predict {

/// One time at which somebody left, at given coefficients.
struct DeathTime {
    std::uint32_t stratum;
    double time;
    std::size_t first, end;  // rows that end then, with an event or without
    double events;           // number of them
    double weight;           // their weight

    double value;                 // what the log-likelihood gains
    Eigen::VectorXd gradient;     // of that
    Eigen::MatrixXd information;  // minus its Hessian
    Eigen::VectorXd mean;         // of the features of those at risk, averaged over the order in which tied ones left

    /// Increments of the hazard of one whose relative risk is 1: `hazard` for who stays, less `spared` for one who
    /// leaves then, and the same times the mean of the features at risk.
    double hazard, spared;
    Eigen::VectorXd hazard_mean, spared_mean;
};

class RiskSets {
public:
    /// `features` are those of the table that are used; the table must outlive this.
    RiskSets(const LifetimeTable&, const Standardised&, std::vector<std::size_t> features, bool breslow);

    Eigen::Index size() const { return static_cast<Eigen::Index>(features_.size()); }

    /// Standardised features of a row that are used.
    Eigen::Map<const Eigen::VectorXd> row(std::size_t i) const {
        return {values_.data() + i * features_.size(), size()};
    }

    /// Log-likelihood with derivatives. It is not finite where risks overflow.
    void evaluate(const Eigen::VectorXd& coefficients, numeric::Derivatives&, const Cancellation&) const;

    /// Every time of events, by stratum and falling time.
    void each(const Eigen::VectorXd& coefficients, const std::function<void(const DeathTime&)>&,
              const Cancellation&) const;

private:
    template <class Visit>
    void walk(const Eigen::VectorXd& coefficients, Visit&& visit, const Cancellation&) const;

    const LifetimeTable& table_;
    std::vector<std::size_t> features_;
    bool breslow_;
    std::vector<double> values_;       // row after row
    std::vector<std::uint32_t> late_;  // rows with an entry, by stratum and falling entry
};

}  // namespace crm::predict
