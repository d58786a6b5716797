#include "crm/value/frequency_fit.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "aggregate_laws.hpp"
#include "beta_geometric_oracle.hpp"
#include "crm/foundation/error.hpp"
#include "crm/value/bg_nbd.hpp"
#include "crm/value/pareto_nbd.hpp"
#include "hostile_bytes.hpp"
#include "random_customers.hpp"
#include "reference_data.hpp"

namespace {

using crm::test::Chance;
using crm::value::BgNbd;
using crm::value::BgNbdModel;
using crm::value::FrequencyClass;
using crm::value::FrequencyFitBuilder;
using crm::value::ParetoNbd;
using crm::value::ParetoNbdModel;
using crm::value::PurchaseModel;
using crm::value::Rfm;

const BgNbd parameters{0.243, 4.414 * 7, 0.793, 2.426};
const BgNbdModel model(parameters);

std::vector<FrequencyClass> fit_of(const std::vector<Rfm>& customers,
                                   int classes = FrequencyFitBuilder::to_seven_or_more,
                                   const PurchaseModel& expecting = model) {
    crm::test::Dropped<FrequencyFitBuilder> builder;
    for (const Rfm& customer : customers) builder->add(customer, classes);
    return builder->finish(expecting);
}

/// The expected ones by brute force, from the definition of the model.
std::vector<double> expected_by_definition(const std::vector<Rfm>& customers, std::size_t classes) {
    const auto& [r, alpha, a, b] = parameters;
    std::map<double, double> ages;
    for (const Rfm& customer : customers) ++ages[customer.age()];
    std::vector<double> all(classes);
    for (const auto& [age, weight] : ages) {
        const auto distribution =
            crm::test::BetaGeometricOracle({1, 0, r, alpha, a, b}, Rfm(0, 0, 0), age).distribution();
        for (std::size_t n = 0; n < distribution.size(); ++n) all[std::min(n, classes - 1)] += weight * distribution[n];
    }
    return all;
}

TEST(FrequencyFit, CountsAndExpectsByDefinition) {
    Chance chance(1);
    std::vector<Rfm> customers{{0, 0, 0}, {0, 0, 0.5}};
    for (int i = 0; i < 50; ++i) {
        const int frequency = std::max(chance.whole(-5, 25), 0);
        customers.emplace_back(frequency, frequency > 0 ? 9 : 0, i % 3 == 0 ? 10 : 200);
    }
    for (const int classes : {2, 8, 20}) {
        const auto rows = fit_of(customers, classes);
        const auto expected = expected_by_definition(customers, rows.size());
        ASSERT_EQ(rows.size(), static_cast<std::size_t>(classes));
        for (int n = 0; n < classes; ++n) {
            const bool last = n == classes - 1;
            const auto& row = rows[static_cast<std::size_t>(n)];
            EXPECT_EQ(row.purchases, n);
            EXPECT_EQ(row.or_more, last);
            EXPECT_EQ(row.actual, std::ranges::count_if(customers, [&](const Rfm& customer) {
                          return customer.frequency() == n || (last && customer.frequency() > n);
                      }));
            EXPECT_NEAR(row.expected, expected[static_cast<std::size_t>(n)], 1e-8) << n << " of " << classes;
        }
    }
}

TEST(FrequencyFit, OfLongDistributionsStaysExact) {
    const ParetoNbdModel pareto(ParetoNbd{0.553, 10.578 * 7, 0.606, 11.669 * 7});
    for (const PurchaseModel* const expecting :
         {static_cast<const PurchaseModel*>(&model), static_cast<const PurchaseModel*>(&pareto)})
        for (const double age : {1e-6, 10.0, 36500.0}) {
            const auto all = expecting->purchase_distribution(crm::value::new_customer(), age, 1e-12);
            for (const int classes : {2, 8, 300}) {
                double left = 1;
                for (const FrequencyClass& row : fit_of({{0, 0, age}}, classes, *expecting)) {
                    const auto n = static_cast<std::size_t>(row.purchases);
                    const double probability = n < all.size() ? all[n] : 0;
                    EXPECT_NEAR(row.expected, row.or_more ? left : probability, 1e-11);
                    left -= probability;
                }
            }
        }
}

TEST(FrequencyFit, OfCdnowIsThatOfTheData) {
    SKIP_WITHOUT_REFERENCE_DATA();
    std::vector<Rfm> customers;
    for (const auto& record : crm::test::records("cdnow/cdnow_summary_39w.csv"))
        customers.emplace_back(std::stoi(record.at("x")), crm::test::number(record, "t_x"),
                               crm::test::number(record, "T"));
    const BgNbdModel weekly(BgNbd{0.242595, 4.413602, 0.792922, 2.425907});
    std::vector<double> expected(8);
    for (const Rfm& customer : customers) {
        const auto all = weekly.purchase_distribution(crm::value::new_customer(), customer.age(), 1e-9);
        for (std::size_t n = 0; n < all.size(); ++n) expected[std::min<std::size_t>(n, 7)] += all[n];
    }
    const auto rows = fit_of(customers, 8, weekly);
    const std::vector<std::int64_t> actual{1411, 439, 214, 100, 62, 38, 29, 64};
    for (std::size_t n = 0; n < 8; ++n) {
        EXPECT_EQ(rows[n].actual, actual[n]);
        EXPECT_NEAR(rows[n].expected, expected[n], 1e-5);
    }
}

TEST(FrequencyFit, NobodyIsNoRow) { EXPECT_TRUE(fit_of({}).empty()); }

TEST(FrequencyFit, RefusesTwoNumbersOfClassesAndTooFewOrMany) {
    crm::test::Dropped<FrequencyFitBuilder> builder, other;
    builder->add(Rfm(0, 0, 1), 8);
    EXPECT_THROW(builder->add(Rfm(0, 0, 1), 9), crm::invalid_argument);
    EXPECT_THROW(other->add(Rfm(0, 0, 1), 1), crm::invalid_argument);
    EXPECT_THROW(other->add(Rfm(0, 0, 1), 1001), crm::invalid_argument);
    other->add(Rfm(0, 0, 1), 9);
    EXPECT_THROW(builder->merge(*other), crm::invalid_argument);
}

TEST(FrequencyFit, ObeysTheLawsOfAggregates) {
    for (const int count : {0, 1, 2, 100})
        crm::test::expect_aggregate_laws<FrequencyFitBuilder>(
            crm::test::random_customers(count),
            [](FrequencyFitBuilder& state, const Rfm& customer) { state.add(customer); },
            [](const FrequencyFitBuilder& state) { return state.finish(model); });
}

TEST(FrequencyFit, SurvivesDamagedBytes) {
    crm::test::Dropped<FrequencyFitBuilder> builder;
    for (const Rfm& customer : crm::test::random_customers(5)) builder->add(customer);
    crm::test::expect_survives_damage(
        crm::test::saved(*builder),
        [](crm::Reader& in) {
            crm::test::Dropped<FrequencyFitBuilder> read;
            read->load(in);
            in.expect_end();
            (void)read->finish(model);
        },
        500);
}

}  // namespace
