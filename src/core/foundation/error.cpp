#include "crm/foundation/error.hpp"

namespace crm {

std::string excerpt(std::string_view text) {
    constexpr std::size_t most = 80;
    if (text.size() <= most) return std::string(text);
    std::size_t end = most;
    const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; };
    while (end > 0 && continues(text[end])) --end;
    return std::string(text.substr(0, end)) + "...";
}

}  // namespace crm
