// SQL types from C++ classes: SQL_TYPE(crm_timeline, Timeline) defines text and binary input and output and the cast
// to jsonb. The class has
//   void save(Writer&) const; static T load(Reader&)          its bytes, stored and on the wire
//   Json to_json() const;     static T from_json(const Json&)  its text
#pragma once
#include "bind/function.hpp"
#include "bind/json.hpp"

namespace crm::bind {

/// True for classes that are the values of an SQL type of their own.
template <class T>
inline constexpr bool is_stored = false;

template <class T>
concept Stored = is_stored<T>;

template <Stored T>
T decode(Bytes bytes) {
    Reader in(bytes);
    T value = T::load(in);
    in.expect_end();
    return value;
}

template <Stored T>
Datum encode(const T& value) {
    Writer out;
    value.save(out);
    return make_varlena(out.bytes());
}

template <Stored T>
struct Argument<T> {
    static constexpr int columns = 1;
    using Memory = Nothing;
    static std::optional<T> read(FunctionCallInfo fcinfo, int at, Memory&) {
        if (PG_ARGISNULL(at)) return {};
        return decode<T>(varlena_bytes(PG_GETARG_DATUM(at)));
    }
};

template <Stored T>
struct Result<T> {
    using Memory = Nothing;
    static Datum make(FunctionCallInfo, Memory&, const T& value) { return encode(value); }
};

/// What a type's input function is given.
struct Text {
    const char* text;
};
template <>
struct Argument<Text> {
    static constexpr int columns = 1;
    using Memory = Nothing;
    static std::optional<Text> read(FunctionCallInfo fcinfo, int at, Memory&) { return Text{PG_GETARG_CSTRING(at)}; }
};

/// What a type's receive function is given: the rest of the message.
struct Message {
    Bytes bytes;
};
template <>
struct Argument<Message> {
    static constexpr int columns = 1;
    using Memory = Nothing;
    static std::optional<Message> read(FunctionCallInfo fcinfo, int at, Memory&) {
        auto* const buffer = reinterpret_cast<StringInfo>(PG_GETARG_POINTER(at));
        const Bytes rest{reinterpret_cast<const std::byte*>(buffer->data + buffer->cursor),
                         static_cast<std::size_t>(buffer->len - buffer->cursor)};
        buffer->cursor = buffer->len;
        return Message{rest};
    }
};

/// A C string, as output functions return it.
struct CString {
    std::string text;
};
template <>
struct Result<CString> {
    using Memory = Nothing;
    static Datum make(FunctionCallInfo, Memory&, const CString& value) {
        const std::string text(to_server(value.text));
        const std::size_t size = text.size() + 1;
        return CStringGetDatum(
            static_cast<char*>(std::memcpy(allocate_in(CurrentMemoryContext, size), text.c_str(), size)));
    }
};

/// A bytea.
struct Bytea {
    Writer bytes;
};
template <>
struct Result<Bytea> {
    using Memory = Nothing;
    static Datum make(FunctionCallInfo, Memory&, const Bytea& value) { return make_varlena(value.bytes.bytes()); }
};

/// What is wrong with a value that is coming in is the sender's fault, whatever the core calls it.
template <class Thrown, class Body>
auto incoming(const Body& body) {
    try {
        return body();
    } catch (const corrupt_data& wrong) {
        throw Thrown(wrong.message(), wrong.detail(), wrong.hint());
    } catch (const invalid_argument& wrong) {
        throw Thrown(wrong.message(), wrong.detail(), wrong.hint());
    }
}

}  // namespace crm::bind

#define SQL_TYPE(name, ...)                                                                                          \
    SQL_FUNCTION(name##_in, [](::crm::bind::Text text) {                                                             \
        const ::crm::Json json = ::crm::bind::parse_json(text.text);                                                 \
        return ::crm::bind::incoming<::crm::invalid_text>([&json] { return __VA_ARGS__::from_json(json); });         \
    });                                                                                                              \
    SQL_FUNCTION(name##_out, [](const __VA_ARGS__& value) { return ::crm::bind::CString{value.to_json().text()}; }); \
    SQL_FUNCTION(name##_recv, [](::crm::bind::Message message) {                                                     \
        return ::crm::bind::incoming<::crm::invalid_binary>(                                                         \
            [&message] { return ::crm::bind::decode<__VA_ARGS__>(message.bytes); });                                 \
    });                                                                                                              \
    SQL_FUNCTION(name##_send, [](const __VA_ARGS__& value) {                                                         \
        ::crm::bind::Bytea bytes;                                                                                    \
        value.save(bytes.bytes);                                                                                     \
        return bytes;                                                                                                \
    });                                                                                                              \
    SQL_FUNCTION(name##_to_jsonb, [](const __VA_ARGS__& value) { return value.to_json(); })
