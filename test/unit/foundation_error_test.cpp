#include "crm/foundation/error.hpp"

#include <gtest/gtest.h>

#include <string>

namespace {

TEST(Error, CarriesItsWords) {
    const crm::invalid_argument thrown("value 7 is not allowed", "A detail.", "A hint.");
    EXPECT_STREQ(thrown.what(), "value 7 is not allowed");
    EXPECT_EQ(thrown.detail(), "A detail.");
    EXPECT_EQ(thrown.hint(), "A hint.");
}

TEST(Error, ExcerptsAreShort) {
    EXPECT_EQ(crm::excerpt(""), "");
    std::string text(80, 'x');
    EXPECT_EQ(crm::excerpt(text), text);
    std::string cut = text;
    cut.append("...");
    text.append(3000000, 'x');
    EXPECT_EQ(crm::excerpt(text), cut);
}

TEST(Error, ExcerptsCutNoCharacterApart) {
    std::string euros;
    for (int i = 0; i < 50; ++i) euros += "\u20ac";
    std::string cut = euros.substr(0, 78);
    cut.append("...");
    EXPECT_EQ(crm::excerpt(euros), cut);
    EXPECT_EQ(crm::excerpt(std::string(200, '\x80')), "...");  // no UTF-8 at all
}

}  // namespace
