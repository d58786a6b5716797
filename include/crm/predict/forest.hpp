// Trees laid out to be asked quickly: several are walked at the same time, by comparisons that are no jumps, so that
// the processor neither guesses nor waits.
#pragma once
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "crm/predict/tree.hpp"

namespace crm::predict {

class Forest {
public:
    Forest() = default;
    explicit Forest(std::span<const Tree> trees);

    /// The sum of the trees' values.
    double margin(std::span<const double> codes) const;

private:
    /// A leaf is its own left branch and its number infinite.
    struct Node {
        double at_most;
        std::uint32_t left;  // the right branch follows it
        std::uint32_t slot;
    };

    /// Trees that are walked together, as many steps as the deepest of them has.
    static constexpr std::size_t together = 8;
    struct Group {
        std::uint32_t roots[together];
        int depth;
    };

    /// Where a split finds its number: slots are filled for each row with the codes of features, missing ones as
    /// infinite to the one side or the other, and with one infinity or the other for a set of levels.
    struct Slot {
        std::uint32_t feature;
        bool missing_goes_left;
        bool is_by_level;
        LevelSet levels;

        friend auto operator<=>(const Slot&, const Slot&) = default;
    };

    /// Lays out a tree and notes the slots of its splits, each once.
    void add(const Tree&, std::map<Slot, std::uint32_t>& known);

    std::vector<Node> nodes_;
    std::vector<double> values_;  // by node
    std::vector<Slot> slots_;
    std::vector<Group> groups_;
};

}  // namespace crm::predict
