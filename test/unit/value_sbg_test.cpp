#include "crm/value/sbg.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "aggregate_laws.hpp"
#include "contracts.hpp"
#include "fits.hpp"
#include "hostile_bytes.hpp"
#include "reference_data.hpp"

namespace {

using crm::Cancellation;
using crm::test::beta_mean;
using crm::test::Chance;
using crm::test::coefficient;
using crm::test::described;
using crm::test::fitted_to_contracts;
using crm::test::fitted_to_renewals;
using crm::test::high_end;
using crm::test::regular;
using crm::value::ContractHistory;
using crm::value::ContractLife;
using crm::value::MaximumLikelihood;
using crm::value::Sbg;
using crm::value::SbgModel;

constexpr double infinite = std::numeric_limits<double>::infinity();
using State = MaximumLikelihood<SbgModel>;

State empty() { return State(std::pmr::new_delete_resource()); }

/// Seven years, as in the paper.
std::unique_ptr<SbgModel> published(const std::vector<int>& left) {
    return fitted_to_renewals<SbgModel>(std::span(left).first(8));
}

TEST(Sbg, FindsThePublishedEstimates) {
    const auto low = published(regular), high = published(high_end);
    EXPECT_NEAR(low->parameters().alpha, 0.704, 5e-4);
    EXPECT_NEAR(low->parameters().beta, 1.182, 5e-4);
    EXPECT_NEAR(*low->report()->log_likelihood, -1680.3, 0.05);
    EXPECT_NEAR(high->parameters().alpha, 0.668, 5e-4);
    EXPECT_NEAR(high->parameters().beta, 3.806, 5e-4);
    EXPECT_NEAR(*high->report()->log_likelihood, -1611.2, 0.05);
    EXPECT_NEAR(low->survival(12), 0.170, 5e-4);
    EXPECT_NEAR(high->survival(12), 0.378, 5e-4);
    EXPECT_EQ(low->report()->message, "");
}

TEST(Sbg, MatchesReferenceFits) {
    SKIP_WITHOUT_REFERENCE_DATA();
    for (const auto& record : crm::test::records("sbg/reference_sbg.csv")) {
        const auto& left = record.at("segment") == "regular" ? regular : high_end;
        const auto years = static_cast<std::size_t>(crm::test::number(record, "years_fitted"));
        const auto model = fitted_to_renewals<SbgModel>(std::span(left).first(years + 1));
        for (const std::string name : {"alpha", "beta"}) {
            EXPECT_NEAR(coefficient(*model, name).estimate, crm::test::number(record, name), 6e-5);
            EXPECT_NEAR(*coefficient(*model, name).std_error, crm::test::number(record, "se_" + name), 6e-5);
        }
        EXPECT_NEAR(*model->report()->log_likelihood, crm::test::number(record, "loglik"), 6e-4);
        EXPECT_NEAR(model->survival(12), crm::test::number(record, "S12"), 6e-5);
    }
}

/// Computed from the estimates themselves, to more digits than are published.
TEST(Sbg, MatchesReferencePredictions) {
    const double rates[] = {0.8507, 0.8780, 0.8968, 0.9106, 0.9212, 0.9295,
                            0.9362, 0.9418, 0.9464, 0.9504, 0.9538, 0.9568};
    const auto high = published(high_end), low = published(regular);
    for (int t = 1; t <= 12; ++t) EXPECT_NEAR(high->retention(t), rates[t - 1], 6e-5);
    EXPECT_NEAR(high->residual_lifetime(0, 0.1), 5.414479, 1e-6);
    EXPECT_NEAR(high->residual_lifetime(1, 0.1), 5.901378, 1e-6);
    EXPECT_NEAR(high->residual_lifetime(4, 0.1), 6.896707, 1e-6);
    EXPECT_NEAR(low->residual_lifetime(0, 0.1), 2.964399, 1e-6);
    EXPECT_NEAR(low->residual_lifetime(1, 0.1), 4.103140, 1e-6);
    EXPECT_NEAR(low->residual_lifetime(4, 0.1), 5.894095, 1e-6);
}

TEST(Sbg, RenewalsAndContractsSayTheSame) {
    const auto renewals = fitted_to_renewals<SbgModel>(regular), contracts = fitted_to_contracts<SbgModel>(regular);
    EXPECT_NEAR(renewals->parameters().alpha / contracts->parameters().alpha, 1, 1e-9);
    EXPECT_NEAR(renewals->parameters().beta / contracts->parameters().beta, 1, 1e-9);
    EXPECT_NEAR(*renewals->report()->log_likelihood, *contracts->report()->log_likelihood, 1e-8);
    EXPECT_EQ(contracts->report()->observations, 1000);
    EXPECT_EQ(contracts->report()->distinct_observations, 13);
    EXPECT_EQ(renewals->report()->distinct_observations, 24);
}

TEST(Sbg, MatchesBruteForce) {
    Chance chance(1);
    for (int i = 0; i < 60; ++i) {
        const double alpha = chance.log_uniform(0.2, 20), beta = chance.log_uniform(0.2, 20);
        const int t = chance.whole(1, 30);
        const double before = beta_mean(alpha, beta, [t](double, double q) { return std::pow(q, t - 1); });
        const double kept = beta_mean(alpha, beta, [t](double, double q) { return std::pow(q, t); });
        const double lost = beta_mean(alpha, beta, [t](double p, double q) { return p * std::pow(q, t - 1); });
        const SbgModel model(Sbg{alpha, beta});
        EXPECT_NEAR(model.survival(t) / kept, 1, 1e-11);
        EXPECT_NEAR(model.retention(t) / (kept / before), 1, 1e-11);
        EXPECT_NEAR(model.log_likelihood(t, true), std::log(lost), 1e-10);
        EXPECT_NEAR(model.log_likelihood(t, false), std::log(kept), 1e-10);
    }
}

/// Chances of those who were renewed n times are ~ Beta(alpha, beta + n); one with the chance p pays
/// (1 - p) (1 + d) / (d + p) from the next renewal on.
TEST(Sbg, ResidualLifetimeMatchesTheMeanOverChances) {
    Chance chance(2);
    for (int i = 0; i < 80; ++i) {
        const double alpha = chance.log_uniform(0.2, 100), beta = chance.log_uniform(0.2, 1000);
        const double d = chance.log_uniform(1e-7, 3);
        const int n = chance.whole(0, 20);
        const double expected = beta_mean(alpha, beta + n, [d](double p, double q) { return q * (1 + d) / (d + p); });
        EXPECT_NEAR(SbgModel(Sbg{alpha, beta}).residual_lifetime(n, d) / expected, 1, 2e-10)
            << alpha << ' ' << beta << ' ' << n << ' ' << d;
    }
}

TEST(Sbg, ResidualLifetimeWithoutDiscountIsTheMean) {
    Chance chance(3);
    for (int i = 0; i < 200; ++i) {
        const double alpha = 1 + chance.log_uniform(1e-3, 1e4), beta = chance.log_uniform(1e-3, 1e5);
        const int n = chance.whole(0, 3000);
        EXPECT_NEAR(SbgModel(Sbg{alpha, beta}).residual_lifetime(n, 0) / ((beta + n) / (alpha - 1)), 1, 1e-11)
            << alpha << ' ' << beta << ' ' << n;
    }
    EXPECT_EQ(SbgModel(Sbg{1, 5}).residual_lifetime(0, 0), infinite);
    EXPECT_EQ(SbgModel(Sbg{0.7, 5}).residual_lifetime(9, 0), infinite);
}

/// A customer whose chance is known: the values of a constant retention.
TEST(Sbg, EqualCustomersAreWorthWhatConstantRetentionSays) {
    for (const double p : {0.02, 0.2, 0.7})
        for (const double d : {0.0, 0.01, 0.1}) {
            const SbgModel model(Sbg{p * 1e12, (1 - p) * 1e12});
            const auto known = crm::value::retention_value(1 - p, 0.01, d);
            const auto found = model.retention_value(0.01, d, {});
            EXPECT_NEAR(found.before / known.before, 1, 1e-9);
            EXPECT_NEAR(model.retention_value(-0.01, d, {}).after / crm::value::retention_value(1 - p, -0.01, d).after,
                        1, 1e-9);
            if (d == 0) continue;  // in the end those remain whose chance is below 1 %
            EXPECT_NEAR(found.after / known.after, 1, 1e-9);
            EXPECT_NEAR(*found.gain / *known.gain, 1, 1e-6);
            EXPECT_NEAR(*found.gain_ratio / *known.gain_ratio, 1, 1e-6);
        }
}

TEST(Sbg, ValueOfARaisedRetentionMatchesTheSum) {
    Chance chance(4);
    for (int i = 0; i < 40; ++i) {
        const Sbg model{chance.log_uniform(0.3, 30), chance.log_uniform(0.3, 30)};
        const double change = chance.uniform(-0.3, 0.3), d = chance.log_uniform(0.02, 1);
        double share = 1, sum = 0;
        for (int t = 1; t < 3000; ++t) {
            sum += share;
            share *= std::clamp(model.life().retention(t) + change, 0.0, 1.0) / (1 + d);
        }
        EXPECT_NEAR(SbgModel(model).retention_value(change, d, {}).after / sum, 1, 1e-12);
    }
    const SbgModel some(Sbg{0.7, 1.2});
    EXPECT_EQ(some.retention_value(0, 0.1, {}).gain, 0);
    EXPECT_EQ(some.retention_value(0.1, 0, {}).after, infinite);
    EXPECT_FALSE(some.retention_value(0.1, 0, {}).gain);  // infinite before as well
    EXPECT_EQ(some.retention_value(-0.1, 0, {}).gain, -infinite);
    EXPECT_EQ(SbgModel(Sbg{3, 1}).retention_value(0.1, 0, {}).gain, infinite);
    EXPECT_THROW((void)some.retention_value(1e-9, 1e-9, {}), crm::limit_exceeded);
}

TEST(Sbg, ConstantRetentionIsWorthAGeometricSeries) {
    const auto value = crm::value::retention_value(0.8, 0.05, 0.1);
    EXPECT_NEAR(value.before, 1.1 / 0.3, 1e-14);
    EXPECT_NEAR(value.after, 1.1 / 0.25, 1e-14);
    EXPECT_NEAR(*value.gain, value.after - value.before, 1e-14);
    EXPECT_NEAR(*value.gain_ratio, 0.2, 1e-14);
    EXPECT_NEAR(crm::value::retention_value(0.5, 0.5, 0.25).after, 5, 1e-14);
    const auto refused = [](double retention, double change, double rate) {
        EXPECT_THROW((void)crm::value::retention_value(retention, change, rate), crm::invalid_argument);
    };
    const double nan = std::nan("");
    refused(1, 0, 0.1);
    refused(-0.1, 0.2, 0.1);
    refused(nan, 0, 0.1);
    refused(0.9, 0.2, 0.1);
    refused(0.1, -0.2, 0.1);
    refused(0.5, nan, 0.1);
    refused(0.5, 0.5, 0);
    refused(0.5, 0.1, -0.1);
    refused(0.5, 0.1, nan);
    refused(0.5, 0.1, infinite);
}

TEST(Sbg, SurvivalCurveIsTheProductOfRetentions) {
    const SbgModel model(Sbg{0.7, 1.2});
    const auto curve = model.survival_curve(50, {});
    ASSERT_EQ(curve.size(), 51u);
    EXPECT_EQ(curve[0].survival, 1);
    EXPECT_FALSE(curve[0].retention);
    for (std::size_t t = 1; t < curve.size(); ++t) {
        EXPECT_EQ(curve[t].period, static_cast<int>(t));
        EXPECT_NEAR(curve[t].survival / (curve[t - 1].survival * *curve[t].retention), 1, 1e-14);
    }
    EXPECT_THROW((void)model.survival_curve(1000001, {}), crm::limit_exceeded);
}

TEST(Sbg, ImpossibleArgumentsAreRefused) {
    const SbgModel model(Sbg{0.7, 1.2});
    EXPECT_THROW((void)model.retention(0), crm::invalid_argument);
    EXPECT_THROW((void)model.survival(-1), crm::invalid_argument);
    EXPECT_THROW((void)model.survival_curve(-1, {}), crm::invalid_argument);
    EXPECT_THROW((void)model.residual_lifetime(-1, 0.1), crm::invalid_argument);
    EXPECT_THROW((void)model.log_likelihood(0, true), crm::invalid_argument);
    EXPECT_THROW((void)model.log_likelihood(-1, false), crm::invalid_argument);
    EXPECT_EQ(model.log_likelihood(0, false), 0);
    for (const double rate : {-0.1, infinite, std::nan("")}) {
        EXPECT_THROW((void)model.residual_lifetime(1, rate), crm::invalid_argument);
        EXPECT_THROW((void)model.retention_value(0.1, rate, {}), crm::invalid_argument);
    }
    for (const double change : {-1.1, 1.1, std::nan("")})
        EXPECT_THROW((void)model.retention_value(change, 0.1, {}), crm::invalid_argument);
    State state = empty();
    EXPECT_THROW(add_renewals(state, 0, 1, 1), crm::invalid_argument);
    EXPECT_THROW(add_renewals(state, 1, -1, 1), crm::invalid_argument);
    EXPECT_THROW(add_renewals(state, 1, 1, -1), crm::invalid_argument);
    EXPECT_THROW(add_contract(state, 0, true), crm::invalid_argument);
    EXPECT_THROW(add_contract(state, -1, false), crm::invalid_argument);
}

TEST(Sbg, CountsWhatItReads) {
    State state = empty();
    add_renewals(state, 1, 30, 70);
    add_renewals(state, 2, 0, 70);
    add_renewals(state, 2, 10, 0);
    add_contract(state, 3, true);
    EXPECT_EQ(state.finish({})->report()->skipped, 0);
    EXPECT_EQ(state.finish({})->report()->observations, 181);
    add_renewals(state, 3, 0, 0);
    add_renewals(state, {}, 1, 1);
    add_renewals(state, 1, {}, 1);
    add_renewals(state, 1, 1, {});
    add_contract(state, 0, false);
    add_contract(state, {}, true);
    add_contract(state, 1, {});
    EXPECT_EQ(state.finish({})->report()->skipped, 7);
    EXPECT_EQ(state.finish({})->report()->observations, 181);
}

TEST(Sbg, ThinDataSayWhatTheyLack) {
    State nobody = empty();
    EXPECT_EQ(nobody.finish({}), nullptr);
    add_contract(nobody, 0, false);
    EXPECT_EQ(nobody.finish({})->report()->message, "there is no contract to learn from");

    State none_lost = empty();
    for (int t = 1; t < 9; ++t) add_contract(none_lost, t, false);
    EXPECT_FALSE(none_lost.finish({})->usable());
    EXPECT_EQ(none_lost.finish({})->report()->message,
              "no contract was lost: nothing can be learned about how customers leave");

    State all_lost = empty();
    add_renewals(all_lost, 1, 100, 0);
    const auto lost = all_lost.finish({});
    EXPECT_EQ(lost->report()->message, "nobody was ever kept: alpha runs to infinity, beta to 0");
    EXPECT_EQ(coefficient(*lost, "alpha").estimate, infinite);
    EXPECT_NEAR(lost->survival(1), 0, 1e-15);
    EXPECT_NEAR(lost->residual_lifetime(0, 0.1), 0, 1e-15);

    State one_period = empty();
    add_renewals(one_period, 1, 30, 70);
    const auto one = one_period.finish({});
    EXPECT_EQ(one->report()->message, "only one renewal period was seen: 2 parameters cannot be told apart");
    EXPECT_NEAR(one->retention(1), 0.7, 1e-6);
    EXPECT_FALSE(coefficient(*one, "alpha").std_error);
}

TEST(Sbg, SaysWhatBoundariesMean) {
    State equal = empty();
    for (int t = 1; t <= 5; ++t) add_renewals(equal, t, 20, 80);
    const auto same = equal.finish({});
    EXPECT_EQ(same->report()->message,
              "alpha and beta run to infinity: every customer has the same chance of being lost at a renewal, 0.2");
    EXPECT_EQ(coefficient(*same, "beta").estimate, infinite);
    EXPECT_NEAR(same->retention(9), 0.8, 1e-5);
    EXPECT_NEAR(same->survival(5), std::pow(0.8, 5), 1e-5);

    State daily = empty();
    for (int t = 1; t <= 3000; ++t) add_renewals(daily, t, t, 1000 * t);
    EXPECT_EQ(
        daily.finish({})->report()->message,
        "alpha and beta run to infinity: every customer has the same chance of being lost at a renewal, 0.000999");
    EXPECT_NEAR(daily.finish({})->survival(3000) / std::pow(1000.0 / 1001, 3000), 1, 1e-3);

    State split = empty();
    add_renewals(split, 1, 30, 70);
    for (int t = 2; t <= 5; ++t) add_renewals(split, t, 0, 70);
    const auto two = split.finish({});
    EXPECT_EQ(two->report()->message,
              "alpha and beta run to 0: a share of 0.3 is lost at the first renewal, the others never");
    EXPECT_EQ(coefficient(*two, "alpha").estimate, 0);
    EXPECT_NEAR(two->survival(5), 0.7, 1e-6);
}

std::vector<ContractHistory> random_contracts(int count, double alpha, double beta, int periods) {
    Chance chance(5);
    std::vector<ContractHistory> all;
    for (int i = 0; i < count; ++i) all.push_back(crm::test::random_contract(chance, alpha, beta, 1, periods));
    return all;
}

TEST(Sbg, FindsTheParametersThatMadeTheData) {
    for (const auto& [alpha, beta] : {std::pair(0.5, 2.0), {2.0, 6.0}, {1.0, 900.0}}) {
        State state = empty();
        for (const auto& seen : random_contracts(20000, alpha, beta, 3000)) state.add(seen);
        const auto model = state.finish({});
        for (const auto& one : model->coefficients()) {
            const double expected = one.name == "alpha" ? alpha : beta;
            EXPECT_NEAR(one.estimate, expected, 4 * *one.std_error);
            EXPECT_LT(*one.std_error, 0.05 * expected);
        }
    }
}

TEST(Sbg, ObeysTheAggregateLaws) {
    const auto feed = [](State& state, const std::optional<ContractHistory>& seen) { state.add(seen); };
    const auto describe = [](const State& state) { return described(*state.finish({})); };
    std::vector<std::optional<ContractHistory>> rows(5);
    for (const auto& seen : random_contracts(2000, 0.7, 3, 12)) rows.emplace_back(seen);
    for (int t = 1; t < 9; ++t) rows.emplace_back(ContractHistory::renewal(t, t % 3 == 0));
    crm::test::expect_aggregate_laws<State>(rows, feed, describe);
}

TEST(Sbg, SurvivesDamagedBytes) {
    State state = empty();
    for (const auto& seen : random_contracts(12, 0.7, 3, 12)) state.add(seen);
    for (int t = 1; t < 4; ++t) add_renewals(state, t, 3, 9);
    crm::test::expect_survives_damage(crm::test::saved(state), [](crm::Reader& in) {
        State read = empty();
        read.load(in);
        in.expect_end();
        const auto model = read.finish({});
        if (!model || !model->usable()) return;
        for (const auto& one : model->coefficients()) EXPECT_FALSE(std::isnan(one.estimate));
        EXPECT_TRUE(std::isfinite(model->log_likelihood(7, true)));
    });
}

TEST(Sbg, ModelsTravelAsBytesAndJson) {
    const auto model = published(regular);
    crm::Writer out;
    model->save(out);
    crm::Reader in(out.bytes());
    EXPECT_EQ(described(*SbgModel::load(in)), described(*model));
    EXPECT_EQ(described(*SbgModel::from_json(model->to_json())), described(*model));
}

/// Three thousand periods take no longer than a few.
TEST(Sbg, PollsOften) {
    static int polls;
    polls = 0;
    State state = empty();
    for (int t = 1; t <= 3000; ++t) add_renewals(state, t, 2, 1000);
    const auto model = state.finish(Cancellation([] { ++polls; }));
    ASSERT_TRUE(model->usable());
    EXPECT_GT(polls, 5 * model->report()->iterations);
    const auto throwing = Cancellation([] { throw 0; });
    EXPECT_ANY_THROW((void)model->survival_curve(100000, throwing));
}

}  // namespace
