// Do groups of customers stay equally long? Mantel (1966), Cancer Chemotherapy Reports 50; Peto, Peto (1972), JRSS A
// 135; weights: Fleming, Harrington (1982), Biometrika 69.
#pragma once
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "crm/foundation/cancellation.hpp"
#include "crm/foundation/tally.hpp"
#include "crm/predict/group_names.hpp"

namespace crm::predict {

/// One group, and the test of all of them.
struct LogRankGroup {
    std::string group;
    std::int64_t customers;
    double observed, expected;                   // events; weighted where rho is not 0
    std::optional<double> excess_over_expected;  // (O - E)^2 / E
    std::optional<double> excess_over_variance;  // (O - E)^2 / V
    std::optional<double> chi_squared;           // of the test of all groups; none when only one was at risk
    int degrees_of_freedom;
    std::optional<double> p_value;
};

/// What is counted; group and stratum by number.
struct GroupedLife {
    double duration;
    std::uint32_t event, group, stratum;

    static auto tied(auto& self) { return std::tie(self.duration, self.event, self.group, self.stratum); }
};

/// The aggregate. Strata are compared within themselves, and their sums added. Every event counts S^rho, S being the
/// share of all that had stayed until right before: 0 is the log-rank test, 1 Peto and Peto's, which gives weight to
/// early differences.
class LogRankTest {
public:
    static constexpr std::size_t most_groups = 256, most_strata = 100000;

    explicit LogRankTest(std::pmr::memory_resource* memory)
        : groups_(most_groups, "groups", memory), strata_(most_strata, "strata", memory), lives_(memory) {}

    /// Throws invalid_argument for a duration that cannot be, rho that is negative or another than before.
    void add(std::string_view group, double duration, bool event, std::string_view stratum = {}, double rho = 0);

    void merge(const LogRankTest& other, const Cancellation& = {});
    void save(Writer&) const;
    void load(Reader&, const Cancellation& = {});

    /// By group.
    std::vector<LogRankGroup> finish(const Cancellation& = {}) const;

private:
    void agree(double rho);

    GroupNames groups_, strata_;
    Tally<GroupedLife> lives_;
    std::optional<double> rho_;
};

}  // namespace crm::predict
