// A plain parameter struct P made a Model with the face `Face` (PurchaseModel, SpendModel, ContractModel).
// P brings: `name`; `parameter_names`; exactly those doubles as members, in that order; what the face asks for; and for
// MaximumLikelihood `Input`, `Observation`, `read(input)` and `likelihood(rows)`. It may bring `defect()`, which says
// in words why its values cannot be.
#pragma once
#include <algorithm>
#include <array>
#include <bit>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "crm/foundation/error.hpp"
#include "crm/value/estimates.hpp"

namespace crm::value {

/// `Self` is the class that derives from this one and inherits its constructors.
template <class Self, class P, class Face>
class ParametricModel : public Face {
    static constexpr std::size_t size = P::parameter_names.size();
    using Values = std::array<double, size>;
    static_assert(std::is_trivially_copyable_v<P> && sizeof(P) == sizeof(Values));

public:
    using Parameters = P;
    static constexpr std::string_view name = P::name;

    /// From known parameters: positive and finite.
    explicit ParametricModel(const P& parameters)
        : ParametricModel(Fit{Estimates{values_of(parameters), std::vector<Boundary>(size), {}}, {}}) {}

    explicit ParametricModel(Fit fit) : fit_(std::move(fit)) {
        if (!fit_.estimates) return;
        Values values;
        std::ranges::copy(fit_.estimates->values, values.begin());
        parameters_ = std::bit_cast<P>(values);
    }

    static std::unique_ptr<Self> load(Reader& in) { return sound<corrupt_data>(load_fit(names(), name, in)); }
    static std::unique_ptr<Self> from_json(const Json& json) {
        return sound<invalid_argument>(fit_from_json(names(), name, json));
    }
    static std::unique_ptr<Self> make(const Json& parameters) {
        return sound<invalid_argument>(make_fit(names(), name, parameters));
    }

    std::string_view kind() const final { return name; }
    bool usable() const final { return fit_.estimates.has_value(); }
    std::optional<FitReport> report() const final { return fit_.report; }
    std::vector<Coefficient> coefficients() const final { return value::coefficients(names(), fit_); }
    void save(Writer& out) const final { value::save(fit_, out); }
    Json::Object to_json() const final { return value::to_json(names(), fit_); }

    const Fit& fit() const { return fit_; }

    /// Throws invalid_argument when the model is not usable.
    const P& parameters() const {
        if (!usable())
            throw invalid_argument("model of kind " + std::string(name) + " has no parameters", {},
                                   "Its fit failed: see the message of its fit report.");
        return parameters_;
    }

private:
    template <class Error>
    static std::unique_ptr<Self> sound(Fit fit) {
        auto model = std::make_unique<Self>(std::move(fit));
        if constexpr (requires(const P& parameters) { parameters.defect(); })
            if (model->usable())
                if (const std::string wrong = model->parameters().defect(); !wrong.empty()) throw Error(wrong);
        return model;
    }

    static Names names() { return P::parameter_names; }

    static std::vector<double> values_of(const P& parameters) {
        const auto values = std::bit_cast<Values>(parameters);
        return {values.begin(), values.end()};
    }

    Fit fit_;
    P parameters_{};
};

}  // namespace crm::value
