// Covariates of one customer that change from one period to the next.
#pragma once
#include <cstdint>
#include <memory_resource>
#include <span>
#include <vector>

#include "crm/foundation/bytes.hpp"
#include "crm/foundation/day.hpp"
#include "crm/foundation/json.hpp"

namespace crm::value {

/// At least one period, by the day each starts on; it lasts until the next one starts, the first holds before its start
/// as well, and the last for ever. All have as many covariates, up to most_covariates, all finite.
///
/// Stored as: version (1), number of covariates, number of periods, the first one's signed day, the distances of the
/// others, then the covariates of each as 8-byte floats.
class CovariatePath {
public:
    /// In any order; throws invalid_argument for what cannot be a path, such as two periods that start on one day.
    CovariatePath(std::vector<Day> starts, std::vector<double> covariates);

    std::size_t periods() const { return starts_.size(); }
    std::size_t width() const { return covariates_.size() / starts_.size(); }
    Day starts(std::size_t period) const { return starts_[period]; }
    std::span<const double> covariates(std::size_t period) const {
        return std::span(covariates_).subspan(period * width(), width());
    }

    /// The period that a day belongs to.
    std::size_t period_of(Day day) const;
    std::span<const double> at(Day day) const { return covariates(period_of(day)); }

    void save(Writer&) const;
    static CovariatePath load(Reader&);

    /// [["2026-01-05", [0, 1.5]], ...]: first day, covariates.
    Json to_json() const;
    static CovariatePath from_json(const Json&);

    friend bool operator==(const CovariatePath&, const CovariatePath&) = default;

private:
    std::vector<Day> starts_;
    std::vector<double> covariates_;
};

/// A path from rows in any order: the aggregate's state.
class CovariatePathBuilder {
public:
    explicit CovariatePathBuilder(std::pmr::memory_resource* memory) : starts_(memory), covariates_(memory) {}

    /// Throws invalid_argument unless there are as many covariates as in the rows before, all finite.
    void add(Day starts, std::span<const double> covariates);
    void merge(const CovariatePathBuilder& other);
    void save(Writer&) const;
    void load(Reader&);

    CovariatePath finish() const {
        return {{starts_.begin(), starts_.end()}, {covariates_.begin(), covariates_.end()}};
    }

private:
    std::pmr::vector<Day> starts_;
    std::pmr::vector<double> covariates_;
};

}  // namespace crm::value
