#include "crm/value/bdw.hpp"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>
#include <limits>

#include "aggregate_laws.hpp"
#include "contracts.hpp"
#include "crm/value/sbg.hpp"
#include "fits.hpp"
#include "hostile_bytes.hpp"

namespace {

using crm::Cancellation;
using crm::Tally;
using crm::numeric::Derivatives;
using crm::test::beta_mean;
using crm::test::Chance;
using crm::test::coefficient;
using crm::test::described;
using crm::test::fitted_to_contracts;
using crm::test::fitted_to_renewals;
using crm::test::high_end;
using crm::test::random_contract;
using crm::test::regular;
using crm::value::Bdw;
using crm::value::BdwModel;
using crm::value::ContractHistory;
using crm::value::ContractLife;
using crm::value::MaximumLikelihood;
using crm::value::Sbg;
using crm::value::SbgModel;
using Eigen::VectorXd;

constexpr double infinite = std::numeric_limits<double>::infinity();
using State = MaximumLikelihood<BdwModel>;

State empty() { return State(std::pmr::new_delete_resource()); }

Bdw random_model(Chance& chance) {
    return {chance.log_uniform(0.2, 20), chance.log_uniform(0.2, 20), chance.log_uniform(0.3, 3)};
}

/// Whoever is lost with the chance p at the first renewal is there after t of them with (1 - p)^(t^c).
TEST(Bdw, MatchesBruteForce) {
    Chance chance(1);
    for (int i = 0; i < 60; ++i) {
        const Bdw bdw = random_model(chance);
        const BdwModel model(bdw);
        const int t = chance.whole(1, 20);
        const auto share = [&](double periods) {
            const double grown = std::pow(periods, bdw.c);
            return beta_mean(bdw.alpha, bdw.beta, [grown](double, double q) { return std::pow(q, grown); });
        };
        const double before = share(t - 1), kept = share(t);
        EXPECT_NEAR(model.survival(t) / kept, 1, 1e-10);
        EXPECT_NEAR(model.retention(t) / (kept / before), 1, 1e-10);
        EXPECT_NEAR(model.log_likelihood(t, false), std::log(kept), 1e-10);
        EXPECT_NEAR(std::exp(model.log_likelihood(t, true)) / (before - kept), 1, 1e-8);
    }
}

TEST(Bdw, WithShapeOneIsTheSbg) {
    Chance chance(2);
    for (int i = 0; i < 50; ++i) {
        const double alpha = chance.log_uniform(0.01, 100), beta = chance.log_uniform(0.01, 100);
        const BdwModel bdw(Bdw{alpha, beta, 1});
        const SbgModel sbg(Sbg{alpha, beta});
        const int t = chance.whole(1, 5000);
        EXPECT_NEAR(bdw.survival(t) / sbg.survival(t), 1, 1e-13);
        EXPECT_NEAR(bdw.retention(t) / sbg.retention(t), 1, 1e-13);
        EXPECT_NEAR(bdw.log_likelihood(t, true), sbg.log_likelihood(t, true), 1e-11);
        EXPECT_NEAR(bdw.residual_lifetime(t, 0.05) / sbg.residual_lifetime(t, 0.05), 1, 1e-12);
    }
}

TEST(Bdw, RetentionOfTheSbgIsExact) {
    Chance chance(3);
    for (int i = 0; i < 1000; ++i) {
        const double alpha = chance.log_uniform(1e-6, 1e6), beta = chance.log_uniform(1e-6, 1e6);
        const int t = chance.whole(1, 100000);
        const ContractLife life(alpha, beta, 1);
        EXPECT_NEAR(std::exp(life.log_kept(t - 1, t)) / ((beta + t - 1) / (alpha + beta + t - 1)), 1, 2e-15);
        EXPECT_NEAR(life.log_lost(t - 1), std::log(alpha / (alpha + beta + t - 1)), 1e-10);
    }
}

/// Term by term, for as long as it takes.
double lifetime(const Bdw& model, int renewals, double discount) {
    long double sum = 0, term = 1 + discount;
    for (double t = renewals + 1; term > 1e-18 * sum * discount; ++t) {
        term *= model.life().retention(t) / (1 + discount);
        sum += term;
    }
    return static_cast<double>(sum);
}

TEST(Bdw, ResidualLifetimeIsTheSum) {
    Chance chance(4);
    for (int i = 0; i < 60; ++i) {
        const Bdw model = random_model(chance);
        const double discount = chance.log_uniform(i < 10 ? 1e-4 : 3e-3, 1);
        const int renewals = chance.whole(0, 30);
        EXPECT_NEAR(BdwModel(model).residual_lifetime(renewals, discount) / lifetime(model, renewals, discount), 1,
                    1e-12)
            << model.alpha << ' ' << model.beta << ' ' << model.c << ' ' << renewals << ' ' << discount;
    }
}

/// Customers who are lost around the time when t^c comes up to beta, hundreds of periods away.
TEST(Bdw, ResidualLifetimeIsTheSumWhereTheCurveIsSteep) {
    Chance chance(15);
    for (int i = 0; i < 20; ++i) {
        const double c = chance.uniform(3, 9);
        const Bdw model{chance.log_uniform(0.2, 2), std::pow(chance.uniform(50, 2000), c), c};
        const double discount = chance.log_uniform(1e-3, 0.01);
        EXPECT_NEAR(BdwModel(model).residual_lifetime(2, discount) / lifetime(model, 2, discount), 1, 1e-12)
            << model.alpha << ' ' << model.beta << ' ' << model.c << ' ' << discount;
    }
}

/// t^c itself may be no number: 3^1000 is 1e477.
TEST(Bdw, SurvivalGoesOnWhereThePowerOverflows) {
    const ContractLife life(1e-5, 7, 1000);
    const double fall = -1e-5 * 1000 * std::log(1.5);
    EXPECT_NEAR(life.log_kept(2, 3), fall, 1e-14);
    EXPECT_NEAR(life.log_kept(0, 3) - life.log_kept(0, 2), fall, 1e-14);
    EXPECT_NEAR(life.log_kept(1, 3) - life.log_kept(1, 2), fall, 1e-14);
}

/// Without a discount the terms fall like t^(-alpha c): what lies beyond the last one summed is known.
TEST(Bdw, ResidualLifetimeWithoutDiscountIsTheSum) {
    Chance chance(5);
    for (int i = 0; i < 20; ++i) {
        const double c = chance.log_uniform(0.8, 4);
        const Bdw model{chance.uniform(4, 8) / c, chance.log_uniform(0.2, 5), c};
        double sum = 0;
        constexpr int last = 20000;
        for (int t = 1; t < last; ++t) sum += model.life().survival(t);
        sum += model.life().survival(last) * (last / (model.alpha * c - 1) + 0.5);
        EXPECT_NEAR(BdwModel(model).residual_lifetime(0, 0) / sum, 1, 1e-10)
            << model.alpha << ' ' << model.beta << ' ' << model.c;
    }
    EXPECT_EQ(BdwModel(Bdw{0.5, 1, 2}).residual_lifetime(0, 0), infinite);
    EXPECT_LT(BdwModel(Bdw{0.6, 1, 2}).residual_lifetime(0, 0), infinite);
}

/// A discount that hardly counts is next to none.
TEST(Bdw, ResidualLifetimeFallsWithTheDiscount) {
    Chance chance(6);
    for (int i = 0; i < 30; ++i) {
        const Bdw model{chance.log_uniform(0.05, 1000), chance.log_uniform(0.05, 1e5), chance.log_uniform(0.05, 30)};
        double last = BdwModel(model).residual_lifetime(3, 0);
        for (double discount = 1e-14; discount < 1e3; discount *= 10) {
            const double value = BdwModel(model).residual_lifetime(3, discount);
            EXPECT_LE(value, last * (1 + 1e-12)) << discount;
            EXPECT_LE(value, (1 + discount) / discount);
            last = value;
        }
        if (model.alpha * model.c > 1.5) {
            EXPECT_NEAR(BdwModel(model).residual_lifetime(3, 1e-200) / BdwModel(model).residual_lifetime(3, 0), 1,
                        1e-11)
                << model.alpha << ' ' << model.beta << ' ' << model.c;
        }
    }
}

TEST(Bdw, ScoresAreFiniteForAnyModel) {
    const double extremes[] = {1e-150, 1e-9, 1e-3, 1, 30, 1e9, 1e150};
    for (const double alpha : extremes)
        for (const double beta : extremes)
            for (const double c : extremes) {
                const BdwModel model(Bdw{alpha, beta, c});
                for (const int t : {1, 2, 3, 1000, std::numeric_limits<int>::max()}) {
                    EXPECT_TRUE(model.survival(t) >= 0 && model.survival(t) <= 1) << alpha << ' ' << beta << ' ' << c;
                    EXPECT_TRUE(model.retention(t) >= 0 && model.retention(t) <= 1) << alpha << ' ' << beta << ' ' << c;
                    EXPECT_TRUE(std::isfinite(model.log_likelihood(t, true))) << alpha << ' ' << beta << ' ' << c;
                    EXPECT_TRUE(std::isfinite(model.log_likelihood(t, false))) << alpha << ' ' << beta << ' ' << c;
                    EXPECT_GE(model.residual_lifetime(t, 0.1), 0) << alpha << ' ' << beta << ' ' << c;
                    EXPECT_LE(model.residual_lifetime(t, 0.1), 11 * (1 + 1e-12)) << alpha << ' ' << beta << ' ' << c;
                    EXPECT_GE(model.residual_lifetime(t, 0), 0) << alpha << ' ' << beta << ' ' << c;
                }
            }
}

using Rows = std::vector<Tally<ContractHistory>::Entry>;

Rows random_rows(Chance& chance, int count) {
    Tally<ContractHistory> tally(std::pmr::new_delete_resource());
    for (int i = 0; i < count; ++i) {
        const int after = chance.whole(0, 6), kept = after + chance.whole(0, 20);
        const ContractHistory seen{chance.uniform() < 0.5 ? after : 0, kept, chance.whole(0, 1)};
        if (seen.if_telling()) tally.add(seen, chance.whole(1, 5));
    }
    return tally.sorted();
}

TEST(BdwLikelihood, IsTheMeanOfSingleOnes) {
    Chance chance(7);
    const auto rows = random_rows(chance, 60);
    const Bdw model{0.7, 3, 1.3};
    double sum = 0;
    for (const auto& [seen, weight] : rows) sum += weight * model.life().log_likelihood(seen);
    const auto likelihood = Bdw::likelihood(rows);
    Derivatives found(3);
    likelihood->evaluate(Eigen::Vector3d(0.7, 3, 1.3).array().log().matrix(), found, {});
    EXPECT_NEAR(found.value * likelihood->weight(), sum, 1e-12 * std::abs(sum));
}

TEST(BdwLikelihood, DerivativesAreTheSlopesOfTheValue) {
    Chance chance(8);
    for (int trial = 0; trial < 60; ++trial) {
        const auto rows = random_rows(chance, 20);
        const Eigen::Index size = trial % 3 == 0 ? 2 : 3;
        const auto likelihood = size == 2 ? Sbg::likelihood(rows) : Bdw::likelihood(rows);
        const double reach = trial < 30 ? 1.5 : 4;
        VectorXd point = VectorXd::NullaryExpr(size, [&] { return chance.uniform(-reach, reach); });
        if (size > 2) point[2] /= 3;
        Derivatives at(size), above(size), below(size);
        likelihood->evaluate(point, at, {});
        constexpr double step = 1e-5;
        for (Eigen::Index i = 0; i < size; ++i) {
            likelihood->evaluate(point + step * VectorXd::Unit(size, i), above, {});
            likelihood->evaluate(point - step * VectorXd::Unit(size, i), below, {});
            EXPECT_NEAR(at.gradient[i], (above.value - below.value) / (2 * step), 1e-8 * (1 + std::abs(at.value)));
            const VectorXd bend = (above.gradient - below.gradient) / (2 * step);
            EXPECT_LT((at.hessian.col(i) - bend).norm(), 1e-7 * (1 + at.hessian.norm())) << point.transpose();
        }
        EXPECT_EQ(at.hessian, at.hessian.transpose());
    }
}

/// The sBG is the BdW with c = 1: whoever maximises over more cannot find less.
TEST(BdwLikelihood, NeverEndsBelowTheSbg) {
    Chance chance(9);
    int better = 0;
    for (int trial = 0; trial < 300; ++trial) {
        MaximumLikelihood<SbgModel> sbg(std::pmr::new_delete_resource());
        State bdw = empty();
        const int periods = chance.whole(3, 15);
        if (trial % 2 == 0) {
            const Bdw truth{chance.log_uniform(0.1, 30), chance.log_uniform(0.1, 30), chance.log_uniform(0.3, 3)};
            for (int i = 0; i < 300; ++i) {
                const auto seen = random_contract(chance, truth.alpha, truth.beta, truth.c, periods);
                sbg.add(seen);
                bdw.add(seen);
            }
        } else {  // of any shape
            for (int t = 1; t <= periods; ++t) {
                const int lost = chance.whole(0, 40), kept = chance.whole(t == 1, 60);
                add_renewals(sbg, t, lost, kept);
                add_renewals(bdw, t, lost, kept);
            }
        }
        const auto small = sbg.finish({});
        const auto large = bdw.finish({});
        if (!small->usable()) continue;
        ASSERT_TRUE(large->usable()) << trial << ": " << large->report()->message;
        const double less = *small->report()->log_likelihood, more = *large->report()->log_likelihood;
        EXPECT_GE(more, less - 1e-9 * std::abs(less)) << trial;
        better += more > less + 0.5;
    }
    EXPECT_GT(better, 100);
}

/// The way from the sBG's maximum leads to the lower one here.
TEST(BdwLikelihood, FindsTheHigherOfTwoMaxima) {
    const int lost[] = {10, 33, 5, 10, 25}, kept[] = {49, 13, 43, 58, 11};
    Tally<ContractHistory> tally(std::pmr::new_delete_resource());
    for (int t = 1; t <= 5; ++t) {
        tally.add(ContractHistory::renewal(t, true), lost[t - 1]);
        tally.add(ContractHistory::renewal(t, false), kept[t - 1]);
    }
    const auto rows = tally.sorted();
    const auto sbg = Sbg::likelihood(rows), bdw = Bdw::likelihood(rows);
    const auto maximum = [](const crm::value::Likelihood& likelihood, const VectorXd& start) {
        const auto objective = [&](const VectorXd& point, Derivatives& out) { likelihood.evaluate(point, out, {}); };
        return crm::numeric::maximise(objective, start, likelihood.bounds());
    };
    const VectorXd nested = maximum(*sbg, sbg->start({})).point;
    const double lower = maximum(*bdw, Eigen::Vector3d(nested[0], nested[1], 0)).at.value * bdw->weight();
    const double found = maximum(*bdw, bdw->start({})).at.value * bdw->weight();
    EXPECT_GT(found, lower + 5);
    Chance chance(14);
    for (int trial = 0; trial < 20; ++trial) {
        const VectorXd start = VectorXd::NullaryExpr(3, [&] { return chance.uniform(-3, 3); });
        EXPECT_LT(maximum(*bdw, start).at.value * bdw->weight(), found + 1e-6);
    }
}

TEST(BdwLikelihood, NewtonFindsTheMaximumFromBadStarts) {
    Tally<ContractHistory> tally(std::pmr::new_delete_resource());
    Chance chance(10);
    for (int i = 0; i < 5000; ++i) tally.add(random_contract(chance, 1.5, 6, 1.5, 12));
    const auto rows = tally.sorted();
    const auto likelihood = Bdw::likelihood(rows);
    const auto objective = [&](const VectorXd& point, Derivatives& out) { likelihood->evaluate(point, out, {}); };
    const auto best = crm::numeric::maximise(objective, likelihood->start({}), likelihood->bounds());
    ASSERT_TRUE(best.converged);
    for (int trial = 0; trial < 50; ++trial) {
        VectorXd start = VectorXd::NullaryExpr(3, [&] { return chance.uniform(-3, 3); });
        start[2] /= 3;
        const auto found = crm::numeric::maximise(objective, start, likelihood->bounds());
        EXPECT_TRUE(found.converged) << start.transpose() << ": " << found.message;
        EXPECT_LT((found.point - best.point).norm(), 1e-5) << start.transpose();
    }
}

TEST(Bdw, FindsTheParametersThatMadeTheData) {
    Chance chance(11);
    for (const Bdw& truth : {Bdw{0.7, 3, 1.5}, Bdw{2, 6, 0.6}, Bdw{1, 2000, 1.2}}) {
        State state = empty();
        for (int i = 0; i < 20000; ++i)
            state.add(random_contract(chance, truth.alpha, truth.beta, truth.c, truth.beta > 100 ? 3000 : 30));
        const auto model = state.finish({});
        for (const auto& one : model->coefficients()) {
            const double expected = one.name == "alpha" ? truth.alpha : one.name == "beta" ? truth.beta : truth.c;
            EXPECT_NEAR(one.estimate, expected, 4 * *one.std_error);
            EXPECT_LT(*one.std_error, 0.25 * expected);
        }
    }
}

/// On the paper's data the shape brings next to nothing where chances stay as they are.
TEST(Bdw, ContractsAndRenewalsSayTheSame) {
    for (const auto& left : {regular, high_end}) {
        const auto renewals = fitted_to_renewals<BdwModel>(left), contracts = fitted_to_contracts<BdwModel>(left);
        EXPECT_NEAR(*renewals->report()->log_likelihood, *contracts->report()->log_likelihood, 1e-8);
        EXPECT_NEAR(renewals->parameters().c / contracts->parameters().c, 1, 1e-8);
        EXPECT_GE(*renewals->report()->log_likelihood, *fitted_to_renewals<SbgModel>(left)->report()->log_likelihood);
    }
}

TEST(Bdw, ThinDataSayWhatTheyLack) {
    State two_periods = empty();
    add_renewals(two_periods, 1, 30, 70);
    add_renewals(two_periods, 2, 10, 60);
    const auto two = two_periods.finish({});
    EXPECT_EQ(two->report()->message, "only 2 renewal periods were seen: 3 parameters cannot be told apart");
    EXPECT_NEAR(two->retention(1), 0.7, 1e-6);
    EXPECT_NEAR(two->retention(2), 6.0 / 7, 1e-6);

    State all_lost = empty();
    for (int i = 0; i < 5; ++i) add_contract(all_lost, 1, true);
    EXPECT_EQ(all_lost.finish({})->report()->message, "nobody was ever kept: alpha runs to infinity, beta to 0");
    EXPECT_NEAR(all_lost.finish({})->survival(1), 0, 1e-15);
    State none_lost = empty();
    add_contract(none_lost, 4, false);
    EXPECT_FALSE(none_lost.finish({})->usable());
}

TEST(Bdw, SaysWhatBoundariesMean) {
    State ageing = empty();  // everybody grows tired alike
    for (int t = 1; t <= 6; ++t) add_renewals(ageing, t, 10 * t, 100 - 10 * t);
    const auto tired = ageing.finish({});
    EXPECT_EQ(
        tired->report()->message,
        "alpha and beta run to infinity: every customer has the same chance of being lost at the first renewal, 0.078");
    EXPECT_GT(coefficient(*tired, "c").estimate, 1.2);
    EXPECT_TRUE(coefficient(*tired, "c").std_error);

    State sudden = empty();
    add_renewals(sudden, 1, 0, 100);
    add_renewals(sudden, 2, 0, 100);
    add_renewals(sudden, 3, 100, 0);
    const auto cliff = sudden.finish({});
    EXPECT_EQ(
        cliff->report()->message,
        "beta runs to infinity: hardly anybody is lost at the first renewal; c runs to infinity: whoever is kept for "
        "long is lost all of a sudden");
    EXPECT_NEAR(cliff->retention(2), 1, 0.01);
    EXPECT_NEAR(cliff->retention(3), 0, 0.01);

    State split = empty();
    add_renewals(split, 1, 30, 70);
    for (int t = 2; t <= 5; ++t) add_renewals(split, t, 0, 70);
    EXPECT_NE(split.finish({})->report()->message, "");
    EXPECT_NEAR(split.finish({})->survival(5), 0.7, 1e-6);
}

TEST(Bdw, ObeysTheAggregateLaws) {
    const auto feed = [](State& state, const std::optional<ContractHistory>& seen) { state.add(seen); };
    const auto describe = [](const State& state) { return described(*state.finish({})); };
    std::vector<std::optional<ContractHistory>> rows(5);
    Chance chance(12);
    for (int i = 0; i < 1000; ++i) rows.emplace_back(random_contract(chance, 0.7, 3, 1.2, 12));
    crm::test::expect_aggregate_laws<State>(rows, feed, describe);
}

TEST(Bdw, SurvivesDamagedBytes) {
    State state = empty();
    Chance chance(13);
    for (int i = 0; i < 12; ++i) state.add(random_contract(chance, 0.7, 3, 1.2, 12));
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

TEST(Bdw, ThreeThousandPeriodsAreFast) {
    static int polls;
    polls = 0;
    State state = empty();
    for (int t = 1; t <= 3000; ++t) {
        add_contract(state, t, true);
        add_contract(state, t, false);
    }
    const auto model = state.finish(Cancellation([] { ++polls; }));
    ASSERT_TRUE(model->usable());
    EXPECT_GT(polls, 5 * model->report()->iterations);
    EXPECT_LT(polls, 2000);
}

}  // namespace
