#include "crm/text/words.hpp"

#include <gtest/gtest.h>

namespace crm::text {
namespace {

using Words = std::vector<std::string>;

Words words_of(std::string_view comment) {
    const FoldedText text(comment);
    std::vector<Word> found;
    find_words(text, found);
    Words words;
    for (const Word& word : found) words.push_back(to_utf8(word.of(text)));
    return words;
}

TEST(Words, AreRunsOfLettersAndDigits) {
    EXPECT_EQ(words_of("The card, ending 1234, didn't work!!!"),
              (Words{"the", "card", "ending", "1234", "didn't", "work"}));
    EXPECT_EQ(words_of("'quoted' rock'n'roll 5'"), (Words{"quoted", "rock'n'roll", "5"}));
    EXPECT_EQ(words_of("e-mail me@shop.com"), (Words{"e", "mail", "me", "shop", "com"}));
    EXPECT_EQ(words_of(""), Words{});
    EXPECT_EQ(words_of(" .,;: "), Words{});
}

TEST(Words, EmojisAndUnsegmentedLettersStandAlone) {
    EXPECT_EQ(words_of("great👍👍"), (Words{"great", "👍", "👍"}));
    EXPECT_EQ(words_of("配送慢"), (Words{"配", "送", "慢"}));
    EXPECT_EQ(words_of("ไม่ดี"), (Words{"ไ", "ม่", "ดี"}));
    EXPECT_EQ(words_of("5€ OK漢ok"), (Words{"5", "€", "ok", "漢", "ok"}));
}

TEST(Words, KeepTheirMarks) {
    EXPECT_EQ(words_of("कीमत q\u0301x"), (Words{"कीमत", "q\u0301x"}));
    EXPECT_EQ(words_of("\u0301a"), (Words{"\u0301a"}));
}

}  // namespace
}  // namespace crm::text
