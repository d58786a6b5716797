#include "crm/text/keywords.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "aggregate_laws.hpp"
#include "crm/foundation/error.hpp"
#include "crm/foundation/unicode.hpp"
#include "hostile_bytes.hpp"
#include "random_customers.hpp"
#include "reference_data.hpp"

namespace {

using crm::Json;
using crm::test::Chance;
using crm::text::Keyword;
using crm::text::KeywordOptions;
using crm::text::KeywordsBuilder;
using crm::text::log_odds;

struct Said {
    std::string label, comment;
};

std::vector<Keyword> keywords_of(const std::vector<Said>& all, const KeywordOptions& options = {}) {
    crm::test::Dropped<KeywordsBuilder> state;
    state->set(options);
    for (const auto& [label, comment] : all) state->add(label, comment);
    return state->finish();
}

std::vector<std::string> shown(const std::vector<Keyword>& rows, const std::string& label) {
    std::vector<std::string> words;
    for (const Keyword& row : rows)
        if (row.label == label) words.push_back(row.keyword);
    return words;
}

bool has(const std::vector<std::string>& words, const std::string& wanted) {
    return std::ranges::find(words, wanted) != words.end();
}

KeywordOptions few(std::int64_t min_comments = 1, double prior = 10) {
    KeywordOptions options;
    options.min_comments = min_comments;
    options.prior = prior;
    return options;
}

TEST(Keywords, LogOddsAreThoseOfTheFormula) {
    // Equation 15 with a beta prior, written out: with 30 of 100 here, 20 of 400 elsewhere, prior 50 (mean 0.1).
    const auto odds = log_odds(30, 100, 20, 400, 50);
    EXPECT_NEAR(odds.log_odds, std::log(35.0 / 115) - std::log(25.0 / 425), 1e-14);
    EXPECT_NEAR(odds.std_error, std::sqrt(1 / 35.0 + 1 / 115.0 + 1 / 25.0 + 1 / 425.0), 1e-14);
    EXPECT_NEAR(odds.z(), odds.log_odds / odds.std_error, 1e-14);
    EXPECT_LT(log_odds(3, 100, 40, 400, 50).z(), 0);
    EXPECT_NEAR(log_odds(10, 100, 40, 400, 50).log_odds, 0, 1e-12);
    // The stronger the prior, the nearer to no difference.
    double last = 100;
    for (const double prior : {1.0, 10.0, 100.0, 1000.0, 1e6}) {
        const double now = log_odds(30, 100, 20, 400, prior).log_odds;
        EXPECT_LT(now, last);
        last = now;
    }
    EXPECT_NEAR(last, 0, 0.01);
    EXPECT_TRUE(std::isfinite(log_odds(100, 100, 400, 400, 500).z()));
}

TEST(Keywords, CountAgreesWithBruteForce) {
    Chance chance(1);
    const std::vector<std::string> vocabulary = {"a", "b", "c", "d", "e", "f", "g"};
    std::vector<Said> all;
    for (int i = 0; i < 300; ++i) {
        Said one{std::string(1, static_cast<char>('x' + chance.whole(0, 2))), ""};
        for (int n = chance.whole(0, 6); n > 0; --n)
            one.comment += vocabulary[static_cast<std::size_t>(chance.whole(0, one.label == "x" ? 6 : 3))] + " ";
        all.push_back(one);
    }
    KeywordOptions options = few();
    options.top = 1000;
    options.terms.phrases = 1;
    for (const Keyword& row : keywords_of(all, options)) {
        std::int64_t with = 0, size = 0, elsewhere = 0;
        for (const auto& [label, comment] : all) {
            const bool in = (" " + comment).find(" " + row.keyword + " ") != std::string::npos;
            size += label == row.label;
            with += in && label == row.label;
            elsewhere += in && label != row.label;
        }
        EXPECT_EQ(row.comments, with);
        EXPECT_EQ(row.label_comments, size);
        const auto n = static_cast<double>(size), rest = static_cast<double>(all.size()) - n;
        EXPECT_NEAR(row.share, static_cast<double>(with) / n, 1e-15);
        EXPECT_NEAR(row.share_elsewhere, static_cast<double>(elsewhere) / rest, 1e-15);
        const auto odds = log_odds(static_cast<double>(with), n, static_cast<double>(elsewhere), rest, options.prior);
        EXPECT_DOUBLE_EQ(row.log_odds, odds.log_odds);
        EXPECT_DOUBLE_EQ(row.z, odds.z());
        EXPECT_GT(row.z, 0);
    }
}

TEST(Keywords, ShowsWordsAsPeopleWriteThem) {
    const std::vector<Said> all = {{"a", "iPhone broke"}, {"a", "IPHONE broke"},  {"a", "my iPhone, iPhone!"},
                                   {"a", "iphone"},       {"b", "nothing broke"}, {"b", "broke my heart"},
                                   {"b", "heart"}};
    const auto rows = keywords_of(all, few());
    ASSERT_FALSE(rows.empty());
    EXPECT_EQ(rows[0].keyword, "iPhone");
    EXPECT_EQ(rows[0].comments, 4);  // one that repeats it counts once
    EXPECT_EQ(rows[0].position, 1);
}

TEST(Keywords, APhraseTakesThePlaceOfItsParts) {
    std::vector<Said> all;
    for (int i = 0; i < 40; ++i) {
        all.push_back({"cards", "my credit card is lost"});
        all.push_back({"transfers", "my transfer is late"});
        all.push_back({"transfers", "the card is fine but the transfer is late"});
    }
    for (int i = 0; i < 10; ++i) all.push_back({"cards", "the card was stolen"});
    const auto words = shown(keywords_of(all), "cards");
    EXPECT_TRUE(has(words, "credit card"));
    EXPECT_FALSE(has(words, "credit"));
    // What is left of a part without the phrase counts by itself.
    EXPECT_FALSE(has(words, "my credit") && has(words, "credit card"));
    KeywordOptions single;
    single.terms.phrases = 1;
    EXPECT_TRUE(has(shown(keywords_of(all, single), "cards"), "credit"));
    KeywordOptions longer;
    longer.terms.phrases = 4;
    EXPECT_TRUE(has(shown(keywords_of(all, longer), "cards"), "credit card is lost"));
}

TEST(Keywords, PhrasesDoNotCrossPunctuation) {
    std::vector<Said> all;
    for (int i = 0; i < 5; ++i) {
        all.push_back({"a", "red. green-blue don't stop 😀 now"});
        all.push_back({"b", "other"});
    }
    KeywordOptions options = few();
    options.terms.phrases = 4;
    const auto words = shown(keywords_of(all, options), "a");
    EXPECT_TRUE(has(words, "red"));
    EXPECT_TRUE(has(words, "green blue don't stop"));
    EXPECT_TRUE(has(words, "😀"));
    for (const auto& word : words) EXPECT_EQ(word.find("red g"), std::string::npos);
}

TEST(Keywords, PiecesOfScriptsWithoutSpaces) {
    std::vector<Said> all;
    for (int i = 0; i < 10; ++i) {
        all.push_back({"cards", i % 2 ? "我的信用卡丢了" : "信用卡在哪里"});
        all.push_back({"transfers", i % 2 ? "我的转账没到" : "转账在哪里"});
        all.push_back({"thai", i % 2 ? "บัตรหาย" : "ทำบัตรใหม่"});
    }
    const auto rows = keywords_of(all);
    EXPECT_EQ(shown(rows, "cards").front(), "信用卡");
    EXPECT_EQ(shown(rows, "transfers").front(), "转账");
    EXPECT_EQ(shown(rows, "thai").front(), "บัตร");
}

TEST(Keywords, SaysNothingWhereThereIsNothingToSay) {
    EXPECT_TRUE(keywords_of({}).empty());
    EXPECT_TRUE(keywords_of({{"a", "one two three"}}).empty());
    EXPECT_TRUE(keywords_of({{"a", ""}, {"b", "..."}}).empty());
    std::vector<Said> same;
    for (int i = 0; i < 50; ++i) same.push_back({i % 2 ? "a" : "b", "the same words"});
    for (const Keyword& row : keywords_of(same)) EXPECT_LT(row.z, 0.1);
    EXPECT_TRUE(keywords_of({{"a", std::string(200, 'x')}, {"b", std::string(1 << 20, ' ')}}, few()).empty());
    EXPECT_EQ(keywords_of({{"", "\xff\xfe broken"}, {"b", "fine"}}, few()).front().label, "");
}

TEST(Keywords, RefusesWhatCannotBe) {
    const auto of = [](Json::Object options) { return KeywordOptions::from_json(options); };
    EXPECT_THROW(of({{"words", 1}}), crm::invalid_argument);
    EXPECT_THROW(of({{"top", 0}}), crm::invalid_argument);
    EXPECT_THROW(of({{"phrases", 5}}), crm::invalid_argument);
    EXPECT_THROW(of({{"prior", 0}}), crm::invalid_argument);
    EXPECT_THROW(of({{"min_comments", 1.5}}), crm::invalid_argument);
    KeywordOptions options;
    options.terms.most_terms = 10;
    EXPECT_THROW(keywords_of({{"a", "one two three four five six"}}, options), crm::limit_exceeded);
    crm::test::Dropped<KeywordsBuilder> state;
    state->add("a", "b");
    EXPECT_THROW(state->set(few()), crm::invalid_argument);
}

std::vector<Said> random_comments(unsigned seed, int count) {
    Chance chance(seed);
    const std::vector<std::string> words = {"Card", "card",   "CARD", "credit", "lost", "the",
                                            "is",   "信用卡", "บัตร",  "😀",      ".",    "-"};
    std::vector<Said> all;
    for (int i = 0; i < count; ++i) {
        Said one{std::string(1, static_cast<char>('a' + chance.whole(0, 3))), ""};
        for (int n = chance.whole(0, 9); n > 0; --n)
            one.comment += words[static_cast<std::size_t>(chance.whole(0, 11))] + (chance.uniform() < 0.9 ? " " : "");
        all.push_back(one);
    }
    return all;
}

TEST(Keywords, ObeysTheLawsOfAggregates) {
    for (const int count : {1, 5, 200})
        crm::test::expect_aggregate_laws<KeywordsBuilder>(
            random_comments(7, count),
            [](KeywordsBuilder& state, const Said& said) {
                state.set(few(2));
                state.add(said.label, said.comment);
            },
            [](const KeywordsBuilder& state) { return state.finish(); });
}

TEST(Keywords, SurvivesDamagedBytes) {
    crm::test::Dropped<KeywordsBuilder> state;
    for (const auto& [label, comment] : random_comments(8, 30)) state->add(label, comment);
    crm::test::expect_survives_damage(crm::test::saved(*state), [](crm::Reader& in) {
        crm::test::Dropped<KeywordsBuilder> read;
        read->load(in);
        in.expect_end();
        (void)read->finish();
    });
}

TEST(Keywords, OfBankingQueries) {
    SKIP_WITHOUT_REFERENCE_DATA();
    std::vector<Said> all;
    for (const auto& record : crm::test::records("text/banking77/train.csv"))
        all.push_back({record.at("label"), record.at("text")});
    const auto rows = keywords_of(all);
    std::set<std::string> labels;
    int stop_words = 0, strongest = 0;
    const std::set<std::string> stop = {"the", "a", "i", "to", "is", "and", "of", "my", "it", "in", "for"};
    for (const Keyword& row : rows) {
        labels.insert(row.label);
        EXPECT_LE(row.position, 20);
        if (row.position > 3) continue;
        ++strongest;
        stop_words += static_cast<int>(stop.contains(crm::to_utf8(crm::FoldedText(row.keyword).characters())));
    }
    EXPECT_EQ(labels.size(), 77u);
    EXPECT_EQ(strongest, 3 * 77);
    EXPECT_LE(stop_words, 7);  // 3 %
    RecordProperty("stop_words", stop_words);
    EXPECT_EQ(shown(rows, "exchange_rate").front(), "exchange");
    EXPECT_EQ(shown(rows, "getting_virtual_card").front(), "virtual card");
    EXPECT_FALSE(has(shown(rows, "getting_virtual_card"), "virtual"));
    EXPECT_EQ(shown(rows, "age_limit").front(), "an account");
}

}  // namespace
