#include "crm/identity/country.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "crm/foundation/error.hpp"

namespace crm::identity {
namespace {

TEST(Country, IsFoundByCodeAndName) {
    for (const std::string_view text : {"DE", "de", "De", "DEU", "deu", "Germany", "GERMANY", " DE "})
        EXPECT_EQ(find_country(text)->code, "DE") << text;
    EXPECT_EQ(find_country("uk")->code, "GB");
    EXPECT_EQ(find_country("Türkiye")->code, "TR");
    EXPECT_EQ(find_country("Côte d’Ivoire")->code, "CI");
    EXPECT_EQ(find_country(""), nullptr);
    EXPECT_EQ(find_country("  "), nullptr);
    for (const Country& one : countries()) {
        EXPECT_EQ(find_country(one.code), &one);
        EXPECT_EQ(find_country(one.alpha3), &one);
        EXPECT_EQ(find_country(one.name), &one);
    }
}

TEST(Country, IsRefusedWhenUnknown) {
    for (const std::string_view text : {"XX", "Z", "Atlantis", "D3", "\xFF\xFE", "1", "[]"})
        EXPECT_THROW(find_country(text), invalid_argument) << text;
    EXPECT_THROW(find_country(std::string(1 << 20, 'x')), invalid_argument);
    try {
        find_country("Atlantis");
    } catch (const invalid_argument& refused) {
        EXPECT_EQ(refused.message(), "unknown country 'Atlantis'");
        EXPECT_NE(refused.hint().find("crm.countries()"), std::string::npos);
    }
}

TEST(Country, IsDescribedWithoutContradiction) {
    EXPECT_TRUE(std::ranges::is_sorted(countries(), {}, &Country::code));
    std::size_t with_numbering = 0, with_postcodes = 0;
    for (const Country& one : countries()) {
        EXPECT_EQ(one.code.size(), 2U);
        EXPECT_EQ(one.alpha3.size(), 3U);
        EXPECT_LE(one.shortest, one.longest) << one.code;
        EXPECT_TRUE(one.decimal == '.' || one.decimal == ',' || (one.decimal == 0 && !one.has_numbering())) << one.code;
        if (one.has_numbering()) {
            EXPECT_LE(one.shortest, one.whole) << one.code;
            EXPECT_LE(one.whole, one.longest) << one.code;
            EXPECT_FALSE(one.international.empty()) << one.code;
        }
        with_numbering += one.has_numbering();
        with_postcodes += !one.postcode.empty();
    }
    EXPECT_GE(with_numbering, 60U);
    EXPECT_GE(with_postcodes, 60U);
}

TEST(Country, IsToldByItsDiallingCode) {
    EXPECT_EQ(country_dialled("4930")->code, "DE");
    EXPECT_EQ(country_dialled("1212")->code, "US");
    EXPECT_EQ(country_dialled("7495")->code, "RU");
    EXPECT_EQ(country_dialled("44")->code, "GB");
    EXPECT_EQ(country_dialled("42012")->code, "CZ");
    EXPECT_EQ(country_dialled("212")->code, "MA");
    EXPECT_EQ(country_dialled("590")->code, "GP");
    EXPECT_EQ(country_dialled("999"), nullptr);
    EXPECT_EQ(country_dialled("0"), nullptr);
    EXPECT_EQ(country_dialled(""), nullptr);
}

}  // namespace
}  // namespace crm::identity
