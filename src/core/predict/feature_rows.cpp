#include "crm/predict/feature_rows.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>
#include <set>

#include "crm/foundation/error.hpp"

namespace crm::predict {

namespace {

constexpr std::size_t cells_of_full_chunk = std::size_t{1} << 17;  // a megabyte
constexpr double most_weight = 0x1p53;

[[noreturn]] void refuse_width(std::size_t given, std::size_t wanted) {
    throw invalid_argument("number of features must be the same in every row: " + std::to_string(given) + " and " +
                           std::to_string(wanted));
}

void refuse_many_features() {
    throw limit_exceeded("more than " + std::to_string(most_features) + " features", {},
                         "Values belong in the rows, not in the names of the features.");
}

/// Weight, mean and sum of squared deviations, mergeable without cancellation.
struct Moments {
    double weight = 0, mean = 0, squares = 0;

    void merge(const Moments& other) {
        if (other.weight == 0) return;
        const double all = weight + other.weight, distance = other.mean - mean;
        mean += distance * (other.weight / all);
        squares += other.squares + distance * distance * (weight * (other.weight / all));
        weight = all;
    }
};

}  // namespace

std::string plain_name(std::string_view name) {
    std::string plain;
    for (const char c : excerpt(name)) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= ' ' && byte <= '~')
            plain += c;
        else if (byte < 0x80 || byte >= 0xc0)  // one sign a character, not a byte
            plain += '?';
    }
    return plain;
}

void EncoderOptions::read(const Json& json) {
    std::set<std::string> distinct;
    if (const Json* given = json.find("names"))
        for (const Json& name : given->array("names")) {
            names.push_back(name.string("name of a feature"));
            if (!distinct.insert(names.back()).second)
                throw invalid_argument("name \"" + excerpt(names.back()) + "\" is given to two features");
        }
    if (const Json* given = json.find("rare")) {
        rare = given->number("rare");
        if (!(*rare >= 0) || !std::isfinite(*rare))
            throw invalid_argument("rare must be a finite number, 0 or more, not " + shortest(*rare));
    }
    if (const Json* given = json.find("levels")) levels = static_cast<std::size_t>(given->integer("levels", 1, 1000));
    if (const Json* given = json.find("reference"))
        for (const auto& [feature, level] : given->object("reference"))
            reference[feature] = level.string("reference of " + excerpt(feature));
}

void EncoderOptions::save(Writer& out) const {
    out.varint(names.size());
    for (const std::string& name : names) out.text(name);
    out.put(rare.value_or(-1));
    out.varint(levels);
    out.varint(reference.size());
    for (const auto& [feature, level] : reference) {
        out.text(feature);
        out.text(level);
    }
}

EncoderOptions EncoderOptions::load(Reader& in) {
    EncoderOptions options;
    const std::size_t names = in.count();
    if (names > most_features) throw corrupt_data("impossible options of a fit in state");
    options.names.resize(names);
    for (std::string& name : options.names) name = in.text();
    const double rare = in.get<double>();
    if (rare != -1) options.rare = rare;
    const std::uint64_t levels = in.varint();
    if ((options.rare && !(rare >= 0 && std::isfinite(rare))) || levels < 1 || levels > most_levels)
        throw corrupt_data("impossible options of a fit in state");
    options.levels = static_cast<std::size_t>(levels);
    for (std::size_t left = in.count(2); left > 0; --left) {
        const std::string feature(in.text());
        options.reference[feature] = in.text();
    }
    return options;
}

std::uint32_t Dictionary::add(std::string_view text) {
    if (const auto known = find(text)) return *known;
    const auto place = static_cast<std::uint32_t>(texts_.size());
    const auto added = places_.emplace(std::pmr::string(text, places_.get_allocator().resource()), place).first;
    texts_.push_back(added->first);
    return place;
}

std::optional<std::uint32_t> Dictionary::find(std::string_view text) const {
    const auto known = places_.find(text);
    if (known == places_.end()) return {};
    return known->second;
}

double LearntEncoder::code(std::size_t feature, Cell cell) const {
    const Feature& known = encoder.features()[feature];
    if (known.is_numeric()) return cell.number();
    if (cell.is_text()) return text_codes_[feature][cell.text()];
    return known.code(cell.is_number() ? FeatureValue::of(cell.number()) : FeatureValue());
}

CellChunk& FeatureRows::chunk_of(std::size_t width) {
    const std::size_t most = std::max<std::size_t>(cells_of_full_chunk / std::max<std::size_t>(width, 1), 256);
    if (chunks_.empty() || chunks_.back().width != width || chunks_.back().rows >= most) {
        const bool follows_full = !chunks_.empty() && chunks_.back().width == width;
        chunks_.push_back({width, 0, std::pmr::vector<Cell>(memory_)});
        if (follows_full) chunks_.back().cells.reserve(most * width);
    }
    return chunks_.back();
}

std::span<Cell> FeatureRows::new_row(std::size_t width) {
    CellChunk& chunk = chunk_of(width);
    const std::size_t at = chunk.cells.size();
    if (at + width > chunk.cells.capacity()) {
        const std::size_t most = std::max<std::size_t>(cells_of_full_chunk / std::max<std::size_t>(width, 1), 256);
        chunk.cells.reserve(std::min(most * width, std::max(at * 2, 8 * width)));
    }
    chunk.cells.resize(at + width);
    ++chunk.rows;
    ++rows_;
    return std::span(chunk.cells).subspan(at, width);
}

void FeatureRows::require_width(std::size_t width) {
    if (rows_ == 0) {
        if (width > most_features) refuse_many_features();
        width_ = width;
    }
    if (is_named_ || width != width_) refuse_width(width, width_);
}

void FeatureRows::add(std::span<const double> numbers) {
    require_width(numbers.size());
    double sum = 0;
    for (const double number : numbers) sum += number * 0;  // NaN when any is not finite
    if (sum != 0) require_finite(numbers);
    const std::span<Cell> row = new_row(numbers.size());
    if (sum == 0) {
        std::ranges::transform(numbers, row.begin(), [](double number) { return Cell(number); });
        return;
    }
    std::ranges::transform(numbers, row.begin(),
                           [](double number) { return std::isnan(number) ? Cell() : Cell(number); });
}

void FeatureRows::begin() {
    is_named_ = true;
    row_.assign(names_.size(), Cell());
    at_ = 0;
}

std::uint32_t FeatureRows::column_named(std::string_view name) {
    const auto known = names_.find(name);
    if (known) return *known;
    if (names_.size() >= most_features) refuse_many_features();
    texts_.emplace_back(memory_);
    return names_.add(name);
}

std::uint32_t FeatureRows::text_in(std::size_t column, std::string_view text) {
    Dictionary& texts = texts_[column];
    if (const auto known = texts.find(text)) return *known;
    if (texts.size() >= most_levels)
        throw limit_exceeded(
            "feature \"" + excerpt(names_[column]) + "\" has more than " + std::to_string(most_levels) +
                " different texts",
            {}, "Leave out what names a row rather than describes it, such as an identifier or a comment.");
    return texts.add(text);
}

void FeatureRows::set(std::string_view name, const FeatureValue& value) {
    const std::size_t at = at_++;
    if (at >= order_.size()) order_.resize(at + 1, 0);
    std::uint32_t column = order_[at];
    if (column >= names_.size() || names_[column] != name) column = order_[at] = column_named(name);
    if (column >= row_.size()) row_.resize(column + 1);
    Cell& cell = row_[column];
    if (cell.is_number() || cell.is_text())
        throw invalid_argument("feature \"" + excerpt(name) + "\" is given twice in a row");
    if (value.kind == FeatureValue::Kind::number) cell = Cell(value.number);
    if (value.kind == FeatureValue::Kind::text) cell = Cell::of_text(text_in(column, value.text));
}

void FeatureRows::end() {
    row_.resize(names_.size());
    std::ranges::copy(row_, new_row(row_.size()).begin());
}

/// Rows of arrays. A large chunk stays one.
void FeatureRows::append(const CellChunk& numbers) {
    if (numbers.cells.size() >= cells_of_full_chunk / 2) {
        chunks_.push_back({numbers.width, numbers.rows, std::pmr::vector<Cell>(numbers.cells, memory_)});
        rows_ += numbers.rows;
        return;
    }
    for (std::size_t row = 0; row < numbers.rows; ++row)
        std::ranges::copy(std::span(numbers.cells).subspan(row * numbers.width, numbers.width),
                          new_row(numbers.width).begin());
}

void FeatureRows::merge(const FeatureRows& other, const Cancellation& cancellation) {
    if (other.rows_ == 0) return;
    if (rows_ == 0) {
        is_named_ = other.is_named_;
        width_ = other.width_;
    }
    if (is_named_ != other.is_named_ || width_ != other.width_) refuse_width(other.width_, width_);
    std::vector<std::uint32_t> columns;
    std::vector<std::vector<std::uint32_t>> places;
    for (std::size_t i = 0; i < other.names_.size(); ++i) {
        columns.push_back(column_named(other.names_[i]));
        auto& own = places.emplace_back();
        for (std::size_t text = 0; text < other.texts_[i].size(); ++text)
            own.push_back(text_in(columns.back(), other.texts_[i][text]));
    }
    Pace pace(cancellation);
    for (const CellChunk& chunk : other.chunks_) {
        cancellation.poll();
        if (!is_named_) {
            append(chunk);
            continue;
        }
        for (std::size_t row = 0; row < chunk.rows; ++row) {
            pace.step();
            const std::span cells(chunk.cells.data() + row * chunk.width, chunk.width);
            const std::span<Cell> own = new_row(names_.size());
            for (std::size_t i = 0; i < cells.size(); ++i)
                own[columns[i]] = cells[i].is_text() ? Cell::of_text(places[i][cells[i].text()]) : cells[i];
        }
    }
}

void FeatureRows::save(Writer& out) const {
    out.put<std::uint8_t>(is_named_);
    out.varint(width_);
    out.varint(names_.size());
    for (std::size_t i = 0; i < names_.size(); ++i) {
        out.text(names_[i]);
        out.varint(texts_[i].size());
        for (std::size_t text = 0; text < texts_[i].size(); ++text) out.text(texts_[i][text]);
    }
    std::size_t cells = 0;
    for (const CellChunk& chunk : chunks_) cells += chunk.cells.size();
    out.reserve(out.bytes().size() + cells * sizeof(double) + chunks_.size() * 24 + 16);
    out.varint(chunks_.size());
    for (const CellChunk& chunk : chunks_) {
        out.varint(chunk.width);
        out.varint(chunk.rows);
        if constexpr (std::endian::native == std::endian::little) {
            out.raw(chunk.cells.data(), chunk.cells.size() * sizeof(Cell));
        } else {
            for (const Cell cell : chunk.cells) out.put(cell.number());
        }
    }
}

/// Throws corrupt_data for cells that no row could have had.
void FeatureRows::require_sound(const CellChunk& chunk) const {
    double sum = 0;
    for (const Cell cell : chunk.cells) sum += cell.number() * 0;  // NaN when any is not finite
    if (sum == 0) return;
    for (std::size_t i = 0; i < chunk.cells.size(); ++i) {
        const Cell cell = chunk.cells[i];
        if (cell.is_number() && !std::isfinite(cell.number())) throw corrupt_data("impossible number in state");
        const bool is_known =
            cell.is_number() ||
            (cell.is_text() ? is_named_ && cell.text() < texts_[i % chunk.width].size()
                            : std::bit_cast<std::uint64_t>(cell) == std::bit_cast<std::uint64_t>(Cell()));
        if (!is_known) throw corrupt_data("impossible value in state");
    }
}

void FeatureRows::load(Reader& in, const Cancellation& cancellation) {
    is_named_ = in.get<std::uint8_t>() != 0;
    const std::uint64_t width = in.varint();
    if (width > most_features || (is_named_ && width != 0))
        throw corrupt_data("impossible number of features in state");
    width_ = static_cast<std::size_t>(width);
    for (std::size_t left = in.count(2), column = 0; left > 0; --left, ++column) {
        if (!is_named_ || column_named(in.text()) != column) throw corrupt_data("impossible feature in state");
        for (std::size_t texts = in.count(), place = 0; texts > 0; --texts, ++place)
            if (text_in(column, in.text()) != place) throw corrupt_data("impossible level in state");
    }
    for (std::size_t left = in.count(2); left > 0; --left) {
        cancellation.poll();
        const std::uint64_t own_width = in.varint(), count = in.varint();
        if (own_width > (is_named_ ? names_.size() : width_) || (!is_named_ && own_width != width_))
            throw corrupt_data("impossible number of features in state");
        // Rows without features take no bytes: their number is bounded as counts are.
        if (count > static_cast<std::uint64_t>(most_weight) ||
            (own_width > 0 && count > in.rest().size() / (own_width * sizeof(double))))
            throw corrupt_data("value ends too early");
        CellChunk chunk{static_cast<std::size_t>(own_width), static_cast<std::size_t>(count),
                        std::pmr::vector<Cell>(memory_)};
        chunk.cells.resize(chunk.width * chunk.rows);
        if constexpr (std::endian::native == std::endian::little) {
            const Bytes cells = in.take(chunk.cells.size() * sizeof(Cell));
            if (!cells.empty()) std::memcpy(chunk.cells.data(), cells.data(), cells.size());
        } else {
            for (Cell& cell : chunk.cells) cell = std::bit_cast<Cell>(in.get<std::uint64_t>());
        }
        require_sound(chunk);
        rows_ += chunk.rows;
        chunks_.push_back(std::move(chunk));
    }
}

namespace {

/// What a column of cells holds.
struct Contents {
    Moments numbers;
    double missing = 0;                // weight of the rows without a value
    std::vector<double> texts;         // weight of each
    std::map<double, double> counted;  // weight of each number, where the feature is categorical
};

class Survey {
public:
    Survey(const std::pmr::vector<CellChunk>& chunks, std::size_t columns, std::span<const double> weights,
           const Cancellation& cancellation)
        : chunks_(chunks), weights_(weights), cancellation_(cancellation), contents_(columns) {}

    std::vector<Contents> run(const std::pmr::vector<Dictionary>& texts) {
        for (std::size_t i = 0; i < texts.size(); ++i) contents_[i].texts.assign(texts[i].size(), 0);
        first_ = 0;
        for (const CellChunk& chunk : chunks_) {
            for (std::size_t begin = 0; begin < chunk.rows; begin += block) {
                cancellation_.poll();
                const std::size_t end = std::min(begin + block, chunk.rows);
                for (std::size_t column = 0; column < contents_.size(); ++column) {
                    if (column >= chunk.width)
                        contents_[column].missing += weight_of(begin, end);
                    else
                        read(chunk, column, begin, end);
                }
            }
            first_ += chunk.rows;
        }
        return std::move(contents_);
    }

private:
    static constexpr std::size_t block = 1024;

    double weight(std::size_t row) const { return weights_.empty() ? 1 : weights_[first_ + row]; }

    double weight_of(std::size_t begin, std::size_t end) const {
        if (weights_.empty()) return static_cast<double>(end - begin);
        return std::accumulate(weights_.begin() + static_cast<std::ptrdiff_t>(first_ + begin),
                               weights_.begin() + static_cast<std::ptrdiff_t>(first_ + end), 0.0);
    }

    void read(const CellChunk& chunk, std::size_t column, std::size_t begin, std::size_t end) {
        Contents& contents = contents_[column];
        const Cell* const cells = chunk.cells.data() + column;
        const std::size_t width = chunk.width;
        Moments here;
        double sum = 0;
        for (std::size_t row = begin; row < end; ++row) {
            const Cell cell = cells[row * width];
            const double one = weight(row);
            if (cell.is_number()) {
                here.weight += one;
                sum += one * cell.number();
            } else if (cell.is_text()) {
                contents.texts[cell.text()] += one;
            } else {
                contents.missing += one;
            }
        }
        if (here.weight > 0) {
            here.mean = sum / here.weight;
            for (std::size_t row = begin; row < end; ++row) {
                const Cell cell = cells[row * width];
                if (!cell.is_number()) continue;
                const double distance = cell.number() - here.mean;
                here.squares += weight(row) * distance * distance;
            }
        }
        contents.numbers.merge(here);
        if (!contents.texts.empty())
            for (std::size_t row = begin; row < end; ++row)
                if (const Cell cell = cells[row * width]; cell.is_number())
                    contents.counted[cell.number() + 0] += weight(row);
    }

    const std::pmr::vector<CellChunk>& chunks_;
    std::span<const double> weights_;
    const Cancellation& cancellation_;
    std::vector<Contents> contents_;
    std::size_t first_ = 0;
};

Feature numeric_feature(std::string name, const Contents& contents, double all) {
    Feature feature;
    feature.name = std::move(name);
    feature.missing = all > 0 ? contents.missing / all : 0;
    if (contents.numbers.weight == 0) return feature;
    feature.mean = contents.numbers.mean;
    feature.scale = std::sqrt(contents.numbers.squares / contents.numbers.weight);
    if (!std::isfinite(feature.mean) || !std::isfinite(feature.scale))
        throw out_of_range("numbers of feature \"" + excerpt(feature.name) + "\" lie too far apart", {},
                           "Take their logarithms, or another unit.");
    // What rounding alone makes of equal numbers.
    if (feature.scale <= std::abs(feature.mean) * 1e-13) feature.scale = 0;
    return feature;
}

Feature categorical_feature(std::string name, const Contents& contents, const Dictionary& texts, double all,
                            const EncoderOptions& options) {
    Feature feature;
    feature.name = std::move(name);
    feature.kind = Feature::Kind::categorical;
    std::map<std::string, double, std::less<>> weights;
    for (std::size_t i = 0; i < texts.size(); ++i) weights[std::string(texts[i])] += contents.texts[i];
    for (const auto& [number, weight] : contents.counted) weights[shortest(number)] += weight;
    std::vector<Level> found;
    for (const auto& [text, weight] : weights) found.push_back({text, weight});
    std::ranges::stable_sort(found, std::greater{}, &Level::share);  // equal ones stay in the order of their names
    constexpr double few = 5, share_of_few = 0.05;
    const double least = options.rare.value_or(std::min(few, share_of_few * all));
    const auto is_rare = [least](const Level& level) { return level.share < least; };
    std::size_t kept = 0;
    while (kept < found.size() && kept < options.levels && !is_rare(found[kept])) ++kept;
    if (kept + 1 == found.size() && !is_rare(found[kept])) ++kept;  // a single level is no pool
    double pooled = 0;
    for (std::size_t i = kept; i < found.size(); ++i) pooled += found[i].share;
    feature.has_other = kept < found.size();
    found.resize(kept);
    std::ranges::sort(found, {}, &Level::name);
    feature.levels = std::move(found);
    if (feature.has_other) feature.levels.push_back({"other", pooled});
    feature.has_missing = contents.missing > 0;
    if (feature.has_missing) feature.levels.push_back({"missing", contents.missing});
    for (Level& level : feature.levels) level.share /= all;
    if (const auto wanted = options.reference.find(feature.name); wanted != options.reference.end()) {
        const auto at = std::ranges::find(feature.levels, wanted->second, &Level::name);
        if (at == feature.levels.end())
            throw invalid_argument("feature \"" + excerpt(feature.name) + "\" has no level \"" +
                                       excerpt(wanted->second) + "\" to be the reference",
                                   {}, "Levels of few rows are pooled as \"other\": see the option rare.");
        feature.reference = static_cast<std::size_t>(at - feature.levels.begin());
    }
    return feature;
}

/// Whether most texts, and many different ones, are numbers: somebody forgot a cast.
bool holds_written_numbers(const Contents& contents, const Dictionary& texts) {
    constexpr std::size_t many = 20;
    double all = 0, numbers = 0;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        const std::string_view text = texts[i];
        double number = 0;
        const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
        all += contents.texts[i];
        if (read.ec == std::errc() && read.ptr == text.data() + text.size()) numbers += contents.texts[i];
    }
    return texts.size() > many && numbers >= 0.9 * all;
}

std::string note_on(const Feature& feature, const Contents& contents, const Dictionary* texts) {
    const std::string name = plain_name(feature.name);
    if (feature.is_numeric()) {
        if (feature.missing >= 1) return name + " is missing in every row";
        if (feature.scale == 0 && feature.missing == 0) return name + " is constant";
        return {};
    }
    if (feature.levels.size() == 1) return name + " is constant";
    if (holds_written_numbers(contents, *texts)) return name + " holds numbers written as texts: cast them";
    if (contents.numbers.weight > 0) return name + " holds both numbers and texts and is read as text";
    return {};
}

}  // namespace

LearntEncoder FeatureRows::learn(std::span<const double> weights, const EncoderOptions& options,
                                 const Cancellation& cancellation) const {
    const std::size_t columns = is_named_ ? names_.size() : width_;
    std::vector<Contents> contents = Survey(chunks_, columns, weights, cancellation).run(texts_);
    const double all =
        weights.empty() ? static_cast<double>(rows_) : std::accumulate(weights.begin(), weights.end(), 0.0);

    LearntEncoder learnt;
    std::vector<std::string> names;
    for (std::size_t i = 0; i < columns; ++i)
        names.push_back(is_named_ ? std::string(names_[i]) : "x" + std::to_string(i + 1));
    if (!options.names.empty()) {
        if (is_named_)
            throw invalid_argument("option names is for arrays", {}, "The names of jsonb features are their keys.");
        if (options.names.size() != columns)
            throw invalid_argument("number of names must be " + std::to_string(columns) +
                                   ", that of the features, not " + std::to_string(options.names.size()));
        names = options.names;
    }
    learnt.columns_.resize(columns);
    std::iota(learnt.columns_.begin(), learnt.columns_.end(), std::size_t{0});
    if (is_named_) std::ranges::sort(learnt.columns_, {}, [&names](std::size_t column) { return names[column]; });

    std::vector<Feature> features;
    for (const std::size_t column : learnt.columns_) {
        const bool has_texts = is_named_ && texts_[column].size() > 0;
        features.push_back(has_texts
                               ? categorical_feature(names[column], contents[column], texts_[column], all, options)
                               : numeric_feature(names[column], contents[column], all));
        if (std::string note = note_on(features.back(), contents[column], has_texts ? &texts_[column] : nullptr);
            !note.empty())
            learnt.notes.push_back(std::move(note));
    }
    for (const auto& wanted : options.reference)
        if (std::ranges::none_of(
                features, [&wanted](const Feature& one) { return !one.is_numeric() && one.name == wanted.first; }))
            throw invalid_argument("option reference names no categorical feature: \"" + excerpt(wanted.first) + "\"");
    learnt.encoder = Encoder(std::move(features), is_named_);
    for (std::size_t i = 0; i < columns; ++i) {
        auto& codes = learnt.text_codes_.emplace_back();
        const Feature& feature = learnt.encoder.features()[i];
        if (feature.is_numeric()) continue;
        const Dictionary& texts = texts_[learnt.columns_[i]];
        for (std::size_t text = 0; text < texts.size(); ++text)
            codes.push_back(feature.code(FeatureValue::of(texts[text])));
    }
    return learnt;
}

}  // namespace crm::predict
