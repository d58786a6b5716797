#include "crm/value/beta_geometric_cnbd.hpp"

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "crm/foundation/error.hpp"

namespace crm::value {

namespace {

using Eigen::VectorXd;
using numeric::Derivatives;

constexpr int most_events = 100;  // that make a purchase; the gaps then vary by a tenth of their mean
constexpr int most_tried = 12;

/// The likelihood with k as its first parameter, which the options hold at its value.
class RegularLikelihood final : public Likelihood {
public:
    RegularLikelihood(int k, int early, std::span<const Tally<PurchaseHistory>::Entry> rows, double log_gaps)
        : log_k_(std::log(k)), from_gaps_((k - 1) * log_gaps), of_others_(beta_geometric_likelihood(k, early, rows)) {}

    double weight() const override { return of_others_->weight(); }
    std::string obstacle() const override { return of_others_->obstacle(); }
    numeric::Box bounds() const override {
        const auto [lower, upper] = of_others_->bounds();
        return {with_first(log_k_ - 1, lower), with_first(log_k_ + 1, upper)};
    }
    VectorXd start(const Cancellation& cancellation) const override {
        return with_first(log_k_, of_others_->start(cancellation));
    }
    std::vector<VectorXd> starts(const Cancellation& cancellation) const override {
        auto all = of_others_->starts(cancellation);
        for (VectorXd& one : all) one = with_first(log_k_, one);
        return all;
    }
    VectorXd origin() const override { return with_first(log_k_, of_others_->origin()); }

    void evaluate(const VectorXd& point, Derivatives& mean, const Cancellation& cancellation) const override {
        Derivatives others(4);
        of_others_->evaluate(point.tail(4), others, cancellation);
        mean = Derivatives(5);
        mean.value = others.value + from_gaps_ / weight();
        mean.gradient.tail(4) = others.gradient;
        mean.hessian.bottomRightCorner(4, 4) = others.hessian;
    }

    Verdict judge(const numeric::Maximum& maximum) const override {
        numeric::Maximum others = maximum;
        others.point = maximum.point.tail(4);
        others.held.erase(others.held.begin());
        Verdict verdict = of_others_->judge(others);
        verdict.boundary.insert(verdict.boundary.begin(), Boundary::fixed);
        return verdict;
    }

private:
    static VectorXd with_first(double first, const VectorXd& others) {
        VectorXd all(others.size() + 1);
        all << first, others;
        return all;
    }

    double log_k_, from_gaps_;
    std::unique_ptr<Likelihood> of_others_;
};

void require_only_fixed(const FitOptions& options) {
    for (const auto& setting : options.settings())
        if (setting.parameter == 0 && setting.role != FitOptions::Role::fix)
            throw invalid_argument("k can be fixed, but has neither a start nor a prior", {},
                                   "Without it being fixed, every k from 1 to " + std::to_string(most_tried) +
                                       " is tried while the likelihood grows.");
}

}  // namespace

std::optional<SpacedHistory> SpacedHistory::of(std::span<const Purchase> days, Day as_of) {
    const auto seen = summarise(days, as_of);
    if (!seen) return {};
    return SpacedHistory{*seen, *value::log_gaps(days, as_of)};
}

/// For a given sum of gaps, that of their logarithms is largest when all are equal.
PurchaseHistory read_spaced(const SpacedHistory& customer) {
    const auto& [seen, log_gaps] = customer;
    const double x = seen.frequency(), most = x > 0 ? x * std::log(seen.recency() / x) : 0;
    const bool possible =
        std::isfinite(log_gaps) && log_gaps <= most + 1e-9 * (x + std::abs(most)) && (x > 0 || log_gaps == 0);
    if (!possible)
        throw invalid_argument("sum of the logarithms of " + shortest(x) + " gaps that add up to " +
                               shortest(seen.recency()) + " must not be " + shortest(log_gaps));
    return PurchaseHistory::of(seen);
}

std::string defect_of_regularity(double k) {
    if (k >= 1 && k <= most_events && k == std::floor(k)) return {};
    return "k must be a whole number from 1 to " + std::to_string(most_events) + ", not " + shortest(k);
}

Fit fit_regular(Names names, int early, std::span<const Tally<PurchaseHistory>::Entry> rows, double log_gaps,
                FitReport counts, const FitOptions& options, const Cancellation& cancellation) {
    require_only_fixed(options);
    const auto fit_with = [&](int k) {
        return fit(names, RegularLikelihood(k, early, rows, log_gaps), counts, options.with_fixed(0, k), cancellation);
    };
    if (const auto k = options.fixed(0)) {
        if (const std::string wrong = defect_of_regularity(*k); !wrong.empty()) throw invalid_argument(wrong);
        return fit_with(static_cast<int>(*k));
    }

    Fit best = fit_with(1);
    if (!best.estimates) return best;
    for (int k = 2, worse = 0; k <= most_tried && worse < 2; ++k) {
        Fit next = fit_with(k);
        if (next.estimates && next.report->log_likelihood > best.report->log_likelihood) {
            best = std::move(next);
            worse = 0;
        } else {
            ++worse;
        }
    }
    ++best.report->parameters;
    if (best.estimates->values[0] == most_tried)
        best.report->message += (best.report->message.empty() ? "" : "; ") + std::string("no k above ") +
                                std::to_string(most_tried) + " was tried: fix it to try one";
    return best;
}

}  // namespace crm::value
