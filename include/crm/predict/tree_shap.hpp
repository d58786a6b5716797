// What each feature adds to what trees say of a row: Shapley values, where the value of a set of features is what the
// trees say when only these are known, every other split being taken both ways by cover (path-dependent TreeSHAP).
// Lundberg, Erion, Lee (2018), "Consistent Individualized Feature Attribution for Tree Ensembles", arXiv:1802.03888.
//
// On the way to a leaf each feature j, all its splits together, lets a share z_j of the cover through, and lets this
// row through (o_j = 1) or not (0). The Shapley value of feature i at a leaf of value v is
//   v (o_i - z_i) * integral over t in [0, 1] of the product over j != i of (o_j t + z_j (1 - t)),
// for the weights of Shapley are integrals of t^a (1 - t)^b. The integrand is a polynomial: Gauss-Legendre quadrature
// with half as many points as features is exact. Products are shared on the way down, sums on the way up, so that a row
// takes (number of leaves) x (points) steps, where Lundberg's algorithm takes (leaves) x (depth)^2. The factors are
// positive, so that no product has to be undone by a division that loses digits.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "crm/predict/tree.hpp"

namespace crm::predict {

class TreeShap {
public:
    /// The trees must outlive it.
    TreeShap(std::span<const Tree> trees, std::size_t features);

    /// By feature. The sum is what the trees say less their mean.
    std::vector<double> contributions(std::span<const double> codes) const;

private:
    /// The way of a row down a split: through one branch and not the other.
    struct Split {
        std::uint32_t at, right;  // places in the tree; the left branch follows the split
        std::uint32_t earlier;    // the branch by the same feature that led here last, as a place; 0 for none
        std::uint32_t feature;
    };

    enum State : std::uint8_t { closed, open, closed_before };
    static constexpr std::size_t states = 3;

    struct alignas(64) CacheLine {
        double numbers[8];
    };

    /// Of a tree, and by place and state: whether the branch that leads to the place lets the row through, does not, or
    /// an earlier one by the same feature did not.
    struct Prepared {
        const Tree* tree;
        std::size_t points;
        std::vector<Split> splits;     // in preorder
        std::vector<CacheLine> lines;  // factors of the product by point, then shares of the sum below it

        /// Those of a place in a state.
        double* numbers(std::size_t place, std::size_t state) {
            return reinterpret_cast<double*>(lines.data()) + (place * states + state) * 2 * points;
        }
        const double* numbers(std::size_t place, std::size_t state) const {
            return reinterpret_cast<const double*>(lines.data()) + (place * states + state) * 2 * points;
        }
    };
    struct Walk;

    static Prepared prepared(const Tree&);

    template <std::size_t points>
    static void add(const Prepared&, std::span<const double> codes, Walk&);

    std::size_t features_;
    std::vector<Prepared> trees_;
};

}  // namespace crm::predict
