// The SQL face of judging scores and probabilities.
#include "bind/aggregate.hpp"
#include "crm/predict/calibration.hpp"
#include "crm/predict/gain.hpp"
#include "crm/predict/paired_scores.hpp"
#include "crm/predict/roc.hpp"

namespace crm::bind {

using namespace crm::predict;

template <>
struct Row<CalibrationBin> {
    using Share = std::optional<double>;
    using Columns = std::tuple<std::int32_t, double, double, std::int64_t, std::int64_t, Share, Share, Share, Share>;
    static Columns columns(const CalibrationBin& b) {
        Columns row{b.number, b.lower, b.upper, count_of(b.rows), count_of(b.positives), b.mean, {}, {}, {}};
        if (b.observed) {
            std::get<6>(row) = b.observed->share;
            std::get<7>(row) = b.observed->lower;
            std::get<8>(row) = b.observed->upper;
        }
        return row;
    }
};

template <>
struct Row<CalibrationError> {
    using Columns = std::tuple<double, double>;
    static Columns columns(const CalibrationError& e) { return {e.expected, e.maximum}; }
};

template <>
struct Row<Auc> {
    using Figure = std::optional<double>;
    using Columns = std::tuple<Figure, Figure, Figure, Figure, double, double>;
    static Columns columns(const Auc& a) { return {a.auc, a.std_error, a.lower, a.upper, a.positives, a.negatives}; }
};

template <>
struct Row<AucDifference> {
    using Figure = std::optional<double>;
    using Columns = std::tuple<double, double, double, Figure, Figure, Figure, Figure, Figure>;
    static Columns columns(const AucDifference& d) {
        return {d.auc_a, d.auc_b, d.difference, d.std_error, d.lower, d.upper, d.z, d.p_value};
    }
};

template <>
struct Row<RocPoint> {
    using Columns = std::tuple<std::optional<double>, double, double>;
    static Columns columns(const RocPoint& p) { return {p.threshold, p.false_positive_rate, p.true_positive_rate}; }
};

template <>
struct Row<PrecisionRecallPoint> {
    using Columns = std::tuple<double, double, double>;
    static Columns columns(const PrecisionRecallPoint& p) { return {p.threshold, p.precision, p.recall}; }
};

template <>
struct Row<GainBin> {
    using Figure = std::optional<double>;
    using Columns = std::tuple<std::int32_t, std::int64_t, double, double, Figure, double, Figure, double>;
    static Columns columns(const GainBin& b) {
        return {b.number, b.rows, b.positives, b.rate, b.lift, b.cumulative_share, b.capture, b.lowest_score};
    }
};

template <>
struct Row<BestThreshold> {
    using Figure = std::optional<double>;
    using Columns = std::tuple<Figure, double, double, double, Figure, Figure>;
    static Columns columns(const BestThreshold& b) {
        return {b.threshold, b.profit, b.profit_per_row, b.share_selected, b.precision, b.recall};
    }
};

namespace {

using Calibrating = JudgementBy<&calibration, CalibrationBins>;
using CalibrationErring = JudgementBy<&calibration_error, CalibrationBins>;
using RocDrawing = JudgementBy<&roc_curve, CurvePoints>;
using PrecisionRecallDrawing = JudgementBy<&precision_recall_curve, CurvePoints>;
using Gaining = JudgementBy<&gain, GainBins>;
using Profiting = JudgementBy<&best_threshold, Profits>;

}  // namespace

SQL_AGGREGATE(crm_calibration_add,
              [](Calibrating& c, bool actual, double probability) { c.rows({}).add_probability(actual, probability); });
SQL_AGGREGATE(crm_calibration_add_bins, [](Calibrating& c, bool actual, double probability, std::int32_t bins) {
    c.rows(CalibrationBins(bins)).add_probability(actual, probability);
});
SQL_AGGREGATE(crm_calibration_add_equal_count,
              [](Calibrating& c, bool actual, double probability, std::int32_t bins, bool equal_count) {
                  c.rows(CalibrationBins(bins, equal_count)).add_probability(actual, probability);
              });
SQL_AGGREGATE(crm_calibration_error_add, [](CalibrationErring& c, bool actual, double probability) {
    c.rows({}).add_probability(actual, probability);
});
SQL_AGGREGATE(crm_calibration_error_add_bins,
              [](CalibrationErring& c, bool actual, double probability, std::int32_t bins) {
                  c.rows(CalibrationBins(bins)).add_probability(actual, probability);
              });
SQL_AGGREGATE(crm_calibration_error_add_equal_count,
              [](CalibrationErring& c, bool actual, double probability, std::int32_t bins, bool equal_count) {
                  c.rows(CalibrationBins(bins, equal_count)).add_probability(actual, probability);
              });
SQL_AGGREGATE(crm_brier_add,
              [](Judgement<&brier>& b, bool actual, double probability) { b.add_probability(actual, probability); });
SQL_AGGREGATE(crm_log_loss_add,
              [](Judgement<&log_loss>& l, bool actual, double probability) { l.add_probability(actual, probability); });
SQL_AGGREGATE(crm_log_loss_add_actual, [](LogLossBuilder& l, double probability) { l.add(probability); });

SQL_AGGREGATE(crm_auc_add, [](Judgement<&auc>& a, bool actual, double score) { a.add(actual, score); });
SQL_AGGREGATE(crm_auc_add_weight,
              [](Judgement<&auc>& a, bool actual, double score, double weight) { a.add(actual, score, weight); });
SQL_AGGREGATE(crm_auc_difference_add,
              [](PairedScores& p, bool actual, double score_a, double score_b) { p.add(actual, score_a, score_b); });
SQL_AGGREGATE(crm_average_precision_add,
              [](Judgement<&average_precision>& a, bool actual, double score) { a.add(actual, score); });
SQL_AGGREGATE(crm_kolmogorov_smirnov_add,
              [](Judgement<&kolmogorov_smirnov>& k, bool actual, double score) { k.add(actual, score); });
SQL_AGGREGATE(crm_roc_curve_add, [](RocDrawing& r, bool actual, double score) { r.rows({}).add(actual, score); });
SQL_AGGREGATE(crm_roc_curve_add_points, [](RocDrawing& r, bool actual, double score, std::int32_t points) {
    r.rows(CurvePoints(points)).add(actual, score);
});
SQL_AGGREGATE(crm_precision_recall_curve_add,
              [](PrecisionRecallDrawing& p, bool actual, double score) { p.rows({}).add(actual, score); });
SQL_AGGREGATE(crm_precision_recall_curve_add_points,
              [](PrecisionRecallDrawing& p, bool actual, double score, std::int32_t points) {
                  p.rows(CurvePoints(points)).add(actual, score);
              });

SQL_AGGREGATE(crm_gain_add, [](Gaining& g, bool actual, double score) { g.rows({}).add(actual, score); });
SQL_AGGREGATE(crm_gain_add_bins, [](Gaining& g, bool actual, double score, std::int32_t bins) {
    g.rows(GainBins(bins)).add(actual, score);
});
SQL_AGGREGATE(crm_best_threshold_add, [](Profiting& p, bool actual, double score, double true_positive,
                                         double false_positive, double false_negative, double true_negative) {
    p.rows({true_positive, false_positive, false_negative, true_negative}).add(actual, score);
});

}  // namespace crm::bind
