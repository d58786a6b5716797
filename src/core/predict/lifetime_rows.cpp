#include "crm/predict/lifetime_rows.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "crm/foundation/error.hpp"
#include "crm/predict/members.hpp"

namespace crm::predict {

namespace {

constexpr int state_version = 1;
constexpr double largest_feature = 1e150;
constexpr int most_iterations = 100000;

}  // namespace

void LifetimeOptions::read(const Json& json, bool cox) {
    if (cox)
        json.expect_keys({"names", "ties", "robust", "penalty", "max_iterations"}, "options of a fit");
    else
        json.expect_keys({"names", "max_iterations"}, "options of a fit");
    if (const Json* given = json.find("names")) {
        std::set<std::string> seen;
        for (const Json& one : given->array("option names")) {
            const std::string& name = one.string("option names");
            if (const std::string wrong = defect_of_name(name); !wrong.empty()) throw invalid_argument(wrong);
            if (!seen.insert(name).second) throw invalid_argument("feature \"" + excerpt(name) + "\" is named twice");
            names.emplace_back(name);
        }
    }
    if (const Json* ties = json.find("ties")) {
        const std::string& how = ties->string("option ties");
        if (how != "efron" && how != "breslow")
            throw invalid_argument("unknown option ties \"" + excerpt(how) + "\"", {},
                                   "Ties are handled by 'efron', which is more exact, or 'breslow'.");
        breslow = how == "breslow";
    }
    if (const Json* wanted = json.find("robust")) robust = wanted->boolean("option robust");
    if (const Json* wanted = json.find("penalty")) {
        penalty = wanted->number("option penalty");
        if (!(penalty >= 0) || !std::isfinite(penalty))
            throw invalid_argument("penalty must be a finite number, 0 or more, not " + shortest(penalty));
    }
    if (const Json* most = json.find("max_iterations"))
        max_iterations = static_cast<int>(most->integer("max_iterations", 1, most_iterations));
}

void LifetimeOptions::save(Writer& out) const {
    out.varint(names.size());
    for (const auto& name : names) out.text(name);
    out.put(static_cast<std::uint8_t>(breslow));
    out.put(static_cast<std::uint8_t>(robust));
    out.put(penalty);
    out.varint(static_cast<std::uint64_t>(max_iterations));
}

void LifetimeOptions::load(Reader& in) {
    const std::size_t count = in.count();
    for (std::size_t i = 0; i < count; ++i) {
        const std::string_view name = in.text();
        if (!defect_of_name(name).empty()) throw corrupt_data("impossible name in state");
        names.emplace_back(name);
    }
    breslow = in.get<std::uint8_t>() != 0;
    robust = in.get<std::uint8_t>() != 0;
    penalty = in.get<double>();
    const std::uint64_t iterations = in.varint();
    if (!(penalty >= 0) || !std::isfinite(penalty) || iterations > most_iterations)
        throw corrupt_data("impossible options of a fit in state");
    max_iterations = static_cast<int>(iterations);
}

void LifetimeRows::add(const FeaturedLife& life) {
    require_duration(life.duration);
    if (life.entry != from_start) require_entry(life.entry, life.duration);
    require_life_weight(life.weight);
    if (life.features.size() > most_lifetime_features)
        throw limit_exceeded("model cannot have more than " + std::to_string(most_lifetime_features) + " features");
    if (sized_ && life.features.size() != features_)
        throw invalid_argument("number of features must be the same in every row",
                               "There are " + std::to_string(life.features.size()) + " after rows with " +
                                   std::to_string(features_) + ".");
    for (const double feature : life.features)
        if (!(std::abs(feature) <= largest_feature))
            throw invalid_argument("feature must be a number from -1e150 to 1e150, not " + shortest(feature));
    const std::uint32_t stratum = strata_.id(life.stratum);
    sized_ = true;
    features_ = life.features.size();
    added_ = std::min<std::uint64_t>(added_ + 1, 2);
    for (const double number : {life.duration, life.event ? 1.0 : 0.0, life.entry, life.weight, double{0} + stratum})
        numbers_.push_back(number);
    numbers_.insert(numbers_.end(), life.features.begin(), life.features.end());
}

void LifetimeRows::set(const Json& json, std::uint64_t edition, bool cox) {
    if (edition == edition_) return;
    LifetimeOptions options(numbers_.get_allocator().resource());
    options.read(json, cox);
    if (added_ > 1 && options != options_) throw invalid_argument("options of a fit must be the same in every row");
    options_ = std::move(options);
    edition_ = edition;
}

FeaturedLife LifetimeRows::life(std::size_t i, std::span<const std::string> strata) const {
    const auto row = std::span(numbers_).subspan(i * width(), width());
    return {row[0], row[1] != 0, row.subspan(own), row[2], strata[static_cast<std::size_t>(row[own - 1])], row[3]};
}

void LifetimeRows::take_over(const LifetimeRows& other, const std::vector<std::string>& names) {
    options_ = other.options_;
    options_.names.assign(names.begin(), names.end());
    edition_ = other.edition_;
    skipped_ = other.skipped_;
}

void LifetimeRows::merge(const LifetimeRows& other) {
    skipped_ += other.skipped_;
    if (!other.sized_) return;
    if (!sized_) {
        sized_ = true;
        features_ = other.features_;
        options_ = other.options_;
        edition_ = other.edition_;
    }
    added_ = 2;
    if (features_ != other.features_) throw invalid_argument("number of features must be the same in every row");
    if (options_ != other.options_) throw invalid_argument("options of a fit must be the same in every row");
    const auto strata = strata_.merge(other.strata_);
    std::size_t at = numbers_.size();
    numbers_.insert(numbers_.end(), other.numbers_.begin(), other.numbers_.end());
    for (; at < numbers_.size(); at += width()) {
        double& stratum = numbers_[at + own - 1];
        stratum = strata[static_cast<std::size_t>(stratum)];
    }
}

void LifetimeRows::save(Writer& out) const {
    out.put<std::uint8_t>(state_version);
    out.put(static_cast<std::uint8_t>(sized_));
    out.varint(features_);
    out.varint(skipped_);
    out.put(static_cast<std::uint8_t>(edition_ != 0));
    options_.save(out);
    strata_.save(out);
    out.varint(numbers_.size());
    out.reserve(out.bytes().size() + numbers_.size() * sizeof(double));
    for (const double number : numbers_) out.put(number);
}

void LifetimeRows::load(Reader& in) {
    read_version(in, state_version, "aggregate state");
    sized_ = in.get<std::uint8_t>() != 0;
    const std::uint64_t features = in.varint();
    if (features > most_lifetime_features) throw corrupt_data("impossible number of features in state");
    features_ = static_cast<std::size_t>(features);
    skipped_ = in.varint();
    edition_ = in.get<std::uint8_t>();
    added_ = 2;
    options_.load(in);
    strata_.load(in);
    const std::size_t count = in.count(sizeof(double));
    if (count % width() != 0 || (count > 0 && !sized_)) throw corrupt_data("state with features ends within a row");
    numbers_.reserve(count);
    for (std::size_t i = 0; i < count; ++i) numbers_.push_back(in.get<double>());
    for (std::size_t at = 0; at < count; at += width()) {
        const double duration = numbers_[at], event = numbers_[at + 1], entry = numbers_[at + 2];
        const double weight = numbers_[at + 3], stratum = numbers_[at + 4];
        const bool sound = duration >= 0 && duration <= longest_duration && (event == 0 || event == 1) &&
                           (entry == from_start || (entry >= 0 && entry < duration)) && weight > 0 && weight <= 1e15 &&
                           stratum >= 0 && stratum < static_cast<double>(strata_.size()) &&
                           stratum == std::floor(stratum);
        const auto row = std::span(numbers_).subspan(at + own, features_);
        if (!sound || !std::ranges::all_of(row, [](double one) { return std::abs(one) <= largest_feature; }))
            throw corrupt_data("impossible observation in state");
    }
}

LifetimeTable LifetimeRows::table(const Cancellation& cancellation) const {
    struct Place {
        std::uint32_t stratum, at;
        double duration;
    };
    const std::size_t count = numbers_.size() / width();
    const auto ranks = strata_.ranks();
    const auto row = [this](std::size_t i) { return std::span(numbers_).subspan(i * width(), width()); };
    std::vector<Place> order(count);
    for (std::uint32_t i = 0; i < count; ++i)
        order[i] = {ranks[static_cast<std::size_t>(row(i)[own - 1])], i, row(i)[0]};
    // What differs in the numbers of their strata alone is not equal, but those were compared before.
    const auto rest = [&](std::uint32_t i, std::size_t from, std::size_t to) {
        return row(i).subspan(from, to - from);
    };
    const auto less = [&](std::uint32_t a, std::uint32_t b, std::size_t from, std::size_t to) {
        return std::ranges::lexicographical_compare(rest(a, from, to), rest(b, from, to));
    };
    Pace pace(cancellation);
    std::ranges::sort(order, [&](const Place& a, const Place& b) {
        pace.step();
        if (a.stratum != b.stratum) return a.stratum < b.stratum;
        if (a.duration != b.duration) return a.duration > b.duration;
        if (less(a.at, b.at, 1, own - 1)) return true;
        return !less(b.at, a.at, 1, own - 1) && less(a.at, b.at, own, width());
    });

    LifetimeTable table;
    table.width = features_;
    table.strata = strata_.names();
    std::ranges::sort(table.strata);
    table.features.reserve(count * features_);
    for (auto* column : {&table.duration, &table.entry, &table.weight}) column->reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        pace.step();
        const auto here = row(order[i].at);
        table.duration.push_back(here[0]);
        table.event.push_back(here[1] != 0);
        table.entry.push_back(here[2]);
        table.weight.push_back(here[3]);
        table.stratum.push_back(order[i].stratum);
        table.features.insert(table.features.end(), here.begin() + own, here.end());
        table.events += here[1] != 0;
        table.has_entries = table.has_entries || here[2] != from_start;
        const bool repeats = i > 0 && order[i].stratum == order[i - 1].stratum && [&] {
            const auto before = row(order[i - 1].at);
            return std::ranges::equal(here.first(own - 1), before.first(own - 1)) &&
                   std::ranges::equal(here.subspan(own), before.subspan(own));
        }();
        table.distinct += !repeats;
    }
    return table;
}

std::vector<std::string> LifetimeRows::names() const {
    std::vector<std::string> all;
    for (const auto& name : options_.names) all.emplace_back(name);
    if (!all.empty() && all.size() != features_)
        throw invalid_argument("option names has " + std::to_string(all.size()) + " names for " +
                               std::to_string(features_) + " features");
    for (std::size_t i = all.size(); i < features_; ++i) all.push_back("x" + std::to_string(i + 1));
    return all;
}

FitReport LifetimeRows::counts(const LifetimeTable& table) const {
    double weights = 0;
    for (const double weight : table.weight) weights += weight;
    FitReport report;
    report.observations = std::llround(std::min(weights, 0x1p53));
    report.distinct_observations = static_cast<std::int64_t>(table.distinct);
    report.skipped = static_cast<std::int64_t>(std::min<std::uint64_t>(skipped_, std::uint64_t{1} << 53));
    return report;
}

Standardised::Standardised(const LifetimeTable& table) : mean(table.width), deviation(table.width), reach(table.width) {
    const auto count = static_cast<double>(table.size());
    // Scaled by the largest, so that squares of the largest numbers remain numbers.
    for (std::size_t i = 0; i < table.size(); ++i)
        for (std::size_t j = 0; j < table.width; ++j) reach[j] = std::max(reach[j], std::abs(table.row(i)[j]));
    const std::vector<double> scale = reach;
    for (std::size_t i = 0; i < table.size(); ++i)
        for (std::size_t j = 0; j < table.width; ++j)
            if (scale[j] > 0) mean[j] += table.row(i)[j] / scale[j] / count;
    for (std::size_t i = 0; i < table.size(); ++i)
        for (std::size_t j = 0; j < table.width; ++j) {
            if (!(scale[j] > 0)) continue;
            const double away = table.row(i)[j] / scale[j] - mean[j];
            deviation[j] += away * away / count;
        }
    constexpr double rounding = 1e-12;
    for (std::size_t j = 0; j < table.width; ++j) {
        deviation[j] = std::sqrt(deviation[j]);
        if (deviation[j] < rounding) deviation[j] = 0;
        deviation[j] *= scale[j];
        mean[j] *= scale[j];
        reach[j] = 0;
    }
    for (std::size_t i = 0; i < table.size(); ++i)
        for (std::size_t j = 0; j < table.width; ++j)
            if (deviation[j] > 0) reach[j] = std::max(reach[j], std::abs(table.row(i)[j] - mean[j]) / deviation[j]);
}

std::string in_message(const std::string& name, std::size_t number) {
    const bool plain = !name.empty() && std::ranges::all_of(name, [](char c) { return c >= ' ' && c <= '~'; });
    return plain && name.size() <= 60 ? "\"" + name + "\"" : "number " + std::to_string(number + 1);
}

}  // namespace crm::predict
