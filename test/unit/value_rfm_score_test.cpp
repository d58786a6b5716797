#include "crm/value/rfm_score.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include "aggregate_laws.hpp"
#include "crm/foundation/error.hpp"
#include "fits.hpp"
#include "hostile_bytes.hpp"
#include "random_customers.hpp"

namespace {

using crm::invalid_argument;
using crm::Json;
using crm::Reader;
using crm::test::described;
using crm::value::Rfm;
using crm::value::rfm_segment;
using crm::value::RfmScore;
using crm::value::RfmScorer;
using crm::value::RfmScorerFit;
using Row = std::optional<Rfm>;

std::unique_ptr<RfmScorer> scorer(const std::vector<Rfm>& customers, int bins = 5) {
    RfmScorerFit state(std::pmr::new_delete_resource());
    for (const auto& customer : customers) state.add(customer, bins);
    return state.finish();
}

TEST(RfmScorer, CutsAreQuantiles) {
    std::vector<Rfm> customers;  // silences 1..10, frequencies 1..10, amounts 10..100
    for (int i = 1; i <= 10; ++i) customers.emplace_back(i, 100 - i, 100, 10.0 * i);
    const auto cuts = scorer(customers)->cut_points();
    EXPECT_EQ(cuts.silence, (std::vector<double>{9, 7, 5, 3}));
    EXPECT_EQ(cuts.frequency, (std::vector<double>{2, 4, 6, 8}));
    EXPECT_EQ(cuts.monetary, (std::vector<double>{20, 40, 60, 80}));
}

TEST(RfmScorer, EqualShareInEachBin) {
    std::vector<Rfm> customers;
    for (int i = 1; i <= 90; ++i) customers.emplace_back(i, 100 - i, 100, 10.0 * i);
    for (const int bins : {2, 3, 5, 9}) {
        const auto model = scorer(customers, bins);
        std::map<int, int> recency, frequency, monetary;
        for (const auto& customer : customers) {
            const RfmScore score = model->score(customer);
            ++recency[score.recency];
            ++frequency[score.frequency];
            ++monetary[score.monetary];
        }
        for (int bin = 1; bin <= bins; ++bin) {
            EXPECT_EQ(recency[bin], 90 / bins);
            EXPECT_EQ(frequency[bin], 90 / bins);
            EXPECT_EQ(monetary[bin], 90 / bins);
        }
    }
}

TEST(RfmScorer, BetterIsNeverScoredWorse) {
    const auto customers = crm::test::random_customers(500);
    const auto model = scorer(customers);
    for (const auto& one : customers)
        for (const auto& other : customers) {
            const RfmScore a = model->score(one), b = model->score(other);
            EXPECT_TRUE(one.silence() > other.silence() || a.recency >= b.recency);
            EXPECT_TRUE(one.frequency() < other.frequency() || a.frequency >= b.frequency);
            EXPECT_TRUE(one.monetary().value_or(-1) < other.monetary().value_or(-1) || a.monetary >= b.monetary);
            EXPECT_TRUE(one.silence() != other.silence() || a.recency == b.recency);
        }
}

TEST(RfmScorer, ManyEqualCustomersShareAScore) {
    std::vector<Rfm> customers(70, Rfm(0, 0, 50));
    for (int i = 1; i <= 30; ++i) customers.emplace_back(i, 40, 50, 20.0);
    const auto model = scorer(customers);
    EXPECT_EQ(model->score(Rfm(0, 0, 50)).code, "111");
    EXPECT_EQ(model->score(Rfm(1, 40, 50, 20.0)).frequency, 4);
    EXPECT_EQ(model->score(Rfm(30, 40, 50, 20.0)).frequency, 5);
    EXPECT_EQ(model->score(Rfm(30, 40, 50, 20.0)).recency, 4);
    EXPECT_EQ(model->score(Rfm(30, 40, 50, 20.0)).monetary, 1);
    EXPECT_EQ(model->score(Rfm(30, 40, 50, 20.5)).monetary, 5);
    const auto uniform = scorer(std::vector<Rfm>(10, Rfm(2, 10, 20, 30.0)));
    EXPECT_EQ(uniform->score(Rfm(2, 10, 20, 30.0)).code, "111");
}

TEST(RfmScorer, CodeIsTheThreeDigits) {
    const RfmScorer model({{30, 10}, {1, 4}, {20, 50}});
    EXPECT_EQ(model.bins(), 3);
    EXPECT_EQ(model.score(Rfm(5, 95, 100, 20.0)), (RfmScore{3, 3, 1, "331"}));
    EXPECT_EQ(model.score(Rfm(1, 70, 100, 99.0)), (RfmScore{1, 1, 3, "113"}));
    EXPECT_EQ(model.score(Rfm(2, 80, 100)), (RfmScore{2, 2, 1, "221"}));
}

TEST(RfmScorer, NobodyWithAnAmount) {
    const auto model = scorer({Rfm(0, 0, 5), Rfm(0, 0, 9)});
    EXPECT_TRUE(model->cut_points().monetary.empty());
    EXPECT_EQ(model->score(Rfm(3, 4, 9, 50.0)).monetary, 1);
}

TEST(RfmScorer, RoundTripsAreExact) {
    for (const auto& customers : {crm::test::random_customers(300), {Rfm(0, 0, 5)}}) {
        const auto model = scorer(customers);
        const auto bytes = crm::test::saved(*model);
        Reader in(bytes);
        const auto loaded = RfmScorer::load(in);
        in.expect_end();
        EXPECT_EQ(described(*loaded), described(*model));
        EXPECT_EQ(crm::test::saved(*RfmScorer::from_json(model->to_json())), bytes);
    }
    const auto made = RfmScorer::make(
        Json::Object{{"silence", Json::Array{30, 10}}, {"frequency", Json::Array{1, 4}}, {"monetary", Json::Array{}}});
    EXPECT_EQ(described(*made), R"({"cut_points": {"silence": [30, 10], "frequency": [1, 4], "monetary": []}})");
    EXPECT_EQ(made->coefficients()[1].name, "silence_2");
}

TEST(RfmScorer, ImpossibleCutPointsAreRefused) {
    EXPECT_THROW(RfmScorer({{}, {}, {}}), invalid_argument);
    EXPECT_THROW(RfmScorer({{1, 2}, {1, 2}, {1, 2}}), invalid_argument);  // silence must fall
    EXPECT_THROW(RfmScorer({{2, 1}, {2, 1}, {1, 2}}), invalid_argument);
    EXPECT_THROW(RfmScorer({{2, 1}, {1, 2}, {2, 1}}), invalid_argument);
    EXPECT_THROW(RfmScorer({{2, 1}, {1}, {1, 2}}), invalid_argument);
    EXPECT_THROW(RfmScorer({{2, NAN}, {1, 2}, {1, 2}}), invalid_argument);
    EXPECT_THROW(RfmScorer({std::vector<double>(9), std::vector<double>(9), {}}), invalid_argument);
    EXPECT_THROW((void)RfmScorer::make(Json::Object{{"silence", Json::Array{1}}}), invalid_argument);
}

TEST(RfmScorer, SurvivesDamagedBytes) {
    crm::test::expect_survives_damage(crm::test::saved(*scorer(crm::test::random_customers(300))), [](Reader& in) {
        const auto model = RfmScorer::load(in);
        in.expect_end();
        const RfmScore score = model->score(Rfm(3, 10, 30, 20.0));
        EXPECT_TRUE(score.recency >= 1 && score.recency <= model->bins());
    });
}

TEST(RfmScorerFit, ObeysTheAggregateLaws) {
    std::vector<Row> rows;
    for (const auto& customer : crm::test::random_customers(1000)) rows.emplace_back(customer);
    rows.insert(rows.end(), 3, std::nullopt);
    crm::test::expect_aggregate_laws<RfmScorerFit>(
        rows, [](RfmScorerFit& state, const Row& row) { state.add(row); },
        [](const RfmScorerFit& state) { return described(*state.finish()); });
}

TEST(RfmScorerFit, SurvivesDamagedBytes) {
    RfmScorerFit state(std::pmr::new_delete_resource());
    for (const auto& customer : crm::test::random_customers(20)) state.add(customer);
    crm::test::expect_survives_damage(crm::test::saved(state), [](Reader& in) {
        RfmScorerFit read(std::pmr::new_delete_resource());
        read.load(in);
        in.expect_end();
        if (const auto model = read.finish()) (void)model->score(Rfm(3, 10, 30, 20.0));
    });
}

TEST(RfmScorerFit, ReportsWhatItSaw) {
    RfmScorerFit state(std::pmr::new_delete_resource());
    EXPECT_EQ(state.finish(), nullptr);
    state.add(std::nullopt);
    EXPECT_EQ(state.finish(), nullptr);
    state.add(Rfm(1, 2, 3, 5.0));
    state.add(Rfm(0, 0, 3));
    const auto report = *state.finish()->report();
    EXPECT_EQ(report.observations, 2);
    EXPECT_EQ(report.skipped, 1);
    EXPECT_TRUE(report.converged);
}

TEST(RfmScorerFit, BinsMustBeOneDigitAndOneNumber) {
    RfmScorerFit state(std::pmr::new_delete_resource()), other(std::pmr::new_delete_resource());
    EXPECT_THROW(state.add(Rfm(1, 2, 3), 1), invalid_argument);
    EXPECT_THROW(state.add(Rfm(1, 2, 3), 10), invalid_argument);
    state.add(Rfm(1, 2, 3), 4);
    EXPECT_THROW(state.add(Rfm(1, 2, 3), 5), invalid_argument);
    EXPECT_NO_THROW(state.merge(other));
    other.add(Rfm(1, 2, 3), 5);
    EXPECT_THROW(state.merge(other), invalid_argument);
}

TEST(RfmSegment, TilesTheGrid) {
    // recency from 5 down, frequency from 1 to 5
    const std::vector<std::vector<std::string>> expected{
        {"New Customers", "Potential Loyalists", "Potential Loyalists", "Champions", "Champions"},
        {"Promising", "Potential Loyalists", "Potential Loyalists", "Loyal Customers", "Loyal Customers"},
        {"About to Sleep", "About to Sleep", "Need Attention", "Loyal Customers", "Loyal Customers"},
        {"Hibernating", "Hibernating", "At Risk", "At Risk", "Can't Lose Them"},
        {"Lost", "Lost", "At Risk", "At Risk", "Can't Lose Them"}};
    std::set<std::string> names;
    for (int recency = 5; recency >= 1; --recency)
        for (int frequency = 1; frequency <= 5; ++frequency) {
            const std::string name(rfm_segment({recency, frequency, 3, ""}));
            EXPECT_EQ(name, expected[static_cast<std::size_t>(5 - recency)][static_cast<std::size_t>(frequency - 1)]);
            names.insert(name);
        }
    EXPECT_EQ(names.size(), 11u);
}

TEST(RfmSegment, OtherScoresAreRefused) {
    for (const RfmScore& score :
         {RfmScore{0, 3, 3, ""}, RfmScore{6, 3, 3, ""}, RfmScore{3, 0, 3, ""}, RfmScore{3, 9, 3, ""}})
        EXPECT_THROW((void)rfm_segment(score), invalid_argument);
}

}  // namespace
