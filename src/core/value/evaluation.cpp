#include "crm/value/evaluation.hpp"

#include <algorithm>
#include <span>
#include <string>

#include "crm/foundation/error.hpp"
#include "crm/foundation/json.hpp"

namespace crm::value {

namespace {

void require_purchases(double purchases, const char* name) {
    if (!std::isfinite(purchases) || purchases < 0)
        throw invalid_argument(std::string(name) + " must be a finite number of purchases, 0 or more, not " +
                               shortest(purchases));
}

/// Purchases of the first `wanted` customers by descending expectation, from pairs sorted by ascending one.
double captured(std::span<const Tally<ForecastAndOutcome>::Entry> pairs, double wanted, Pace& pace) {
    double sum = 0;
    for (auto at = pairs.rbegin(); at != pairs.rend() && wanted > 0;) {
        double customers = 0, purchases = 0;  // of all with the same expectation
        for (const double expected = at->key.expected; at != pairs.rend() && at->key.expected == expected; ++at) {
            pace.step();
            customers += at->weight;
            purchases += at->weight * at->key.actual;
        }
        sum += purchases * std::min(wanted / customers, 1.0);
        wanted -= customers;
    }
    return sum;
}

}  // namespace

void EvaluationBuilder::add(double expected, double actual) {
    require_purchases(expected, "expected");
    require_purchases(actual, "actual");
    pairs_.add({expected, actual});
}

void EvaluationBuilder::add(const PurchaseModel& model, const Timeline& history, Day split, Day until) {
    if (until < split)
        throw invalid_argument("until must not be before split",
                               "split is " + to_iso(split) + ", until is " + to_iso(until) + ".");
    const auto seen = history.rfm(split);
    if (!seen) return;
    const auto bought = [split, until](const Purchase& purchase) {
        return purchase.orders > 0 && purchase.day > split && purchase.day <= until;
    };
    add(model.expected_purchases(*seen, days_between(split, until)),
        static_cast<double>(std::ranges::count_if(history.days(), bought)));
}

std::optional<Evaluation> EvaluationBuilder::finish(const Cancellation& cancellation) const {
    const auto pairs = pairs_.sorted(cancellation);
    if (pairs.empty()) return {};
    double customers = 0, actual = 0, expected = 0, errors = 0, squares = 0;
    Pace pace(cancellation);
    for (const auto& [pair, weight] : pairs) {
        pace.step();
        const double error = pair.expected - pair.actual;
        customers += weight;
        actual += weight * pair.actual;
        expected += weight * pair.expected;
        errors += weight * std::abs(error);
        squares += weight * error * error;
    }
    if (!std::isfinite(actual + expected + squares)) throw out_of_range("sum of purchases is too large");
    Evaluation found{count_of(customers), actual, expected, {}, errors / customers, std::sqrt(squares / customers), {}};
    if (actual > 0) {
        found.bias = expected / actual - 1;
        found.top_decile_capture = captured(pairs, customers / 10, pace) / actual;
    }
    return found;
}

}  // namespace crm::value
