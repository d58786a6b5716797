// Lifetimes with features as they come in, for the fits that read each of them several times.
#pragma once
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crm/foundation/cancellation.hpp"
#include "crm/foundation/json.hpp"
#include "crm/foundation/model.hpp"
#include "crm/predict/group_names.hpp"
#include "crm/predict/lifetime.hpp"

namespace crm::predict {

/// One customer as a row has it.
struct FeaturedLife {
    double duration;
    bool event;
    std::span<const double> features = {};
    double entry = from_start;
    std::string_view stratum = {};
    double weight = 1;
};

/// What the options of a fit say. All memory comes from the resource given.
struct LifetimeOptions {
    explicit LifetimeOptions(std::pmr::memory_resource* memory) : names(memory) {}

    std::pmr::vector<std::pmr::string> names;  // of the features; none when they were not named
    bool breslow = false;
    bool robust = false;
    double penalty = 0;
    int max_iterations = 200;

    /// {"names": ["age", "sex"], "ties": "breslow", "robust": true, "penalty": 0.1, "max_iterations": 50}, every key
    /// optional; `ties`, `robust` and `penalty` where `cox`. Throws invalid_argument.
    void read(const Json&, bool cox);

    void save(Writer&) const;
    void load(Reader&);

    friend bool operator==(const LifetimeOptions&, const LifetimeOptions&) = default;
};

/// The rows in one order, whatever the order in which they came: by stratum, then by falling duration.
struct LifetimeTable {
    std::size_t size() const { return duration.size(); }
    std::span<const double> row(std::size_t i) const { return std::span(features).subspan(i * width, width); }

    std::size_t width = 0;  // features of a row
    std::vector<double> duration, entry, weight, features;
    std::vector<std::uint8_t> event;
    std::vector<std::uint32_t> stratum;  // place in `strata`
    std::vector<std::string> strata;     // by name
    std::size_t distinct = 0, events = 0;
    bool has_entries = false;
};

/// The state of the aggregates.
class LifetimeRows {
public:
    explicit LifetimeRows(std::pmr::memory_resource* memory)
        : numbers_(memory), strata_(100000, "strata", memory), options_(memory) {}

    /// Throws invalid_argument for what cannot be, and unless all rows have equally many features.
    void add(const FeaturedLife&);
    void skip() { ++skipped_; }

    /// Throws invalid_argument when an earlier row came with other options. `edition` tells whether the same caller has
    /// given them already; call after each add.
    void set(const Json& options, std::uint64_t edition, bool cox);

    void merge(const LifetimeRows& other);
    void save(Writer&) const;
    void load(Reader&);

    bool is_empty() const { return numbers_.empty(); }
    std::size_t size() const { return numbers_.size() / width(); }

    std::vector<std::string> strata() const { return strata_.names(); }

    /// A row as it came, its stratum one of `strata()`.
    FeaturedLife life(std::size_t i, std::span<const std::string> strata) const;

    /// Options and counts of other rows, whose features are now called so. Before any row is added.
    void take_over(const LifetimeRows& other, const std::vector<std::string>& names);

    const LifetimeOptions& options() const { return options_; }
    LifetimeTable table(const Cancellation&) const;

    /// Names of the features: those given, or x1, x2, ... Throws invalid_argument when not as many were given.
    std::vector<std::string> names() const;

    /// What a report says of the rows.
    FitReport counts(const LifetimeTable&) const;

private:
    static constexpr std::size_t own = 5;  // duration, event, entry, weight, stratum

    std::size_t width() const { return own + features_; }

    bool sized_ = false;
    std::size_t features_ = 0;
    std::uint64_t added_ = 0, skipped_ = 0, edition_ = 0;
    std::pmr::vector<double> numbers_;
    GroupNames strata_;
    LifetimeOptions options_;
};

/// The same features with mean 0 and standard deviation 1.
struct Standardised {
    explicit Standardised(const LifetimeTable&);

    std::vector<double> mean, deviation;  // deviation is 0 for a feature that does not vary
    std::vector<double> reach;            // the largest distance from 0
};

/// A name as it may stand in the message of a fit.
std::string in_message(const std::string& name, std::size_t number);

}  // namespace crm::predict
