// The rows of a fit as they come, in one piece of memory, until all are there and an encoder can be learnt from them:
// what an aggregate of any supervised model gathers beside its outcomes. Mergeable; all memory comes from the resource
// given.
#pragma once
#include <bit>
#include <cstdint>
#include <map>
#include <memory_resource>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "crm/foundation/bytes.hpp"
#include "crm/foundation/cancellation.hpp"
#include "crm/predict/encoder.hpp"

namespace crm::predict {

/// How an encoder is learnt.
struct EncoderOptions {
    std::vector<std::string> names;                // of an array's features; x1, x2, ... when there are none
    std::optional<double> rare;                    // levels of less weight are pooled; else 5, or a 20th of all if less
    std::size_t levels = 100;                      // the most that a feature keeps beside those pooled
    std::map<std::string, std::string> reference;  // by feature; else the first level by name

    /// Reads names, rare, levels and reference, where they are given.
    void read(const Json&);

    void save(Writer&) const;
    static EncoderOptions load(Reader&);

    friend bool operator==(const EncoderOptions&, const EncoderOptions&) = default;
};

/// One value of a row: a number, nothing, or the place of a text in its feature's dictionary. Texts and nothing are
/// written as NaNs, so that a row of numbers is stored as it is.
class Cell {
public:
    Cell() = default;
    explicit Cell(double number) : bits_(std::bit_cast<std::uint64_t>(number)) {}

    static Cell of_text(std::uint32_t text) {
        Cell cell;
        cell.bits_ = text_bits | text;
        return cell;
    }

    bool is_number() const { return !std::isnan(number()); }
    bool is_text() const { return bits_ >> 32 == text_bits >> 32; }
    double number() const { return std::bit_cast<double>(bits_); }
    std::uint32_t text() const { return static_cast<std::uint32_t>(bits_); }

private:
    static constexpr std::uint64_t text_bits = 0x7ffc000000000000, missing_bits = 0x7ff8000000000000;

    std::uint64_t bits_ = missing_bits;
};

/// Rows one after another, of as many cells as there were features when the first of them came.
struct CellChunk {
    std::size_t width = 0, rows = 0;
    std::pmr::vector<Cell> cells;

    Cell at(std::size_t row, std::size_t column) const { return column < width ? cells[row * width + column] : Cell(); }
};

/// Distinct strings, numbered as they come.
class Dictionary {
public:
    explicit Dictionary(std::pmr::memory_resource* memory) : places_(memory), texts_(memory) {}

    Dictionary(Dictionary&&) = default;  // a copy's texts would be those of the original
    Dictionary(const Dictionary&) = delete;
    Dictionary& operator=(const Dictionary&) = delete;

    std::uint32_t add(std::string_view text);
    std::optional<std::uint32_t> find(std::string_view text) const;
    std::size_t size() const { return texts_.size(); }
    std::string_view operator[](std::size_t place) const { return texts_[place]; }

private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
    };
    std::pmr::unordered_map<std::pmr::string, std::uint32_t, Hash, std::equal_to<>> places_;
    std::pmr::vector<std::string_view> texts_;  // of the map's keys, which stay where they are
};

class FeatureRows;

/// An encoder and how cells become its codes.
class LearntEncoder {
public:
    Encoder encoder;
    std::vector<std::string> notes;  // what a person should know of the features; plain ASCII

    /// The column of cells that a feature is in.
    std::size_t column_of(std::size_t feature) const { return columns_[feature]; }
    double code(std::size_t feature, Cell) const;

private:
    friend class FeatureRows;
    std::vector<std::size_t> columns_;
    std::vector<std::vector<double>> text_codes_;  // by feature, then by place in the dictionary
};

class FeatureRows {
public:
    explicit FeatureRows(std::pmr::memory_resource* memory)
        : memory_(memory), names_(memory), texts_(memory), chunks_(memory), row_(memory), order_(memory) {}

    /// A row as an array; NaN is missing. Throws invalid_argument for infinities and for another length than before.
    void add(std::span<const double> numbers);

    /// A row with names: begin, set each, end. An exception before end() leaves no row.
    void begin();
    void set(std::string_view name, const FeatureValue&);
    void end();

    std::size_t size() const { return rows_; }
    const std::pmr::vector<CellChunk>& chunks() const { return chunks_; }

    /// `weights` of the rows, in order; empty when all are 1.
    LearntEncoder learn(std::span<const double> weights, const EncoderOptions&, const Cancellation&) const;

    void merge(const FeatureRows& other, const Cancellation& = {});
    void save(Writer&) const;
    void load(Reader&, const Cancellation& = {});

private:
    std::uint32_t column_named(std::string_view name);
    std::uint32_t text_in(std::size_t column, std::string_view text);
    void require_width(std::size_t width);
    CellChunk& chunk_of(std::size_t width);
    std::span<Cell> new_row(std::size_t width);
    void append(const CellChunk& numbers);
    void require_sound(const CellChunk& chunk) const;

    std::pmr::memory_resource* memory_;
    bool is_named_ = false;
    std::size_t width_ = 0;  // of arrays
    std::size_t rows_ = 0;
    Dictionary names_;
    std::pmr::vector<Dictionary> texts_;  // by column
    std::pmr::vector<CellChunk> chunks_;
    std::pmr::vector<Cell> row_;             // the one that has begun
    std::pmr::vector<std::uint32_t> order_;  // of the names in the row before
    std::size_t at_ = 0;
};

/// Non-ASCII characters replaced, as messages of a fit must be plain.
std::string plain_name(std::string_view name);

}  // namespace crm::predict
