// What a customer did while covariates changed: the observation of purchase models with paths.
#pragma once
#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <optional>
#include <span>
#include <vector>

#include "crm/value/covariate_path.hpp"
#include "crm/value/purchase_history.hpp"
#include "crm/value/timeline.hpp"

namespace crm::value {

/// Either side's covariates may change on days of their own.
struct CovariatePaths {
    const CovariatePath &purchase, &lifetime;
};

/// A history and the covariates in force from the first purchase on, as a row of numbers that it refers to: pieces,
/// frequency, recency, age, the sum of the purchase covariates over repeat purchases, and for each piece where it ends
/// and the covariates of both sides. Times are in days since the first purchase. A day counts to its end, so that the
/// covariates of a day are in force from the end of the day before to its own: during the exposure that leads to a
/// purchase on that day.
class PathHistory {
public:
    PathHistory(std::span<const double> row, std::size_t purchase, std::size_t lifetime)
        : row_(row), purchase_(purchase), lifetime_(lifetime) {}

    /// The row of a customer as of a date, with pieces up to `ahead` after it. None before the first purchase.
    static std::optional<std::vector<double>> row(const Timeline &, Day as_of, const CovariatePaths &,
                                                  double ahead = 0);

    /// The rows that numbers consist of. Throws corrupt_data when they are no rows.
    static std::vector<std::span<const double>> split(std::span<const double> numbers, std::size_t purchase,
                                                      std::size_t lifetime);

    PurchaseHistory plain() const { return {static_cast<int>(row_[1]), recency(), age()}; }
    double frequency() const { return row_[1]; }
    double recency() const { return row_[2]; }
    double age() const { return row_[3]; }

    using Vector = Eigen::Map<const Eigen::VectorXd>;
    Vector bought() const { return vector(own, purchase_); }

    /// A time during which the covariates do not change, on one side of the last purchase and of the age.
    struct Stretch {
        double from, to;
        Vector purchase, lifetime;

        double length() const { return to - from; }
    };
    template <class Visit>
    void each_stretch(Visit visit) const {
        const std::size_t width = piece_width(purchase_, lifetime_);
        double from = 0;
        for (std::size_t at = own + purchase_; at < row_.size(); at += width) {
            for (const double stop : {recency(), age(), row_[at]}) {
                const double to = std::min(stop, row_[at]);
                if (to <= from) continue;
                visit(Stretch{from, to, vector(at + 1, purchase_), vector(at + 1 + purchase_, lifetime_)});
                from = to;
            }
        }
    }

private:
    static constexpr std::size_t own = 4;
    static std::size_t piece_width(std::size_t purchase, std::size_t lifetime) { return 1 + purchase + lifetime; }

    Vector vector(std::size_t at, std::size_t size) const {
        return {row_.data() + at, static_cast<Eigen::Index>(size)};
    }

    std::span<const double> row_;
    std::size_t purchase_, lifetime_;
};

}  // namespace crm::value
