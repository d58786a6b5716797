#include "crm/numeric/decay.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "random_customers.hpp"

namespace {

using crm::numeric::cut_decay;
using crm::numeric::each_node;
using crm::numeric::gauss_legendre;
using crm::test::Chance;

template <std::size_t Size>
void expect_exact_for_polynomials() {
    for (int degree = 0; degree < 2 * static_cast<int>(Size); ++degree) {
        double sum = 0;
        for (const auto& [at, weight] : gauss_legendre<Size>) sum += weight * std::pow(at, degree);
        EXPECT_NEAR(sum * (degree + 1), 1, 1e-14) << Size << " nodes, degree " << degree;
    }
    for (std::size_t i = 1; i < Size; ++i) EXPECT_LT(gauss_legendre<Size>[i - 1].at, gauss_legendre<Size>[i].at);
}

TEST(GaussLegendre, IsExactForPolynomials) {
    expect_exact_for_polynomials<4>();
    expect_exact_for_polynomials<7>();
    expect_exact_for_polynomials<16>();
    expect_exact_for_polynomials<24>();
}

/// along y + across ln(1 + c (e^y - 1)).
struct Fall {
    double along, across, c;

    double operator()(double y) const { return along * y + across * std::log1p(c * std::expm1(y)); }
    double slope(double y) const { return along + across * c * std::exp(y) / (1 + c * std::expm1(y)); }

    double integral(double from, double to) const {
        const double swing = (*this)(to) - (*this)(from) + 2 * std::max(-along, 0.0) * (to - from);
        double sum = 0;
        each_node(from, to, swing, [&](double y, double weight) { sum += weight * std::exp(-(*this)(y)); });
        return sum;
    }
};

/// With a total fall from 0.001 to most_fall, over lengths from 0.01 to 30.
TEST(Decay, IntegralsOfOnePieceAndOfManyAgree) {
    Chance chance(1);
    for (int i = 0; i < 3000; ++i) {
        const double length = chance.log_uniform(0.01, 30), total = chance.log_uniform(0.001, crm::numeric::most_fall);
        const double share = i % 4 == 0 ? 0 : chance.uniform(), c = chance.log_uniform(1e-9, 1);
        Fall fall{total * share / length, total * (1 - share) / std::log1p(c * std::expm1(length)), c};
        if (i % 5 == 0) fall.along -= 0.9;
        double sum = 0;
        constexpr int pieces = 50;
        for (int piece = 0; piece < pieces; ++piece)
            sum += fall.integral(length * piece / pieces, length * (piece + 1) / pieces);
        EXPECT_NEAR(fall.integral(0, length) / sum, 1, 2e-13)
            << "length " << length << " fall " << total << " share " << share << " c " << c;
    }
}

TEST(Decay, WhatIsCutDoesNotCount) {
    Chance chance(2);
    for (int i = 0; i < 1000; ++i) {
        const Fall fall{chance.log_uniform(1e-3, 1e12), chance.log_uniform(1e-3, 1e12), chance.log_uniform(1e-12, 1)};
        const double to = chance.log_uniform(0.01, 600);
        if (!(fall(to) > crm::numeric::most_fall)) continue;
        const double end = cut_decay(to, fall, [&](double y) { return fall.slope(y); });
        EXPECT_LE(fall(end), crm::numeric::most_fall);
        EXPECT_GE(fall(end), crm::numeric::enough_fall * (1 - 1e-12));
    }
}

}  // namespace
