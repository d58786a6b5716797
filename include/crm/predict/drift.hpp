// How far rows have drifted from a reference, feature by feature: the population stability index
//   sum over bins of (share now - share then) ln(share now / share then),
// the sum of both Kullback-Leibler divergences. An empty bin counts as half a row. Siddiqi (2006), Credit Risk
// Scorecards, Wiley; what chance alone makes of it: Yurdakul, Naranjo (2020), Statistical properties of the population
// stability index, Journal of Risk Model Validation 14(4).
#pragma once
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "crm/foundation/cancellation.hpp"
#include "crm/predict/drift_reference.hpp"

namespace crm::predict {

struct StabilityIndex {
    double psi = 0;
    double by_chance = 0;        // where two samples of one distribution stay below in 95 of 100 cases
    std::size_t moved_most = 0;  // the bin that adds most
};

/// Of counts by bin, as many of both; nothing unless both have rows.
std::optional<StabilityIndex> stability_index(std::span<const double> then, std::span<const double> now);

struct FeatureDrift {
    std::string feature, kind;  // numeric, categorical
    double psi, by_chance;
    double reference_missing, current_missing;  // shares of rows
    std::optional<std::string> moved_most;      // the bin, and its shares then and now
    std::string note;                           // stable, within chance, moved, shifted
};

/// An aggregate's state: the rows of now, counted by the bins of a reference.
class DriftCounts {
public:
    explicit DriftCounts(std::pmr::memory_resource* memory) : counts_(memory) {}

    /// `codes` are those of the reference's encoder.
    void add(const DriftReference&, std::span<const double> codes);

    void merge(const DriftCounts& other, const Cancellation& = {});
    void save(Writer&) const;
    void load(Reader&, const Cancellation& = {});

    /// The feature that drifted furthest first, equal ones in the order of the reference. Throws corrupt_data when the
    /// counts are not of this reference.
    std::vector<FeatureDrift> finish(const DriftReference&, const Cancellation& = {}) const;

private:
    std::pmr::vector<std::uint64_t> counts_;  // by bin, of all features
};

}  // namespace crm::predict
