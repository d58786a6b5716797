// Where a customer who buys at every k-th event stands in the rhythm after a silence.
#pragma once
#include <cmath>
#include <vector>

namespace crm::value {

/// Sum over j = 0 ... k - 1 of (shape)_j share^j / j!: the number of silent events j of an active customer has weights
/// like these, for a silence that is `share` of the time the rate was learned in. With first and second derivatives of
/// its logarithm.
struct SilentEvents {
    SilentEvents(int k, double shape, double share) {
        if (k == 1 || share == 0) return;
        double term = 1, sum = 1, scale = 0, harmonic = 0, square = 0;
        double by_j = 0, by_shape = 0, by_jj = 0, by_j_shape = 0, by_shape_shape = 0;
        for (int j = 1; j < k; ++j) {
            const double per = 1 / (shape + (j - 1));
            term *= (shape + (j - 1)) * share / j;
            harmonic += per;
            square += per * per;
            sum += term;
            by_j += term * j;
            by_jj += term * j * j;
            by_shape += term * harmonic;
            by_j_shape += term * j * harmonic;
            by_shape_shape += term * (harmonic * harmonic - square);
            for (; sum > huge; scale += std::log(huge))
                for (double* one : {&term, &sum, &by_j, &by_shape, &by_jj, &by_j_shape, &by_shape_shape}) *one /= huge;
        }
        log_sum = std::log(sum) + scale;
        mean = by_j / sum;
        slope = by_shape / sum;
        variance = by_jj / sum - mean * mean;
        covariance = by_j_shape / sum - mean * slope;
        curvature = by_shape_shape / sum - slope * slope;
    }

    double log_sum = 0;
    double mean = 0, variance = 0;    // of j: derivatives with respect to ln share
    double slope = 0, curvature = 0;  // derivatives with respect to the shape
    double covariance = 0;            // the mixed one

private:
    static constexpr double huge = 1e100;  // a factor of 1e150 more, the largest of shapes, is still a number
};

/// The weights themselves, adding up to 1.
std::vector<double> silent_event_weights(int k, double shape, double share);

}  // namespace crm::value
