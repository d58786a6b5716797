#include "crm/text/features.hpp"

#include <gtest/gtest.h>

#include <map>

#include "crm/text/vocabulary.hpp"

namespace crm::text {
namespace {

struct Found {
    std::multimap<std::string, std::uint64_t> phrases, pieces;
};

Found features_of(std::string_view text, const FeatureOptions& options = {}) {
    Comment comment;
    comment.assign(text);
    Found found;
    const auto slice = [&](std::uint32_t begin, std::uint32_t end) {
        return to_utf8(comment.folded().characters().substr(begin, end - begin));
    };
    for_each_phrase(comment, options, [&](std::uint64_t hash, std::uint32_t begin, std::uint32_t end) {
        EXPECT_TRUE(is_phrase(hash));
        found.phrases.emplace(slice(begin, end), hash);
    });
    for_each_piece(comment, options, [&](std::uint64_t hash, std::uint32_t begin, std::uint32_t end) {
        EXPECT_FALSE(is_phrase(hash));
        EXPECT_LT(begin, end);
        found.pieces.emplace(slice(begin, end), hash);
    });
    return found;
}

std::vector<std::string> keys(const std::multimap<std::string, std::uint64_t>& found) {
    std::vector<std::string> names;
    for (const auto& [name, hash] : found) names.push_back(name);
    return names;
}

TEST(Features, AreWordsPairsAndPieces) {
    const Found found = features_of("Not good!");
    EXPECT_EQ(keys(found.phrases), (std::vector<std::string>{"good", "not", "not good"}));
    // Of " not ": " n", "no", "ot", "t ", " no", "not", "ot ", " not", "not ", " not "; without the spaces.
    const std::map<std::string, int> of_not{{"n", 1}, {"no", 2}, {"not", 4}, {"ot", 2}, {"t", 1}};
    for (const auto& [piece, times] : of_not) EXPECT_EQ(found.pieces.count(piece), times) << piece;
    EXPECT_EQ(found.pieces.count("d!"), 2U);
    EXPECT_EQ(found.pieces.count("!"), 1U);
}

TEST(Features, DifferWhereTheSpaceIs) {
    const Found found = features_of("ab");
    const auto [first, last] = found.pieces.equal_range("ab");
    std::vector<std::uint64_t> hashes;
    for (auto at = first; at != last; ++at) hashes.push_back(at->second);
    std::ranges::sort(hashes);
    EXPECT_EQ(std::ranges::adjacent_find(hashes), hashes.end());
    EXPECT_EQ(hashes.size(), 4U);  // "ab", " ab", "ab ", " ab "
}

TEST(Features, PhrasesPartDifferently) {
    EXPECT_NE(features_of("a bc").phrases.find("a bc")->second, features_of("ab c").phrases.find("ab c")->second);
    EXPECT_EQ(features_of("a, b").phrases.find("a, b")->second, features_of("A b").phrases.find("a b")->second);
}

TEST(Features, NeverChange) {
    const Found found = features_of("Café 👍");
    EXPECT_EQ(found.phrases.find("café")->second, 13427645535157387969U);
    EXPECT_EQ(found.phrases.find("café 👍")->second, 6864094409385309221U);
    EXPECT_EQ(found.pieces.find("af")->second, 7816813329981480952U);
}

TEST(Features, FollowTheirOptions) {
    EXPECT_TRUE(features_of("one two", {0, 2, 3}).phrases.empty());
    EXPECT_TRUE(features_of("one two", {1, 0, 0}).pieces.empty());
    EXPECT_EQ(keys(features_of("a b c", {3, 0, 0}).phrases),
              (std::vector<std::string>{"a", "a b", "a b c", "b", "b c", "c"}));
    EXPECT_EQ(features_of("abc", {0, 1, 1}).pieces.size(), 3U);
}

TEST(Features, AreReadFromWhateverIsGiven) {
    for (const std::string& text :
         {std::string(), std::string(" \t\n"), std::string("\xFF\xFE\x00\x80", 4), std::string("שלום עולם"),
          std::string("e\u0301\u0301\u0301"), std::string("👨‍👩‍👧‍👦")})
        features_of(text);
    EXPECT_TRUE(features_of(" \t\n").pieces.empty());
}

TEST(Features, OptionsAreRefusedWhenImpossible) {
    for (const auto& [words, from, to] : {std::tuple{0, 0, 0}, {6, 2, 5}, {2, 5, 2}, {2, 0, 3}, {2, 2, 9}}) {
        Writer out;
        for (const int number : {words, from, to}) out.put(static_cast<std::uint8_t>(number));
        Reader in(out.bytes());
        EXPECT_THROW(FeatureOptions::load(in), corrupt_data) << words << from << to;
    }
}

TEST(Vocabulary, NumbersHashesInTheOrderTheyCome) {
    Vocabulary vocabulary(std::pmr::get_default_resource());
    EXPECT_EQ(vocabulary.find(7), Vocabulary::none);
    for (std::uint64_t i = 0; i < 10000; ++i) EXPECT_EQ(vocabulary.add(i * 64), i);
    for (std::uint64_t i = 0; i < 10000; ++i) {
        EXPECT_EQ(vocabulary.add(i * 64), i);
        EXPECT_EQ(vocabulary.find(i * 64), i);
    }
    EXPECT_EQ(vocabulary.find(1), Vocabulary::none);
}

}  // namespace
}  // namespace crm::text
