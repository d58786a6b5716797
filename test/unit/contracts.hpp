// Contracts of a cohort, and what brute force says of them.
#pragma once
#include <algorithm>
#include <boost/math/quadrature/tanh_sinh.hpp>
#include <cmath>
#include <memory>
#include <memory_resource>
#include <span>
#include <vector>

#include "crm/value/contract_model.hpp"
#include "random_customers.hpp"

namespace crm::test {

/// Of a thousand customers of the "Regular" and the "High End" segment those who were left after 0 to 12 years.
/// Fader, Hardie (2007), table 1.
inline const std::vector<int> regular{1000, 631, 468, 382, 326, 289, 262, 241, 223, 207, 194, 183, 173};
inline const std::vector<int> high_end{1000, 869, 743, 653, 593, 551, 517, 491, 468, 445, 427, 409, 394};

/// One row a renewal period.
template <class Fitted>
std::unique_ptr<Fitted> fitted_to_renewals(std::span<const int> left) {
    value::MaximumLikelihood<Fitted> state(std::pmr::new_delete_resource());
    for (std::size_t t = 1; t < left.size(); ++t)
        value::add_renewals(state, static_cast<int>(t), left[t - 1] - left[t], left[t]);
    return state.finish({});
}

/// One row a contract.
template <class Fitted>
std::unique_ptr<Fitted> fitted_to_contracts(std::span<const int> left) {
    value::MaximumLikelihood<Fitted> state(std::pmr::new_delete_resource());
    const int years = static_cast<int>(left.size()) - 1;
    for (int customer = 0; customer < left[0]; ++customer) {
        int t = 1;
        while (t <= years && customer < left[static_cast<std::size_t>(t)]) ++t;
        value::add_contract(state, std::min(t, years), t <= years);
    }
    return state.finish({});
}

/// The mean of f(p, 1 - p) for p ~ Beta(a, b).
template <class Function>
double beta_mean(double a, double b, Function f) {
    static boost::math::quadrature::tanh_sinh<double> rule(12);
    const double log_norm = std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b);
    const auto half = [&](double from, double to, bool low) {
        return rule.integrate(
            [&](double x, double away) {  // `away` is x less the nearer end, of the other sign at the lower one
                double p = x, q = 1 - x;
                if (low && away < 0) p = -away, q = 1 + away;
                if (!low && away > 0) q = away, p = 1 - away;
                if (p <= 0 || q <= 0) return 0.0;
                return std::exp(log_norm + (a - 1) * std::log(p) + (b - 1) * std::log(q)) * f(p, q);
            },
            from, to);
    };
    return half(0, 0.5, true) + half(0.5, 1, false);
}

/// A contract that is seen for at most `periods`, from a customer with the chance p of being lost at first.
inline value::ContractHistory random_contract(Chance& chance, double alpha, double beta, double c, int periods) {
    const double p = chance.beta(alpha, beta);
    const double lived = std::pow(chance.exponential() / -std::log1p(-p), 1 / c);  // (1 - p)^(t^c) at it is uniform
    const bool lost = lived < periods;
    return value::ContractHistory::contract(lost ? static_cast<int>(lived) + 1 : periods, lost);
}

}  // namespace crm::test
