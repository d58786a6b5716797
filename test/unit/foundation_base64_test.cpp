#include "crm/foundation/base64.hpp"

#include <gtest/gtest.h>

#include <random>

namespace crm {
namespace {

Bytes bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

TEST(Base64, IsThatOfTheStandard) {  // RFC 4648, section 10
    const std::pair<std::string_view, std::string_view> examples[] = {{"", ""},
                                                                      {"f", "Zg=="},
                                                                      {"fo", "Zm8="},
                                                                      {"foo", "Zm9v"},
                                                                      {"foob", "Zm9vYg=="},
                                                                      {"fooba", "Zm9vYmE="},
                                                                      {"foobar", "Zm9vYmFy"}};
    for (const auto& [text, encoded] : examples) EXPECT_EQ(to_base64(bytes_of(text)), encoded);
}

TEST(Base64, ComesBack) {
    std::mt19937 random(1);
    for (int trial = 0; trial < 2000; ++trial) {
        std::vector<std::byte> bytes(random() % 50);
        for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
        EXPECT_EQ(from_base64(to_base64(bytes)), bytes);
    }
}

TEST(Base64, RefusesWhatItDoesNotWrite) {
    for (const std::string_view text : {"Z", "Zg", "Zg=", "Zh==", "Zm9=", "Zg==Zg==", "Z===", "====", "Zm9v\n", "Zm-v"})
        EXPECT_THROW(from_base64(text), invalid_argument) << text;
}

}  // namespace
}  // namespace crm
