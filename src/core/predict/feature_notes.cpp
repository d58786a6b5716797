#include "crm/predict/feature_notes.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "crm/foundation/rounded.hpp"

namespace crm::predict {

namespace {

struct Outcomes {
    double no = 0, yes = 0;
};

/// Probability that a row of a yes stands in a later bin than one of a no, ties counting half; or its complement.
double separation(std::span<const Outcomes> bins) {
    double pairs = 0;
    Outcomes before;
    for (const Outcomes& here : bins) {
        pairs += here.yes * (before.no + here.no / 2);
        before.no += here.no;
        before.yes += here.yes;
    }
    if (before.no == 0 || before.yes == 0) return 0.5;
    const double area = pairs / (before.no * before.yes);
    return std::max(area, 1 - area);
}

double separation_by(const BinnedColumn& column, std::vector<Outcomes> bins) {
    if (column.is_categorical) {
        const auto share = [](const Outcomes& one) { return one.yes / std::max(one.no + one.yes, 1.0); };
        std::ranges::stable_sort(bins, {}, share);
        return separation(bins);
    }
    // Missing numbers below all others, or above.
    const double above = separation(bins);
    if (column.has_missing) std::rotate(bins.begin(), bins.end() - 1, bins.end());
    return std::max(above, separation(bins));
}

}  // namespace

std::vector<std::string> notes_on_repetition(const BinnedFeatures& binned) {
    std::vector<std::string> notes;
    std::map<std::uint64_t, std::string> known;
    for (const BinnedColumn& column : binned.columns()) {
        const std::string name = plain_name(binned.encoder().features()[column.feature].name);
        const auto [first, is_new] = known.emplace(column.print, name);
        if (!is_new) notes.push_back(name + " parts the rows as " + first->second + " does");
    }
    return notes;
}

std::vector<std::string> notes_on_leaks(const BinnedFeatures& binned, std::span<const double> outcomes,
                                        const Cancellation& cancellation) {
    constexpr double suspicious = 0.99;
    constexpr std::size_t enough = 200000;
    std::vector<std::string> notes;
    const std::size_t stride = binned.rows() / enough + 1;
    for (std::size_t at = 0; at < binned.columns().size(); ++at) {
        cancellation.poll();
        const BinnedColumn& column = binned.columns()[at];
        std::vector<Outcomes> bins(column.slots());
        for (std::size_t row = 0; row < binned.rows(); row += stride) {
            Outcomes& bin = bins[binned.bin(at, row)];
            (outcomes[row] > 0 ? bin.yes : bin.no) += 1;
        }
        if (const double area = separation_by(column, std::move(bins)); area >= suspicious)
            notes.push_back(plain_name(binned.encoder().features()[column.feature].name) +
                            " alone tells the outcome (AUC " + rounded(area, 4) + "): does it know the future?");
    }
    return notes;
}

}  // namespace crm::predict
