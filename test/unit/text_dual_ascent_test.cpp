#include "crm/text/dual_ascent.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "crm/numeric/lanes.hpp"
#include "crm/text/comment_collector.hpp"
#include "random_comments.hpp"

namespace crm::text {
namespace {

TrainingSet training_set(std::size_t comments, std::size_t labels, unsigned seed) {
    CommentCollector collector(std::pmr::get_default_resource());
    Comment comment;
    for (const auto& row : test::random_comments(comments, labels, seed)) {
        comment.assign(row.comment);
        const std::string_view label = row.label;
        collector.add(std::span(&label, 1), comment, {1, 0, 0});
    }
    TrainingSet set = collector.training_set(1);
    set.weigh(std::vector<float>(set.width(), 1.0F), {});
    return set;
}

std::vector<std::uint32_t> everything(const TrainingSet& set) {
    std::vector<std::uint32_t> comments(set.size());
    std::iota(comments.begin(), comments.end(), 0U);
    return comments;
}

/// The largest gradient of |w|^2 / 2 + C sum ln(1 + exp(-y w.x)) over all weights and biases.
double largest_gradient(const DualAscent& ascent, const TrainingSet& set, double strength) {
    const std::size_t labels = set.label_names.size();
    std::vector<std::vector<double>> gradient(set.width() + 1, std::vector<double>(labels));
    for (std::size_t label = 0; label < labels; ++label) {
        for (std::size_t feature = 0; feature < set.width(); ++feature)
            gradient[feature][label] = ascent.weight(feature, label);
        gradient[set.width()][label] = ascent.bias(label);
    }
    std::vector<float> margins(labels);
    for (std::size_t comment = 0; comment < set.size(); ++comment) {
        ascent.margins(comment, margins);
        const auto [features, values] = set.entries(comment);
        for (std::size_t label = 0; label < labels; ++label) {
            const double sign = std::ranges::find(set.labels(comment), label) != set.labels(comment).end() ? 1 : -1;
            const double pull = strength * sign / (1 + std::exp(sign * margins[label]));
            for (std::size_t i = 0; i < values.size(); ++i) gradient[features[i]][label] -= pull * values[i];
            gradient[set.width()][label] -= pull;
        }
    }
    double largest = 0;
    for (const auto& row : gradient)
        for (const double one : row) largest = std::max(largest, std::abs(one));
    return largest;
}

TEST(DualAscent, ReachesTheOptimum) {
    for (const std::size_t labels : {2U, 5U, 19U}) {
        const TrainingSet set = training_set(200, labels, static_cast<unsigned>(labels));
        for (const double strength : {0.01, 0.1, 1.0}) {
            DualAscent ascent(set, strength, std::pmr::get_default_resource());
            const auto comments = everything(set);
            for (int pass = 0; pass < 1000; ++pass) ascent.pass(comments, {});
            EXPECT_LT(largest_gradient(ascent, set, strength), 3e-3) << labels << ' ' << strength;
        }
    }
}

TEST(DualAscent, MovesLessAndLess) {
    const TrainingSet set = training_set(300, 4, 9);
    DualAscent ascent(set, 1000, std::pmr::get_default_resource());
    const auto comments = everything(set);
    const double first = ascent.pass(comments, {});
    double last = first;
    for (int pass = 0; pass < 60; ++pass) last = ascent.pass(comments, {});
    EXPECT_LT(last, first / 20);
}

TEST(DualAscent, GoesOnWithAnotherStrengthOrWeighting) {
    TrainingSet set = training_set(200, 4, 5);
    const auto comments = everything(set);
    DualAscent ascent(set, 1, std::pmr::get_default_resource());
    for (int pass = 0; pass < 10; ++pass) ascent.pass(comments, {});
    ascent.set_strength(0.5);
    std::vector<float> importance(set.width());
    for (std::size_t i = 0; i < importance.size(); ++i) importance[i] = 1 + static_cast<float>(i % 3);
    set.weigh(importance, {});
    ascent.reweigh({});
    for (int pass = 0; pass < 300; ++pass) ascent.pass(comments, {});
    EXPECT_LT(largest_gradient(ascent, set, 0.5), 3e-3);
}

TEST(Lanes, ExponentialIsExact) {
    for (float x = -90; x < 90; x += 0.00317F) {
        const double expected = std::exp(static_cast<double>(std::clamp(x, -87.0F, 87.0F)));
        ASSERT_NEAR(numeric::exp_lanes(numeric::all_lanes(x))[0] / expected, 1, 3e-7) << x;
    }
    EXPECT_EQ(numeric::exp_lanes(numeric::all_lanes(0))[3], 1);
}

TEST(Lanes, RoughLogarithmIsRoughlyRight) {
    for (float x = 1; x < 1e30F; x *= 1.01F)
        ASSERT_NEAR(numeric::rough_log_lanes(numeric::all_lanes(x))[1], std::log(x), 0.06) << x;
}

}  // namespace
}  // namespace crm::text
