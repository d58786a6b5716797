// What the coefficients of an encoder's columns add up to, feature by feature.
#pragma once
#include <cmath>
#include <span>
#include <vector>

#include "crm/predict/encoder.hpp"

namespace crm::predict {

class LinearTerms {
public:
    LinearTerms() = default;

    /// Coefficients: the intercept, then those of the encoder's columns.
    LinearTerms(const Encoder& encoder, std::span<const double> coefficients);

    double margin(std::span<const double> codes) const {
        double margin = intercept_;
        for (std::size_t f = 0; f < terms_.size(); ++f) margin += terms_[f].of(codes[f]);
        return margin;
    }

    /// The margin of the average row of the fit.
    double base() const { return base_; }

    /// What a feature adds to the base.
    double contribution(std::size_t feature, double code) const {
        return terms_[feature].of(code) - terms_[feature].average;
    }

    std::size_t size() const { return terms_.size(); }

private:
    struct Term {
        double slope = 0, absent = 0;  // of a numeric one; of a value that is missing or tells nothing
        double average = 0;            // over the rows of the fit
        std::vector<double> levels;

        double of(double code) const {
            if (std::isnan(code)) return absent;
            return levels.empty() ? slope * code : levels[static_cast<std::size_t>(code)];
        }
    };

    std::vector<Term> terms_;
    double intercept_ = 0, base_ = 0;
};

}  // namespace crm::predict
