#include "crm/predict/roc.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "crm/foundation/error.hpp"
#include "crm/predict/proportion.hpp"

namespace crm::predict {

namespace {

constexpr std::int32_t most_points = 100000;

/// At most `most` points (2 or more) of a curve: the first, the last, and between them the first one at or past each
/// of equal steps along the curve, whose lengths are those of `step(from, to)`.
template <class Point, class Step>
std::vector<Point> thinned(const std::vector<Point>& points, std::int32_t most, Step step, Pace& pace) {
    if (points.size() <= static_cast<std::size_t>(most)) return points;
    const auto each = [&](auto visit) {
        double travelled = 0;
        for (std::size_t i = 1; i + 1 < points.size(); ++i) {
            pace.step();
            travelled += step(points[i - 1], points[i]);
            visit(points[i], travelled);
        }
        return travelled;
    };
    const double length = each([](const Point&, double) {});
    const double stride = length / (most - 1);
    std::vector<Point> kept{points.front()};
    double wanted = stride;
    each([&](const Point& point, double travelled) {
        if (travelled < wanted || kept.size() + 1 >= static_cast<std::size_t>(most)) return;
        kept.push_back(point);
        wanted = (std::floor(travelled / stride) + 1) * stride;
    });
    kept.push_back(points.back());
    return kept;
}

}  // namespace

Auc auc(const Ranking& ranking, const Cancellation& cancellation) {
    const double positives = ranking.positives, negatives = ranking.negatives;
    Auc found{{}, {}, {}, {}, positives, negatives};
    if (!ranking.has_both_classes()) return found;

    // A positive's placement is the share of negatives that it is ahead of, a negative's the share of positives that
    // are ahead of it; both have the AUC as their mean. Twice the number of pairs is whole, and its sum exact.
    Pace pace(cancellation);
    const auto each = [&](auto visit) {
        double positives_ahead = 0, negatives_ahead = 0;
        for (const ScoreGroup& group : ranking.groups) {
            pace.step();
            visit(group, 2 * (negatives - negatives_ahead) - group.negatives, 2 * positives_ahead + group.positives);
            positives_ahead += group.positives;
            negatives_ahead += group.negatives;
        }
    };
    double pairs = 0;
    each([&pairs](const ScoreGroup& group, double behind, double) { pairs += group.positives * behind; });
    const double auc = std::clamp(pairs / (2 * positives * negatives), 0.0, 1.0);
    found.auc = auc;
    if (!(positives > 1 && negatives > 1)) return found;

    double positive_squares = 0, negative_squares = 0;
    each([&](const ScoreGroup& group, double behind, double ahead) {
        const double of_positive = behind / (2 * negatives) - auc, of_negative = ahead / (2 * positives) - auc;
        positive_squares += group.positives * of_positive * of_positive;
        negative_squares += group.negatives * of_negative * of_negative;
    });
    found.std_error =
        std::sqrt(positive_squares / (positives - 1) / positives + negative_squares / (negatives - 1) / negatives);
    found.lower = std::max(auc - normal_quantile_95 * *found.std_error, 0.0);
    found.upper = std::min(auc + normal_quantile_95 * *found.std_error, 1.0);
    return found;
}

std::optional<double> average_precision(const Ranking& ranking, const Cancellation& cancellation) {
    if (ranking.positives == 0) return {};
    Pace pace(cancellation);
    double sum = 0, hits = 0, taken = 0;
    for (const ScoreGroup& group : ranking.groups) {
        pace.step();
        hits += group.positives;
        taken += group.rows();
        sum += group.positives * (hits / taken);
    }
    return std::min(sum / ranking.positives, 1.0);
}

std::optional<double> kolmogorov_smirnov(const Ranking& ranking, const Cancellation& cancellation) {
    if (!ranking.has_both_classes()) return {};
    Pace pace(cancellation);
    double largest = 0, positives = 0, negatives = 0;
    for (const ScoreGroup& group : ranking.groups) {
        pace.step();
        positives += group.positives;
        negatives += group.negatives;
        largest = std::max(largest, std::abs(positives / ranking.positives - negatives / ranking.negatives));
    }
    return std::min(largest, 1.0);
}

CurvePoints::CurvePoints(std::int32_t number) : points(number) {
    if (!valid())
        throw invalid_argument("points must be between 2 and " + std::to_string(most_points) + ", not " +
                               std::to_string(number));
}

bool CurvePoints::valid() const { return points >= 2 && points <= most_points; }

std::optional<std::vector<RocPoint>> roc_curve(const Ranking& ranking, const CurvePoints& options,
                                               const Cancellation& cancellation) {
    if (!ranking.has_both_classes()) return {};
    Pace pace(cancellation);
    std::vector<RocPoint> points{{{}, 0, 0}};
    double positives = 0, negatives = 0;
    for (const ScoreGroup& group : ranking.groups) {
        pace.step();
        positives += group.positives;
        negatives += group.negatives;
        points.push_back({group.score, negatives / ranking.negatives, positives / ranking.positives});
    }
    const auto step = [](const RocPoint& from, const RocPoint& to) {
        return to.false_positive_rate - from.false_positive_rate + to.true_positive_rate - from.true_positive_rate;
    };
    return thinned(points, options.points, step, pace);
}

std::optional<std::vector<PrecisionRecallPoint>> precision_recall_curve(const Ranking& ranking,
                                                                        const CurvePoints& options,
                                                                        const Cancellation& cancellation) {
    if (ranking.positives == 0) return {};
    Pace pace(cancellation);
    std::vector<PrecisionRecallPoint> points;
    double hits = 0, taken = 0;
    for (const ScoreGroup& group : ranking.groups) {
        pace.step();
        hits += group.positives;
        taken += group.rows();
        points.push_back({group.score, hits / taken, hits / ranking.positives});
        if (hits == ranking.positives) break;  // lower thresholds only lose precision
    }
    const auto step = [](const PrecisionRecallPoint& from, const PrecisionRecallPoint& to) {
        return to.recall - from.recall + std::abs(to.precision - from.precision);
    };
    return thinned(points, options.points, step, pace);
}

}  // namespace crm::predict
