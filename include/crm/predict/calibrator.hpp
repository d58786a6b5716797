// Probabilities made to mean what they say, from held-out rows whose outcome is known. Platt (1999), Probabilistic
// outputs for support vector machines and comparisons to regularized likelihood methods, on the log-odds, by the
// algorithm's correction of Lin, Lin, Weng (2007), Machine Learning 68(3); isotonic regression by pooling adjacent
// violators, Zadrozny, Elkan (2002), Transforming classifier scores into accurate multiclass probability estimates,
// KDD.
#pragma once
#include <cstdint>
#include <limits>
#include <memory>
#include <memory_resource>
#include <optional>
#include <string_view>
#include <vector>

#include "crm/foundation/model.hpp"
#include "crm/predict/members.hpp"
#include "crm/predict/scored_outcomes.hpp"

namespace crm::predict {

class Calibrator final : public Model {
public:
    static constexpr std::string_view name = "calibration";

    struct Knot {
        double probability = 0, calibrated = 0;

        template <class Self, class Visit>
        static void members(Self& self, Visit&& visit) {
            visit("probability", self.probability);
            visit("calibrated", self.calibrated);
        }
    };

    /// Platt: calibrated log-odds = intercept + slope * log-odds, those of probabilities that are no nearer to 0 or 1
    /// than `nearest`. Isotonic: the line through the knots.
    struct Content {
        bool isotonic = false;
        double nearest = std::numeric_limits<double>::epsilon();
        double intercept = 0, slope = 1;
        std::optional<double> intercept_error, slope_error;
        std::vector<Knot> knots;
        bool fitted = false;
        std::vector<FitReport> fit;  // one, or none when made from known parameters

        template <class Self, class Visit>
        static void members(Self& self, Visit&& visit) {
            visit("isotonic", self.isotonic);
            visit("nearest", self.nearest);
            visit("intercept", self.intercept);
            visit("slope", self.slope);
            visit("intercept_error", self.intercept_error);
            visit("slope_error", self.slope_error);
            visit("knots", self.knots);
            visit("fitted", self.fitted);
            visit("fit", self.fit);
        }
    };

    /// Throws invalid_argument for knots that do not rise.
    explicit Calibrator(Content content);

    static std::unique_ptr<Calibrator> load(Reader&);
    static std::unique_ptr<Calibrator> from_json(const Json&);

    /// {"intercept": 0, "slope": 1}, or {"knots": [[0.1, 0.05], [0.9, 0.97]]}.
    static std::unique_ptr<Calibrator> make(const Json& parameters);

    std::string_view kind() const override { return name; }
    bool usable() const override { return content_.fitted; }
    std::optional<FitReport> report() const override;

    /// Of Platt's line; isotonic regression has none.
    std::vector<Coefficient> coefficients() const override;
    void save(Writer&) const override;
    Json::Object to_json() const override;

    /// Throws invalid_argument unless 0 <= probability <= 1.
    double calibrated(double probability) const;

    const Content& content() const { return content_; }

private:
    Content content_;
};

struct CalibratorOptions {
    /// Automatic is Platt's below 1000 rows (Niculescu-Mizil, Caruana 2005, Predicting good probabilities with
    /// supervised learning, ICML), above that the one of the lower AIC, a block of isotonic regression counting as a
    /// parameter (Meyer, Woodroofe 2000, On the degrees of freedom in shape-restricted regression, Annals of
    /// Statistics 28(4)).
    enum class Method : std::uint8_t { automatic, platt, isotonic };

    Method method = Method::automatic;

    /// {"method": "platt", "isotonic" or "auto"}.
    static CalibratorOptions from_json(const Json&);
};

/// The aggregate.
class CalibratorFit {
public:
    explicit CalibratorFit(std::pmr::memory_resource* memory) : rows_(memory) {}

    void skip() { ++skipped_; }

    /// Throws invalid_argument for a probability outside 0 to 1, and for options that differ from those of rows before.
    void add(bool outcome, double probability, const CalibratorOptions& = {});

    void merge(const CalibratorFit& other, const Cancellation& = {});
    void save(Writer&) const;
    void load(Reader&, const Cancellation& = {});

    /// Nothing when no row was whole.
    std::unique_ptr<Calibrator> finish(const Cancellation& = {}) const;

private:
    void agree(CalibratorOptions::Method);

    ScoredOutcomes rows_;
    std::optional<CalibratorOptions::Method> method_;
    std::uint64_t skipped_ = 0;
};

}  // namespace crm::predict
