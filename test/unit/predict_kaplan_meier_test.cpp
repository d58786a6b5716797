#include "crm/predict/kaplan_meier.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "aggregate_laws.hpp"
#include "crm/foundation/error.hpp"
#include "hostile_bytes.hpp"
#include "predict_lives.hpp"

namespace crm::predict {
namespace {

using test::digits;
using test::Life;

void feed(KaplanMeierFit& fit, const Life& life) {
    if (life.entry)
        fit.add(*life.entry, life.duration, life.event, life.weight);
    else
        fit.add(life.duration, life.event, life.weight);
}

std::unique_ptr<KaplanMeier> fitted(const std::vector<Life>& lives) {
    test::Dropped<KaplanMeierFit> fit;
    for (const Life& life : lives) feed(*fit, life);
    return fit->finish();
}

// Expected values: R 4.2.2, package survival 3.5-3.
TEST(KaplanMeier, MatchesRForLung) {
    SKIP_WITHOUT_REFERENCE_DATA();
    const auto model = fitted(test::lung());
    EXPECT_EQ(model->report()->observations, 228);
    const auto median = model->median_lifetime();
    EXPECT_EQ(median.median, 310);
    EXPECT_EQ(median.lower, 285);
    EXPECT_EQ(median.upper, 363);
    const auto mean = model->restricted_mean(730);
    EXPECT_EQ(digits(*mean.mean, 6), "357.073");
    EXPECT_EQ(digits(*mean.std_error, 6), "16.2193");

    struct Row {
        double time, at_risk;
        const char *survival, *error, *lower, *upper;
    };
    const Row rows[]{{30, 219, "0.9561403509", "0.01356206983", "0.92992526689", "0.9830944519"},
                     {90, 201, "0.8815789474", "0.02139821961", "0.84062118286", "0.9245323057"},
                     {180, 160, "0.7216706534", "0.02981241947", "0.66554230713", "0.7825325699"},
                     {310, 85, "0.4950242932", "0.03523274625", "0.43056952473", "0.5691277175"},
                     {365, 65, "0.4092416245", "0.03582363817", "0.34472158180", "0.4858376035"},
                     {500, 41, "0.2932691937", "0.03507781850", "0.23198213826", "0.3707475956"},
                     {730, 13, "0.1156930983", "0.02829819732", "0.07163182496", "0.1868567918"}};
    const auto curve = model->curve(IntervalScale::log, 0.95);
    for (const Row& row : rows) {
        const auto next = std::ranges::upper_bound(curve, row.time, {}, &SurvivalEstimate::time);
        const SurvivalEstimate& at = *(next - 1);
        const auto same = [](double value, const char* printed) {
            EXPECT_NEAR(value, std::atof(printed), 0.6 * std::pow(10, 2 - static_cast<int>(std::strlen(printed))))
                << printed;
        };
        same(at.survival, row.survival);
        same(*at.std_error, row.error);
        same(*at.lower, row.lower);
        same(*at.upper, row.upper);
        const double at_risk = at.time == row.time ? at.at_risk : next->at_risk;
        EXPECT_EQ(at_risk, row.at_risk);
    }
}

TEST(KaplanMeier, MatchesRForMediansOfGroups) {
    SKIP_WITHOUT_REFERENCE_DATA();
    struct Row {
        std::string group;
        double median, lower, upper;
    };
    const auto expect = [](const std::vector<Life>& all, const std::vector<Row>& rows) {
        for (const Row& row : rows) {
            std::vector<Life> lives;
            std::ranges::copy_if(all, std::back_inserter(lives),
                                 [&](const Life& life) { return life.group == row.group; });
            const auto median = fitted(lives)->median_lifetime();
            EXPECT_EQ(median.median, row.median) << row.group;
            EXPECT_EQ(median.lower, row.lower) << row.group;
            EXPECT_EQ(median.upper, row.upper) << row.group;
        }
    };
    expect(test::lung(), {{"1", 270, 212, 310}, {"2", 426, 348, 550}});
    expect(test::veteran(),
           {{"squamous", 118, 82, 314}, {"smallcell", 51, 25, 63}, {"adeno", 51, 35, 92}, {"large", 156, 105, 231}});
}

TEST(KaplanMeier, MatchesRForMonthsOfTelephoneCustomers) {
    SKIP_WITHOUT_REFERENCE_DATA();
    std::vector<Life> lives;
    for (const auto& row : test::records("telco_churn/telco_churn.csv"))
        lives.push_back({test::number(row, "tenure"), row.at("Churn") == "Yes", row.at("Contract"), {}, {}});
    const auto model = fitted(lives);
    const std::vector<std::tuple<double, std::string, std::string>> rows{
        {1, "0.9459613197", "0.002696184611"},  {6, "0.8848262389", "0.003876208540"},
        {12, "0.8431995538", "0.004492160255"}, {24, "0.7887363984", "0.005208963691"},
        {36, "0.7485454149", "0.005744058432"}, {48, "0.7088401843", "0.006320712023"},
        {60, "0.6644039144", "0.007125314615"}, {72, "0.5927901521", "0.009918766871"}};
    const auto curve = model->curve(IntervalScale::log, 0.95);
    for (const auto& [time, survival, error] : rows) {
        const auto at = std::ranges::find(curve, time, &SurvivalEstimate::time);
        EXPECT_NEAR(at->survival, std::stod(survival), 5.1e-11);
        EXPECT_NEAR(*at->std_error, std::stod(error), 5.1e-13);
    }
    EXPECT_FALSE(model->median_lifetime().median);
    std::erase_if(lives, [](const Life& life) { return life.group != "Month-to-month"; });
    const auto monthly = fitted(lives)->median_lifetime();
    EXPECT_EQ(monthly.median, 35);
    EXPECT_EQ(monthly.lower, 32);
    EXPECT_EQ(monthly.upper, 38);
}

TEST(KaplanMeier, IsTheProductOfSharesThatStayed) {
    for (unsigned seed = 1; seed <= 50; ++seed) {
        const auto lives = test::random_lives(seed, 40, 0, seed % 2 == 0);
        const auto model = fitted(lives);
        double survival = 1, hazard = 0;
        for (const SurvivalStep& step : model->steps()) {
            double at_risk = 0, events = 0;
            for (const Life& life : lives) {
                if (life.duration >= step.time && life.entry.value_or(-1) < step.time) ++at_risk;
                if (life.duration == step.time && life.event) ++events;
            }
            survival *= 1 - events / at_risk;
            hazard += events / at_risk;
            EXPECT_EQ(step.at_risk, at_risk);
            EXPECT_EQ(step.events, events);
            EXPECT_NEAR(step.survival, survival, 1e-14);
            EXPECT_NEAR(step.hazard, hazard, 1e-13);
        }
    }
}

TEST(KaplanMeier, WithoutCensoringIsTheShareStillThere) {
    std::vector<Life> lives;
    for (int i = 1; i <= 10; ++i) lives.push_back({static_cast<double>(i), true, "", {}, {}});
    const auto model = fitted(lives);
    for (int i = 0; i <= 12; ++i) EXPECT_NEAR(*model->survival({}, i), std::max(0, 10 - i) / 10.0, 1e-15);
    EXPECT_EQ(model->median({}), 5.5);  // half have left from 5 to 6
    EXPECT_NEAR(*model->restricted_mean({}, 100), 5.5, 1e-13);
    EXPECT_NEAR(*model->restricted_mean({}, 2.5), 1 + 0.9 + 0.5 * 0.8, 1e-14);
    EXPECT_NEAR(*model->churn_probability({}, 5, 2), 0.4, 1e-14);
    EXPECT_FALSE(model->churn_probability({}, 10, 2));
    EXPECT_FALSE(model->curve(IntervalScale::log, 0.95).back().std_error);
}

TEST(KaplanMeier, AnswersNothingBeyondWhatWasObserved) {
    const auto model = fitted({{1, true, "", {}, {}}, {5, false, "", {}, {}}});
    EXPECT_EQ(model->survival({}, 5), 0.5);
    EXPECT_FALSE(model->survival({}, 5.1));
    EXPECT_FALSE(model->restricted_mean({}, 6));
    EXPECT_EQ(model->restricted_mean({}, 5), 3);
    EXPECT_FALSE(model->churn_probability({}, 2, 4));
    EXPECT_EQ(model->survival({}, 0), 1);
}

TEST(KaplanMeier, IntervalsOfEveryScaleHoldTheEstimate) {
    for (unsigned seed = 1; seed <= 20; ++seed) {
        const auto model = fitted(test::random_lives(seed, 60, 0));
        for (const char* scale : {"log", "log-log", "plain"})
            for (const auto& at : model->curve(interval_scale(scale), 0.9)) {
                if (!at.lower) continue;
                EXPECT_LE(0, *at.lower);
                EXPECT_LE(*at.lower, at.survival + 1e-15);
                EXPECT_LE(at.survival, *at.upper + 1e-15);
                EXPECT_LE(*at.upper, 1);
            }
    }
    EXPECT_THROW(interval_scale("logit"), invalid_argument);
    EXPECT_THROW(fitted({{1, true, "", {}, {}}})->curve(IntervalScale::log, 1), invalid_argument);
}

TEST(KaplanMeier, WeightsCountCustomers) {
    auto lives = test::random_lives(3, 30, 0);
    std::vector<Life> repeated;
    for (std::size_t i = 0; i < lives.size(); ++i) {
        lives[i].weight = static_cast<double>(1 + i % 3);
        for (std::size_t k = 0; k <= i % 3; ++k) repeated.push_back({lives[i].duration, lives[i].event, "", {}, {}});
    }
    EXPECT_EQ(Json(fitted(lives)->to_json()).text(), Json(fitted(repeated)->to_json()).text());
}

TEST(KaplanMeier, KeepsManyTimesCloselyEnough) {
    std::mt19937 random(5);
    std::vector<Life> lives;
    for (int i = 0; i < 30000; ++i) {
        const double time = -std::log((static_cast<double>(random()) + 0.5) / 4294967296.0);
        lives.push_back({std::min(time, 3.0 + i * 1e-6), time < 3, "", {}, {}});
    }
    const auto model = fitted(lives);
    EXPECT_LE(model->steps().size(), KaplanMeier::most_steps);
    double events = 0;
    for (const auto& step : model->steps()) events += step.events;
    EXPECT_EQ(events, static_cast<double>(std::ranges::count_if(lives, &Life::event)));
    std::ranges::sort(lives, {}, &Life::duration);
    double survival = 1, at_risk = 30000;
    for (const Life& life : lives) {
        if (life.event) survival *= 1 - 1 / at_risk;
        --at_risk;
        EXPECT_NEAR(*model->survival({}, life.duration), survival, 1 / 2000.0);
    }
}

TEST(KaplanMeier, SaysWhyThereIsNone) {
    const auto model = fitted({{3, false, "", {}, {}}, {4, false, "", {}, {}}});
    EXPECT_FALSE(model->usable());
    EXPECT_EQ(model->report()->message, "no event was observed");
    test::Dropped<KaplanMeierFit> none;
    none->skip();
    EXPECT_FALSE(none->finish());
    const auto emptied = fitted({{1, true, "", {}, {}}, {5, true, "", {}, 2}, {6, true, "", {}, 2}});
    EXPECT_EQ(emptied->report()->message,
              "all who were at risk left at 1, before the others entered: the estimate stays at 0");
    EXPECT_EQ(emptied->survival({}, 5), 0);
}

TEST(KaplanMeier, RefusesWhatCannotBe) {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
    test::Dropped<KaplanMeierFit> fit;
    for (const double wrong : {-1.0, nan, infinity, -infinity, 1e101})
        EXPECT_THROW(fit->add(wrong, true), invalid_argument);
    for (const double wrong : {-1.0, 0.0, nan, infinity}) EXPECT_THROW(fit->add(3, true, wrong), invalid_argument);
    for (const double wrong : {-1.0, 3.0, 4.0, nan}) EXPECT_THROW(fit->add(wrong, 3, true, 1), invalid_argument);
    const auto model = fitted({{1, true, "", {}, {}}});
    EXPECT_THROW(model->survival({}, -1), invalid_argument);
    EXPECT_THROW(model->survival({}, nan), invalid_argument);
    EXPECT_THROW(model->restricted_mean({}, infinity), invalid_argument);
    const std::vector<double> features{1};
    EXPECT_THROW(model->survival({features, {}}, 1), invalid_argument);
}

TEST(KaplanMeier, ObeysTheLawsOfAggregates) {
    auto lives = test::random_lives(7, 200, 0, true);
    for (std::size_t i = 0; i < lives.size(); ++i) lives[i].weight = static_cast<double>(1 + i % 4);
    test::expect_aggregate_laws<KaplanMeierFit>(
        lives, feed, [](const KaplanMeierFit& fit) { return Json(fit.finish()->to_json()).text(); });
}

TEST(KaplanMeier, RoundTripsAndSurvivesDamage) {
    const auto model = fitted(test::random_lives(9, 100, 0));
    const Json json = model->to_json();
    EXPECT_EQ(Json(KaplanMeier::from_json(json)->to_json()).text(), json.text());
    const auto bytes = test::saved(*model);
    Reader in(bytes);
    EXPECT_EQ(test::saved(*KaplanMeier::load(in)), bytes);
    test::expect_survives_damage(bytes, [](Reader& damaged) {
        const auto read = KaplanMeier::load(damaged);
        damaged.expect_end();
        if (!read->usable()) return;
        read->median_lifetime();
        read->restricted_mean(5);
        read->curve(IntervalScale::log_log, 0.95);
    });
    test::Dropped<KaplanMeierFit> fit;
    for (const Life& life : test::random_lives(2, 20, 0, true)) feed(*fit, life);
    test::expect_survives_damage(test::saved(*fit), [](Reader& damaged) {
        test::Dropped<KaplanMeierFit> state;
        state->load(damaged);
        damaged.expect_end();
        state->finish();
    });
}

}  // namespace
}  // namespace crm::predict
