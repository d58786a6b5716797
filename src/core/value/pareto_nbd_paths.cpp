#include "crm/value/pareto_nbd_paths.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "crm/foundation/error.hpp"
#include "crm/numeric/rising.hpp"
#include "crm/value/competing_rates.hpp"

namespace crm::value {

using Eigen::Index;
using Eigen::VectorXd;

/// What a customer's history and paths come to under the model.
struct ParetoNbdPaths::Told {
    double log_bought;   // density of what was bought until the last purchase, active then
    double log_neither;  // probability that the customer neither bought nor left since then
    double log_leaves;   // ... that the customer left since then, having bought nothing
    double ahead;        // purchases expected after the age of a customer active then

    double p_alive() const { return 1 / (1 + std::exp(log_leaves - log_neither)); }
};

namespace {

constexpr double none = -std::numeric_limits<double>::infinity();

double log_sum(double one, double other) {
    const double larger = std::max(one, other);
    return larger == none ? none : larger + std::log1p(std::exp(-std::abs(one - other)));
}

/// By how much covariates multiply a rate.
double factor(const VectorXd& coefficients, const PathHistory::Vector& covariates) {
    constexpr double most = 300;
    const double logarithm = coefficients.dot(covariates);
    if (!(std::abs(logarithm) <= most))
        throw invalid_argument("covariates multiply a rate by exp(" + shortest(logarithm) + ")", {},
                               "Are the covariates like those that the model was fitted to?");
    return std::exp(logarithm);
}

}  // namespace

std::optional<ParetoNbdPaths::Told> ParetoNbdPaths::read(const Timeline& timeline, Day as_of,
                                                         const CovariatePaths& paths, double ahead) const {
    const auto purchase = covariate_layout().purchase(), lifetime = covariate_layout().lifetime();
    require_count(paths.purchase.width(), purchase, "purchase");
    require_count(paths.lifetime.width(), lifetime, "lifetime");
    const auto& values = estimates().values;
    const auto row = PathHistory::row(timeline, as_of, paths, ahead);
    if (!row) return {};
    const PathHistory seen(*row, purchase, lifetime);
    const Eigen::Map<const VectorXd> all(values.data(), static_cast<Index>(values.size()));
    const VectorXd of_purchase = all.segment(4, static_cast<Index>(purchase)),
                   of_lifetime = all.tail(static_cast<Index>(lifetime));
    const double r = values[0], alpha = values[1], s = values[2], beta = values[3], x = seen.frequency();

    double buying = 0, leaving = 0, buying_until_age = 0, log_survival = 0;  // times as covariates stretch them
    Told told{0, 0, none, 0};
    seen.each_stretch([&](const PathHistory::Stretch& stretch) {
        const double faster = factor(of_purchase, stretch.purchase), sooner = factor(of_lifetime, stretch.lifetime);
        const double length = stretch.length();
        const bool past = stretch.from < seen.age();
        if (stretch.from >= seen.recency()) {
            const CompetingRates rates(r + x, (alpha + (past ? buying : buying_until_age)) / faster, s,
                                       (beta + leaving) / sooner);
            const auto end = rates.at(length);
            if (past) {
                told.log_leaves = log_sum(told.log_leaves, told.log_neither + rates.log_leaves_silently(end));
                told.log_neither += rates.log_neither(end);
            } else {
                told.ahead += std::exp(log_survival) * rates.purchases(length);
                log_survival -= s * end.log_left;
            }
        }
        buying += faster * length;
        leaving += sooner * length;
        if (past) buying_until_age = buying;
        if (stretch.to <= seen.recency())
            told.log_bought = -(r + x) * std::log1p(buying / alpha) - s * std::log1p(leaving / beta);
    });
    told.log_bought += of_purchase.dot(seen.bought()) + numeric::rising(r, x).value - x * std::log(alpha);
    return told;
}

std::optional<double> ParetoNbdPaths::log_likelihood(const Timeline& history, Day as_of,
                                                     const CovariatePaths& paths) const {
    const auto told = read(history, as_of, paths);
    if (!told) return {};
    return told->log_bought + log_sum(told->log_neither, told->log_leaves);
}

std::optional<double> ParetoNbdPaths::p_alive(const Timeline& history, Day as_of, const CovariatePaths& paths) const {
    const auto told = read(history, as_of, paths);
    if (!told) return {};
    return told->p_alive();
}

std::optional<double> ParetoNbdPaths::expected_purchases(const Timeline& history, Day as_of,
                                                         const CovariatePaths& paths, double horizon) const {
    require_horizon(horizon);
    const auto told = read(history, as_of, paths, horizon);
    if (!told) return {};
    return told->p_alive() * told->ahead;
}

void ParetoNbdPathsFit::add(const Timeline& history, Day as_of, const CovariatePaths& paths) {
    const auto row = PathHistory::row(history, as_of, paths);
    if (!row) return skip();
    require_size(paths.purchase.width(), paths.lifetime.width());
    numbers_.insert(numbers_.end(), row->begin(), row->end());
}

void ParetoNbdPathsFit::load(Reader& in) {
    load_numbers(in);
    (void)PathHistory::split(numbers_, purchase_, lifetime_);
}

std::unique_ptr<ParetoNbdPaths> ParetoNbdPathsFit::finish(const Cancellation& cancellation) const {
    if (is_empty()) return nullptr;
    auto rows = PathHistory::split(numbers_, purchase_, lifetime_);
    std::ranges::sort(rows, [](auto one, auto other) { return std::ranges::lexicographical_compare(one, other); });
    Tally<PurchaseHistory> tally(std::pmr::get_default_resource());
    std::vector<WeightedPathHistory> distinct;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const PathHistory history(rows[i], purchase_, lifetime_);
        tally.add(history.plain());
        if (i > 0 && std::ranges::equal(rows[i], rows[i - 1]))
            distinct.back().weight += 1;
        else
            distinct.push_back({history, 1});
    }
    const auto refine = [&](const CovariateLayout& layout, const Likelihood& whole, const VectorXd& base) {
        return pareto_nbd_paths_likelihood(layout, distinct, whole, base);
    };
    return std::make_unique<ParetoNbdPaths>(
        layout(), fit(tally.sorted(cancellation), rows.size(), distinct.size(), refine, cancellation));
}

}  // namespace crm::value
