#include "crm/predict/scorecard_fit.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "crm/foundation/error.hpp"
#include "crm/foundation/rounded.hpp"
#include "crm/predict/binning.hpp"
#include "crm/predict/logistic_solver.hpp"

namespace crm::predict {

namespace {

using Eigen::Index;

constexpr std::size_t fine_classes = 50;

/// Rows as their weights of evidence: a column of ones, then one of each feature that has any.
class EvidenceDesign final : public Design {
public:
    EvidenceDesign(std::span<const CellChunk> chunks, const LearntEncoder& learnt,
                   const std::vector<ScoredFeature>& scored)
        : Design(chunks, learnt), scored_(scored) {
        for (std::size_t f = 0; f < scored.size(); ++f)
            if (std::ranges::any_of(scored[f].bins, [](const ScoreBin& bin) { return bin.evidence != 0; }))
                features_.push_back(f);
    }

    /// Of each column but the first, the feature.
    const std::vector<std::size_t>& features() const { return features_; }

    Index width() const override { return static_cast<Index>(features_.size()) + 1; }

    void fill(const RowBlock& block, Eigen::MatrixXd& out) const override {
        out.col(0).head(static_cast<Index>(block.count)).setOnes();
        for (std::size_t i = 0; i < features_.size(); ++i) {
            const std::size_t f = features_[i];
            const bool is_numeric = learnt().encoder.features()[f].is_numeric();
            double* const column = out.col(static_cast<Index>(i) + 1).data();
            for (std::size_t row = 0; row < block.count; ++row) {
                const ScoreBin* const bin = scored_[f].bin(code(block, row, f), is_numeric);
                column[row] = bin ? bin->evidence : 0;
            }
        }
    }

private:
    const std::vector<ScoredFeature>& scored_;
    std::vector<std::size_t> features_;
};

/// Puts the values of features into bins.
class Classing {
public:
    Classing(const Design& rows, std::span<const std::uint8_t> outcomes, std::span<const double> weights,
             const ScorecardOptions& options, const Cancellation& cancellation)
        : rows_(rows), outcomes_(outcomes), weights_(weights), options_(options), cancellation_(cancellation) {}

    /// Of the first feature asked for, whose values are all the rows there are.
    const ClassCounts& all() const { return all_; }

    ScoredFeature operator()(std::size_t f) {
        const Feature& feature = rows_.learnt().encoder.features()[f];
        std::vector<ValueCounts> values = gathered(f);
        ClassCounts missing;
        if (feature.is_numeric()) {
            // Nothing is NaN, which would not sort: missing values are kept apart.
            std::erase_if(values, [&](const ValueCounts& one) { return std::isnan(one.value); });
            missing = missing_;
        }
        tally_by_value(values, cancellation_);
        all_ = missing;
        for (const ValueCounts& one : values) all_ += one.counts;
        return feature.is_numeric() ? numbers(feature, values, missing) : levels(feature, values);
    }

private:
    std::vector<ValueCounts> gathered(std::size_t f) {
        std::vector<ValueCounts> values, absent;
        values.reserve(outcomes_.size());
        for (const RowBlock& block : rows_.blocks()) {
            cancellation_.poll();
            for (std::size_t i = 0; i < block.count; ++i) {
                const std::size_t row = block.row_at(i);
                const double code = rows_.code(block, i, f), weight = weights_.empty() ? 1 : weights_[row];
                const bool is_absent = std::isnan(code);
                (is_absent ? absent : values)
                    .push_back({is_absent ? 0 : code + 0.0,
                                {outcomes_[row] != 0 ? weight : 0, outcomes_[row] != 0 ? 0 : weight}});
            }
        }
        tally_by_value(absent, cancellation_);
        missing_ = absent.empty() ? ClassCounts() : absent.front().counts;
        return values;
    }

    BinMerging merging(const Feature& feature) const {
        return {static_cast<std::size_t>(options_.bins), options_.least_share * all_.rows(),
                feature.is_numeric() && options_.is_monotone(feature.name)};
    }

    ScoreBin bin_of(const ClassCounts& counts) const {
        return {0, counts.rows() / all_.rows(), counts.rate(), weight_of_evidence(counts, all_)};
    }

    ScoredFeature numbers(const Feature& feature, const std::vector<ValueCounts>& values,
                          const ClassCounts& missing) const {
        ScoredFeature scored;
        const auto bins = static_cast<std::size_t>(options_.bins);
        const std::vector<std::size_t> firsts = quantile_classes(values, options_.by_outcome ? fine_classes : bins);
        std::vector<ClassCounts> classes(firsts.size());
        for (std::size_t k = 0; k < firsts.size(); ++k)
            for (std::size_t i = firsts[k]; i < (k + 1 < firsts.size() ? firsts[k + 1] : values.size()); ++i)
                classes[k] += values[i].counts;
        std::vector<std::size_t> starts(classes.size());
        std::iota(starts.begin(), starts.end(), std::size_t{0});
        const BinMerging how = merging(feature);
        if (options_.by_outcome || how.monotone) starts = merged(classes, how);
        for (std::size_t b = 0; b < starts.size(); ++b) {
            const std::size_t end = b + 1 < starts.size() ? starts[b + 1] : classes.size();
            ClassCounts counts;
            for (std::size_t k = starts[b]; k < end; ++k) counts += classes[k];
            if (b > 0) scored.cuts.push_back(values[firsts[starts[b]]].value);
            scored.bins.push_back(bin_of(counts));
        }
        scored.has_missing = missing.rows() > 0;
        if (scored.has_missing) {
            scored.bins.push_back(bin_of(missing));
            if (!is_telling(missing)) {
                scored.bins.back().evidence = 0;
                if (scored.bins.size() == 2) scored.bins.front().evidence = 0;
            }
        }
        return scored;
    }

    /// By rising rate of the outcome; missing values by themselves.
    ScoredFeature levels(const Feature& feature, std::vector<ValueCounts> values) const {
        ScoredFeature scored;
        scored.bin_of.assign(feature.levels.size(), 0);
        std::vector<ValueCounts> given = std::move(values), missing;
        if (feature.has_missing && given.back().value == static_cast<double>(feature.levels.size() - 1)) {
            missing.push_back(given.back());
            given.pop_back();
        }
        std::ranges::stable_sort(given, {}, [](const ValueCounts& one) { return one.counts.rate(); });
        std::vector<ClassCounts> classes;
        for (const ValueCounts& one : given) classes.push_back(one.counts);
        std::vector<std::size_t> starts(classes.size());
        std::iota(starts.begin(), starts.end(), std::size_t{0});
        if (options_.by_outcome) starts = merged(classes, merging(feature));
        const auto place = [&](const ValueCounts& one) {
            scored.bin_of[static_cast<std::size_t>(one.value)] = static_cast<std::uint32_t>(scored.bins.size());
        };
        for (std::size_t b = 0; b < starts.size(); ++b) {
            const std::size_t end = b + 1 < starts.size() ? starts[b + 1] : classes.size();
            ClassCounts counts;
            for (std::size_t k = starts[b]; k < end; ++k) {
                counts += classes[k];
                place(given[k]);
            }
            scored.bins.push_back(bin_of(counts));
        }
        if (!missing.empty()) {
            place(missing.front());
            scored.bins.push_back(bin_of(missing.front().counts));
            if (!is_telling(missing.front().counts)) scored.bins.back().evidence = 0;
        }
        return scored;
    }

    /// Whether missing values are more than levels that are pooled for being rare, and differ from the others.
    bool is_telling(const ClassCounts& missing) const {
        constexpr double few = 5, share_of_few = 0.05;
        const double least = options_.encoder.rare.value_or(std::min(few, share_of_few * all_.rows()));
        const ClassCounts rest{all_.positives - missing.positives, all_.negatives - missing.negatives};
        return missing.rows() >= least && differ(missing, rest);
    }

    const Design& rows_;
    std::span<const std::uint8_t> outcomes_;
    std::span<const double> weights_;
    const ScorecardOptions& options_;
    const Cancellation& cancellation_;
    ClassCounts all_, missing_;
};

/// Everything that is done once the rows are there.
class Fitting {
public:
    Fitting(const FeatureRows& rows, std::span<const std::uint8_t> outcomes, std::span<const double> weights,
            const ScorecardOptions& options, const Cancellation& cancellation)
        : rows_(rows),
          outcomes_(outcomes),
          weights_(weights),
          options_(options),
          cancellation_(cancellation),
          learnt_(rows.learn(weights, options.encoder, cancellation)) {}

    std::unique_ptr<Scorecard> run(std::int64_t skipped) {
        require_monotone_features();
        report_.skipped = skipped;
        report_.distinct_observations = static_cast<std::int64_t>(outcomes_.size());
        Scorecard::Content content;
        content.scale = options_.scale;
        fit(content);
        content.fit = {report_};
        return std::make_unique<Scorecard>(learnt_.encoder, std::move(content));
    }

private:
    void require_monotone_features() const {
        for (const std::string& name : options_.monotone_features) {
            const auto feature = learnt_.encoder.find(name);
            if (!feature) throw invalid_argument("option monotone names no feature: \"" + excerpt(name) + "\"");
            if (!learnt_.encoder.features()[*feature].is_numeric())
                throw invalid_argument("option monotone names a categorical feature: \"" + excerpt(name) + "\"", {},
                                       "Only numbers have an order.");
        }
    }

    void fit(Scorecard::Content& content) {
        double weight = 0, positive = 0;
        for (std::size_t row = 0; row < outcomes_.size(); ++row) {
            const double own = weights_.empty() ? 1 : weights_[row];
            weight += own;
            if (outcomes_[row] != 0) positive += own;
        }
        report_.observations = std::llround(std::min(weight, 0x1p53));
        if (positive == 0 || positive >= weight) {
            report_.message = std::string("every outcome is ") + (positive == 0 ? "false" : "true") +
                              ": there is nothing to tell apart";
            return;
        }
        const Design raw(rows_.chunks(), learnt_);
        Classing classing(raw, outcomes_, weights_, options_, cancellation_);
        for (std::size_t f = 0; f < learnt_.encoder.features().size(); ++f) content.features.push_back(classing(f));
        const EvidenceDesign design(rows_.chunks(), learnt_, content.features);
        const LogisticProblem problem(design, outcomes_, weights_, cancellation_);
        const Penalty penalty{0, options_.l2};
        const LogisticSolution solution = problem.solve(penalty, options_.max_iterations);
        report_.iterations = solution.iterations;
        report_.converged = solution.converged;
        if (!solution.converged) {
            report_.message = solution.separating
                                  ? separated(design, problem.parting_columns(*solution.separating))
                                  : "no maximum found in " + std::to_string(solution.iterations) + " iterations";
            content.features.clear();  // the design reads them
            return;
        }
        report_.log_likelihood = solution.point.log_likelihood;
        fill(content, design, solution, penalty);
        notes_ = learnt_.notes;
        note(content, design, solution);
        notes_.push_back("null deviance " + rounded(-2 * problem.null_log_likelihood(), 6) + ", deviance " +
                         rounded(-2 * solution.point.log_likelihood, 6) + " before points were rounded");
        for (const std::string& one : notes_) report_.message += (report_.message.empty() ? "" : "; ") + one;
    }

    std::string separated(const EvidenceDesign& design, const std::vector<std::size_t>& columns) const {
        std::string names;
        for (const std::size_t column : columns)
            names += (names.empty() ? "" : ", ") + name_of(design.features()[column]);
        return "outcomes are perfectly separated by " + names +
               ": no finite coefficients exist; leave out what knows the outcome, or set the option l2";
    }

    static std::int64_t whole(double points) {
        if (!(std::abs(points) <= static_cast<double>(Scorecard::most_points)))
            throw out_of_range("points of a scorecard are too large", {},
                               "Lower points_to_double_odds, or set the option l2.");
        return std::llround(points);
    }

    void fill(Scorecard::Content& content, const EvidenceDesign& design, const LogisticSolution& solution,
              const Penalty& penalty) {
        const Eigen::MatrixXd covariance = covariance_of(solution, penalty);
        const auto error = [&](Index at) -> std::optional<double> {
            const double variance = covariance(at, at);
            if (solution.is_aliased[static_cast<std::size_t>(at)] || !(variance >= 0) || !std::isfinite(variance))
                return {};
            return std::sqrt(variance);
        };
        const double factor = content.scale.factor();
        content.fitted = true;
        content.intercept = solution.point.theta[0];
        content.intercept_error = error(0);
        content.base = whole(content.scale.offset() + factor * content.intercept);
        report_.parameters = 1;
        for (std::size_t i = 0; i < design.features().size(); ++i) {
            ScoredFeature& feature = content.features[design.features()[i]];
            const auto at = static_cast<Index>(i) + 1;
            feature.coefficient = solution.point.theta[at];
            feature.std_error = error(at);
            if (!solution.is_aliased[static_cast<std::size_t>(at)]) ++report_.parameters;
            for (ScoreBin& bin : feature.bins) bin.points = whole(factor * feature.coefficient * bin.evidence);
        }
    }

    std::string name_of(std::size_t feature) const { return plain_name(learnt_.encoder.features()[feature].name); }

    void note(const Scorecard::Content& content, const EvidenceDesign& design, const LogisticSolution& solution) {
        for (std::size_t f = 0; f < content.features.size(); ++f) {
            const auto column = std::ranges::find(design.features(), f);
            if (column == design.features().end()) {
                notes_.push_back(name_of(f) + " tells nothing of the outcome");
                continue;
            }
            const auto at = static_cast<std::size_t>(column - design.features().begin()) + 1;
            if (solution.is_aliased[at])
                notes_.push_back(name_of(f) + " repeats what features before tell and is left out");
            else if (content.features[f].coefficient < 0)
                notes_.push_back(name_of(f) +
                                 " gives points against its own evidence, for it repeats what others "
                                 "tell: leave it out");
        }
    }

    const FeatureRows& rows_;
    std::span<const std::uint8_t> outcomes_;
    std::span<const double> weights_;
    const ScorecardOptions& options_;
    const Cancellation& cancellation_;
    LearntEncoder learnt_;
    FitReport report_;
    std::vector<std::string> notes_;
};

}  // namespace

std::unique_ptr<Scorecard> ScorecardFit::finish(const Cancellation& cancellation) const {
    if (outcomes().size() == 0) return nullptr;
    const ScorecardOptions how = options();
    return Fitting(rows(), outcomes().values(), weights(), how, cancellation).run(skipped());
}

}  // namespace crm::predict
