// What the fit of a supervised model gathers: rows of features with an outcome and a weight each, and the options that
// all rows share. An aggregate adds what it makes of them. All memory comes from the resource given.
#pragma once
#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory_resource>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crm/foundation/bytes.hpp"
#include "crm/foundation/cancellation.hpp"
#include "crm/predict/feature_rows.hpp"

namespace crm::predict {

/// Outcomes that are a yes or no.
class TruthColumn {
public:
    using Value = bool;

    explicit TruthColumn(std::pmr::memory_resource* memory) : truths_(memory) {}

    void add(bool truth) { truths_.push_back(truth); }
    void merge(const TruthColumn& other) { truths_.insert(truths_.end(), other.truths_.begin(), other.truths_.end()); }
    void save(Writer&) const;
    void load(Reader&);

    std::size_t size() const { return truths_.size(); }
    std::span<const std::uint8_t> values() const { return truths_; }

private:
    std::pmr::vector<std::uint8_t> truths_;
};

/// Outcomes that are one of some labels.
class LabelColumn {
public:
    using Value = std::string_view;

    static constexpr std::size_t most_labels = 1000;

    explicit LabelColumn(std::pmr::memory_resource* memory) : names_(memory), places_(memory) {}

    /// Throws limit_exceeded for more labels than a model can have.
    void add(std::string_view label) { places_.push_back(place_of(label)); }
    void merge(const LabelColumn&);
    void save(Writer&) const;
    void load(Reader&);

    std::size_t size() const { return places_.size(); }
    const Dictionary& names() const { return names_; }

    /// Of each row its label's place in the dictionary.
    std::span<const std::uint32_t> places() const { return places_; }

private:
    std::uint32_t place_of(std::string_view label);

    Dictionary names_;
    std::pmr::vector<std::uint32_t> places_;
};

/// Throws invalid_argument unless finite and 0 or more; whether it is more.
bool is_counted(double weight);

[[noreturn]] void refuse_different_options();

/// Options is a value with from_json, save, load and ==.
template <class Outcomes, class Options>
class FeaturedOutcomes {
public:
    using Outcome = typename Outcomes::Value;
    using OptionsOfFit = Options;

    explicit FeaturedOutcomes(std::pmr::memory_resource* memory)
        : rows_(memory), outcomes_(memory), weights_(memory), options_(memory) {}

    /// A row without an outcome or features.
    void skip() { ++skipped_; }

    /// A row as an array; NaN is missing. Throws invalid_argument for an impossible weight or features; a row of weight
    /// 0 is skipped.
    void add(Outcome outcome, std::span<const double> numbers, double weight = 1) {
        if (!is_counted(weight)) return skip();
        rows_.add(numbers);
        count(outcome, weight);
    }

    /// A row whose features `give` hands, one after another, to the function it is given.
    template <class Give>
    void add_named(Outcome outcome, double weight, const Give& give) {
        if (!is_counted(weight)) return skip();
        rows_.begin();
        give([this](std::string_view name, const FeatureValue& value) { rows_.set(name, value); });
        rows_.end();
        count(outcome, weight);
    }

    /// Options are the same for all rows: throws invalid_argument otherwise. Call before each add; `edition` tells,
    /// where it is not 0, that the same options were given before.
    void set(const Options& options, std::uint64_t edition) {
        if (edition != 0 && edition == edition_) return;
        Writer out;
        options.save(out);
        if (outcomes_.size() == 0)
            options_.assign(out.bytes().begin(), out.bytes().end());
        else if (!(options == this->options()))
            refuse_different_options();
        edition_ = edition;
    }

    void merge(const FeaturedOutcomes& other, const Cancellation& cancellation = {}) {
        skipped_ += other.skipped_;
        if (other.outcomes_.size() == 0) return;
        if (outcomes_.size() == 0) {
            options_ = other.options_;
            edition_ = 0;
        }
        if (!(options() == other.options())) refuse_different_options();
        rows_.merge(other.rows_, cancellation);
        if (!weights_.empty() || !other.weights_.empty()) {
            weights_.resize(outcomes_.size(), 1);
            weights_.insert(weights_.end(), other.weights_.begin(), other.weights_.end());
            weights_.resize(outcomes_.size() + other.outcomes_.size(), 1);
        }
        outcomes_.merge(other.outcomes_);
    }

    void save(Writer& out) const {
        out.put<std::uint8_t>(format);
        out.varint(skipped_);
        out.varint(options_.size());
        out.raw(options_.data(), options_.size());
        outcomes_.save(out);
        out.varint(weights_.size());
        for (const double weight : weights_) out.put(weight);
        rows_.save(out);
    }

    void load(Reader& in, const Cancellation& cancellation = {}) {
        read_version(in, format, "aggregate state");
        skipped_ = in.varint();
        const Bytes options = in.take(in.count());
        options_.assign(options.begin(), options.end());
        if (!options_.empty()) {
            Reader saved(options_);
            Options::load(saved);
            saved.expect_end();
        }
        outcomes_.load(in);
        weights_.resize(in.count(sizeof(double)));
        for (double& weight : weights_) {
            weight = in.get<double>();
            if (!(weight > 0 && weight < std::numeric_limits<double>::infinity()))
                throw corrupt_data("impossible weight in state");
        }
        rows_.load(in, cancellation);
        if (rows_.size() != outcomes_.size() || (!weights_.empty() && weights_.size() != outcomes_.size()))
            throw corrupt_data("rows and outcomes of state do not match");
    }

protected:
    const FeatureRows& rows() const { return rows_; }
    const Outcomes& outcomes() const { return outcomes_; }
    std::span<const double> weights() const { return weights_; }  // none while all are 1
    std::int64_t skipped() const { return static_cast<std::int64_t>(std::min<std::uint64_t>(skipped_, most_skipped)); }

    Options options() const {
        if (options_.empty()) return {};
        Reader in(options_);
        return Options::load(in);
    }

private:
    static constexpr int format = 1;
    static constexpr std::uint64_t most_skipped = std::uint64_t{1} << 53;

    void count(Outcome outcome, double weight) {
        if (weight != 1 && weights_.empty()) weights_.resize(outcomes_.size(), 1);
        if (weight != 1 || !weights_.empty()) weights_.push_back(weight);
        outcomes_.add(outcome);
    }

    FeatureRows rows_;
    Outcomes outcomes_;
    std::pmr::vector<double> weights_;
    std::pmr::vector<std::byte> options_;  // as saved; none for none
    std::uint64_t edition_ = 0;
    std::uint64_t skipped_ = 0;
};

}  // namespace crm::predict
