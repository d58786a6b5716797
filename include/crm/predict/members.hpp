// Stored values that are described once: a class names its members, and is thereby written and read as bytes and as
// JSON. The class has
//   template <class Self, class Visit> static void members(Self& self, Visit&& visit)
// which calls visit("name", self.name) for each: a number, a truth value, a text, a FitReport, an optional number, a
// class of this kind, or a std::vector of any of them. Numbers are finite, texts are UTF-8 without control characters.
#pragma once
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "crm/foundation/bytes.hpp"
#include "crm/foundation/json.hpp"
#include "crm/foundation/model.hpp"

namespace crm::predict {

/// What is wrong with a text as a name; empty when nothing is.
std::string defect_of_name(std::string_view name);

namespace detail {

template <class T>
inline constexpr bool is_vector = false;
template <class T>
inline constexpr bool is_vector<std::vector<T>> = true;

struct Save {
    Writer& out;

    template <class T>
    void operator()(std::string_view, const T& value) const {
        if constexpr (std::is_same_v<T, double>)
            out.put(value);
        else if constexpr (std::is_same_v<T, bool>)
            out.put(static_cast<std::uint8_t>(value));
        else if constexpr (std::is_integral_v<T>)
            out.signed_varint(value);
        else if constexpr (std::is_same_v<T, std::string>)
            out.text(value);
        else if constexpr (std::is_same_v<T, std::optional<double>>) {
            out.put(static_cast<std::uint8_t>(value.has_value()));
            if (value) out.put(*value);
        } else if constexpr (std::is_same_v<T, FitReport>)
            value.save(out);
        else if constexpr (is_vector<T>) {
            out.varint(value.size());
            for (const auto& element : value) (*this)({}, element);
        } else
            T::members(value, *this);
    }
};

struct Load {
    Reader& in;

    template <class T>
    void operator()(std::string_view, T& value) const {
        if constexpr (std::is_same_v<T, double>) {
            value = in.get<double>();
            if (!std::isfinite(value)) throw corrupt_data("impossible number in model");
        } else if constexpr (std::is_same_v<T, bool>)
            value = in.get<std::uint8_t>() != 0;
        else if constexpr (std::is_integral_v<T>)
            value = static_cast<T>(in.signed_varint());
        else if constexpr (std::is_same_v<T, std::string>) {
            value = in.text();
            if (const std::string wrong = defect_of_name(value); !wrong.empty()) throw corrupt_data(wrong);
        } else if constexpr (std::is_same_v<T, std::optional<double>>) {
            value.reset();
            if (in.get<std::uint8_t>() != 0) (*this)({}, value.emplace());
        } else if constexpr (std::is_same_v<T, FitReport>)
            value = FitReport::load(in);
        else if constexpr (is_vector<T>) {
            const std::size_t count = in.count();
            value.clear();
            for (std::size_t i = 0; i < count; ++i) (*this)({}, value.emplace_back());
        } else
            T::members(value, *this);
    }
};

struct ToJson {
    Json::Object& object;

    template <class T>
    static Json json(const T& value) {
        if constexpr (std::is_same_v<T, double> || std::is_same_v<T, bool> || std::is_same_v<T, std::string>)
            return value;
        else if constexpr (std::is_integral_v<T>)
            return static_cast<std::int64_t>(value);
        else if constexpr (std::is_same_v<T, std::optional<double>>)
            return value ? Json(*value) : Json();
        else if constexpr (std::is_same_v<T, FitReport>)
            return value.to_json();
        else if constexpr (is_vector<T>) {
            Json::Array all;
            for (const auto& element : value) all.push_back(json(element));
            return all;
        } else {
            Json::Object members;
            T::members(value, ToJson{members});
            return members;
        }
    }

    template <class T>
    void operator()(std::string_view name, const T& value) const {
        object.emplace_back(std::string(name), json(value));
    }
};

struct FromJson {
    const Json& object;

    template <class T>
    static void read(const Json& json, std::string_view name, T& value) {
        constexpr std::int64_t most = std::int64_t{1} << 53;
        if constexpr (std::is_same_v<T, double>) {
            value = json.number(name);
            if (!std::isfinite(value)) throw invalid_argument(std::string(name) + " must be finite");
        } else if constexpr (std::is_same_v<T, bool>)
            value = json.boolean(name);
        else if constexpr (std::is_integral_v<T>)
            value = static_cast<T>(json.integer(name, -most, most));
        else if constexpr (std::is_same_v<T, std::string>) {
            value = json.string(name);
            if (const std::string wrong = defect_of_name(value); !wrong.empty()) throw invalid_argument(wrong);
        } else if constexpr (std::is_same_v<T, std::optional<double>>) {
            value.reset();
            if (!json.is_null()) read(json, name, value.emplace());
        } else if constexpr (std::is_same_v<T, FitReport>)
            value = FitReport::from_json(json);
        else if constexpr (is_vector<T>) {
            value.clear();
            for (const Json& element : json.array(name)) read(element, name, value.emplace_back());
        } else
            T::members(value, FromJson{json});
    }

    template <class T>
    void operator()(std::string_view name, T& value) const {
        read(object.at(name, "model"), name, value);
    }
};

}  // namespace detail

template <class T>
void save_members(const T& value, Writer& out) {
    detail::Save{out}({}, value);
}

template <class T>
T load_members(Reader& in) {
    T value{};
    detail::Load{in}({}, value);
    return value;
}

template <class T>
Json::Object members_to_json(const T& value) {
    Json::Object object;
    T::members(value, detail::ToJson{object});
    return object;
}

template <class T>
T members_from_json(const Json& json) {
    T value{};
    T::members(value, detail::FromJson{json});
    return value;
}

}  // namespace crm::predict
