// Against reference results: CDNOW as other software fits and scores it, and hard points in sixty-digit arithmetic.
#include <gtest/gtest.h>

#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <cmath>
#include <map>

#include "crm/value/bg_cnbd_k.hpp"
#include "crm/value/bg_nbd.hpp"
#include "crm/value/gamma_gamma.hpp"
#include "crm/value/mbg_cnbd_k.hpp"
#include "crm/value/mbg_nbd.hpp"
#include "crm/value/pareto_nbd.hpp"
#include "fits.hpp"
#include "reference_data.hpp"

namespace {

using crm::test::coefficient;
using crm::test::fitted;
using crm::test::number;
using crm::test::Record;
using crm::test::records;
using crm::value::BgCnbdKModel;
using crm::value::BgNbd;
using crm::value::BgNbdModel;
using crm::value::GammaGammaModel;
using crm::value::MbgCnbdKModel;
using crm::value::MbgNbd;
using crm::value::MbgNbdModel;
using crm::value::Rfm;
using crm::value::SpacedHistory;

Rfm history(const Record& record, bool with_amount = false) {
    const int x = std::stoi(record.at("x"));
    std::optional<double> monetary;
    if (with_amount && x > 0) monetary = number(record, "m_x");
    return Rfm(x, number(record, "t_x"), number(record, "T"), monetary);
}

/// The calibration half, in weeks.
std::vector<Rfm> cdnow() {
    std::vector<Rfm> customers;
    for (const auto& record : records("cdnow/cdnow_summary_39w.csv")) customers.push_back(history(record, true));
    return customers;
}

void expect_parameters(const crm::Model& model, const std::string& kind, std::size_t count) {
    std::size_t seen = 0;
    for (const auto& record : records("cdnow/reference_params.csv")) {
        if (record.at("data") != "cdnow" || record.at("model") != kind ||
            !record.at("peer").starts_with("own tight MLE"))
            continue;
        const auto found = coefficient(model, record.at("parameter"));
        EXPECT_NEAR(found.estimate / number(record, "value"), 1, 1e-4) << found.name;
        EXPECT_NEAR(*found.std_error / number(record, "se"), 1, 1e-3) << found.name;
        EXPECT_NEAR(*model.report()->log_likelihood, number(record, "loglik"), 1e-5);
        ++seen;
    }
    EXPECT_EQ(seen, count);
}

TEST(Reference, BgNbdParameters) {
    SKIP_WITHOUT_REFERENCE_DATA();
    expect_parameters(*fitted<BgNbdModel>(cdnow()), "bgnbd", 4);
}

TEST(Reference, MbgNbdParameters) {
    SKIP_WITHOUT_REFERENCE_DATA();
    expect_parameters(*fitted<MbgNbdModel>(cdnow()), "mbgnbd", 4);
}

TEST(Reference, GammaGammaParameters) {
    SKIP_WITHOUT_REFERENCE_DATA();
    const auto model = fitted<GammaGammaModel>(cdnow());
    expect_parameters(*model, "gg", 3);
    EXPECT_EQ(model->report()->observations, 946);
}

TEST(Reference, PredictionsOfEveryCustomer) {
    SKIP_WITHOUT_REFERENCE_DATA();
    const auto customers = cdnow();
    const auto buying = fitted<BgNbdModel>(customers);
    const auto spending = fitted<GammaGammaModel>(customers);
    int purchases = 0, amounts = 0;
    for (const auto& record : records("cdnow/reference_predictions_all.csv.gz")) {
        if (record.at("model") != "bgnbd") continue;
        const Rfm seen = history(record, true);
        EXPECT_NEAR(buying->p_alive(seen) / number(record, "p_alive"), 1, 1e-3) << record.at("id");
        EXPECT_NEAR(buying->expected_purchases(seen, 39) / number(record, "cet"), 1, 1e-3) << record.at("id");
        ++purchases;
        if (record.at("mean_spend").empty()) continue;
        EXPECT_NEAR(*spending->expected_spend(seen) / number(record, "mean_spend"), 1, 1e-3) << record.at("id");
        ++amounts;
    }
    EXPECT_GE(purchases, 3 * 2357);
    EXPECT_GE(amounts, 2 * 2357);
}

TEST(Reference, MbgNbdPredictionsOfEveryCustomer) {
    SKIP_WITHOUT_REFERENCE_DATA();
    const auto model = fitted<MbgNbdModel>(cdnow());
    int predictions = 0;
    for (const auto& record : records("cdnow/reference_predictions_all.csv.gz")) {
        if (record.at("model") != "mbgnbd") continue;
        const Rfm seen = history(record);
        EXPECT_NEAR(model->p_alive(seen) / number(record, "p_alive"), 1, 1e-3) << record.at("id");
        EXPECT_NEAR(model->expected_purchases(seen, 39) / number(record, "cet"), 1, 1e-3) << record.at("id");
        ++predictions;
    }
    EXPECT_GE(predictions, 2357);
}

template <class Parameters>
void expect_hard_points(const std::string& kind) {
    int points = 0;
    for (const auto& record : records("cdnow/reference_stress.csv")) {
        if (record.at("model") != kind) continue;
        const Parameters model{number(record, "p1"), number(record, "p2"), number(record, "p3"), number(record, "p4")};
        const Rfm seen = history(record);
        EXPECT_NEAR(model.log_likelihood(seen), number(record, "loglik"), 1e-8) << record.at("x");
        EXPECT_NEAR(model.p_alive(seen) / number(record, "p_alive"), 1, 1e-8) << record.at("x");
        EXPECT_NEAR(model.expected_purchases(seen, number(record, "horizon")) / number(record, "cet"), 1, 1e-8)
            << record.at("x");
        ++points;
    }
    EXPECT_EQ(points, 38);
}

/// The calibration half with its gaps, in weeks.
std::vector<SpacedHistory> spaced_cdnow() {
    std::map<std::string, std::vector<crm::value::Purchase>> purchases;
    for (const auto& record : records("cdnow/cdnow_transactions.csv"))
        purchases[record.at("cust_id")].push_back({crm::day_from_iso(record.at("date")), 1, number(record, "spend")});
    std::vector<SpacedHistory> customers;
    for (auto& [id, days] : purchases) {
        days.resize(crm::value::unite_days(days));
        const auto [seen, log_gaps] = *SpacedHistory::of(days, crm::day_from_iso("1997-09-30"));
        customers.push_back(
            {Rfm(seen.frequency(), seen.recency() / 7, seen.age() / 7), log_gaps - seen.frequency() * std::log(7)});
    }
    return customers;
}

template <class Fitted>
std::unique_ptr<Fitted> fitted_to_gaps(const crm::Json::Object& how) {
    using P = typename Fitted::Parameters;
    crm::value::MaximumLikelihood<Fitted> state(std::pmr::new_delete_resource());
    state.set(crm::value::FitOptions::from_json(P::parameter_names, P::name, crm::Json(how)));
    for (const auto& customer : spaced_cdnow()) state.add(customer);
    return state.finish({});
}

TEST(Reference, RegularityOfCdnow) {
    SKIP_WITHOUT_REFERENCE_DATA();
    const auto mbg = fitted_to_gaps<MbgCnbdKModel>({});
    EXPECT_EQ(mbg->parameters().k, 1);
    EXPECT_NEAR(*mbg->report()->log_likelihood, -9582.135716, 1e-5);
    const auto bg = fitted_to_gaps<BgCnbdKModel>({});
    EXPECT_EQ(bg->parameters().k, 1);
    EXPECT_NEAR(*bg->report()->log_likelihood, -9582.429207, 1e-5);

    const auto two = fitted_to_gaps<MbgCnbdKModel>({{"fix", crm::Json::Object{{"k", 2}}}});
    int parameters = 0;
    for (const auto& record : records("cdnow/reference_params.csv")) {
        if (record.at("model") != "mbgcnbd_k2") continue;
        const auto found = coefficient(*two, record.at("parameter"));
        EXPECT_NEAR(found.estimate / number(record, "value"), 1, 1e-3) << found.name;
        EXPECT_NEAR(*two->report()->log_likelihood, number(record, "loglik"), 1e-4);
        ++parameters;
    }
    EXPECT_EQ(parameters, 5);
}

TEST(Reference, HardPoints) {
    SKIP_WITHOUT_REFERENCE_DATA();
    expect_hard_points<BgNbd>("bgnbd");
    expect_hard_points<MbgNbd>("mbgnbd");
}

using crm::value::ParetoNbd;
using crm::value::ParetoNbdModel;

TEST(Reference, ParetoNbdParameters) {
    SKIP_WITHOUT_REFERENCE_DATA();
    expect_parameters(*fitted<ParetoNbdModel>(cdnow()), "pnbd", 4);
}

TEST(Reference, ParetoNbdPredictionsOfEveryCustomer) {
    SKIP_WITHOUT_REFERENCE_DATA();
    const auto model = fitted<ParetoNbdModel>(cdnow());
    int customers = 0, discounted = 0;
    for (const auto& record : records("cdnow/reference_predictions_all.csv.gz")) {
        if (record.at("model") != "pnbd") continue;
        const Rfm seen = history(record);
        const double tolerance = record.at("peer").starts_with("BTYD") ? 2e-3 : 1e-3;  // BTYD rounds times
        EXPECT_NEAR(model->p_alive(seen) / number(record, "p_alive"), 1, tolerance) << record.at("id");
        EXPECT_NEAR(model->expected_purchases(seen, 39) / number(record, "cet"), 1, tolerance) << record.at("id");
        ++customers;
        if (record.at("dert_delta0.0027").empty()) continue;
        const double all = model->discounted_purchases(seen, HUGE_VAL, 0.0027);
        EXPECT_NEAR(all / number(record, "dert_delta0.0027"), 1, tolerance) << record.at("id");
        ++discounted;
    }
    EXPECT_GE(customers, 3 * 2357);
    EXPECT_GE(discounted, 2357);
}

TEST(Reference, ParetoNbdMatchesPlainQuadratureForEveryCustomer) {
    SKIP_WITHOUT_REFERENCE_DATA();
    const auto customers = cdnow();
    const ParetoNbd model = fitted<ParetoNbdModel>(customers)->parameters();
    const auto [r, alpha, s, beta] = model;
    using Rule = boost::math::quadrature::gauss_kronrod<double, 31>;
    for (const Rfm& seen : customers) {
        const double age = seen.age(), q = r + seen.frequency();
        const auto left = [&](double u) {
            return s / (beta + u) * std::pow((alpha + age) / (alpha + u), q) * std::pow((beta + age) / (beta + u), s);
        };
        const double p = 1 / (1 + Rule::integrate(left, seen.recency(), age, 6, 1e-10));
        EXPECT_NEAR(model.p_alive(seen) / p, 1, 1e-9);
        const auto bought = [&](double t) {
            return p * q / (alpha + age) * std::pow((beta + age) / (beta + age + t), s);
        };
        EXPECT_NEAR(model.expected_purchases(seen, 39) / Rule::integrate(bought, 0, 39, 6, 1e-10), 1, 1e-9);
    }
}

TEST(Reference, ParetoNbdHardPoints) {
    SKIP_WITHOUT_REFERENCE_DATA();
    int points = 0;
    for (const auto& record : records("cdnow/reference_stress.csv")) {
        if (record.at("model") != "pnbd") continue;
        const ParetoNbd model{number(record, "p1"), number(record, "p2"), number(record, "p3"), number(record, "p4")};
        const Rfm seen = history(record);
        EXPECT_NEAR(model.log_likelihood(seen), number(record, "loglik"), 1e-8) << record.at("x");
        EXPECT_NEAR(model.p_alive(seen) / number(record, "p_alive"), 1, 1e-10) << record.at("x");
        EXPECT_NEAR(model.expected_purchases(seen, number(record, "horizon")) / number(record, "cet"), 1, 1e-10)
            << record.at("x");
        const double all = model.discounted_purchases(seen, HUGE_VAL, number(record, "delta"));
        EXPECT_NEAR(all / number(record, "dert"), 1, 1e-10) << record.at("x");
        ++points;
    }
    EXPECT_EQ(points, 76);
}

}  // namespace
