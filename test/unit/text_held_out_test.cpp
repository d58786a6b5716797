#include "crm/text/held_out.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <random>

#include "crm/text/comment_collector.hpp"
#include "random_comments.hpp"

namespace crm::text {
namespace {

TrainingSet training_set(const std::vector<test::LabelledComment>& rows) {
    CommentCollector collector(std::pmr::get_default_resource());
    Comment comment;
    for (const auto& row : rows) {
        comment.assign(row.comment);
        const std::string_view label = row.label;
        collector.add(std::span(&label, 1), comment, {});
    }
    return collector.training_set(1);
}

/// Margins that are right more often than not.
HeldOut random_margins(const TrainingSet& set, bool several, unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<float> noise;
    HeldOut held_out(set, several);
    std::vector<float> margins(set.label_names.size());
    for (std::uint32_t comment = 0; comment < set.size(); ++comment) {
        for (float& margin : margins) margin = 2 * noise(random);
        margins[set.labels(comment).front()] += 3;
        held_out.add(comment, margins);
    }
    return held_out;
}

TEST(Folds, KeepEqualCommentsTogetherAndLabelsSpread) {
    auto rows = test::random_comments(400, 4, 1);
    for (std::size_t i = 0; i < 100; ++i) rows.push_back(rows[i]);
    rows.push_back({"alone", "only this"});
    rows.push_back({"alone", "only this"});
    const TrainingSet set = training_set(rows);
    const auto folds = assign_folds(set, 8);
    std::map<std::pair<std::uint16_t, int>, int> counts;
    for (std::uint32_t i = 0; i < set.size(); ++i) {
        if (i > 0 && set.contents[i] == set.contents[i - 1]) {
            EXPECT_EQ(folds[i], folds[i - 1]);
        }
        ++counts[{set.labels(i).front(), folds[i]}];
    }
    EXPECT_EQ(counts.erase({0, 8}), 1U);  // "alone" is never held out
    EXPECT_EQ(counts.size(), 4U * 8);
    for (const auto& [where, count] : counts) EXPECT_GE(count, 8);
}

TEST(Folds, KeepTextsTogetherThatPeopleLabelDifferently) {
    auto rows = test::random_comments(200, 4, 11);
    for (std::size_t i = 0; i < 100; ++i) rows.push_back({"label" + std::to_string(i % 4), rows[i].comment});
    rows.push_back({"alone", rows[0].comment});
    const TrainingSet set = training_set(rows);
    const auto folds = assign_folds(set, 8);
    std::map<std::uint64_t, std::uint8_t> fold_of;
    std::map<int, int> sizes;
    std::uint64_t text_of_alone = 0;
    for (std::size_t i = 0; i < set.size(); ++i) {
        EXPECT_EQ(fold_of.emplace(set.texts[i], folds[i]).first->second, folds[i]);
        ++sizes[folds[i]];
        if (set.labels(i).front() == 0) text_of_alone = set.texts[i];
    }
    EXPECT_EQ(fold_of.at(text_of_alone), 8);
    EXPECT_EQ(sizes.size(), 9U);
    for (int fold = 0; fold < 8; ++fold) EXPECT_GE(sizes[fold], 20) << fold;
}

TEST(HeldOut, TemperatureIsTheBestOfAFineGrid) {
    const TrainingSet set = training_set(test::random_comments(300, 3, 2));
    for (const bool several : {false, true}) {
        const HeldOut held_out = random_margins(set, several, 3);
        const auto found = held_out.calibrate();
        double best = INFINITY;
        std::mt19937 random(3);
        std::normal_distribution<float> noise;
        std::vector<std::vector<double>> margins;
        for (std::uint32_t comment = 0; comment < set.size(); ++comment) {
            auto& row = margins.emplace_back();
            for (int k = 0; k < 3; ++k) row.push_back(2 * noise(random));
            row[set.labels(comment).front()] += 3;
        }
        for (double temperature = 0.2; temperature < 5; temperature *= 1.01) {
            double loss = 0;
            for (std::uint32_t comment = 0; comment < set.size(); ++comment) {
                const std::size_t actual = set.labels(comment).front();
                double sum = 0;
                for (std::size_t k = 0; k < 3; ++k) {
                    const double margin = margins[comment][k] / temperature;
                    if (several)
                        loss += std::log(1 + std::exp(k == actual ? -margin : margin)) / 3;
                    else
                        sum += std::exp(margin);
                }
                if (!several) loss += std::log(sum) - margins[comment][actual] / temperature;
            }
            const auto count = static_cast<double>(set.size());
            best = std::min(best, (loss + std::pow(std::log(temperature), 2)) / count);
        }
        const double reached =
            found.log_loss + std::pow(std::log(found.temperature), 2) / static_cast<double>(set.size());
        EXPECT_NEAR(reached, best, 1e-4);
        EXPECT_LE(reached, best + 1e-6);
    }
}

TEST(HeldOut, FewCommentsSayLittleOfTheTemperature) {
    const TrainingSet set = training_set({{"a", "one"}, {"a", "two"}, {"b", "three"}, {"b", "four"}});
    HeldOut held_out = random_margins(set, false, 1);
    const auto found = held_out.calibrate();
    EXPECT_GT(found.temperature, 0.3);
    EXPECT_LT(found.temperature, 3);
}

TEST(HeldOut, ThresholdsMaximiseF1) {
    const TrainingSet set = training_set(test::random_comments(300, 3, 4));
    const HeldOut held_out = random_margins(set, true, 5);
    const auto thresholds = held_out.thresholds(1);
    std::mt19937 random(5);
    std::normal_distribution<float> noise;
    std::vector<std::array<double, 3>> chances;
    for (std::uint32_t comment = 0; comment < set.size(); ++comment) {
        auto& row = chances.emplace_back();
        for (double& chance : row) chance = 2 * noise(random);
        row[set.labels(comment).front()] += 3;
        for (double& chance : row) chance = 1 / (1 + std::exp(-chance));
    }
    for (std::size_t label = 0; label < 3; ++label) {
        const auto f1 = [&](double threshold) {
            double right = 0, given = 0, actual = 0;
            for (std::uint32_t comment = 0; comment < set.size(); ++comment) {
                const bool has = set.labels(comment).front() == label, gets = chances[comment][label] >= threshold;
                right += has && gets;
                given += gets;
                actual += has;
            }
            return 2 * right / (given + actual);
        };
        for (double threshold = 0.001; threshold < 1; threshold += 0.001)
            ASSERT_LE(f1(threshold), f1(thresholds[label]) + 1e-12) << label << ' ' << threshold;
    }
}

TEST(HeldOut, OneInTwentyFallsUnderTheLeastMargin) {
    const TrainingSet set = training_set(test::random_comments(400, 3, 6));
    const HeldOut held_out = random_margins(set, false, 7);
    EXPECT_LT(*held_out.least_margin(0), *held_out.least_margin(0.05));
    EXPECT_LT(*held_out.least_margin(0.05), *held_out.least_margin(0.5));
}

TEST(HeldOut, CommentsWithoutLabelDoNotLowerTheLeastMargin) {
    CommentCollector collector(std::pmr::get_default_resource());
    Comment comment;
    for (int i = 0; i < 40; ++i) {
        comment.assign("comment " + std::to_string(i));
        const std::string_view label = i % 8 == 0 ? "b" : "a";
        collector.add(std::span(&label, i % 2 == 0 ? 1 : 0), comment, {});
    }
    const TrainingSet set = collector.training_set(1);
    HeldOut labelled(set, true), others(set, true);
    for (std::uint32_t i = 0; i < set.size(); ++i) {
        const bool has = !set.labels(i).empty();
        const float margins[] = {has ? 1.0F : -3.0F, -4};
        labelled.add(i, margins);
        if (!has) others.add(i, margins);
    }
    EXPECT_EQ(labelled.least_margin(0.05), 1);
    EXPECT_FALSE(others.least_margin(0.05));
}

/// Counts what is asked for.
class CountedMemory : public std::pmr::memory_resource {
public:
    std::size_t taken = 0;

private:
    void* do_allocate(std::size_t size, std::size_t alignment) final {
        taken += size;
        return std::pmr::new_delete_resource()->allocate(size, alignment);
    }
    void do_deallocate(void* memory, std::size_t size, std::size_t alignment) final {
        std::pmr::new_delete_resource()->deallocate(memory, size, alignment);
    }
    bool do_is_equal(const memory_resource& other) const noexcept final { return this == &other; }
};

TEST(HeldOut, TakesItsMemoryWhereTheSetDoes) {
    CountedMemory memory;
    CommentCollector collector(&memory);
    Comment comment;
    for (const auto& row : test::random_comments(300, 3, 8)) {
        comment.assign(row.comment);
        const std::string_view label = row.label;
        collector.add(std::span(&label, 1), comment, {});
    }
    const TrainingSet set = collector.training_set(1);
    std::size_t before = memory.taken;
    const auto folds = assign_folds(set, 8);
    EXPECT_GE(memory.taken - before, set.size() * (sizeof(std::uint8_t) + sizeof(std::uint32_t)));
    before = memory.taken;
    const HeldOut held_out = random_margins(set, true, 9);
    EXPECT_GE(memory.taken - before, set.size() * 3 * sizeof(float));
    before = memory.taken;
    held_out.thresholds(1);
    EXPECT_GE(memory.taken - before, set.size() * 3 * sizeof(double));
}

TEST(HeldOut, CanBeCancelled) {
    struct Cancelled {};
    const TrainingSet set = training_set(test::random_comments(300, 3, 8));
    const Cancellation cancelled(+[] { throw Cancelled{}; });
    HeldOut held_out(set, true, cancelled);
    for (std::uint32_t i = 0; i < set.size(); ++i) held_out.add(i, std::vector<float>(3, 0.5F));
    EXPECT_THROW(assign_folds(set, 8, cancelled), Cancelled);
    EXPECT_THROW(held_out.calibrate(), Cancelled);
    EXPECT_THROW(held_out.least_margin(0.05), Cancelled);
    EXPECT_THROW(held_out.card({1, 0}, std::vector<double>(3, 0.5)), Cancelled);
}

}  // namespace
}  // namespace crm::text
