// What a model knows of its features: how a row as people keep it (numbers, texts, truth values, nothing) becomes what
// is computed with. Learnt in the fit and kept inside the model, so that scoring takes raw rows.
//
// A feature that only ever held numbers is numeric; one that ever held a text or a truth value is categorical, numbers
// in it being read as their shortest text. Rare levels are pooled as "other", values that are not given are the level
// "missing". A row is coded as one number a feature:
//   numeric      the number, NaN when it is missing
//   categorical  the place of its level, NaN when the value tells nothing: a level never seen, where nothing was
//   pooled,
//                or a missing value, where none was ever missing
// Trees read codes as they are; linear models see them as the columns below.
#pragma once
#include <cmath>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crm/foundation/bytes.hpp"
#include "crm/foundation/json.hpp"

namespace crm::predict {

inline constexpr std::size_t most_features = 2000;
inline constexpr std::size_t most_levels = 65536;  // distinct texts of one feature while rows are gathered

/// A value as a row gives it. Truth values are the texts "true" and "false".
struct FeatureValue {
    enum class Kind : std::uint8_t { missing, number, text };

    Kind kind = Kind::missing;
    double number = 0;      // finite
    std::string_view text;  // valid as long as its owner

    static FeatureValue of(double number) { return {Kind::number, number, {}}; }
    static FeatureValue of(std::string_view text) { return {Kind::text, 0, text}; }
    static FeatureValue of_truth(bool value) { return of(std::string_view(value ? "true" : "false")); }
};

struct Level {
    std::string name;
    double share = 0;  // of the fit's rows, by weight
};

struct Feature {
    enum class Kind : std::uint8_t { numeric, categorical };

    std::string name;
    Kind kind = Kind::numeric;

    // Numeric: of the values that were not missing. A scale of 0 says that they were all alike.
    double mean = 0, scale = 0;
    double missing = 0;  // share of rows without a value

    // Categorical: the levels by name, then "other" and "missing" where there are such.
    std::vector<Level> levels;
    bool has_other = false, has_missing = false;
    std::size_t reference = 0;  // the level that others are compared with

    bool is_numeric() const { return kind == Kind::numeric; }
    std::size_t named_levels() const { return levels.size() - (has_other ? 1 : 0) - (has_missing ? 1 : 0); }
    double code(const FeatureValue&) const;

    /// The code in words: "2.5", "Two year", "missing"; "unknown" for a level that tells nothing.
    std::string text_of(double code) const;
};

/// One column that a linear model sees: a number as it is, or 1 where the row is of a level, else 0.
struct DesignColumn {
    enum class Kind : std::uint8_t { number, missing, level };

    std::size_t feature;
    Kind kind;
    std::size_t level = 0;
};

class Encoder {
public:
    Encoder() = default;

    /// Throws invalid_argument for what cannot be: names that are not distinct, a scale below 0, no level.
    Encoder(std::vector<Feature> features, bool is_named);

    const std::vector<Feature>& features() const { return features_; }

    /// Whether rows are objects with names, rather than arrays in the features' order. Features are then sorted by
    /// name.
    bool is_named() const { return is_named_; }

    std::optional<std::size_t> find(std::string_view name) const;

    /// Numbers and missing values first of each feature, in the features' order; a feature that does not vary has none.
    std::vector<DesignColumn> columns() const;

    /// "tenure", "tenure=missing", "contract=Two year".
    std::string name_of(const DesignColumn&) const;

    void save(Writer&) const;
    static Encoder load(Reader&);
    Json to_json() const;
    static Encoder from_json(const Json&);

private:
    std::vector<Feature> features_;
    bool is_named_ = true;
};

/// A row's columns as linear models see them, numbers as they are: a missing one is the mean, and a value that tells
/// nothing is the average of the levels.
std::vector<double> column_values(const Encoder&, std::span<const double> codes);

/// Codes one row after another without allocating. Names that come in the order of the row before are found at once.
class RowEncoder {
public:
    /// Starts a row in which nothing is given. The encoder must outlive the row.
    void begin(const Encoder&);

    /// Names that the model does not know are passed over. Throws invalid_argument when a name comes twice.
    void set(std::string_view name, const FeatureValue&);

    /// A row as an array: NaN is missing. Throws invalid_argument for a wrong number of them.
    std::span<const double> encode(const Encoder&, std::span<const double> numbers);

    std::span<const double> codes() const { return codes_; }

private:
    const Encoder* encoder_ = nullptr;
    std::vector<double> codes_;
    std::vector<bool> given_;
    std::vector<std::uint32_t> order_;  // of the names in the row before
    std::size_t at_ = 0;
};

/// Throws invalid_argument unless every number is finite or NaN.
void require_finite(std::span<const double> numbers);

}  // namespace crm::predict
