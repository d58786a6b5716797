// A JSON document as a value: what models and timelines look like to people, and how options arrive.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace crm {

class Json {
public:
    using Array = std::vector<Json>;
    using Object = std::vector<std::pair<std::string, Json>>;  // keeps the order in which it was written

    Json() = default;
    Json(std::nullptr_t) {}
    Json(bool value) : value_(value) {}
    Json(double value) : value_(value) {}
    Json(int value) : value_(static_cast<double>(value)) {}
    Json(std::int64_t value) : value_(static_cast<double>(value)) {}
    Json(const char* value) : value_(std::string(value)) {}
    Json(std::string value) : value_(std::move(value)) {}
    Json(std::string_view value) : value_(std::string(value)) {}
    Json(Array value) : value_(std::move(value)) {}
    Json(Object value) : value_(std::move(value)) {}

    bool is_null() const { return std::holds_alternative<std::monostate>(value_); }

    /// The value as what it must be; otherwise throws invalid_argument that names `what` and the value found.
    double number(std::string_view what) const;
    bool boolean(std::string_view what) const;
    const std::string& string(std::string_view what) const;
    const Array& array(std::string_view what) const;
    const Object& object(std::string_view what) const;

    /// A number without fraction in [least, most].
    std::int64_t integer(std::string_view what, std::int64_t least, std::int64_t most) const;

    /// The member of an object, or nullptr when this is no object or has none of that name.
    const Json* find(std::string_view key) const;

    /// The member of an object; throws invalid_argument naming the missing key.
    const Json& at(std::string_view key, std::string_view what) const;

    /// Throws invalid_argument with a hint listing `known` when the object has any other key.
    void expect_keys(std::initializer_list<std::string_view> known, std::string_view what) const;

    /// Compact text. Numbers are the shortest that read back exactly; what is not finite becomes null.
    std::string text() const;

private:
    std::variant<std::monostate, bool, double, std::string, Array, Object> value_;
};

/// The shortest decimal that reads back as exactly this number; 'Infinity', '-Infinity' and 'NaN' otherwise.
std::string shortest(double value);

}  // namespace crm
