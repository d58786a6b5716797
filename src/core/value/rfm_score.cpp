#include "crm/value/rfm_score.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include "crm/foundation/error.hpp"

namespace crm::value {

namespace {

constexpr int format = 1;

/// Cut k is the first value in `order` that, with those before it, makes up at least k / bins of the weight.
template <class Order>
std::vector<double> cut_points(const Tally<double>& tally, int bins, Order order, const Cancellation& cancellation) {
    auto entries = tally.sorted(cancellation);
    if (order(1, 0)) std::ranges::reverse(entries);
    double total = 0, cumulative = 0;
    for (const auto& [value, weight] : entries) total += weight;
    std::vector<double> cuts;
    for (const auto& [value, weight] : entries) {
        cumulative += weight;
        while (static_cast<int>(cuts.size()) + 1 < bins &&
               cumulative * bins >= static_cast<double>(cuts.size() + 1) * total)
            cuts.push_back(value);
    }
    return cuts;
}

/// 1 + the number of cut points that come before the value in `order`.
template <class Order>
int score_of(const std::vector<double>& cuts, double value, Order order) {
    return 1 + static_cast<int>(std::ranges::lower_bound(cuts, value, order) - cuts.begin());
}

bool valid_bins(int bins) { return bins >= RfmScorer::least_bins && bins <= RfmScorer::most_bins; }

template <class Order>
bool in_order(const std::vector<double>& cuts, Order order) {
    return std::ranges::all_of(cuts, [](double cut) { return std::isfinite(cut); }) &&
           std::ranges::is_sorted(cuts, order);
}

/// What is wrong with cut points, or nothing.
std::string defect(const RfmScorer::CutPoints& cuts) {
    const auto& [silence, frequency, monetary] = cuts;
    if (!valid_bins(static_cast<int>(std::min<std::size_t>(silence.size(), RfmScorer::most_bins)) + 1))
        return "rfm_score needs 1 to 8 cut points for silence, not " + std::to_string(silence.size());
    if (frequency.size() != silence.size() || (!monetary.empty() && monetary.size() != silence.size()))
        return "rfm_score needs as many cut points for frequency and monetary as for silence";
    if (!in_order(silence, std::greater{})) return "cut points for silence must be numbers that do not rise";
    if (!in_order(frequency, std::less{})) return "cut points for frequency must be numbers that do not fall";
    if (!in_order(monetary, std::less{})) return "cut points for monetary must be numbers that do not fall";
    return {};
}

std::vector<double> numbers(const Json& json, std::string_view key) {
    std::vector<double> values;
    for (const Json& value : json.at(key, "cut points").array(key)) values.push_back(value.number(key));
    return values;
}

RfmScorer::CutPoints cut_points_from_json(const Json& json) {
    json.expect_keys({"silence", "frequency", "monetary"}, "cut points");
    return {numbers(json, "silence"), numbers(json, "frequency"), numbers(json, "monetary")};
}

}  // namespace

RfmScorer::RfmScorer(CutPoints cuts, std::optional<FitReport> report)
    : cuts_(std::move(cuts)), report_(std::move(report)) {
    if (const std::string wrong = defect(cuts_); !wrong.empty()) throw invalid_argument(wrong);
}

RfmScore RfmScorer::score(const Rfm& seen) const {
    const int recency = score_of(cuts_.silence, seen.silence(), std::greater{});
    const int frequency = score_of(cuts_.frequency, seen.frequency(), std::less{});
    const int monetary = seen.monetary() ? score_of(cuts_.monetary, *seen.monetary(), std::less{}) : 1;
    const auto digit = [](int score) { return static_cast<char>('0' + score); };
    return {recency, frequency, monetary, {digit(recency), digit(frequency), digit(monetary)}};
}

std::vector<Coefficient> RfmScorer::coefficients() const {
    std::vector<Coefficient> all;
    const auto append = [&all](const std::string& measure, const std::vector<double>& cuts) {
        for (std::size_t i = 0; i < cuts.size(); ++i)
            all.push_back({measure + '_' + std::to_string(i + 1), cuts[i], {}, {}, {}});
    };
    append("silence", cuts_.silence);
    append("frequency", cuts_.frequency);
    append("monetary", cuts_.monetary);
    return all;
}

void RfmScorer::save(Writer& out) const {
    out.put<std::uint8_t>(format);
    out.put(static_cast<std::uint8_t>(report_.has_value()));
    if (report_) report_->save(out);
    for (const auto* cuts : {&cuts_.silence, &cuts_.frequency, &cuts_.monetary}) {
        out.varint(cuts->size());
        for (const double cut : *cuts) out.put(cut);
    }
}

std::unique_ptr<RfmScorer> RfmScorer::load(Reader& in) {
    read_version(in, format, name);
    std::optional<FitReport> report;
    const auto has_report = in.get<std::uint8_t>();
    if (has_report > 1) throw corrupt_data("unknown parts in model of kind rfm_score");
    if (has_report) report = FitReport::load(in);
    CutPoints cuts;
    for (auto* one : {&cuts.silence, &cuts.frequency, &cuts.monetary}) {
        one->resize(in.count(sizeof(double)));
        for (double& cut : *one) cut = in.get<double>();
    }
    if (const std::string wrong = defect(cuts); !wrong.empty()) throw corrupt_data(wrong);
    return std::make_unique<RfmScorer>(std::move(cuts), std::move(report));
}

Json::Object RfmScorer::to_json() const {
    const auto array = [](const std::vector<double>& cuts) { return Json::Array(cuts.begin(), cuts.end()); };
    Json::Object json{{"cut_points", Json::Object{{"silence", array(cuts_.silence)},
                                                  {"frequency", array(cuts_.frequency)},
                                                  {"monetary", array(cuts_.monetary)}}}};
    if (report_) json.emplace_back("fit", report_->to_json());
    return json;
}

std::unique_ptr<RfmScorer> RfmScorer::from_json(const Json& json) {
    json.expect_keys({"cut_points", "fit"}, "model of kind rfm_score");
    std::optional<FitReport> report;
    if (const Json* fit = json.find("fit")) report = FitReport::from_json(*fit);
    return std::make_unique<RfmScorer>(cut_points_from_json(json.at("cut_points", "model")), std::move(report));
}

std::unique_ptr<RfmScorer> RfmScorer::make(const Json& json) {
    return std::make_unique<RfmScorer>(cut_points_from_json(json));
}

void RfmScorerFit::agree_on(int bins) {
    if (!valid_bins(bins))
        throw invalid_argument("bins must be from 2 to 9, not " + std::to_string(bins), {},
                               "A score is one digit: 5 is customary.");
    if (bins_ != 0 && bins != bins_)
        throw invalid_argument("bins must be the same for every row, not " + std::to_string(bins_) + " and " +
                               std::to_string(bins));
    bins_ = bins;
}

void RfmScorerFit::add(const std::optional<Rfm>& customer, int bins) {
    agree_on(bins);
    if (!customer) {
        ++nulls_;
        return;
    }
    ++customers_;
    silence_.add(customer->silence());
    frequency_.add(customer->frequency());
    if (customer->monetary()) monetary_.add(*customer->monetary());
}

void RfmScorerFit::merge(const RfmScorerFit& other, const Cancellation& cancellation) {
    if (other.bins_ != 0) agree_on(other.bins_);
    customers_ += other.customers_;
    nulls_ += other.nulls_;
    silence_.merge(other.silence_, cancellation);
    frequency_.merge(other.frequency_, cancellation);
    monetary_.merge(other.monetary_, cancellation);
}

void RfmScorerFit::save(Writer& out) const {
    out.put<std::uint8_t>(format);
    out.put(static_cast<std::uint8_t>(bins_));
    out.varint(customers_);
    out.varint(nulls_);
    for (const auto* tally : {&silence_, &frequency_, &monetary_}) tally->save(out);
}

void RfmScorerFit::load(Reader& in, const Cancellation& cancellation) {
    read_version(in, format, "aggregate state");
    bins_ = in.get<std::uint8_t>();
    if (bins_ != 0 && !valid_bins(bins_)) throw corrupt_data("impossible number of bins in state");
    customers_ = in.varint();
    nulls_ = in.varint();
    for (auto* tally : {&silence_, &frequency_, &monetary_}) tally->load(in, cancellation);
    if ((customers_ > 0) != (silence_.size() > 0) || (customers_ > 0) != (frequency_.size() > 0) ||
        (bins_ == 0 && customers_ > 0))
        throw corrupt_data("contradictory counts in state");
}

std::unique_ptr<RfmScorer> RfmScorerFit::finish(const Cancellation& cancellation) const {
    if (customers_ == 0) return nullptr;
    FitReport report;
    const auto count = [](std::uint64_t value) {
        return static_cast<std::int64_t>(std::min<std::uint64_t>(value, std::uint64_t{1} << 53));
    };
    report.observations = count(customers_);
    report.distinct_observations = count(silence_.size());
    report.skipped = count(nulls_);
    report.converged = true;
    RfmScorer::CutPoints cuts{cut_points(silence_, bins_, std::greater{}, cancellation),
                              cut_points(frequency_, bins_, std::less{}, cancellation),
                              cut_points(monetary_, bins_, std::less{}, cancellation)};
    report.parameters = static_cast<int>(cuts.silence.size() + cuts.frequency.size() + cuts.monetary.size());
    return std::make_unique<RfmScorer>(std::move(cuts), report);
}

std::string_view rfm_segment(const RfmScore& score) {
    constexpr std::string_view champions = "Champions", loyal = "Loyal Customers", potential = "Potential Loyalists",
                               recent = "New Customers", promising = "Promising", attention = "Need Attention",
                               sleepy = "About to Sleep", at_risk = "At Risk", cant_lose = "Can't Lose Them",
                               hibernating = "Hibernating", lost = "Lost";
    static constexpr std::array<std::array<std::string_view, 5>, 5> grid{{
        // frequency 1, 2, 3, 4, 5
        {lost, lost, at_risk, at_risk, cant_lose},                // recency 1
        {hibernating, hibernating, at_risk, at_risk, cant_lose},  // recency 2
        {sleepy, sleepy, attention, loyal, loyal},                // recency 3
        {promising, potential, potential, loyal, loyal},          // recency 4
        {recent, potential, potential, champions, champions},     // recency 5
    }};
    const auto usual = [](int one) { return one >= 1 && one <= 5; };
    if (!usual(score.recency) || !usual(score.frequency))
        throw invalid_argument("segments are named by scores from 1 to 5, not by recency " +
                                   std::to_string(score.recency) + " and frequency " + std::to_string(score.frequency),
                               {}, "Give names of your own for scores with other than 5 bins.");
    return grid[static_cast<std::size_t>(score.recency - 1)][static_cast<std::size_t>(score.frequency - 1)];
}

}  // namespace crm::value
