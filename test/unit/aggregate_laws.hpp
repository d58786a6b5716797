// What every aggregate obeys: the result is the same in whatever order rows come, however they are split into partial
// states, and whether or not states travel as bytes.
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <memory_resource>
#include <new>
#include <random>
#include <span>
#include <vector>

#include "crm/foundation/bytes.hpp"

namespace crm::test {

/// A state whose memory vanishes without its destructor, as in the server: a leak here is memory it got elsewhere.
template <class Aggregate>
class Dropped {
public:
    Dropped() : state_(new (pool_.allocate(sizeof(Aggregate), alignof(Aggregate))) Aggregate(&pool_)) {}

    Aggregate& operator*() const { return *state_; }
    Aggregate* operator->() const { return state_; }

private:
    std::pmr::monotonic_buffer_resource pool_;
    Aggregate* state_;
};

template <class Aggregate>
std::vector<std::byte> saved(const Aggregate& state) {
    Writer out;
    state.save(out);
    return {out.bytes().begin(), out.bytes().end()};
}

/// `feed(state, row)` adds a row, `describe(state)` gives the result as something comparable.
template <class Aggregate, class Row, class Feed, class Describe>
void expect_aggregate_laws(std::vector<Row> rows, Feed feed, Describe describe, int trials = 20) {
    Dropped<Aggregate> whole;
    for (const Row& row : rows) feed(*whole, row);
    const auto expected = describe(*whole);

    std::mt19937 random(1);
    const auto coin = [&random] { return random() % 2 == 0; };
    for (int trial = 0; trial < trials; ++trial) {
        std::ranges::shuffle(rows, random);
        const std::size_t count = 1 + random() % 6;
        std::vector<std::unique_ptr<Dropped<Aggregate>>> states;  // some of them get no row
        for (std::size_t i = 0; i < count; ++i) states.push_back(std::make_unique<Dropped<Aggregate>>());
        for (const Row& row : rows) feed(**states[random() % count], row);

        while (true) {
            for (auto& state : states) {
                if (coin()) continue;
                const auto bytes = saved(**state);
                state = std::make_unique<Dropped<Aggregate>>();
                Reader in(bytes);
                (*state)->load(in);
                in.expect_end();
            }
            if (states.size() == 1) break;
            std::ranges::shuffle(states, random);
            (*states[states.size() - 2])->merge(**states.back());
            states.pop_back();
        }
        EXPECT_EQ(describe(**states.front()), expected) << "split into " << count << " states, trial " << trial;
    }
}

}  // namespace crm::test
