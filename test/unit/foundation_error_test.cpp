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
    EXPECT_EQ(crm::excerpt(std::string(80, 'x')), std::string(80, 'x'));
    EXPECT_EQ(crm::excerpt(std::string(81, 'x')), std::string(80, 'x') + "...");
    EXPECT_EQ(crm::excerpt(std::string(3000000, 'x')).size(), 83u);
}

TEST(Error, ExcerptsCutNoCharacterApart) {
    std::string euros;
    for (int i = 0; i < 50; ++i) euros += "\u20ac";
    EXPECT_EQ(crm::excerpt(euros), euros.substr(0, 78) + "...");
    EXPECT_EQ(crm::excerpt(std::string(200, '\x80')), "...");  // no UTF-8 at all
}

}  // namespace
