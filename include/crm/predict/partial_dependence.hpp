// What a model predicts on average when one feature takes one value after another, all else staying as it is in the
// rows. Friedman (2001), Greedy function approximation: a gradient boosting machine, Annals of Statistics 29(5),
// section 8.2; the spread over rows is that of individual conditional expectations: Goldstein, Kapelner, Bleich, Pitkin
// (2015), Journal of Computational and Graphical Statistics 24(1).
#pragma once
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crm/foundation/bytes.hpp"
#include "crm/foundation/cancellation.hpp"
#include "crm/predict/predictive_model.hpp"

namespace crm::predict {

struct PartialDependenceOptions {
    int points = 20;  // of a number, where it has more distinct values

    static PartialDependenceOptions from_json(const Json&);
};

struct PartialDependence {
    std::string value;
    std::optional<double> number;  // of a feature that is one, unless missing
    double prediction;             // mean over the rows
    double lower, upper;           // what 5 % and 95 % of the rows stay below
    double share;                  // of the rows: at this level, or nearer to this number than to its neighbours
};

/// An aggregate's state: rows as codes of the model's encoder, and the feature in question, the same for all.
class PartialDependenceRows {
public:
    explicit PartialDependenceRows(std::pmr::memory_resource* memory) : feature_(memory), chunks_(memory) {}

    /// Throws invalid_argument for a feature that the model does not have, and for another one or other options than
    /// before.
    void add(const PredictiveModel&, std::span<const double> codes, std::string_view feature,
             const PartialDependenceOptions& = {});

    void merge(const PartialDependenceRows& other, const Cancellation& = {});
    void save(Writer&) const;
    void load(Reader&, const Cancellation& = {});

    /// Numbers ascending, from the least of the rows to the greatest, then what is missing where any is; levels in the
    /// order of their names, pooled and missing ones last. Throws corrupt_data when the rows are not of this model.
    std::vector<PartialDependence> finish(const PredictiveModel&, const Cancellation& = {}) const;

private:
    void agree(std::string_view feature, int points);
    void append(std::span<const double> codes);

    std::pmr::string feature_;
    int points_ = 0;  // 0 until the first row
    std::size_t width_ = 0, rows_ = 0;
    std::pmr::vector<std::pmr::vector<double>> chunks_;  // whole rows one after another
};

}  // namespace crm::predict
