#include "crm/identity/date_text.hpp"

#include <gtest/gtest.h>

namespace crm::identity {
namespace {

std::string date(std::string_view text, std::string_view country = {}) {
    const auto day = normalize_date(text, find_country(country));
    return day ? to_iso(*day) : "none";
}

TEST(DateText, IsReadWhateverTheNotation) {
    for (const std::string_view text : {"2024-03-05",
                                        "2024/3/5",
                                        "2024.03.05",
                                        "20240305",
                                        "2024-03-05T10:20:30Z",
                                        "2024-03-05 10:20",
                                        "5 March 2024",
                                        "March 5, 2024",
                                        "Mar 5th, 2024",
                                        "Tuesday, 5 March 2024",
                                        "5-MAR-24",
                                        "5. März 2024",
                                        "5 de marzo de 2024",
                                        "5 mars 2024",
                                        "5 marzo 2024",
                                        "5 maart 2024",
                                        "5 Maret 2024",
                                        "5 marca 2024",
                                        "5 марта 2024 г.",
                                        "5 Mart 2024",
                                        "5 Μαρτίου 2024",
                                        "2024年3月5日",
                                        "2024년 3월 5일",
                                        "５ ｍａｒｃｈ ２０２４",
                                        "٥ مارس ٢٠٢٤",
                                        "5. maaliskuuta 2024",
                                        "Mar. 5, 2024 at 10:20",
                                        "Mar 5 2024 10:20PM",
                                        "2024 March 5",
                                        "2024. március 5.",
                                        "2024-03-05T10:20:30.123456+02:00"})
        EXPECT_EQ(date(text), "2024-03-05") << text;
}

TEST(DateText, AsksTheCountryForTheOrder) {
    EXPECT_EQ(date("03/04/2024", "DE"), "2024-04-03");
    EXPECT_EQ(date("03/04/2024", "US"), "2024-03-04");
    EXPECT_EQ(date("03/04/2024", "GB"), "2024-04-03");
    EXPECT_EQ(date("03/04/2024"), "none");
    EXPECT_EQ(date("03/04/2024", "CA"), "none");
    EXPECT_EQ(date("24/03/04", "JP"), "2024-03-04");
    EXPECT_EQ(date("03.04.24", "DE"), "2024-04-03");
    EXPECT_EQ(date("05032024", "DE"), "2024-03-05");
    EXPECT_EQ(date("5/3/2567", "TH"), "2024-03-05");
    EXPECT_EQ(date("24-Mar-05", "HU"), "2024-03-05");
}

TEST(DateText, TakesTheOnlyReadingThereIs) {
    EXPECT_EQ(date("25/03/2024"), "2024-03-25");
    EXPECT_EQ(date("03/25/2024"), "2024-03-25");
    EXPECT_EQ(date("25/03/2024", "US"), "2024-03-25");
    EXPECT_EQ(date("05/05/2024"), "2024-05-05");
    EXPECT_EQ(date("31/12/99"), "1999-12-31");
    EXPECT_EQ(date("10/11/12"), "none");
}

TEST(DateText, HasAPivotForYears) {
    EXPECT_EQ(date("1/2/49", "DE"), "2049-02-01");
    EXPECT_EQ(date("1/2/50", "DE"), "1950-02-01");
    EXPECT_EQ(date("1 Feb 50"), "1950-02-01");
}

TEST(DateText, IsNoneWhenImpossible) {
    for (const std::string_view text : {"",           "n/a",        "2024-02-30",         "2023-02-29", "31/04/2024",
                                        "0000-00-00", "2024-13-01", "2024-00-10",         "45352",      "March 2024",
                                        "2024",       "5 Foo 2024", "5 March March 2024", "1/2/3/4",    "100/2/2024",
                                        "12:30",      "yesterday",  "2024-03-05 anna",    "240305",     "5 3"})
        EXPECT_EQ(date(text, "DE"), "none") << text;
    EXPECT_EQ(date("29/02/2024", "DE"), "2024-02-29");
    EXPECT_EQ(date(std::string(1 << 20, '1')), "none");
}

}  // namespace
}  // namespace crm::identity
