// BG/BB: at each opportunity (a week, an issue, a yearly appeal) an active customer buys once or not at all, and before
// each may leave for good.
// Fader, Hardie, Shang (2010), Customer-Base Analysis in a Discrete-Time Noncontractual Setting, Marketing Science
// 29(6).
#pragma once
#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <tuple>
#include <vector>

#include "crm/foundation/tally.hpp"
#include "crm/value/likelihood.hpp"
#include "crm/value/purchase_model.hpp"

namespace crm::value {

/// An Rfm whose times count opportunities since the first purchase.
struct OpportunityHistory {
    static constexpr int most = 1000000;

    int frequency, recency, age;

    /// Throws invalid_argument unless recency and age are whole numbers, age at most `most`, and frequency at most
    /// recency.
    static OpportunityHistory of(const Rfm& seen);

    static auto tied(auto& self) { return std::tie(self.frequency, self.recency, self.age); }

    bool valid() const {
        return frequency >= 0 && frequency <= recency && recency <= age && age <= most &&
               (recency > 0) == (frequency > 0);
    }
};

/// Parameters are positive. Every time is a number of opportunities: scores throw invalid_argument for histories that
/// OpportunityHistory refuses and for horizons that are not whole numbers.
struct BgBb {
    static constexpr bool discrete = true;
    static constexpr std::string_view name = "bg_bb";
    static constexpr std::array<std::string_view, 4> parameter_names{"alpha", "beta", "gamma", "delta"};

    double alpha, beta;   // chance to buy at an opportunity ~ Beta(alpha, beta)
    double gamma, delta;  // chance to leave before an opportunity ~ Beta(gamma, delta)

    /// Of the history in full: at which opportunities the customer bought.
    double log_likelihood(const Rfm& seen) const;

    /// Probability to be active at the next opportunity, the one after `seen.age()`; with a horizon, at the one that
    /// many later.
    double p_alive(const Rfm& seen) const;
    double p_alive(const Rfm& seen, double horizon) const;

    double churn_probability(const Rfm& seen, double horizon) const;
    double expected_purchases(const Rfm& seen, double horizon) const;

    /// A purchase at the i-th opportunity from now counts exp(-rate i), the next one exp(-rate): the paper's DERT is
    /// that at rate ln(1 + d), d the discount rate between opportunities.
    double discounted_purchases(const Rfm& seen, double horizon, double rate) const;

    /// Throws limit_exceeded for a horizon of more than 10000 opportunities.
    std::vector<double> purchase_distribution(const Rfm& seen, double horizon, const Tail& tail) const;

    using Input = Rfm;
    using Observation = OpportunityHistory;
    static std::optional<Observation> read(const Rfm& seen) { return OpportunityHistory::of(seen); }

    /// `rows` sorted by key; the likelihood refers to them.
    static std::unique_ptr<Likelihood> likelihood(std::span<const Tally<Observation>::Entry> rows);
};

using BgBbModel = FittedPurchaseModel<BgBb>;

}  // namespace crm::value
