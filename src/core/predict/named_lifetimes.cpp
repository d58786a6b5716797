#include "crm/predict/named_lifetimes.hpp"

#include <algorithm>

#include "crm/foundation/error.hpp"

namespace crm::predict {

namespace {

constexpr int format = 1;

[[noreturn]] void refuse_options() { throw invalid_argument("options of a fit must be the same in every row"); }

/// The columns of a row, from its cells.
void read_columns(const LearntEncoder& learnt, std::span<const DesignColumn> columns, const CellChunk& chunk,
                  std::size_t row, std::span<double> values) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const std::size_t f = columns[i].feature;
        const double code = learnt.code(f, chunk.at(row, learnt.column_of(f)));
        switch (columns[i].kind) {
            case DesignColumn::Kind::number:
                values[i] = std::isnan(code) ? learnt.encoder.features()[f].mean : code;
                break;
            case DesignColumn::Kind::missing: values[i] = std::isnan(code) ? 1 : 0; break;
            default: values[i] = code == static_cast<double>(columns[i].level) ? 1 : 0;
        }
    }
}

}  // namespace

void NamedLifetimes::set(const Json& options, std::uint64_t edition, bool cox) {
    if (edition == edition_) return;
    if (cox)
        options.expect_keys({"ties", "robust", "penalty", "max_iterations", "rare", "levels", "reference"},
                            "options of a fit");
    else
        options.expect_keys({"max_iterations", "rare", "levels", "reference"}, "options of a fit");
    EncoderOptions encoding;
    encoding.read(options);
    Json::Object rest;
    for (const auto& [name, value] : options.object("options of a fit"))
        if (name != "rare" && name != "levels" && name != "reference") rest.emplace_back(name, value);
    lives_.set(rest, edition, cox);
    Writer out;
    encoding.save(out);
    if (features_.size() > 1 && !(encoding == this->encoding())) refuse_options();
    encoding_.assign(out.bytes().begin(), out.bytes().end());
    edition_ = edition;
}

EncoderOptions NamedLifetimes::encoding() const {
    if (encoding_.empty()) return {};
    Reader in(encoding_);
    return EncoderOptions::load(in);
}

void NamedLifetimes::merge(const NamedLifetimes& other, const Cancellation& cancellation) {
    if (!other.is_empty()) {
        if (is_empty()) {
            encoding_ = other.encoding_;
            edition_ = other.edition_;
        }
        if (!(encoding() == other.encoding())) refuse_options();
    }
    lives_.merge(other.lives_);
    features_.merge(other.features_, cancellation);
}

void NamedLifetimes::save(Writer& out) const {
    out.put<std::uint8_t>(format);
    out.varint(encoding_.size());
    out.raw(encoding_.data(), encoding_.size());
    lives_.save(out);
    features_.save(out);
}

void NamedLifetimes::load(Reader& in, const Cancellation& cancellation) {
    read_version(in, format, "aggregate state");
    const Bytes encoding = in.take(in.count());
    encoding_.assign(encoding.begin(), encoding.end());
    if (!encoding_.empty()) {
        Reader saved(encoding_);
        EncoderOptions::load(saved);
        saved.expect_end();
    }
    lives_.load(in);
    features_.load(in, cancellation);
    if (lives_.size() != features_.size()) throw corrupt_data("lifetimes and features of state do not match");
}

NamedLifetimes::Learnt NamedLifetimes::learn(const Cancellation& cancellation) const {
    const std::vector<std::string> strata = lives_.strata();
    std::vector<double> weights;
    weights.reserve(lives_.size());
    for (std::size_t i = 0; i < lives_.size(); ++i) weights.push_back(lives_.life(i, strata).weight);
    Learnt learnt{features_.learn(weights, encoding(), cancellation), LifetimeRows(memory_)};
    const std::vector<DesignColumn> columns = learnt.features.encoder.columns();
    std::vector<std::string> names;
    for (const DesignColumn& column : columns) names.push_back(learnt.features.encoder.name_of(column));
    learnt.rows.take_over(lives_, names);
    std::vector<double> values(columns.size());
    std::size_t at = 0;
    Pace pace(cancellation);
    for (const CellChunk& chunk : features_.chunks())
        for (std::size_t row = 0; row < chunk.rows; ++row) {
            pace.step();
            read_columns(learnt.features, columns, chunk, row, values);
            FeaturedLife life = lives_.life(at++, strata);
            life.features = values;
            learnt.rows.add(life);
        }
    return learnt;
}

}  // namespace crm::predict
