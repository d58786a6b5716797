// One SQL function for each thing that the binding layer promises.
#include <chrono>
#include <numeric>
#include <stdexcept>

#include "bind/aggregate.hpp"
#include "bind/model.hpp"

extern "C" {
PG_MODULE_MAGIC;
}

namespace crm::bind {

// Values of every kind, there and back

SQL_FUNCTION(probe_bool, [](bool value) { return value; });
SQL_FUNCTION(probe_int2, [](std::int16_t value) { return value; });
SQL_FUNCTION(probe_int4, [](std::int32_t value) { return value; });
SQL_FUNCTION(probe_int8, [](std::int64_t value) { return value; });
SQL_FUNCTION(probe_float8, [](double value) { return value; });
SQL_FUNCTION(probe_text, [](std::string_view value) { return std::string(value); });
SQL_FUNCTION(probe_date, [](Day value) { return value; });
SQL_FUNCTION(probe_day_of_timestamp, [](DayOfTimestamp value) { return Day(value); });
SQL_FUNCTION(probe_day_of_timestamptz, [](DayOfTimestamptz value) { return Day(value); });
SQL_FUNCTION(probe_iso, [](Day value) { return to_iso(value); });
SQL_FUNCTION(probe_days, [](DaysOfInterval value) { return value.days; });
SQL_FUNCTION(probe_jsonb, [](const Json& value) { return value; });
SQL_FUNCTION(probe_sum, [](const Numbers& numbers) { return numbers.sum(); });
SQL_FUNCTION(probe_count_to, [](std::int32_t last) {
    std::vector<double> numbers(static_cast<std::size_t>(last));
    std::iota(numbers.begin(), numbers.end(), 1.0);
    return numbers;
});
SQL_FUNCTION(probe_corner, [](const TextGrid& grid) { return grid.cells.back(); });

// NULLs

SQL_FUNCTION(probe_or,
             [](std::optional<std::int32_t> value, std::int32_t otherwise) { return value.value_or(otherwise); });
SQL_FUNCTION(probe_null_if_odd,
             [](std::int32_t value) { return value % 2 == 0 ? std::optional(value) : std::nullopt; });

// Composites and rows

struct Point {
    std::int32_t number;
    std::string label;
    std::optional<double> height;
};

template <>
struct Row<Point> {
    using Columns = std::tuple<std::int32_t, std::string, std::optional<double>>;
    static Columns columns(const Point& point) { return {point.number, point.label, point.height}; }
    static Point from(std::int32_t number, std::string label, std::optional<double> height) {
        return {number, std::move(label), height};
    }
    using PlainColumns = std::tuple<std::int32_t, std::string>;
    static Point from_plain(std::int32_t number, std::string label) { return {number, std::move(label), {}}; }
};

SQL_FUNCTION(probe_point, [](const Point& point) { return point; });
SQL_FUNCTION(probe_point_columns, [](const Plain<Point>& point) { return point.value; });
SQL_FUNCTION(probe_points, [](std::int32_t size) {
    std::vector<Point> points;
    for (std::int32_t i = 1; i <= size; ++i)
        points.push_back(
            {i, std::string(static_cast<std::size_t>(i), 'x'), i % 2 ? std::optional(i / 2.0) : std::nullopt});
    return points;
});

// Errors

namespace {

int live_objects = 0;

/// Tells whether its destructor ran.
struct Witness {
    Witness() { ++live_objects; }
    ~Witness() { --live_objects; }
    Witness(const Witness&) = delete;
    Witness& operator=(const Witness&) = delete;
};

}  // namespace

SQL_FUNCTION(probe_live_objects, []() { return live_objects; });

SQL_FUNCTION(probe_throw, [](std::string_view kind) -> bool {
    const Witness witness;
    const std::string detail = "A detail.", hint = "A hint.";
    if (kind == "invalid_argument") throw invalid_argument("value 7 is not allowed", detail, hint);
    if (kind == "out_of_range") throw out_of_range("value 7 is too large", detail, hint);
    if (kind == "corrupt_data") throw corrupt_data("byte 7 is wrong", detail, hint);
    if (kind == "limit_exceeded") throw limit_exceeded("more than 7 values");
    if (kind == "error") throw error("something with a %s in it");
    if (kind == "bad_alloc") throw std::bad_alloc();
    if (kind == "exception") throw std::runtime_error("from the standard library");
    if (kind == "int") throw 7;
    return true;
});

SQL_FUNCTION(probe_allocate, [](std::int64_t size) {
    const Witness witness;
    ContextMemory memory(CurrentMemoryContext);
    const std::pmr::vector<std::byte> bytes(static_cast<std::size_t>(size), &memory);
    return static_cast<std::int64_t>(bytes.size());
});

/// A server error raised below two C++ frames.
SQL_FUNCTION(probe_server_error, [](std::string_view text) {
    const Witness outer;
    const auto below = [text] {
        const Witness inner;
        return call([text] { return DatumGetInt32(DirectFunctionCall1(int4in, CStringGetDatum(text.data()))); });
    };
    return below();
});

/// An exception from within a guarded call must not leave the server's error stack behind.
SQL_FUNCTION(probe_throw_in_call, []() -> bool {
    const Witness witness;
    call([] { throw invalid_argument("thrown below a guarded call"); });
    return true;
});

SQL_FUNCTION(probe_spin, [](double seconds, const Cancellation& cancellation) {
    const Witness witness;
    using Clock = std::chrono::steady_clock;
    const auto end = Clock::now() + std::chrono::duration<double>(seconds);
    while (Clock::now() < end) cancellation.poll();
    return true;
});

// Aggregates

namespace {

/// Sum and number of what it saw; what it saw is kept, so that states own memory.
class Collected {
public:
    explicit Collected(std::pmr::memory_resource* memory) : values_(memory) {}

    void add(std::int32_t value) { values_.push_back(value); }
    void add(std::optional<std::int32_t> value, std::int32_t otherwise) { add(value.value_or(otherwise)); }
    void merge(const Collected& other) { values_.insert(values_.end(), other.values_.begin(), other.values_.end()); }

    void save(Writer& out) const {
        out.varint(values_.size());
        for (const std::int32_t value : values_) out.put(value);
    }
    void load(Reader& in) {
        for (std::size_t left = in.count(sizeof(std::int32_t)); left > 0; --left) add(in.get<std::int32_t>());
    }

    const std::pmr::vector<std::int32_t>& values() const { return values_; }

    Point finish(const Cancellation& cancellation) const {
        cancellation.poll();
        const auto sum = std::accumulate(values_.begin(), values_.end(), std::int64_t{0});
        return {static_cast<std::int32_t>(values_.size()), "sum " + std::to_string(sum), {}};
    }

private:
    std::pmr::vector<std::int32_t> values_;
};

/// The same, given back as rows.
class Listed : public Collected {
public:
    using Collected::Collected;

    std::vector<Point> finish() const {
        std::vector<Point> points;
        for (const std::int32_t value : values())
            if (value > 0)
                points.push_back({value, std::to_string(value), value % 2 ? std::optional(value / 2.0) : std::nullopt});
        std::ranges::sort(points, {}, &Point::number);
        return points;
    }
};

}  // namespace

SQL_AGGREGATE(probe_collect_add, [](Collected& state, std::int32_t value) { state.add(value); });
SQL_AGGREGATE(probe_collect_add_or, [](Collected& state, std::optional<std::int32_t> value, std::int32_t otherwise) {
    state.add(value, otherwise);
});
SQL_AGGREGATE(probe_list_add, [](Listed& state, std::int32_t value) { state.add(value); });

// Models

namespace {

int decoded_models = 0;

/// A model as large as one likes.
class Weight final : public Model {
public:
    static constexpr std::string_view name = "weight";

    Weight(double factor, std::size_t size) : factor_(factor), ballast_(size, '\0') {
        std::uint32_t noise = 1;  // so that it does not compress
        for (char& c : ballast_) c = static_cast<char>('A' + ((noise = noise * 1664525 + 1013904223) >> 26));
    }

    static std::unique_ptr<Weight> load(Reader& in) {
        ++decoded_models;
        const double factor = in.get<double>();
        auto loaded = std::make_unique<Weight>(factor, 0);
        loaded->ballast_ = in.text();
        return loaded;
    }
    static std::unique_ptr<Weight> from_json(const Json& json) { return make(json); }
    static std::unique_ptr<Weight> make(const Json& json) {
        json.expect_keys({"factor", "size"}, "parameters");
        const auto size = static_cast<std::size_t>(json.at("size", "parameters").integer("size", 0, 1 << 24));
        return std::make_unique<Weight>(json.at("factor", "parameters").number("factor"), size);
    }

    std::string_view kind() const override { return name; }
    bool usable() const override { return factor_ != 0; }
    std::optional<FitReport> report() const override { return {}; }
    std::vector<Coefficient> coefficients() const override { return {}; }
    void save(Writer& out) const override {
        out.put(factor_);
        out.text(ballast_);
    }
    Json::Object to_json() const override { return {{"factor", factor_}, {"size", std::int64_t(ballast_.size())}}; }

    double weigh(double value) const { return factor_ * value; }

private:
    double factor_;
    std::string ballast_;
};

/// A second kind, which does not weigh.
class Feather final : public Model {
public:
    static constexpr std::string_view name = "feather";
    static std::unique_ptr<Feather> load(Reader&) { return std::make_unique<Feather>(); }
    static std::unique_ptr<Feather> make(const Json&) { return std::make_unique<Feather>(); }
    static std::unique_ptr<Feather> from_json(const Json&) { return std::make_unique<Feather>(); }

    std::string_view kind() const override { return name; }
    bool usable() const override { return true; }
    std::optional<FitReport> report() const override { return {}; }
    std::vector<Coefficient> coefficients() const override { return {}; }
    void save(Writer&) const override {}
    Json::Object to_json() const override { return {}; }
};

}  // namespace

SQL_MODEL(Weight);
SQL_MODEL(Feather);
SQL_TYPE(probe_model, AnyModel);
SQL_FUNCTION(probe_make_model,
             [](std::string_view kind, const Json& parameters) { return AnyModel::make(kind, parameters); });
SQL_FUNCTION(probe_weigh, [](const Weight& model, double value) { return model.weigh(value); });
SQL_FUNCTION(probe_decoded_models, []() { return std::exchange(decoded_models, 0); });

}  // namespace crm::bind
