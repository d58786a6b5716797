#include <Eigen/Dense>
#include <algorithm>
#include <boost/math/special_functions/erf.hpp>
#include <cmath>
#include <limits>
#include <numbers>

#include "crm/foundation/error.hpp"
#include "crm/numeric/maximise.hpp"
#include "crm/predict/accelerated_failure.hpp"
#include "crm/predict/separation.hpp"
#include "crm/predict/work_pace.hpp"

namespace crm::predict {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// A function of the standardised error z with two derivatives.
struct AtError {
    double value, slope, bend;
};

/// Of ln(tail) of the normal distribution.
AtError normal_tail(double z) {
    if (z > 30) {
        // The continued fraction of Mills' ratio, far out where the tail itself is next to nothing.
        const double ratio = z + 1 / (z + 2 / (z + 3 / (z + 4 / z)));
        const double value = -z * z / 2 - std::log(2 * std::numbers::pi) / 2 - std::log(ratio);
        return {value, -ratio, -ratio * (ratio - z)};
    }
    const double tail = boost::math::erfc(z / std::numbers::sqrt2) / 2;
    const double ratio = std::exp(-z * z / 2) / std::sqrt(2 * std::numbers::pi) / tail;
    return {std::log(tail), -ratio, -ratio * (ratio - z)};
}

/// ln(density) of the error where the customer left, ln(tail) where not.
AtError log_error(Shape shape, double z, bool event) {
    switch (shape) {
        case Shape::lognormal:
            if (event) return {-z * z / 2 - std::log(2 * std::numbers::pi) / 2, -z, -1};
            return normal_tail(z);
        case Shape::loglogistic: {
            const double above = z > 0 ? z + std::log1p(std::exp(-z)) : std::log1p(std::exp(z));
            const double p = 1 / (1 + std::exp(-z));
            if (event) return {z - 2 * above, 1 - 2 * p, -2 * p * (1 - p)};
            return {-above, -p, -p * (1 - p)};
        }
        default: {
            const double power = std::exp(z);
            return event ? AtError{z - power, 1 - power, -power} : AtError{-power, -power, -power};
        }
    }
}

/// Log-likelihood of intercept, coefficients of standardised features, and ln(scale) unless that is held at 0.
class Lifetimes {
public:
    Lifetimes(Shape shape, const LifetimeTable& table, const Standardised& scale, const std::vector<std::size_t>& used)
        : shape_(shape), table_(table), width_(used.size()), held_(shape == Shape::exponential) {
        for (std::size_t i = 0; i < table.size(); ++i) {
            log_duration_.push_back(std::log(table.duration[i]));
            weight_ += table.weight[i];
            mean_ += table.weight[i] * log_duration_[i];
            if (table.event[i]) events_ += table.weight[i];
            total_ += table.weight[i] * table.duration[i];
            longest_ = std::max(longest_, log_duration_[i]);
            for (const std::size_t j : used) values_.push_back((table.row(i)[j] - scale.mean[j]) / scale.deviation[j]);
        }
        mean_ /= weight_;
        double square = 0;
        for (std::size_t i = 0; i < table.size(); ++i)
            square += table.weight[i] * (log_duration_[i] - mean_) * (log_duration_[i] - mean_);
        deviation_ = std::sqrt(square / weight_);
    }

    Index size() const { return static_cast<Index>(width_ + (held_ ? 1 : 2)); }
    double weight() const { return weight_; }

    VectorXd start() const {
        VectorXd point = VectorXd::Zero(size());
        // Such that no standardised error is so large that its exponential overflows.
        constexpr double largest_error = 20;
        point[0] = held_ ? std::log(total_ / events_) : mean_ + deviation_ / 2;
        if (!held_) point[size() - 1] = std::log(std::max({deviation_, (longest_ - mean_) / largest_error, 0.01}));
        return point;
    }

    void evaluate(const VectorXd& point, numeric::Derivatives& out, const Cancellation& cancellation) const {
        out = numeric::Derivatives(size());
        const auto features = static_cast<Index>(width_), last = size() - 1;
        const double log_scale = held_ ? 0 : point[last], scale = std::exp(log_scale);
        WorkPace pace(cancellation, width_ * width_);
        for (std::size_t i = 0; i < table_.size(); ++i) {
            pace.step();
            const double* const row = values_.data() + i * width_;
            double location = point[0];
            for (Index j = 0; j < features; ++j) location += point[j + 1] * row[j];
            const bool event = table_.event[i] != 0;
            const double z = (log_duration_[i] - location) / scale;
            const AtError at = log_error(shape_, z, event);
            const double weight = table_.weight[i];
            out.value += weight * (at.value - (event ? log_scale + log_duration_[i] : 0));
            const double slope = -weight * at.slope / scale, bend = weight * at.bend / scale / scale;
            const double mixed = weight * (at.slope + z * at.bend) / scale;
            out.gradient[0] += slope;
            out.hessian(0, 0) += bend;
            for (Index j = 0; j < features; ++j) {
                out.gradient[j + 1] += slope * row[j];
                out.hessian(j + 1, 0) += bend * row[j];
                for (Index k = 0; k <= j; ++k) out.hessian(j + 1, k + 1) += bend * row[j] * row[k];
            }
            if (held_) continue;
            out.gradient[last] += weight * (-z * at.slope - (event ? 1 : 0));
            out.hessian(last, last) += weight * (z * at.slope + z * z * at.bend);
            out.hessian(last, 0) += mixed;
            for (Index j = 0; j < features; ++j) out.hessian(last, j + 1) += mixed * row[j];
        }
        out.hessian.triangularView<Eigen::StrictlyUpper>() = out.hessian.transpose();
    }

private:
    Shape shape_;
    const LifetimeTable& table_;
    std::size_t width_;
    bool held_;
    std::vector<double> log_duration_, values_;
    double weight_ = 0, mean_ = 0, deviation_ = 0, events_ = 0, total_ = 0;
    double longest_ = -std::numeric_limits<double>::infinity();  // logarithm of the duration
};

/// Features that vary and do not follow from those before them.
std::vector<std::size_t> usable_features(const LifetimeTable& table, const Standardised& scale,
                                         const Cancellation& cancellation) {
    std::vector<std::size_t> varying;
    for (std::size_t j = 0; j < table.width; ++j)
        if (scale.deviation[j] > 0) varying.push_back(j);
    const auto count = static_cast<Index>(varying.size());
    MatrixXd products = MatrixXd::Zero(count, count);
    VectorXd row(count);
    WorkPace pace(cancellation, varying.size() * varying.size());
    for (std::size_t i = 0; i < table.size(); ++i) {
        pace.step();
        for (Index j = 0; j < count; ++j) {
            const std::size_t feature = varying[static_cast<std::size_t>(j)];
            row[j] = (table.row(i)[feature] - scale.mean[feature]) / scale.deviation[feature];
        }
        products.selfadjointView<Eigen::Lower>().rankUpdate(row);
    }
    products.triangularView<Eigen::StrictlyUpper>() = products.transpose();
    std::vector<std::size_t> used;
    for (const Index j : independent(std::move(products))) used.push_back(varying[static_cast<std::size_t>(j)]);
    return used;
}

}  // namespace

void require_positive_duration(double duration) {
    if (duration == 0)
        throw invalid_argument("duration must be above 0 in a model of its logarithm", {},
                               "Leave such rows out with FILTER (WHERE ...), or count a part of a unit.");
}

AcceleratedFailure::Content fit_accelerated_failure(Shape shape, const LifetimeRows& rows,
                                                    const Cancellation& cancellation) {
    const LifetimeTable table = rows.table(cancellation);
    AcceleratedFailure::Content content;
    content.names = rows.names();
    content.coefficients.assign(table.width, 0);
    content.estimated.assign(table.width, 0);
    FitReport report = rows.counts(table);
    const auto failed = [&](std::string why) {
        report.message = std::move(why);
        content.fit = {report};
        return content;
    };
    if (table.events == 0) return failed("no event was observed");
    const bool held = shape == Shape::exponential;
    if (!held && std::ranges::min(table.duration) == std::ranges::max(table.duration))
        return failed("all durations are equal");

    const Standardised scale(table);
    const auto used = usable_features(table, scale, cancellation);
    const Lifetimes lifetimes(shape, table, scale, used);
    const Index count = lifetimes.size(), last = count - 1;
    const auto objective = [&](const VectorXd& point, numeric::Derivatives& out) {
        lifetimes.evaluate(point, out, cancellation);
        out.value /= lifetimes.weight();
        out.gradient /= lifetimes.weight();
        out.hessian /= lifetimes.weight();
    };
    constexpr double far = 1e4, farthest_log_scale = 12;
    numeric::Box box{VectorXd::Constant(count, -far), VectorXd::Constant(count, far)};
    if (!held) {
        box.lower[last] = -farthest_log_scale;
        box.upper[last] = farthest_log_scale;
    }
    numeric::Patience patience;
    patience.iterations = rows.options().max_iterations;
    const auto found = numeric::maximise(objective, lifetimes.start(), box, cancellation, patience);
    report.iterations = found.iterations;
    if (!held && std::abs(found.point[last]) >= farthest_log_scale)
        return failed("the likelihood rises without end as the scale goes to " +
                      std::string(found.point[last] < 0 ? "0" : "infinity"));
    // Variables as separating() wants them: those of features first.
    numeric::Maximum turned = found;
    const Index features = static_cast<Index>(used.size());
    std::vector<Index> order;
    for (Index j = 1; j <= features; ++j) order.push_back(j);
    order.push_back(0);
    if (!held) order.push_back(last);
    turned.point = found.point(order);
    turned.at.gradient = found.at.gradient(order);
    turned.at.hessian = found.at.hessian(order, order);
    if (const auto without_end = separating(turned, used, scale))
        return failed("the likelihood rises without end with the coefficient of " +
                      in_message(content.names[*without_end], *without_end) +
                      ": it parts those who left from the others; leave it out");
    if (!found.converged) return failed(found.message);

    // Back from standardised features: the intercept takes what their means had.
    const std::size_t parameters = table.width + 2;
    MatrixXd back = MatrixXd::Zero(static_cast<Index>(parameters), count);
    back(0, 0) = 1;
    for (std::size_t j = 0; j < used.size(); ++j) {
        const auto from = static_cast<Index>(j) + 1;
        back(static_cast<Index>(used[j]) + 1, from) = 1 / scale.deviation[used[j]];
        back(0, from) = -scale.mean[used[j]] / scale.deviation[used[j]];
        content.estimated[used[j]] = 1;
    }
    if (!held) back(static_cast<Index>(parameters) - 1, last) = 1;
    const VectorXd all = back * found.point;
    content.intercept = all[0];
    for (std::size_t j = 0; j < table.width; ++j) content.coefficients[j] = all[static_cast<Index>(j) + 1];
    content.scale = held ? 1 : std::exp(found.point[last]);
    const MatrixXd information = -found.at.hessian * lifetimes.weight();
    const MatrixXd covariance = back * information.ldlt().solve(MatrixXd::Identity(count, count)) * back.transpose();
    for (Index i = 0; i < covariance.rows(); ++i)
        for (Index j = 0; j < covariance.cols(); ++j)
            content.covariance.push_back(i == j ? std::max(0.0, covariance(i, i)) : covariance(i, j));
    content.fitted = true;
    report.converged = true;
    report.parameters = static_cast<int>(count);
    report.log_likelihood = found.at.value * lifetimes.weight();
    for (std::size_t j = 0; j < table.width; ++j)
        if (!content.estimated[j])
            report.message += (report.message.empty() ? "" : ", ") + in_message(content.names[j], j);
    if (!report.message.empty())
        report.message = "held at 0, for they are constant or follow from the features before them: " + report.message;
    content.fit = {report};
    return content;
}

}  // namespace crm::predict
