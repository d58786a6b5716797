// The aggregate that fits a logistic regression.
#pragma once
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <span>
#include <vector>

#include "crm/predict/feature_rows.hpp"
#include "crm/predict/logistic_model.hpp"
#include "crm/predict/logistic_options.hpp"

namespace crm::predict {

class LogisticFit {
public:
    explicit LogisticFit(std::pmr::memory_resource* memory)
        : rows_(memory), outcomes_(memory), weights_(memory), options_(memory) {}

    /// A row without an outcome or features.
    void skip() { ++skipped_; }

    /// A row as an array; NaN is missing. Throws invalid_argument for an impossible weight or features; a row of weight
    /// 0 is skipped.
    void add(bool outcome, std::span<const double> numbers, double weight = 1);

    /// A row whose features `give` hands, one after another, to the function it is given.
    template <class Give>
    void add_named(bool outcome, double weight, const Give& give) {
        if (!is_counted(weight)) return skip();
        rows_.begin();
        give([this](std::string_view name, const FeatureValue& value) { rows_.set(name, value); });
        rows_.end();
        count(outcome, weight);
    }

    /// Options are the same for all rows: throws invalid_argument otherwise. Call before each add; `edition` tells,
    /// where it is not 0, that the same options were given before.
    void set(const LogisticOptions&, std::uint64_t edition);

    void merge(const LogisticFit& other, const Cancellation& = {});
    void save(Writer&) const;
    void load(Reader&, const Cancellation& = {});

    /// Nothing when no row had an outcome and features.
    std::unique_ptr<LogisticModel> finish(const Cancellation& = {}) const;

private:
    static bool is_counted(double weight);
    void count(bool outcome, double weight);
    LogisticOptions options() const;

    FeatureRows rows_;
    std::pmr::vector<std::uint8_t> outcomes_;
    std::pmr::vector<double> weights_;     // none while all are 1
    std::pmr::vector<std::byte> options_;  // as saved; none for none
    std::uint64_t edition_ = 0;
    std::uint64_t skipped_ = 0;
};

}  // namespace crm::predict
