// Maximisation of a smooth function of a few variables in a box: Newton's method inside a trust region.
// Nocedal & Wright (2006), Numerical Optimization, chapters 4 and 16.
#pragma once
#include <Eigen/Core>
#include <functional>
#include <string>
#include <vector>

#include "crm/foundation/cancellation.hpp"

namespace crm::numeric {

/// A function's value, gradient and Hessian at one point.
struct Derivatives {
    explicit Derivatives(Eigen::Index variables)
        : gradient(Eigen::VectorXd::Zero(variables)), hessian(Eigen::MatrixXd::Zero(variables, variables)) {}

    double value = 0;
    Eigen::VectorXd gradient;
    Eigen::MatrixXd hessian;  // symmetric, both triangles
};

/// lower < upper, all finite.
struct Box {
    Eigen::VectorXd lower, upper;
};

/// Fills the derivatives at a point of the box. A value that is not finite makes the step be tried shorter.
using Objective = std::function<void(const Eigen::VectorXd& point, Derivatives&)>;

enum class Side : signed char { inside = 0, lower = -1, upper = 1 };

struct Maximum {
    Eigen::VectorXd point;
    Derivatives at;
    std::vector<Side> held;  // variables at a bound beyond which the function would still rise
    bool converged = false;
    int iterations = 0;
    std::string message;  // why it did not converge, else empty
};

struct Patience {
    int iterations = 200;
    double gain = 1e-14;     // converged when a full Newton step promises less, relative to 1 + |value|
    double gradient = 1e-6;  // ... and no free component of the gradient is larger than this
};

/// Scale the objective to a mean per observation, so that the stopping rule means the same for any number of them.
/// Never ends below its start. Polls `cancellation` in every iteration.
[[nodiscard]] Maximum maximise(const Objective&, Eigen::VectorXd start, const Box&, const Cancellation& = {},
                               const Patience& = {});

}  // namespace crm::numeric
