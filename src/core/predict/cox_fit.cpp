#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <string>

#include "crm/foundation/error.hpp"
#include "crm/numeric/maximise.hpp"
#include "crm/predict/cox.hpp"
#include "crm/predict/kaplan_meier.hpp"
#include "crm/predict/risk_sets.hpp"
#include "crm/predict/separation.hpp"
#include "crm/predict/work_pace.hpp"

namespace crm::predict {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// Share that has stayed until right before each time of an event, whatever the stratum: the function of time that the
/// test of proportional hazards looks for.
class StayedUntil {
public:
    explicit StayedUntil(const LifetimeTable& table) {
        struct Ends {
            double time, weight;
            bool event;
        };
        std::vector<Ends> ends;
        std::vector<std::pair<double, double>> entries;
        double at_risk = 0;
        for (std::size_t i = 0; i < table.size(); ++i) {
            ends.push_back({table.duration[i], table.weight[i], table.event[i] != 0});
            if (table.entry[i] == from_start)
                at_risk += table.weight[i];
            else
                entries.emplace_back(table.entry[i], table.weight[i]);
        }
        std::ranges::sort(ends, [](const Ends& a, const Ends& b) {
            return std::tie(a.time, a.event, a.weight) < std::tie(b.time, b.event, b.weight);
        });
        std::ranges::sort(entries);
        double stayed = 1;
        auto entry = entries.begin();
        for (std::size_t i = 0; i < ends.size();) {
            const double time = ends[i].time;
            for (; entry != entries.end() && entry->first < time; ++entry) at_risk += entry->second;
            double events = 0, leaving = 0;
            for (; i < ends.size() && ends[i].time == time; ++i) {
                leaving += ends[i].weight;
                if (ends[i].event) events += ends[i].weight;
            }
            if (events > 0) {
                times_.push_back(time);
                stayed_.push_back(stayed);
                stayed *= std::max(0.0, 1 - events / at_risk);
            }
            at_risk -= leaving;
        }
    }

    double operator()(double time) const {
        return stayed_[static_cast<std::size_t>(std::ranges::lower_bound(times_, time) - times_.begin())];
    }

private:
    std::vector<double> times_, stayed_;
};

double quadratic_form(const VectorXd& slope, const MatrixXd& information) {
    return std::max(0.0, slope.dot(information.ldlt().solve(slope)));
}

/// Everything that is known of a fit once its maximum is found.
class Findings {
public:
    Findings(const LifetimeTable& table, const RiskSets& sets, const VectorXd& at, const MatrixXd& information,
             bool robust, const Cancellation& cancellation)
        : table_(table),
          sets_(sets),
          at_(at),
          inverse_(information.ldlt().solve(MatrixXd::Identity(at.size(), at.size()))) {
        const Index count = at.size();
        const StayedUntil stayed(table);
        VectorXd slope = VectorXd::Zero(count);
        MatrixXd cross = MatrixXd::Zero(count, count), own = cross;
        baseline_.resize(table.strata.size());
        if (robust) residuals_ = MatrixXd::Zero(count, static_cast<Index>(table.size()));
        std::vector<Increment> increments;
        sets.each(
            at,
            [&](const DeathTime& death) {
                const double g = 1 - stayed(death.time);
                slope += g * death.gradient;
                cross += g * death.information;
                own += g * g * death.information;
                BaselineHazard& baseline = baseline_[death.stratum];
                baseline.time.push_back(death.time);
                baseline.hazard.push_back(death.hazard);
                if (!robust) return;
                increments.push_back({death.stratum, death.time, death.hazard, death.hazard_mean});
                for (std::size_t i = death.first; i < death.end; ++i) {
                    if (!table.event[i]) continue;
                    const auto row = sets.row(i);
                    residual(i) += row - death.mean + risk(i) * (row * death.spared - death.spared_mean);
                }
            },
            cancellation);
        for (BaselineHazard& one : baseline_) finish(one);
        for (std::size_t i = 0; i < table.size(); ++i) {
            BaselineHazard& one = baseline_[table.stratum[i]];
            one.last_time = std::max(one.last_time, table.duration[i]);
        }
        for (std::size_t i = 0; i < baseline_.size(); ++i) baseline_[i].stratum = table.strata[i];
        test_proportionality(slope, cross, own, information);
        if (robust) expose(increments);
    }

    const MatrixXd& inverse() const { return inverse_; }
    std::vector<BaselineHazard>& baseline() { return baseline_; }

    /// One for each coefficient, then that of all of them.
    const std::vector<double>& proportionality() const { return proportionality_; }

    MatrixXd robust_covariance(const Cancellation& cancellation) const {
        WorkPace pace(cancellation, static_cast<std::size_t>(at_.size() * at_.size()) * 2);
        MatrixXd sum = MatrixXd::Zero(at_.size(), at_.size());
        for (std::size_t i = 0; i < table_.size(); ++i) {
            pace.step();
            const VectorXd change = table_.weight[i] * (inverse_ * residuals_.col(static_cast<Index>(i)));
            sum.noalias() += change * change.transpose();
        }
        return sum;
    }

private:
    struct Increment {
        std::uint32_t stratum;
        double time, hazard;
        VectorXd hazard_mean;
    };

    double risk(std::size_t i) const { return std::exp(sets_.row(i).dot(at_)); }
    MatrixXd::ColXpr residual(std::size_t i) { return residuals_.col(static_cast<Index>(i)); }

    static void finish(BaselineHazard& one) {
        std::ranges::reverse(one.time);
        std::ranges::reverse(one.hazard);
        double sum = 0;
        for (double& hazard : one.hazard) hazard = sum += hazard;
        if (one.time.size() <= Cox::most_steps) return;
        std::vector<double> survival;
        for (const double hazard : one.hazard) survival.push_back(std::exp(-hazard));
        BaselineHazard kept;
        for (const std::size_t i : thinned(survival, Cox::most_steps)) {
            kept.time.push_back(one.time[i]);
            kept.hazard.push_back(one.hazard[i]);
        }
        one = std::move(kept);
    }

    /// Score tests for feature times g(time), g being centred nowhere: the features themselves are in the model.
    void test_proportionality(const VectorXd& slope, const MatrixXd& cross, const MatrixXd& own,
                              const MatrixXd& information) {
        const auto solver = information.ldlt();
        const MatrixXd left = own - cross * solver.solve(cross);
        for (Index j = 0; j < slope.size(); ++j)
            proportionality_.push_back(left(j, j) > 1e-12 * own(j, j) ? slope[j] * slope[j] / left(j, j) : 0);
        proportionality_.push_back(std::max(0.0, slope.dot(left.completeOrthogonalDecomposition().solve(slope))));
    }

    /// What each row was expected to bring while it was at risk.
    void expose(const std::vector<Increment>& increments) {
        struct Mark {
            double time;
            std::size_t row;
            double sign;
        };
        const auto first_of = [&](std::uint32_t stratum) {
            return static_cast<std::size_t>(std::ranges::lower_bound(table_.stratum, stratum) - table_.stratum.begin());
        };
        // Increments come by stratum and falling time; sums are taken from the earliest.
        for (std::size_t end = 0; end < increments.size();) {
            const std::size_t begin = end;
            const std::uint32_t stratum = increments[begin].stratum;
            while (end < increments.size() && increments[end].stratum == stratum) ++end;
            std::vector<Mark> marks;
            for (std::size_t i = first_of(stratum); i < table_.size() && table_.stratum[i] == stratum; ++i) {
                marks.push_back({table_.duration[i], i, -1});
                if (table_.entry[i] != from_start) marks.push_back({table_.entry[i], i, 1});
            }
            std::ranges::sort(marks, {}, &Mark::time);
            double hazard = 0;
            VectorXd mean = VectorXd::Zero(at_.size());
            std::size_t next = end;
            for (const Mark& mark : marks) {
                for (; next > begin && increments[next - 1].time <= mark.time; --next) {
                    hazard += increments[next - 1].hazard;
                    mean += increments[next - 1].hazard_mean;
                }
                residual(mark.row) += mark.sign * risk(mark.row) * (sets_.row(mark.row) * hazard - mean);
            }
        }
    }

    const LifetimeTable& table_;
    const RiskSets& sets_;
    const VectorXd& at_;
    MatrixXd inverse_;
    std::vector<BaselineHazard> baseline_;
    std::vector<double> proportionality_;
    MatrixXd residuals_;  // of the score, a column a row
};

Concordance concordance_of(const LifetimeTable& table, const RiskSets& sets, const VectorXd& at,
                           const Cancellation& cancellation) {
    std::vector<RankedLife> lives;
    lives.reserve(table.size());
    for (std::size_t i = 0; i < table.size(); ++i) {
        double risk = 0;  // in one order of adding, so that equal customers have equal ones
        for (Index j = 0; j < at.size(); ++j) risk += at[j] * sets.row(i)[j];
        lives.push_back(
            {table.entry[i], table.duration[i], table.event[i] != 0, risk, 1, table.weight[i], table.stratum[i]});
    }
    return concordance(lives, cancellation);
}

}  // namespace

void CoxFit::add(const FeaturedLife& life) {
    if (life.features.empty())
        throw invalid_argument("features must have at least one number", {},
                               "How long all customers stay is told by crm.fit_kaplan_meier.");
    rows_.add(life);
}

std::unique_ptr<Cox> CoxFit::finish(const Cancellation& cancellation) const {
    if (rows_.is_empty()) return nullptr;
    return std::make_unique<Cox>(fit_cox(rows_, cancellation));
}

Cox::Content fit_cox(const LifetimeRows& rows, const Cancellation& cancellation) {
    const LifetimeOptions& options = rows.options();
    const LifetimeTable table = rows.table(cancellation);
    const std::size_t width = table.width;
    Cox::Content content;
    content.names = rows.names();
    content.coefficients.assign(width, 0);
    content.estimated.assign(width, 0);
    content.robust = options.robust;
    content.stratified = table.strata.size() > 1 || !table.strata.front().empty();
    FitReport report = rows.counts(table);
    const auto failed = [&](std::string why) {
        report.message = std::move(why);
        content.fit = {report};
        return content;
    };
    const Standardised scale(table);
    content.means = scale.mean;
    if (table.events == 0) return failed("no event was observed");

    // Features that say nothing beyond those before them are left out.
    std::vector<std::size_t> varying;
    for (std::size_t j = 0; j < width; ++j)
        if (scale.deviation[j] > 0) varying.push_back(j);
    if (varying.empty()) return failed("no feature varies: all are constant");
    std::vector<std::size_t> used;
    {
        const RiskSets all(table, scale, varying, options.breslow);
        numeric::Derivatives start(all.size());
        all.evaluate(VectorXd::Zero(all.size()), start, cancellation);
        for (const Index j : independent(-start.hessian)) used.push_back(varying[static_cast<std::size_t>(j)]);
    }
    if (used.empty()) return failed("no feature varies among those at risk when somebody left");
    const RiskSets sets(table, scale, used, options.breslow);
    const Index count = sets.size();
    numeric::Derivatives null(count);
    sets.evaluate(VectorXd::Zero(count), null, cancellation);

    double weights = 0;
    for (std::size_t i = 0; i < table.size(); ++i)
        if (table.event[i]) weights += table.weight[i];
    const auto objective = [&](const VectorXd& point, numeric::Derivatives& out) {
        sets.evaluate(point, out, cancellation);
        out.value = (out.value - options.penalty * point.squaredNorm()) / weights;
        out.gradient = (out.gradient - 2 * options.penalty * point) / weights;
        out.hessian.diagonal().array() -= 2 * options.penalty;
        out.hessian /= weights;
    };
    constexpr double far = 1e4;
    const numeric::Box box{VectorXd::Constant(count, -far), VectorXd::Constant(count, far)};
    numeric::Patience patience;
    patience.iterations = options.max_iterations;
    const numeric::Maximum found = numeric::maximise(objective, VectorXd::Zero(count), box, cancellation, patience);
    report.iterations = found.iterations;
    if (options.penalty == 0)
        if (const auto without_end = separating(found, used, scale))
            return failed("the likelihood rises without end with the coefficient of " +
                          in_message(content.names[*without_end], *without_end) +
                          ": it parts those who left from the others; leave it out or set the option penalty");
    if (!found.converged) return failed(found.message);

    report.converged = true;
    report.parameters = static_cast<int>(count);
    numeric::Derivatives last(count);
    sets.evaluate(found.point, last, cancellation);
    report.log_likelihood = last.value;
    content.null_log_likelihood = null.value;
    const MatrixXd information = -found.at.hessian * weights;
    Findings findings(table, sets, found.point, information, options.robust, cancellation);
    const MatrixXd covariance = options.robust ? findings.robust_covariance(cancellation) : findings.inverse();

    content.covariance.assign(width * width, 0);
    for (std::size_t j = 0; j < used.size(); ++j) {
        const auto at = static_cast<Index>(j);
        content.coefficients[used[j]] = found.point[at] / scale.deviation[used[j]];
        content.estimated[used[j]] = 1;
        for (std::size_t k = 0; k < used.size(); ++k)
            content.covariance[used[j] * width + used[k]] =
                covariance(at, static_cast<Index>(k)) / scale.deviation[used[j]] / scale.deviation[used[k]];
        content.proportionality.push_back({content.names[used[j]], findings.proportionality()[j], 1});
    }
    const auto freedom = static_cast<std::int32_t>(count);
    content.proportionality.push_back({"global", findings.proportionality().back(), freedom});
    content.tests = {{"likelihood ratio", std::max(0.0, 2 * (last.value - null.value)), freedom},
                     {"wald", quadratic_form(found.point, covariance), freedom},
                     {"score", quadratic_form(null.gradient, -null.hessian), freedom}};
    content.concordance = concordance_of(table, sets, found.point, cancellation);
    content.baseline = std::move(findings.baseline());
    for (std::size_t j = 0; j < width; ++j)
        if (!content.estimated[j])
            report.message += (report.message.empty() ? "" : ", ") + in_message(content.names[j], j);
    if (!report.message.empty())
        report.message = "held at 0, for they are constant or follow from the features before them: " + report.message;
    content.fit = {report};
    return content;
}

}  // namespace crm::predict
