#include "crm/value/contract_likelihood.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <string>

#include "crm/foundation/rounded.hpp"
#include "crm/numeric/rising.hpp"
#include "crm/value/contract_life.hpp"

namespace crm::value {

namespace {

using numeric::rising;
using numeric::Side;
using Row = Tally<ContractHistory>::Entry;
enum Parameter : Eigen::Index { ALPHA, BETA, C };

/// A logarithm of a probability and its derivatives over the logarithms of alpha, beta and c.
struct Term {
    double value = 0;
    Eigen::Vector3d gradient = Eigen::Vector3d::Zero();
    Eigen::Matrix3d hessian = Eigen::Matrix3d::Zero();  // its upper triangle
};

/// t^c and its first two derivatives over ln c.
struct Power {
    Power(double t, double c) {
        if (t == 0) return;
        value = std::pow(t, c);
        slope = c * std::log(t) * value;
        bend = slope * (1 + c * std::log(t));
    }
    double value = 0, slope = 0, bend = 0;
};

/// Of ContractLife::log_kept: ln B(alpha, beta + t^c) at `to` less that at `from`.
Term log_kept(double alpha, double beta, double c, double from, double to) {
    Term term;
    if (from == to) return term;
    term.value = ContractLife(alpha, beta, c).log_kept(from, to);

    const Power before(from, c), after(to, c);
    const double y = beta + before.value;
    const double grown = from > 0 ? before.value * std::expm1(c * std::log1p((to - from) / from)) : after.value;
    const auto first = rising(y, alpha), last = rising(y + grown, alpha);  // of ln B, by beta, with the sign turned
    const auto by_alpha = rising(y + alpha, grown);
    const auto by_beta = rising(y, grown);
    const bool narrow = grown < alpha;  // the smaller of the two leaves the smaller differences
    const double beta_slope = narrow ? by_beta.slope - by_alpha.slope : first.slope - last.slope;
    const double beta_bend = narrow ? by_beta.curvature - by_alpha.curvature : first.curvature - last.curvature;

    term.gradient[ALPHA] = -alpha * by_alpha.slope;
    term.gradient[BETA] = beta * beta_slope;
    term.gradient[C] = before.slope * first.slope - after.slope * last.slope;

    auto& h = term.hessian;
    h(ALPHA, ALPHA) = term.gradient[ALPHA] - alpha * alpha * by_alpha.curvature;
    h(ALPHA, BETA) = -alpha * beta * by_alpha.curvature;
    h(ALPHA, C) =
        alpha * (before.slope * numeric::trigamma(y + alpha) - after.slope * numeric::trigamma(y + grown + alpha));
    h(BETA, BETA) = term.gradient[BETA] + beta * beta * beta_bend;
    h(BETA, C) = beta * (before.slope * first.curvature - after.slope * last.curvature);
    h(C, C) = before.bend * first.slope - after.bend * last.slope + before.slope * first.curvature * before.slope -
              after.slope * last.curvature * after.slope;
    return term;
}

/// ln(1 - exp(kept)).
Term log_lost(const Term& kept) {
    Term term;
    term.value = std::log(-std::expm1(kept.value));
    const double slope = -1 / std::expm1(-kept.value), bend = slope * (1 - slope);
    term.gradient = slope * kept.gradient;
    term.hessian = slope * kept.hessian + bend * kept.gradient * kept.gradient.transpose();
    return term;
}

class ContractLikelihood final : public Likelihood {
public:
    ContractLikelihood(std::span<const Row> rows, std::size_t parameters);

    double weight() const override { return weight_; }
    std::string obstacle() const override;
    numeric::Box bounds() const override;
    Eigen::VectorXd start(const Cancellation&) const override;
    Eigen::VectorXd origin() const override { return Eigen::VectorXd::Zero(size_); }
    void evaluate(const Eigen::VectorXd&, numeric::Derivatives&, const Cancellation&) const override;
    Verdict judge(const numeric::Maximum&) const override;

private:
    static constexpr double least = -20, most = 18;                   // ln alpha and ln beta
    static constexpr double least_c = -7, most_c = 3;                 // ln c
    static constexpr double most_power = 140 * 2.302585092994045684;  // ln of t^c, whose square is still a number

    static constexpr double steep = 4;           // c up to which beta may stay of the size of the longest t^c
    static constexpr double no_variation = 1e5;  // alpha at which chances differ by less than 1 %

    bool all_lost() const { return kept_ == 0; }
    numeric::Maximum maximum(const Eigen::VectorXd& start, const Cancellation&) const;
    void judge_chances(const numeric::Maximum&, Verdict&) const;

    std::span<const Row> rows_;
    Eigen::Index size_;
    double weight_ = 0, lost_ = 0, kept_ = 0;  // contracts; renewals at which one was lost, and those where it was kept
    double periods_ = 0;                       // how many different ones were seen
    int longest_ = 0;
};

ContractLikelihood::ContractLikelihood(std::span<const Row> rows, std::size_t parameters)
    : rows_(rows), size_(static_cast<Eigen::Index>(parameters)) {
    for (const auto& [seen, weight] : rows) {
        weight_ += weight;
        lost_ += weight * seen.lost;
        kept_ += weight * (seen.kept - seen.after);
        const int last = seen.kept + seen.lost;
        periods_ += std::max(0, last - std::max(longest_, seen.after));  // rows come in the order of `after`
        longest_ = std::max(longest_, last);
    }
}

std::string ContractLikelihood::obstacle() const {
    if (weight_ == 0) return "there is no contract to learn from";
    if (lost_ == 0) return "no contract was lost: nothing can be learned about how customers leave";
    return {};
}

/// Wide enough for customers who are all alike, at the chance of being lost that they have.
numeric::Box ContractLikelihood::bounds() const {
    numeric::Box box{Eigen::VectorXd::Constant(size_, least), Eigen::VectorXd::Constant(size_, most)};
    box.upper[BETA] += std::max(std::log(kept_ / lost_), 0.0);
    if (size_ > C) {
        const double log_longest = std::log(std::max(longest_, 2));
        box.upper[BETA] += steep * log_longest;
        box.lower[C] = least_c;
        box.upper[C] = std::min(most_c, std::log(most_power / log_longest));
    }
    return box;
}

/// Chances around the share lost of all that came to a renewal. With a shape the likelihood may have a second maximum,
/// where customers differ much and those who leave do so at about the same time: it starts where the way to the higher
/// one begins.
Eigen::VectorXd ContractLikelihood::start(const Cancellation& cancellation) const {
    if (size_ == C) return all_lost() ? Eigen::Vector2d(most, least) : Eigen::Vector2d(0, std::log(kept_ / lost_));
    const ContractLikelihood nested(rows_, C);
    const Eigen::VectorXd sbg = nested.maximum(nested.start(cancellation), cancellation).point;
    const Eigen::Vector3d one(sbg[ALPHA], sbg[BETA], 0), other(-2, 0, 2);
    return maximum(other, cancellation).at.value > maximum(one, cancellation).at.value ? other : one;
}

numeric::Maximum ContractLikelihood::maximum(const Eigen::VectorXd& start, const Cancellation& cancellation) const {
    const auto objective = [&](const Eigen::VectorXd& point, numeric::Derivatives& out) {
        evaluate(point, out, cancellation);
    };
    return numeric::maximise(objective, start, bounds(), cancellation);
}

void ContractLikelihood::evaluate(const Eigen::VectorXd& point, numeric::Derivatives& mean,
                                  const Cancellation& cancellation) const {
    constexpr std::size_t rows_between_polls = 1024;
    const double alpha = std::exp(point[ALPHA]), beta = std::exp(point[BETA]), c = size_ > C ? std::exp(point[C]) : 1;
    Term sum;
    const auto add = [&sum](double weight, const Term& term) {
        sum.value += weight * term.value;
        sum.gradient += weight * term.gradient;
        sum.hessian += weight * term.hessian;
    };
    for (std::size_t at = 0; at < rows_.size(); ++at) {
        if (at % rows_between_polls == 0) cancellation.poll();
        const auto& [seen, weight] = rows_[at];
        add(weight, log_kept(alpha, beta, c, seen.after, seen.kept));
        if (seen.lost) add(weight, log_lost(log_kept(alpha, beta, c, seen.kept, seen.kept + 1.0)));
    }
    mean = numeric::Derivatives(size_);
    mean.value = sum.value / weight_;
    mean.gradient = sum.gradient.head(size_) / weight_;
    const Eigen::Matrix3d whole = sum.hessian.selfadjointView<Eigen::Upper>();
    mean.hessian = whole.topLeftCorner(size_, size_) / weight_;
}

/// What it means that the distribution of the chances runs to an extreme.
void ContractLikelihood::judge_chances(const numeric::Maximum& maximum, Verdict& verdict) const {
    const double alpha = std::exp(maximum.point[ALPHA]), beta = std::exp(maximum.point[BETA]);
    const std::string chance = rounded(alpha / (alpha + beta));
    if (alpha > no_variation) {
        verdict.say(ALPHA, Boundary::infinity,
                    "alpha and beta run to infinity: every customer has the same chance of being lost at " +
                        std::string(size_ > C ? "the first" : "a") + " renewal, " + chance);
        verdict.set(BETA, Boundary::infinity);
    } else if (maximum.held[BETA] == Side::upper) {
        verdict.say(BETA, Boundary::infinity, "beta runs to infinity: hardly anybody is lost at the first renewal");
    } else if (maximum.held[ALPHA] == Side::lower || maximum.held[BETA] == Side::lower) {
        verdict.say(
            ALPHA, Boundary::zero,
            "alpha and beta run to 0: a share of " + chance + " is lost at the first renewal, the others never");
        verdict.set(BETA, Boundary::zero);
    }
}

Likelihood::Verdict ContractLikelihood::judge(const numeric::Maximum& maximum) const {
    Verdict verdict(static_cast<std::size_t>(size_));
    if (all_lost()) {
        verdict.say(ALPHA, Boundary::infinity, "nobody was ever kept: alpha runs to infinity, beta to 0");
        verdict.set(BETA, Boundary::zero);
        if (size_ > C) verdict.set(C, Boundary::undetermined);
        return verdict;
    }
    if (periods_ < static_cast<double>(size_)) {
        const std::string seen = periods_ == 1 ? "one renewal period was" : rounded(periods_) + " renewal periods were";
        verdict.message = "only " + seen + " seen: " + std::to_string(size_) + " parameters cannot be told apart";
        std::ranges::fill(verdict.boundary, Boundary::undetermined);
        return verdict;
    }
    judge_chances(maximum, verdict);
    if (size_ == C) return verdict;
    if (maximum.held[C] == Side::lower)
        verdict.say(C, Boundary::zero, "c runs to 0: whoever is kept at the first renewal is never lost");
    if (maximum.held[C] == Side::upper)
        verdict.say(C, Boundary::infinity, "c runs to infinity: whoever is kept for long is lost all of a sudden");
    return verdict;
}

}  // namespace

std::unique_ptr<Likelihood> contract_likelihood(std::span<const Row> rows, std::size_t parameters) {
    return std::make_unique<ContractLikelihood>(rows, parameters);
}

}  // namespace crm::value
