// Lifetimes with features as people keep them, numbers and texts by name: learnt into the columns that the fits of
// lifetimes read. All memory comes from the resource given.
#pragma once
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <string>
#include <vector>

#include "crm/predict/accelerated_failure.hpp"
#include "crm/predict/cox.hpp"
#include "crm/predict/feature_rows.hpp"
#include "crm/predict/lifetime_rows.hpp"

namespace crm::predict {

/// The rows as they come.
class NamedLifetimes {
public:
    explicit NamedLifetimes(std::pmr::memory_resource* memory)
        : memory_(memory), lives_(memory), features_(memory), encoding_(memory) {}

    void skip() { lives_.skip(); }

    /// A life without features, and the features that `give` hands, one after another, to the function it is given.
    template <class Give>
    void add(const FeaturedLife& life, const Give& give) {
        features_.begin();
        give([this](std::string_view name, const FeatureValue& value) { features_.set(name, value); });
        features_.end();
        lives_.add(life);
    }

    /// {"ties": "breslow", "robust": true, "penalty": 0.1, "max_iterations": 50, "rare": 5, "levels": 100,
    /// "reference": {"plan": "basic"}}, the first three where `cox`. As those of LifetimeRows.
    void set(const Json& options, std::uint64_t edition, bool cox);

    void merge(const NamedLifetimes& other, const Cancellation&);
    void save(Writer&) const;
    void load(Reader&, const Cancellation&);

    bool is_empty() const { return lives_.is_empty(); }

    struct Learnt {
        LearntEncoder features;
        LifetimeRows rows;  // with the encoder's columns as their features
    };
    Learnt learn(const Cancellation&) const;

private:
    EncoderOptions encoding() const;

    std::pmr::memory_resource* memory_;
    LifetimeRows lives_;
    FeatureRows features_;
    std::pmr::vector<std::byte> encoding_;  // options of the encoder as saved; none for none
    std::uint64_t edition_ = 0;
};

/// The aggregate of a model M, whose Content `fit` makes of rows.
template <class M, auto fit, bool cox>
class NamedLifetimeFit {
public:
    explicit NamedLifetimeFit(std::pmr::memory_resource* memory) : rows_(memory) {}

    void skip() { rows_.skip(); }

    template <class Give>
    void add(const FeaturedLife& life, const Give& give) {
        if constexpr (!cox) require_positive_duration(life.duration);
        rows_.add(life, give);
    }

    void set(const Json& options, std::uint64_t edition) { rows_.set(options, edition, cox); }
    void merge(const NamedLifetimeFit& other, const Cancellation& cancellation = {}) {
        rows_.merge(other.rows_, cancellation);
    }
    void save(Writer& out) const { rows_.save(out); }
    void load(Reader& in, const Cancellation& cancellation = {}) { rows_.load(in, cancellation); }

    /// Nothing when no row had a value.
    std::unique_ptr<M> finish(const Cancellation& cancellation = {}) const {
        if (rows_.is_empty()) return nullptr;
        const NamedLifetimes::Learnt learnt = rows_.learn(cancellation);
        typename M::Content content = fit(learnt.rows, cancellation);
        std::string& message = content.fit.front().message;
        for (const std::string& note : learnt.features.notes) message += (message.empty() ? "" : "; ") + note;
        return std::make_unique<M>(std::move(content), std::make_unique<const Encoder>(learnt.features.encoder));
    }

private:
    NamedLifetimes rows_;
};

namespace detail {

template <Shape shape>
inline constexpr auto fit_of = [](const LifetimeRows& rows, const Cancellation& cancellation) {
    return fit_accelerated_failure(shape, rows, cancellation);
};

}  // namespace detail

using NamedCoxFit = NamedLifetimeFit<Cox, fit_cox, true>;
using NamedWeibullFit = NamedLifetimeFit<Weibull, detail::fit_of<Shape::weibull>, false>;
using NamedExponentialFit = NamedLifetimeFit<Exponential, detail::fit_of<Shape::exponential>, false>;
using NamedLognormalFit = NamedLifetimeFit<Lognormal, detail::fit_of<Shape::lognormal>, false>;
using NamedLoglogisticFit = NamedLifetimeFit<Loglogistic, detail::fit_of<Shape::loglogistic>, false>;

}  // namespace crm::predict
