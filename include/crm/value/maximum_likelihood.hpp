// The aggregate that fits any parametric model: it counts distinct observations and maximises once at the end.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <optional>

#include "crm/foundation/bytes.hpp"
#include "crm/foundation/cancellation.hpp"
#include "crm/foundation/error.hpp"
#include "crm/foundation/json.hpp"
#include "crm/foundation/tally.hpp"
#include "crm/value/likelihood.hpp"

namespace crm::value {

/// `Fitted` is a FittedPurchaseModel or FittedSpendModel. The result does not depend on the order of the rows or on how
/// partial states were merged: to the bit when weights are whole numbers.
template <class Fitted>
class MaximumLikelihood {
    using P = typename Fitted::Parameters;
    using Observation = typename P::Observation;

public:
    using Input = typename P::Input;

    explicit MaximumLikelihood(std::pmr::memory_resource* memory) : tally_(memory) {}

    /// Without a value: counted as skipped, as is a customer the model does not read.
    void add(const std::optional<Input>& customer) { add(customer, 1); }

    /// A customer who stands for `weight` equal ones: finite and 0 or more, else invalid_argument; 0 is skipped.
    void add(const std::optional<Input>& customer, double weight);

    void merge(const MaximumLikelihood& other, const Cancellation& cancellation = {}) {
        tally_.merge(other.tally_, cancellation);
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

    Tally<Observation> tally_;
    std::uint64_t nulls_ = 0, unread_ = 0;
};

template <class Fitted>
void MaximumLikelihood<Fitted>::add(const std::optional<Input>& customer, double weight) {
    if (!(weight >= 0) || !std::isfinite(weight))
        throw invalid_argument("weight must be a finite number, 0 or more, not " + shortest(weight));
    if (!customer) {
        ++nulls_;
    } else if (const auto observation = P::read(*customer); observation && weight > 0) {
        tally_.add(*observation, weight);
    } else {
        ++unread_;
    }
}

template <class Fitted>
void MaximumLikelihood<Fitted>::save(Writer& out) const {
    out.put<std::uint8_t>(format);
    out.varint(nulls_);
    out.varint(unread_);
    tally_.save(out);
}

template <class Fitted>
void MaximumLikelihood<Fitted>::load(Reader& in, const Cancellation& cancellation) {
    read_version(in, format, "aggregate state");
    nulls_ = in.varint();
    unread_ = in.varint();
    tally_.load(in, cancellation);
}

template <class Fitted>
std::unique_ptr<Fitted> MaximumLikelihood<Fitted>::finish(const Cancellation& cancellation) const {
    if (tally_.size() == 0 && unread_ == 0) return nullptr;
    const auto rows = tally_.sorted(cancellation);
    const auto likelihood = P::likelihood(rows);
    constexpr double most = 9007199254740992;  // 2^53: whole numbers up to here are exact
    FitReport counts;
    double weight = 0;
    for (const auto& row : rows) weight += row.weight;
    counts.observations = std::llround(std::min(weight, most));
    counts.distinct_observations = static_cast<std::int64_t>(rows.size());
    counts.skipped = std::llround(std::min(static_cast<double>(nulls_) + static_cast<double>(unread_), most));
    counts.parameters = static_cast<int>(P::parameter_names.size());
    return std::make_unique<Fitted>(fit(P::parameter_names, *likelihood, counts, cancellation));
}

}  // namespace crm::value
