#include "crm/foundation/unicode.hpp"

#include <gtest/gtest.h>

#include <random>

namespace crm {
namespace {

std::string folded(std::string_view text) { return to_utf8(FoldedText(text).characters()); }

TEST(Unicode, EveryCharacterIsReadAsItWasWritten) {
    for (char32_t c = 1; c <= 0x10FFFF; ++c) {
        if (c >= 0xD800 && c < 0xE000) continue;
        std::string text;
        append_utf8(text, c);
        const CodePoint read = first_code_point(text + "x");
        ASSERT_EQ(read.value, c);
        ASSERT_EQ(read.bytes, text.size());
    }
}

TEST(Unicode, MalformedBytesAreReadOneByOne) {
    for (const std::string_view text : {"\x80", "\xC0\xAF", "\xC3", "\xE2\x82", "\xED\xA0\x80", "\xE0\x80\x80",
                                        "\xF0\x80\x80\x80", "\xF4\x90\x80\x80", "\xFF", "\xF8\x88\x80\x80\x80"}) {
        const CodePoint read = first_code_point(text);
        EXPECT_EQ(read.value, U'\uFFFD');
        EXPECT_EQ(read.bytes, 1);
    }
}

TEST(FoldedText, MakesWaysOfWritingEqual) {
    EXPECT_EQ(folded("STRASSE"), folded("straße"));
    EXPECT_EQ(folded("CAFÉ"), folded("cafe\u0301"));
    EXPECT_EQ(folded("Ế"), folded("E\u0302\u0301"));
    EXPECT_EQ(folded("ΣΟΦΟΣ"), folded("σοφος"));
    EXPECT_EQ(folded("ｆｕｌｌ ｗｉｄｔｈ"), "full width");
    EXPECT_EQ(folded("ｶﾞ"), folded("ガ"));
    EXPECT_EQ(folded("각"), folded("\u1100\u1161\u11A8"));
    EXPECT_EQ(folded("ﬁne"), "fine");
    EXPECT_EQ(folded("won’t"), "won't");
    EXPECT_EQ(folded("İstanbul"), folded("istanbul"));
    EXPECT_EQ(folded("I\u0307stanbul"), folded("istanbul"));
    EXPECT_EQ(folded("so\u00ADft\u200B"), "soft");
    EXPECT_EQ(folded("👍🏽"), "👍🏽");
    EXPECT_EQ(folded("𐐀"), "𐐨");
    EXPECT_EQ(folded("ไม่ดี"), "ไม่ดี");
}

TEST(FoldedText, IsFoldedOnceAndForAll) {
    for (char32_t c = 1; c <= 0x1FFFF; ++c) {
        if (c >= 0xD800 && c < 0xE000) continue;
        std::string text;
        append_utf8(text, c);
        ASSERT_EQ(folded(folded(text)), folded(text)) << std::hex << static_cast<unsigned>(c);
    }
}

TEST(FoldedText, KnowsWhereCharactersComeFrom) {
    const FoldedText text("aﬁe\u0301z");
    ASSERT_EQ(to_utf8(text.characters()), "afiéz");
    EXPECT_EQ(text.origin(1), 1U);
    EXPECT_EQ(text.origin(2), 1U);
    EXPECT_EQ(text.origin(3), 4U);
    EXPECT_EQ(text.origin(4), 7U);
    EXPECT_EQ(text.origin(5), 8U);
}

TEST(FoldedText, ReadsWholeCharactersOfALongText) {
    FoldedText text;
    text.assign("aéé", 4);
    EXPECT_EQ(to_utf8(text.characters()), "aé");
    EXPECT_EQ(text.origin(text.size()), 3U);
    text.assign("");
    EXPECT_EQ(text.size(), 0U);
    EXPECT_EQ(text.origin(0), 0U);
}

TEST(FoldedText, TakesAnyBytes) {
    std::mt19937 random(7);
    for (int i = 0; i < 20000; ++i) {
        std::string bytes(random() % 12, ' ');
        for (char& byte : bytes) byte = static_cast<char>(random());
        const FoldedText text(bytes);
        for (std::size_t at = 0; at < text.size(); ++at) ASSERT_LE(text.origin(at), text.origin(at + 1));
        ASSERT_EQ(text.origin(text.size()), bytes.size());
    }
}

TEST(Unicode, NamesCanBeSpeltInAscii) {
    EXPECT_EQ(without_marks("Łódź, Ærøskøbing, Đặng, Çelik, naïve, Straße"),
              "Lodz, AEroskobing, Dang, Celik, naive, Strasse");
    EXPECT_EQ(without_marks("Άννα Йод"), "Αννα Иод");
}

}  // namespace
}  // namespace crm
