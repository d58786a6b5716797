#include "crm/value/covariate_fit.hpp"

#include <algorithm>
#include <climits>
#include <cmath>
#include <compare>
#include <numeric>
#include <string>
#include <utility>

#include "crm/foundation/error.hpp"
#include "crm/value/covariate_likelihood.hpp"

namespace crm::value {

namespace {

using Eigen::Index;
using Eigen::VectorXd;
using Row = Tally<PurchaseHistory>::Entry;

/// Customers with the same covariates: they share a likelihood of the model without.
struct Group {
    Covariates covariates;
    std::span<const Row> customers;
};

class CovariateLikelihood final : public LikelihoodWithCoefficients {
public:
    CovariateLikelihood(const CovariateFamily& family, const CovariateLayout& layout, std::span<const Group> groups,
                        const Likelihood& whole, const VectorXd& base, const Cancellation& cancellation)
        : LikelihoodWithCoefficients(layout, whole, base), family_(family), groups_(groups) {
        constexpr std::size_t groups_between_polls = 1024;
        VectorXd largest = VectorXd::Zero(size());
        for (std::size_t i = 0; i < groups.size(); ++i) {
            if (i % groups_between_polls == 0) cancellation.poll();
            largest = largest.cwiseMax(magnitudes(groups[i].covariates));
        }
        set_largest(largest.tail(size() - base.size()));
    }

    std::vector<Eigen::VectorXd> starts(const Cancellation&) const override;
    void evaluate(const Eigen::VectorXd&, numeric::Derivatives&, const Cancellation&) const override;

private:
    /// Of each coefficient's covariate.
    VectorXd magnitudes(const Covariates& covariates) const {
        return layout_.slopes(covariates).cwiseAbs().colwise().maxCoeff().transpose();
    }

    const CovariateFamily& family_;
    std::span<const Group> groups_;
};

void CovariateLikelihood::evaluate(const VectorXd& point, numeric::Derivatives& mean,
                                   const Cancellation& cancellation) const {
    mean = numeric::Derivatives(size());
    numeric::Derivatives one(whole_.origin().size());
    for (const Group& group : groups_) {
        const auto likelihood = family_.likelihood(group.customers);
        likelihood->evaluate(layout_.base_of(point, group.covariates), one, cancellation);
        layout_.add(one, likelihood->weight() / weight(), group.covariates, mean);
    }
}

/// A part of many customers shows the way, so that few steps are left to take with all of them.
std::vector<VectorXd> CovariateLikelihood::starts(const Cancellation& cancellation) const {
    constexpr std::size_t enough = 4000, many = 4 * enough;
    if (groups_.size() < many) return {start_};
    std::vector<Group> some;
    for (std::size_t i = 0; i < groups_.size(); i += groups_.size() / enough) some.push_back(groups_[i]);
    std::vector<Row> rows;
    for (const Group& group : some) rows.insert(rows.end(), group.customers.begin(), group.customers.end());
    const auto key = [](const Row& row) { return PurchaseHistory::tied(row.key); };
    std::ranges::sort(rows, [&](const Row& a, const Row& b) { return key(a) < key(b); });
    const auto whole = family_.likelihood(rows);
    if (!whole->obstacle().empty()) return {start_};
    const VectorXd base = start_.head(whole_.origin().size());
    const CovariateLikelihood part(family_, layout_, some, *whole, base, cancellation);
    const auto objective = [&](const VectorXd& point, numeric::Derivatives& out) {
        numeric::Derivatives found(size());
        part.evaluate(point.cwiseProduct(unit_), found, cancellation);
        out.value = found.value;
        out.gradient = found.gradient.cwiseProduct(unit_);
        out.hessian = unit_.asDiagonal() * found.hessian * unit_.asDiagonal();
    };
    const numeric::Box box = bounds();
    const auto near = numeric::maximise(objective, start_.cwiseQuotient(unit_),
                                        {box.lower.cwiseQuotient(unit_), box.upper.cwiseQuotient(unit_)}, cancellation);
    const VectorXd point = near.point.cwiseProduct(unit_);
    numeric::Derivatives here(size()), there(size());
    evaluate(start_, here, cancellation);
    evaluate(point, there, cancellation);
    return {there.value > here.value ? point : start_};
}

}  // namespace

void CovariateState::require_size(std::size_t purchase, std::size_t lifetime) {
    if (!sized_ && (purchase > most_covariates || lifetime > most_covariates))
        throw limit_exceeded("model cannot have more than " + std::to_string(most_covariates) +
                             " covariates on one side");
    if (sized_) {
        require_count(purchase, purchase_, "purchase");
        require_count(lifetime, lifetime_, "lifetime");
    }
    sized_ = true;
    added_ = std::min<std::uint64_t>(added_ + 1, 2);
    purchase_ = purchase;
    lifetime_ = lifetime;
}

void CovariateRows::add(const Rfm& customer, const Covariates& covariates) {
    require_size(covariates.purchase.size(), covariates.lifetime.size());
    require(covariates, purchase_, lifetime_);
    numbers_.push_back(customer.frequency());
    numbers_.push_back(customer.recency());
    numbers_.push_back(customer.age());
    numbers_.insert(numbers_.end(), covariates.purchase.begin(), covariates.purchase.end());
    numbers_.insert(numbers_.end(), covariates.lifetime.begin(), covariates.lifetime.end());
}

void CovariateState::set(const Json& json, std::uint64_t edition) {
    if (edition == edition_) return;
    const CovariateLayout layout = this->layout();
    const FitOptions options = FitOptions::from_json(layout.names(), family_.name, json);
    if (added_ > 1 && options != options_) throw invalid_argument("options of a fit must be the same in every row");
    options_ = options;
    edition_ = edition;
}

void CovariateState::merge(const CovariateState& other) {
    nulls_ += other.nulls_;
    if (!other.sized_) return;
    if (!sized_) {
        sized_ = true;
        purchase_ = other.purchase_;
        lifetime_ = other.lifetime_;
        options_ = other.options_;
        edition_ = other.edition_;
    }
    added_ = 2;
    if (purchase_ != other.purchase_ || lifetime_ != other.lifetime_)
        throw invalid_argument("number of covariates must be the same in every row");
    if (options_ != other.options_) throw invalid_argument("options of a fit must be the same in every row");
    numbers_.insert(numbers_.end(), other.numbers_.begin(), other.numbers_.end());
}

void CovariateState::save(Writer& out) const {
    out.put<std::uint8_t>(format);
    out.put<std::uint8_t>(sized_);
    out.varint(purchase_);
    out.varint(lifetime_);
    out.varint(nulls_);
    out.put<std::uint8_t>(edition_ != 0);
    options_.save(out);
    out.varint(numbers_.size());
    for (const double number : numbers_) out.put(number);
}

void CovariateState::load_numbers(Reader& in) {
    read_version(in, format, "aggregate state");
    sized_ = in.get<std::uint8_t>() != 0;
    const std::uint64_t purchase = in.varint(), lifetime = in.varint();
    if (purchase > most_covariates || lifetime > most_covariates)
        throw corrupt_data("impossible number of covariates in state");
    purchase_ = static_cast<std::size_t>(purchase);
    lifetime_ = static_cast<std::size_t>(lifetime);
    nulls_ = in.varint();
    edition_ = in.get<std::uint8_t>() != 0;
    added_ = 2;
    options_.load(in, layout().names().size());
    const std::size_t count = in.count(sizeof(double));
    numbers_.reserve(count);
    for (std::size_t i = 0; i < count; ++i) numbers_.push_back(in.get<double>());
}

void CovariateRows::load(Reader& in, const Cancellation& cancellation) {
    load_numbers(in);
    Pace pace(cancellation);
    if (numbers_.size() % width() != 0) throw corrupt_data("state with covariates ends in the middle of a row");
    for (std::size_t at = 0; at < numbers_.size(); at += width()) {
        pace.step();
        const double frequency = numbers_[at];
        const bool whole = frequency >= 0 && frequency <= INT_MAX && frequency == std::floor(frequency);
        const auto row = std::span(numbers_).subspan(at, width());
        const bool finite = std::ranges::all_of(row, [](double number) { return std::isfinite(number); });
        if (!whole || !finite || !PurchaseHistory{static_cast<int>(frequency), row[1], row[2]}.valid())
            throw corrupt_data("impossible observation in state");
    }
}

namespace {

/// Equal rows made one, by covariates and then by history.
class GroupedRows {
public:
    GroupedRows(std::span<const double> numbers, std::size_t width, std::size_t purchase, std::size_t own,
                const Cancellation&);

    std::span<const Group> groups() const { return groups_; }
    std::vector<double> weights() const;

    /// The histories alone.
    std::vector<Row> histories(const Cancellation&) const;

    /// The same rows with other weights; those that weigh nothing are left out.
    GroupedRows drawn(const std::vector<double>& weights) const;

private:
    GroupedRows() = default;

    std::vector<Row> customers_;
    std::vector<Group> groups_;
};

GroupedRows::GroupedRows(std::span<const double> numbers, std::size_t width, std::size_t purchase, std::size_t own,
                         const Cancellation& cancellation) {
    const std::size_t count = numbers.size() / width;
    const auto row = [&](std::size_t i) { return numbers.subspan(i * width, width); };
    const auto covariates = [&](std::size_t i) { return row(i).subspan(own); };
    const auto history = [&](std::size_t i) { return row(i).first(own); };
    std::vector<std::size_t> order(count);
    std::iota(order.begin(), order.end(), std::size_t{0});
    Pace pace(cancellation);
    std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
        pace.step();
        const auto by_covariates = std::lexicographical_compare_three_way(covariates(a).begin(), covariates(a).end(),
                                                                          covariates(b).begin(), covariates(b).end());
        return by_covariates != 0 ? by_covariates < 0 : std::ranges::lexicographical_compare(history(a), history(b));
    });
    customers_.reserve(count);  // so that spans into it stay
    for (std::size_t i = 0; i < count; ++i) {
        pace.step();
        const auto here = row(order[i]);
        const bool same_group = i > 0 && std::ranges::equal(covariates(order[i]), covariates(order[i - 1]));
        if (same_group && std::ranges::equal(history(order[i]), history(order[i - 1]))) {
            customers_.back().weight += 1;
            continue;
        }
        customers_.push_back({{static_cast<int>(here[0]), here[1], here[2]}, 1});
        if (same_group)
            groups_.back().customers = {groups_.back().customers.data(), groups_.back().customers.size() + 1};
        else
            groups_.push_back({{here.subspan(own, purchase), here.subspan(own + purchase)}, {&customers_.back(), 1}});
    }
}

std::vector<double> GroupedRows::weights() const {
    std::vector<double> all;
    for (const Row& row : customers_) all.push_back(row.weight);
    return all;
}

std::vector<Row> GroupedRows::histories(const Cancellation& cancellation) const {
    Tally<PurchaseHistory> tally(std::pmr::get_default_resource());
    Pace pace(cancellation);
    for (const auto& [history, weight] : customers_) {
        pace.step();
        tally.add(history, weight);
    }
    return tally.sorted(cancellation);
}

GroupedRows GroupedRows::drawn(const std::vector<double>& weights) const {
    GroupedRows sample;
    sample.customers_.reserve(customers_.size());  // so that spans into it stay
    std::size_t at = 0;
    for (const Group& group : groups_) {
        const std::size_t first = sample.customers_.size();
        for (const Row& customer : group.customers)
            if (const double weight = weights[at++]; weight > 0) sample.customers_.push_back({customer.key, weight});
        if (sample.customers_.size() > first)
            sample.groups_.push_back({group.covariates, std::span(sample.customers_).subspan(first)});
    }
    return sample;
}

}  // namespace

FitReport CovariateState::counts(std::size_t customers, std::size_t distinct) const {
    FitReport counts;
    counts.observations = static_cast<std::int64_t>(customers);
    counts.distinct_observations = static_cast<std::int64_t>(distinct);
    counts.skipped = static_cast<std::int64_t>(nulls_);
    return counts;
}

namespace {

VectorXd point_of(const Estimates& base) {
    VectorXd point(static_cast<Index>(base.values.size()));
    for (Index i = 0; i < point.size(); ++i) point[i] = std::log(base.values[static_cast<std::size_t>(i)]);
    return point;
}

}  // namespace

Fit CovariateState::fit(Rows rows, std::size_t customers, std::size_t distinct, const Refine& refine,
                        const Cancellation& cancellation) const {
    if (options_.replicates() > 0)
        throw invalid_argument("a fit of kind " + std::string(family_.name) + " cannot draw samples for a bootstrap",
                               {}, "Leave the option out: standard errors come from the curvature.");
    const auto whole = family_.likelihood(rows);
    const FitReport counts = this->counts(customers, distinct);
    const Fit base = value::fit(family_.base, *whole, counts, FitOptions(), cancellation);
    if (!base.estimates) return base;
    const CovariateLayout layout = this->layout();
    return value::fit(layout.names(), *refine(layout, *whole, point_of(*base.estimates)), counts, options_,
                      cancellation);
}

Fit CovariateRows::fit(const Cancellation& cancellation) const {
    const GroupedRows grouped(numbers_, width(), purchase_, own, cancellation);
    const std::vector<double> weights = grouped.weights();
    const FitReport counts = this->counts(numbers_.size() / width(), weights.size());

    const auto rows = grouped.histories(cancellation);
    const auto whole = family_.likelihood(rows);
    const Fit base = value::fit(family_.base, *whole, counts, FitOptions(), cancellation);
    if (!base.estimates) return base;
    const VectorXd point = point_of(*base.estimates);

    const CovariateLayout layout = this->layout();
    const auto fit_to = [&](const GroupedRows& sample, const Likelihood& without, const FitOptions& options) {
        const CovariateLikelihood likelihood(family_, layout, sample.groups(), without, point, cancellation);
        return value::fit(layout.names(), likelihood, counts, options, cancellation);
    };
    Fit found = fit_to(grouped, *whole, options());
    const auto refit = [&](const std::vector<double>& drawn, const FitOptions& how) {
        const GroupedRows sample = grouped.drawn(drawn);
        const auto histories = sample.histories(cancellation);
        return fit_to(sample, *family_.likelihood(histories), how);
    };
    bootstrap(layout.names(), found, weights, refit, options(), cancellation);
    return found;
}

}  // namespace crm::value
