#include "crm/predict/kaplan_meier.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

#include "crm/foundation/error.hpp"
#include "crm/foundation/rounded.hpp"
#include "crm/predict/members.hpp"

namespace crm::predict {

namespace {

constexpr int newest_version = 1;
constexpr double tie = 1.5e-8;  // survival within this of one half is one half

struct Band {
    std::optional<double> lower, upper;
};

Band band(double survival, double greenwood, IntervalScale scale, double z) {
    if (survival <= 0) return {};
    const double error = std::sqrt(greenwood);
    switch (scale) {
        case IntervalScale::log:
            return {survival * std::exp(-z * error), std::min(1.0, survival * std::exp(z * error))};
        case IntervalScale::log_log: {
            if (survival >= 1) return {1.0, 1.0};
            const double spread = z * error / std::log(survival);
            return {std::pow(survival, std::exp(-spread)), std::pow(survival, std::exp(spread))};
        }
        default: return {std::max(0.0, survival * (1 - z * error)), std::min(1.0, survival * (1 + z * error))};
    }
}

/// Where a falling curve comes to one half: the middle of its stay there, if it stays.
class HalfTime {
public:
    void add(double time, std::optional<double> value) {
        if (done_ || !value) return;
        if (!reached_) {
            if (*value >= 0.5 + tie) return;
            reached_ = time;
            value_ = *value;
            done_ = std::abs(*value - 0.5) >= tie;
        } else if (*value < value_) {
            reached_ = (*reached_ + time) / 2;
            done_ = true;
        }
    }

    std::optional<double> time() const { return reached_; }

private:
    std::optional<double> reached_;
    double value_ = 0;
    bool done_ = false;
};

void require_no_features(const Subject& subject) {
    if (!subject.features.empty() || subject.stratum)
        throw invalid_argument("model of kind kaplan_meier has no features", {},
                               "Fit one model a group with GROUP BY, or fit a model with features, as crm.fit_cox.");
}

std::string defect(const KaplanMeier::Content& content) {
    double time = -1, survival = 1, greenwood = 0, hazard = 0, hazard_variance = 0;
    for (const SurvivalStep& step : content.steps) {
        if (!(step.time > time)) return "times of a survival curve must ascend from 0";
        if (!(step.survival >= 0 && step.survival <= survival)) return "a survival curve must fall from 1 to 0";
        if (!(step.at_risk > 0 && step.events >= 0 && step.censored >= 0))
            return "numbers at risk must be positive, and those of events and censored 0 or more";
        if (!(step.greenwood >= greenwood && step.hazard >= hazard && step.hazard_variance >= hazard_variance))
            return "hazards and variances of a survival curve must not fall";
        time = step.time;
        survival = step.survival;
        greenwood = step.greenwood;
        hazard = step.hazard;
        hazard_variance = step.hazard_variance;
    }
    return {};
}

template <class Thrown>
std::unique_ptr<KaplanMeier> sound(KaplanMeier::Content content) {
    if (const std::string wrong = defect(content); !wrong.empty()) throw Thrown(wrong);
    return std::make_unique<KaplanMeier>(std::move(content));
}

/// Makes the steps, one time after the other.
class Curve {
public:
    void add(double time, double at_risk, double events, double censored) {
        SurvivalStep next{time,           at_risk,         events,       censored,
                          last_.survival, last_.greenwood, last_.hazard, last_.hazard_variance};
        if (events > 0) {
            const double stay = std::max(at_risk - events, 0.0);
            next.survival *= stay / at_risk;
            if (stay > 0) next.greenwood += events / at_risk / stay;
            next.hazard += events / at_risk;
            next.hazard_variance += events / at_risk / at_risk;
        }
        steps_.push_back(next);
        last_ = next;
    }

    std::vector<SurvivalStep> steps() const {
        if (steps_.size() <= KaplanMeier::most_steps) return steps_;
        std::vector<double> survival;
        for (const SurvivalStep& step : steps_) survival.push_back(step.survival);
        std::vector<SurvivalStep> kept;
        std::size_t next = 0;
        for (const std::size_t at : thinned(survival, KaplanMeier::most_steps)) {
            SurvivalStep step = steps_[at];
            for (; next < at; ++next) {
                step.events += steps_[next].events;
                step.censored += steps_[next].censored;
            }
            ++next;
            kept.push_back(step);
        }
        return kept;
    }

private:
    std::vector<SurvivalStep> steps_;
    SurvivalStep last_{0, 0, 0, 0, 1, 0, 0, 0};
};

}  // namespace

IntervalScale interval_scale(std::string_view name) {
    if (name == "log") return IntervalScale::log;
    if (name == "log-log") return IntervalScale::log_log;
    if (name == "plain") return IntervalScale::plain;
    throw invalid_argument("unknown scale of an interval \"" + excerpt(name) + "\"", {},
                           "Scales are 'log', 'log-log' and 'plain'.");
}

std::vector<std::size_t> thinned(const std::vector<double>& survival, std::size_t most) {
    std::vector<std::size_t> kept;
    const std::size_t count = survival.size();
    if (count <= most) {
        kept.resize(count);
        std::iota(kept.begin(), kept.end(), std::size_t{0});
        return kept;
    }
    // Half of the steps are spent on equal drops, the other half on equal numbers of times.
    const double bins = static_cast<double>(most) / 2 - 2;
    const double drop = std::max(1 - survival.back(), 1e-300) / bins;
    const double run = static_cast<double>(count) / bins;
    double level = 1;
    std::size_t first = 0;
    for (std::size_t i = 0; i + 1 < count; ++i) {
        const bool far = static_cast<double>(i + 2 - first) > run || level - survival[i + 1] > drop;
        if (!far) continue;
        kept.push_back(i);
        level = survival[i];
        first = i + 1;
    }
    kept.push_back(count - 1);
    return kept;
}

std::unique_ptr<KaplanMeier> KaplanMeier::load(Reader& in) {
    read_version(in, newest_version, "model of kind kaplan_meier");
    return sound<corrupt_data>(load_members<Content>(in));
}

std::unique_ptr<KaplanMeier> KaplanMeier::from_json(const Json& json) {
    json.expect_keys({"steps", "fit"}, "model of kind kaplan_meier");
    return sound<invalid_argument>(members_from_json<Content>(json));
}

std::unique_ptr<KaplanMeier> KaplanMeier::make(const Json& json) {
    constexpr std::string_view what = "parameters of kaplan_meier";
    json.expect_keys({"time", "events", "censored"}, what);
    const auto& times = json.at("time", what).array("time");
    const auto& events = json.at("events", what).array("events");
    const auto& censored = json.at("censored", what).array("censored");
    if (times.empty() || times.size() != events.size() || times.size() != censored.size())
        throw invalid_argument("time, events and censored must be arrays of one length, not empty");
    std::pmr::monotonic_buffer_resource memory;
    KaplanMeierFit fit(&memory);
    for (std::size_t i = 0; i < times.size(); ++i) {
        const double time = times[i].number("time");
        for (const bool event : {true, false})
            if (const double count = (event ? events : censored)[i].number("count"); count != 0)
                fit.add(time, event, count);
    }
    auto model = fit.finish();
    if (!model || !model->usable()) throw invalid_argument("events must not all be 0");
    return model;
}

void KaplanMeier::save(Writer& out) const {
    out.put(static_cast<std::uint8_t>(newest_version));
    save_members(content_, out);
}

Json::Object KaplanMeier::to_json() const { return members_to_json(content_); }

std::optional<double> KaplanMeier::survival(const Subject& subject, double time) const {
    require_no_features(subject);
    require_time(time, "time");
    const auto after = std::ranges::upper_bound(steps(), time, {}, &SurvivalStep::time);
    if (after == steps().begin()) return 1;
    const SurvivalStep& last = *(after - 1);
    if (after == steps().end() && time > last.time && last.survival > 0) return {};
    return last.survival;
}

std::optional<double> KaplanMeier::median(const Subject& subject) const {
    require_no_features(subject);
    HalfTime half;
    for (const SurvivalStep& step : steps()) half.add(step.time, step.survival);
    return half.time();
}

MedianLifetime KaplanMeier::median_lifetime() const {
    HalfTime lower, upper;
    for (const SurvivalStep& step : steps()) {
        const Band here = band(step.survival, step.greenwood, IntervalScale::log, z95);
        lower.add(step.time, here.lower);
        upper.add(step.time, here.upper);
    }
    return {median({}), lower.time(), upper.time()};
}

std::optional<double> KaplanMeier::restricted_mean(const Subject& subject, double horizon) const {
    require_no_features(subject);
    return restricted_mean(horizon).mean;
}

RestrictedMean KaplanMeier::restricted_mean(double horizon) const {
    require_time(horizon, "horizon");
    if (horizon > steps().back().time && steps().back().survival > 0) return {};
    const auto until = std::ranges::upper_bound(steps(), horizon, {}, &SurvivalStep::time);
    // From the end: the area beyond each step is what an event there puts at stake.
    double area = 0, variance = 0, next = horizon;
    for (auto step = until; step != steps().begin();) {
        --step;
        area += step->survival * (next - step->time);
        next = step->time;
        const double before = step == steps().begin() ? 0 : (step - 1)->greenwood;
        variance += area * area * (step->greenwood - before);
    }
    return {area + next, std::sqrt(variance)};
}

std::vector<SurvivalEstimate> KaplanMeier::curve(IntervalScale scale, double level) const {
    const double z = normal_bound(level);
    std::vector<SurvivalEstimate> all;
    for (const SurvivalStep& step : steps()) {
        const Band limits = band(step.survival, step.greenwood, scale, z);
        std::optional<double> error;
        if (step.survival > 0) error = step.survival * std::sqrt(step.greenwood);
        all.push_back({step.time, step.at_risk, step.events, step.censored, step.survival, error, limits.lower,
                       limits.upper, step.hazard, std::sqrt(step.hazard_variance)});
    }
    return all;
}

bool ObservedLife::valid() const {
    return duration >= 0 && duration <= longest_duration && event <= 1 &&
           (entry == from_start || (entry >= 0 && entry < duration));
}

void KaplanMeierFit::add(double duration, bool event, double weight) {
    require_duration(duration);
    require_life_weight(weight);
    lives_.add({duration, event, from_start}, weight);
}

void KaplanMeierFit::add(double entry, double duration, bool event, double weight) {
    require_duration(duration);
    require_entry(entry, duration);
    require_life_weight(weight);
    lives_.add({duration, event, entry}, weight);
}

void KaplanMeierFit::merge(const KaplanMeierFit& other, const Cancellation& cancellation) {
    lives_.merge(other.lives_, cancellation);
    skipped_ += other.skipped_;
}

void KaplanMeierFit::save(Writer& out) const {
    out.varint(skipped_);
    lives_.save(out);
}

void KaplanMeierFit::load(Reader& in, const Cancellation& cancellation) {
    skipped_ = in.varint();
    lives_.load(in, cancellation);
}

std::unique_ptr<KaplanMeier> KaplanMeierFit::finish(const Cancellation& cancellation) const {
    if (lives_.size() == 0) return nullptr;
    const auto lives = lives_.sorted(cancellation);
    struct Entrance {
        double entry, weight;
    };
    std::vector<Entrance> entrances;  // those that come late
    double at_risk = 0, all = 0, ended = 0;
    for (const auto& [life, weight] : lives) {
        all += weight;
        if (life.event) ended += weight;
        if (life.entry == from_start)
            at_risk += weight;
        else
            entrances.push_back({life.entry, weight});
    }
    std::ranges::sort(entrances, [](const Entrance& a, const Entrance& b) {
        return std::pair(a.entry, a.weight) < std::pair(b.entry, b.weight);
    });

    KaplanMeier::Content content;
    content.fit.observations = static_cast<std::int64_t>(std::llround(std::min(all, 0x1p53)));
    content.fit.distinct_observations = static_cast<std::int64_t>(lives.size());
    content.fit.skipped = static_cast<std::int64_t>(std::min<std::uint64_t>(skipped_, std::uint64_t{1} << 53));
    content.fit.converged = ended > 0;
    if (ended == 0) {
        content.fit.message = "no event was observed";
        return std::make_unique<KaplanMeier>(std::move(content));
    }

    Curve curve;
    std::optional<double> emptied;  // where all at risk left though others came later
    Pace pace(cancellation);
    auto entrance = entrances.begin();
    for (auto life = lives.begin(); life != lives.end();) {
        const double time = life->key.duration;
        for (; entrance != entrances.end() && entrance->entry < time; ++entrance) at_risk += entrance->weight;
        double events = 0, censored = 0;
        for (; life != lives.end() && life->key.duration == time; ++life) {
            pace.step();
            (life->key.event ? events : censored) += life->weight;
        }
        const double exposed = std::max(at_risk, events + censored);  // rounding of weights that are not whole
        curve.add(time, exposed, events, censored);
        if (!emptied && events >= exposed && life != lives.end()) emptied = time;
        at_risk = exposed - events - censored;
    }
    content.steps = curve.steps();
    if (emptied)
        content.fit.message = "all who were at risk left at " + rounded(*emptied, 6) +
                              ", before the others entered: the estimate stays at 0";
    return std::make_unique<KaplanMeier>(std::move(content));
}

}  // namespace crm::predict
