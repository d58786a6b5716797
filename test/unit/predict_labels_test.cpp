// References are scikit-learn 1.2.1 on the rows of predict_rows.hpp, zero_division=0, unless a test says otherwise.
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "aggregate_laws.hpp"
#include "crm/foundation/error.hpp"
#include "crm/predict/classification.hpp"
#include "crm/predict/multilabel.hpp"
#include "crm/predict/proportion.hpp"
#include "hostile_bytes.hpp"
#include "predict_rows.hpp"

namespace {

using namespace crm::predict;
using crm::test::Dropped;
using crm::test::LabelledRow;
using crm::test::SetRow;
using Report = std::vector<ReportLine>;

Report report_of(const std::vector<LabelledRow>& rows) {
    Dropped<ClassificationReportBuilder> builder;
    for (const auto& [actual, predicted] : rows) builder->add(actual, predicted);
    return builder->finish();
}

std::vector<Confusion> confusion_of(const std::vector<LabelledRow>& rows) {
    Dropped<ConfusionBuilder> builder;
    for (const auto& [actual, predicted] : rows) builder->add(actual, predicted);
    return builder->finish();
}

const ReportLine& line(const Report& report, std::string_view section, std::string_view label) {
    return *std::ranges::find_if(
        report, [&](const ReportLine& each) { return each.section == section && each.label == label; });
}

void expect_line(const ReportLine& found, double precision, double recall, double f1) {
    EXPECT_NEAR(*found.precision, precision, 1e-14) << found.label;
    EXPECT_NEAR(*found.recall, recall, 1e-14) << found.label;
    EXPECT_NEAR(*found.f1, f1, 1e-14) << found.label;
}

TEST(ClassificationReport, IsThatOfTheReference) {
    const Report report = report_of(crm::test::labelled_rows(11, 400));
    ASSERT_EQ(report.size(), 11u);
    expect_line(line(report, "label", "delivery"), 0.6197183098591549, 0.4631578947368421, 0.5301204819277109);
    expect_line(line(report, "label", "price"), 0.6703296703296703, 0.5258620689655172, 0.5893719806763285);
    expect_line(line(report, "label", "quality"), 0.5647058823529412, 0.5106382978723404, 0.536312849162011);
    expect_line(line(report, "label", "service"), 0.5375, 0.45263157894736844, 0.49142857142857144);
    EXPECT_EQ(line(report, "label", "price").support, 116);
    const ReportLine& other = line(report, "label", "other");
    EXPECT_EQ(other.precision, 0);
    EXPECT_FALSE(other.recall);  // it never is
    EXPECT_EQ(other.f1, 0);
    EXPECT_EQ(other.support, 0);
    expect_line(line(report, "average", "micro avg"), 0.5355191256830601, 0.49, 0.5117493472584858);
    expect_line(line(report, "average", "macro avg"), 0.4784507725083532, 0.3904579681044137, 0.4294467766389244);
    expect_line(line(report, "average", "weighted avg"), 0.6019408353400948, 0.49, 0.5395692941213249);
    EXPECT_NEAR(*line(report, "overall", "accuracy").value, 0.49, 1e-15);
    EXPECT_NEAR(*line(report, "overall", "cohen kappa").value, 0.35803129597432126, 1e-14);
    EXPECT_NEAR(*line(report, "overall", "matthews correlation").value, 0.3643574017812575, 1e-14);
}

TEST(ClassificationReport, LabelsComeSortedAndAreNotTakenForFigures) {
    const Report report = report_of({{"macro avg", "accuracy"}, {"accuracy", "accuracy"}, {"", "\xff"}});
    const char* const labels[] = {"", "accuracy", "macro avg", "\xff"};
    for (std::size_t i = 0; i < 4; ++i) {
        EXPECT_EQ(report[i].label, labels[i]);
        EXPECT_EQ(report[i].section, "label");
        EXPECT_FALSE(report[i].value);
    }
    EXPECT_EQ(line(report, "label", "accuracy").support, 1);
    EXPECT_NEAR(*line(report, "overall", "accuracy").value, 1.0 / 3, 1e-15);
    EXPECT_EQ(report.size(), 9u);  // no micro average: every row has a prediction
}

TEST(ClassificationReport, WhatIsUndefinedIsNone) {
    const Report same = report_of({{"a", "a"}, {"a", "a"}});
    EXPECT_EQ(line(same, "overall", "accuracy").value, 1);
    EXPECT_EQ(line(same, "overall", "accuracy").upper, 1);
    EXPECT_FALSE(line(same, "overall", "cohen kappa").value);
    EXPECT_FALSE(line(same, "overall", "matthews correlation").value);

    const Report silent = report_of({{"a", {}}, {"b", {}}});
    EXPECT_FALSE(line(silent, "label", "a").precision);
    EXPECT_EQ(line(silent, "label", "a").recall, 0);
    EXPECT_EQ(line(silent, "label", "a").f1, 0);
    EXPECT_FALSE(line(silent, "average", "micro avg").precision);
    EXPECT_EQ(line(silent, "average", "micro avg").recall, 0);
    EXPECT_EQ(line(silent, "average", "macro avg").precision, 0);
    EXPECT_EQ(line(silent, "overall", "accuracy").lower, 0);
    EXPECT_EQ(line(silent, "overall", "cohen kappa").value, 0);
    EXPECT_FALSE(line(silent, "overall", "matthews correlation").value);
    EXPECT_TRUE(Dropped<ClassificationReportBuilder>()->finish().empty());
}

TEST(ClassificationReport, AWeightIsThatManyRows) {
    Dropped<ClassificationReportBuilder> weighted, repeated;
    crm::test::Draws draws(3);
    for (const auto& [actual, predicted] : crm::test::labelled_rows(2, 200)) {
        const int weight = draws.below(4);
        weighted->add(actual, predicted, weight);
        for (int i = 0; i < weight; ++i) repeated->add(actual, predicted);
    }
    EXPECT_EQ(weighted->finish(), repeated->finish());
    for (const double weight :
         {-1.0, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()})
        EXPECT_THROW(weighted->add("a", "a", weight), crm::invalid_argument);
}

TEST(ClassificationReport, FractionsOfRowsAreNotTakenForMissingOnes) {
    const char* const labels[] = {"a", "b", "c"};
    Dropped<ClassificationReportBuilder> constant, right;
    for (int i = 0; i < 30; ++i) {
        constant->add(labels[i % 3], "a", 0.1 + i / 7.0);
        right->add(labels[i % 3], labels[i % 3], 0.1 + i / 7.0);
    }
    EXPECT_FALSE(line(constant->finish(), "overall", "matthews correlation").value);
    EXPECT_EQ(constant->finish().size(), 8u);  // no micro average
    EXPECT_NEAR(*line(constant->finish(), "overall", "cohen kappa").value, 0, 1e-15);
    EXPECT_NEAR(*line(right->finish(), "overall", "matthews correlation").value, 1, 1e-14);
    EXPECT_EQ(line(right->finish(), "overall", "accuracy").value, 1);
}

TEST(Confusion, CountsWhatOccurs) {
    const auto found = confusion_of({{"b", "a"}, {"a", "a"}, {"b", {}}, {"a", "a"}, {"a", "c"}, {"b", "b"}});
    const std::vector<Confusion> expected{{"a", "a", 2, 2.0 / 3},
                                          {"a", "c", 1, 1.0 / 3},
                                          {"b", {}, 1, 1.0 / 3},
                                          {"b", "a", 1, 1.0 / 3},
                                          {"b", "b", 1, 1.0 / 3}};
    EXPECT_EQ(found, expected);
}

/// Published in Newcombe (1998), Two-sided confidence intervals for the single proportion, Statistics in Medicine 17.
TEST(Proportion, IntervalIsThatOfWilson) {
    const auto expect = [](double hits, double trials, double lower, double upper) {
        const auto found = proportion(hits, trials);
        EXPECT_NEAR(found->lower, lower, 5e-5);
        EXPECT_NEAR(found->upper, upper, 5e-5);
    };
    expect(81, 263, .2553, .3662);
    expect(15, 148, .0624, .1605);
    expect(0, 20, 0, .1611);
    expect(1, 29, .0061, .1718);
    EXPECT_EQ(proportion(0, 7)->lower, 0);
    EXPECT_EQ(proportion(7, 7)->upper, 1);
    EXPECT_FALSE(proportion(0, 0));
}

Report multilabel_of(const std::vector<SetRow>& rows) {
    Dropped<MultilabelReportBuilder> builder;
    for (const SetRow& row : rows) builder->add(row.actual, row.predicted);
    return builder->finish();
}

TEST(MultilabelReport, IsThatOfTheReference) {
    const Report report = multilabel_of(crm::test::set_rows(5, 300));
    expect_line(line(report, "label", "delivery"), 0.7984496124031008, 0.7006802721088435, 0.746376811594203);
    expect_line(line(report, "label", "service"), 0.8403361344537815, 0.6410256410256411, 0.7272727272727274);
    EXPECT_FALSE(line(report, "label", "other").recall);
    EXPECT_EQ(line(report, "label", "other").predicted, 51);
    expect_line(line(report, "average", "micro avg"), 0.7522281639928698, 0.6784565916398714, 0.713440405748098);
    expect_line(line(report, "average", "macro avg"), 0.6629838908393522, 0.5430364723964967, 0.5963300025938199);
    expect_line(line(report, "average", "weighted avg"), 0.8296023847921691, 0.6784565916398714, 0.7455614147976248);
    expect_line(line(report, "average", "samples avg"), 0.6987222222222222, 0.6452777777777777, 0.6498756613756614);
    EXPECT_NEAR(*line(report, "overall", "exact match").value, 0.48333333333333334, 1e-15);
    EXPECT_NEAR(*line(report, "overall", "hamming loss").value, 0.226, 1e-14);
}

TEST(MultilabelReport, SetsMayBeEmptyOrRepeatThemselves) {
    EXPECT_EQ(multilabel_of({{{"a", "b", "a"}, {"b", "b"}}}), multilabel_of({{{"b", "a"}, {"b"}}}));
    const Report empty = multilabel_of({{{}, {}}});
    EXPECT_EQ(line(empty, "overall", "exact match").value, 1);
    EXPECT_FALSE(line(empty, "average", "micro avg").f1);
    EXPECT_FALSE(line(empty, "average", "macro avg").f1);
    EXPECT_FALSE(line(empty, "overall", "hamming loss").value);
    EXPECT_TRUE(multilabel_of({}).empty());
}

TEST(Labels, AreAFewThatRepeat) {
    Dropped<ConfusionBuilder> many;
    const auto label = [](std::size_t i) { return "label " + std::to_string(i); };
    for (std::size_t i = 0; i < Labels::most; ++i) many->add(label(i), label(i));
    many->add(label(0), label(1));
    EXPECT_THROW(many->add("one more", {}), crm::limit_exceeded);
    EXPECT_EQ(many->finish().size(), Labels::most + 1);
    Dropped<ConfusionBuilder> other;
    other->add("one more", {});
    EXPECT_THROW(other->merge(*many), crm::limit_exceeded);

    Dropped<ClassificationReportBuilder> large;
    std::string text(1 << 20, 'x');
    const auto fill = [&] {
        for (int i = 0; i < 70; ++i) {
            text[0] = static_cast<char>('0' + i);
            large->add(text, text);
        }
    };
    EXPECT_THROW(fill(), crm::limit_exceeded);
}

TEST(Labels, ObeyTheLawsOfAggregates) {
    for (const int count : {1, 2, 300}) {
        const auto feed = [](auto& state, const LabelledRow& row) { state.add(row.actual, row.predicted); };
        const auto finish = [](const auto& state) { return state.finish(); };
        crm::test::expect_aggregate_laws<ClassificationReportBuilder>(crm::test::labelled_rows(4, count), feed, finish);
        crm::test::expect_aggregate_laws<ConfusionBuilder>(crm::test::labelled_rows(4, count), feed, finish);
        crm::test::expect_aggregate_laws<MultilabelReportBuilder>(
            crm::test::set_rows(4, count),
            [](MultilabelReportBuilder& state, const SetRow& row) { state.add(row.actual, row.predicted); }, finish);
    }
}

TEST(Labels, SurviveDamagedBytes) {
    Dropped<ClassificationReportBuilder> report;
    Dropped<ConfusionBuilder> confusion;
    Dropped<MultilabelReportBuilder> sets;
    for (const LabelledRow& row : crm::test::labelled_rows(5, 40)) {
        report->add(row.actual, row.predicted);
        confusion->add(row.actual, row.predicted);
    }
    for (const SetRow& row : crm::test::set_rows(5, 20)) sets->add(row.actual, row.predicted);
    const auto survives = [](const auto& state) {
        using State = std::remove_cvref_t<decltype(state)>;
        crm::test::expect_survives_damage(crm::test::saved(state), [](crm::Reader& in) {
            Dropped<State> read;
            read->load(in);
            in.expect_end();
            (void)read->finish();
        });
    };
    survives(*report);
    survives(*confusion);
    survives(*sets);
}

}  // namespace
