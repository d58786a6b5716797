// Customers as the BG/NBD model with gamma-gamma spend makes them, in days; and as the Pareto/NBD model does.
#pragma once
#include <algorithm>
#include <cmath>
#include <optional>
#include <random>
#include <vector>

#include "crm/value/rfm.hpp"

namespace crm::test {

/// Fixed recipes instead of std distributions, whose output differs between libraries.
class Chance {
public:
    explicit Chance(unsigned seed) : engine_(seed) {}

    double uniform() { return (static_cast<double>(engine_() >> 11) + 0.5) * 0x1p-53; }
    double uniform(double low, double high) { return low + (high - low) * uniform(); }
    double log_uniform(double low, double high) { return low * std::pow(high / low, uniform()); }
    int whole(int low, int high) { return low + static_cast<int>(uniform() * (high - low + 1)); }
    double exponential() { return -std::log(uniform()); }

    double normal() { return std::sqrt(2 * exponential()) * std::cos(6.283185307179586 * uniform()); }

    /// Marsaglia, Tsang (2000).
    double gamma(double shape) {
        if (shape < 1) return gamma(shape + 1) * std::pow(uniform(), 1 / shape);
        const double d = shape - 1.0 / 3, c = 1 / std::sqrt(9 * d);
        while (true) {
            const double x = normal(), v = std::pow(std::max(1 + c * x, 0.0), 3);
            if (v > 0 && std::log(uniform()) < x * x / 2 + d - d * v + d * std::log(v)) return d * v;
        }
    }

    double beta(double a, double b) {
        const double x = gamma(a);
        return x / (x + gamma(b));
    }

private:
    std::mt19937_64 engine_;
};

/// A customer whose first purchase was 27 to 39 weeks ago; parameters as estimated for CDNOW. Whole days.
inline value::Rfm random_customer(Chance& chance) {
    const double rate = std::max(chance.gamma(0.243) / 4.414 / 7, 1e-12), leaving = chance.beta(0.793, 2.426);
    const double level = chance.gamma(3.74) / 15.44;
    const int age = chance.whole(189, 273);
    int frequency = 0, recency = 0;
    double spent = 0;
    for (double at = chance.exponential() / rate; at <= age; at += chance.exponential() / rate) {
        const int day = static_cast<int>(at);
        frequency += day > recency;
        if (day > 0) spent += std::round(chance.gamma(6.25) / level * 100) / 100;
        recency = day;
        if (chance.uniform() < leaving) break;
    }
    if (frequency == 0) return value::Rfm(0, 0, age);
    return value::Rfm(frequency, recency, age, spent / frequency);
}

inline std::vector<value::Rfm> random_customers(int count, unsigned seed = 1) {
    Chance chance(seed);
    std::vector<value::Rfm> customers;
    for (int i = 0; i < count; ++i) customers.push_back(random_customer(chance));
    return customers;
}

/// A customer of an age who buys at a rate until leaving, if that is earlier. Exact times.
inline value::Rfm random_customer(Chance& chance, double rate, double leaving, double age) {
    int frequency = 0;
    double recency = 0;
    for (double at = chance.exponential() / rate; at <= std::min(leaving, age); at += chance.exponential() / rate) {
        ++frequency;
        recency = at;
    }
    return value::Rfm(frequency, recency, age);
}

/// Of ages from half the longest to the longest, with gamma-distributed rates of buying and of leaving.
inline std::vector<value::Rfm> random_pareto_customers(int count, double r, double alpha, double s, double beta,
                                                       double longest, unsigned seed = 1) {
    Chance chance(seed);
    std::vector<value::Rfm> customers;
    for (int i = 0; i < count; ++i) {
        const double rate = std::max(chance.gamma(r) / alpha, 1e-300),
                     leaving = chance.exponential() * beta / chance.gamma(s);
        customers.push_back(random_customer(chance, rate, leaving, chance.uniform(longest / 2, longest)));
    }
    return customers;
}

}  // namespace crm::test
