#include "crm/value/covariate_path.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "crm/foundation/error.hpp"
#include "crm/value/covariate_layout.hpp"

namespace crm::value {

namespace {

constexpr int newest_version = 1;

void require_width(std::size_t width) {
    if (width > most_covariates)
        throw limit_exceeded("path cannot have more than " + std::to_string(most_covariates) + " covariates");
}

void require_same_width(std::size_t given, std::size_t wanted) {
    if (given != wanted)
        throw invalid_argument("number of covariates must be the same in every period, not " + std::to_string(wanted) +
                               " and " + std::to_string(given));
}

void require_finite(std::span<const double> covariates) {
    for (const double one : covariates)
        if (!std::isfinite(one)) throw invalid_argument("covariate must be a finite number, not " + shortest(one));
}

Day checked_day(std::int64_t number) {
    if (number < earliest_day.number || number > latest_day.number) throw corrupt_data("impossible day in path");
    return Day{static_cast<std::int32_t>(number)};
}

}  // namespace

CovariatePath::CovariatePath(std::vector<Day> starts, std::vector<double> covariates)
    : starts_(std::move(starts)), covariates_(std::move(covariates)) {
    if (starts_.empty()) throw invalid_argument("path must have at least one period");
    require_width(width());
    require_finite(covariates_);
    for (double& one : covariates_) one += 0.0;  // a negative zero would be another value with the same meaning
    if (!std::ranges::is_sorted(starts_)) {
        std::vector<std::size_t> order(starts_.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::ranges::sort(order, {}, [this](std::size_t i) { return starts_[i]; });
        std::vector<Day> days;
        std::vector<double> values;
        values.reserve(covariates_.size());
        for (const std::size_t i : order) {
            days.push_back(starts_[i]);
            const auto those = this->covariates(i);
            values.insert(values.end(), those.begin(), those.end());
        }
        starts_ = std::move(days);
        covariates_ = std::move(values);
    }
    if (const auto twice = std::ranges::adjacent_find(starts_); twice != starts_.end())
        throw invalid_argument("two periods of a path start on " + to_iso(*twice));
}

std::size_t CovariatePath::period_of(Day day) const {
    const auto next = std::ranges::upper_bound(starts_, day);
    return next == starts_.begin() ? 0 : static_cast<std::size_t>(next - starts_.begin()) - 1;
}

void CovariatePath::save(Writer& out) const {
    out.put(static_cast<std::uint8_t>(newest_version));
    out.varint(width());
    out.varint(starts_.size());
    out.signed_varint(starts_.front().number);
    for (std::size_t i = 1; i < starts_.size(); ++i)
        out.varint(static_cast<std::uint64_t>(std::int64_t{starts_[i].number} - starts_[i - 1].number));
    for (const double one : covariates_) out.put(one);
}

CovariatePath CovariatePath::load(Reader& in) {
    read_version(in, newest_version, "covariate_path");
    const std::uint64_t width = in.varint();
    if (width > most_covariates) throw corrupt_data("impossible number of covariates in path");
    const std::size_t periods = in.count(1 + sizeof(double) * static_cast<std::size_t>(width));
    if (periods == 0) throw corrupt_data("path without a period");
    std::vector<Day> starts{checked_day(in.signed_varint())};
    starts.reserve(periods);
    while (starts.size() < periods) {
        const std::uint64_t distance = in.varint();
        if (distance == 0 || distance > UINT32_MAX) throw corrupt_data("impossible day in path");
        starts.push_back(checked_day(starts.back().number + static_cast<std::int64_t>(distance)));
    }
    std::vector<double> covariates(periods * static_cast<std::size_t>(width));
    for (double& one : covariates) {
        one = in.get<double>();
        if (!std::isfinite(one)) throw corrupt_data("covariate in path must be finite");
    }
    return {std::move(starts), std::move(covariates)};
}

Json CovariatePath::to_json() const {
    Json::Array periods;
    for (std::size_t i = 0; i < starts_.size(); ++i) {
        const auto those = covariates(i);
        periods.emplace_back(Json::Array{to_iso(starts_[i]), Json::Array(those.begin(), those.end())});
    }
    return periods;
}

CovariatePath CovariatePath::from_json(const Json& json) {
    std::vector<Day> starts;
    std::vector<double> covariates;
    for (const Json& entry : json.array("covariate_path")) {
        const Json::Array& parts = entry.array("period of a path");
        if (parts.size() != 2)
            throw corrupt_data("period of a path must have two parts, not " + excerpt(entry.text()), {},
                               "A period is written like [\"2026-11-01\", [0, 1.5]]: first day, covariates.");
        const Json::Array& those = parts[1].array("covariates in path");
        if (!starts.empty()) require_same_width(those.size(), covariates.size() / starts.size());
        starts.push_back(day_from_iso(parts[0].string("day in path")));
        for (const Json& one : those) covariates.push_back(one.number("covariate in path"));
    }
    return {std::move(starts), std::move(covariates)};
}

void CovariatePathBuilder::add(Day starts, std::span<const double> covariates) {
    require_width(covariates.size());
    if (!starts_.empty()) require_same_width(covariates.size(), covariates_.size() / starts_.size());
    require_finite(covariates);
    starts_.push_back(starts);
    covariates_.insert(covariates_.end(), covariates.begin(), covariates.end());
}

void CovariatePathBuilder::merge(const CovariatePathBuilder& other) {
    if (other.starts_.empty()) return;
    if (!starts_.empty())
        require_same_width(other.covariates_.size() / other.starts_.size(), covariates_.size() / starts_.size());
    starts_.insert(starts_.end(), other.starts_.begin(), other.starts_.end());
    covariates_.insert(covariates_.end(), other.covariates_.begin(), other.covariates_.end());
}

void CovariatePathBuilder::save(Writer& out) const {
    out.varint(starts_.size());
    for (const Day day : starts_) out.put(day.number);
    out.varint(covariates_.size());
    for (const double one : covariates_) out.put(one);
}

void CovariatePathBuilder::load(Reader& in) {
    for (std::size_t left = in.count(sizeof(std::int32_t)); left > 0; --left)
        starts_.push_back(checked_day(in.get<std::int32_t>()));
    const std::size_t size = in.count(sizeof(double));
    if (starts_.empty() ? size != 0 : size % starts_.size() != 0 || size / starts_.size() > most_covariates)
        throw corrupt_data("impossible number of covariates in the state of a path");
    for (std::size_t i = 0; i < size; ++i) covariates_.push_back(in.get<double>());
    if (!std::ranges::all_of(covariates_, [](double one) { return std::isfinite(one); }))
        throw corrupt_data("covariate in path must be finite");
}

}  // namespace crm::value
