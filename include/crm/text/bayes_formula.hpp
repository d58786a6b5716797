// The sums of naive Bayes, written so that a label costs nothing for a feature it never had: what a margin is made of.
#pragma once
#include <algorithm>
#include <cmath>

#include "crm/text/bayes_counts.hpp"

namespace crm::text {

/// A label's margin is start + the sum over occurrences of known features of base * tilt + weight * scale + each.
struct LabelTerms {
    double start, tilt, scale, each;
};

/// Sums over all comments.
struct BayesTotals {
    double comments, occurrences, features;
    double bases = 0;  // sum of the features' bases
};

/// Sums over those of a label.
struct BayesSums {
    double comments, occurrences;
    double weights = 0;  // sum of the features' weights for it
};

struct BayesFormula {
    BayesKind kind = BayesKind::complement;
    double smoothing = 1;

    bool operator==(const BayesFormula&) const = default;

    /// Of a feature that occurs so often.
    double base(double occurrences) const {
        switch (kind) {
            case BayesKind::complement: return 0;
            case BayesKind::normalised_complement: return std::log(smoothing + occurrences);
            case BayesKind::multinomial: return std::log(smoothing / (smoothing + occurrences));
        }
        return 0;
    }

    /// Of a feature for a label, 0 where it never occurs there.
    double weight(double there, double occurrences) const {
        if (kind == BayesKind::multinomial) return std::log1p(there / smoothing);
        return -std::log1p(-there / (smoothing + occurrences));
    }

    LabelTerms terms(const BayesSums& label, const BayesTotals& all) const {
        const double added = smoothing * all.features;
        switch (kind) {
            case BayesKind::complement: return {0, 0, 1, std::log1p(-label.occurrences / (added + all.occurrences))};
            case BayesKind::normalised_complement: return normalised(label, all);
            case BayesKind::multinomial:
                return {std::log(label.comments / all.comments), 1, 1,
                        -std::log((label.occurrences + added) / (all.occurrences + added))};
        }
        return {};
    }

private:
    /// The logarithms of a label's complement are divided by their mean, and so are those of all comments, which are
    /// what the labels have in common.
    LabelTerms normalised(const BayesSums& label, const BayesTotals& all) const {
        const double added = smoothing * all.features;
        const double log_complement = std::log(added + all.occurrences - label.occurrences);
        const double log_all = std::log(added + all.occurrences);
        const double mean = (all.bases - label.weights) / all.features - log_complement;
        const double mean_of_all = all.bases / all.features - log_all;
        if (!(mean < 0) || !(mean_of_all < 0)) return {};  // a single feature: all labels are alike
        return {0, 1 / mean - 1 / mean_of_all, -1 / mean, log_all / mean_of_all - log_complement / mean};
    }
};

/// What an occurrence of a feature that was never seen takes from the margins of all labels: it tells none from
/// another, but makes it likelier that the comment is about something else.
inline constexpr double cost_of_unknown = 2;

/// What a sum of margins over a comment of so many features is divided by.
inline double comment_scale(std::size_t features) {
    return std::sqrt(static_cast<double>(std::max<std::size_t>(features, 1)));
}

}  // namespace crm::text
