// Lifetimes of the reference data, and random ones.
#pragma once
#include <cmath>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "reference_data.hpp"

namespace crm::test {

struct Life {
    double duration;
    bool event;
    std::string group;
    std::vector<double> features;
    std::optional<double> entry;
    double weight = 1;
};

/// R package survival, lung: `group` is sex; rows without ph.ecog are left out when `complete`.
inline std::vector<Life> lung(bool complete = false) {
    std::vector<Life> lives;
    for (const Record& row : records("survival/lung.csv")) {
        if (complete && row.at("ph.ecog").empty()) continue;
        Life life{
            number(row, "time"), row.at("status") == "2", row.at("sex"), {number(row, "age"), number(row, "sex")}, {}};
        if (complete) life.features.push_back(number(row, "ph.ecog"));
        lives.push_back(life);
    }
    return lives;
}

/// R package survival, veteran: `group` is the cell type; features trt, karno and three indicators of cell types.
inline std::vector<Life> veteran() {
    std::vector<Life> lives;
    for (const Record& row : records("survival/veteran.csv")) {
        const std::string cell = row.at("celltype");
        const auto is = [&cell](const char* type) { return cell == type ? 1.0 : 0.0; };
        lives.push_back({number(row, "time"),
                         row.at("status") == "1",
                         cell,
                         {number(row, "trt"), number(row, "karno"), is("smallcell"), is("adeno"), is("large")},
                         {}});
    }
    return lives;
}

/// Few distinct times, so that there are ties of all kinds.
inline std::vector<Life> random_lives(unsigned seed, std::size_t count, std::size_t features = 3, bool late = false) {
    std::mt19937 random(seed);
    std::vector<Life> lives;
    for (std::size_t i = 0; i < count; ++i) {
        Life life{static_cast<double>(1 + random() % 12),
                  random() % 3 != 0,
                  std::string(1, static_cast<char>('a' + random() % 3)),
                  {},
                  {}};
        for (std::size_t j = 0; j < features; ++j)
            life.features.push_back(static_cast<double>(random() % 7) - 3 + (j == 0 ? 0.25 * life.duration : 0));
        if (late && random() % 2) life.entry = static_cast<double>(random() % static_cast<unsigned>(life.duration));
        lives.push_back(life);
    }
    return lives;
}

/// The value to as many significant digits as a reference was printed with.
inline std::string digits(double value, int count) {
    char text[64];
    std::snprintf(text, sizeof text, "%.*g", count, value);
    return text;
}

}  // namespace crm::test
