// How well expected purchases agree with what customers then did.
#pragma once
#include <cmath>
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <tuple>

#include "crm/foundation/cancellation.hpp"
#include "crm/foundation/tally.hpp"
#include "crm/value/purchase_model.hpp"
#include "crm/value/timeline.hpp"

namespace crm::value {

struct Evaluation {
    std::int64_t customers;
    double actual, expected;     // of all customers together
    std::optional<double> bias;  // expected / actual - 1; none when nobody bought
    double mae, rmse;            // mean absolute error and root mean squared error of one customer

    /// Share of all actual purchases that the tenth of the customers with the highest expectation made; none when
    /// nobody bought. Of customers with equal expectations at the edge of the tenth, their mean counts.
    std::optional<double> top_decile_capture;

    friend bool operator==(const Evaluation&, const Evaluation&) = default;
};

/// Purchases of one customer.
struct ForecastAndOutcome {
    double expected, actual;

    static auto tied(auto& self) { return std::tie(self.expected, self.actual); }
    bool valid() const { return expected >= 0 && actual >= 0; }
};

/// The aggregate that finds it. Equal pairs are counted, so that its memory grows with the distinct ones.
class EvaluationBuilder {
public:
    explicit EvaluationBuilder(std::pmr::memory_resource* memory) : pairs_(memory) {}

    /// One customer. Throws invalid_argument unless both are finite, 0 or more.
    void add(double expected, double actual);

    /// One customer as seen at `split`, from then on to `until`; one who had not bought before is not counted. The
    /// model's unit of time must be the day. Throws invalid_argument when `until` lies before `split`.
    void add(const PurchaseModel&, const Timeline& history, Day split, Day until);

    void merge(const EvaluationBuilder& other, const Cancellation& cancellation = {}) {
        pairs_.merge(other.pairs_, cancellation);
    }

    void save(Writer& out) const { pairs_.save(out); }
    void load(Reader& in, const Cancellation& cancellation = {}) { pairs_.load(in, cancellation); }

    /// None without a customer. Throws out_of_range when a sum is too large.
    std::optional<Evaluation> finish(const Cancellation& = {}) const;

private:
    Tally<ForecastAndOutcome> pairs_;
};

}  // namespace crm::value
