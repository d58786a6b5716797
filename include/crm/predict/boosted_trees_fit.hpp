// The aggregate that fits boosted trees.
#pragma once
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <optional>
#include <span>
#include <vector>

#include "crm/predict/boosted_trees_model.hpp"
#include "crm/predict/boosted_trees_options.hpp"
#include "crm/predict/feature_rows.hpp"

namespace crm::predict {

class BoostedTreesFit {
public:
    explicit BoostedTreesFit(std::pmr::memory_resource* memory)
        : memory_(memory), rows_(memory), outcomes_(memory), weights_(memory), options_(memory) {}

    /// A row without an outcome or features.
    void skip() { ++skipped_; }

    /// A row as an array; NaN is missing. Outcomes are all bool, or all double. Throws invalid_argument for an
    /// impossible outcome, weight or features; a row of weight 0 is skipped.
    template <class Outcome>
    void add(Outcome outcome, std::span<const double> numbers, double weight = 1) {
        if (!is_counted(loss_for(outcome), static_cast<double>(outcome), weight)) return skip();
        rows_.add(numbers);
        count(static_cast<double>(outcome), weight);
    }

    /// A row whose features `give` hands, one after another, to the function it is given.
    template <class Outcome, class Give>
    void add_named(Outcome outcome, double weight, const Give& give) {
        if (!is_counted(loss_for(outcome), static_cast<double>(outcome), weight)) return skip();
        rows_.begin();
        give([this](std::string_view name, const FeatureValue& value) { rows_.set(name, value); });
        rows_.end();
        count(static_cast<double>(outcome), weight);
    }

    /// Options are the same for all rows: throws invalid_argument otherwise. Call before each add; `edition` tells,
    /// where it is not 0, that the same options were given before.
    void set(const BoostedTreesOptions&, std::uint64_t edition);

    void merge(const BoostedTreesFit& other, const Cancellation& = {});
    void save(Writer&) const;
    void load(Reader&, const Cancellation& = {});

    /// Nothing when no row had an outcome and features.
    std::unique_ptr<BoostedTreesModel> finish(const Cancellation& = {}) const;

private:
    static Loss loss_for(bool) { return Loss::log_loss; }
    static Loss loss_for(double) { return Loss::squared; }

    bool is_counted(Loss, double outcome, double weight);
    void count(double outcome, double weight);
    BoostedTreesOptions options() const;

    std::pmr::memory_resource* memory_;
    Loss loss_ = Loss::log_loss;
    FeatureRows rows_;
    std::pmr::vector<double> outcomes_;
    std::pmr::vector<double> weights_;     // none while all are 1
    std::pmr::vector<std::byte> options_;  // as saved; none for none
    std::uint64_t edition_ = 0;
    std::uint64_t skipped_ = 0;
};

}  // namespace crm::predict
