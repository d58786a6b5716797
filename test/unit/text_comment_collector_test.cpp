#include "crm/text/comment_collector.hpp"

#include <cmath>
#include <set>

#include "aggregate_laws.hpp"
#include "hostile_bytes.hpp"
#include "random_comments.hpp"

namespace crm::text {
namespace {

using Collected = std::tuple<std::vector<std::string>, std::vector<std::uint64_t>, std::vector<std::uint32_t>,
                             std::vector<std::uint32_t>, std::vector<float>, std::vector<std::uint16_t>>;

Collected collected(const CommentCollector& comments, std::uint32_t least = 2) {
    const TrainingSet set = comments.training_set(least);
    return {set.label_names,
            {set.hashes.begin(), set.hashes.end()},
            {set.frequencies.begin(), set.frequencies.end()},
            {set.features.begin(), set.features.end()},
            {set.terms.begin(), set.terms.end()},
            {set.labels_of.begin(), set.labels_of.end()}};
}

void feed(CommentCollector& comments, const test::LabelledComment& row) {
    Comment comment;
    comment.assign(row.comment);
    const std::string_view label = row.label;
    comments.add(std::span(&label, 1), comment, {});
}

CommentCollector collect(const std::vector<test::LabelledComment>& rows) {
    CommentCollector comments(std::pmr::get_default_resource());
    for (const auto& row : rows) feed(comments, row);
    return comments;
}

TEST(CommentCollector, IsAnAggregate) {
    test::expect_aggregate_laws<CommentCollector>(test::random_comments(60, 5, 1), feed,
                                                  [](const CommentCollector& comments) { return collected(comments); });
}

TEST(CommentCollector, CountsWhatCommentsHave) {
    const CommentCollector comments = collect({{"b", "spam spam"}, {"a", "spam ham"}, {"b", "eggs"}});
    const TrainingSet set = comments.training_set(1);
    EXPECT_EQ(set.label_names, (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(set.size(), 3U);
    EXPECT_TRUE(std::ranges::is_sorted(set.hashes));
    std::multiset<std::pair<std::uint32_t, float>> phrases;
    for (std::size_t entry = 0; entry < set.features.size(); ++entry)
        if (const auto feature = set.features[entry]; is_phrase(set.hashes[feature]))
            phrases.emplace(set.frequencies[feature], set.terms[entry]);
    // spam twice, once; "spam spam", "spam ham", ham, eggs.
    EXPECT_EQ(phrases, (std::multiset<std::pair<std::uint32_t, float>>{
                           {2, 1 + std::log(2.0F)}, {2, 1.0F}, {1, 1.0F}, {1, 1.0F}, {1, 1.0F}, {1, 1.0F}}));
    EXPECT_EQ(comments.training_set(4).width(), 0U);
}

TEST(CommentCollector, ScalesPhrasesAndPiecesToTheirLengths) {
    TrainingSet set = collect(test::random_comments(40, 3, 2)).training_set(1);
    const std::vector<float> importance(set.width(), 2.5F);
    set.weigh(importance, {});
    for (std::size_t comment = 0; comment < set.size(); ++comment) {
        double squares[2] = {0, 0};
        const auto [features, values] = set.entries(comment);
        for (std::size_t i = 0; i < values.size(); ++i)
            squares[is_phrase(set.hashes[features[i]])] += double{values[i]} * values[i];
        EXPECT_NEAR(std::sqrt(squares[0]), length_of_pieces, 1e-5);
        EXPECT_NEAR(std::sqrt(squares[1]), length_of_phrases, 1e-5);
    }
}

TEST(Vocabulary, HashesThatAreChosenToCollideCostNoMore) {
    constexpr std::uint32_t many = 2'000'000;  // with every search through all before it this would take half an hour
    for (const int shift : {0, 16, 32, 43}) {
        Vocabulary vocabulary(std::pmr::get_default_resource());
        for (std::uint64_t i = 0; i < many; ++i) ASSERT_EQ(vocabulary.add(i << shift), i);
        for (std::uint64_t i = 0; i < many; ++i) ASSERT_EQ(vocabulary.find(i << shift), i);
        ASSERT_EQ(vocabulary.find(std::uint64_t{many} << shift | 1U), Vocabulary::none);
    }
}

/// Counts what is held.
class HeldMemory : public std::pmr::memory_resource {
public:
    std::size_t held = 0;

private:
    void* do_allocate(std::size_t size, std::size_t alignment) final {
        held += size;
        return std::pmr::new_delete_resource()->allocate(size, alignment);
    }
    void do_deallocate(void* memory, std::size_t size, std::size_t alignment) final {
        held -= size;
        std::pmr::new_delete_resource()->deallocate(memory, size, alignment);
    }
    bool do_is_equal(const memory_resource& other) const noexcept final { return this == &other; }
};

TEST(CommentCollector, TakesLittleMoreThanItKeeps) {
    HeldMemory memory;
    CommentCollector collector(&memory);
    Comment comment;
    for (const auto& row : test::random_comments(60'000, 3, 5)) {
        comment.assign(row.comment);
        const std::string_view label = row.label;
        collector.add(std::span(&label, 1), comment, {});
    }
    const double kept = static_cast<double>(test::saved(collector).size());
    EXPECT_GT(kept, 5e6);
    EXPECT_LT(static_cast<double>(memory.held), 1.15 * kept + 1.5e6);
}

TEST(CommentCollector, EqualLabelsOfACommentCountOnce) {
    CommentCollector comments(std::pmr::get_default_resource());
    Comment comment;
    comment.assign("x");
    const std::string_view labels[] = {"b", "a", "b"};
    comments.add(labels, comment, {});
    comments.add({}, comment, {});
    const TrainingSet set = comments.training_set(1);
    EXPECT_EQ(set.labels_of.size(), 2U);
    EXPECT_EQ(set.labels(0).size() + set.labels(1).size(), 2U);
}

TEST(CommentCollector, RefusesLabelsWithoutEnd) {
    CommentCollector comments(std::pmr::get_default_resource());
    Comment comment;
    comment.assign("x");
    const auto add = [&](std::size_t number) {
        const std::string label = std::to_string(number);
        const std::string_view view = label;
        comments.add(std::span(&view, 1), comment, {});
    };
    for (std::size_t i = 0; i < most_labels; ++i) add(i);
    add(7);
    EXPECT_THROW(add(most_labels), limit_exceeded);
}

TEST(CommentCollector, RefusesOtherFeatures) {
    CommentCollector comments = collect({{"a", "x"}});
    Comment comment;
    comment.assign("x");
    EXPECT_THROW(comments.add({}, comment, {1, 2, 5}), invalid_argument);
    CommentCollector other(std::pmr::get_default_resource());
    other.add({}, comment, {1, 2, 5});
    EXPECT_THROW(comments.merge(other), invalid_argument);
}

TEST(CommentCollector, SurvivesHostileBytes) {
    test::expect_survives_damage(test::saved(collect(test::random_comments(6, 3, 3))), [](Reader& in) {
        CommentCollector comments(std::pmr::get_default_resource());
        comments.load(in);
        collected(comments);
    });
}

}  // namespace
}  // namespace crm::text
