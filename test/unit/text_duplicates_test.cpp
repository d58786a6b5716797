#include "crm/text/near_duplicates.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "aggregate_laws.hpp"
#include "crm/foundation/error.hpp"
#include "hostile_bytes.hpp"
#include "random_customers.hpp"
#include "reference_data.hpp"

namespace {

using crm::Json;
using crm::test::Chance;
using crm::text::cluster_texts;
using crm::text::comparable;
using crm::text::DuplicateOptions;
using crm::text::find_shingles;
using crm::text::jaccard;
using crm::text::MinHash;
using crm::text::NearDuplicatesBuilder;
using crm::text::ShingleOptions;
using crm::text::text_similarity;

using ByNumber = NearDuplicatesBuilder<std::int64_t>;
using Found = std::vector<crm::text::NearDuplicate<std::int64_t>>;

Found duplicates_of(const std::vector<std::string>& comments, const DuplicateOptions& options = {}) {
    crm::test::Dropped<ByNumber> state;
    state->set(options);
    std::int64_t id = 0;
    for (const auto& comment : comments) state->add(++id, comment);
    return state->finish();
}

TEST(Similarity, IsTheJaccardIndexOfShingles) {
    EXPECT_EQ(text_similarity("where is my card", "Where is MY card?!"), 1);
    EXPECT_EQ(text_similarity("abc", "xyz"), 0);
    EXPECT_EQ(text_similarity("", "..."), 1);
    EXPECT_EQ(text_similarity("", "abc"), 0);
    EXPECT_EQ(text_similarity("ab", "AB"), 1);  // shorter than a shingle
    // abcd bcde cdef | bcde cdef defg: 2 of 4.
    EXPECT_EQ(text_similarity("abcdef", "bcdefg"), 0.5);
    ShingleOptions words;
    words.of_words = true;
    words.size = 2;
    // a-b b-c c-d | a-b b-c c-e
    EXPECT_EQ(text_similarity("a b c d", "a b c e", words), 0.5);
    words.size = 1;
    EXPECT_EQ(text_similarity("a b b c", "c, b, a", words), 1);
    EXPECT_EQ(comparable("  Hello,  WORLD!! "), "hello world");
    EXPECT_EQ(comparable("信用卡 丢了。"), "信用卡 丢了");
    EXPECT_EQ(comparable("\u200f"), "");
    EXPECT_GE(text_similarity(std::string(1 << 20, 'a'), "aaaa"), 0);
    EXPECT_EQ(text_similarity("\xff\xfe", "\xff \xfe"), 0);
}

TEST(Similarity, AgreesWithSetsOfStrings) {
    Chance chance(1);
    for (int trial = 0; trial < 300; ++trial) {
        std::string texts[2];
        std::set<std::string> sets[2];
        for (int t = 0; t < 2; ++t) {
            for (int n = chance.whole(4, 30); n > 0; --n) texts[t] += static_cast<char>('a' + chance.whole(0, 2));
            for (std::size_t i = 0; i + 4 <= texts[t].size(); ++i) sets[t].insert(texts[t].substr(i, 4));
        }
        std::vector<std::string> shared;
        std::ranges::set_intersection(sets[0], sets[1], std::back_inserter(shared));
        const auto both = static_cast<double>(shared.size());
        EXPECT_DOUBLE_EQ(text_similarity(texts[0], texts[1]),
                         both / (static_cast<double>(sets[0].size() + sets[1].size()) - both));
    }
}

TEST(NearDuplicates, MissesFewerThanOneOfAThousandAtTheThreshold) {
    for (double threshold = 0.2; threshold <= 1; threshold += 0.01)
        EXPECT_LE(MinHash::miss_probability(threshold, MinHash::rows_for(threshold)), 1e-3) << threshold;
    EXPECT_EQ(MinHash::rows_for(0.8), 5u);
    EXPECT_LT(MinHash::miss_probability(0.8, 5), 5e-5);
}

TEST(NearDuplicates, SignaturesAgreeAsOftenAsSetsAreAlike) {
    Chance chance(2);
    double squares = 0;
    const int pairs = 400;
    for (int trial = 0; trial < pairs; ++trial) {
        std::vector<std::uint64_t> one, other;
        const double alike = chance.uniform();
        for (int i = 0; i < 200; ++i) {
            const std::uint64_t shingle = crm::text::mixed(static_cast<std::uint64_t>(trial * 1000 + i));
            one.push_back(shingle);
            other.push_back(chance.uniform() < alike ? shingle : crm::text::mixed(~shingle));
        }
        std::ranges::sort(one);
        std::ranges::sort(other);
        const auto a = MinHash::of(one), b = MinHash::of(other);
        double agree = 0;
        for (std::size_t i = 0; i < MinHash::hashes; ++i) agree += a[i] == b[i];
        const double s = jaccard(one, other), off = agree / MinHash::hashes - s;
        squares += off * off / std::max(s * (1 - s) / MinHash::hashes, 1e-4);
    }
    EXPECT_NEAR(squares / pairs, 1, 0.25);  // the variance of a binomial share
}

TEST(NearDuplicates, FindsCopiesAndTemplates) {
    const Found found = duplicates_of({"Win a FREE phone now, visit our shop today!", "where is my card",
                                       "win a free phone now - visit our shop today", "unlike all others",
                                       "Win a free phone now, visit our shop today :)", "Where is my card?",
                                       "Win a free phones now, visit our shop today", "", "..."});
    ASSERT_EQ(found.size(), 6u);
    EXPECT_EQ(found[0].cluster, 1);
    EXPECT_EQ(found[0].id, 1);
    EXPECT_EQ(found[1].id, 3);
    EXPECT_EQ(found[2].id, 5);
    EXPECT_EQ(found[3].id, 7);
    EXPECT_EQ(found[3].representative, 1);
    EXPECT_EQ(found[2].similarity, 1);
    EXPECT_LT(found[3].similarity, 1);
    EXPECT_GE(found[3].similarity, 0.8);
    EXPECT_EQ(found[4].id, 2);
    EXPECT_EQ(found[5].representative, 2);
    EXPECT_TRUE(duplicates_of({}).empty());
    EXPECT_TRUE(duplicates_of({"one"}).empty());
}

TEST(NearDuplicates, TakesTextsForIds) {
    crm::test::Dropped<NearDuplicatesBuilder<std::string>> state;
    state->add("z", "the same");
    state->add("a", "The same!");
    const auto found = state->finish();
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found[0].id, "a");
    EXPECT_EQ(found[1].representative, "a");
}

/// Real queries, with templates that differ in some words and typing errors.
std::vector<std::string> realistic(int count) {
    Chance chance(3);
    std::vector<std::string> comments;
    for (const auto& record : crm::test::records("text/banking77/train.csv")) {
        if (static_cast<int>(comments.size()) >= count) break;
        comments.push_back(record.at("text"));
        if (chance.uniform() < 0.3) {
            std::string changed = record.at("text");
            for (int edits = chance.whole(1, 3); edits > 0; --edits)
                changed[static_cast<std::size_t>(chance.whole(0, static_cast<int>(changed.size()) - 1))] = 'x';
            comments.push_back(changed);
        }
    }
    return comments;
}

TEST(NearDuplicates, AgreesWithAllPairs) {
    SKIP_WITHOUT_REFERENCE_DATA();
    const auto comments = realistic(4000);
    for (const double threshold : {0.5, 0.7, 0.8, 0.9}) {
        DuplicateOptions options;
        options.threshold = threshold;
        std::vector<std::string> texts;
        std::vector<std::string_view> views;
        std::set<std::string> known;
        for (const auto& comment : comments)
            if (const auto text = comparable(comment); known.insert(text).second) texts.push_back(text);
        for (const auto& text : texts) views.push_back(text);
        std::vector<std::vector<std::uint64_t>> shingles(texts.size());
        for (std::size_t i = 0; i < texts.size(); ++i) find_shingles(texts[i], options.shingles, shingles[i]);
        // The same rule with every pair compared.
        std::map<std::uint32_t, std::uint32_t> expected, found;
        std::vector<std::uint32_t> leaders;
        int members = 0;
        for (std::uint32_t i = 0; i < texts.size(); ++i) {
            double best = -1;
            std::uint32_t leader = i;
            for (const std::uint32_t one : leaders) {
                const double similarity = jaccard(shingles[i], shingles[one]);
                if (similarity >= threshold && similarity > best) {
                    best = similarity;
                    leader = one;
                }
            }
            if (leader == i) leaders.push_back(i);
            expected[i] = leader;
            members += leader != i;
        }
        for (const auto& cluster : cluster_texts(views, options))
            for (const auto& [text, similarity] : cluster) {
                found[text] = cluster.front().text;
                EXPECT_DOUBLE_EQ(similarity, jaccard(shingles[text], shingles[cluster.front().text]));
                EXPECT_GE(similarity, threshold);
            }
        int missed = 0;
        for (const auto& [text, leader] : expected) missed += found.at(text) != leader;
        std::printf("threshold %.1f: %zu texts, %d in clusters of others, %d placed otherwise\n", threshold,
                    texts.size(), members, missed);
        EXPECT_GT(members, 50);
        EXPECT_LE(missed, 1 + members / 500);
    }
}

TEST(NearDuplicates, RefusesWhatCannotBe) {
    const auto of = [](Json::Object options) { return DuplicateOptions::from_json(options); };
    EXPECT_THROW(of({{"similarity", 0.5}}), crm::invalid_argument);
    EXPECT_THROW(of({{"threshold", 0.1}}), crm::invalid_argument);
    EXPECT_THROW(of({{"threshold", 1.1}}), crm::invalid_argument);
    EXPECT_THROW(of({{"shingles", "letters"}}), crm::invalid_argument);
    EXPECT_THROW(of({{"size", 0}}), crm::invalid_argument);
    EXPECT_THROW(ShingleOptions::from_json(Json::Object{{"threshold", 0.5}}), crm::invalid_argument);
    EXPECT_EQ(of({{"shingles", "words"}}).shingles.size, 2);
    crm::test::Dropped<ByNumber> state;
    state->add(1, "a");
    EXPECT_THROW(state->set(of({{"threshold", 0.5}})), crm::invalid_argument);
}

struct Said {
    std::int64_t id;
    std::string comment;
};

std::vector<Said> random_comments(unsigned seed, int count) {
    Chance chance(seed);
    const std::vector<std::string> words = {"Card", "card", "lost", "the", "信用卡", "😀", ".", "fee", "transfer"};
    std::vector<Said> all;
    for (int i = 0; i < count; ++i) {
        Said one{chance.whole(-1000000, 1000000), ""};
        for (int n = chance.whole(0, 5); n > 0; --n)
            one.comment += words[static_cast<std::size_t>(chance.whole(0, 8))] + " ";
        all.push_back(one);
    }
    return all;
}

TEST(NearDuplicates, ObeysTheLawsOfAggregates) {
    for (const int count : {1, 5, 300}) {
        crm::test::expect_aggregate_laws<ByNumber>(
            random_comments(4, count), [](ByNumber& state, const Said& said) { state.add(said.id, said.comment); },
            [](const ByNumber& state) { return state.finish(); });
        crm::test::expect_aggregate_laws<NearDuplicatesBuilder<std::string>>(
            random_comments(5, count),
            [](auto& state, const Said& said) { state.add(std::to_string(said.id), said.comment); },
            [](const auto& state) { return state.finish(); });
    }
}

TEST(NearDuplicates, SurvivesDamagedBytes) {
    crm::test::Dropped<ByNumber> numbers;
    crm::test::Dropped<NearDuplicatesBuilder<std::string>> names;
    for (const auto& [id, comment] : random_comments(6, 20)) {
        numbers->add(id, comment);
        names->add(std::to_string(id), comment);
    }
    crm::test::expect_survives_damage(crm::test::saved(*numbers), [](crm::Reader& in) {
        crm::test::Dropped<ByNumber> read;
        read->load(in);
        in.expect_end();
        (void)read->finish();
    });
    crm::test::expect_survives_damage(crm::test::saved(*names), [](crm::Reader& in) {
        crm::test::Dropped<NearDuplicatesBuilder<std::string>> read;
        read->load(in);
        in.expect_end();
        (void)read->finish();
    });
}

}  // namespace
