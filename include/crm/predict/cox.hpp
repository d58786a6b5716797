// Which features make customers leave sooner: proportional hazards, Cox (1972), Regression models and life-tables, JRSS
// B
// 34. Tied times: Efron (1977), JASA 72, or Breslow (1974), Biometrics 30. Robust errors: Lin, Wei (1989), JASA 84.
// Test of proportional hazards: Grambsch, Therneau (1994), Biometrika 81, as the score test for the product of a
// feature and a function of time.
#pragma once
#include <memory>
#include <memory_resource>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crm/foundation/cancellation.hpp"
#include "crm/predict/concordance.hpp"
#include "crm/predict/lifetime.hpp"
#include "crm/predict/lifetime_rows.hpp"

namespace crm::predict {

/// A chi-squared statistic.
struct ChiSquared {
    std::string name;
    double statistic = 0;
    std::int32_t degrees_of_freedom = 0;

    double p_value() const { return chi_squared_p_value(statistic, degrees_of_freedom); }

    template <class Self, class Visit>
    static void members(Self& self, Visit&& visit) {
        visit("name", self.name);
        visit("statistic", self.statistic);
        visit("degrees_of_freedom", self.degrees_of_freedom);
    }
};

/// Cumulative hazard of the average customer of a stratum, after each time.
struct BaselineHazard {
    std::string stratum;
    std::vector<double> time, hazard;
    double last_time = 0;  // the longest duration that was seen

    template <class Self, class Visit>
    static void members(Self& self, Visit&& visit) {
        visit("stratum", self.stratum);
        visit("time", self.time);
        visit("hazard", self.hazard);
        visit("last_time", self.last_time);
    }
};

struct HazardRatio {
    std::string name;
    double hazard_ratio;
    std::optional<double> lower, upper, z, p_value;  // none for a feature that could not be told from others
};

struct PredictedSurvival {
    double time, survival, cumulative_hazard;
};

class Cox final : public LifetimeModel {
public:
    static constexpr std::string_view name = "cox";

    /// Times of a baseline hazard that are kept.
    static constexpr std::size_t most_steps = 4096;

    struct Content {
        std::vector<std::string> names;
        std::vector<double> coefficients;  // 0 for one that is not estimated
        std::vector<std::int32_t> estimated;
        std::vector<double> means;       // of the features
        std::vector<double> covariance;  // of the coefficients, row after row; none when not known
        bool robust = false, stratified = false;
        std::optional<double> null_log_likelihood;
        std::vector<ChiSquared> tests, proportionality;
        Concordance concordance;
        std::vector<BaselineHazard> baseline;  // by stratum; none when the fit failed
        std::vector<FitReport> fit;            // one, or none when made from known parameters

        template <class Self, class Visit>
        static void members(Self& self, Visit&& visit) {
            visit("names", self.names);
            visit("coefficients", self.coefficients);
            visit("estimated", self.estimated);
            visit("means", self.means);
            visit("covariance", self.covariance);
            visit("robust", self.robust);
            visit("stratified", self.stratified);
            visit("null_log_likelihood", self.null_log_likelihood);
            visit("tests", self.tests);
            visit("proportionality", self.proportionality);
            visit("concordance", self.concordance);
            visit("baseline", self.baseline);
            visit("fit", self.fit);
        }
    };

    /// The encoder of a model with named features; its columns are the features.
    explicit Cox(Content content, std::unique_ptr<const Encoder> encoder = nullptr)
        : content_(std::move(content)), encoder_(std::move(encoder)) {}

    static std::unique_ptr<Cox> load(Reader&);
    static std::unique_ptr<Cox> from_json(const Json&);

    /// {"coefficients": {"age": 0.02}, "means": {"age": 40}, "baseline": {"time": [...], "hazard": [...]}}: the
    /// cumulative hazard of a customer with these means, which are 0 unless given.
    static std::unique_ptr<Cox> make(const Json&);

    std::string_view kind() const override { return name; }
    bool usable() const override { return !content_.baseline.empty(); }
    std::optional<FitReport> report() const override;
    std::vector<Coefficient> coefficients() const override;
    void save(Writer&) const override;
    Json::Object to_json() const override;

    const Content& content() const { return content_; }
    const Encoder* encoder() const override { return encoder_.get(); }

    std::optional<double> survival(const Subject&, double time) const override;
    std::optional<double> median(const Subject&) const override;
    std::optional<double> restricted_mean(const Subject&, double horizon) const override;

    /// Hazard against that of a customer of average features.
    double relative_risk(std::span<const double> features) const;
    std::vector<HazardRatio> hazard_ratios() const;
    std::vector<PredictedSurvival> curve(const Subject&) const;

private:
    const BaselineHazard& baseline_of(const Subject&) const;
    std::optional<double> variance(std::size_t i) const;

    Content content_;
    std::unique_ptr<const Encoder> encoder_;
};

Cox::Content fit_cox(const LifetimeRows&, const Cancellation&);

/// The aggregate.
class CoxFit {
public:
    explicit CoxFit(std::pmr::memory_resource* memory) : rows_(memory) {}

    /// Throws invalid_argument for a life without features.
    void add(const FeaturedLife&);
    void skip() { rows_.skip(); }
    void set(const Json& options, std::uint64_t edition) { rows_.set(options, edition, true); }
    void merge(const CoxFit& other) { rows_.merge(other.rows_); }
    void save(Writer& out) const { rows_.save(out); }
    void load(Reader& in) { rows_.load(in); }

    /// Nothing when no row had a value.
    std::unique_ptr<Cox> finish(const Cancellation& = {}) const;

private:
    LifetimeRows rows_;
};

}  // namespace crm::predict
