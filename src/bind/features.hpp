// The features of a row, from jsonb objects and from arrays, without allocating for each row.
//
// A jsonb object is walked where it lies: keys and values are handed out as they are stored. Objects within objects are
// flattened, {"a": {"b": 1}} being the feature a.b. Numbers of up to 15 digits become doubles without the server's
// detour over text, and are the same ones.
#pragma once
#include "bind/function.hpp"
#include "crm/predict/encoder.hpp"

namespace crm::bind {

/// What is stored in one jsonb object; valid during the call.
class JsonbObject {
public:
    using Take = void (*)(void* owner, std::string_view name, const predict::FeatureValue&);

    JsonbObject(const JsonbContainer* root, predict::RowEncoder& row) : root_(root), row_(&row) {}

    /// Hands every feature to `take(name, value)`. Throws invalid_argument for an array.
    template <class Function>
    void each(const Function& take) const {
        walk(root_, {}, 0, const_cast<void*>(static_cast<const void*>(&take)),
             [](void* owner, std::string_view name, const predict::FeatureValue& value) {
                 (*static_cast<const Function*>(owner))(name, value);
             });
    }

    /// The row as codes, valid until the next row of the call site.
    std::span<const double> codes(const predict::Encoder& encoder) const {
        if (!encoder.is_named()) refuse_object();
        row_->begin(encoder);
        each([this](std::string_view name, const predict::FeatureValue& value) { row_->set(name, value); });
        return row_->codes();
    }

private:
    static void walk(const JsonbContainer*, std::string_view prefix, int depth, void* owner, Take);
    [[noreturn]] static void refuse_object();

    const JsonbContainer* root_;
    predict::RowEncoder* row_;
};

template <>
struct Argument<JsonbObject> {
    static constexpr int columns = 1;
    struct Memory {
        std::vector<std::uint32_t> aligned;  // jsonb is read at addresses that are multiples of 4
        predict::RowEncoder row;
    };
    /// Throws invalid_argument unless the jsonb is an object.
    static std::optional<JsonbObject> read(FunctionCallInfo fcinfo, int at, Memory& memory);
};

/// float8[] of one dimension; NULL elements are NaN. Valid until the next row of the call site.
class NumberRow {
public:
    explicit NumberRow(std::span<const double> numbers) : numbers_(numbers) {}

    std::span<const double> numbers() const { return numbers_; }

    /// The row as codes of the encoder.
    std::span<const double> codes(const predict::Encoder& encoder) const {
        predict::RowEncoder row;
        return row.encode(encoder, numbers_);
    }

private:
    std::span<const double> numbers_;
};

template <>
struct Argument<NumberRow> {
    static constexpr int columns = 1;
    struct Memory {
        std::vector<double> numbers;
    };
    /// Throws invalid_argument for NaN: what is missing is NULL.
    static std::optional<NumberRow> read(FunctionCallInfo fcinfo, int at, Memory& memory);
};

}  // namespace crm::bind
