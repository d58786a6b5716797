#include "crm/predict/drift.hpp"

#include <algorithm>
#include <boost/math/distributions/chi_squared.hpp>
#include <cmath>
#include <numeric>

#include "crm/foundation/error.hpp"
#include "crm/foundation/rounded.hpp"

namespace crm::predict {

namespace {

constexpr double moved_from = 0.1, shifted_from = 0.25;  // the customary thresholds

double sum(std::span<const double> counts) { return std::accumulate(counts.begin(), counts.end(), 0.0); }

std::string percent(double share) { return rounded(100 * share) + " %"; }

std::string note_on(const StabilityIndex& index) {
    if (index.psi < moved_from) return "stable";
    if (index.psi <= index.by_chance) return "within chance";
    return index.psi <= shifted_from ? "moved" : "shifted";
}

}  // namespace

std::optional<StabilityIndex> stability_index(std::span<const double> then, std::span<const double> now) {
    const double all_then = sum(then), all_now = sum(now);
    if (!(all_then > 0 && all_now > 0)) return {};
    StabilityIndex index;
    double most = 0;
    int used = 0;
    for (std::size_t i = 0; i < then.size(); ++i) {
        if (then[i] == 0 && now[i] == 0) continue;
        ++used;
        const auto share = [](double count, double all) { return (count > 0 ? count : 0.5) / all; };
        const double before = share(then[i], all_then), after = share(now[i], all_now);
        const double adds = (after - before) * std::log(after / before);
        index.psi += adds;
        if (adds > most) {
            most = adds;
            index.moved_most = i;
        }
    }
    if (used > 1)
        index.by_chance = (1 / all_then + 1 / all_now) *
                          boost::math::quantile(boost::math::chi_squared_distribution<double>(used - 1), 0.95);
    return index;
}

void DriftCounts::add(const DriftReference& reference, std::span<const double> codes) {
    if (counts_.empty()) counts_.assign(reference.all_bins(), 0);
    for (std::size_t f = 0; f < codes.size(); ++f) ++counts_[reference.first_bin(f) + reference.bin_of(f, codes[f])];
}

void DriftCounts::merge(const DriftCounts& other, const Cancellation&) {
    if (other.counts_.empty()) return;
    if (counts_.empty()) counts_.assign(other.counts_.size(), 0);
    if (counts_.size() != other.counts_.size()) throw corrupt_data("counts of another reference in state");
    for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
}

void DriftCounts::save(Writer& out) const {
    out.varint(counts_.size());
    for (const std::uint64_t count : counts_) out.varint(count);
}

void DriftCounts::load(Reader& in, const Cancellation&) {
    counts_.resize(in.count());
    for (std::uint64_t& count : counts_) {
        count = in.varint();
        if (count > std::uint64_t{1} << 53) throw corrupt_data("impossible count in state");
    }
}

std::vector<FeatureDrift> DriftCounts::finish(const DriftReference& reference, const Cancellation&) const {
    if (counts_.size() != reference.all_bins()) throw corrupt_data("counts of another reference in state");
    std::vector<FeatureDrift> all;
    const auto& features = reference.encoder().features();
    for (std::size_t f = 0; f < features.size(); ++f) {
        const std::vector<double>& then = reference.bins(f).counts;
        const auto from = counts_.begin() + static_cast<std::ptrdiff_t>(reference.first_bin(f));
        const std::vector<double> now(from, from + static_cast<std::ptrdiff_t>(then.size()));
        const auto index = stability_index(then, now);
        if (!index) continue;
        const double all_then = sum(then), all_now = sum(now);
        const std::size_t missing = features[f].is_numeric() ? then.size() - 1 : features[f].levels.size() - 1;
        FeatureDrift& drift = all.emplace_back();
        drift.feature = features[f].name;
        drift.kind = features[f].is_numeric() ? "numeric" : "categorical";
        drift.psi = index->psi;
        drift.by_chance = index->by_chance;
        drift.reference_missing = then[missing] / all_then;
        drift.current_missing = now[missing] / all_now;
        if (const std::size_t bin = index->moved_most; index->psi > 0)
            drift.moved_most =
                reference.name_of(f, bin) + ": " + percent(then[bin] / all_then) + " to " + percent(now[bin] / all_now);
        drift.note = note_on(*index);
    }
    std::ranges::stable_sort(all, std::greater{}, &FeatureDrift::psi);
    return all;
}

}  // namespace crm::predict
