#include "crm/predict/risk_sets.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "crm/predict/work_pace.hpp"

namespace crm::predict {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// Weights, and their first two moments, of a set of rows. Of the second only the lower triangle.
struct Moments {
    explicit Moments(Index features) : first(VectorXd::Zero(features)), second(MatrixXd::Zero(features, features)) {}

    void clear() {
        weight = 0;
        first.setZero();
        second.setZero();
    }

    void add(double amount, const double* row) {
        weight += amount;
        const Index count = first.size();
        for (Index j = 0; j < count; ++j) {
            const double part = amount * row[j];
            first[j] += part;
            double* const column = second.data() + j * count;
            for (Index k = j; k < count; ++k) column[k] += part * row[k];
        }
    }

    double weight = 0;
    VectorXd first;
    MatrixXd second;
};

/// Sums over the events of one time. Efron's order: the k-th of d finds k / d of the tied ones gone.
struct TieSums {
    TieSums(double at_risk, double leaving, double events, double mean_weight, bool breslow) {
        const auto add = [&](double gone, double weight) {
            const double rest = at_risk - gone * leaving;
            log_rest += weight * std::log(rest);
            inverse += weight / rest;
            inverse_gone += weight * gone / rest;
            square += weight / rest / rest;
            square_gone += weight * gone / rest / rest;
            square_gone_gone += weight * gone * gone / rest / rest;
        };
        if (breslow)
            add(0, mean_weight * events);
        else
            for (double k = 0; k < events; ++k) add(k / events, mean_weight);
    }

    double log_rest = 0, inverse = 0, inverse_gone = 0, square = 0, square_gone = 0, square_gone_gone = 0;
};

struct SumsOfDeaths {
    double events = 0, weight = 0, predictor = 0;
};

}  // namespace

RiskSets::RiskSets(const LifetimeTable& table, const Standardised& scale, std::vector<std::size_t> features,
                   bool breslow)
    : table_(table), features_(std::move(features)), breslow_(breslow) {
    values_.reserve(table.size() * features_.size());
    for (std::size_t i = 0; i < table.size(); ++i)
        for (const std::size_t j : features_) values_.push_back((table.row(i)[j] - scale.mean[j]) / scale.deviation[j]);
    for (std::uint32_t i = 0; i < table.size(); ++i)
        if (table.entry[i] != from_start) late_.push_back(i);
    std::ranges::sort(late_, [&table](std::uint32_t a, std::uint32_t b) {
        if (table.stratum[a] != table.stratum[b]) return table.stratum[a] < table.stratum[b];
        return table.entry[a] != table.entry[b] ? table.entry[a] > table.entry[b] : a < b;
    });
}

/// visit(stratum, time, first, end, deaths, at_risk, leaving, sum of leaving rows, ties, shift)
template <class Visit>
void RiskSets::walk(const VectorXd& coefficients, Visit&& visit, const Cancellation& cancellation) const {
    const std::size_t count = table_.size(), width = features_.size();
    std::vector<double> predictor(count);
    double shift = -std::numeric_limits<double>::infinity();
    WorkPace pace(cancellation, width * width);
    for (std::size_t i = 0; i < count; ++i) {
        pace.step();
        double sum = 0;
        const double* const row = values_.data() + i * width;
        for (std::size_t j = 0; j < width; ++j) sum += coefficients[static_cast<Index>(j)] * row[j];
        predictor[i] = sum;
        shift = std::max(shift, sum);
    }
    const auto risk = [&](std::size_t i) { return table_.weight[i] * std::exp(predictor[i] - shift); };

    Moments at_risk(size()), leaving(size());
    VectorXd sum(size());
    auto gone = late_.begin();
    for (std::size_t i = 0; i < count;) {
        const std::uint32_t stratum = table_.stratum[i];
        if (i == 0 || stratum != table_.stratum[i - 1]) {
            at_risk.clear();
            while (gone != late_.end() && table_.stratum[*gone] != stratum) ++gone;
        }
        const double time = table_.duration[i];
        const std::size_t first = i;
        SumsOfDeaths deaths;
        for (; i < count && table_.stratum[i] == stratum && table_.duration[i] == time; ++i) {
            pace.step();
            const double* const row = values_.data() + i * width;
            const double amount = risk(i);
            at_risk.add(amount, row);
            if (!table_.event[i]) continue;
            if (deaths.events == 0) {
                leaving.clear();
                sum.setZero();
            }
            leaving.add(amount, row);
            deaths.events += 1;
            deaths.weight += table_.weight[i];
            deaths.predictor += table_.weight[i] * (predictor[i] - shift);
            for (std::size_t j = 0; j < width; ++j) sum[static_cast<Index>(j)] += table_.weight[i] * row[j];
        }
        if (deaths.events == 0) continue;
        for (; gone != late_.end() && table_.stratum[*gone] == stratum && table_.entry[*gone] >= time; ++gone)
            at_risk.add(-risk(*gone), values_.data() + *gone * width);
        const TieSums ties(at_risk.weight, leaving.weight, deaths.events, deaths.weight / deaths.events, breslow_);
        visit(stratum, time, first, i, deaths, at_risk, leaving, sum, ties, shift);
    }
}

void RiskSets::evaluate(const VectorXd& coefficients, numeric::Derivatives& out,
                        const Cancellation& cancellation) const {
    const Index count = size();
    out = numeric::Derivatives(count);
    walk(
        coefficients,
        [&](std::uint32_t, double, std::size_t, std::size_t, const SumsOfDeaths& deaths, const Moments& at_risk,
            const Moments& leaving, const VectorXd& sum, const TieSums& ties, double) {
            out.value += deaths.predictor - ties.log_rest;
            const double *const all = at_risk.first.data(), *const some = leaving.first.data();
            for (Index j = 0; j < count; ++j) {
                out.gradient[j] += sum[j] - all[j] * ties.inverse + some[j] * ties.inverse_gone;
                const double by_all = all[j] * ties.square - some[j] * ties.square_gone;
                const double by_some = some[j] * ties.square_gone_gone - all[j] * ties.square_gone;
                for (Index k = j; k < count; ++k)
                    out.hessian(k, j) += all[k] * by_all + some[k] * by_some - at_risk.second(k, j) * ties.inverse +
                                         leaving.second(k, j) * ties.inverse_gone;
            }
        },
        cancellation);
    out.hessian.triangularView<Eigen::StrictlyUpper>() = out.hessian.transpose();
}

void RiskSets::each(const VectorXd& coefficients, const std::function<void(const DeathTime&)>& visit,
                    const Cancellation& cancellation) const {
    DeathTime at;
    walk(
        coefficients,
        [&](std::uint32_t stratum, double time, std::size_t first, std::size_t end, const SumsOfDeaths& deaths,
            const Moments& at_risk, const Moments& leaving, const VectorXd& sum, const TieSums& ties, double shift) {
            at.stratum = stratum;
            at.time = time;
            at.first = first;
            at.end = end;
            at.events = deaths.events;
            at.weight = deaths.weight;
            at.value = deaths.predictor - ties.log_rest;
            const VectorXd &all = at_risk.first, &some = leaving.first;
            const VectorXd weighted_mean = all * ties.inverse - some * ties.inverse_gone;
            at.gradient = sum - weighted_mean;
            at.mean = weighted_mean / deaths.weight;
            const VectorXd by_all = all * ties.square - some * ties.square_gone;
            const VectorXd by_some = some * ties.square_gone_gone - all * ties.square_gone;
            at.information = at_risk.second * ties.inverse - leaving.second * ties.inverse_gone -
                             all * by_all.transpose() - some * by_some.transpose();
            at.information.triangularView<Eigen::StrictlyUpper>() = at.information.transpose();
            const double unit = std::exp(-shift);
            at.hazard = ties.inverse * unit;
            at.spared = ties.inverse_gone * unit;
            at.hazard_mean = (all * ties.square - some * ties.square_gone) * unit;
            at.spared_mean = (all * ties.square_gone - some * ties.square_gone_gone) * unit;
            visit(at);
        },
        cancellation);
}

}  // namespace crm::predict
