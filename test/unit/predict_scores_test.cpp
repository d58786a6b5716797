// References are scikit-learn 1.2.1 and scipy 1.10.1 on the rows of predict_rows.hpp, unless a test says otherwise.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

#include "aggregate_laws.hpp"
#include "crm/foundation/error.hpp"
#include "crm/predict/calibration.hpp"
#include "crm/predict/gain.hpp"
#include "crm/predict/paired_scores.hpp"
#include "crm/predict/roc.hpp"
#include "hostile_bytes.hpp"
#include "predict_rows.hpp"
#include "reference_data.hpp"

namespace {

using namespace crm::predict;
using crm::test::Dropped;
using crm::test::scored_rows;
using crm::test::ScoredRow;

constexpr double nan = std::numeric_limits<double>::quiet_NaN(), infinite = std::numeric_limits<double>::infinity();

Ranking ranking_of(const std::vector<ScoredRow>& rows, bool weighted = false) {
    Dropped<ScoredOutcomes> outcomes;
    for (const ScoredRow& row : rows) outcomes->add(row.actual, row.a, weighted ? row.weight : 1);
    return outcomes->ranking();
}

double ahead(double one, double other) { return one > other ? 1 : one == other ? 0.5 : 0; }

/// Every pair of a positive and a negative, as DeLong et al. write it.
struct PairByPair {
    double auc = 0;
    std::vector<double> of_positives, of_negatives;

    PairByPair(const std::vector<ScoredRow>& rows, double ScoredRow::*score) {
        std::vector<double> positives, negatives;
        for (const ScoredRow& row : rows) (row.actual ? positives : negatives).push_back(row.*score);
        const auto m = static_cast<double>(positives.size()), n = static_cast<double>(negatives.size());
        for (const double positive : positives) {
            double sum = 0;
            for (const double negative : negatives) sum += ahead(positive, negative);
            of_positives.push_back(sum / n);
            auc += sum / n / m;
        }
        for (const double negative : negatives) {
            double sum = 0;
            for (const double positive : positives) sum += ahead(positive, negative);
            of_negatives.push_back(sum / m);
        }
    }

    /// Covariance of the areas of two scores.
    double covariance(const PairByPair& other) const {
        const auto of = [&](const std::vector<double>& x, const std::vector<double>& y) {
            double sum = 0;
            for (std::size_t i = 0; i < x.size(); ++i) sum += (x[i] - auc) * (y[i] - other.auc);
            const auto count = static_cast<double>(x.size());
            return sum / (count - 1) / count;
        };
        return of(of_positives, other.of_positives) + of(of_negatives, other.of_negatives);
    }
};

TEST(Auc, IsThatOfTheReference) {
    const auto rows = scored_rows(7, 500);
    const Auc found = auc(ranking_of(rows));
    EXPECT_NEAR(*found.auc, 0.6959713760105315, 1e-14);
    EXPECT_EQ(found.positives, 193);
    EXPECT_EQ(found.negatives, 307);
    EXPECT_NEAR(*auc(ranking_of(rows, true)).auc, 0.7112561602180979, 1e-14);
    EXPECT_NEAR(*average_precision(ranking_of(rows)), 0.5690041978708853, 1e-14);
    EXPECT_NEAR(*kolmogorov_smirnov(ranking_of(rows)), 0.34399419419081534, 1e-14);
}

TEST(Auc, IsThatOfCountingPairs) {
    for (std::uint64_t seed = 1; seed <= 30; ++seed) {
        const auto rows = scored_rows(seed, 20 + static_cast<int>(seed) * 7);
        const PairByPair a(rows, &ScoredRow::a), b(rows, &ScoredRow::b);
        const Auc found = auc(ranking_of(rows));
        EXPECT_NEAR(*found.auc, a.auc, 1e-13);
        EXPECT_NEAR(*found.std_error, std::sqrt(a.covariance(a)), 1e-13);
        EXPECT_NEAR(*found.lower, std::max(a.auc - 1.959963984540054 * *found.std_error, 0.0), 1e-13);

        Dropped<PairedScores> pairs;
        for (const ScoredRow& row : rows) pairs->add(row.actual, row.a, row.b);
        const auto difference = pairs->finish();
        EXPECT_NEAR(difference->auc_a, a.auc, 1e-13);
        EXPECT_NEAR(difference->auc_b, b.auc, 1e-13);
        const double error = std::sqrt(a.covariance(a) + b.covariance(b) - 2 * a.covariance(b));
        EXPECT_NEAR(*difference->std_error, error, 1e-13);
        EXPECT_NEAR(*difference->z, (a.auc - b.auc) / error, 1e-11);
        EXPECT_NEAR(*difference->p_value, std::erfc(std::abs(a.auc - b.auc) / error / std::sqrt(2.0)), 1e-11);
    }
}

TEST(Auc, SumsPairsWithoutRounding) {
    Dropped<ScoredOutcomes> outcomes;
    Dropped<PairedScores> pairs;
    std::uint64_t twice_ahead = 0, positives = 0, negatives = 0;
    for (std::uint64_t i = 0; i < 300000; ++i) {  // by rising score, two rows each
        const bool actual = i * 7919 % 10007 < 3000;
        const double score = static_cast<double>(i) * 0.1;
        outcomes->add(actual, score);
        outcomes->add(!actual, score);
        pairs->add(actual, score, -score);
        pairs->add(!actual, score, -score);
        twice_ahead += 2 * negatives + 1;
        ++positives;
        ++negatives;
    }
    const double exact = static_cast<double>(twice_ahead) / (2 * static_cast<double>(positives * negatives));
    EXPECT_EQ(auc(outcomes->ranking()).auc, exact);
    EXPECT_EQ(pairs->finish()->auc_a, exact);
    EXPECT_EQ(pairs->finish()->auc_b, 0.5);
}

TEST(Auc, IsOfRanksOnly) {
    auto rows = scored_rows(3, 200);
    const Auc before = auc(ranking_of(rows));
    for (ScoredRow& row : rows) row.a = std::exp(20 * row.a) - 5;
    EXPECT_EQ(auc(ranking_of(rows)), before);
    for (ScoredRow& row : rows) row.a = -row.a;
    EXPECT_NEAR(*auc(ranking_of(rows)).auc, 1 - *before.auc, 1e-14);
    for (ScoredRow& row : rows) row.a = 1;
    EXPECT_EQ(auc(ranking_of(rows)).auc, 0.5);
    EXPECT_EQ(auc(ranking_of(rows)).std_error, 0);
    for (ScoredRow& row : rows) row.a = row.actual ? 1e308 : -1e308;
    const Auc perfect = auc(ranking_of(rows));
    EXPECT_EQ(perfect.auc, 1);
    EXPECT_EQ(perfect.upper, 1);
    EXPECT_EQ(average_precision(ranking_of(rows)), 1);
    EXPECT_EQ(kolmogorov_smirnov(ranking_of(rows)), 1);
}

TEST(Auc, AWeightIsThatManyRows) {
    const auto rows = scored_rows(4, 300);
    std::vector<ScoredRow> repeated;
    for (const ScoredRow& row : rows) repeated.insert(repeated.end(), static_cast<std::size_t>(row.weight), row);
    EXPECT_EQ(auc(ranking_of(rows, true)), auc(ranking_of(repeated)));
}

TEST(Auc, WhatOneClassCannotTellIsNone) {
    for (const bool actual : {true, false}) {
        const Ranking one = ranking_of({{actual, 0.1, 0, 1}, {actual, 0.9, 0, 1}});
        const Auc found = auc(one);
        EXPECT_FALSE(found.auc || found.std_error || found.lower || found.upper);
        EXPECT_EQ(found.positives, actual ? 2 : 0);
        EXPECT_EQ(found.negatives, actual ? 0 : 2);
        EXPECT_FALSE(kolmogorov_smirnov(one));
        EXPECT_FALSE(roc_curve(one, {}));
        EXPECT_EQ(average_precision(one), actual ? std::optional(1.0) : std::nullopt);
        EXPECT_EQ(precision_recall_curve(one, {}).has_value(), actual);
        Dropped<PairedScores> pairs;
        pairs->add(actual, 1, 2);
        EXPECT_FALSE(pairs->finish());
    }
    const Auc single = auc(ranking_of({{true, 0.5, 0, 1}, {false, 0.2, 0, 1}, {false, 0.7, 0, 1}}));
    EXPECT_EQ(single.auc, 0.5);
    EXPECT_FALSE(single.std_error);
    Dropped<PairedScores> pairs;
    pairs->add(true, 1, 2);
    pairs->add(false, 2, 1);
    EXPECT_EQ(pairs->finish()->difference, -1);
    EXPECT_FALSE(pairs->finish()->std_error);
}

/// Phi(distance / sqrt 2) is the AUC of normal scores that are `distance` apart.
TEST(Auc, IntervalHoldsTheTruthAsOftenAsItSays) {
    std::mt19937_64 random(1);
    std::normal_distribution<double> normal;
    const double truth = std::erfc(-1 / std::sqrt(2.0) / std::sqrt(2.0)) / 2;
    int hits = 0, rejections = 0;
    constexpr int samples = 2000;
    for (int i = 0; i < samples; ++i) {
        std::vector<ScoredRow> rows;
        Dropped<PairedScores> pairs;
        for (int k = 0; k < 200; ++k) {
            const bool actual = k < 80;
            const double seen = normal(random);
            rows.push_back({actual, seen + normal(random) + (actual ? 1 : 0) * std::sqrt(2.0), 0, 1});
            pairs->add(actual, rows.back().a, seen + normal(random) + (actual ? 1 : 0) * std::sqrt(2.0));
        }
        const Auc found = auc(ranking_of(rows));
        hits += *found.lower <= truth && truth <= *found.upper;
        rejections += *pairs->finish()->p_value < 0.05;
    }
    EXPECT_NEAR(static_cast<double>(hits) / samples, 0.945, 0.015);
    EXPECT_NEAR(static_cast<double>(rejections) / samples, 0.05, 0.015);
}

TEST(AucDifference, OfAScoreAndItselfIsNone) {
    Dropped<PairedScores> same;
    for (const ScoredRow& row : scored_rows(5, 100)) same->add(row.actual, row.a, 3 * row.a - 1);
    const auto found = same->finish();
    EXPECT_EQ(found->difference, 0);
    EXPECT_EQ(found->std_error, 0);
    EXPECT_FALSE(found->z || found->p_value);
}

TEST(Curves, AreThoseOfTheReference) {
    const Ranking ranking = ranking_of(scored_rows(7, 500));
    const auto roc = *roc_curve(ranking, {});
    ASSERT_EQ(roc.size(), 65u);
    EXPECT_FALSE(roc.front().threshold);
    EXPECT_EQ(roc[10].threshold, 0.84375);
    EXPECT_NEAR(roc[10].false_positive_rate, 0.09771986970684039, 1e-15);
    EXPECT_NEAR(roc[10].true_positive_rate, 0.19170984455958548, 1e-15);
    double area = 0;
    for (std::size_t i = 1; i < roc.size(); ++i)
        area += (roc[i].false_positive_rate - roc[i - 1].false_positive_rate) *
                (roc[i].true_positive_rate + roc[i - 1].true_positive_rate) / 2;
    EXPECT_NEAR(area, *auc(ranking).auc, 1e-14);

    const auto curve = *precision_recall_curve(ranking, {});
    EXPECT_EQ(curve[9].threshold, 0.84375);
    EXPECT_NEAR(curve[9].precision, 0.5522388059701493, 1e-15);
    EXPECT_NEAR(curve[9].recall, 0.19170984455958548, 1e-15);
    double mean = curve[0].precision * curve[0].recall;
    for (std::size_t i = 1; i < curve.size(); ++i) mean += curve[i].precision * (curve[i].recall - curve[i - 1].recall);
    EXPECT_NEAR(mean, *average_precision(ranking), 1e-14);
}

TEST(Curves, AreThinnedToPointsOfTheirOwn) {
    std::mt19937 random(2);
    std::vector<ScoredRow> rows;
    for (int i = 0; i < 5000; ++i) {
        const bool actual = random() % 10 == 0;
        rows.push_back({actual, static_cast<double>(random()) * (actual ? 1.5 : 1), 0, 1});
    }
    const Ranking ranking = ranking_of(rows);
    const auto roc = *roc_curve(ranking, CurvePoints(100000));
    const auto curve = *precision_recall_curve(ranking, CurvePoints(100000));
    EXPECT_EQ(roc.size(), ranking.groups.size() + 1);
    for (const int most : {2, 3, 10, 200}) {
        const auto fewer = *roc_curve(ranking, CurvePoints(most));
        EXPECT_LE(fewer.size(), static_cast<std::size_t>(most));
        EXPECT_GE(fewer.size(), static_cast<std::size_t>(most) * 9 / 10);
        EXPECT_EQ(fewer.front(), roc.front());
        EXPECT_EQ(fewer.back(), roc.back());
        for (std::size_t i = 0; i < fewer.size(); ++i) {
            EXPECT_NE(std::ranges::find(roc, fewer[i]), roc.end());
            if (i == 0) continue;
            EXPECT_LT(*fewer[i].threshold, fewer[i - 1].threshold.value_or(infinite));
            EXPECT_LE(fewer[i].false_positive_rate - fewer[i - 1].false_positive_rate + fewer[i].true_positive_rate -
                          fewer[i - 1].true_positive_rate,
                      2 * 2.0 / (most - 1) + 1e-9);
        }
        const auto points = *precision_recall_curve(ranking, CurvePoints(most));
        EXPECT_LE(points.size(), static_cast<std::size_t>(most));
        EXPECT_EQ(points.front(), curve.front());
        EXPECT_EQ(points.back(), curve.back());
        EXPECT_EQ(points.back().recall, 1);
        for (const auto& point : points) EXPECT_NE(std::ranges::find(curve, point), curve.end());
    }
}

TEST(Calibration, IsThatOfTheReference) {
    const auto rows = scored_rows(7, 500);
    const auto bins = calibration(ranking_of(rows), CalibrationBins(7));
    const double observed[] = {0.18421052631578946, 0.2676056338028169, 0.21153846153846154, 0.28,
                               0.48717948717948717, 0.6363636363636364, 0.5666666666666667};
    const double mean[] = {0.06352796052631579, 0.21919014084507044, 0.36478365384615385, 0.5041666666666667,
                           0.6324118589743589,  0.7796519886363636,  0.9276041666666667};
    ASSERT_EQ(bins.size(), 7u);
    double rows_in_bins = 0, expected = 0, maximum = 0;
    for (std::size_t i = 0; i < 7; ++i) {
        EXPECT_NEAR(bins[i].observed->share, observed[i], 1e-15);
        EXPECT_NEAR(*bins[i].mean, mean[i], 1e-15);
        rows_in_bins += bins[i].rows;
        expected += bins[i].rows / 500 * std::abs(observed[i] - mean[i]);
        maximum = std::max(maximum, std::abs(observed[i] - mean[i]));
    }
    EXPECT_EQ(rows_in_bins, 500);
    const auto error = calibration_error(ranking_of(rows), CalibrationBins(7));
    EXPECT_NEAR(error->expected, expected, 1e-14);
    EXPECT_NEAR(error->maximum, maximum, 1e-14);
    EXPECT_NEAR(*brier(ranking_of(rows)), 0.24165673828125, 1e-14);
    EXPECT_NEAR(*log_loss(ranking_of(rows)), 0.7801945424065354, 1e-13);
}

TEST(Calibration, AProbabilityOnABoundIsInTheLowerBin) {
    for (const int bins : {1, 2, 3, 7, 10, 100, 10000}) {
        for (int k = 0; k <= bins; ++k) {
            const double edge = static_cast<double>(k) / bins;
            const auto bin_of = [bins](double probability) {
                const auto found = calibration(ranking_of({{true, probability, 0, 1}}), CalibrationBins(bins));
                EXPECT_EQ(found.size(), static_cast<std::size_t>(bins));
                return std::ranges::find(found, 1, &CalibrationBin::rows)->number;
            };
            if (bins > 100 && k % 997 != 0) continue;
            EXPECT_EQ(bin_of(edge), std::max(k, 1));
            EXPECT_EQ(bin_of(std::nextafter(edge, 1)), std::min(k + 1, bins));
            EXPECT_EQ(bin_of(std::nextafter(edge, 0)), std::max(k, 1));
        }
    }
    const auto empty = calibration(ranking_of({{true, 0.05, 0, 1}}), CalibrationBins(2));
    EXPECT_FALSE(empty[1].mean || empty[1].observed);
    EXPECT_EQ(empty[1].lower, 0.5);
    EXPECT_EQ(empty[1].upper, 1);
}

TEST(Calibration, BinsOfEqualCount) {
    std::vector<ScoredRow> rows;
    for (int i = 0; i < 100; ++i) rows.push_back({i % 4 == 0, i / 1000.0, 0, 1});
    const auto bins = calibration(ranking_of(rows), CalibrationBins(4, true));
    ASSERT_EQ(bins.size(), 4u);
    for (const CalibrationBin& bin : bins) EXPECT_EQ(bin.rows, 25);
    EXPECT_EQ(bins[1].lower, 0.025);
    EXPECT_EQ(bins[1].upper, 0.049);
    for (ScoredRow& row : rows) row.a = row.a < 0.07 ? 0.5 : row.a;
    const auto fewer = calibration(ranking_of(rows), CalibrationBins(4, true));
    ASSERT_EQ(fewer.size(), 3u);  // 0.5 takes most of the rows
    EXPECT_EQ(fewer.back().rows, 70);
    EXPECT_EQ(fewer.back().number, 3);
}

TEST(LogLoss, IsFiniteForWhatWasCalledImpossible) {
    const double most = -std::log(std::numeric_limits<double>::epsilon());
    EXPECT_EQ(log_loss(ranking_of({{true, 0, 0, 1}})), most);
    EXPECT_EQ(log_loss(ranking_of({{false, 1, 0, 1}})), most);
    EXPECT_EQ(log_loss(ranking_of({{true, 1, 0, 1}, {false, 0, 0, 1}})), 0);
    EXPECT_NEAR(*log_loss(ranking_of({{false, 1e-20, 0, 1}})), 1e-20, 1e-34);
    Dropped<LogLossBuilder> several;
    for (const double probability : {0.5, 0.25, 1.0, 0.0}) several->add(probability);
    EXPECT_NEAR(*several->finish(), (3 * std::log(2) + most) / 4, 1e-14);
    EXPECT_FALSE(Dropped<LogLossBuilder>()->finish());
    EXPECT_FALSE(brier({}));
    EXPECT_FALSE(calibration_error({}, {}));
}

/// Rows by falling score, each tied one with the mean of its group.
TEST(Gain, IsThatOfSortedRows) {
    for (const int count : {1, 3, 10, 97, 500}) {
        auto rows = scored_rows(9, count);
        std::ranges::sort(rows, std::ranges::greater(), &ScoredRow::a);
        std::vector<double> positives;
        for (const ScoredRow& row : rows) {
            const auto tied = [&row](const ScoredRow& other) { return other.a == row.a; };
            const auto both = [&](const ScoredRow& other) { return tied(other) && other.actual; };
            positives.push_back(static_cast<double>(std::ranges::count_if(rows, both)) /
                                static_cast<double>(std::ranges::count_if(rows, tied)));
        }
        const double all = std::accumulate(positives.begin(), positives.end(), 0.0);
        for (const int bins : {1, 3, 10}) {
            const auto found = gain(ranking_of(rows), GainBins(bins));
            EXPECT_EQ(found.size(), static_cast<std::size_t>(std::min(bins, count)));
            std::size_t at = 0;
            double captured = 0;
            for (const GainBin& bin : found) {
                EXPECT_EQ(bin.rows, count / bins + (bin.number <= count % bins));
                double sum = 0;
                for (std::int64_t i = 0; i < bin.rows; ++i) sum += positives[at++];
                captured += sum;
                EXPECT_NEAR(bin.positives, sum, 1e-12);
                EXPECT_NEAR(bin.rate, sum / static_cast<double>(bin.rows), 1e-12);
                EXPECT_EQ(bin.lowest_score, rows[at - 1].a);
                EXPECT_NEAR(bin.cumulative_share, static_cast<double>(at) / count, 1e-15);
                if (!bin.lift) continue;
                EXPECT_NEAR(*bin.lift, bin.rate / (all / count), 1e-12);
                EXPECT_NEAR(*bin.capture, captured / all, 1e-12);
            }
            EXPECT_EQ(found.back().lift.has_value(), all > 0);
            EXPECT_EQ(found.back().capture, all > 0 ? std::optional(1.0) : std::nullopt);
        }
    }
}

TEST(BestThreshold, IsThatOfTryingAll) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        const auto rows = scored_rows(seed, 60);
        const Profits profits(20 + static_cast<double>(seed), -4, seed % 2 ? 0 : -3, seed % 3 ? 0 : 1);
        const auto profit_at = [&](double threshold) {
            double sum = 0;
            for (const ScoredRow& row : rows)
                sum += row.a >= threshold ? (row.actual ? profits.true_positive : profits.false_positive)
                                          : (row.actual ? profits.false_negative : profits.true_negative);
            return sum;
        };
        double best = profit_at(infinite);
        for (const ScoredRow& row : rows) best = std::max(best, profit_at(row.a));
        const auto found = *best_threshold(ranking_of(rows), profits);
        EXPECT_NEAR(found.profit, best, 1e-9);
        EXPECT_NEAR(profit_at(found.threshold.value_or(infinite)), best, 1e-9);
        EXPECT_NEAR(found.profit_per_row, best / 60, 1e-10);
        const auto selected = [&](const ScoredRow& row) { return found.threshold && row.a >= *found.threshold; };
        const auto hits = [&](const ScoredRow& row) { return selected(row) && row.actual; };
        const auto taken = static_cast<double>(std::ranges::count_if(rows, selected));
        EXPECT_EQ(found.share_selected, taken / 60);
        const auto right = static_cast<double>(std::ranges::count_if(rows, hits));
        EXPECT_EQ(found.precision, taken > 0 ? std::optional(right / taken) : std::nullopt);
    }
    const Ranking ranking = ranking_of(scored_rows(1, 60));
    const auto nobody = *best_threshold(ranking, {0, -1, 0, 0});
    EXPECT_FALSE(nobody.threshold || nobody.precision);
    EXPECT_EQ(nobody.recall, 0);
    EXPECT_FALSE(best_threshold(ranking, {0, 0, 0, 0})->threshold);  // of equal profit, the fewest
    EXPECT_THROW((void)best_threshold(ranking, {1e308, 1e308, 0, 0}), crm::out_of_range);
    EXPECT_FALSE(best_threshold({}, {}));
}

TEST(Scores, RefuseWhatCannotBe) {
    Dropped<ScoredOutcomes> outcomes;
    Dropped<PairedScores> pairs;
    Dropped<LogLossBuilder> probabilities;
    for (const double score : {nan, infinite, -infinite}) {
        EXPECT_THROW(outcomes->add(true, score), crm::invalid_argument);
        EXPECT_THROW(pairs->add(true, score, 0), crm::invalid_argument);
        EXPECT_THROW(pairs->add(true, 0, score), crm::invalid_argument);
        EXPECT_THROW(outcomes->add(true, 0, score), crm::invalid_argument);
        EXPECT_THROW(Profits(0, score, 0, 0), crm::invalid_argument);
    }
    for (const double probability : {nan, infinite, -1e-9, 1 + 1e-9}) {
        EXPECT_THROW(outcomes->add_probability(true, probability), crm::invalid_argument);
        EXPECT_THROW(probabilities->add(probability), crm::invalid_argument);
    }
    EXPECT_THROW(outcomes->add(true, 0, -1), crm::invalid_argument);
    outcomes->add(true, 0, 0);
    EXPECT_TRUE(outcomes->ranking().groups.empty());
    for (const int bins : {0, -1, 10001}) {
        EXPECT_THROW(CalibrationBins{bins}, crm::invalid_argument);
        EXPECT_THROW(GainBins{bins}, crm::invalid_argument);
    }
    for (const int points : {1, 100001}) EXPECT_THROW(CurvePoints{points}, crm::invalid_argument);
    Dropped<JudgementBy<&gain, GainBins>> one, other;
    one->rows(GainBins(3)).add(true, 1);
    EXPECT_THROW(one->rows(GainBins(4)), crm::invalid_argument);
    other->rows(GainBins(4)).add(true, 1);
    EXPECT_THROW(one->merge(*other), crm::invalid_argument);
}

template <auto question>
void expect_laws(const std::vector<ScoredRow>& rows) {
    crm::test::expect_aggregate_laws<Judgement<question>>(
        rows, [](auto& state, const ScoredRow& row) { state.add(row.actual, row.a, row.weight); },
        [](const auto& state) { return state.finish(); }, 5);
}

template <auto question, class Options>
void expect_laws(const std::vector<ScoredRow>& rows, Options options) {
    crm::test::expect_aggregate_laws<JudgementBy<question, Options>>(
        rows, [options](auto& state, const ScoredRow& row) { state.rows(options).add(row.actual, row.a); },
        [](const auto& state) { return state.finish(); }, 5);
}

TEST(Scores, ObeyTheLawsOfAggregates) {
    for (const int count : {1, 2, 400}) {
        const auto rows = scored_rows(6, count);
        expect_laws<&auc>(rows);
        expect_laws<&average_precision>(rows);
        expect_laws<&kolmogorov_smirnov>(rows);
        expect_laws<&brier>(rows);
        expect_laws<&log_loss>(rows);
        expect_laws<&calibration>(rows, CalibrationBins(7, true));
        expect_laws<&calibration_error>(rows, CalibrationBins(3));
        expect_laws<&roc_curve>(rows, CurvePoints(20));
        expect_laws<&precision_recall_curve>(rows, CurvePoints(20));
        expect_laws<&gain>(rows, GainBins(6));
        expect_laws<&best_threshold>(rows, Profits(5, -2, -1, 0));
        crm::test::expect_aggregate_laws<PairedScores>(
            rows, [](PairedScores& state, const ScoredRow& row) { state.add(row.actual, row.a, row.b); },
            [](const PairedScores& state) { return state.finish(); }, 5);
    }
}

TEST(Scores, SurviveDamagedBytes) {
    Dropped<JudgementBy<&best_threshold, Profits>> profits;
    Dropped<JudgementBy<&gain, GainBins>> gains;
    Dropped<PairedScores> pairs;
    for (const ScoredRow& row : scored_rows(8, 30)) {
        profits->rows({5, -2, -1, 0}).add(row.actual, row.a);
        gains->rows(GainBins(4)).add(row.actual, row.a);
        pairs->add(row.actual, row.a, row.b);
    }
    const auto survives = [](const auto& state) {
        using State = std::remove_cvref_t<decltype(state)>;
        crm::test::expect_survives_damage(crm::test::saved(state), [](crm::Reader& in) {
            Dropped<State> read;
            read->load(in);
            in.expect_end();
            (void)read->finish();
        });
    };
    survives(*profits);
    survives(*gains);
    survives(*pairs);
}

/// glm() of R 4.2.2 on these customers.
TEST(Scores, ChurnOfATelephoneCompany) {
    SKIP_WITHOUT_REFERENCE_DATA();
    const std::map<std::string, double> coefficients{{"One year", -0.734881240174},
                                                     {"Two year", -1.505824463275},
                                                     {"Fiber optic", 0.879186410540},
                                                     {"No", -0.725951518113},
                                                     {"Credit card (automatic)", -0.083896963802},
                                                     {"Electronic check", 0.405292033769},
                                                     {"Mailed check", -0.039807934555}};
    Dropped<ScoredOutcomes> outcomes;
    for (const auto& record : crm::test::records("telco_churn/telco_churn.csv")) {
        double score = -0.875816826152 - 0.032711950043 * crm::test::number(record, "tenure") +
                       0.003171051856 * crm::test::number(record, "MonthlyCharges") +
                       0.321711330300 * crm::test::number(record, "SeniorCitizen");
        if (record.at("PaperlessBilling") == "Yes") score += 0.402362476059;
        for (const char* field : {"Contract", "InternetService", "PaymentMethod"})
            if (const auto found = coefficients.find(record.at(field)); found != coefficients.end())
                score += found->second;
        outcomes->add_probability(record.at("Churn") == "Yes", 1 / (1 + std::exp(-score)));
    }
    const Ranking ranking = outcomes->ranking();
    const Auc found = auc(ranking);
    EXPECT_EQ(found.positives, 1869);
    EXPECT_EQ(found.negatives, 5174);
    EXPECT_NEAR(*found.auc, .839217541, 1e-8);
    EXPECT_NEAR(*brier(ranking), .1380787145, 1e-9);
    EXPECT_NEAR(*log_loss(ranking), .4232635339, 1e-9);
    EXPECT_LT(calibration_error(ranking, {})->expected, 0.02);
}

}  // namespace
