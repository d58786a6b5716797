#include "crm/value/lorenz.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <numeric>
#include <vector>

#include "aggregate_laws.hpp"
#include "crm/foundation/error.hpp"
#include "hostile_bytes.hpp"
#include "random_customers.hpp"
#include "reference_data.hpp"

namespace {

using crm::test::Chance;
using crm::value::Lorenz;
using crm::value::LorenzBuilder;
using Revenues = std::vector<double>;

Lorenz lorenz_of(const Revenues& revenues) {
    crm::test::Dropped<LorenzBuilder> builder;
    for (const double revenue : revenues) builder->add(revenue);
    return builder->finish();
}

/// Cents, with ties and customers without revenue.
Revenues random_revenues(unsigned seed, int count) {
    Chance chance(seed);
    const double level = chance.log_uniform(0.05, 100), zeros = chance.uniform() < 0.5 ? 0.4 : 0;
    Revenues revenues;
    for (int i = 0; i < count; ++i)
        revenues.push_back(chance.uniform() < zeros ? 0 : std::round(level * std::exp(chance.normal()) * 100) / 100);
    return revenues;
}

double total(const Revenues& revenues) { return std::accumulate(revenues.begin(), revenues.end(), 0.0); }

double gini_by_pairs(const Revenues& revenues) {
    double differences = 0;
    for (const double one : revenues)
        for (const double other : revenues) differences += std::abs(one - other);
    return differences / (2 * static_cast<double>(revenues.size()) * total(revenues));
}

Revenues best_first(Revenues revenues) {
    std::ranges::sort(revenues, std::greater{});
    return revenues;
}

double top_share_one_by_one(const Revenues& revenues, double share) {
    double left = share * static_cast<double>(revenues.size()), sum = 0;
    for (const double revenue : best_first(revenues)) {
        sum += revenue * std::clamp(left, 0.0, 1.0);
        left -= 1;
    }
    return sum / total(revenues);
}

/// The largest error of a share of revenue and of a share of customers. Close to the whole revenue the share of
/// customers needed is beyond a double: the last millionth is left out.
double error_of(const Lorenz& summary, const Revenues& revenues) {
    const Revenues best = best_first(revenues);
    const double all = total(revenues), size = static_cast<double>(best.size());
    double worst = 0, sum = 0;
    for (std::size_t i = 0; i < best.size(); ++i) {
        sum += best[i];
        if (i % 13 != 0 && i > 100) continue;
        const double share = static_cast<double>(i + 1) / size;
        worst = std::max(worst, std::abs(*summary.top_share(share) - sum / all));
        if (sum < (1 - 1e-6) * all) worst = std::max(worst, std::abs(*summary.share_needed(sum / all) - share));
    }
    return worst;
}

TEST(Lorenz, AgreesWithBruteForce) {
    Chance chance(1);
    for (unsigned seed = 0; seed < 200; ++seed) {
        const Revenues revenues = random_revenues(seed, 1 + static_cast<int>(seed));
        const Lorenz l = lorenz_of(revenues);
        const auto size = static_cast<double>(revenues.size());
        ASSERT_EQ(l.customers(), revenues.size());
        EXPECT_NEAR(l.revenue(), total(revenues), 1e-9);
        EXPECT_EQ(l.error(), 0);
        if (total(revenues) == 0) continue;
        EXPECT_NEAR(*l.gini(), gini_by_pairs(revenues), 1e-12);
        if (revenues.size() > 1) {
            EXPECT_NEAR(*l.gini(true), gini_by_pairs(revenues) * size / (size - 1), 1e-12);
        }
        for (const double share : {0.0, 0.2, 0.8, 1.0, chance.uniform(), chance.uniform()}) {
            EXPECT_NEAR(*l.top_share(share), top_share_one_by_one(revenues, share), 1e-12);
            const double needed = *l.share_needed(share);
            EXPECT_NEAR(*l.top_share(needed), share, 1e-12);
            if (needed > 1e-6) {
                EXPECT_LT(*l.top_share(needed - 1e-6), share) << "fewer do not suffice";
            }
        }
    }
}

TEST(Lorenz, NeedsWholeCustomers) {
    for (unsigned seed = 0; seed < 100; ++seed) {
        const Revenues revenues = best_first(random_revenues(seed, 50));
        const Lorenz l = lorenz_of(revenues);
        double sum = 0;
        for (std::size_t i = 0; i < revenues.size() && revenues[i] > 0; ++i) {
            EXPECT_EQ(*l.customers_needed((sum + revenues[i] / 2) / total(revenues)), i + 1);
            sum += revenues[i];
            EXPECT_EQ(*l.customers_needed(std::min(sum / total(revenues), 1.0)), i + 1);
        }
    }
    EXPECT_EQ(lorenz_of(Revenues(10, 0.1)).customers_needed(0.3), 3);
    EXPECT_EQ(lorenz_of(Revenues(10, 0.1)).customers_needed(0.31), 4);
    EXPECT_EQ(lorenz_of({5, 0, 0}).customers_needed(1), 1);
    EXPECT_EQ(lorenz_of({5, 0, 0}).customers_needed(0), 0);
}

TEST(Lorenz, DecilesAreThoseOfNtile) {
    for (unsigned seed = 0; seed < 100; ++seed) {
        const Revenues best = best_first(random_revenues(seed, 1 + static_cast<int>(seed * 3)));
        const int parts = 1 + static_cast<int>(seed % 12);
        const auto deciles = lorenz_of(best).deciles(parts);
        ASSERT_EQ(deciles.size(), std::min<std::size_t>(best.size(), static_cast<std::size_t>(parts)));
        std::size_t at = 0;
        double sum = 0;
        for (int number = 1; const auto& decile : deciles) {
            const std::size_t whole = best.size() / static_cast<std::size_t>(parts);
            const std::size_t rest = best.size() % static_cast<std::size_t>(parts);
            const std::size_t size = whole + (static_cast<std::size_t>(number) <= rest ? 1 : 0);
            EXPECT_EQ(decile.number, number++);
            ASSERT_EQ(decile.customers, size);
            EXPECT_EQ(decile.highest, best[at]);
            EXPECT_EQ(decile.lowest, best[at + size - 1]);
            double revenue = 0;
            for (std::size_t i = 0; i < size; ++i) revenue += best[at++];
            sum += revenue;
            EXPECT_NEAR(decile.revenue, revenue, 1e-9);
            if (total(best) == 0) continue;
            EXPECT_NEAR(*decile.share, revenue / total(best), 1e-12);
            EXPECT_NEAR(*decile.cumulative_share, sum / total(best), 1e-12);
        }
        EXPECT_EQ(at, best.size());
    }
}

TEST(Lorenz, CurveIsTheOtherSideOfTheTop) {
    for (unsigned seed = 0; seed < 50; ++seed) {
        const Lorenz l = lorenz_of(random_revenues(seed, 2 + static_cast<int>(seed)));
        const auto curve = l.curve(37);
        ASSERT_EQ(curve.size(), 38u);
        for (const auto& point : curve)
            EXPECT_NEAR(*point.revenue, 1 - *l.top_share(1 - point.customers), 1e-12) << point.customers;
        EXPECT_EQ(*curve.front().revenue, 0);
        EXPECT_EQ(*curve.back().revenue, 1);
    }
}

TEST(Lorenz, KnowsWhatHasNoAnswer) {
    const Lorenz one = lorenz_of({7}), nothing = lorenz_of({0, 0, 0}), nobody, alike = lorenz_of({3, 3, 3, 3});
    EXPECT_EQ(one.gini(), 0);
    EXPECT_EQ(one.gini(true), std::nullopt);
    EXPECT_EQ(one.top_share(0.2), 0.2);
    EXPECT_FALSE(one.gini_interval(0.95) || one.top_share_interval(0.2, 0.95));
    EXPECT_EQ(one.deciles(10).size(), 1u);

    for (const Lorenz& l : {nothing, nobody}) {
        EXPECT_FALSE(l.gini() || l.gini(true) || l.top_share(0.2) || l.share_needed(0.8) || l.customers_needed(0.8));
        EXPECT_FALSE(l.gini_interval(0.95) || l.top_share_interval(0.2, 0.95));
    }
    EXPECT_EQ(nothing.deciles(3).size(), 3u);
    EXPECT_FALSE(nothing.deciles(3)[0].share || nothing.deciles(3)[2].cumulative_share || nothing.curve(1)[1].revenue);
    EXPECT_TRUE(nobody.deciles(3).empty() && nobody.curve(3).empty());

    EXPECT_EQ(alike.gini(), 0);
    EXPECT_NEAR(*alike.top_share(0.2), 0.2, 1e-15);
    EXPECT_NEAR(alike.gini_interval(0.95)->upper, 0, 1e-15);

    EXPECT_NEAR(*lorenz_of({0, 0, 0, 8}).gini(), 0.75, 1e-15);
    EXPECT_NEAR(*lorenz_of({0, 0, 0, 8}).gini(true), 1, 1e-15);
}

TEST(Lorenz, IsExactForExtremeRevenues) {
    const Lorenz l = lorenz_of({5e-324, 1e-300, 1, 1e300, 1.5e308});
    EXPECT_NEAR(*l.gini(), 0.8, 1e-7);
    EXPECT_NEAR(*l.top_share(0.2), 1, 1e-7);
    EXPECT_NEAR(*lorenz_of({5e-324, 5e-324, 1e-323}).gini(), 1.0 / 6, 1e-15);
    EXPECT_THROW(lorenz_of({1.5e308, 1.4e308}), crm::out_of_range);
    // Nearly alike: no cancellation.
    EXPECT_NEAR(*lorenz_of({1e9, 1e9 + 1e-3}).gini() / (1e-3 / (4e9 + 2e-3)), 1, 1e-3);
}

struct Shape {
    const char* name;
    std::function<double(Chance&)> draw;
};
const Shape shapes[] = {
    {"log-normal", [](Chance& chance) { return std::exp(2 * chance.normal()); }},
    {"uniform", [](Chance& chance) { return chance.uniform(); }},
    {"pareto", [](Chance& chance) { return std::pow(chance.uniform(), -1 / 1.16); }},
    {"pareto, mean hardly finite", [](Chance& chance) { return std::pow(chance.uniform(), -1 / 1.01); }},
    {"every magnitude", [](Chance& chance) { return std::exp(chance.uniform(-690, 690)); }},
    {"many magnitudes", [](Chance& chance) { return chance.log_uniform(1e-9, 1e9); }},
    {"mostly zero", [](Chance& chance) { return chance.uniform() < 0.7 ? 0 : chance.exponential(); }},
    {"two groups", [](Chance& chance) { return chance.uniform() < 0.999 ? chance.uniform() : 1e6 * chance.uniform(); }},
};

TEST(Lorenz, ManyDistinctRevenuesStayWithinTheStatedError) {
    for (const auto& [name, draw] : shapes) {
        Chance chance(3);
        Revenues revenues;
        for (int i = 0; i < 20000; ++i) revenues.push_back(draw(chance));
        const Lorenz l = lorenz_of(revenues);
        EXPECT_LE(l.entries().size(), Lorenz::most_entries) << name;
        EXPECT_GT(l.entries().size(), 1000u) << name;
        EXPECT_GT(l.error(), 0) << name;
        EXPECT_LT(l.error(), 1e-4) << name;
        EXPECT_LE(error_of(l, revenues), l.error() + 1e-9) << name;
        EXPECT_EQ(l.customers(), 20000) << name;
        EXPECT_NEAR(l.revenue() / total(revenues), 1, 1e-12) << name;
        EXPECT_EQ(l.entries().back().revenue, *std::ranges::max_element(revenues)) << name;
        EXPECT_EQ(l.entries().front().revenue, *std::ranges::min_element(revenues)) << name;
    }
}

TEST(Lorenz, MergedPartsStayWithinTheStatedError) {
    for (const auto& [name, draw] : shapes) {
        Chance chance(4);
        Revenues revenues;
        crm::test::Dropped<LorenzBuilder> rolled_up;
        Lorenz sum;
        for (int part = 0; part < 4; ++part) {
            Revenues some;
            for (int i = 0; i < 6000 + 1000 * part; ++i) some.push_back(draw(chance) * (1 + part));
            revenues.insert(revenues.end(), some.begin(), some.end());
            rolled_up->add(lorenz_of(some));
            sum = sum + lorenz_of(some);
        }
        const Lorenz rollup = rolled_up->finish();
        EXPECT_LE(error_of(rollup, revenues), rollup.error() + 1e-9) << name;
        EXPECT_LE(error_of(sum, revenues), sum.error() + 1e-9) << name;
        EXPECT_LT(rollup.error(), 1e-4) << name;
        EXPECT_LT(sum.error(), 2e-4) << name;
        EXPECT_EQ(rollup.customers(), static_cast<std::int64_t>(revenues.size())) << name;
    }
}

TEST(Lorenz, PartsMakeTheWhole) {
    for (unsigned seed = 0; seed < 50; ++seed) {
        const Revenues revenues = random_revenues(seed, 300);
        const std::vector one(revenues.begin(), revenues.begin() + seed * 5);
        const std::vector other(revenues.begin() + seed * 5, revenues.end());
        EXPECT_EQ(lorenz_of(one) + lorenz_of(other), lorenz_of(revenues));
        crm::test::Dropped<LorenzBuilder> builder;
        for (const auto& part : {lorenz_of(other), lorenz_of(one)}) builder->add(part);
        EXPECT_EQ(builder->finish(), lorenz_of(revenues));
    }
}

/// How often the interval of samples holds what is true of the population.
template <class Interval>
double coverage(double truth, double spread, Interval interval) {
    Chance chance(5);
    int hits = 0;
    constexpr int samples = 1000;
    for (int i = 0; i < samples; ++i) {
        Revenues revenues;
        for (int k = 0; k < 250; ++k) revenues.push_back(std::exp(spread * chance.normal()));
        const auto [lower, upper] = *interval(lorenz_of(revenues));
        hits += lower <= truth && truth <= upper;
    }
    return static_cast<double>(hits) / samples;
}

double normal_cdf(double x) { return std::erfc(-x / std::sqrt(2.0)) / 2; }

TEST(Lorenz, IntervalsHoldTheTruthAsOftenAsTheySay) {
    // Of log-normal revenue: Gini 2 Phi(sigma / sqrt 2) - 1; top 20 % hold 1 - Phi(z80 - sigma).
    const double spread = 0.6, gini = 2 * normal_cdf(spread / std::sqrt(2.0)) - 1;
    const double top = 1 - normal_cdf(0.8416212335729143 - spread);
    EXPECT_NEAR(coverage(gini, spread, [](const Lorenz& l) { return l.gini_interval(0.95); }), 0.94, 0.02);
    EXPECT_NEAR(coverage(gini, spread, [](const Lorenz& l) { return l.gini_interval(0.8); }), 0.78, 0.03);
    EXPECT_NEAR(coverage(top, spread, [](const Lorenz& l) { return l.top_share_interval(0.2, 0.95); }), 0.94, 0.02);
}

TEST(Lorenz, IntervalsAreThoseOfTheBootstrap) {
    const Revenues revenues = random_revenues(11, 400);
    const Lorenz l = lorenz_of(revenues);
    Chance chance(6);
    constexpr int draws = 2000;
    double gini_sum = 0, gini_squares = 0, top_sum = 0, top_squares = 0;
    for (int i = 0; i < draws; ++i) {
        Revenues again;
        for (std::size_t k = 0; k < revenues.size(); ++k)
            again.push_back(revenues[static_cast<std::size_t>(chance.whole(0, 399))]);
        const Lorenz drawn = lorenz_of(again);
        gini_sum += *drawn.gini();
        gini_squares += *drawn.gini() * *drawn.gini();
        top_sum += *drawn.top_share(0.1);
        top_squares += *drawn.top_share(0.1) * *drawn.top_share(0.1);
    }
    const auto deviation = [](double sum, double squares) {
        return std::sqrt(squares / draws - sum * sum / draws / draws);
    };
    const auto half = [](const auto& interval) { return (interval->upper - interval->lower) / 2 / 1.959963984540054; };
    EXPECT_NEAR(half(l.gini_interval(0.95)) / deviation(gini_sum, gini_squares), 1, 0.06);
    EXPECT_NEAR(half(l.top_share_interval(0.1, 0.95)) / deviation(top_sum, top_squares), 1, 0.06);
}

TEST(Lorenz, RefusesWhatCannotBe) {
    const double nan = std::numeric_limits<double>::quiet_NaN(), infinite = std::numeric_limits<double>::infinity();
    crm::test::Dropped<LorenzBuilder> builder;
    for (const double revenue : {-0.01, -infinite, infinite, nan})
        EXPECT_THROW(builder->add(revenue), crm::invalid_argument);
    builder->add(-0.0);
    const Lorenz l = lorenz_of({1, 2});
    for (const double share : {-0.1, 1.1, nan}) {
        EXPECT_THROW((void)l.top_share(share), crm::invalid_argument);
        EXPECT_THROW((void)l.share_needed(share), crm::invalid_argument);
        EXPECT_THROW((void)l.customers_needed(share), crm::invalid_argument);
    }
    for (const double level : {0.0, 1.0, nan}) EXPECT_THROW((void)l.gini_interval(level), crm::invalid_argument);
    EXPECT_THROW((void)l.deciles(0), crm::invalid_argument);
    EXPECT_THROW((void)l.curve(10001), crm::invalid_argument);
    const std::int64_t many = std::int64_t{1} << 53;
    EXPECT_THROW((void)(Lorenz({{1, many}}) + l), crm::limit_exceeded);
    EXPECT_THROW((void)(Lorenz({{0, 1}, {1e300, many / 2}})), crm::out_of_range);
}

TEST(Lorenz, ObeysTheLawsOfAggregates) {
    for (const int count : {1, 2, 3, 300})
        crm::test::expect_aggregate_laws<LorenzBuilder>(
            random_revenues(7, count), [](LorenzBuilder& state, double revenue) { state.add(revenue); },
            [](const LorenzBuilder& state) { return state.finish(); });
    Chance chance(8);
    Revenues distinct;
    for (int i = 0; i < 5000; ++i) distinct.push_back(chance.exponential());
    crm::test::expect_aggregate_laws<LorenzBuilder>(
        distinct, [](LorenzBuilder& state, double revenue) { state.add(revenue); },
        [](const LorenzBuilder& state) { return state.finish(); }, 3);
}

TEST(Lorenz, ComesBackFromBytesAndText) {
    Chance chance(9);
    for (const int count : {0, 1, 10, 5000}) {
        Revenues revenues = random_revenues(9, std::min(count, 100));
        for (int i = 0; i < count; ++i) revenues.push_back(chance.exponential());
        const Lorenz l = lorenz_of(revenues);
        const auto bytes = crm::test::saved(l);
        crm::Reader in(bytes);
        EXPECT_EQ(Lorenz::load(in), l);
        in.expect_end();
        EXPECT_EQ(Lorenz::from_json(l.to_json()), l);
    }
    using Array = crm::Json::Array;
    const auto of = [](Array entries) { return crm::Json::Object{{"customers", std::move(entries)}}; };
    EXPECT_EQ(Lorenz::from_json(of({Array{5, 1}, Array{0, 2}, Array{5, 3}})), lorenz_of({0, 0, 5, 5, 5, 5}));
    EXPECT_THROW(Lorenz::from_json(of({Array{-5, 1}})), crm::corrupt_data);
    EXPECT_THROW(Lorenz::from_json(of({Array{5, 0}})), crm::invalid_argument);
    EXPECT_THROW(Lorenz::from_json(of({Array{5}})), crm::corrupt_data);
    EXPECT_THROW(Lorenz::from_json(crm::Json::Object{}), crm::invalid_argument);
}

TEST(Lorenz, SurvivesDamagedBytes) {
    const Revenues revenues = random_revenues(12, 20);
    crm::test::expect_survives_damage(crm::test::saved(lorenz_of(revenues)), [](crm::Reader& in) {
        const Lorenz l = Lorenz::load(in);
        in.expect_end();
        (void)l.gini_interval(0.95);
        (void)l.top_share_interval(0.2, 0.95);
        (void)l.customers_needed(0.8);
        (void)l.deciles(10);
        (void)l.curve(10);
        (void)Lorenz::from_json(l.to_json());
    });
    crm::test::Dropped<LorenzBuilder> builder;
    for (const double revenue : revenues) builder->add(revenue);
    crm::test::expect_survives_damage(crm::test::saved(*builder), [](crm::Reader& in) {
        crm::test::Dropped<LorenzBuilder> read;
        read->load(in);
        in.expect_end();
        (void)read->finish().gini();
    });
}

TEST(Lorenz, HouseholdsOfTheCompleteJourney) {
    SKIP_WITHOUT_REFERENCE_DATA();
    std::map<std::string, double> hundredths;
    for (const auto& record : crm::test::records("completejourney/transactions.csv.gz"))
        hundredths[record.at("household_id")] += std::round(crm::test::number(record, "sales_value") * 100);
    Revenues revenues;
    for (const auto& [household, sum] : hundredths) revenues.push_back(sum / 100);
    const Lorenz l = lorenz_of(revenues);
    EXPECT_EQ(l.customers(), 2377);
    EXPECT_NEAR(l.revenue(), 233935.24, 1e-6);
    // The reference counts whole households, rounded up.
    EXPECT_NEAR(*l.top_share(std::ceil(0.2 * 2377) / 2377), .54092239, 5e-9);
    EXPECT_NEAR(*l.top_share(std::ceil(0.1 * 2377) / 2377), .34262786, 5e-9);
    EXPECT_EQ(l.customers_needed(0.8), 998);
    EXPECT_NEAR(*l.gini(), .5196113112, 5e-11);
    EXPECT_NEAR(*l.gini(true), .5198300028, 5e-11);
    EXPECT_NEAR(*l.share_needed(*l.top_share(0.3)), 0.3, 1e-12);
}

}  // namespace
