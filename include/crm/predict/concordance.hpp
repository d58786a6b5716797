// How often the customer of higher risk leaves first: Harrell, Califf, Pryor, Lee, Rosati (1982), Evaluating the yield
// of medical tests, JAMA 247. Standard error: infinitesimal jackknife, as Therneau, Watson (2015), The concordance
// statistic and the Cox model, Mayo Clinic technical report 85.
#pragma once
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <span>
#include <tuple>

#include "crm/foundation/cancellation.hpp"
#include "crm/foundation/tally.hpp"

namespace crm::predict {

/// Pairs of which it is known who left first; those who left at the same time are none. A pair of equal risk counts
/// one half.
struct Concordance {
    double concordant = 0, discordant = 0, tied = 0;  // tied in risk
    std::optional<double> concordance, std_error;     // none without pairs

    template <class Self, class Visit>
    static void members(Self& self, Visit&& visit) {
        visit("concordant", self.concordant);
        visit("discordant", self.discordant);
        visit("tied", self.tied);
        visit("concordance", self.concordance);
        visit("std_error", self.std_error);
    }
};

struct RankedLife {
    double entry;  // or from_start
    double duration;
    bool event;
    double risk;
    double count = 1;   // equal customers
    double weight = 1;  // of each of them
    std::uint32_t stratum = 0;
};

/// Within strata. O(n log n).
Concordance concordance(std::span<const RankedLife>, const Cancellation& = {});

/// What is counted.
struct JudgedLife {
    double duration;
    std::uint32_t event;
    double risk;

    static auto tied(auto& self) { return std::tie(self.duration, self.event, self.risk); }
    bool valid() const;
};

/// The aggregate.
class ConcordanceOf {
public:
    explicit ConcordanceOf(std::pmr::memory_resource* memory) : lives_(memory) {}

    /// Throws invalid_argument for a duration that cannot be, and a risk that is not finite.
    void add(double duration, bool event, double risk);
    void merge(const ConcordanceOf& other, const Cancellation& = {});
    void save(Writer&) const;
    void load(Reader&, const Cancellation& = {});
    Concordance finish(const Cancellation& = {}) const;

private:
    Tally<JudgedLife> lives_;
};

}  // namespace crm::predict
