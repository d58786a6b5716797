// What holds for all normalisers alike: any bytes are taken, what comes out has the shape promised, and comes out again
// when it goes in.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>

#include "crm/foundation/unicode.hpp"
#include "crm/identity/address.hpp"
#include "crm/identity/amount_text.hpp"
#include "crm/identity/company_name.hpp"
#include "crm/identity/date_text.hpp"
#include "crm/identity/email.hpp"
#include "crm/identity/null_like.hpp"
#include "crm/identity/person_name.hpp"
#include "crm/identity/phone.hpp"
#include "crm/identity/plain_text.hpp"
#include "crm/identity/postcode.hpp"

namespace crm::identity {
namespace {

using Random = std::mt19937;

std::size_t below(Random& random, std::size_t end) {
    return std::uniform_int_distribution<std::size_t>(0, end - 1)(random);
}

/// Texts made of what customers' records are made of, so that the rules meet one another.
std::string record_text(Random& random) {
    static constexpr std::string_view pieces[] = {
        "anna",    "ANNA",      "Berg",        "van der",   "VAN",
        "de la",   "o'neil",    "mcdonald",    "MACDONALD", "Dr.",
        "Mr",      "Prof.",     "Jr.",         "PhD",       "II",
        ",",       ", ",        ";",           ".",         "-",
        "'",       "\"",        "(",           ")",         "&",
        "+",       "@",         "example.com", "gmail.com", "mailto:",
        "<",       ">",         "#",           "/",         " ",
        " ",       " ",         "  ",          "\t",        "\u00A0",
        "\u200B",  "\u0301",    "é",           "ß",         "İ",
        "ı",       "Σ",         "ﬁ",           "Ａ",        "１",
        "٣",       "山田",      "太郎",        "株式会社",  "(주)",
        "ООО",     "GmbH",      "& Co. KG",    "S.A.",      "S. A.",
        "Ltd",     "PT",        "Tbk",         "A/S",       "the",
        "and",     "und",       "St.",         "st",        "Dr",
        "str.",    "Hauptstr.", "street",      "ave",       "apt",
        "unit",    "no.",       "nr",          "C/",        "Jl.",
        "V.le",    "p.o. box",  "5th",         "first",     "n",
        "s",       "12",        "03",          "04",        "2024",
        "24",      "March",     "mars",        "марта",     "年",
        "月",      "日",        "T10:20",      "1.234",     ",56",
        "1'234",   "€",         "$",           "EUR",       "kr",
        "-",       "(0)",       "0049",        "+49",       "030",
        "123456",  "x12",       "ext.",        "доб.",      "n/a",
        "unknown", "xxx",       "keine",       "SW1A",      "1AA",
        "D-",      "10115",     "\xFF",        "\xC3",      "\xF0\x9F\x91\x8D",
        "J.R.R.",  "JP",        "aNNA",        "DeVito",    "a/l",
        "'t",      "al-",       "様",          "№",         "s/n"};
    std::string text;
    for (std::size_t left = 1 + below(random, 8); left > 0; --left) {
        text += pieces[below(random, std::size(pieces))];
        if (below(random, 2) == 0) text += ' ';
    }
    return text;
}

std::string random_text(Random& random) {
    std::string text;
    const std::size_t kind = below(random, 3);
    for (std::size_t left = below(random, 30); left > 0; --left) {
        if (kind == 0)
            text += static_cast<char>(below(random, 256));
        else if (kind == 1)
            text += static_cast<char>(' ' + below(random, 95));
        else
            append_utf8(text, static_cast<char32_t>(below(random, 0x3000)));
    }
    return text;
}

constexpr std::string_view some_countries[] = {"",   "US", "GB", "DE", "CH", "FR", "ES", "IT", "BR", "NL",
                                               "BE", "ID", "MY", "JP", "CN", "RU", "PL", "TR", "CA", "AR",
                                               "LV", "IE", "IN", "SE", "HU", "VN", "KP", "HK", "AE", "TH"};

const Country* some_country(Random& random) {
    return find_country(some_countries[below(random, std::size(some_countries))]);
}

void for_texts(const std::function<void(const std::string&, const Country*)>& test) {
    Random random(11);
    for (int i = 0; i < 100000; ++i) {
        const std::string text = i % 2 ? record_text(random) : random_text(random);
        test(text, some_country(random));
        if (testing::Test::HasFailure()) return;
    }
}

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const CodePoint read = first_code_point(text);
        if (read.value == 0xFFFD && read.bytes == 1) return false;
        text.remove_prefix(read.bytes);
    }
    return true;
}

bool is_clean(const std::string& text) {
    return !text.empty() && text.front() != ' ' && text.back() != ' ' && text.find("  ") == std::string::npos &&
           is_utf8(text);
}

TEST(Normalisers, PlainTextIsPlain) {
    for_texts([](const std::string& text, const Country*) {
        const std::string plain = to_utf8(plain_text(text)), folded = to_utf8(plain_folded(text));
        EXPECT_EQ(to_utf8(plain_text(plain)), plain);
        EXPECT_EQ(to_utf8(plain_folded(folded)), folded);
    });
}

TEST(Normalisers, EmailsStay) {
    for_texts([](const std::string& text, const Country*) {
        for (const ProviderRules rules : {ProviderRules::ignore, ProviderRules::apply})
            if (const auto found = normalize_email(text, rules)) {
                EXPECT_EQ(normalize_email(*found, rules), found) << text;
                EXPECT_EQ(std::ranges::count(*found, '@'), 1) << text;
                EXPECT_TRUE(is_clean(*found) && found->find(' ') == std::string::npos) << text;
            }
    });
}

TEST(Normalisers, PhonesStay) {
    for_texts([](const std::string& text, const Country* country) {
        if (const auto found = normalize_phone(text, country)) {
            EXPECT_EQ(normalize_phone(*found, nullptr), found) << text;
            EXPECT_EQ(normalize_phone(*found, country), found) << text;
            EXPECT_TRUE(found->front() == '+' && found->size() <= 16 && found->size() >= 6) << text;
            EXPECT_EQ(found->find_first_not_of("0123456789", 1), std::string::npos) << text;
        }
        EXPECT_EQ(phone_extension(text).value_or("").find_first_not_of("0123456789"), std::string::npos) << text;
    });
}

TEST(Normalisers, NamesStay) {
    for_texts([](const std::string& text, const Country*) {
        if (const auto found = normalize_name(text)) {
            EXPECT_EQ(normalize_name(*found), found) << text;
            EXPECT_TRUE(is_clean(*found)) << text;
            EXPECT_EQ(found->find_first_of(",.;\"()<>@"), std::string::npos) << text;
        }
    });
}

TEST(Normalisers, CompaniesStay) {
    for_texts([](const std::string& text, const Country* country) {
        if (const auto found = normalize_company(text, country)) {
            EXPECT_EQ(normalize_company(*found, country), found) << text;
            EXPECT_TRUE(is_clean(*found)) << text;
        }
    });
}

TEST(Normalisers, AddressesStay) {
    for_texts([](const std::string& text, const Country* country) {
        if (const auto found = normalize_address(text, country)) {
            EXPECT_EQ(normalize_address(*found, country), found) << text;
            EXPECT_TRUE(is_clean(*found)) << text;
            EXPECT_EQ(found->find_first_of(",.;\"()#"), std::string::npos) << text;
        }
    });
}

TEST(Normalisers, PostcodesStay) {
    for_texts([](const std::string& text, const Country* country) {
        if (!country) return;
        if (const auto found = normalize_postcode(text, *country)) {
            EXPECT_EQ(normalize_postcode(*found, *country), found) << text;
            EXPECT_TRUE(is_clean(*found)) << text;
        }
    });
    // And each shape is one of its own country's.
    Random random(5);
    for (const Country& country : countries())
        for (std::string_view shapes = country.postcode; !shapes.empty() && shapes != "none";) {
            std::string code(shapes.substr(0, shapes.find('|')));
            shapes.remove_prefix(std::min(code.size() + 1, shapes.size()));
            for (char& c : code)
                c = c == '9'               ? static_cast<char>('1' + below(random, 9))
                    : c == '@' || c == '*' ? static_cast<char>('A' + below(random, 26))
                                           : c;
            EXPECT_EQ(normalize_postcode(code, country), code) << country.code;
        }
}

TEST(Normalisers, DatesStay) {
    for_texts([](const std::string& text, const Country* country) {
        if (const auto found = normalize_date(text, country)) {
            EXPECT_EQ(normalize_date(to_iso(*found), country), found) << text;
            EXPECT_EQ(normalize_date(to_iso(*found), nullptr), found) << text;
        }
    });
    Random random(6);
    for (int i = 0; i < 20000; ++i) {
        const Day day{static_cast<std::int32_t>(below(random, 60000)) - 30000};
        const Civil civil = civil_of(day);
        const auto written = [&](int one, int two) {
            return std::to_string(one) + "/" + std::to_string(two) + "/" + std::to_string(civil.year);
        };
        EXPECT_EQ(normalize_date(to_iso(day), nullptr), day);
        EXPECT_EQ(normalize_date(written(civil.day, civil.month), find_country("FR")), day);
        EXPECT_EQ(normalize_date(written(civil.month, civil.day), find_country("US")), day);
        const auto without = normalize_date(written(civil.day, civil.month), nullptr);
        EXPECT_TRUE(civil.day > 12 || civil.day == civil.month ? without == day : !without);
    }
}

/// Groups the digits of a number by threes.
std::string grouped(std::string digits, std::string_view mark) {
    for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, mark);
    return digits;
}

TEST(Normalisers, AmountsAreNumbers) {
    for_texts([](const std::string& text, const Country* country) {
        if (const auto found = normalize_amount(text, country)) {
            EXPECT_EQ(found->find_first_not_of("-0123456789."), std::string::npos) << text;
            EXPECT_LE(std::ranges::count(*found, '.'), 1) << text;
            EXPECT_TRUE(found->rfind('-') == 0 || found->rfind('-') == std::string::npos) << text;
        }
    });
    Random random(7);
    for (int i = 0; i < 20000; ++i) {
        const std::string whole = std::to_string(below(random, 1 + below(random, 100000000))),
                          cents = std::to_string(10 + below(random, 90));
        for (const auto& [group, decimal] : {std::pair{",", "."}, std::pair{".", ","}, std::pair{" ", ","},
                                             std::pair{"'", "."}, std::pair{"\u202F", ","}}) {
            const std::string text = grouped(whole, group) + decimal + cents;
            EXPECT_EQ(normalize_amount(text, nullptr), whole + "." + cents) << text;
            EXPECT_EQ(normalize_amount("€ " + text + " -", nullptr), "-" + whole + "." + cents) << text;
        }
        EXPECT_EQ(normalize_amount(grouped(whole, "."), find_country("DE")), whole);
        EXPECT_EQ(normalize_amount(grouped(whole, ","), find_country("US")), whole);
    }
}

TEST(Normalisers, WhatSaysNothingIsNothing) {
    for_texts([](const std::string& text, const Country* country) {
        if (!is_null_like(text)) return;
        EXPECT_FALSE(normalize_name(text)) << text;
        EXPECT_FALSE(normalize_company(text, country)) << text;
        EXPECT_FALSE(normalize_address(text, country)) << text;
        EXPECT_FALSE(normalize_email(text)) << text;
        EXPECT_FALSE(normalize_phone(text, country)) << text;
        EXPECT_FALSE(normalize_date(text, country)) << text;
    });
}

TEST(Normalisers, TakeTextsOfAnyLength) {
    for (const std::string_view piece :
         {"a", "1", " ", ",", ".", "(", "\xFF", "é", "& ", "st ", "Dr. ", "@", "#1", "+", "(0)", "x1", "-1"}) {
        std::string text;
        while (text.size() < (1 << 20)) text += piece;
        const Country* const country = find_country("US");
        normalize_email(text);
        normalize_phone(text, country);
        phone_extension(text);
        normalize_name(text);
        normalize_company(text, country);
        normalize_address(text, country);
        normalize_postcode(text, *country);
        normalize_date(text, country);
        normalize_amount(text, country);
        is_null_like(text);
        text.resize(900);
        normalize_name(text);
        normalize_company(text, country);
        normalize_address(text, country);
    }
}

}  // namespace
}  // namespace crm::identity
