#include "crm/predict/cox.hpp"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <numeric>

#include "aggregate_laws.hpp"
#include "crm/foundation/error.hpp"
#include "crm/predict/risk_sets.hpp"
#include "hostile_bytes.hpp"
#include "predict_lives.hpp"

namespace crm::predict {
namespace {

using Eigen::VectorXd;
using test::digits;
using test::Life;
using Options = Json::Object;

FeaturedLife featured(const Life& life, bool by_group = false) {
    return {life.duration,
            life.event,
            life.features,
            life.entry.value_or(from_start),
            by_group ? std::string_view(life.group) : std::string_view(),
            life.weight};
}

std::unique_ptr<Cox> fitted(const std::vector<Life>& lives, const Options& options = {}, bool by_group = false) {
    test::Dropped<CoxFit> fit;
    for (const Life& life : lives) {
        fit->add(featured(life, by_group));
        fit->set(options, 1);
    }
    return fit->finish();
}

/// Within half a unit of the last digit printed, and a part of the value where the reference did not go on to the end.
void expect_printed(double value, const char* printed, double part = 0) {
    std::string text(printed);
    double unit = 1;
    if (const auto e = text.find('e'); e != std::string::npos) {
        unit = std::pow(10, std::atof(text.c_str() + e + 1));
        text.resize(e);
    }
    if (const auto point = text.find('.'); point != std::string::npos)
        unit *= std::pow(10, -static_cast<double>(text.size() - point - 1));
    EXPECT_NEAR(value, std::atof(printed), 0.501 * unit + part * std::abs(value)) << printed;
}

struct Printed {
    const char *coefficient, *ratio, *error, *z, *p;
};

void expect_coefficients(const Cox& model, const std::vector<Printed>& rows, double part = 0) {
    const auto coefficients = model.coefficients();
    const auto ratios = model.hazard_ratios();
    ASSERT_EQ(coefficients.size(), rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        expect_printed(coefficients[i].estimate, rows[i].coefficient, part);
        expect_printed(ratios[i].hazard_ratio, rows[i].ratio, part);
        expect_printed(*coefficients[i].std_error, rows[i].error, part);
        expect_printed(*ratios[i].z, rows[i].z, part);
        expect_printed(*ratios[i].p_value, rows[i].p, 1e4 * part);
    }
}

// R stops when a step has gained less than 1e-9 of the log-likelihood, where coefficients still lack some 1e-9 of
// themselves. Stopped there, ours have every digit it prints.
VectorXd stopped_as_r(const std::vector<Life>& lives, bool breslow) {
    test::Dropped<LifetimeRows> rows;
    for (const Life& life : lives) rows->add(featured(life));
    const LifetimeTable table = rows->table({});
    const Standardised scale(table);
    std::vector<std::size_t> all(table.width);
    std::iota(all.begin(), all.end(), std::size_t{0});
    const RiskSets sets(table, scale, all, breslow);
    VectorXd point = VectorXd::Zero(sets.size());
    numeric::Derivatives here(sets.size());
    double before = 0;
    do {
        before = here.value;
        sets.evaluate(point, here, {});
        point += VectorXd((-here.hessian).ldlt().solve(here.gradient));
    } while (std::abs(1 - before / here.value) > 1e-9);
    // The step after the last value is not taken.
    point -= VectorXd((-here.hessian).ldlt().solve(here.gradient));
    for (std::size_t j = 0; j < table.width; ++j) point[static_cast<Eigen::Index>(j)] /= scale.deviation[j];
    return point;
}

// Expected values: R 4.2.2, package survival 3.5-3.
TEST(Cox, MatchesRForLung) {
    SKIP_WITHOUT_REFERENCE_DATA();
    const auto lives = test::lung(true);
    const auto model = fitted(lives, {{"names", Json::Array{"age", "sex", "ph.ecog"}}});
    expect_coefficients(*model,
                        {{"0.01106676456", "1.0111282277", "0.009267411014", "1.194159247", "2.324156810e-01"},
                         {"-0.55261239570", "0.5754445562", "0.167739053787", "-3.294476648", "9.860513721e-04"},
                         {"0.46372847537", "1.5899911901", "0.113577266162", "4.082933945", "4.447066652e-05"}},
                        5e-9);
    const VectorXd stopped = stopped_as_r(lives, false);
    expect_printed(stopped[0], "0.01106676456");
    expect_printed(stopped[1], "-0.55261239570");
    expect_printed(stopped[2], "0.46372847537");
    expect_printed(*model->content().null_log_likelihood, "-744.4804558");
    expect_printed(*model->report()->log_likelihood, "-729.2301214");
    expect_printed(*model->content().concordance.concordance, "0.63713549300");
    expect_printed(*model->content().concordance.std_error, "0.02506797385");
    const auto& test = model->content().proportionality;
    ASSERT_EQ(test.size(), 4u);
    expect_printed(test[0].statistic, "0.187988");
    expect_printed(test[1].statistic, "2.305437");
    expect_printed(test[2].statistic, "2.054249");
    expect_printed(test[3].statistic, "4.463658");
    expect_printed(test[0].p_value(), "0.66460");
    expect_printed(test[3].p_value(), "0.21555");

    const auto breslow = fitted(lives, {{"ties", "breslow"}});
    const auto coefficients = breslow->coefficients();
    EXPECT_EQ(coefficients[0].name, "x1");
    expect_printed(coefficients[0].estimate, "0.01104113635", 5e-9);
    expect_printed(coefficients[1].estimate, "-0.55188956979", 5e-9);
    expect_printed(coefficients[2].estimate, "0.46294704059", 5e-9);
    expect_printed(*breslow->content().null_log_likelihood, "-744.6928193");
    expect_printed(*breslow->report()->log_likelihood, "-729.4887052");
}

TEST(Cox, MatchesRForVeteran) {
    SKIP_WITHOUT_REFERENCE_DATA();
    const auto model = fitted(test::veteran());
    expect_coefficients(*model,
                        {{"0.26174409006", "1.2991940232", "0.200923055119", "1.302708093", "1.926744379e-01"},
                         {"-0.03127129605", "0.9692125939", "0.005165089743", "-6.054356769", "1.409798483e-09"},
                         {"0.82498018786", "2.2818355568", "0.268911292195", "3.067852529", "2.156029881e-03"},
                         {"1.15399441386", "3.1708332678", "0.295037737697", "3.911345114", "9.178350907e-05"},
                         {"0.39462546395", "1.4838283396", "0.282243309857", "1.398174731", "1.620606028e-01"}});
    expect_printed(*model->content().null_log_likelihood, "-505.4490549");
    expect_printed(*model->report()->log_likelihood, "-474.9145089");
    expect_printed(*model->content().concordance.concordance, "0.73705134030");
    expect_printed(*model->content().concordance.std_error, "0.02155838299");
}

TEST(Cox, MatchesRForTelephoneCustomers) {
    SKIP_WITHOUT_REFERENCE_DATA();
    std::vector<Life> lives;
    for (const auto& row : test::records("telco_churn/telco_churn.csv"))
        lives.push_back({test::number(row, "tenure"),
                         row.at("Churn") == "Yes",
                         "",
                         {test::number(row, "MonthlyCharges"), row.at("Contract") == "One year" ? 1.0 : 0.0,
                          row.at("Contract") == "Two year" ? 1.0 : 0.0, test::number(row, "SeniorCitizen")},
                         {}});
    const auto model = fitted(lives);
    expect_coefficients(*model,
                        {{"0.0001342955915", "1.00013430461", "0.0009177564091", "0.1463303227", "8.836606294e-01"},
                         {"-2.1871047829691", "0.11224124141", "0.0838662697073", "-26.0784793529", "6.397161999e-150"},
                         {"-4.2174382155967", "0.01473634754", "0.1572570508488", "-26.8187543441", "1.953014502e-158"},
                         {"0.0227685687948", "1.02302975114", "0.0548815884048", "0.4148671614", "6.782391506e-01"}},
                        1e-9);
    const VectorXd stopped = stopped_as_r(lives, false);
    expect_printed(stopped[0], "0.0001342955915");
    expect_printed(stopped[1], "-2.1871047829691");
    expect_printed(stopped[2], "-4.2174382155967");
    expect_printed(stopped[3], "0.0227685687948", 1e-12);
    expect_printed(*model->content().null_log_likelihood, "-15653.03964");
    expect_printed(*model->report()->log_likelihood, "-14343.45612");
    expect_printed(*model->content().concordance.concordance, "0.763240502824");
    expect_printed(*model->content().concordance.std_error, "0.004594087793");
}

/// The partial likelihood by its definition: every event looks at everybody.
double partial_likelihood(const std::vector<Life>& lives, const std::vector<double>& beta, bool by_group,
                          bool breslow) {
    const auto predictor = [&](const Life& life) {
        double sum = 0;
        for (std::size_t j = 0; j < beta.size(); ++j) sum += beta[j] * life.features[j];
        return sum;
    };
    double value = 0;
    for (const char* group : {"a", "b", "c"}) {
        for (double time = 0; time <= 12; ++time) {
            double at_risk = 0, leaving = 0, weight = 0, events = 0;
            for (const Life& life : lives) {
                if ((by_group && life.group != group) || (!by_group && std::string(group) != "a")) continue;
                const double risk = life.weight * std::exp(predictor(life));
                if (life.duration >= time && life.entry.value_or(-1) < time) at_risk += risk;
                if (life.duration != time || !life.event) continue;
                value += life.weight * predictor(life);
                leaving += risk;
                weight += life.weight;
                ++events;
            }
            for (double k = 0; k < events; ++k)
                value -= weight / events * std::log(at_risk - (breslow ? 0 : k / events * leaving));
        }
    }
    return value;
}

TEST(Cox, IsTheMaximumOfThePartialLikelihood) {
    for (unsigned seed = 1; seed <= 24; ++seed) {
        auto lives = test::random_lives(seed, 80, 3, seed % 2 == 0);
        const bool by_group = seed % 3 == 0, breslow = seed % 4 < 2;
        if (seed % 5 == 0)
            for (std::size_t i = 0; i < lives.size(); ++i) lives[i].weight = 0.5 + static_cast<double>(i % 4);
        const auto model = fitted(lives, {{"ties", breslow ? "breslow" : "efron"}}, by_group);
        ASSERT_TRUE(model->usable()) << model->report()->message;
        std::vector<double> beta = model->content().coefficients;
        const double best = partial_likelihood(lives, beta, by_group, breslow);
        EXPECT_NEAR(best, *model->report()->log_likelihood, 1e-9);
        EXPECT_NEAR(partial_likelihood(lives, {0, 0, 0}, by_group, breslow), *model->content().null_log_likelihood,
                    1e-9);
        for (std::size_t j = 0; j < beta.size(); ++j) {
            const double at = beta[j], step = 1e-4;
            beta[j] = at + step;
            const double above = partial_likelihood(lives, beta, by_group, breslow);
            beta[j] = at - step;
            const double below = partial_likelihood(lives, beta, by_group, breslow);
            beta[j] = at;
            EXPECT_NEAR((above - below) / (2 * step), 0, 1e-5);
            EXPECT_LT(std::max(above, below), best);
        }
    }
}

// The robust covariance is the sum of squares of what each row moves the coefficients by.
TEST(Cox, RobustErrorsAreThoseOfTheInfinitesimalJackknife) {
    for (unsigned seed = 1; seed <= 6; ++seed) {
        auto lives = test::random_lives(seed, 40, 2, seed % 2 == 0);
        if (seed % 3 == 0)
            for (std::size_t i = 0; i < lives.size(); ++i) lives[i].weight = 0.5 + static_cast<double>(i % 3);
        const Options how{{"ties", seed < 4 ? "efron" : "breslow"}, {"robust", true}};
        const auto model = fitted(lives, how, seed == 5);
        std::vector<double> sum(2);
        for (Life& life : lives) {
            constexpr double step = 1e-4;
            const double weight = life.weight;
            life.weight = weight + step;
            const auto more = fitted(lives, how, seed == 5);
            life.weight = weight - step;
            const auto less = fitted(lives, how, seed == 5);
            life.weight = weight;
            for (std::size_t j = 0; j < 2; ++j) {
                const double slope = (more->content().coefficients[j] - less->content().coefficients[j]) / (2 * step);
                sum[j] += weight * slope * weight * slope;
            }
        }
        for (std::size_t j = 0; j < 2; ++j)
            EXPECT_NEAR(*model->coefficients()[j].std_error, std::sqrt(sum[j]), 1e-6 * std::sqrt(sum[j])) << seed;
    }
}

TEST(Cox, ScaleAndOriginOfFeaturesDoNotMatter) {
    const auto lives = test::random_lives(8, 100, 2);
    auto moved = lives;
    for (Life& life : moved) {
        life.features[0] = 1e6 + 1e-3 * life.features[0];
        life.features[1] = 1e9 * life.features[1] - 5;
    }
    const auto one = fitted(lives), other = fitted(moved);
    EXPECT_NEAR(one->content().coefficients[0], other->content().coefficients[0] * 1e-3, 1e-7);
    EXPECT_NEAR(one->content().coefficients[1], other->content().coefficients[1] * 1e9, 1e-9);
    EXPECT_NEAR(*one->report()->log_likelihood, *other->report()->log_likelihood, 1e-7);
    EXPECT_NEAR(*one->survival({lives[0].features, {}}, 5), *other->survival({moved[0].features, {}}, 5), 1e-7);
}

TEST(Cox, StandsTheLargestFeatures) {
    const auto lives = test::random_lives(8, 100, 2);
    auto large = lives;
    for (Life& life : large)
        for (double& feature : life.features) feature *= 1e149;
    const auto one = fitted(lives), other = fitted(large);
    ASSERT_TRUE(other->usable()) << other->report()->message;
    EXPECT_NEAR(*one->report()->log_likelihood, *other->report()->log_likelihood, 1e-9);
    EXPECT_NEAR(*one->hazard_ratios()[0].p_value, normal_p_value(*other->hazard_ratios()[0].z), 1e-9);
    EXPECT_NEAR(*one->survival({lives[0].features, {}}, 5), *other->survival({large[0].features, {}}, 5), 1e-9);
}

// Without any effect the hazard is Nelson and Aalen's.
TEST(Cox, BaselineIsTheHazardOfTheAverageCustomer) {
    std::vector<Life> lives;
    for (int i = 1; i <= 6; ++i)
        for (const double side : {-1.0, 1.0}) lives.push_back({static_cast<double>(i), true, "", {side}, {}});
    const auto model = fitted(lives, {{"ties", "breslow"}});
    EXPECT_NEAR(model->content().coefficients[0], 0, 1e-9);
    double hazard = 0;
    const auto curve = model->curve({std::vector<double>{0}, {}});
    ASSERT_EQ(curve.size(), 6u);
    for (int i = 1; i <= 6; ++i) {
        hazard += 2.0 / (14 - 2 * i);
        EXPECT_NEAR(curve[static_cast<std::size_t>(i) - 1].cumulative_hazard, hazard, 1e-9);
        EXPECT_NEAR(*model->survival({std::vector<double>{1}, {}}, i), std::exp(-hazard), 1e-9);
    }
}

TEST(Cox, AnswersAgreeWithEachOther) {
    const auto lives = test::random_lives(11, 200, 3);
    const auto model = fitted(lives, {}, true);
    for (const char* stratum : {"a", "b", "c"})
        for (std::size_t i = 0; i < 20; ++i) {
            const Subject subject{lives[i].features, stratum};
            double area = 0, before = 1;
            for (int t = 0; t <= 12; ++t) {
                const double survival = *model->survival(subject, t);
                EXPECT_LE(survival, before);
                EXPECT_NEAR(*model->restricted_mean(subject, t), area, 1e-12);
                area += survival;
                before = survival;
            }
            if (const auto median = model->median(subject)) {
                EXPECT_LE(*model->survival(subject, *median), 0.5 + 1e-7);
                EXPECT_GT(*model->survival(subject, *median - 0.5), 0.5);
            }
            const double now = *model->survival(subject, 3), then = *model->survival(subject, 7);
            EXPECT_NEAR(*model->churn_probability(subject, 3, 4), 1 - then / now, 1e-15);
            EXPECT_FALSE(model->survival(subject, 13));
        }
    EXPECT_THROW(model->survival({lives[0].features, {}}, 1), invalid_argument);
    EXPECT_THROW(model->survival({lives[0].features, "d"}, 1), invalid_argument);
    EXPECT_THROW(fitted(lives)->survival({lives[0].features, "a"}, 1), invalid_argument);
    EXPECT_THROW(model->relative_risk(std::vector<double>{1}), invalid_argument);
    EXPECT_THROW(model->relative_risk(std::vector<double>{1, 2, std::nan("")}), invalid_argument);
    const auto& means = model->content().means;
    EXPECT_NEAR(model->relative_risk(means), 1, 1e-12);
}

TEST(Cox, SaysWhichFeatureSeparates) {
    auto lives = test::random_lives(3, 60, 2);
    for (Life& life : lives) life.features[1] = life.event ? 0 : 1;  // nobody with 1 ever left
    const auto model = fitted(lives, {{"names", Json::Array{"first", "member"}}});
    EXPECT_FALSE(model->usable());
    EXPECT_FALSE(model->report()->converged);
    EXPECT_NE(model->report()->message.find("\"member\""), std::string::npos) << model->report()->message;
    const auto held = fitted(lives, {{"penalty", 1}});
    ASSERT_TRUE(held->usable()) << held->report()->message;
    EXPECT_LT(held->content().coefficients[1], -1);
    // One who is rare, but told by nothing else, is no such case.
    for (std::size_t i = 0; i < lives.size(); ++i) lives[i].features[1] = i == 7 || i == 8;
    lives[7].event = true;
    lives[8].event = true;
    EXPECT_TRUE(fitted(lives)->usable());
}

TEST(Cox, HoldsFeaturesThatFollowFromOthers) {
    auto lives = test::random_lives(5, 80, 2);
    const auto plain = fitted(lives);
    for (Life& life : lives) {
        life.features.push_back(2 * life.features[0] - 3 * life.features[1] + 1);
        life.features.push_back(7);
    }
    const auto model = fitted(lives);
    EXPECT_EQ(model->report()->message,
              "held at 0, for they are constant or follow from the features before them: \"x3\", \"x4\"");
    EXPECT_EQ(model->report()->parameters, 2);
    for (std::size_t j = 0; j < 2; ++j)
        EXPECT_NEAR(model->content().coefficients[j], plain->content().coefficients[j], 1e-10);
    EXPECT_EQ(model->content().coefficients[2], 0);
    EXPECT_FALSE(model->coefficients()[3].std_error);
    EXPECT_FALSE(model->hazard_ratios()[2].p_value);
}

TEST(Cox, SaysWhyThereIsNoFit) {
    const auto why = [](const std::vector<Life>& lives) {
        const auto model = fitted(lives);
        EXPECT_FALSE(model->usable());
        return model->report()->message;
    };
    EXPECT_EQ(why({{1, false, "", {1}, {}}, {2, false, "", {2}, {}}}), "no event was observed");
    EXPECT_EQ(why({{1, true, "", {1}, {}}}), "no feature varies: all are constant");
    EXPECT_EQ(why({{1, true, "", {1}, {}}, {2, true, "", {1}, {}}}), "no feature varies: all are constant");
    EXPECT_EQ(why({{1, false, "", {1}, {}}, {2, true, "", {2}, {}}}),
              "no feature varies among those at risk when somebody left");
    const auto together = fitted({{1, true, "", {1}, {}}, {1, true, "", {2}, {}}, {1, true, "", {4}, {}}});
    ASSERT_TRUE(together->usable()) << together->report()->message;
    EXPECT_NEAR(together->content().coefficients[0], 0, 1e-9);
    test::Dropped<CoxFit> none;
    none->skip();
    EXPECT_FALSE(none->finish());
}

TEST(Cox, RefusesWhatCannotBe) {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
    test::Dropped<CoxFit> fit;
    const std::vector<double> one{1}, two{1, 2}, wrong{nan}, huge{infinity};
    EXPECT_THROW(fit->add({1, true, {}}), invalid_argument);
    EXPECT_THROW(fit->add({-1, true, one}), invalid_argument);
    EXPECT_THROW(fit->add({nan, true, one}), invalid_argument);
    EXPECT_THROW(fit->add({infinity, true, one}), invalid_argument);
    EXPECT_THROW(fit->add({1, true, wrong}), invalid_argument);
    EXPECT_THROW(fit->add({1, true, huge}), invalid_argument);
    EXPECT_THROW(fit->add({1, true, one, 1}), invalid_argument);
    EXPECT_THROW(fit->add({1, true, one, from_start, "", 0}), invalid_argument);
    fit->add({1, true, one});
    EXPECT_THROW(fit->add({1, true, two}), invalid_argument);
    EXPECT_THROW(fit->add({1, true, std::vector<double>(most_features + 1)}), limit_exceeded);
    const auto lives = test::random_lives(1, 20, 2);
    EXPECT_THROW(fitted(lives, {{"ties", "exact"}}), invalid_argument);
    EXPECT_THROW(fitted(lives, {{"tie", "efron"}}), invalid_argument);
    EXPECT_THROW(fitted(lives, {{"names", Json::Array{"a"}}}), invalid_argument);
    EXPECT_THROW(fitted(lives, {{"names", Json::Array{"a", "a"}}}), invalid_argument);
    EXPECT_THROW(fitted(lives, {{"penalty", -1}}), invalid_argument);
    fit->set(Options{{"ties", "breslow"}}, 7);
    fit->add({2, true, one});
    EXPECT_THROW(fit->set(Options{{"ties", "efron"}}, 8), invalid_argument);
}

TEST(Cox, ObeysTheLawsOfAggregates) {
    auto lives = test::random_lives(7, 120, 3, true);
    for (std::size_t i = 0; i < lives.size(); ++i) lives[i].weight = static_cast<double>(1 + i % 4);
    const auto feed = [](CoxFit& fit, const Life& life) {
        fit.add(featured(life, true));
        fit.set(Options{{"robust", true}, {"names", Json::Array{"one", "two", "three"}}}, 1);
    };
    test::expect_aggregate_laws<CoxFit>(
        lives, feed, [](const CoxFit& fit) { return Json(fit.finish()->to_json()).text(); }, 10);
}

TEST(Cox, RoundTripsAndSurvivesDamage) {
    const auto lives = test::random_lives(9, 40, 2);
    const auto model = fitted(lives, {}, true);
    const Json json = model->to_json();
    EXPECT_EQ(Json(Cox::from_json(json)->to_json()).text(), json.text());
    const auto bytes = test::saved(*model);
    Reader in(bytes);
    EXPECT_EQ(test::saved(*Cox::load(in)), bytes);
    test::expect_survives_damage(bytes, [&lives](Reader& damaged) {
        const auto read = Cox::load(damaged);
        damaged.expect_end();
        read->coefficients();
        if (!read->usable()) return;
        try {
            const Subject subject{lives[0].features, "a"};
            read->survival(subject, 4);
            read->median(subject);
            read->restricted_mean(subject, 4);
            read->hazard_ratios();
        } catch (const invalid_argument&) {
            // Another number of features, or other strata.
        }
    });
    test::Dropped<CoxFit> fit;
    for (const Life& life : test::random_lives(2, 10, 2, true)) {
        fit->add(featured(life, true));
        fit->set(Options{{"names", Json::Array{"one", "two"}}}, 1);
    }
    test::expect_survives_damage(test::saved(*fit), [](Reader& damaged) {
        test::Dropped<CoxFit> state;
        state->load(damaged);
        damaged.expect_end();
        state->finish();
    });
}

TEST(Cox, IsMadeFromKnownParameters) {
    const Json baseline = Json::Object{{"time", Json::Array{1, 2}}, {"hazard", Json::Array{0.5, 1}}};
    const auto model =
        Cox::make(Json::Object{{"coefficients", Json::Object{{"age", std::log(2.0)}}}, {"baseline", baseline}});
    EXPECT_NEAR(*model->survival({std::vector<double>{1}, {}}, 1), std::exp(-1.0), 1e-15);
    EXPECT_FALSE(model->report());
    EXPECT_FALSE(model->coefficients()[0].std_error);
    EXPECT_THROW(Cox::make(Json::Object{{"coefficients", Json::Object{{"age", 1}}}}), invalid_argument);
}

}  // namespace
}  // namespace crm::predict
