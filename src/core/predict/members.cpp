#include "crm/predict/members.hpp"

#include "crm/foundation/unicode.hpp"

namespace crm::predict {

std::string defect_of_name(std::string_view name) {
    constexpr std::size_t longest = 1000;
    constexpr char32_t replacement = 0xfffd;
    constexpr std::string_view replacement_bytes = "\xef\xbf\xbd";
    if (name.size() > longest) return "name must not be longer than 1000 bytes";
    while (!name.empty()) {
        const CodePoint next = first_code_point(name);
        if (next.value < ' ' || next.value == 0x7f) return "name must not contain control characters";
        if (next.value == replacement && !name.starts_with(replacement_bytes)) return "name must be valid UTF-8";
        name.remove_prefix(next.bytes);
    }
    return {};
}

}  // namespace crm::predict
