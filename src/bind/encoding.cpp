#include "bind/encoding.hpp"

namespace crm::bind::detail {

namespace {

template <class Convert>
std::string_view converted(std::string_view text, Convert convert) {
    if (text.empty()) return text;
    const char* const result = call([text, convert] { return convert(text.data(), static_cast<int>(text.size())); });
    return result == text.data() ? text : std::string_view(result);
}

}  // namespace

std::string_view converted_from_server(std::string_view text) {
    return converted(text, [](const char* from, int size) { return pg_server_to_any(from, size, PG_UTF8); });
}

std::string_view converted_to_server(std::string_view text) {
    return converted(text, [](const char* from, int size) { return pg_any_to_server(from, size, PG_UTF8); });
}

}  // namespace crm::bind::detail
