#include "crm/text/trending.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <tuple>
#include <vector>

#include "aggregate_laws.hpp"
#include "crm/foundation/error.hpp"
#include "hostile_bytes.hpp"
#include "random_customers.hpp"

namespace {

using crm::Day;
using crm::Json;
using crm::test::Chance;
using crm::text::adjusted_for_number;
using crm::text::Change;
using crm::text::change_of;
using crm::text::dispersion_of;
using crm::text::Seen;
using crm::text::Trend;
using crm::text::TrendingBuilder;
using crm::text::TrendingTopicsBuilder;
using crm::text::TrendOptions;

constexpr Day as_of{10000};
constexpr double week = 7;

TEST(Trending, TheChangeIsThatOfTheExactTest) {
    // Rare words: the sum of binomial terms from 12 of 20 with 0.2, twice, and the limits at which such sums are 0.025.
    const Change up = change_of({12, 1000000}, {8, 4000000}, 1, 0.95);
    EXPECT_NEAR(up.p_value, 2 * 1.0172876516e-04, 1e-7);
    EXPECT_NEAR(up.ratio, 6, 1e-12);
    EXPECT_NEAR(up.lower, 4 * 0.36054259 / (1 - 0.36054259), 1e-3);
    EXPECT_NEAR(up.upper, 4 * 0.80880994 / (1 - 0.80880994), 1e-3);
    const Change fresh = change_of({5, 1000000}, {0, 1000000}, 1, 0.95);
    EXPECT_EQ(fresh.ratio, std::numeric_limits<double>::infinity());
    EXPECT_EQ(fresh.upper, std::numeric_limits<double>::infinity());
    EXPECT_NEAR(fresh.p_value, 2 * std::pow(0.5, 5), 1e-6);
    const Change gone = change_of({0, 1000000}, {5, 1000000}, 1, 0.95);
    EXPECT_EQ(gone.ratio, 0);
    EXPECT_EQ(gone.lower, 0);
    EXPECT_NEAR(gone.p_value, 2 * std::pow(0.5, 5), 1e-6);
    // The same shares, and all comments with the word: nothing has changed.
    EXPECT_EQ(change_of({10, 100}, {40, 400}, 1, 0.95).p_value, 1);
    EXPECT_EQ(change_of({100, 100}, {400, 400}, 1, 0.95).p_value, 1);
    EXPECT_GT(change_of({30, 100}, {40, 400}, 4, 0.95).p_value, change_of({30, 100}, {40, 400}, 1, 0.95).p_value);
    EXPECT_LT(change_of({3000, 10000}, {4000, 40000}, 1, 0.95).p_value, 1e-100);
}

TEST(Trending, DispersionIsPearsons) {
    const std::vector<Seen> windows = {{10, 100}, {20, 200}, {30, 100}, {5, 100}};
    // By hand: share 65 / 500 = 0.13.
    double sum = 0;
    for (const auto& [with, all] : windows) sum += (with - 0.13 * all) * (with - 0.13 * all) / (0.13 * 0.87 * all);
    EXPECT_NEAR(*dispersion_of(windows), sum / 3, 1e-12);
    EXPECT_FALSE(dispersion_of(std::span(windows).first(3)));
    EXPECT_FALSE(dispersion_of(std::vector<Seen>{{0, 10}, {0, 10}, {0, 10}, {0, 10}}));
}

TEST(Trending, AdjustsAsBenjaminiAndHochbergDo) {
    // By hand: 0.01 * 5 / 1, 0.02 * 5 / 2, 0.03 * 5 / 3, 0.04 * 5 / 4, 0.5 * 5 / 5.
    const auto adjusted = adjusted_for_number(std::vector<double>{0.5, 0.01, 0.03, 0.02, 0.04});
    const std::vector<double> expected = {0.5, 0.05, 0.05, 0.05, 0.05};
    for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(adjusted[i], expected[i], 1e-12);
    EXPECT_TRUE(adjusted_for_number({}).empty());
}

double binomial(Chance& chance, int n, double p) {
    double sum = 0;
    for (int i = 0; i < n; ++i) sum += chance.uniform() < p;
    return sum;
}

/// Nine windows in which nothing changes but by chance, and by bursts.
struct World {
    int words, comments;
    double bursts;  // a + b of the beta distribution of a window's share, 0 for none
    double heavy;   // share of words that have bursts
};

struct Alarms {
    int tested = 0, nominal = 0, adjusted = 0;
};

Alarms simulated(Chance& chance, const World& world) {
    crm::test::Dropped<TrendingTopicsBuilder> state;
    TrendOptions options;
    options.top = 10000;
    for (int word = 0; word < world.words; ++word) {
        const double share = chance.log_uniform(0.003, 0.2);
        const bool bursts = world.bursts > 0 && chance.uniform() < world.heavy;
        for (int window = 0; window < 9; ++window) {
            const double now = bursts ? chance.beta(share * world.bursts, (1 - share) * world.bursts) : share;
            const double with = binomial(chance, world.comments, now);
            for (int i = 0; i < with; ++i)
                state->add(Day{as_of.number - 7 * window}, std::to_string(word), as_of, week, options);
        }
    }
    Alarms alarms;
    for (const Trend& row : state->finish()) {
        ++alarms.tested;
        alarms.nominal += row.change.p_value < 0.05;
        alarms.adjusted += row.adjusted_p < 0.05;
    }
    return alarms;
}

Alarms repeated(const World& world, int times, int& families) {
    Chance chance(11);
    Alarms sum;
    families = 0;
    for (int i = 0; i < times; ++i) {
        const Alarms one = simulated(chance, world);
        sum.tested += one.tested;
        sum.nominal += one.nominal;
        sum.adjusted += one.adjusted;
        families += one.adjusted > 0;
    }
    return sum;
}

TEST(Trending, RarelyAlarmsWhenNothingHasChanged) {
    const int times = 60;
    for (const auto& [name, world, most_nominal, most_families] :
         {std::tuple("constant", World{40, 500, 0, 0}, 0.05, 0.08),
          std::tuple("all in bursts", World{40, 500, 100, 1}, 0.08, 0.2),
          std::tuple("some in bursts", World{40, 500, 100, 0.3}, 0.08, 0.25)}) {
        int families = 0;
        const Alarms alarms = repeated(world, times, families);
        const double nominal = static_cast<double>(alarms.nominal) / alarms.tested;
        std::printf("%s: p < 0.05 in %.4f of %d words, an adjusted alarm in %d of %d runs\n", name, nominal,
                    alarms.tested, families, times);
        EXPECT_LE(nominal, most_nominal) << name;
        EXPECT_LE(static_cast<double>(families) / times, most_families) << name;
    }
}

TEST(Trending, FindsAPlantedChange) {
    Chance chance(5);
    int found = 0, first = 0;
    const int times = 20;
    for (int trial = 0; trial < times; ++trial) {
        crm::test::Dropped<TrendingBuilder> state;
        for (int window = 0; window < 9; ++window)
            for (int i = 0; i < 300; ++i) {
                std::string comment;
                for (int n = 0; n < 8; ++n)
                    comment += "w" + std::to_string(static_cast<int>(200 * chance.uniform() * chance.uniform())) + ", ";
                if (chance.uniform() < (window == 0 ? 0.08 : 0.01)) comment += "lost parcel";
                state->add(Day{as_of.number - 7 * window - chance.whole(0, 6)}, comment, as_of, week);
            }
        const auto rows = state->finish();
        for (const Trend& row : rows) {
            if (row.keyword != "lost parcel") continue;
            found += row.adjusted_p < 0.05 && row.rises() && row.change.lower > 1;
            first += &row == &rows.front();
        }
        for (const Trend& row : rows) EXPECT_NE(row.keyword, "parcel");
    }
    EXPECT_GE(found, 19);
    EXPECT_GE(first, 18);
}

TEST(Trending, LooksAtItsWindowsOnly) {
    crm::test::Dropped<TrendingBuilder> state;
    TrendOptions options;
    options.windows = 2;
    options.min_comments = 1;
    const auto add = [&](int days_back, const char* comment) {
        state->add(Day{as_of.number - days_back}, comment, as_of, week, options);
    };
    add(-1, "tomorrow");
    add(0, "now");
    add(6, "now");
    add(7, "before");
    add(20, "before");
    add(21, "long ago");
    const auto rows = state->finish();
    ASSERT_EQ(rows.size(), 2u);
    EXPECT_EQ(rows[0].keyword, "before");
    EXPECT_EQ(rows[0].earlier, 2);
    EXPECT_EQ(rows[0].recent, 0);
    EXPECT_FALSE(rows[0].rises());
    EXPECT_EQ(rows[1].keyword, "now");
    EXPECT_EQ(rows[1].recent, 2);
    EXPECT_EQ(rows[1].recent_share, 1);
    EXPECT_EQ(rows[1].dispersion, 1);
}

TEST(Trending, ATopicThatIsNotGivenIsAComment) {
    crm::test::Dropped<TrendingTopicsBuilder> state;
    for (int i = 0; i < 10; ++i) {
        state->add(as_of, i < 8 ? std::optional<std::string_view>("fees") : std::nullopt, as_of, week);
        state->add(Day{as_of.number - 7}, i < 2 ? std::optional<std::string_view>("fees") : std::nullopt, as_of, week);
    }
    const auto rows = state->finish();
    ASSERT_EQ(rows.size(), 1u);
    EXPECT_EQ(rows[0].recent_share, 0.8);
    EXPECT_EQ(rows[0].earlier_share, 0.2);
    EXPECT_EQ(rows[0].change.ratio, 4);
}

TEST(Trending, SaysNothingWithoutARecentWindowOrAnEarlierOne) {
    crm::test::Dropped<TrendingBuilder> none, recent, before;
    EXPECT_TRUE(none->finish().empty());
    for (int i = 0; i < 10; ++i) {
        recent->add(as_of, "word", as_of, week);
        before->add(Day{as_of.number - 10}, "word", as_of, week);
    }
    EXPECT_TRUE(recent->finish().empty());
    EXPECT_TRUE(before->finish().empty());
}

TEST(Trending, RefusesWhatCannotBe) {
    const auto of = [](Json::Object options, bool words = true) { return TrendOptions::from_json(options, words); };
    EXPECT_THROW(of({{"phrase", 1}}), crm::invalid_argument);
    EXPECT_THROW(of({{"phrases", 1}}, false), crm::invalid_argument);
    EXPECT_THROW(of({{"windows", 0}}), crm::invalid_argument);
    EXPECT_THROW(of({{"level", 95}}), crm::invalid_argument);
    for (const double days : {0.0, -7.0, 0.5, 1.5, 1e9, std::numeric_limits<double>::quiet_NaN()}) {
        crm::test::Dropped<TrendingBuilder> state;
        EXPECT_THROW(state->add(as_of, "word", as_of, days), crm::invalid_argument);
    }
    crm::test::Dropped<TrendingBuilder> state;
    state->add(as_of, "word", as_of, week);
    EXPECT_THROW(state->add(as_of, "word", Day{1}, week), crm::invalid_argument);
    EXPECT_THROW(state->add(as_of, "word", as_of, 8), crm::invalid_argument);
    state->add(crm::earliest_day, "word", as_of, week);
    state->add(crm::latest_day, "word", as_of, week);
}

struct Said {
    int back;
    std::string comment;
};

std::vector<Said> random_comments(unsigned seed, int count) {
    Chance chance(seed);
    const std::vector<std::string> words = {"Card", "card", "lost", "the", "信用卡", "😀", ".", "fee"};
    std::vector<Said> all;
    for (int i = 0; i < count; ++i) {
        Said one{chance.whole(0, 70), ""};
        for (int n = chance.whole(0, 6); n > 0; --n)
            one.comment += words[static_cast<std::size_t>(chance.whole(0, 7))] + " ";
        all.push_back(one);
    }
    return all;
}

TEST(Trending, ObeysTheLawsOfAggregates) {
    const auto described = [](const auto& state) {
        std::vector<std::tuple<std::string, std::int64_t, std::int64_t, double, double, double>> rows;
        for (const Trend& row : state.finish())
            rows.emplace_back(row.keyword, row.recent, row.earlier, row.adjusted_p, row.change.lower, row.change.upper);
        return rows;
    };
    for (const int count : {1, 5, 300}) {
        crm::test::expect_aggregate_laws<TrendingBuilder>(
            random_comments(3, count),
            [](TrendingBuilder& state, const Said& said) {
                state.add(Day{as_of.number - said.back}, said.comment, as_of, week);
            },
            described);
        crm::test::expect_aggregate_laws<TrendingTopicsBuilder>(
            random_comments(4, count),
            [](TrendingTopicsBuilder& state, const Said& said) {
                state.add(Day{as_of.number - said.back}, said.comment.substr(0, 3), as_of, week);
            },
            described);
    }
}

TEST(Trending, SurvivesDamagedBytes) {
    crm::test::Dropped<TrendingBuilder> words;
    crm::test::Dropped<TrendingTopicsBuilder> topics;
    for (const auto& [back, comment] : random_comments(6, 30)) {
        words->add(Day{as_of.number - back}, comment, as_of, week);
        topics->add(Day{as_of.number - back}, comment, as_of, week);
    }
    crm::test::expect_survives_damage(crm::test::saved(*words), [](crm::Reader& in) {
        crm::test::Dropped<TrendingBuilder> read;
        read->load(in);
        in.expect_end();
        (void)read->finish();
    });
    crm::test::expect_survives_damage(crm::test::saved(*topics), [](crm::Reader& in) {
        crm::test::Dropped<TrendingTopicsBuilder> read;
        read->load(in);
        in.expect_end();
        (void)read->finish();
    });
}

}  // namespace
