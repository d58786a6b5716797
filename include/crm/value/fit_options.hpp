// How a fit may be steered: what the options of a fit say.
#pragma once
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <string_view>
#include <vector>

#include "crm/foundation/bytes.hpp"
#include "crm/foundation/json.hpp"
#include "crm/value/estimates.hpp"

namespace crm::value {

/// All numbers are those of parameters, not their logarithms.
class FitOptions {
public:
    enum class Role : std::uint8_t { start, fix, gamma_prior, normal_prior };

    /// What is said of one parameter. A gamma prior has a shape and a rate, a normal one a mean and a standard
    /// deviation.
    struct Setting {
        std::uint16_t parameter;
        Role role;
        double first, second;

        friend bool operator==(const Setting&, const Setting&) = default;
    };

    explicit FitOptions(std::pmr::memory_resource* memory = std::pmr::get_default_resource()) : settings_(memory) {}

    /// {"penalty": 0.1, "prior": {"a": {"gamma": [2, 1]}, "b": {"normal": [3, 1]}}, "start": {"r": 0.5},
    ///  "fix": {"a": 1}, "max_iterations": 50, "bootstrap": {"replicates": 200, "seed": 1}}, every key optional.
    /// Throws invalid_argument for an unknown key or parameter and for a value that cannot be.
    static FitOptions from_json(Names, std::string_view model, const Json&);

    /// The log-posterior loses `penalty` times the sum of the squares of ln(parameter / its natural unit).
    double penalty() const { return penalty_; }
    std::optional<int> max_iterations() const { return max_iterations_; }

    /// Standard errors from this many samples drawn with replacement, instead of from the curvature; 0 for none.
    int replicates() const { return replicates_; }
    std::uint64_t seed() const { return seed_; }

    const std::pmr::vector<Setting>& settings() const { return settings_; }
    std::optional<double> fixed(std::size_t parameter) const;
    bool has_prior() const;
    bool has_start() const;

    /// The same with a parameter held at a value.
    FitOptions with_fixed(std::size_t parameter, double value) const;

    /// The same for another sample of the same customers: starts where the first fit ended, holds what that held, and
    /// draws no samples itself.
    FitOptions for_replicate(const Estimates& first) const;

    /// load, into empty options of a model with so many parameters, throws corrupt_data.
    void save(Writer&) const;
    void load(Reader&, std::size_t parameters);

    friend bool operator==(const FitOptions&, const FitOptions&) = default;

private:
    std::optional<double> find(std::size_t parameter, Role role) const;

    double penalty_ = 0;
    std::optional<int> max_iterations_;
    int replicates_ = 0;
    std::uint64_t seed_ = 0;
    std::pmr::vector<Setting> settings_;  // by parameter, then role; each at most once
};

}  // namespace crm::value
