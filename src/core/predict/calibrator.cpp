#include "crm/predict/calibrator.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "crm/foundation/error.hpp"
#include "crm/foundation/rounded.hpp"

namespace crm::predict {

namespace {

using Method = CalibratorOptions::Method;

constexpr int format = 1;
constexpr double few = 1000;                    // rows, of which steps would learn their noise
constexpr double quantile = 1.959963984540054;  // of the normal distribution, 97.5 %

double logistic(double margin) {
    const double decay = std::exp(-std::abs(margin));
    return margin >= 0 ? 1 / (1 + decay) : decay / (1 + decay);
}

double log_odds(double probability, double nearest) {
    const double bounded = std::clamp(probability, nearest, 1 - nearest);
    return std::log(bounded) - std::log1p(-bounded);
}

std::string defect_of(const Calibrator::Content& content) {
    if (content.fit.size() > 1) return "calibration has more than one report";
    if (!(content.nearest > 0 && content.nearest < 0.5)) return "nearest of a calibration must be between 0 and 0.5";
    if (content.isotonic && content.fitted && content.knots.empty()) return "isotonic calibration has no knots";
    const auto is_share = [](double one) { return one >= 0 && one <= 1; };
    for (std::size_t i = 0; i < content.knots.size(); ++i) {
        const auto& [probability, calibrated] = content.knots[i];
        if (!is_share(probability) || !is_share(calibrated)) return "knots of a calibration must be between 0 and 1";
        if (i > 0 && !(probability > content.knots[i - 1].probability && calibrated >= content.knots[i - 1].calibrated))
            return "knots of a calibration must rise";
    }
    return {};
}

/// Rows of one probability.
struct Group {
    double probability, positives, negatives;
    double target;  // sum of what is aimed at

    double rows() const { return positives + negatives; }
};

/// By rising probability. What is aimed at is not 1 and 0, but what one more row of each kind would leave of them
/// (Platt 1999): held-out rows are few, and no probability of an outcome is 0.
std::vector<Group> aimed(const Ranking& ranking) {
    const double yes = (ranking.positives + 1) / (ranking.positives + 2), no = 1 / (ranking.negatives + 2);
    std::vector<Group> groups;
    for (auto one = ranking.groups.rbegin(); one != ranking.groups.rend(); ++one)
        groups.push_back({one->score, one->positives, one->negatives, one->positives * yes + one->negatives * no});
    return groups;
}

double log_likelihood(const std::vector<Group>& groups, const Calibrator& model) {
    double sum = 0;
    for (const Group& group : groups) {
        const double p = model.calibrated(group.probability);
        if (group.positives > 0) sum += group.positives * std::log(p);
        if (group.negatives > 0) sum += group.negatives * std::log1p(-p);
    }
    return sum;
}

/// Platt's line, by Newton's method in log-odds centred and scaled.
class Line {
public:
    Line(const std::vector<Group>& groups, const Cancellation& cancellation)
        : groups_(groups), cancellation_(cancellation) {
        double rows = 0, target = 0;
        for (const Group& group : groups) rows += group.rows();
        // A row that was given 0 would outweigh all others, and no one has seen more than this.
        nearest_ = 1 / (std::exchange(rows, 0) + 2);
        for (const Group& group : groups) {
            x_.push_back(log_odds(group.probability, nearest_));
            rows += group.rows();
            target += group.target;
            centre_ += group.rows() * x_.back();
        }
        centre_ /= rows;
        for (std::size_t i = 0; i < x_.size(); ++i) spread_ += groups[i].rows() * (x_[i] - centre_) * (x_[i] - centre_);
        spread_ = groups.size() > 1 ? std::sqrt(spread_ / rows) : 0;
        for (double& x : x_) x = spread_ > 0 ? (x - centre_) / spread_ : 0;
        at_ = evaluated(std::log(target) - std::log(rows - target), 0);
    }

    void fit(Calibrator::Content& content, FitReport& report) {
        constexpr int most = 100, most_halvings = 40;
        constexpr double enough = 1e-20;
        while (!report.converged && report.iterations < most) {
            ++report.iterations;
            const auto [by_a, by_b] = step();
            report.converged = by_a * at_.slope_a + by_b * at_.slope_b <= enough * (1 + std::abs(at_.value));
            const double least = at_.value - 1e-13 * (1 + std::abs(at_.value));  // but for rounding, it rises
            Point next = evaluated(at_.a + by_a, at_.b + by_b);
            double length = 1;
            for (int halving = 0; next.value < least && halving < most_halvings; ++halving) {
                length /= 2;
                next = evaluated(at_.a + length * by_a, at_.b + length * by_b);
            }
            if (next.value >= least) at_ = next;
        }
        content.fitted = report.converged;
        if (!report.converged) {
            report.message = "no maximum found in " + std::to_string(report.iterations) + " iterations";
            return;
        }
        const double shift = spread_ > 0 ? centre_ / spread_ : 0;
        content.nearest = nearest_;
        content.slope = spread_ > 0 ? at_.b / spread_ : 0;
        content.intercept = at_.a - at_.b * shift;
        report.parameters = spread_ > 0 ? 2 : 1;
        const double determinant = at_.aa * at_.bb - at_.ab * at_.ab;
        if (spread_ > 0 && determinant > 0) {
            content.slope_error = std::sqrt(at_.aa / determinant) / spread_;
            content.intercept_error = std::sqrt((at_.bb + 2 * shift * at_.ab + shift * shift * at_.aa) / determinant);
        } else if (at_.aa > 0) {
            content.intercept_error = std::sqrt(1 / at_.aa);
        }
    }

private:
    struct Point {
        double a, b;
        double value = 0, slope_a = 0, slope_b = 0;  // log-likelihood of the targets and its gradient
        double aa = 0, ab = 0, bb = 0;               // minus its curvature
    };

    Point evaluated(double a, double b) const {
        Point point{a, b};
        Pace pace(cancellation_);
        for (std::size_t i = 0; i < x_.size(); ++i) {
            pace.step();
            const Group& group = groups_[i];
            const double margin = a + b * x_[i], rows = group.rows(), p = logistic(margin);
            point.value +=
                group.target * margin - rows * (std::max(margin, 0.0) + std::log1p(std::exp(-std::abs(margin))));
            const double left = group.target - rows * p, curvature = rows * p * logistic(-margin);
            point.slope_a += left;
            point.slope_b += left * x_[i];
            point.aa += curvature;
            point.ab += curvature * x_[i];
            point.bb += curvature * x_[i] * x_[i];
        }
        return point;
    }

    std::pair<double, double> step() const {
        const double determinant = at_.aa * at_.bb - at_.ab * at_.ab;
        if (!(determinant > 1e-14 * at_.aa * at_.bb)) return {at_.slope_a / at_.aa, 0};
        return {(at_.bb * at_.slope_a - at_.ab * at_.slope_b) / determinant,
                (at_.aa * at_.slope_b - at_.ab * at_.slope_a) / determinant};
    }

    const std::vector<Group>& groups_;
    const Cancellation& cancellation_;
    std::vector<double> x_;
    double nearest_ = 0, centre_ = 0, spread_ = 0;
    Point at_{0, 0};
};

/// Neighbours pooled until what is aimed at rises.
std::vector<Calibrator::Knot> rising(const std::vector<Group>& groups, int& blocks) {
    struct Block {
        double first, last, target, rows;
        double mean() const { return target / rows; }
    };
    std::vector<Block> pool;
    for (const Group& group : groups) {
        pool.push_back({group.probability, group.probability, group.target, group.rows()});
        while (pool.size() > 1 && pool.back().mean() <= pool[pool.size() - 2].mean()) {
            const Block last = pool.back();
            pool.pop_back();
            pool.back() = {pool.back().first, last.last, pool.back().target + last.target,
                           pool.back().rows + last.rows};
        }
    }
    std::vector<Calibrator::Knot> knots;
    for (const Block& block : pool) {
        const double value = std::clamp(block.mean(), 0.0, 1.0);
        knots.push_back({block.first, value});
        if (block.last > block.first) knots.push_back({block.last, value});
    }
    blocks = static_cast<int>(pool.size());
    return knots;
}

std::unique_ptr<Calibrator> by_platt(const std::vector<Group>& groups, FitReport report,
                                     const Cancellation& cancellation) {
    Calibrator::Content content;
    Line(groups, cancellation).fit(content, report);
    if (content.fitted) report.log_likelihood = log_likelihood(groups, Calibrator(content));
    if (content.slope < 0)
        report.message = "outcomes are rarer where probabilities are higher: the calibration turns them round";
    content.fit = {report};
    return std::make_unique<Calibrator>(std::move(content));
}

std::unique_ptr<Calibrator> by_isotonic(const std::vector<Group>& groups, FitReport report) {
    Calibrator::Content content;
    content.isotonic = content.fitted = report.converged = true;
    content.knots = rising(groups, report.parameters);
    report.log_likelihood = log_likelihood(groups, Calibrator(content));
    if (report.parameters == 1) report.message = "probabilities do not rise with outcomes: all are given the same";
    content.fit = {report};
    return std::make_unique<Calibrator>(std::move(content));
}

}  // namespace

Calibrator::Calibrator(Content content) : content_(std::move(content)) {
    if (const std::string wrong = defect_of(content_); !wrong.empty()) throw invalid_argument(wrong);
}

std::optional<FitReport> Calibrator::report() const {
    if (content_.fit.empty()) return {};
    return content_.fit.front();
}

std::vector<Coefficient> Calibrator::coefficients() const {
    if (content_.isotonic || !usable()) return {};
    std::vector<Coefficient> both{{"intercept", content_.intercept, content_.intercept_error, {}, {}},
                                  {"slope", content_.slope, content_.slope_error, {}, {}}};
    for (Coefficient& one : both) {
        if (!one.std_error) continue;
        one.lower = one.estimate - quantile * *one.std_error;
        one.upper = one.estimate + quantile * *one.std_error;
    }
    return both;
}

double Calibrator::calibrated(double probability) const {
    if (!(probability >= 0 && probability <= 1))
        throw invalid_argument("probability must be between 0 and 1, not " + shortest(probability));
    if (!content_.isotonic) {
        if (content_.slope == 0) return logistic(content_.intercept);
        return logistic(content_.intercept + content_.slope * log_odds(probability, content_.nearest));
    }
    const auto& knots = content_.knots;
    const auto above = std::ranges::lower_bound(knots, probability, {}, &Knot::probability);
    if (above == knots.end()) return knots.back().calibrated;
    if (above == knots.begin() || above->probability == probability) return above->calibrated;
    const Knot& below = *(above - 1);
    const double way = (probability - below.probability) / (above->probability - below.probability);
    return below.calibrated + way * (above->calibrated - below.calibrated);
}

void Calibrator::save(Writer& out) const {
    out.put<std::uint8_t>(format);
    save_members(content_, out);
}

std::unique_ptr<Calibrator> Calibrator::load(Reader& in) {
    read_version(in, format, "calibration");
    auto content = load_members<Content>(in);
    if (const std::string wrong = defect_of(content); !wrong.empty()) throw corrupt_data(wrong);
    return std::make_unique<Calibrator>(std::move(content));
}

Json::Object Calibrator::to_json() const { return members_to_json(content_); }

std::unique_ptr<Calibrator> Calibrator::from_json(const Json& json) {
    return std::make_unique<Calibrator>(members_from_json<Content>(json));
}

std::unique_ptr<Calibrator> Calibrator::make(const Json& parameters) {
    parameters.expect_keys({"intercept", "slope", "knots"}, "calibration");
    Content content;
    content.fitted = true;
    if (const Json* intercept = parameters.find("intercept")) content.intercept = intercept->number("intercept");
    if (const Json* slope = parameters.find("slope")) content.slope = slope->number("slope");
    if (!std::isfinite(content.intercept) || !std::isfinite(content.slope))
        throw invalid_argument("intercept and slope must be finite");
    if (const Json* knots = parameters.find("knots")) {
        if (parameters.find("intercept") || parameters.find("slope"))
            throw invalid_argument("a calibration has knots, or intercept and slope");
        content.isotonic = true;
        for (const Json& knot : knots->array("knots")) {
            const auto& pair = knot.array("knot");
            if (pair.size() != 2) throw invalid_argument("knot must be [probability, calibrated]");
            content.knots.push_back({pair[0].number("probability"), pair[1].number("calibrated")});
        }
    }
    return std::make_unique<Calibrator>(std::move(content));
}

CalibratorOptions CalibratorOptions::from_json(const Json& json) {
    json.expect_keys({"method"}, "options of a calibration");
    CalibratorOptions options;
    const Json* const given = json.find("method");
    if (!given) return options;
    const std::string& word = given->string("method");
    if (word == "platt")
        options.method = Method::platt;
    else if (word == "isotonic")
        options.method = Method::isotonic;
    else if (word != "auto")
        throw invalid_argument("method must be \"platt\", \"isotonic\" or \"auto\", not \"" + excerpt(word) + "\"");
    return options;
}

void CalibratorFit::agree(Method method) {
    if (method_.value_or(method) != method) throw invalid_argument("options of a fit must be the same in every row");
    method_ = method;
}

void CalibratorFit::add(bool outcome, double probability, const CalibratorOptions& options) {
    agree(options.method);
    rows_.add_probability(outcome, probability);
}

void CalibratorFit::merge(const CalibratorFit& other, const Cancellation& cancellation) {
    skipped_ += other.skipped_;
    if (other.method_) agree(*other.method_);
    rows_.merge(other.rows_, cancellation);
}

void CalibratorFit::save(Writer& out) const {
    out.put<std::uint8_t>(format);
    out.varint(skipped_);
    out.put(static_cast<std::uint8_t>(method_ ? 1 + static_cast<int>(*method_) : 0));
    rows_.save(out);
}

void CalibratorFit::load(Reader& in, const Cancellation& cancellation) {
    read_version(in, format, "aggregate state");
    skipped_ = in.varint();
    const auto method = in.get<std::uint8_t>();
    if (method > 3) throw corrupt_data("impossible options of a fit in state");
    if (method > 0) method_ = static_cast<Method>(method - 1);
    rows_.load(in, cancellation);
}

std::unique_ptr<Calibrator> CalibratorFit::finish(const Cancellation& cancellation) const {
    const Ranking ranking = rows_.ranking(cancellation);
    if (ranking.groups.empty()) return nullptr;
    FitReport report;
    report.observations = std::llround(std::min(ranking.rows(), 0x1p53));
    report.distinct_observations = static_cast<std::int64_t>(ranking.groups.size());
    report.skipped = static_cast<std::int64_t>(std::min<std::uint64_t>(skipped_, std::uint64_t{1} << 53));
    if (!ranking.has_both_classes()) {
        report.message = std::string("every outcome is ") + (ranking.positives > 0 ? "true" : "false") +
                         ": there is nothing to calibrate by";
        Calibrator::Content content;
        content.fit = {report};
        return std::make_unique<Calibrator>(std::move(content));
    }
    const std::vector<Group> groups = aimed(ranking);
    const Method method = method_.value_or(Method::automatic);
    if (method == Method::platt || (method == Method::automatic && ranking.rows() < few))
        return by_platt(groups, report, cancellation);
    auto isotonic = by_isotonic(groups, report);
    if (method == Method::isotonic) return isotonic;
    auto platt = by_platt(groups, report, cancellation);
    if (!platt->usable()) return isotonic;
    const double line = *platt->report()->aic(), steps = *isotonic->report()->aic();
    auto& chosen = line <= steps ? platt : isotonic;
    Calibrator::Content content = chosen->content();
    std::string& message = content.fit.front().message;
    message = (line <= steps ? "platt: aic " + rounded(line, 6) + ", of isotonic " + rounded(steps, 6)
                             : "isotonic: aic " + rounded(steps, 6) + ", of platt " + rounded(line, 6)) +
              (message.empty() ? "" : "; ") + message;
    return std::make_unique<Calibrator>(std::move(content));
}

}  // namespace crm::predict
