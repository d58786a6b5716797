#include "crm/value/clv.hpp"

#include <algorithm>
#include <boost/math/tools/toms748_solve.hpp>
#include <cmath>
#include <cstdint>
#include <vector>

#include "crm/value/purchase_interval.hpp"

namespace crm::value {

double discounted_purchases(const PurchaseModel& purchases, const Rfm& seen, double horizon_days,
                            double discount_rate_per_year) {
    require_rate(discount_rate_per_year, "discount_rate");
    require_discounted_horizon(horizon_days, discount_rate_per_year);
    return purchases.discounted_purchases(seen, horizon_days, discount_rate_per_year / days_per_year);
}

std::optional<double> clv(const PurchaseModel& purchases, const SpendModel& spending, const Rfm& seen,
                          double horizon_days, double discount_rate_per_year) {
    const double discounted = discounted_purchases(purchases, seen, horizon_days, discount_rate_per_year);
    const auto spend = spending.expected_spend(seen);
    if (!spend) return {};
    return *spend * discounted;
}

namespace {

/// The sum of a random number of amounts.
class Total {
public:
    /// Numbers of purchases that are less likely than `negligible`, all of them together, are left out.
    Total(const SpendModel& spending, const Rfm& seen, std::vector<double> distribution, double negligible,
          const Cancellation& cancellation)
        : spending_(spending),
          seen_(seen),
          distribution_(std::move(distribution)),
          negligible_(negligible / static_cast<double>(distribution_.size())),
          cancellation_(cancellation) {}

    /// The least amount that the total stays below, or is, with this probability.
    double quantile(double probability) const {
        if (distribution_.front() >= probability) return 0;
        const auto missing = [&](double log_amount) { return probability - below(std::exp(log_amount)); };
        constexpr double farthest = 690;
        double low = -1, high = 1;
        while (missing(low) < 0 && low > -farthest) low = std::max(2 * low, -farthest);
        while (missing(high) > 0 && high < farthest) high = std::min(2 * high, farthest);
        if (missing(low) < 0) return 0;
        if (missing(high) > 0) return HUGE_VAL;
        const auto close = [](double a, double b) { return std::abs(a - b) < 1e-10; };
        std::uintmax_t most = 200;
        const auto [under, over] = boost::math::tools::toms748_solve(missing, low, high, close, most);
        return std::exp((under + over) / 2);
    }

private:
    double below(double amount) const {
        double sum = distribution_.front();
        for (std::size_t n = 1; n < distribution_.size(); ++n) {
            cancellation_.poll();
            if (distribution_[n] > negligible_)
                sum += distribution_[n] * spending_.total_below(seen_, static_cast<int>(n), amount);
        }
        return sum;
    }

    const SpendModel& spending_;
    const Rfm& seen_;
    std::vector<double> distribution_;
    double negligible_;
    const Cancellation& cancellation_;
};

}  // namespace

AmountInterval clv_interval(const PurchaseModel& purchases, const SpendModel& spending, const Rfm& seen,
                            double horizon_days, double discount_rate_per_year, double level,
                            const Cancellation& cancellation) {
    require_level(level);
    require_horizon(horizon_days);
    require_rate(discount_rate_per_year, "discount_rate");
    const double expected = purchases.expected_purchases(seen, horizon_days);
    if (expected == 0) return {0, 0};
    const double kept =
        purchases.discounted_purchases(seen, horizon_days, discount_rate_per_year / days_per_year) / expected;
    const double outside = (1 - level) / 2, negligible = outside * 1e-6;
    const Total total(spending, seen, purchases.purchase_distribution(seen, horizon_days, {negligible, cancellation}),
                      negligible, cancellation);
    return {kept * total.quantile(outside), kept * total.quantile(1 - outside)};
}

}  // namespace crm::value
