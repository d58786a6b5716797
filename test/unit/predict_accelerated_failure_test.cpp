#include "crm/predict/accelerated_failure.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "aggregate_laws.hpp"
#include "crm/foundation/error.hpp"
#include "hostile_bytes.hpp"
#include "predict_lives.hpp"

namespace crm::predict {
namespace {

using test::digits;
using test::Life;
using Options = Json::Object;

template <class Fit>
auto fitted(const std::vector<Life>& lives, const Options& options = {}) {
    test::Dropped<Fit> fit;
    for (const Life& life : lives) {
        fit->add({life.duration, life.event, life.features, from_start, "", life.weight});
        fit->set(options, 1);
    }
    return fit->finish();
}

std::vector<Life> without_features(std::vector<Life> lives) {
    for (Life& life : lives) life.features.clear();
    return lives;
}

// Expected values: R 4.2.2, package survival 3.5-3. R stops iterating where a step gains less than 1e-9 of the
// log-likelihood, so that the last digits of some are not those of the maximum.
TEST(AcceleratedFailure, MatchesRForLung) {
    SKIP_WITHOUT_REFERENCE_DATA();
    const auto model = fitted<WeibullFit>(test::lung(), {{"names", Json::Array{"age", "sex"}}});
    const auto& content = model->content();
    EXPECT_NEAR(content.intercept, 6.27485305842, 1e-8);
    EXPECT_NEAR(content.coefficients[0], -0.01225702559, 1e-10);
    EXPECT_NEAR(content.coefficients[1], 0.38208513966, 1e-9);
    EXPECT_NEAR(content.scale, 0.7540509476, 1e-9);
    EXPECT_EQ(digits(*model->report()->log_likelihood, 10), "-1147.054431");
    EXPECT_EQ(model->report()->parameters, 4);

    const auto lives = without_features(test::lung());
    const auto expect = [](const AcceleratedFailure& one, double intercept, double scale, const char* likelihood) {
        EXPECT_NEAR(one.content().intercept, intercept, 2e-9 * intercept) << one.kind();
        EXPECT_NEAR(one.content().scale, scale, 1e-8) << one.kind();
        EXPECT_EQ(digits(*one.report()->log_likelihood, 10), likelihood) << one.kind();
    };
    expect(*fitted<ExponentialFit>(lives), 6.044473793, 1, "-1162.338176");
    expect(*fitted<WeibullFit>(lives), 6.03490391, 0.7593936011, "-1153.851188");
    expect(*fitted<LognormalFit>(lives), 5.663304962, 1.09763927, "-1169.269055");
    expect(*fitted<LoglogisticFit>(lives), 5.710980388, 0.5794550826, "-1160.930624");
}

TEST(AcceleratedFailure, ExponentialIsEventsOverTime) {
    const auto lives = without_features(test::random_lives(3, 60, 0));
    double events = 0, time = 0;
    for (const Life& life : lives) {
        events += life.event;
        time += life.duration;
    }
    const auto model = fitted<ExponentialFit>(lives);
    EXPECT_NEAR(std::exp(-model->content().intercept), events / time, 1e-12);
    EXPECT_NEAR(*model->coefficients()[0].std_error, 1 / std::sqrt(events), 1e-10);
    EXPECT_NEAR(*model->median({}), std::log(2.0) * time / events, 1e-9);
    EXPECT_NEAR(*model->churn_probability({}, 3, 2), *model->churn_probability({}, 30, 2), 1e-12);
}

template <class Fit>
class EveryShape : public testing::Test {};
using Shapes = testing::Types<WeibullFit, ExponentialFit, LognormalFit, LoglogisticFit>;
TYPED_TEST_SUITE(EveryShape, Shapes);

/// Log-likelihood from answers alone: the density is minus the slope of survival.
template <class M>
double likelihood(const M& model, const std::vector<Life>& lives) {
    double sum = 0;
    for (const Life& life : lives) {
        const Subject subject{life.features, {}};
        const double t = life.duration, step = 1e-5 * t;
        if (life.event)
            sum += std::log((*model.survival(subject, t - step) - *model.survival(subject, t + step)) / (2 * step));
        else
            sum += std::log(*model.survival(subject, t));
    }
    return sum;
}

TYPED_TEST(EveryShape, IsTheMaximumOfItsLikelihood) {
    for (unsigned seed = 1; seed <= 5; ++seed) {
        const auto lives = test::random_lives(seed, 80, 2);
        const auto model = fitted<TypeParam>(lives);
        ASSERT_TRUE(model->usable()) << model->report()->message;
        const double best = likelihood(*model, lives);
        EXPECT_NEAR(best, *model->report()->log_likelihood, 1e-5);
        using M = std::remove_cvref_t<decltype(*model)>;
        for (const double step : {1e-2, -1e-2}) {
            auto moved = model->content();
            moved.intercept += step;
            EXPECT_LT(likelihood(M(moved), lives), best);
            moved = model->content();
            moved.coefficients[1] += step;
            EXPECT_LT(likelihood(M(moved), lives), best);
            if (M::name == "exponential") continue;
            moved = model->content();
            moved.scale *= 1 + step;
            EXPECT_LT(likelihood(M(moved), lives), best);
        }
    }
}

TYPED_TEST(EveryShape, AnswersAgreeWithEachOther) {
    const auto lives = test::random_lives(6, 100, 2);
    const auto model = fitted<TypeParam>(lives);
    for (std::size_t i = 0; i < 10; ++i) {
        const Subject subject{lives[i].features, {}};
        EXPECT_EQ(model->survival(subject, 0), 1);
        EXPECT_NEAR(*model->survival(subject, *model->median(subject)), 0.5, 1e-12);
        for (const double horizon : {0.1, 5.0, 50.0}) {
            constexpr int steps = 200000;
            double area = 0;
            for (int k = 0; k < steps; ++k) area += *model->survival(subject, horizon * (k + 0.5) / steps);
            EXPECT_NEAR(*model->restricted_mean(subject, horizon), area * horizon / steps, 1e-6 * horizon);
        }
        EXPECT_LT(*model->churn_probability(subject, 2, 1), *model->churn_probability(subject, 2, 3));
    }
    EXPECT_THROW(model->survival({}, 1), invalid_argument);
    EXPECT_THROW(model->survival({lives[0].features, "a"}, 1), invalid_argument);
    EXPECT_THROW(model->survival({lives[0].features, {}}, -1), invalid_argument);
}

TYPED_TEST(EveryShape, ScaleAndOriginOfFeaturesDoNotMatter) {
    const auto lives = test::random_lives(8, 100, 2);
    auto moved = lives;
    for (Life& life : moved) life.features[0] = 1e5 + 1e-2 * life.features[0];
    const auto one = fitted<TypeParam>(lives), other = fitted<TypeParam>(moved);
    EXPECT_NEAR(one->content().coefficients[0], other->content().coefficients[0] * 1e-2, 1e-8);
    EXPECT_NEAR(*one->report()->log_likelihood, *other->report()->log_likelihood, 1e-8);
    EXPECT_NEAR(*one->coefficients()[1].std_error, *other->coefficients()[1].std_error * 1e-2, 1e-8);
}

TYPED_TEST(EveryShape, SaysWhyThereIsNoFit) {
    const auto why = [](const std::vector<Life>& lives) {
        const auto model = fitted<TypeParam>(lives);
        EXPECT_FALSE(model->usable());
        EXPECT_FALSE(model->report()->converged);
        return model->report()->message;
    };
    EXPECT_EQ(why({{1, false, "", {}, {}}, {2, false, "", {}, {}}}), "no event was observed");
    auto lives = test::random_lives(3, 60, 2);
    for (Life& life : lives) life.features[1] = life.event ? 0 : 1;
    EXPECT_NE(why(lives).find("\"x2\""), std::string::npos) << why(lives);
    if (std::is_same_v<TypeParam, ExponentialFit>) return;
    EXPECT_EQ(why({{3, true, "", {}, {}}, {3, true, "", {}, {}}}), "all durations are equal");
}

TYPED_TEST(EveryShape, HoldsFeaturesThatFollowFromOthers) {
    auto lives = test::random_lives(5, 80, 1);
    const auto plain = fitted<TypeParam>(lives);
    for (Life& life : lives) life.features.push_back(4);
    const auto model = fitted<TypeParam>(lives);
    EXPECT_EQ(model->report()->message,
              "held at 0, for they are constant or follow from the features before them: \"x2\"");
    EXPECT_NEAR(model->content().coefficients[0], plain->content().coefficients[0], 1e-10);
    EXPECT_FALSE(model->coefficients()[2].std_error);
}

TYPED_TEST(EveryShape, ObeysTheLawsAndSurvivesDamage) {
    auto lives = test::random_lives(7, 80, 2);
    for (std::size_t i = 0; i < lives.size(); ++i) lives[i].weight = static_cast<double>(1 + i % 3);
    test::expect_aggregate_laws<TypeParam>(
        lives,
        [](TypeParam& fit, const Life& life) {
            fit.add({life.duration, life.event, life.features, from_start, "", life.weight});
        },
        [](const TypeParam& fit) { return Json(fit.finish()->to_json()).text(); }, 5);
    const auto model = fitted<TypeParam>(lives);
    using M = std::remove_cvref_t<decltype(*model)>;
    const Json json = model->to_json();
    EXPECT_EQ(Json(M::from_json(json)->to_json()).text(), json.text());
    const auto bytes = test::saved(*model);
    Reader in(bytes);
    EXPECT_EQ(test::saved(*M::load(in)), bytes);
    test::expect_survives_damage(bytes, [&lives](Reader& damaged) {
        const auto read = M::load(damaged);
        damaged.expect_end();
        read->coefficients();
        if (!read->usable() || read->content().names.size() != 2) return;
        read->survival({lives[0].features, {}}, 3);
        read->restricted_mean({lives[0].features, {}}, 3);
        read->time_ratios();
    });
}

TEST(AcceleratedFailure, RecoversWhatItWasDrawnFrom) {
    std::mt19937 random(11);
    std::vector<Life> lives;
    for (int i = 0; i < 20000; ++i) {
        const double feature = static_cast<double>(random() % 100) / 50 - 1;
        const double uniform = (static_cast<double>(random()) + 0.5) / 4294967296.0;
        const double time = std::exp(2 + 0.5 * feature + 0.7 * std::log(-std::log(uniform)));
        lives.push_back({std::min(time, 10.0), time < 10, "", {feature}, {}});
    }
    const auto model = fitted<WeibullFit>(lives);
    const auto coefficients = model->coefficients();
    const double truth[]{2, 0.5, 0.7};
    for (std::size_t i = 0; i < 3; ++i)
        EXPECT_NEAR(coefficients[i].estimate, truth[i], 4 * *coefficients[i].std_error) << i;
}

TEST(AcceleratedFailure, StandsOutlyingDurations) {
    std::vector<Life> lives(5000, {1, true, "", {}, {}});
    lives.push_back({1e90, true, "", {}, {}});
    const auto model = fitted<WeibullFit>(lives);
    EXPECT_FALSE(model->report()->message.find("not finite") != std::string::npos) << model->report()->message;
}

TEST(AcceleratedFailure, RefusesWhatCannotBe) {
    test::Dropped<WeibullFit> fit;
    EXPECT_THROW(fit->add({0, true}), invalid_argument);
    EXPECT_THROW(fit->add({-1, true}), invalid_argument);
    EXPECT_THROW(fit->add({std::numeric_limits<double>::infinity(), true}), invalid_argument);
    EXPECT_THROW(fitted<WeibullFit>(test::random_lives(1, 9, 1), {{"ties", "efron"}}), invalid_argument);
    EXPECT_THROW(Weibull::make(Options{{"intercept", 1}}), invalid_argument);
    EXPECT_THROW(Weibull::make(Options{{"intercept", 1}, {"scale", 0}}), invalid_argument);
    const auto made = Exponential::make(Options{{"intercept", std::log(4.0)}});
    EXPECT_NEAR(*made->survival({}, 4), std::exp(-1.0), 1e-15);
}

}  // namespace
}  // namespace crm::predict
