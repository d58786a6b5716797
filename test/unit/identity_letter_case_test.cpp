#include "crm/identity/letter_case.hpp"

#include <gtest/gtest.h>

#include "crm/foundation/unicode.hpp"

namespace crm::identity {
namespace {

std::u32string folded(char32_t c) {
    std::string text;
    append_utf8(text, c);
    return std::u32string(FoldedText(text).characters());
}

TEST(LetterCase, ChangesNothingButCase) {
    for (char32_t c = 0; c < 0x3000; ++c) {
        EXPECT_EQ(upper(upper(c)), upper(c));
        EXPECT_EQ(lower(lower(c)), lower(c));
        if (c == U'ı' || c == U'İ') continue;  // which are no forms of i where they are used
        EXPECT_EQ(folded(upper(c)), folded(c)) << std::hex << static_cast<unsigned>(c);
        EXPECT_EQ(folded(lower(c)), folded(c)) << std::hex << static_cast<unsigned>(c);
    }
}

TEST(LetterCase, KnowsTheLettersOfNames) {
    const std::u32string small = U"azàöøþÿāčđęğıłńňőřśšťůźžơưșțώέїщёґքếẵ",
                         large = U"AZÀÖØÞŸĀČĐĘĞIŁŃŇŐŘŚŠŤŮŹŽƠƯȘȚΏΈЇЩЁҐՔẾẴ";
    ASSERT_EQ(small.size(), large.size());
    for (std::size_t i = 0; i < small.size(); ++i) {
        EXPECT_EQ(upper(small[i]), large[i]) << to_utf8(small.substr(i, 1));
        EXPECT_EQ(lower(large[i]), small[i] == U'ı' ? U'i' : small[i]) << to_utf8(large.substr(i, 1));
    }
    EXPECT_EQ(upper(U'ß'), U'ß');
    EXPECT_EQ(lower(U'ẞ'), U'ß');
    EXPECT_EQ(upper(U'山'), U'山');
}

}  // namespace
}  // namespace crm::identity
