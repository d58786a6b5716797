// Values put into a few bins by the outcomes that go with them: fine classes of about equally many rows, merged where
// their outcomes do not differ. Kerber (1992), ChiMerge: Discretization of Numeric Attributes, AAAI; Siddiqi (2006),
// Credit Risk Scorecards, chapter 6, for classing, weight of evidence and information value.
#pragma once
#include <cstddef>
#include <span>
#include <vector>

#include "crm/foundation/cancellation.hpp"

namespace crm::predict {

/// Rows by outcome.
struct ClassCounts {
    double positives = 0, negatives = 0;

    double rows() const { return positives + negatives; }
    double rate() const { return positives / rows(); }
    ClassCounts& operator+=(const ClassCounts& other) {
        positives += other.positives;
        negatives += other.negatives;
        return *this;
    }
};

/// ln of a bin's share of the positives over its share of the negatives; half a row is added to both where there is
/// none of one. 0 of an empty bin.
double weight_of_evidence(const ClassCounts& bin, const ClassCounts& all);

/// What a bin adds to the information value of its feature.
double information(const ClassCounts& bin, const ClassCounts& all);

/// Whether the rates of two bins differ at 1 % (chi-squared).
bool differ(const ClassCounts& a, const ClassCounts& b);

struct BinMerging {
    std::size_t most = 5;  // bins
    double least = 0;      // rows of a bin
    bool monotone = false;
};

/// Neighbours merged into bins: of each bin the place of its first class. Bins of one outcome only are merged first,
/// but for two that are left and differ, then bins with fewer rows than the least; then the two that differ least,
/// while there are too many bins or the two do not differ. Monotone bins have rates that only rise, or only fall,
/// whichever tells more.
std::vector<std::size_t> merged(std::span<const ClassCounts> classes, const BinMerging&);

struct ValueCounts {
    double value;
    ClassCounts counts;
};

/// Rows of one value as one, by rising value. Their sums do not depend on the order of rows.
void tally_by_value(std::vector<ValueCounts>& rows, const Cancellation&);

/// Of each of about `classes` classes of equal weight, the place of its first value.
std::vector<std::size_t> quantile_classes(std::span<const ValueCounts> values, std::size_t classes);

}  // namespace crm::predict
