#include "crm/predict/logistic_fit.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "crm/foundation/error.hpp"
#include "crm/foundation/rounded.hpp"
#include "crm/predict/logistic_solver.hpp"

namespace crm::predict {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr std::size_t most_columns = 2000;

std::string listed(const std::vector<std::string>& names) {
    constexpr std::size_t most = 5;
    std::string list;
    for (std::size_t i = 0; i < std::min(most, names.size()); ++i) list += (i == 0 ? "" : ", ") + names[i];
    if (names.size() > most) list += " and " + std::to_string(names.size() - most) + " more";
    return list;
}

/// Probability that a row with the outcome scores higher than one without, ties counting half; or its complement.
double separation(std::vector<std::pair<double, std::pair<double, double>>>& scored) {
    std::ranges::sort(scored);
    double pairs = 0, below = 0, all[2] = {0, 0};
    for (std::size_t i = 0; i < scored.size();) {
        double tied[2] = {0, 0};
        const double score = scored[i].first;
        for (; i < scored.size() && scored[i].first == score; ++i) {
            tied[0] += scored[i].second.first;
            tied[1] += scored[i].second.second;
        }
        pairs += tied[1] * (below + tied[0] / 2);
        below += tied[0];
        all[0] += tied[0];
        all[1] += tied[1];
    }
    if (all[0] == 0 || all[1] == 0) return 0.5;
    const double area = pairs / (all[0] * all[1]);
    return std::max(area, 1 - area);
}

/// Everything that is done once the rows are there.
class Fitting {
public:
    Fitting(const FeatureRows& rows, std::span<const std::uint8_t> outcomes, std::span<const double> weights,
            const LogisticOptions& options, const Cancellation& cancellation)
        : outcomes_(outcomes),
          weights_(weights),
          options_(options),
          cancellation_(cancellation),
          learnt_(rows.learn(weights, options.encoder, cancellation)),
          design_(rows.chunks(), learnt_),
          problem_(design_, outcomes, weights, cancellation) {}

    LogisticModel::Fitted run(std::int64_t skipped) {
        LogisticModel::Fitted fitted;
        fitted.encoder = learnt_.encoder;
        FitReport& report = fitted.report.emplace();
        report.observations = std::llround(std::min(problem_.weight(), 0x1p53));
        report.distinct_observations = static_cast<std::int64_t>(outcomes_.size());
        report.skipped = skipped;
        if (problem_.positive() == 0 || problem_.positive() >= problem_.weight()) {
            report.message = std::string("every outcome is ") + (problem_.positive() == 0 ? "false" : "true") +
                             ": there is nothing to tell apart";
            return fitted;
        }
        if (design_.columns().size() > most_columns)
            throw limit_exceeded("more than " + std::to_string(most_columns) + " columns of features", {},
                                 "The option levels bounds how many a categorical feature makes.");
        fitted.null_log_likelihood = problem_.null_log_likelihood();

        std::vector<std::string> notes = learnt_.notes;
        Penalty penalty{options_.l1, options_.l2};
        if (options_.automatic) {
            const auto choice = problem_.choose(options_.mixing, options_.folds, options_.seed);
            penalty = choice.penalty;
            notes.push_back("penalty by cross-validation: l1 " + rounded(penalty.l1, 4) + ", l2 " +
                            rounded(penalty.l2, 4) + ", held-out deviance a row " + rounded(choice.deviance, 4));
        }
        const LogisticSolution solution = problem_.solve(penalty, options_.max_iterations);
        report.iterations = solution.iterations;
        report.converged = solution.converged;
        if (solution.separating) {
            report.message = separated(*solution.separating);
            for (const std::string& note : learnt_.notes) report.message += "; " + note;
            return fitted;
        }
        if (!solution.converged) {
            report.message = "no maximum found in " + std::to_string(solution.iterations) + " iterations";
            if (penalty.is_none()) report.message += "; an option l2 of 1 steadies a fit of few rows or many features";
            return fitted;
        }
        report.log_likelihood = solution.point.log_likelihood;
        fill(fitted, solution, penalty);
        for (const std::string& note : aliased(solution)) notes.push_back(note);
        for (const std::string& note : leaks()) notes.push_back(note);
        if (problem_.null_log_likelihood() < 0)
            notes.push_back("null deviance " + rounded(-2 * problem_.null_log_likelihood(), 6) + ", deviance " +
                            rounded(-2 * solution.point.log_likelihood, 6));
        for (const std::string& note : notes) report.message += (report.message.empty() ? "" : "; ") + note;
        return fitted;
    }

private:
    std::string column_name(std::size_t column) const {
        return plain_name(learnt_.encoder.name_of(design_.columns()[column]));
    }

    std::string separated(const VectorXd& direction) const {
        std::vector<std::string> names;
        for (const std::size_t column : problem_.parting_columns(direction)) names.push_back(column_name(column));
        return "outcomes are perfectly separated by " + listed(names) +
               ": no finite coefficients exist; leave out what knows the outcome, or set the option l2";
    }

    /// Coefficients of numbers as they are, from those of numbers in standard deviations.
    void fill(LogisticModel::Fitted& fitted, const LogisticSolution& solution, const Penalty& penalty) const {
        const auto& columns = design_.columns();
        const auto& features = learnt_.encoder.features();
        const VectorXd& theta = solution.point.theta;
        VectorXd shift = VectorXd::Zero(theta.size()), unit = VectorXd::Ones(theta.size());
        shift[0] = 1;
        for (std::size_t i = 0; i < columns.size(); ++i) {
            if (columns[i].kind != DesignColumn::Kind::number) continue;
            const Feature& feature = features[columns[i].feature];
            const auto at = static_cast<Index>(i) + 1;
            unit[at] = 1 / feature.scale;
            shift[at] = -feature.mean / feature.scale;
        }
        MatrixXd covariance;
        if (penalty.l1 == 0) covariance = covariance_of(solution, penalty);
        for (Index i = 0; i < theta.size(); ++i) {
            LogisticModel::Estimate estimate{i == 0 ? shift.dot(theta) : theta[i] * unit[i], {}};
            if (!solution.is_aliased[static_cast<std::size_t>(i)] && covariance.size() > 0) {
                const double variance = i == 0 ? shift.dot(covariance * shift) : covariance(i, i) * unit[i] * unit[i];
                if (variance >= 0 && std::isfinite(variance)) estimate.std_error = std::sqrt(variance);
            }
            const bool counts = penalty.l1 == 0 ? !solution.is_aliased[static_cast<std::size_t>(i)] : theta[i] != 0;
            if (counts) ++fitted.report->parameters;
            fitted.estimates.push_back(estimate);
        }
        for (const auto& estimate : fitted.estimates)
            if (!std::isfinite(estimate.value)) throw out_of_range("coefficient of a feature is too large");
        fitted.importance = importance(LogisticModel(fitted));
    }

    std::vector<double> importance(const LogisticModel& model) const {
        const std::size_t features = learnt_.encoder.features().size();
        std::vector<double> sums(features, 0), codes(features);
        for (const RowBlock& block : design_.blocks()) {
            cancellation_.poll();
            std::vector<double> here(features, 0);
            for (std::size_t i = 0; i < block.count; ++i) {
                for (std::size_t f = 0; f < features; ++f) codes[f] = design_.code(block, i, f);
                model.add_magnitudes(codes, weights_.empty() ? 1 : weights_[block.row_at(i)], here);
            }
            for (std::size_t f = 0; f < features; ++f) sums[f] += here[f];
        }
        for (double& sum : sums) sum /= problem_.weight();
        return sums;
    }

    std::vector<std::string> aliased(const LogisticSolution& solution) const {
        std::vector<std::string> names;
        for (std::size_t i = 1; i < solution.is_aliased.size(); ++i)
            if (solution.is_aliased[i]) names.push_back(column_name(i - 1));
        if (names.empty()) return {};
        return {listed(names) + (names.size() == 1 ? " repeats" : " repeat") + " what features before tell and " +
                (names.size() == 1 ? "is" : "are") + " left out"};
    }

    /// Features that alone tell the outcome nearly always: they may know the future.
    std::vector<std::string> leaks() const {
        constexpr double suspicious = 0.99, worth_a_look = 0.98;
        constexpr std::size_t enough = 20000;
        std::vector<std::string> notes;
        const std::size_t stride = std::max<std::size_t>(outcomes_.size() / enough, 1);
        for (std::size_t f = 0; f < learnt_.encoder.features().size(); ++f) {
            double area = separation_by(f, stride);
            if (stride > 1 && area >= worth_a_look) area = separation_by(f, 1);
            if (area >= suspicious)
                notes.push_back(plain_name(learnt_.encoder.features()[f].name) + " alone tells the outcome (AUC " +
                                rounded(area, 4) + "): does it know the future?");
        }
        return notes;
    }

    double separation_by(std::size_t f, std::size_t stride) const {
        const Feature& feature = learnt_.encoder.features()[f];
        std::vector<std::pair<double, std::pair<double, double>>> scored;
        std::vector<std::pair<double, double>> levels(feature.levels.size());
        for (const RowBlock& block : design_.blocks(stride)) {
            cancellation_.poll();
            for (std::size_t i = 0; i < block.count; ++i) {
                const std::size_t row = block.row_at(i);
                const double code = design_.code(block, i, f), weight = weights_.empty() ? 1 : weights_[row];
                const std::pair<double, double> own{outcomes_[row] != 0 ? 0 : weight, outcomes_[row] != 0 ? weight : 0};
                if (feature.is_numeric()) {
                    scored.push_back({std::isnan(code) ? feature.mean : code, own});
                } else if (!std::isnan(code)) {
                    auto& level = levels[static_cast<std::size_t>(code)];
                    level.first += own.first;
                    level.second += own.second;
                }
            }
        }
        for (const auto& level : levels)
            if (const double all = level.first + level.second; all > 0) scored.push_back({level.second / all, level});
        return separation(scored);
    }

    std::span<const std::uint8_t> outcomes_;
    std::span<const double> weights_;
    const LogisticOptions& options_;
    const Cancellation& cancellation_;
    LearntEncoder learnt_;
    Design design_;
    LogisticProblem problem_;
};

}  // namespace

std::unique_ptr<LogisticModel> LogisticFit::finish(const Cancellation& cancellation) const {
    if (outcomes().size() == 0) return nullptr;
    const LogisticOptions how = options();
    return std::make_unique<LogisticModel>(
        Fitting(rows(), outcomes().values(), weights(), how, cancellation).run(skipped()));
}

}  // namespace crm::predict
