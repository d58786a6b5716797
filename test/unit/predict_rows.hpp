// Rows that other programs can make again: a linear congruential generator in whole numbers.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace crm::test {

/// x <- (1103515245 x + 12345) mod 2^31; the draw is (x >> 12) mod n.
class Draws {
public:
    explicit Draws(std::uint64_t seed) : state_(seed) {}

    int below(int n) {
        state_ = (state_ * 1103515245 + 12345) % (std::uint64_t{1} << 31);
        return static_cast<int>((state_ >> 12) % static_cast<std::uint64_t>(n));
    }

private:
    std::uint64_t state_;
};

struct ScoredRow {
    bool actual;
    double a, b;  // two scores in [0, 1), with ties
    int weight;
};

inline std::vector<ScoredRow> scored_rows(std::uint64_t seed, int count) {
    Draws draws(seed);
    std::vector<ScoredRow> rows;
    for (int i = 0; i < count; ++i) {
        const int p = draws.below(64), q = draws.below(16), r = draws.below(64);
        rows.push_back({r < (p + q * 2) / 2, p / 64.0, (q * 3 + p % 8) / 64.0, draws.below(4)});
    }
    return rows;
}

inline constexpr std::string_view topics[] = {"delivery", "price", "quality", "service", "other"};

struct LabelledRow {
    std::string_view actual;
    std::optional<std::string_view> predicted;
};

/// One label in six is not predicted; "other" is predicted and never actual.
inline std::vector<LabelledRow> labelled_rows(std::uint64_t seed, int count) {
    Draws draws(seed);
    std::vector<LabelledRow> rows;
    for (int i = 0; i < count; ++i) {
        const int k = draws.below(4), c = draws.below(10);
        LabelledRow& row = rows.emplace_back(LabelledRow{topics[k], {}});
        if (c != 5) row.predicted = c < 5 ? topics[k] : topics[(k + c) % 5];
    }
    return rows;
}

struct SetRow {
    std::vector<std::string_view> actual, predicted;
};

inline std::vector<SetRow> set_rows(std::uint64_t seed, int count) {
    Draws draws(seed);
    std::vector<SetRow> rows;
    for (int i = 0; i < count; ++i) {
        const int is = draws.below(16), any = draws.below(32), kind = draws.below(3);
        const int said = kind == 0 ? is : kind == 1 ? any : is & any;
        SetRow& row = rows.emplace_back();
        for (int j = 0; j < 5; ++j) {
            if (is >> j & 1) row.actual.push_back(topics[j]);
            if (said >> j & 1) row.predicted.push_back(topics[j]);
        }
    }
    return rows;
}

}  // namespace crm::test
