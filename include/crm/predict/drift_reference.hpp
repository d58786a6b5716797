// What features and scores looked like at a time of reference, to compare later rows with: bins of each feature and how
// many rows fell into them. Siddiqi (2006), Credit Risk Scorecards, Wiley (population stability index).
#pragma once
#include <memory>
#include <memory_resource>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "crm/foundation/model.hpp"
#include "crm/predict/feature_rows.hpp"

namespace crm::predict {

struct DriftOptions {
    int bins = 10;           // of a number
    EncoderOptions encoder;  // names and levels

    static DriftOptions from_json(const Json&);

    void save(Writer&) const;
    static DriftOptions load(Reader&);

    friend bool operator==(const DriftOptions&, const DriftOptions&) = default;
};

/// The bins of one feature. A number is of the first bin whose cut it does not exceed, else of the last but one; a
/// level is of its own bin, one that the reference did not see of the last where levels were not pooled. What is
/// missing has a bin of its own: the last of a number, that of the level "missing" of a category.
struct DriftBins {
    std::vector<double> cuts;    // ascending; none of a category
    std::vector<double> counts;  // rows of the reference
};

class DriftReference final : public Model {
public:
    static constexpr std::string_view name = "drift_reference";

    struct Content {
        Encoder encoder;              // every category has a level "missing"
        std::vector<DriftBins> bins;  // by feature
        std::optional<FitReport> report;
    };

    /// Throws invalid_argument for bins that are not those of the features.
    explicit DriftReference(Content);

    static std::unique_ptr<DriftReference> load(Reader&);
    static std::unique_ptr<DriftReference> from_json(const Json&);

    /// {"score": {"cuts": [10, 20], "counts": [5, 8, 3]}, "plan": {"counts": {"gold": 4, "silver": 12}}}, each with
    /// "missing" where wanted.
    static std::unique_ptr<DriftReference> make(const Json& parameters);

    std::string_view kind() const override { return name; }
    bool usable() const override { return true; }
    std::optional<FitReport> report() const override { return content_.report; }
    std::vector<Coefficient> coefficients() const override { return {}; }
    void save(Writer&) const override;
    Json::Object to_json() const override;

    const Encoder& encoder() const { return content_.encoder; }
    const DriftBins& bins(std::size_t feature) const { return content_.bins[feature]; }

    /// Bins of all features are counted one after another: where those of a feature begin, and how many there are.
    std::size_t first_bin(std::size_t feature) const { return first_[feature]; }
    std::size_t all_bins() const { return first_.back(); }

    /// The bin of a code of the encoder, among those of its feature.
    std::size_t bin_of(std::size_t feature, double code) const;

    /// "12 to 30", "gold", "missing".
    std::string name_of(std::size_t feature, std::size_t bin) const;

private:
    Content content_;
    std::vector<std::size_t> first_;
};

/// The aggregate that learns a reference from its rows.
class DriftReferenceFit {
public:
    explicit DriftReferenceFit(std::pmr::memory_resource* memory) : rows_(memory), options_(memory) {}

    void skip() { ++skipped_; }

    /// A row as an array; NaN is missing.
    void add(std::span<const double> numbers) { rows_.add(numbers); }

    /// A row whose features `give` hands, one after another, to the function it is given.
    template <class Give>
    void add_named(const Give& give) {
        rows_.begin();
        give([this](std::string_view name, const FeatureValue& value) { rows_.set(name, value); });
        rows_.end();
    }

    /// Options are the same for all rows: throws invalid_argument otherwise. Call before each add; `edition` tells,
    /// where it is not 0, that the same options were given before.
    void set(const DriftOptions&, std::uint64_t edition);

    void merge(const DriftReferenceFit& other, const Cancellation& = {});
    void save(Writer&) const;
    void load(Reader&, const Cancellation& = {});

    /// Nothing without rows.
    std::unique_ptr<DriftReference> finish(const Cancellation& = {}) const;

private:
    DriftOptions options() const;

    FeatureRows rows_;
    std::pmr::vector<std::byte> options_;  // as saved; none for none
    std::uint64_t edition_ = 0;
    std::uint64_t skipped_ = 0;
};

}  // namespace crm::predict
