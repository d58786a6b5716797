#include "crm/predict/binning.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

namespace crm::predict {

namespace {

constexpr double differs = 6.634896601021213;  // chi-squared of 1 degree of freedom, 99 %: many pairs are tried

/// Chi-squared of two bins against one outcome, with one degree of freedom.
double difference(const ClassCounts& a, const ClassCounts& b) {
    const double rows = a.rows() + b.rows(), positives = a.positives + b.positives, negatives = rows - positives;
    if (!(positives > 0 && negatives > 0 && a.rows() > 0 && b.rows() > 0)) return 0;
    const double apart = a.rate() - b.rate(), rate = positives / rows;
    return apart * apart / (rate * (1 - rate)) * (a.rows() * (b.rows() / rows));
}

struct Run {
    std::size_t first;
    ClassCounts counts;
};

void join_with_next(std::vector<Run>& runs, std::size_t at) {
    runs[at].counts += runs[at + 1].counts;
    runs.erase(runs.begin() + static_cast<std::ptrdiff_t>(at) + 1);
}

/// Pool adjacent violators of rates that go up (side 1) or down (-1).
std::vector<Run> pooled(std::span<const Run> runs, double side) {
    std::vector<Run> pool;
    for (const Run& run : runs) {
        pool.push_back(run);
        while (pool.size() > 1 && (pool.back().counts.rate() - pool[pool.size() - 2].counts.rate()) * side <= 0)
            join_with_next(pool, pool.size() - 2);
    }
    return pool;
}

double information(std::span<const Run> runs, const ClassCounts& all) {
    double sum = 0;
    for (const Run& run : runs) sum += predict::information(run.counts, all);
    return sum;
}

bool is_of_one_outcome(const ClassCounts& counts) { return !(counts.positives > 0 && counts.negatives > 0); }

/// The place of the smallest run that cannot stand by itself; the number of runs when all can. Runs of one outcome come
/// first, while what they are joined with is still small; the last two are not joined where they differ, for then the
/// feature would seem to tell nothing.
std::size_t weakest(std::span<const Run> runs, double least) {
    const auto smallest = [runs](const auto& is_weak) {
        std::size_t found = runs.size();
        for (std::size_t i = 0; i < runs.size(); ++i)
            if (is_weak(runs[i].counts) && (found == runs.size() || runs[i].counts.rows() < runs[found].counts.rows()))
                found = i;
        return found;
    };
    const bool may_join = runs.size() > 2 || !differ(runs[0].counts, runs[1].counts);
    const std::size_t found = may_join ? smallest(is_of_one_outcome) : runs.size();
    if (found < runs.size()) return found;
    return smallest([least](const ClassCounts& counts) { return counts.rows() < least; });
}

}  // namespace

bool differ(const ClassCounts& a, const ClassCounts& b) { return difference(a, b) >= differs; }

double weight_of_evidence(const ClassCounts& bin, const ClassCounts& all) {
    if (!(bin.rows() > 0)) return 0;
    const double half = bin.positives > 0 && bin.negatives > 0 ? 0 : 0.5;
    return std::log((bin.positives + half) / (bin.negatives + half)) - std::log(all.positives / all.negatives);
}

double information(const ClassCounts& bin, const ClassCounts& all) {
    return (bin.positives / all.positives - bin.negatives / all.negatives) * weight_of_evidence(bin, all);
}

std::vector<std::size_t> merged(std::span<const ClassCounts> classes, const BinMerging& how) {
    ClassCounts all;
    std::vector<Run> runs;
    for (std::size_t i = 0; i < classes.size(); ++i) {
        all += classes[i];
        runs.push_back({i, classes[i]});
    }
    if (how.monotone && all.positives > 0 && all.negatives > 0) {
        std::vector<Run> rising = pooled(runs, 1), falling = pooled(runs, -1);
        runs = information(rising, all) >= information(falling, all) ? std::move(rising) : std::move(falling);
    }
    const auto to_next = [&runs](std::size_t i) {
        return i + 1 < runs.size() ? difference(runs[i].counts, runs[i + 1].counts)
                                   : std::numeric_limits<double>::infinity();
    };
    while (runs.size() > 1) {
        const std::size_t weak = weakest(runs, how.least);
        if (weak == runs.size()) break;
        join_with_next(runs, weak > 0 && to_next(weak - 1) <= to_next(weak) ? weak - 1 : weak);
    }
    while (runs.size() > 1) {
        std::size_t nearest = 0;
        for (std::size_t i = 1; i + 1 < runs.size(); ++i)
            if (to_next(i) < to_next(nearest)) nearest = i;
        if (runs.size() <= how.most && to_next(nearest) >= differs) break;
        join_with_next(runs, nearest);
    }
    std::vector<std::size_t> firsts;
    for (const Run& run : runs) firsts.push_back(run.first);
    return firsts;
}

void tally_by_value(std::vector<ValueCounts>& rows, const Cancellation& cancellation) {
    Pace pace(cancellation);
    const auto key = [](const ValueCounts& row) {
        return std::make_tuple(row.value, row.counts.positives, row.counts.negatives);
    };
    std::ranges::sort(rows, [&](const ValueCounts& a, const ValueCounts& b) {
        pace.step();
        return a.value != b.value ? a.value < b.value : key(a) < key(b);
    });
    std::size_t kept = 0;
    for (const ValueCounts& row : rows) {
        if (kept > 0 && rows[kept - 1].value == row.value)
            rows[kept - 1].counts += row.counts;
        else
            rows[kept++] = row;
    }
    rows.resize(kept);
}

std::vector<std::size_t> quantile_classes(std::span<const ValueCounts> values, std::size_t classes) {
    double all = 0, before = 0;
    for (const ValueCounts& value : values) all += value.counts.rows();
    std::vector<std::size_t> firsts;
    double next = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double place = before / all * static_cast<double>(classes);
        if (place >= next) {
            firsts.push_back(i);
            next = std::floor(place) + 1;
        }
        before += values[i].counts.rows();
    }
    return firsts;
}

}  // namespace crm::predict
