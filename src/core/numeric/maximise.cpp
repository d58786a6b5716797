#include "crm/numeric/maximise.hpp"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <utility>

namespace crm::numeric {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using Indices = std::vector<Index>;

constexpr double least_radius = 1e-10, first_radius = 1, most_radius = 8;
constexpr double close = 0.01;  // a converged search ends with a Newton step if that is no longer than this
constexpr double one_unit = 1;  // how far a promise of gain is believed where the function is not concave
// Changes of the value smaller than these times 1 + |value| are rounding, or may be where its terms cancel.
constexpr double rounding = 1e-12, noise = 1e-8;

double scale(const Derivatives& at) { return 1 + std::abs(at.value); }

bool is_finite(const Derivatives& at) {
    return std::isfinite(at.value) && at.gradient.allFinite() && at.hessian.allFinite();
}

double gain_of(const Derivatives& at, const VectorXd& step) {
    return at.gradient.dot(step) + 0.5 * step.dot(at.hessian * step);
}

/// The quadratic model restricted to some variables, in the axes in which its Hessian is diagonal.
class QuadraticModel {
public:
    QuadraticModel(const Derivatives& at, const Indices& free)
        : axes_(MatrixXd(-at.hessian(free, free))), slope_(axes_.eigenvectors().transpose() * at.gradient(free)) {}

    /// Its maximiser within the radius (Nocedal & Wright, algorithm 4.3, by bisection on the multiplier).
    VectorXd step(double radius) const;

    /// What a Newton step of at most one unit along each axis promises: next to nothing only at a maximum.
    double promise() const;

private:
    const VectorXd& curvature() const { return axes_.eigenvalues(); }  // ascending, positive where concave

    VectorXd damped(double multiplier) const {
        return slope_.cwiseQuotient(VectorXd((curvature().array() + multiplier).matrix()));
    }

    Eigen::SelfAdjointEigenSolver<MatrixXd> axes_;
    VectorXd slope_;
};

VectorXd QuadraticModel::step(double radius) const {
    const double steepest = slope_.norm();
    double low = std::max(0.0, -curvature()[0]);
    if (curvature()[0] > 0 && damped(0).norm() <= radius) return axes_.eigenvectors() * damped(0);

    double high = low + steepest / radius + std::abs(curvature()[0]) * 1e-12 + 1e-300;
    for (int i = 0; i < 100 && high - low > 1e-12 * high; ++i) {
        const double middle = low + (high - low) / 2;
        (damped(middle).norm() > radius ? low : high) = middle;
    }
    VectorXd along = damped(high);
    if (const double rest = radius * radius - along.squaredNorm(); curvature()[0] < 0 && rest > 0)
        along[0] += std::copysign(std::sqrt(rest + along[0] * along[0]) - std::abs(along[0]), slope_[0]);
    return axes_.eigenvectors() * along;
}

double QuadraticModel::promise() const {
    double sum = 0;
    for (Index i = 0; i < slope_.size(); ++i) {
        const double slope = std::abs(slope_[i]), bend = curvature()[i];
        sum += bend * one_unit > slope ? slope * slope / (2 * bend) : one_unit * (slope - one_unit * bend / 2);
    }
    return sum;
}

class Search {
public:
    Search(const Objective& objective, VectorXd start, const Box& box)
        : objective_(objective), box_(box), at_(start.size()), trial_(start.size()) {
        point_ = start.cwiseMax(box.lower).cwiseMin(box.upper);
        objective_(point_, at_);
    }

    Maximum run(const Cancellation&, const Patience&);

private:
    /// Where the function would rise beyond the bound.
    Side held(Index i) const {
        if (point_[i] <= box_.lower[i] && at_.gradient[i] < 0) return Side::lower;
        if (point_[i] >= box_.upper[i] && at_.gradient[i] > 0) return Side::upper;
        return Side::inside;
    }

    Indices free() const {
        Indices indices;
        for (Index i = 0; i < point_.size(); ++i)
            if (held(i) == Side::inside) indices.push_back(i);
        return indices;
    }

    VectorXd step() const;
    bool shorten_to_box(VectorXd& step, Indices& free) const;
    double kept(double promised, const Indices& free) const;
    bool advance(const VectorXd& step, const Indices& free);
    Maximum finish(bool converged, int iterations, std::string message) &&;

    const Objective& objective_;
    const Box& box_;
    VectorXd point_;
    Derivatives at_, trial_;
    double radius_ = first_radius;
};

/// Cuts a step at the first bound it meets. Variables that start on a bound and would leave the box are taken out of
/// `free` instead, and the answer is false.
bool Search::shorten_to_box(VectorXd& step, Indices& free) const {
    const auto blocked = [&](Index i) {
        return (step[i] < 0 && point_[i] <= box_.lower[i]) || (step[i] > 0 && point_[i] >= box_.upper[i]);
    };
    if (std::erase_if(free, blocked) > 0) return false;

    double part = 1;
    for (const Index i : free)
        if (step[i] != 0) part = std::min(part, ((step[i] < 0 ? box_.lower : box_.upper)[i] - point_[i]) / step[i]);
    step *= part;
    return true;
}

VectorXd Search::step() const {
    for (Indices free = this->free(); !free.empty();) {
        VectorXd step = VectorXd::Zero(point_.size());
        step(free) = QuadraticModel(at_, free).step(radius_);
        if (shorten_to_box(step, free)) return step;
    }
    return VectorXd::Zero(point_.size());
}

/// How much of the promised gain a step to `trial_` brings. What rounding may hide counts as the whole, if there is no
/// more of it or the gradient shrinks.
double Search::kept(double promised, const Indices& free) const {
    if (!is_finite(trial_)) return -1;
    const double gain = trial_.value - at_.value;
    const double larger = std::max(promised, std::abs(gain)) / scale(at_);
    const bool shrinks = trial_.gradient(free).norm() <= 0.5 * at_.gradient(free).norm();
    if (larger <= rounding || (larger <= noise && shrinks)) return 1;
    return gain / promised;
}

/// Tries a step and adapts the radius to how well the quadratic model foretold its gain. False when no step is left.
bool Search::advance(const VectorXd& step, const Indices& free) {
    const double length = step.norm();
    const VectorXd next = (point_ + step).cwiseMax(box_.lower).cwiseMin(box_.upper);
    if (next == point_) return false;
    trial_ = Derivatives(point_.size());
    objective_(next, trial_);

    const double kept = this->kept(gain_of(at_, step), free);
    if (kept < 0.25) radius_ = length / 4;
    if (kept > 0.75 && length > 0.9 * radius_) radius_ = std::min(2 * radius_, most_radius);
    if (kept > 0.05) {
        point_ = next;
        std::swap(at_, trial_);
    }
    return radius_ >= least_radius;
}

Maximum Search::run(const Cancellation& cancellation, const Patience& patience) {
    if (!is_finite(at_)) return std::move(*this).finish(false, 0, "the likelihood is not finite at its start");
    for (int iteration = 0;; ++iteration) {
        cancellation.poll();
        const Indices free = this->free();
        if (free.empty()) return std::move(*this).finish(true, iteration, {});
        const double promise = QuadraticModel(at_, free).promise() / scale(at_);
        const bool flat = at_.gradient(free).lpNorm<Eigen::Infinity>() <= patience.gradient;
        if (flat && promise <= patience.gain) {
            if (const VectorXd last = step(); last.norm() < close) advance(last, free);
            return std::move(*this).finish(true, iteration, {});
        }
        if (iteration == patience.iterations)
            return std::move(*this).finish(false, iteration,
                                           "no maximum within " + std::to_string(iteration) + " iterations");
        if (advance(step(), free)) continue;
        const bool exhausted = flat && promise <= noise;
        return std::move(*this).finish(exhausted, iteration,
                                       exhausted ? "" : "no step improves the likelihood any more");
    }
}

Maximum Search::finish(bool converged, int iterations, std::string message) && {
    std::vector<Side> sides(static_cast<std::size_t>(point_.size()));
    for (Index i = 0; i < point_.size(); ++i) sides[static_cast<std::size_t>(i)] = held(i);
    return {std::move(point_), std::move(at_), std::move(sides), converged, iterations, std::move(message)};
}

}  // namespace

Maximum maximise(const Objective& objective, VectorXd start, const Box& box, const Cancellation& cancellation,
                 const Patience& patience) {
    return Search(objective, std::move(start), box).run(cancellation, patience);
}

}  // namespace crm::numeric
