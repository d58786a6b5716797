#include "crm/foundation/base64.hpp"

#include <cstdint>

namespace crm {

namespace {

constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

std::string to_base64(Bytes bytes) {
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        const std::size_t count = std::min<std::size_t>(3, bytes.size() - at);
        std::uint32_t group = 0;
        for (std::size_t i = 0; i < 3; ++i)
            group = group << 8 | (i < count ? std::to_integer<std::uint32_t>(bytes[at + i]) : 0);
        for (std::size_t i = 0; i < 4; ++i) text.push_back(i <= count ? digits[group >> (18 - 6 * i) & 63U] : '=');
    }
    return text;
}

std::vector<std::byte> from_base64(std::string_view text) {
    const auto refuse = [] { throw invalid_argument("invalid base64"); };
    if (text.size() % 4 != 0) refuse();
    std::vector<std::byte> bytes;
    bytes.reserve(text.size() / 4 * 3);
    for (std::size_t at = 0; at < text.size(); at += 4) {
        const bool last = at + 4 == text.size();
        const std::size_t padding = !last ? 0 : text[at + 2] == '=' ? 2 : text[at + 3] == '=' ? 1 : 0;
        std::uint32_t group = 0;
        for (std::size_t i = 0; i < 4; ++i) {
            const std::size_t digit = i < 4 - padding       ? digits.find(text[at + i])
                                      : text[at + i] == '=' ? 0
                                                            : digits.npos;
            if (digit == digits.npos) refuse();
            group = group << 6 | static_cast<std::uint32_t>(digit);
        }
        for (std::size_t i = 0; i < 3 - padding; ++i) bytes.push_back(static_cast<std::byte>(group >> (16 - 8 * i)));
        if ((group & ((std::uint32_t{1} << 8 * padding) - 1)) != 0) refuse();
    }
    return bytes;
}

}  // namespace crm
