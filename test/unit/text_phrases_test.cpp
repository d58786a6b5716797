#include <gtest/gtest.h>

#include <set>

#include "crm/text/features.hpp"

namespace {

using namespace crm::text;

std::set<std::uint64_t> phrases(std::string_view text) {
    Comment comment;
    comment.assign(text);
    std::set<std::uint64_t> found;
    for_each_phrase(comment, {3, 0, 0}, [&](std::uint64_t hash, std::uint32_t, std::uint32_t) { found.insert(hash); });
    return found;
}

TEST(Phrases, DifferByTheOrderOfTheirWords) {
    EXPECT_EQ(phrases("b").size(), 1U);
    std::set<std::uint64_t> all = phrases("a b");
    all.merge(phrases("b a"));
    EXPECT_EQ(all.size(), 4U);
    all = phrases("a b c");
    for (const auto* text : {"a c b", "b a c", "b c a", "c a b", "c b a"}) all.merge(phrases(text));
    EXPECT_EQ(all.size(), 3U + 6 + 6);
    all = phrases("a a");
    all.merge(phrases("b b"));
    EXPECT_EQ(all.size(), 4U);
}

}  // namespace
