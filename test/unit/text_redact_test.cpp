#include "crm/text/redact.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "crm/foundation/error.hpp"

namespace {

using crm::Json;
using crm::text::PersonalData;
using crm::text::redact;
using crm::text::RedactOptions;

std::string redacted(const std::string& text) { return redact(text).text; }

struct Case {
    const char *text, *expected;
};

void expect_all(const std::vector<Case>& cases) {
    for (const auto& [text, expected] : cases) EXPECT_EQ(redacted(text), expected) << text;
}

TEST(Redact, TakesAddressesOut) {
    expect_all({
        {"write to john.doe@example.com.", "write to [email]."},
        {"JOHN_DOE+news@Mail.Example.CO.UK, please", "[email], please"},
        {"<a@b.co>;c-d@e-f.org", "<[email]>;[email]"},
        {"mail: 'jane@x.de'!", "mail: '[email]'!"},
        {"\"jane doe\"@example.com is odd", "[email] is odd"},
        {"root@[192.168.10.1] too", "[email] too"},
        {"josé.garcía@correo.españa.es", "[email]"},
        {"почта:иван@почта.рф", "почта:[email]"},
        {"联系我john@example.com谢谢", "联系我[email]谢谢"},
        {"메일은 john@example.com으로 보내세요", "메일은 [email]으로 보내세요"},
        {"ｊｏｈｎ＠ｅｘａｍｐｌｅ．ｃｏｍ", "[email]"},
        {"john@exam\u200bple.com", "[email]"},
        {"a@b@example.com", "a@[email]"},
        {"user@sub-domain.example.museum-shop", "[email]-shop"},
        {"x@xn--bcher-kva.xn--p1ai ok", "[email] ok"},
        {"@john_doe follow me", "@john_doe follow me"},
        {"3 apples@2.50 each", "3 apples@2.50 each"},
        {"meet me @ 5", "meet me @ 5"},
        {"a@b", "a@b"},
        {"a@.com and @b.com", "a@.com and @b.com"},
    });
}

TEST(Redact, TakesCardsOut) {
    expect_all({
        {"my card 4111 1111 1111 1111 is lost", "my card [card] is lost"},
        {"4111111111111111", "[card]"},
        {"4111-1111-1111-1111.", "[card]."},
        {"4111.1111.1111.1111", "[card]"},
        {"4111\u00a01111\u00a01111\u00a01111", "[card]"},
        {"4111\u20131111\u20131111\u20131111", "[card]"},
        {"4111\n1111\n1111\n1111", "[card]"},
        {"amex 3782 822463 10005 exp 12/29", "amex [card] exp 12/29"},
        {"4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", "[card]"},
        {"٤١١١ ١١١١ ١١١١ ١١١١", "[card]"},
        {"４１１１　１１１１　１１１１　１１１１", "[card]"},
        {"on 2024 12 4111 1111 1111 1111 twice", "on 2024 12 [card] twice"},
        {"card4111111111111111gone", "card[card]gone"},
        {"5500 0000 0000 0004, 6011000000000004", "[card], [card]"},
        {"4111 1111 1111 1112", "4111 1111 1111 1112"},  // Luhn
        {"9111 1111 1111 1110", "9111 1111 1111 1110"},  // nobody issues it
        {"4.111.111.111.111.111 euros", "4.111.111.111.111.111 euros"},
        {"411111111111111111111111", "411111111111111111111111"},
    });
}

TEST(Redact, TakesAccountsOut) {
    expect_all({
        {"IBAN: DE89 3704 0044 0532 0130 00.", "IBAN: [iban]."},
        {"gb29nwbk60161331926819", "[iban]"},
        {"FR14-2004-1010-0505-0001-3M02-606 bitte", "[iban] bitte"},
        {"IBANNL91ABNA0417164300EUR", "IBAN[iban]EUR"},
        {"ＮＯ９３　８６０１　１１１７　９４７", "[iban]"},
        {"MT84 MALT 0110 0001 2345 MTLC AST0 01S", "[iban]"},
        {"DE88370400440532013000", "DE88370400440532013000"},
    });
}

TEST(Redact, TakesTelephoneNumbersOut) {
    expect_all({
        {"+49 30 1234567", "[phone]"},
        {"call +1 (555) 123-4567 now", "call [phone] now"},
        {"(+66) 81-234-5678", "[phone]"},
        {"+49 (0)30 / 123 45 67", "[phone]"},
        {"+442079460018,+33612345678", "[phone],[phone]"},
        {"0049 30 1234567", "[phone]"},
        {"00 49 30 1234567", "[phone]"},
        {"0049301234567", "[phone]"},
        {"(555) 123-4567", "[phone]"},
        {"1 (555) 123-4567", "[phone]"},
        {"555-123-4567, 555.123.4567 or 555 123 4567", "[phone], [phone] or [phone]"},
        {"1-800-555-0199", "[phone]"},
        {"555-123-4567 ext. 89 please", "[phone] please"},
        {"555-123-4567x89", "[phone]"},
        {"030 1234567", "[phone]"},
        {"030/1234567", "[phone]"},
        {"(030) 123 45 67", "[phone]"},
        {"0171-1234567 oder 01711234567", "[phone] oder [phone]"},
        {"07911 123456", "[phone]"},
        {"020 7946 0018", "[phone]"},
        {"06 12 34 56 78", "[phone]"},
        {"06.12.34.56.78", "[phone]"},
        {"612 34 56 78", "[phone]"},
        {"98765 43210", "[phone]"},
        {"090-1234-5678", "[phone]"},
        {"138 1234 5678", "[phone]"},
        {"电话13812345678", "电话[phone]"},
        {"โทร081-234-5678ครับ", "โทร[phone]ครับ"},
        {"โทร ๐๘๑ ๒๓๔ ๕๖๗๘", "โทร [phone]"},
        {"01012345678로 전화", "[phone]로 전화"},
        {"8 (495) 123-45-67", "[phone]"},
        {"8 495 123-45-67", "[phone]"},
        {"тел. 1234567", "тел. [phone]"},
        {"call me on 5551234567", "call me on [phone]"},
        {"my mobile: 9123 4567", "my mobile: [phone]"},
        {"ring 12 34 56 78", "ring [phone]"},
        {"tel:5551234", "tel:[phone]"},
        {"11 91234-5678", "[phone]"},
        {"+66 81 234 5678 081 234 5678", "[phone] [phone]"},
        {"on 26.11.2024 030 1234567", "on 26.11.2024 [phone]"},
        {"room 12 030 1234567", "room 12 [phone]"},
        {"a refund to 030 1234567", "a refund to [phone]"},
        {"Where is my order? 030 1234567", "Where is my order? [phone]"},
        {"order 77 is late, my number is 030 1234567", "order 77 is late, my number is [phone]"},
    });
}

TEST(Redact, LeavesOtherNumbersAlone) {
    for (const char* text : {"order 12345678",
                             "order no. 0301234567",
                             "Order #0301234567",
                             "my order 555-123-4567",
                             "#5551234567",
                             "invoice 2024-0012345",
                             "Rechnung 01234567890",
                             "AB-0301234567",
                             "ref AB0301234567",
                             "SKU 0123456789",
                             "5551234567",
                             "1234567890",
                             "id 13812345678",
                             "订单13812345678",
                             "คำสั่งซื้อ 0812345678",
                             "2024-11-26",
                             "26.11.2024",
                             "11/26/2024",
                             "on 01.02.2024 10",
                             "01.02.2024 - 05.02.2024",
                             "2024-11-26 10:30:00",
                             "20241126",
                             "between 2019 and 2024",
                             "01/02/24 to 03/04/24",
                             "call 26.11.2024",
                             "$1234567890",
                             "1 234 567 890",
                             "1.234.567,89 EUR",
                             "EUR 1,234,567.89",
                             "0.1234567891",
                             "200 300 4000 baht",
                             "555 123 4567 EUR",
                             "1234567 %",
                             "call after 1.000.000 $",
                             "paid 0301234567 rs",
                             "192.168.100.200",
                             "10.0.19045.3803",
                             "version 1.2.3.4",
                             "ISBN 978-3-16-148410-0",
                             "0-306-40615-2",
                             "4006381333931",
                             "00340434161094000000",
                             "0000012345",
                             "13.7563, 100.5018",
                             "10 20 30 40 50 60",
                             "call in 5 or 10 days",
                             "waited 2 weeks and 3 days",
                             "12 x 34",
                             "1600x1200",
                             "call at 10.30 12.45",
                             "https://example.com/order/0301234567",
                             "id=0301234567",
                             "24/7 and 365",
                             "10:30 11:45",
                             "½ of ① and ²",
                             "100-2000",
                             "90210-1234"})
        EXPECT_EQ(redacted(text), text);
}

TEST(Redact, TakesUrlsAndAddressesOfMachinesOutWhenAsked) {
    const auto all = RedactOptions::from_json(Json::Object{{"url", true}, {"ip", "<ip>"}});
    const auto text_of = [&](const char* text) { return redact(text, all).text; };
    EXPECT_EQ(text_of("see https://x.com/reset?token=abc123&u=4, thanks"), "see [url], thanks");
    EXPECT_EQ(text_of("(www.example.com/a)"), "([url])");
    EXPECT_EQ(text_of("HTTP://example.com/john@example.com"), "[url]");
    EXPECT_EQ(text_of("from 192.168.1.17:8080"), "from <ip>:8080");
    EXPECT_EQ(text_of("2001:db8::8a2e:370:7334 and 10:30:00 and ::1"), "<ip> and 10:30:00 and <ip>");
    EXPECT_EQ(text_of("1.2.3.4.5 and 256.1.1.1 and v1.2.3.4"), "1.2.3.4.5 and 256.1.1.1 and v1.2.3.4");
    EXPECT_EQ(redacted("https://x.com from 10.0.0.1"), "https://x.com from 10.0.0.1");
}

TEST(Redact, CountsWhatItTookOut) {
    const auto result = redact("a@b.co +4930123456 c@d.co 4111111111111111 DE89370400440532013000");
    EXPECT_EQ(result.text, "[email] [phone] [email] [card] [iban]");
    EXPECT_EQ(result.count(PersonalData::email), 2);
    EXPECT_EQ(result.count(PersonalData::phone), 1);
    EXPECT_EQ(result.count(PersonalData::card), 1);
    EXPECT_EQ(result.count(PersonalData::iban), 1);
    EXPECT_EQ(result.total(), 5);
    // What lies inside something larger goes with it; what overlaps goes together.
    EXPECT_EQ(redact("4111111111111111@example.com").total(), 1);
    EXPECT_EQ(redacted("4111 1111 1111 1111@example.com"), "[card][email]");
}

TEST(Redact, OptionsSayWhatAndHow) {
    const auto text_of = [](const char* text, Json::Object options) {
        return redact(text, RedactOptions::from_json(options)).text;
    };
    EXPECT_EQ(text_of("a@b.co +4930123456", {{"email", "***"}, {"phone", false}}), "*** +4930123456");
    EXPECT_EQ(text_of("a@b.co", {{"email", ""}}), "");
    EXPECT_EQ(text_of("a@b.co", {{"email", "[почта]"}}), "[почта]");
    EXPECT_THROW(RedactOptions::from_json(Json::Object{{"mail", true}}), crm::invalid_argument);
    EXPECT_THROW(RedactOptions::from_json(Json::Object{{"email", 1}}), crm::invalid_argument);
    EXPECT_THROW(RedactOptions::from_json(Json::Object{{"email", "x@y"}}), crm::invalid_argument);
    EXPECT_THROW(RedactOptions::from_json(Json::Object{{"email", "mail1"}}), crm::invalid_argument);
    EXPECT_THROW(RedactOptions::from_json(Json::Object{{"email", std::string(101, 'x')}}), crm::invalid_argument);
}

class Random {
public:
    explicit Random(unsigned seed) : engine_(seed) {}
    std::size_t below(std::size_t n) { return engine_() % n; }
    const std::string& of(const std::vector<std::string>& list) { return list[below(list.size())]; }
    std::string digits(std::size_t n) {
        std::string out;
        while (out.size() < n) out += static_cast<char>('0' + below(10));
        return out;
    }

private:
    std::mt19937 engine_;
};

const std::vector<std::string> surroundings = {
    "",       " ",   "pay ",   ", ",    ". ",    "(",    ")",       " 12 ", "2024-11-26 ", "order 77 ", "ส่งไปที่ ",
    "请联系", "\n",  "😀",      "é ",    "a-",    " +",   "\"",      "'",    ":",           "/",         "x@y ",
    "#",      " и ", "\u200f", "كلمة ", " 030 ", "1,5 ", "[email]", "=",    "www.",        "café "};
const std::vector<std::string> separators = {"", " ", "-", ".", "\u00a0", " - ", "\u2009", "/", "\n", "\u2011"};

std::string grouped(Random& random, const std::string& number) {
    const std::string& separator = random.of(separators);
    std::string out;
    for (std::size_t i = 0; i < number.size(); ++i) {
        if (i > 0 && i % 4 == 0) out += separator;
        out += number[i];
    }
    return out;
}

std::string random_card(Random& random) {
    static const std::vector<std::string> begins = {"4",    "51",   "55", "2221", "34",  "37",
                                                    "6011", "3530", "62", "36",   "5018"};
    std::string number = random.of(begins);
    const std::size_t size = number[0] == '3' && number[1] != '5' && number[1] != '6' ? 15 : 16;
    number += random.digits(size - 1 - number.size());
    int sum = 0;
    bool doubled = true;
    for (auto digit = number.rbegin(); digit != number.rend(); ++digit, doubled = !doubled) {
        const int value = (*digit - '0') * (doubled ? 2 : 1);
        sum += value > 9 ? value - 9 : value;
    }
    return number + static_cast<char>('0' + (10 - sum % 10) % 10);
}

std::string random_iban(Random& random) {
    struct Form {
        const char* country;
        std::size_t letters, digits;
    };
    static const Form forms[] = {{"DE", 0, 18}, {"GB", 4, 14}, {"NL", 4, 10},
                                 {"FR", 0, 23}, {"NO", 0, 11}, {"PL", 0, 24}};
    const Form& form = forms[random.below(6)];
    std::string account;
    for (std::size_t i = 0; i < form.letters; ++i) account += static_cast<char>('A' + random.below(26));
    account += random.digits(form.digits);
    int rest = 0;
    for (const char c : account + form.country + "00")
        for (const char d : c >= 'A' ? std::to_string(c - 'A' + 10) : std::string(1, c))
            rest = (rest * 10 + d - '0') % 97;
    const int check = 98 - rest;
    return form.country + std::string(check < 10 ? "0" : "") + std::to_string(check) + account;
}

TEST(Redact, LeavesNothingOfWhatIsEmbedded) {
    Random random(1);
    for (int trial = 0; trial < 20000; ++trial) {
        std::string before, after;
        for (std::size_t n = random.below(4); n > 0; --n) before += random.of(surroundings);
        for (std::size_t n = random.below(4); n > 0; --n) after += random.of(surroundings);
        std::string kept, data;
        switch (random.below(3)) {
            case 0: data = grouped(random, kept = random_card(random)); break;
            case 1: data = grouped(random, kept = random_iban(random)); break;
            default:
                kept = data = "q" + random.digits(random.below(3)) + ".zebra-" + random.digits(2) + "@mail.zebra" +
                              random.digits(1) + ".example";
        }
        // Digits that touch a card's make another number.
        const bool touches = !before.empty() && std::isdigit(static_cast<unsigned char>(before.back()));
        if (touches) before += ' ';
        const bool touched =
            after.starts_with("\u200f") || (!after.empty() && std::isdigit(static_cast<unsigned char>(after.front())));
        if (touched) after = ' ' + after;
        const std::string text = before + data + after;
        const std::string result = redacted(text);
        // No piece of six characters of it is left.
        std::string bare, bare_data;
        for (const char c : result)
            if (std::isalnum(static_cast<unsigned char>(c))) bare += c;
        for (const char c : data)
            if (std::isalnum(static_cast<unsigned char>(c))) bare_data += c;
        for (std::size_t i = 0; i + 6 <= bare_data.size(); ++i)
            ASSERT_EQ(bare.find(bare_data.substr(i, 6)), std::string::npos) << text << "\n-> " << result;
        ASSERT_EQ(redacted(result), result);
    }
}

TEST(Redact, IsIdempotentOnAnyBytes) {
    Random random(2);
    const std::vector<std::string> pieces = {
        "@", ".", "a",      "com",    "4111", "1111", "+",    "49",      "030", "1234567", " ",        "-",
        "(", ")", "/",      "DE89",   "3704", "0044", "0532", "0130",    "00",  "\xff",    "\xe0\xa4", "٤",
        "๘", "é", "\u20e3", "\u200d", "😀",    "中",   "www.", "http://", "[",   "]",       "ﬁ",        "㏂"};
    const auto all = RedactOptions::from_json(Json::Object{{"url", true}, {"ip", true}, {"phone", "x"}, {"card", ""}});
    for (int trial = 0; trial < 20000; ++trial) {
        std::string text;
        for (std::size_t n = random.below(30); n > 0; --n) text += random.of(pieces);
        for (const auto& options : {RedactOptions{}, all}) {
            const std::string once = redact(text, options).text;
            ASSERT_EQ(redact(once, options).text, once) << text;
        }
    }
}

TEST(Redact, TakesHostileTextsInTime) {
    const std::size_t size = 1 << 20;
    for (const std::string piece :
         {"1", "1 ", "4111 ", "a@", "@", "a.", "+1", "(0", "d", "de89 ", "4111 1111 1111 1111 ", "0301234567 ",
          "call 1 ", "www.", "::", "\xff", "\xe0\xb9\x91 "}) {
        std::string text;
        while (text.size() < size) text += piece;
        const auto result = redact(text, RedactOptions::from_json(Json::Object{{"url", true}, {"ip", true}}));
        EXPECT_LE(result.text.size(), 2 * size) << piece;
    }
    EXPECT_EQ(redacted(""), "");
    EXPECT_EQ(redacted("@"), "@");
    EXPECT_EQ(redacted("\xff@\xfe.com"), "\xff@\xfe.com");
}

}  // namespace
