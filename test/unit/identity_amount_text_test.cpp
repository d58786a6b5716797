#include "crm/identity/amount_text.hpp"

#include <gtest/gtest.h>

namespace crm::identity {
namespace {

std::string amount(std::string_view text, std::string_view country = {}) {
    return normalize_amount(text, find_country(country)).value_or("none");
}

TEST(AmountText, IsReadWhateverTheNotation) {
    const struct {
        std::string_view text, number;
    } cases[] = {{"1.234,56 €", "1234.56"},
                 {"1,234.56", "1234.56"},
                 {"(12.00)", "-12.00"},
                 {"($1,234.50)", "-1234.50"},
                 {"-$5", "-5"},
                 {"$-5", "-5"},
                 {"12.50-", "-12.50"},
                 {"\u221212,5", "-12.5"},
                 {"+7", "7"},
                 {"1'234.50", "1234.50"},
                 {"CHF 1’234.50", "1234.50"},
                 {"12,34,567.89", "1234567.89"},
                 {"1,23,456", "123456"},
                 {"1 234 567,8", "1234567.8"},
                 {"1\u00A0234,5", "1234.5"},
                 {"1\u202F234,56", "1234.56"},
                 {"1.234.567", "1234567"},
                 {"Rp 1.234.567,00", "1234567.00"},
                 {"Rp50.000,-", "none"},
                 {"12,-", "12"},
                 {"CHF 12.--", "12"},
                 {"Rs. 500", "500"},
                 {"US$ 12.5", "12.5"},
                 {"R$ 1.234,56", "1234.56"},
                 {"12.5 USD", "12.5"},
                 {"EUR 12,5", "12.5"},
                 {"12 euros", "12"},
                 {"100 zł", "100"},
                 {"1 200 руб.", "1200"},
                 {"￥１,２３４,５６７", "1234567"},
                 {"1200円", "1200"},
                 {"٣٫٥", "3.5"},
                 {"0.123", "0.123"},
                 {"1234.567", "1234.567"},
                 {".5", "0.5"},
                 {"007.50", "7.50"},
                 {"-0.00", "0.00"},
                 {"12", "12"},
                 {"1.2345", "1.2345"},
                 {"S/ 50", "50"},
                 {"50 kr", "50"},
                 {"999999999999999999999.99", "999999999999999999999.99"}};
    for (const auto& one : cases) EXPECT_EQ(amount(one.text), one.number) << one.text;
}

TEST(AmountText, AsksTheCountryForTheDecimal) {
    EXPECT_EQ(amount("1.234"), "none");
    EXPECT_EQ(amount("1,234"), "none");
    EXPECT_EQ(amount("1.234", "DE"), "1234");
    EXPECT_EQ(amount("1.234", "US"), "1.234");
    EXPECT_EQ(amount("1,234", "US"), "1234");
    EXPECT_EQ(amount("1,234", "DE"), "1.234");
    EXPECT_EQ(amount("Rp50.000,-", "ID"), "50000");
    EXPECT_EQ(amount("12.99", "DE"), "12.99");
    EXPECT_EQ(amount("1,234.56", "DE"), "1234.56");
}

TEST(AmountText, IsNoneOtherwise) {
    for (const std::string_view text :
         {"",      "n/a",           "-",          "()",        "(5",  "5)",       "--5", "(-5)",
          "1,2,3", "12,3456,789.0", "1.234.56",   "1,234,56",  "1e5", "5k",       "5 %", "50%",
          "12 34", "abc",           "1.2.3,4,5",  "12 apples", "NaN", "infinity", "$",   "1 234'567",
          "0x10",  "1..2",          "2024-03-05", "030 123456"})
        EXPECT_EQ(amount(text, "US"), "none") << text;
    EXPECT_EQ(amount(std::string(1 << 20, '1')), "none");
}

}  // namespace
}  // namespace crm::identity
