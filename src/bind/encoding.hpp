// Core strings are UTF-8; a database may keep its text in another encoding. One in SQL_ASCII keeps bytes of unknown
// meaning: they go through as they are.
#pragma once
#include "bind/call.hpp"

namespace crm::bind {

namespace detail {

std::string_view converted_from_server(std::string_view text);
std::string_view converted_to_server(std::string_view text);

}  // namespace detail

inline bool server_text_is_utf8() {
    const int encoding = GetDatabaseEncoding();
    return encoding == PG_UTF8 || encoding == PG_SQL_ASCII;
}

/// In the text's own memory or in the current memory context.
inline std::string_view from_server(std::string_view text) {
    return server_text_is_utf8() ? text : detail::converted_from_server(text);
}

/// The same the other way round; raises the server's error when the encoding lacks a character.
inline std::string_view to_server(std::string_view text) {
    return server_text_is_utf8() ? text : detail::converted_to_server(text);
}

}  // namespace crm::bind
