#include "crm/predict/log_rank.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

#include "crm/foundation/error.hpp"
#include "crm/foundation/json.hpp"
#include "crm/predict/lifetime.hpp"

namespace crm::predict {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// One life with names in their order instead of numbers as they came.
struct Placed {
    std::uint32_t stratum;
    double duration;
    std::uint32_t group, event;
    double weight;
};

struct Sums {
    explicit Sums(std::size_t groups)
        : count(VectorXd::Zero(static_cast<Index>(groups))),
          observed(count),
          expected(count),
          variance(MatrixXd::Zero(count.size(), count.size())) {}

    /// The lives of one stratum, by duration.
    void add(std::span<const Placed> lives, double rho, Pace& pace);

    VectorXd count, observed, expected;
    MatrixXd variance;
};

void Sums::add(std::span<const Placed> lives, double rho, Pace& pace) {
    VectorXd at_risk = VectorXd::Zero(count.size());
    for (const Placed& life : lives) at_risk[life.group] += life.weight;
    count += at_risk;
    double stayed = 1;
    VectorXd events(count.size()), leaving(count.size());
    for (std::size_t i = 0; i < lives.size();) {
        const double time = lives[i].duration;
        events.setZero();
        leaving.setZero();
        for (; i < lives.size() && lives[i].duration == time; ++i) {
            pace.step();
            leaving[lives[i].group] += lives[i].weight;
            if (lives[i].event) events[lives[i].group] += lives[i].weight;
        }
        if (const double ended = events.sum(); ended > 0) {
            const double exposed = at_risk.sum();
            const double weight = rho == 0 ? 1 : std::pow(stayed, rho);
            const VectorXd share = at_risk / exposed;
            observed += weight * events;
            expected += weight * ended * share;
            if (exposed > 1) {
                const double factor = weight * weight * ended * (exposed - ended) / (exposed - 1);
                variance.diagonal() += factor * share;
                variance.noalias() -= factor * share * share.transpose();
            }
            stayed *= (exposed - ended) / exposed;
        }
        at_risk -= leaving;
    }
}

struct Test {
    std::optional<double> chi_squared, p_value;
    int degrees_of_freedom = 0;
};

/// One of the groups is left out, for their excesses add up to 0.
Test test_of(const Sums& sums) {
    std::vector<Index> present;
    for (Index i = 0; i < sums.expected.size(); ++i)
        if (sums.expected[i] > 0) present.push_back(i);
    Test test;
    if (present.size() < 2) return test;
    present.pop_back();
    const VectorXd excess = (sums.observed - sums.expected)(present);
    const MatrixXd variance = sums.variance(present, present);
    test.degrees_of_freedom = static_cast<int>(present.size());
    test.chi_squared = excess.dot(variance.completeOrthogonalDecomposition().solve(excess));
    test.p_value = chi_squared_p_value(*test.chi_squared, test.degrees_of_freedom);
    return test;
}

}  // namespace

void LogRankTest::agree(double rho) {
    if (!(rho >= 0) || !std::isfinite(rho))
        throw invalid_argument("rho must be a finite number, 0 or more, not " + shortest(rho), {},
                               "0 is the log-rank test, 1 that of Peto and Peto.");
    if (rho_ && *rho_ != rho) throw invalid_argument("rho must be the same in every row");
    rho_ = rho;
}

void LogRankTest::add(std::string_view group, double duration, bool event, std::string_view stratum, double rho) {
    require_duration(duration);
    const std::uint32_t in_group = groups_.id(group), in_stratum = strata_.id(stratum);
    agree(rho);
    lives_.add({duration, event, in_group, in_stratum});
}

void LogRankTest::merge(const LogRankTest& other, const Cancellation& cancellation) {
    if (other.rho_) agree(*other.rho_);
    const auto groups = groups_.merge(other.groups_), strata = strata_.merge(other.strata_);
    Pace pace(cancellation);
    for (const auto& [life, weight] : other.lives_.sorted(cancellation)) {
        pace.step();
        lives_.add({life.duration, life.event, groups[life.group], strata[life.stratum]}, weight);
    }
}

void LogRankTest::save(Writer& out) const {
    out.put(rho_.value_or(-1));
    groups_.save(out);
    strata_.save(out);
    lives_.save(out);
}

void LogRankTest::load(Reader& in, const Cancellation& cancellation) {
    const double rho = in.get<double>();
    if (rho >= 0 && std::isfinite(rho)) rho_ = rho;
    groups_.load(in);
    strata_.load(in);
    lives_.load(in, cancellation);
    for (const auto& [life, weight] : lives_.sorted(cancellation)) {
        count_of(weight);
        if (!(life.duration >= 0 && life.duration <= longest_duration) || life.event > 1 ||
            life.group >= groups_.size() || life.stratum >= strata_.size())
            throw corrupt_data("impossible observation in state");
    }
}

std::vector<LogRankGroup> LogRankTest::finish(const Cancellation& cancellation) const {
    const auto group_ranks = groups_.ranks(), stratum_ranks = strata_.ranks();
    std::vector<Placed> lives;
    for (const auto& [life, weight] : lives_.sorted(cancellation))
        lives.push_back({stratum_ranks[life.stratum], life.duration, group_ranks[life.group], life.event, weight});
    Pace pace(cancellation);
    const auto key = [](const Placed& one) { return std::tie(one.stratum, one.duration, one.group, one.event); };
    std::ranges::sort(lives, [&](const Placed& a, const Placed& b) {
        pace.step();
        return key(a) < key(b);
    });

    Sums sums(groups_.size());
    for (auto first = lives.begin(); first != lives.end();) {
        const auto end = std::ranges::upper_bound(first, lives.end(), first->stratum, {}, &Placed::stratum);
        sums.add({first, end}, rho_.value_or(0), pace);
        first = end;
    }

    const Test test = test_of(sums);
    std::vector<std::string> names = groups_.names();
    std::ranges::sort(names);
    std::vector<LogRankGroup> rows;
    for (std::size_t i = 0; i < names.size(); ++i) {
        const auto at = static_cast<Index>(i);
        const double observed = sums.observed[at], expected = sums.expected[at], variance = sums.variance(at, at);
        LogRankGroup row{names[i],         count_of(sums.count[at]), observed,    expected, {}, {},
                         test.chi_squared, test.degrees_of_freedom,  test.p_value};
        const double square = (observed - expected) * (observed - expected);
        if (expected > 0) row.excess_over_expected = square / expected;
        if (variance > 0) row.excess_over_variance = square / variance;
        rows.push_back(std::move(row));
    }
    return rows;
}

}  // namespace crm::predict
