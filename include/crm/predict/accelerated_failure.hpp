// Features that stretch or shorten lifetimes: log(duration) = intercept + coefficients * features + scale * error, the
// error's distribution giving the model its name. Kalbfleisch, Prentice (2002), The Statistical Analysis of Failure
// Time Data, chapters 2 and 3. Parameters are those of R's survreg.
#pragma once
#include <memory>
#include <memory_resource>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crm/foundation/cancellation.hpp"
#include "crm/predict/lifetime.hpp"
#include "crm/predict/lifetime_rows.hpp"

namespace crm::predict {

enum class Shape { weibull, exponential, lognormal, loglogistic };

/// What a coefficient does to time: e^coefficient times as long for each unit of the feature.
struct TimeRatio {
    std::string name;
    double time_ratio;
    std::optional<double> lower, upper, z, p_value;
};

class AcceleratedFailure : public LifetimeModel {
public:
    struct Content {
        std::vector<std::string> names;  // of the features
        double intercept = 0;
        std::vector<double> coefficients;
        double scale = 1;
        std::vector<std::int32_t> estimated;  // of the coefficients
        std::vector<double> covariance;       // of intercept, coefficients, ln(scale), row after row; or none
        bool fitted = false;                  // parameters are there
        std::vector<FitReport> fit;           // one, or none when made from known parameters

        template <class Self, class Visit>
        static void members(Self& self, Visit&& visit) {
            visit("names", self.names);
            visit("intercept", self.intercept);
            visit("coefficients", self.coefficients);
            visit("scale", self.scale);
            visit("estimated", self.estimated);
            visit("covariance", self.covariance);
            visit("fitted", self.fitted);
            visit("fit", self.fit);
        }
    };

    bool usable() const final { return content_.fitted; }
    std::optional<FitReport> report() const final;
    std::vector<Coefficient> coefficients() const final;
    void save(Writer&) const final;
    Json::Object to_json() const final;

    const Content& content() const { return content_; }
    const Encoder* encoder() const final { return encoder_.get(); }

    std::optional<double> survival(const Subject&, double time) const final;
    std::optional<double> median(const Subject&) const final;
    std::optional<double> restricted_mean(const Subject&, double horizon) const final;
    using LifetimeModel::restricted_mean;

    /// Of a model without features.
    MedianLifetime median_lifetime() const final;
    std::vector<TimeRatio> time_ratios() const;

protected:
    AcceleratedFailure(Shape shape, Content content, std::unique_ptr<const Encoder> encoder)
        : shape_(shape), content_(std::move(content)), encoder_(std::move(encoder)) {}

    struct Read {
        Content content;
        std::unique_ptr<const Encoder> encoder;
    };
    static Read read(Reader&, Shape);
    static Read read(const Json&, Shape);

    /// {"intercept": 5, "scale": 0.7, "coefficients": {"age": -0.01}}; without `scale` where it is 1 by definition.
    static Content known(const Json&, Shape);

private:
    double location(const Subject&) const;
    double tail(double z) const;

    Shape shape_;
    Content content_;
    std::unique_ptr<const Encoder> encoder_;
};

/// One kind for each shape.
template <Shape shape>
class AcceleratedFailureOf final : public AcceleratedFailure {
public:
    static constexpr std::string_view name = shape == Shape::weibull       ? "weibull"
                                             : shape == Shape::exponential ? "exponential"
                                             : shape == Shape::lognormal   ? "lognormal"
                                                                           : "loglogistic";

    /// The encoder of a model with named features; its columns are the features.
    explicit AcceleratedFailureOf(Content content, std::unique_ptr<const Encoder> encoder = nullptr)
        : AcceleratedFailure(shape, std::move(content), std::move(encoder)) {}

    static std::unique_ptr<AcceleratedFailureOf> load(Reader& in) { return made_of(read(in, shape)); }
    static std::unique_ptr<AcceleratedFailureOf> from_json(const Json& json) { return made_of(read(json, shape)); }
    static std::unique_ptr<AcceleratedFailureOf> make(const Json& json) {
        return std::make_unique<AcceleratedFailureOf>(known(json, shape));
    }

    std::string_view kind() const override { return name; }

private:
    static std::unique_ptr<AcceleratedFailureOf> made_of(Read read) {
        return std::make_unique<AcceleratedFailureOf>(std::move(read.content), std::move(read.encoder));
    }
};

using Weibull = AcceleratedFailureOf<Shape::weibull>;
using Exponential = AcceleratedFailureOf<Shape::exponential>;
using Lognormal = AcceleratedFailureOf<Shape::lognormal>;
using Loglogistic = AcceleratedFailureOf<Shape::loglogistic>;

/// Throws invalid_argument unless the duration is above 0, for its logarithm is what is modelled.
void require_positive_duration(double duration);

AcceleratedFailure::Content fit_accelerated_failure(Shape, const LifetimeRows&, const Cancellation&);

/// The aggregate.
template <class M, Shape shape>
class AcceleratedFailureFit {
public:
    explicit AcceleratedFailureFit(std::pmr::memory_resource* memory) : rows_(memory) {}

    void add(const FeaturedLife& life) {
        require_positive_duration(life.duration);
        rows_.add(life);
    }
    void skip() { rows_.skip(); }
    void set(const Json& options, std::uint64_t edition) { rows_.set(options, edition, false); }
    void merge(const AcceleratedFailureFit& other) { rows_.merge(other.rows_); }
    void save(Writer& out) const { rows_.save(out); }
    void load(Reader& in) { rows_.load(in); }

    /// Nothing when no row had a value.
    std::unique_ptr<M> finish(const Cancellation& cancellation = {}) const {
        if (rows_.is_empty()) return nullptr;
        return std::make_unique<M>(fit_accelerated_failure(shape, rows_, cancellation));
    }

private:
    LifetimeRows rows_;
};

using WeibullFit = AcceleratedFailureFit<Weibull, Shape::weibull>;
using ExponentialFit = AcceleratedFailureFit<Exponential, Shape::exponential>;
using LognormalFit = AcceleratedFailureFit<Lognormal, Shape::lognormal>;
using LoglogisticFit = AcceleratedFailureFit<Loglogistic, Shape::loglogistic>;

}  // namespace crm::predict
