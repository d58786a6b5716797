#include "crm/identity/postcode.hpp"

#include <gtest/gtest.h>

namespace crm::identity {
namespace {

using Found = std::optional<std::string>;

Found postcode(std::string_view text, std::string_view country) {
    return normalize_postcode(text, *find_country(country));
}

TEST(Postcode, HasTheShapeOfItsCountry) {
    const struct {
        std::string_view text, country, code;
    } cases[] = {{"sw1a1aa", "GB", "SW1A 1AA"},
                 {"m1 1ae", "GB", "M1 1AE"},
                 {"B338TH", "GB", "B33 8TH"},
                 {"gir0aa", "GB", "GIR 0AA"},
                 {"1234ab", "NL", "1234 AB"},
                 {"NL-1234 AB", "NL", "1234 AB"},
                 {"k1a0b1", "CA", "K1A 0B1"},
                 {"K1A-0B1", "CA", "K1A 0B1"},
                 {"12345", "US", "12345"},
                 {"123456789", "US", "12345-6789"},
                 {"12345 - 6789", "US", "12345-6789"},
                 {"2108", "US", "02108"},
                 {"501", "US", "00501"},
                 {"2108-1234", "US", "02108-1234"},
                 {"2108.0", "US", "02108"},
                 {"1067", "DE", "01067"},
                 {"D-10115", "DE", "10115"},
                 {"DE 10115", "DE", "10115"},
                 {"CH-8001", "CH", "8001"},
                 {"F-75001", "FR", "75001"},
                 {"1001", "ES", "01001"},
                 {"100", "IT", "00100"},
                 {"11122", "SE", "111 22"},
                 {"SE-111 22", "SE", "111 22"},
                 {"00950", "PL", "00-950"},
                 {"0-950", "PL", "00-950"},
                 {"1000001", "JP", "100-0001"},
                 {"600001", "JP", "060-0001"},
                 {"１００－０００１", "JP", "100-0001"},
                 {"1010", "LV", "LV-1010"},
                 {"lv1010", "LV", "LV-1010"},
                 {"1200205", "PT", "1200-205"},
                 {"d02af30", "IE", "D02 AF30"},
                 {"D6W XY00", "IE", "D6W XY00"},
                 {"01310100", "BR", "01310-100"},
                 {"1310100", "BR", "01310-100"},
                 {"800", "AU", "0800"},
                 {"150", "NO", "0150"},
                 {"vlt1117", "MT", "VLT 1117"},
                 {"AD500", "AD", "AD500"},
                 {"a-1010", "AT", "1010"},
                 {"C1425CLA", "AR", "C1425CLA"},
                 {"12190", "ID", "12190"},
                 {"98000", "MC", "980 00"}};
    for (const auto& one : cases)
        EXPECT_EQ(postcode(one.text, one.country), one.code) << one.text << ' ' << one.country;
}

TEST(Postcode, IsNoneOfAnotherShape) {
    const struct {
        std::string_view text, country;
    } cases[] = {{"", "DE"},       {"1234567", "DE"}, {"123", "DE"},    {"1010", "GB"},         {"SW1A 1A", "GB"},
                 {"1234", "NL"},   {"12345", "NL"},   {"n/a", "DE"},    {"10115 Berlin", "DE"}, {"K1A0B", "CA"},
                 {"999077", "HK"}, {"12", "US"},      {"123456", "US"}, {"\xFF\xFF", "US"}};
    for (const auto& one : cases) EXPECT_EQ(postcode(one.text, one.country), Found()) << one.text << ' ' << one.country;
}

}  // namespace
}  // namespace crm::identity
