#include "crm/predict/linear_terms.hpp"

namespace crm::predict {

LinearTerms::LinearTerms(const Encoder& encoder, std::span<const double> coefficients)
    : terms_(encoder.features().size()), intercept_(coefficients.front()), base_(intercept_) {
    const auto& features = encoder.features();
    for (std::size_t f = 0; f < features.size(); ++f)
        if (!features[f].is_numeric()) terms_[f].levels.assign(features[f].levels.size(), 0);
    std::size_t at = 1;
    for (const DesignColumn& column : encoder.columns()) {
        Term& term = terms_[column.feature];
        const double value = coefficients[at++];
        switch (column.kind) {
            case DesignColumn::Kind::number: term.slope = value; break;
            case DesignColumn::Kind::missing: term.absent = value; break;
            default: term.levels[column.level] = value;
        }
    }
    for (std::size_t f = 0; f < features.size(); ++f) {
        Term& term = terms_[f];
        const Feature& feature = features[f];
        if (feature.is_numeric()) {
            term.average = term.slope * feature.mean + term.absent * feature.missing;
            term.absent += term.slope * feature.mean;
        } else {
            for (std::size_t level = 0; level < term.levels.size(); ++level)
                term.average += term.levels[level] * feature.levels[level].share;
            term.absent = term.average;
        }
        base_ += term.average;
    }
}

}  // namespace crm::predict
