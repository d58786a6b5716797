// Distributions, curves and dates that a purchase model foretells.
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <stdexcept>

#include "crm/foundation/error.hpp"
#include "crm/value/bg_bb.hpp"
#include "crm/value/bg_cnbd_k.hpp"
#include "crm/value/bg_nbd.hpp"
#include "crm/value/clv.hpp"
#include "crm/value/gamma_gamma.hpp"
#include "crm/value/ggom_nbd.hpp"
#include "crm/value/next_purchase.hpp"
#include "crm/value/pareto_nbd.hpp"
#include "crm/value/purchase_interval.hpp"
#include "crm/value/survival.hpp"
#include "crm/value/why.hpp"
#include "random_customers.hpp"

namespace {

using namespace crm::value;
using crm::Day;
using crm::test::Chance;

const BgNbdModel buying(BgNbd{0.243, 4.414 * 7, 0.793, 2.426});
const GammaGammaModel spending(GammaGamma{6.25, 3.74, 15.44});

Rfm random_history(Chance& chance) {
    const int x = chance.whole(0, 20);
    const double age = chance.log_uniform(1, 1000);
    return Rfm(x, x > 0 ? age * chance.uniform() : 0, age,
               x > 0 ? std::optional(chance.log_uniform(5, 100)) : std::nullopt);
}

TEST(PurchaseInterval, LeavesOutNoMoreThanItMay) {
    Chance chance(1);
    for (int i = 0; i < 200; ++i) {
        const Rfm seen = random_history(chance);
        const double horizon = chance.log_uniform(1, 1000), level = chance.uniform(0.1, 0.99),
                     outside = (1 - level) / 2;
        const auto [lower, upper] = purchase_interval(buying, seen, horizon, level);
        const auto all = buying.purchase_distribution(seen, horizon, 1e-12);
        const double below = std::accumulate(all.begin(), all.begin() + lower, 0.0);
        const double up_to = std::accumulate(all.begin(), all.begin() + upper + 1, 0.0);
        EXPECT_LT(below, outside + 1e-12);
        EXPECT_GE(up_to, 1 - outside - 1e-12);
        EXPECT_LT(up_to - all[static_cast<std::size_t>(upper)], 1 - outside + 1e-12);
    }
    EXPECT_THROW((void)purchase_interval(buying, Rfm(0, 0, 1), 10, 0), crm::invalid_argument);
    EXPECT_THROW((void)purchase_interval(buying, Rfm(0, 0, 1), 10, NAN), crm::invalid_argument);
}

TEST(NextPurchase, QuantilesSplitThoseWhoBuyAgain) {
    Chance chance(2);
    for (int i = 0; i < 200; ++i) {
        const Rfm seen = random_history(chance);
        const auto [probability, times] = next_purchase(buying, seen, 0.8);
        EXPECT_NEAR(probability, buying.p_alive(seen), 1e-15);  // who stays buys again, sooner or later
        if (!times || probability < 1e-4) continue;             // of which few digits are left
        const auto by = [&](double time) { return (1 - buying.churn_probability(seen, time)) / probability; };
        EXPECT_NEAR(by(times->lower), 0.1, 1e-9);
        EXPECT_NEAR(by(times->median), 0.5, 1e-9);
        EXPECT_NEAR(by(times->upper), 0.9, 1e-9);
    }
}

/// Parameters of every size, for which times are tiny, huge, or beyond numbers.
TEST(NextPurchase, TimesAreOrderedWhateverTheParameters) {
    Chance chance(3);
    const auto any = [&] { return chance.log_uniform(1e-5, 1e5); };
    const auto expect_ordered = [](const PurchaseModel& model, const Rfm& seen) {
        const auto [probability, times] = next_purchase(model, seen, 0.9);
        EXPECT_TRUE(probability >= 0 && probability <= 1 + 1e-12) << probability;
        if (!times) return;
        EXPECT_TRUE(times->lower >= 0 && times->lower <= times->median && times->median <= times->upper)
            << times->lower << ' ' << times->median << ' ' << times->upper;
    };
    for (int i = 0; i < 500; ++i) {
        const Rfm seen = random_history(chance);
        expect_ordered(BgNbdModel(BgNbd{any(), any(), any(), any()}), seen);
        expect_ordered(ParetoNbdModel(ParetoNbd{any(), any(), any(), any()}), seen);
        expect_ordered(GgomNbdModel(GgomNbd{any(), any(), chance.log_uniform(1e-5, 10), any(), any()}), seen);
        expect_ordered(BgCnbdKModel(BgCnbdK{2 + static_cast<double>(i % 5), any(), any(), any(), any()}), seen);
    }
}

TEST(NextPurchase, CountsOpportunities) {
    const BgBbModel model(BgBb{1.2, 0.75, 0.66, 2.8});
    for (const Rfm& seen : {Rfm(0, 0, 6), Rfm(3, 4, 6), Rfm(6, 6, 6), Rfm(0, 0, 0)}) {
        const auto [probability, times] = next_purchase(model, seen, 0.5);
        ASSERT_TRUE(times);
        for (const auto& [time, share] : {std::pair(times->lower, 0.25), {times->median, 0.5}, {times->upper, 0.75}}) {
            EXPECT_EQ(time, std::floor(time));
            EXPECT_GE(1 - model.churn_probability(seen, time), share * probability);
            EXPECT_LT(1 - model.churn_probability(seen, time - 1), share * probability);
        }
    }
    EXPECT_THROW((void)why(model, Rfm(0, 0, 6)), crm::invalid_argument);
}

TEST(NextPurchase, HardlyEverHasNoTime) {
    const auto [probability, times] = next_purchase(buying, Rfm(30, 20, 400), 0.8);
    EXPECT_LT(probability, 1e-9);
    EXPECT_GE(probability, 0);
    EXPECT_FALSE(times);
}

TEST(Survival, CurveEndsAtTheHorizonAndFalls) {
    const Rfm seen(3, 100, 130);
    const auto curve = survival_curve(buying, seen, 100, 30);
    ASSERT_EQ(curve.size(), 5u);
    EXPECT_DOUBLE_EQ(curve.front().p_alive, buying.p_alive(seen));
    EXPECT_EQ(curve.back().time, 100);
    for (std::size_t i = 1; i < curve.size(); ++i) EXPECT_LT(curve[i].p_alive, curve[i - 1].p_alive);
    EXPECT_EQ(survival_curve(buying, seen, 0, 30).size(), 1u);
    EXPECT_EQ(survival_curve(buying, seen, 0.07, 0.01).size(), 8u);  // though 0.07 / 0.01 is a little above 7
    EXPECT_EQ(survival_curve(buying, seen, 0.07, 0.01).back().time, 0.07);
    EXPECT_THROW((void)survival_curve(buying, seen, 10, 0), crm::invalid_argument);
    EXPECT_THROW((void)survival_curve(buying, seen, 1e9, 1), crm::limit_exceeded);
}

TEST(Survival, HistoryIsWhatEachDayLookedLike) {
    Chance chance(3);
    std::vector<Purchase> days;
    for (int day = -40; day < 400; day += chance.whole(1, 60)) days.push_back({Day{day}, chance.whole(0, 2), 10});
    days.push_back({Day{500}, 1, 10});
    const auto history = p_alive_history(buying, days, Day{450});
    ASSERT_FALSE(history.empty());
    EXPECT_EQ(history.back().day, Day{450});
    for (const auto& [day, p_alive, purchase] : history) {
        EXPECT_EQ(p_alive, buying.p_alive(*summarise(days, day)));
        const auto same = [&](const Purchase& one) { return one.day == day && one.orders > 0; };
        EXPECT_EQ(purchase, std::ranges::any_of(days, same));
    }
    EXPECT_TRUE(p_alive_history(buying, days, Day{-100}).empty());
    EXPECT_TRUE(p_alive_history(buying, {}, Day{0}).empty());
}

TEST(ClvInterval, HoldsAsManyOutcomesAsItSays) {
    Chance chance(4);
    const Rfm seen(12, 225, 230, 40.0);
    const double level = 0.8;
    const auto [lower, upper] = clv_interval(buying, spending, seen, 365, 0, level);
    EXPECT_GT(lower, 0);
    const auto distribution = buying.purchase_distribution(seen, 365, 1e-12);
    int below = 0, above = 0;
    constexpr int trials = 40000;
    for (int i = 0; i < trials; ++i) {
        double at = chance.uniform();
        int purchases = 0;
        while (static_cast<std::size_t>(purchases) < distribution.size() &&
               at > distribution[static_cast<std::size_t>(purchases)])
            at -= distribution[static_cast<std::size_t>(purchases++)];
        const double rate = chance.gamma(3.74 + 6.25 * 12) / (15.44 + 12 * 40);
        const double spent = purchases > 0 ? chance.gamma(6.25 * purchases) / rate : 0;
        below += spent < lower;
        above += spent > upper;
    }
    EXPECT_NEAR(below / double{trials}, 0.1, 0.006);
    EXPECT_NEAR(above / double{trials}, 0.1, 0.006);
}

/// However near to certainty, down to what numbers can tell.
TEST(ClvInterval, GrowsWithItsLevel) {
    const Rfm seen(5, 200, 230, 40.0);
    double last = 0;
    for (const double outside : {0.1, 1e-3, 1e-6, 1e-9, 1e-11, 1e-13, 1e-16}) {
        const auto [lower, upper] = clv_interval(buying, spending, seen, 365, 0, 1 - outside);
        EXPECT_EQ(lower, 0);
        EXPECT_GT(upper, last) << outside;
        EXPECT_TRUE(std::isfinite(upper) || outside < 1e-12) << outside;
        last = upper;
    }
}

TEST(PurchaseDistribution, CanBeCancelled) {
    const crm::Cancellation stop([] { throw std::runtime_error("cancelled"); });
    EXPECT_THROW((void)buying.purchase_distribution(Rfm(0, 0, 0), 39, {1e-9, stop}), std::runtime_error);
    EXPECT_THROW((void)purchase_interval(buying, Rfm(0, 0, 0), 39, 0.9, stop), std::runtime_error);
}

TEST(ClvInterval, IsDiscountedAsAWhole) {
    const Rfm seen(5, 200, 230, 40.0);
    const auto plain = clv_interval(buying, spending, seen, 365, 0, 0.9);
    const auto discounted = clv_interval(buying, spending, seen, 365, 0.2, 0.9);
    const double kept = *clv(buying, spending, seen, 365, 0.2) / *clv(buying, spending, seen, 365, 0);
    EXPECT_NEAR(discounted.upper / plain.upper, kept, 1e-12);
    EXPECT_EQ(clv_interval(buying, spending, seen, 0, 0.2, 0.9).upper, 0);
    EXPECT_THROW((void)clv_interval(buying, spending, seen, HUGE_VAL, 0.2, 0.9), crm::invalid_argument);
    const crm::Cancellation stop([] { throw std::runtime_error("cancelled"); });
    EXPECT_THROW((void)clv_interval(buying, spending, seen, 365, 0.2, 0.9, stop), std::runtime_error);
}

TEST(Clv, ForEverIsTheLimitOfLongHorizons) {
    Chance chance(5);
    for (int i = 0; i < 50; ++i) {
        const Rfm seen = random_history(chance);
        const double rate = chance.log_uniform(0.05, 1);
        const double forever = *clv(buying, spending, seen, HUGE_VAL, rate);
        EXPECT_NEAR(*clv(buying, spending, seen, 400000, rate) / forever, 1, 1e-9);
        EXPECT_LT(*clv(buying, spending, seen, 1000, rate), forever);
    }
    EXPECT_THROW((void)clv(buying, spending, Rfm(0, 0, 1), HUGE_VAL, 0), crm::invalid_argument);
}

}  // namespace
