// How a logistic fit may be steered.
#pragma once
#include <cstdint>

#include "crm/foundation/bytes.hpp"
#include "crm/foundation/json.hpp"
#include "crm/predict/feature_rows.hpp"

namespace crm::predict {

struct LogisticOptions {
    /// What the log-likelihood loses: l1 times the sum of the coefficients' magnitudes and l2 / 2 times that of their
    /// squares, the coefficients being those of numbers in standard deviations and of levels; never the intercept's.
    double l1 = 0, l2 = 0;

    /// The strength is chosen by cross-validation; `mixing` is the share of l1 in it.
    bool automatic = false;
    double mixing = 1;
    int folds = 5;
    std::uint64_t seed = 0;

    int max_iterations = 50;
    EncoderOptions encoder;

    /// {"l1": 0, "l2": 1, "penalty": "auto", "mixing": 0.5, "folds": 5, "seed": 1, "max_iterations": 50,
    ///  "names": ["tenure", "charges"], "rare": 5, "levels": 100, "reference": {"contract": "Two year"}}, every key
    /// optional. Throws invalid_argument for an unknown key and for a value that cannot be.
    static LogisticOptions from_json(const Json&);

    void save(Writer&) const;
    static LogisticOptions load(Reader&);

    friend bool operator==(const LogisticOptions&, const LogisticOptions&) = default;
};

}  // namespace crm::predict
