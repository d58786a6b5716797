// What every model of contracts, which customers renew period by period or end, answers.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "crm/foundation/cancellation.hpp"
#include "crm/value/contract_history.hpp"
#include "crm/value/contract_life.hpp"
#include "crm/value/maximum_likelihood.hpp"
#include "crm/value/parametric_model.hpp"
#include "crm/value/retention_value.hpp"

namespace crm::value {

/// One period of the life of new customers. Period 0 is the one that all have paid.
struct ContractPeriod {
    int period;
    double survival;                  // share that is still there after so many renewals
    std::optional<double> retention;  // share kept of those who came to the renewal; none for period 0
};

/// Periods are those between renewals, discount rates are by period. What cannot be (a negative number of periods, a
/// rate that is not a finite number of 0 or more) is an invalid_argument, as is a model that is not usable().
class ContractModel : public Model {
public:
    /// Of a contract that was lost in period `periods`, or has lived through so many.
    virtual double log_likelihood(int periods, bool lost) const = 0;

    virtual double retention(int period) const = 0;
    virtual double survival(int periods) const = 0;

    /// ContractLife::residual_lifetime.
    virtual double residual_lifetime(int renewals, double discount_rate) const = 0;

    /// ContractLife::value without and with a change from -1 to 1.
    virtual RetentionValue retention_value(double change, double discount_rate, const Cancellation&) const = 0;

    /// Periods 0 to `periods`. Throws limit_exceeded for more than a million.
    std::vector<ContractPeriod> survival_curve(int periods, const Cancellation&) const;
};

/// Throws invalid_argument unless from -1 to 1.
void require_change(double change);
void require_discount_rate(double discount_rate);

/// P as ParametricModel asks for, with `life()`.
template <class P>
class FittedContractModel final : public ParametricModel<FittedContractModel<P>, P, ContractModel> {
public:
    using ParametricModel<FittedContractModel<P>, P, ContractModel>::ParametricModel;

    double log_likelihood(int periods, bool lost) const override {
        return life().log_likelihood(ContractHistory::contract(periods, lost));
    }
    double retention(int period) const override {
        require_period(period);
        return life().retention(period);
    }
    double survival(int periods) const override {
        require_periods(periods);
        return life().survival(periods);
    }
    double residual_lifetime(int renewals, double discount_rate) const override {
        require_periods(renewals, "renewals");
        require_discount_rate(discount_rate);
        return life().residual_lifetime(renewals, discount_rate);
    }
    RetentionValue retention_value(double change, double discount_rate,
                                   const Cancellation& cancellation) const override {
        require_change(change);
        require_discount_rate(discount_rate);
        return compared(life().value(0, discount_rate, cancellation),
                        life().value(change, discount_rate, cancellation));
    }

private:
    ContractLife life() const { return this->parameters().life(); }
};

/// One contract, as ContractHistory::contract reads it. Skipped when something is missing.
template <class Fitted>
void add_contract(MaximumLikelihood<Fitted>& fit, std::optional<std::int32_t> periods, std::optional<bool> lost) {
    if (periods && lost)
        fit.add(ContractHistory::contract(*periods, *lost));
    else
        fit.add(std::nullopt);
}

/// Throws invalid_argument unless 0 or more.
void require_count(std::int64_t count, const char* name);

/// Of all who came to their `period`-th renewal, so many were lost and so many kept. Skipped when a number is missing,
/// or both are 0; throws invalid_argument when one is negative, or period less than 1.
template <class Fitted>
void add_renewals(MaximumLikelihood<Fitted>& fit, std::optional<std::int32_t> period, std::optional<std::int64_t> lost,
                  std::optional<std::int64_t> kept) {
    if (!period || !lost || !kept) return fit.add(std::nullopt);
    require_period(*period);
    require_count(*lost, "lost");
    require_count(*kept, "kept");
    if (*lost == 0 && *kept == 0) return fit.add(std::nullopt);
    if (*lost > 0) fit.add(ContractHistory::renewal(*period, true), static_cast<double>(*lost));
    if (*kept > 0) fit.add(ContractHistory::renewal(*period, false), static_cast<double>(*kept));
}

}  // namespace crm::value
