#include "crm/text/held_out.hpp"

#include <algorithm>
#include <boost/math/tools/minima.hpp>
#include <cmath>
#include <map>
#include <numeric>

namespace crm::text {

namespace {

constexpr double log_of_eight = 2.0794415416798357;

/// Counts of one label.
struct Outcome {
    std::int64_t right = 0, given = 0, actual = 0;

    std::optional<double> precision() const { return ratio(right, given); }
    std::optional<double> recall() const { return ratio(right, actual); }
    double f1() const { return ratio(2 * right, given + actual).value_or(0); }

    static std::optional<double> ratio(std::int64_t part, std::int64_t whole) {
        if (whole == 0) return {};
        return static_cast<double>(part) / static_cast<double>(whole);
    }
};

/// ln(1 + e^x) without overflow.
double soft_plus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }

double logistic(double x) { return 1 / (1 + std::exp(-x)); }

/// The threshold that maximises F1 over (probability, is true) pairs: halfway to the next lower probability. Sorts
/// them.
double best_threshold(std::pmr::vector<std::pair<double, bool>>& chances, std::int64_t actual, Pace& pace) {
    std::ranges::sort(chances, [&pace](const auto& a, const auto& b) {
        pace.step();
        return a > b;
    });
    Outcome so_far{0, 0, actual};
    double best = -1, threshold = 0.5;
    for (std::size_t i = 0; i < chances.size(); ++i) {
        ++so_far.given;
        so_far.right += chances[i].second;
        const double next = i + 1 < chances.size() ? chances[i + 1].first : 0;
        if (chances[i].first == next || so_far.f1() <= best) continue;
        best = so_far.f1();
        threshold = (chances[i].first + next) / 2;
    }
    return threshold;
}

/// Puts the comments of one text into the fold of most of them. Else a text that people label now so, now so would be
/// judged by a model that has seen it under the other labels alone.
void keep_texts_together(const TrainingSet& set, std::pmr::vector<std::uint8_t>& fold, std::uint8_t never,
                         const Cancellation& cancellation) {
    Pace pace(cancellation);
    std::pmr::vector<std::uint32_t> order(set.size(), fold.get_allocator().resource());
    std::iota(order.begin(), order.end(), 0U);
    std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) {
        pace.step();
        return set.texts[a] < set.texts[b];
    });
    std::vector<std::size_t> copies(std::size_t{never} + 1);
    for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
        std::ranges::fill(copies, std::size_t{0});
        for (; end < order.size() && set.texts[order[end]] == set.texts[order[begin]]; ++end) {
            pace.step();
            ++copies[fold[order[end]]];
        }
        const auto together =
            copies[never] > 0 ? never : static_cast<std::uint8_t>(std::ranges::max_element(copies) - copies.begin());
        for (std::size_t i = begin; i < end; ++i) fold[order[i]] = together;
    }
}

}  // namespace

std::pmr::vector<std::uint8_t> assign_folds(const TrainingSet& set, std::uint8_t folds,
                                            const Cancellation& cancellation) {
    std::pmr::memory_resource* const memory = set.contents.get_allocator().resource();
    // The comments of a label set, in the order of their contents; what is equal lies side by side.
    std::pmr::map<std::pmr::vector<std::uint16_t>, std::pmr::vector<std::uint32_t>> groups(memory);
    for (std::uint32_t comment = 0; comment < set.size(); ++comment) {
        if (comment % 1024 == 0) cancellation.poll();
        const auto labels = set.labels(comment);
        groups[{labels.begin(), labels.end()}].push_back(comment);
    }
    std::pmr::vector<std::uint8_t> fold(set.size(), folds, memory);
    std::uint64_t next = 0;  // goes on from label to label, so that small ones do not all fall into the first fold
    for (const auto& [labels, comments] : groups) {
        if (set.contents[comments.front()] == set.contents[comments.back()]) continue;
        for (std::size_t i = 0; i < comments.size(); ++i) {
            if (i > 0 && set.contents[comments[i]] != set.contents[comments[i - 1]]) ++next;
            fold[comments[i]] = static_cast<std::uint8_t>(next % folds);
        }
        ++next;
    }
    keep_texts_together(set, fold, folds, cancellation);
    return fold;
}

void HeldOut::add(std::uint32_t comment, std::span<const float> margins) {
    comments_.push_back(comment);
    margins_.insert(margins_.end(), margins.begin(), margins.end());
}

bool HeldOut::has(std::size_t i, std::size_t label) const {
    return std::ranges::binary_search(set_.labels(comments_[i]), static_cast<std::uint16_t>(label));
}

double HeldOut::log_loss(double temperature) const {
    double sum = 0;
    for (std::size_t i = 0; i < size(); ++i) {
        cancellation_.poll();
        const auto margin = margins(i);
        if (several_) {
            double loss = 0;
            for (std::size_t label = 0; label < margin.size(); ++label)
                loss += soft_plus((has(i, label) ? -margin[label] : margin[label]) / temperature);
            sum += loss / static_cast<double>(margin.size());
            continue;
        }
        const double greatest = *std::ranges::max_element(margin);
        double shares = 0;
        for (const float one : margin) shares += std::exp((one - greatest) / temperature);
        sum += std::log(shares) - (margin[set_.labels(comments_[i]).front()] - greatest) / temperature;
    }
    return sum / static_cast<double>(size());
}

HeldOut::Calibration HeldOut::calibrate() const {
    // The fewer the comments, the closer to 1: they say little of how far off the probabilities are.
    const auto count = static_cast<double>(size());
    const auto loss = [this, count](double log_temperature) {
        return log_loss(std::exp(log_temperature)) + log_temperature * log_temperature / count;
    };
    constexpr int bits = 12;  // of the logarithm: a thousandth
    const double temperature =
        std::exp(boost::math::tools::brent_find_minima(loss, -log_of_eight, log_of_eight, bits).first);
    return {temperature, log_loss(temperature)};
}

std::optional<double> HeldOut::least_margin(double share) const {
    std::pmr::vector<float> greatest(comments_.get_allocator());
    for (std::size_t i = 0; i < size(); ++i) {
        cancellation_.poll();
        if (!set_.labels(comments_[i]).empty()) greatest.push_back(*std::ranges::max_element(margins(i)));
    }
    if (greatest.empty()) return {};
    const auto at = static_cast<std::ptrdiff_t>(share * static_cast<double>(greatest.size() - 1));
    std::ranges::nth_element(greatest, greatest.begin() + at);
    return greatest[static_cast<std::size_t>(at)];
}

std::vector<double> HeldOut::thresholds(double temperature) const {
    constexpr std::int64_t enough = 10;
    const std::size_t labels = set_.label_names.size();
    std::pmr::vector<std::pair<double, bool>> all(comments_.get_allocator()), own(comments_.get_allocator());
    std::int64_t actual = 0;
    Pace pace(cancellation_);
    const auto collect = [&](std::size_t label, auto& chances) {
        std::int64_t true_ones = 0;
        for (std::size_t i = 0; i < size(); ++i) {
            pace.step();
            chances.emplace_back(logistic(margins(i)[label] / temperature), has(i, label));
            true_ones += chances.back().second;
        }
        return true_ones;
    };
    all.reserve(labels * size());
    for (std::size_t label = 0; label < labels; ++label) actual += collect(label, all);
    std::vector<double> found(labels, best_threshold(all, actual, pace));
    for (std::size_t label = 0; label < labels; ++label) {
        own.clear();
        if (const std::int64_t of_label = collect(label, own); of_label >= enough)
            found[label] = best_threshold(own, of_label, pace);
    }
    return found;
}

std::vector<std::size_t> HeldOut::given(std::size_t i, double temperature, std::span<const double> thresholds) const {
    const auto margin = margins(i);
    if (!several_) return {static_cast<std::size_t>(std::ranges::max_element(margin) - margin.begin())};
    std::vector<std::size_t> labels;
    for (std::size_t label = 0; label < margin.size(); ++label)
        if (logistic(margin[label] / temperature) >= thresholds[label]) labels.push_back(label);
    return labels;
}

std::vector<CardRow> HeldOut::card(const Calibration& calibration, std::span<const double> thresholds) const {
    const std::string section = "held-out comments";
    std::vector<Outcome> outcomes(set_.label_names.size());
    std::int64_t exact = 0;
    constexpr std::size_t bins = 10;
    double chances[bins] = {}, hits[bins] = {};
    for (std::size_t i = 0; i < size(); ++i) {
        cancellation_.poll();
        const auto labels = given(i, calibration.temperature, thresholds);
        const auto actual = set_.labels(comments_[i]);
        std::size_t right = 0;
        for (const std::size_t label : labels) {
            ++outcomes[label].given;
            outcomes[label].right += has(i, label);
            right += has(i, label);
        }
        for (const std::uint16_t label : actual) ++outcomes[label].actual;
        exact += right == labels.size() && right == actual.size();
        if (!several_) {
            const std::vector<double> margin(margins(i).begin(), margins(i).end());
            const double chance = soft_max(margin, calibration.temperature)[labels.front()];
            const auto bin = std::min(bins - 1, static_cast<std::size_t>(chance * bins));
            chances[bin] += chance;
            hits[bin] += static_cast<double>(right);
        }
    }

    const auto count = static_cast<double>(size());
    Outcome total;
    double f1 = 0, seen = 0;
    for (const Outcome& one : outcomes) {
        total.right += one.right;
        total.given += one.given;
        total.actual += one.actual;
        if (one.actual == 0) continue;
        ++seen;
        f1 += one.f1();
    }
    std::vector<CardRow> rows{{section, "comments", count, "the model was tuned on them"}};
    if (several_) {
        rows.push_back(
            {section, "exact match", static_cast<double>(exact) / count, "all labels right and none too many"});
        rows.push_back({section, "micro F1", total.f1(), "thresholds were tuned on the same comments"});
    } else {
        double error = 0;
        for (std::size_t bin = 0; bin < bins; ++bin) error += std::abs(chances[bin] - hits[bin]);
        rows.push_back({section, "accuracy", static_cast<double>(exact) / count, ""});
        rows.push_back({section, "calibration error", error / count, "of the label given, ten bins"});
    }
    rows.push_back({section, "macro F1", seen > 0 ? f1 / seen : 0, "mean over the labels that were held out"});
    rows.push_back({section, "log-loss", calibration.log_loss, several_ ? "mean over comments and labels" : ""});
    for (std::size_t label = 0; label < outcomes.size(); ++label) {
        const Outcome& one = outcomes[label];
        const std::string& name = set_.label_names[label];
        rows.push_back({"precision", name, one.precision(), one.given == 0 ? "never given to a held-out comment" : ""});
        rows.push_back({"recall", name, one.recall(), one.actual == 0 ? "no comment was held out" : ""});
        if (several_) rows.push_back({"threshold", name, thresholds[label], ""});
    }
    return rows;
}

}  // namespace crm::text
