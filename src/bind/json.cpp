#include "bind/json.hpp"

namespace crm::bind {

namespace {

constexpr int deepest = 32;  // far beyond any document of ours, far within the stack

Json json_of(JsonbContainer* container, int depth);

std::string_view text_of(const JsonbValue& value) {
    return from_server({value.val.string.val, static_cast<std::size_t>(value.val.string.len)});
}

Json json_of(const JsonbValue& value, int depth) {
    switch (value.type) {
        case jbvNull: return {};
        case jbvBool: return value.val.boolean;
        case jbvNumeric:
            return call([&value] {
                return DatumGetFloat8(DirectFunctionCall1(numeric_float8, NumericGetDatum(value.val.numeric)));
            });
        case jbvString: return std::string(text_of(value));
        case jbvBinary: return json_of(value.val.binary.data, depth + 1);
        default: throw invalid_argument("unexpected kind of value in jsonb");
    }
}

Json json_of(JsonbContainer* container, int depth) {
    if (depth > deepest)
        throw invalid_argument("jsonb is nested more than " + std::to_string(deepest) + " levels deep");
    Json::Array items;
    Json::Object members;
    bool is_object = false, is_scalar = false;
    std::string key;
    JsonbIterator* iterator = call([container] { return JsonbIteratorInit(container); });
    while (true) {
        JsonbValue value;
        switch (call([&iterator, &value] { return JsonbIteratorNext(&iterator, &value, true); })) {
            case WJB_BEGIN_ARRAY: is_scalar = value.val.array.rawScalar; break;
            case WJB_BEGIN_OBJECT: is_object = true; break;
            case WJB_KEY: key = text_of(value); break;
            case WJB_VALUE: members.emplace_back(key, json_of(value, depth)); break;
            case WJB_ELEM: items.push_back(json_of(value, depth)); break;
            case WJB_DONE:
                if (is_object) return members;
                if (is_scalar) return std::move(items.front());
                return items;
            default: break;
        }
    }
}

}  // namespace

Json parse_json(const char* text) {
    return read_jsonb(call([text] { return DirectFunctionCall1(jsonb_in, CStringGetDatum(text)); }));
}

Json read_jsonb(Datum datum) {
    Jsonb* const jsonb = call([datum] { return DatumGetJsonbP(datum); });
    return json_of(&jsonb->root, 0);
}

Datum make_jsonb(const Json& json) {
    const std::string text(to_server(json.text()));
    return call([&text] { return DirectFunctionCall1(jsonb_in, CStringGetDatum(text.c_str())); });
}

}  // namespace crm::bind
