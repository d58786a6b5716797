// The aggregate that fits any parametric model: it counts distinct observations and maximises once at the end.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <numeric>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "crm/foundation/bytes.hpp"
#include "crm/foundation/cancellation.hpp"
#include "crm/foundation/error.hpp"
#include "crm/foundation/json.hpp"
#include "crm/foundation/tally.hpp"
#include "crm/value/likelihood.hpp"

namespace crm::value {

/// `Fitted` is a FittedPurchaseModel or its like. The result does not depend on the order of the rows or on how partial
/// states were merged: to the bit when weights are whole numbers.
///
/// Its parameters P may have `static double linear(const Input&)`: what enters the likelihood only as its sum over
/// customers. P::likelihood is then given that sum too. P may also bring its own
/// `static Fit fit(rows, sum, FitReport, const FitOptions&, const Cancellation&)`.
template <class Fitted>
class MaximumLikelihood {
    using P = typename Fitted::Parameters;
    using Observation = typename P::Observation;
    using Rows = std::span<const typename Tally<Observation>::Entry>;

public:
    using Input = typename P::Input;

    explicit MaximumLikelihood(std::pmr::memory_resource* memory) : tally_(memory), options_(memory) {}

    /// Without a value: counted as skipped, as is a customer the model does not read.
    void add(const std::optional<Input>& customer) { add(customer, 1); }

    /// A customer who stands for `weight` equal ones: finite and 0 or more, else invalid_argument; 0 is skipped.
    void add(const std::optional<Input>& customer, double weight);

    /// Throws invalid_argument when other options were given before.
    void set(const FitOptions& options);

    void merge(const MaximumLikelihood& other, const Cancellation& cancellation = {}) {
        if (!other.is_empty()) set(other.options_);
        tally_.merge(other.tally_, cancellation);
        linear_ += other.linear_;
        nulls_ += other.nulls_;
        unread_ += other.unread_;
    }

    void save(Writer&) const;

    /// Into an empty state; throws corrupt_data.
    void load(Reader&, const Cancellation& = {});

    /// Nothing when no customer had a value. A fit that failed is a model that is not usable and says why.
    std::unique_ptr<Fitted> finish(const Cancellation&) const;

private:
    static constexpr int format = 1;
    static constexpr bool has_linear = requires(const Input& input) { P::linear(input); };

    bool is_empty() const { return tally_.size() == 0 && nulls_ == 0 && unread_ == 0; }

    Fit fit_rows(Rows rows, const FitReport& counts, const FitOptions&, const Cancellation&) const;

    Tally<Observation> tally_;
    double linear_ = 0;
    std::uint64_t nulls_ = 0, unread_ = 0;
    FitOptions options_;
};

template <class Fitted>
void MaximumLikelihood<Fitted>::add(const std::optional<Input>& customer, double weight) {
    if (!(weight >= 0) || !std::isfinite(weight))
        throw invalid_argument("weight must be a finite number, 0 or more, not " + shortest(weight));
    if (!customer) {
        ++nulls_;
    } else if (const auto observation = P::read(*customer); observation && weight > 0) {
        tally_.add(*observation, weight);
        if constexpr (has_linear) linear_ += weight * P::linear(*customer);
    } else {
        ++unread_;
    }
}

template <class Fitted>
void MaximumLikelihood<Fitted>::set(const FitOptions& options) {
    if (options == options_) return;
    if (!is_empty()) throw invalid_argument("options of a fit must be the same in every row");
    options_ = options;
}

template <class Fitted>
void MaximumLikelihood<Fitted>::save(Writer& out) const {
    out.put<std::uint8_t>(format);
    out.varint(nulls_);
    out.varint(unread_);
    out.put(linear_);
    options_.save(out);
    tally_.save(out);
}

template <class Fitted>
void MaximumLikelihood<Fitted>::load(Reader& in, const Cancellation& cancellation) {
    read_version(in, format, "aggregate state");
    nulls_ = in.varint();
    unread_ = in.varint();
    linear_ = in.get<double>();
    if (!std::isfinite(linear_)) throw corrupt_data("impossible sum in state");
    options_.load(in, P::parameter_names.size());
    tally_.load(in, cancellation);
}

template <class Fitted>
Fit MaximumLikelihood<Fitted>::fit_rows(Rows rows, const FitReport& counts, const FitOptions& options,
                                        const Cancellation& cancellation) const {
    if constexpr (requires { P::fit(rows, linear_, counts, options, cancellation); })
        return P::fit(rows, linear_, counts, options, cancellation);
    else if constexpr (has_linear)
        return fit(P::parameter_names, *P::likelihood(rows, linear_), counts, options, cancellation);
    else
        return fit(P::parameter_names, *P::likelihood(rows), counts, options, cancellation);
}

template <class Fitted>
std::unique_ptr<Fitted> MaximumLikelihood<Fitted>::finish(const Cancellation& cancellation) const {
    if (tally_.size() == 0 && unread_ == 0) return nullptr;
    const auto rows = tally_.sorted(cancellation);
    std::vector<double> weights;
    for (const auto& row : rows) weights.push_back(row.weight);
    constexpr double most = 9007199254740992;  // 2^53: whole numbers up to here are exact
    FitReport counts;
    counts.observations = std::llround(std::min(std::accumulate(weights.begin(), weights.end(), 0.0), most));
    counts.distinct_observations = static_cast<std::int64_t>(rows.size());
    counts.skipped = std::llround(std::min(static_cast<double>(nulls_) + static_cast<double>(unread_), most));
    Fit found = fit_rows(rows, counts, options_, cancellation);
    const auto refit = [&](const std::vector<double>& drawn, const FitOptions& options) {
        auto sample = rows;
        for (std::size_t i = 0; i < sample.size(); ++i) sample[i].weight = drawn[i];
        std::erase_if(sample, [](const auto& row) { return row.weight == 0; });
        return fit_rows(sample, counts, options, cancellation);
    };
    bootstrap(P::parameter_names, found, weights, refit, options_, cancellation);
    return std::make_unique<Fitted>(std::move(found));
}

}  // namespace crm::value
