// How long customers stay, without any assumption about it: Kaplan, Meier (1958), Nonparametric estimation from
// incomplete observations, JASA 53. Variance: Greenwood (1926). Cumulative hazard: Nelson (1969), Aalen (1978).
// Interval of the median: Brookmeyer, Crowley (1982), Biometrics 38. Mean up to a horizon: Irwin (1949).
#pragma once
#include <memory>
#include <memory_resource>
#include <optional>
#include <string_view>
#include <tuple>
#include <vector>

#include "crm/foundation/cancellation.hpp"
#include "crm/foundation/tally.hpp"
#include "crm/predict/lifetime.hpp"

namespace crm::predict {

/// One time of the curve, and what happened since the one before.
struct SurvivalStep {
    double time;
    double at_risk;           // right before this time
    double events, censored;  // after the step before, up to and including this time
    double survival;          // share that stays longer
    double greenwood;         // sum of d / (n (n - d)): variance of ln(survival); not counted where all leave
    double hazard;            // Nelson-Aalen
    double hazard_variance;   // of the Nelson-Aalen estimate

    template <class Self, class Visit>
    static void members(Self& self, Visit&& visit) {
        visit("time", self.time);
        visit("at_risk", self.at_risk);
        visit("events", self.events);
        visit("censored", self.censored);
        visit("survival", self.survival);
        visit("greenwood", self.greenwood);
        visit("hazard", self.hazard);
        visit("hazard_variance", self.hazard_variance);
    }
};

/// On which scale an interval of the survival is symmetric.
enum class IntervalScale { log, log_log, plain };

/// 'log', 'log-log' or 'plain'; throws invalid_argument.
IntervalScale interval_scale(std::string_view name);

/// One row of crm.survival_curve.
struct SurvivalEstimate {
    double time, at_risk, events, censored, survival;
    std::optional<double> std_error, lower, upper;  // none where all have left
    double cumulative_hazard, hazard_std_error;
};

class KaplanMeier final : public LifetimeModel {
public:
    static constexpr std::string_view name = "kaplan_meier";

    /// Beyond this many distinct times neighbours are put together, so evenly that the survival at any time is off by
    /// less than 1/2000; what is kept is exact at its own time.
    static constexpr std::size_t most_steps = 4096;

    /// What is stored.
    struct Content {
        std::vector<SurvivalStep> steps;  // by ascending time
        FitReport fit;

        template <class Self, class Visit>
        static void members(Self& self, Visit&& visit) {
            visit("steps", self.steps);
            visit("fit", self.fit);
        }
    };

    explicit KaplanMeier(Content content) : content_(std::move(content)) {}

    static std::unique_ptr<KaplanMeier> load(Reader&);
    static std::unique_ptr<KaplanMeier> from_json(const Json&);

    /// {"time": [...], "events": [...], "censored": [...]}: counts at each time.
    static std::unique_ptr<KaplanMeier> make(const Json&);

    std::string_view kind() const override { return name; }
    bool usable() const override { return !content_.steps.empty(); }
    std::optional<FitReport> report() const override { return content_.fit; }
    std::vector<Coefficient> coefficients() const override { return {}; }
    void save(Writer&) const override;
    Json::Object to_json() const override;

    const std::vector<SurvivalStep>& steps() const { return content_.steps; }

    std::optional<double> survival(const Subject&, double time) const override;
    std::optional<double> median(const Subject&) const override;
    std::optional<double> restricted_mean(const Subject&, double horizon) const override;
    MedianLifetime median_lifetime() const override;
    RestrictedMean restricted_mean(double horizon) const override;

    std::vector<SurvivalEstimate> curve(IntervalScale, double level) const;

private:
    Content content_;
};

/// Which of many steps to keep: at most `most`, the last among them, close to each other in survival and in number.
std::vector<std::size_t> thinned(const std::vector<double>& survival, std::size_t most);

/// What is counted: how long a life was seen, and whether it then ended.
struct ObservedLife {
    double duration;
    std::uint32_t event;
    double entry;

    static auto tied(auto& self) { return std::tie(self.duration, self.event, self.entry); }
    bool valid() const;
};

/// The aggregate.
class KaplanMeierFit {
public:
    explicit KaplanMeierFit(std::pmr::memory_resource* memory) : lives_(memory) {}

    void add(double duration, bool event, double weight = 1);
    void add(double entry, double duration, bool event, double weight = 1);
    void skip() { ++skipped_; }

    void merge(const KaplanMeierFit& other, const Cancellation& = {});
    void save(Writer&) const;
    void load(Reader&, const Cancellation& = {});

    /// Nothing when no row had a value.
    std::unique_ptr<KaplanMeier> finish(const Cancellation& = {}) const;

private:
    Tally<ObservedLife> lives_;
    std::uint64_t skipped_ = 0;
};

}  // namespace crm::predict
