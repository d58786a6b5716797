#include "crm/identity/email.hpp"

#include <gtest/gtest.h>

namespace crm::identity {
namespace {

using Found = std::optional<std::string>;

TEST(Email, IsFoundInWhatSurroundsIt) {
    for (const std::string_view text :
         {"anna.berg@example.com", "  Anna.Berg@Example.COM ", "mailto:anna.berg@example.com",
          "<anna.berg@example.com>", "\"Berg, Anna\" <Anna.Berg@example.com>",
          "Anna Berg <mailto:anna.berg@example.com?subject=Hi>", "anna.berg@example.com (private)",
          "'anna.berg@example.com'", "anna.berg@example.com.", "anna.berg@example.com;", "anna.berg @example.com",
          "anna.berg@ example.com", "Email: anna.berg@example.com", "ａｎｎａ.ｂｅｒｇ＠ｅｘａｍｐｌｅ.ｃｏｍ",
          "anna.berg@example.com\u200B", "anna.\u00ADberg@example\u3002com", "[anna.berg@example.com]"})
        EXPECT_EQ(normalize_email(text), "anna.berg@example.com") << text;
}

TEST(Email, IsOfAnyScript) {
    EXPECT_EQ(normalize_email("GRÜSSE@Müller.DE"), "grüsse@müller.de");
    EXPECT_EQ(normalize_email("jose\u0301@example.es"), "josé@example.es");
    EXPECT_EQ(normalize_email("Straße@Straße.de"), "straße@straße.de");
    EXPECT_EQ(normalize_email("用户@例子.中国"), "用户@例子.中国");
    EXPECT_EQ(normalize_email("info@xn--mller-kva.de"), "info@xn--mller-kva.de");
    EXPECT_EQ(normalize_email("o'neil+shop@example.co.uk"), "o'neil+shop@example.co.uk");
}

TEST(Email, IsNoneOtherwise) {
    for (const std::string_view text : {"",
                                        " ",
                                        "@",
                                        "a@",
                                        "@b.de",
                                        "anna",
                                        "anna@berg",
                                        "anna@@example.com",
                                        "a@b.de, c@d.de",
                                        "anna berg@example.com",
                                        "anna..berg@example.com",
                                        "anna@-example.com",
                                        "anna@example-.com",
                                        "anna@exa_mple.com",
                                        "anna@example..com",
                                        "anna@example.123",
                                        "anna@example.c",
                                        "anna@192.168.0.1",
                                        "anna@[192.168.0.1]",
                                        "\"anna berg\"@example.com",
                                        "n/a",
                                        "anna(at)example.com",
                                        "http://example.com/@anna",
                                        "anna@example.com/path",
                                        "\xFF@example.com"})
        EXPECT_EQ(normalize_email(text), Found()) << text;
    EXPECT_FALSE(normalize_email(std::string(65, 'a') + "@example.com"));
    EXPECT_TRUE(normalize_email(std::string(64, 'a') + "@example.com"));
    EXPECT_FALSE(normalize_email("a@" + std::string(64, 'a') + ".com"));
    EXPECT_FALSE(normalize_email("a@" + std::string(1 << 20, 'a') + ".com"));
}

TEST(Email, FollowsTheProvidersRulesWhenAsked) {
    const auto mailbox = [](std::string_view text) { return normalize_email(text, ProviderRules::apply); };
    EXPECT_EQ(mailbox("Anna.Berg+news@googlemail.com"), "annaberg@gmail.com");
    EXPECT_EQ(mailbox("anna.berg+news@outlook.com"), "anna.berg@outlook.com");
    EXPECT_EQ(mailbox("anna.berg@pm.me"), "annaberg@proton.me");
    EXPECT_EQ(mailbox("anna-berg@ya.ru"), "anna.berg@yandex.ru");
    EXPECT_EQ(mailbox("anna@me.com"), "anna@icloud.com");
    EXPECT_EQ(mailbox("anna.berg+news@example.com"), "anna.berg+news@example.com");
    EXPECT_EQ(mailbox("+news@gmail.com"), Found());
    EXPECT_EQ(normalize_email("Anna.Berg+news@gmail.com"), "anna.berg+news@gmail.com");
}

}  // namespace
}  // namespace crm::identity
