#include "crm/predict/multinomial_fit.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "crm/foundation/error.hpp"
#include "crm/foundation/rounded.hpp"
#include "crm/predict/members.hpp"
#include "crm/predict/multinomial_solver.hpp"

namespace crm::predict {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr int most_iterations = 1000;
constexpr std::size_t most_coefficients = 2000;

/// Labels by name, and how the solver counts them: the reference last.
struct Labels {
    std::vector<std::string> names;
    std::size_t reference = 0;
    std::vector<std::uint32_t> outcomes;  // of the rows

    Labels(const LabelColumn& column, const std::optional<std::string>& wanted) {
        const Dictionary& known = column.names();
        for (std::size_t i = 0; i < known.size(); ++i) {
            if (const std::string wrong = defect_of_name(known[i]); !wrong.empty()) throw invalid_argument(wrong);
            names.emplace_back(known[i]);
        }
        std::ranges::sort(names);
        if (wanted) {
            const auto at = std::ranges::find(names, *wanted);
            if (at == names.end())
                throw invalid_argument("no outcome is the reference label \"" + excerpt(*wanted) + "\"");
            reference = static_cast<std::size_t>(at - names.begin());
        }
        std::vector<std::uint32_t> counted(known.size());
        for (std::size_t i = 0; i < known.size(); ++i) {
            const auto at = static_cast<std::size_t>(std::ranges::lower_bound(names, known[i]) - names.begin());
            counted[i] = static_cast<std::uint32_t>(at == reference ? names.size() - 1 : at - (at > reference ? 1 : 0));
        }
        outcomes.reserve(column.size());
        for (const std::uint32_t place : column.places()) outcomes.push_back(counted[place]);
    }
};

/// Coefficients of numbers as they are, from those of numbers in standard deviations.
void fill(MultinomialModel::Fitted& fitted, const Design& design, const MultinomialSolution& solution, double l2) {
    const auto& columns = design.columns();
    const Index width = design.width();
    VectorXd shift = VectorXd::Zero(width), unit = VectorXd::Ones(width);
    shift[0] = 1;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        if (columns[i].kind != DesignColumn::Kind::number) continue;
        const Feature& feature = fitted.encoder.features()[columns[i].feature];
        const auto at = static_cast<Index>(i) + 1;
        unit[at] = 1 / feature.scale;
        shift[at] = -feature.mean / feature.scale;
    }
    const MatrixXd covariance = covariance_of(solution, l2);
    for (Index k = 0; k < solution.point.theta.cols(); ++k) {
        const VectorXd theta = solution.point.theta.col(k);
        const MatrixXd own = covariance.block(k * width, k * width, width, width);
        for (Index j = 0; j < width; ++j) {
            MultinomialModel::Estimate estimate{j == 0 ? shift.dot(theta) : theta[j] * unit[j], {}};
            if (!std::isfinite(estimate.value)) throw out_of_range("coefficient of a feature is too large");
            if (!solution.is_aliased[static_cast<std::size_t>(j)]) {
                const double variance = j == 0 ? shift.dot(own * shift) : own(j, j) * unit[j] * unit[j];
                if (variance >= 0 && std::isfinite(variance)) estimate.std_error = std::sqrt(variance);
                ++fitted.report->parameters;
            }
            fitted.estimates.push_back(estimate);
        }
    }
}

std::vector<std::string> notes_on(const LearntEncoder& learnt, const Design& design,
                                  const MultinomialSolution& solution, double null_log_likelihood) {
    std::vector<std::string> notes = learnt.notes;
    for (std::size_t i = 1; i < solution.is_aliased.size(); ++i)
        if (solution.is_aliased[i])
            notes.push_back(plain_name(learnt.encoder.name_of(design.columns()[i - 1])) +
                            " repeats what features before tell and is left out");
    notes.push_back("null deviance " + rounded(-2 * null_log_likelihood, 6) + ", deviance " +
                    rounded(-2 * solution.point.log_likelihood, 6));
    return notes;
}

}  // namespace

MultinomialOptions MultinomialOptions::from_json(const Json& json) {
    json.expect_keys({"l2", "max_iterations", "reference_label", "names", "rare", "levels", "reference"},
                     "options of a fit");
    MultinomialOptions options;
    if (const Json* l2 = json.find("l2")) {
        options.l2 = l2->number("l2");
        if (!(options.l2 >= 0) || !std::isfinite(options.l2))
            throw invalid_argument("l2 must be a finite number, 0 or more, not " + shortest(options.l2));
    }
    if (const Json* most = json.find("max_iterations"))
        options.max_iterations = static_cast<int>(most->integer("max_iterations", 1, most_iterations));
    if (const Json* label = json.find("reference_label")) options.reference_label = label->string("reference_label");
    options.encoder.read(json);
    return options;
}

void MultinomialOptions::save(Writer& out) const {
    out.put(l2);
    out.varint(static_cast<std::uint64_t>(max_iterations));
    out.put<std::uint8_t>(reference_label.has_value());
    if (reference_label) out.text(*reference_label);
    encoder.save(out);
}

MultinomialOptions MultinomialOptions::load(Reader& in) {
    MultinomialOptions options;
    options.l2 = in.get<double>();
    const std::uint64_t iterations = in.varint();
    if (!(options.l2 >= 0) || !std::isfinite(options.l2) || iterations < 1 || iterations > most_iterations)
        throw corrupt_data("impossible options of a fit in state");
    options.max_iterations = static_cast<int>(iterations);
    if (in.get<std::uint8_t>() != 0) options.reference_label = in.text();
    options.encoder = EncoderOptions::load(in);
    return options;
}

std::unique_ptr<MultinomialModel> MultinomialFit::finish(const Cancellation& cancellation) const {
    if (outcomes().size() == 0) return nullptr;
    const MultinomialOptions how = options();
    const Labels labels(outcomes(), how.reference_label);
    const LearntEncoder learnt = rows().learn(weights(), how.encoder, cancellation);
    const Design design(rows().chunks(), learnt);
    const MultinomialProblem problem(design, labels.outcomes, labels.names.size(), weights(), cancellation);

    MultinomialModel::Fitted fitted;
    fitted.encoder = learnt.encoder;
    fitted.labels = labels.names;
    fitted.reference = labels.reference;
    FitReport& report = fitted.report.emplace();
    report.observations = std::llround(std::min(problem.weight(), 0x1p53));
    report.distinct_observations = static_cast<std::int64_t>(outcomes().size());
    report.skipped = skipped();
    if (labels.names.size() == 1) {
        report.message = "every outcome is " + plain_name(labels.names.front()) + ": there is nothing to tell apart";
        return std::make_unique<MultinomialModel>(std::move(fitted));
    }
    if ((labels.names.size() - 1) * static_cast<std::size_t>(design.width()) > most_coefficients)
        throw limit_exceeded("more than " + std::to_string(most_coefficients) + " coefficients",
                             std::to_string(labels.names.size()) + " labels have " + std::to_string(design.width()) +
                                 " each, but the reference.",
                             "The option levels bounds how many columns a categorical feature makes.");
    fitted.null_log_likelihood = problem.null_log_likelihood();
    const MultinomialSolution solution = problem.solve(how.l2, how.max_iterations);
    report.iterations = solution.iterations;
    report.converged = solution.converged;
    if (!solution.converged) {
        report.message = solution.separated
                             ? "outcomes are perfectly separated: no finite coefficients exist; leave out what knows "
                               "the outcome, or set the option l2"
                             : "no maximum found in " + std::to_string(solution.iterations) +
                                   " iterations; an option l2 of 1 steadies a fit of few rows or many features";
        return std::make_unique<MultinomialModel>(std::move(fitted));
    }
    report.log_likelihood = solution.point.log_likelihood;
    fill(fitted, design, solution, how.l2);
    for (const std::string& note : notes_on(learnt, design, solution, *fitted.null_log_likelihood))
        report.message += (report.message.empty() ? "" : "; ") + note;
    return std::make_unique<MultinomialModel>(std::move(fitted));
}

}  // namespace crm::predict
