#include "crm/foundation/json.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "crm/foundation/error.hpp"

namespace crm {

namespace {

void append_quoted(std::string& out, std::string_view text) {
    static constexpr char hex[] = "0123456789abcdef";
    out += '"';
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (byte < 0x20) {
            out += "\\u00";
            out += hex[byte >> 4];
            out += hex[byte & 15];
        } else {
            out += c;
        }
    }
    out += '"';
}

struct Print {
    std::string& out;

    void operator()(std::monostate) const { out += "null"; }
    void operator()(bool value) const { out += value ? "true" : "false"; }
    void operator()(double value) const { out += std::isfinite(value) ? shortest(value) : "null"; }
    void operator()(const std::string& value) const { append_quoted(out, value); }

    void operator()(const Json::Array& items) const {
        out += '[';
        for (bool first = true; const Json& item : items) {
            if (!first) out += ", ";
            out += item.text();
            first = false;
        }
        out += ']';
    }

    void operator()(const Json::Object& members) const {
        out += '{';
        for (bool first = true; const auto& [key, value] : members) {
            if (!first) out += ", ";
            append_quoted(out, key);
            out += ": ";
            out += value.text();
            first = false;
        }
        out += '}';
    }
};

template <class T>
const T& expect(const auto& value, const Json& found, std::string_view what, std::string_view wanted) {
    if (const T* held = std::get_if<T>(&value)) return *held;
    throw invalid_argument(std::string(what) + " must be " + std::string(wanted) + ", not " + excerpt(found.text()));
}

}  // namespace

double Json::number(std::string_view what) const { return expect<double>(value_, *this, what, "a number"); }
bool Json::boolean(std::string_view what) const { return expect<bool>(value_, *this, what, "true or false"); }
const std::string& Json::string(std::string_view what) const {
    return expect<std::string>(value_, *this, what, "a string");
}
const Json::Array& Json::array(std::string_view what) const { return expect<Array>(value_, *this, what, "an array"); }
const Json::Object& Json::object(std::string_view what) const {
    return expect<Object>(value_, *this, what, "an object");
}

std::int64_t Json::integer(std::string_view what, std::int64_t least, std::int64_t most) const {
    const double value = number(what);
    if (!(value >= static_cast<double>(least) && value <= static_cast<double>(most)) || value != std::floor(value))
        throw invalid_argument(std::string(what) + " must be a whole number from " + std::to_string(least) + " to " +
                               std::to_string(most) + ", not " + shortest(value));
    return static_cast<std::int64_t>(value);
}

const Json* Json::find(std::string_view key) const {
    const auto* members = std::get_if<Object>(&value_);
    if (!members) return nullptr;
    const auto found = std::ranges::find(*members, key, &Object::value_type::first);
    return found == members->end() ? nullptr : &found->second;
}

const Json& Json::at(std::string_view key, std::string_view what) const {
    object(what);
    if (const Json* found = find(key)) return *found;
    throw invalid_argument(std::string(what) + " lacks \"" + std::string(key) + "\"");
}

void Json::expect_keys(std::initializer_list<std::string_view> known, std::string_view what) const {
    for (const auto& [key, value] : object(what)) {
        if (std::ranges::find(known, key) != known.end()) continue;
        std::string list;
        for (const std::string_view name : known) list += (list.empty() ? "" : ", ") + std::string(name);
        throw invalid_argument("unknown key \"" + excerpt(key) + "\" in " + std::string(what), {},
                               "Known keys: " + list + ".");
    }
}

std::string Json::text() const {
    std::string out;
    std::visit(Print{out}, value_);
    return out;
}

std::string shortest(double value) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
    std::array<char, 32> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    return {digits.data(), end};
}

}  // namespace crm
