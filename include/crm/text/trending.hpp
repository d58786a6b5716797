// What comments talk about more, or less, in the latest period than in those before.
// A term's comments in the recent window, given those in all windows, are binomial when nothing has changed
// (Przyborowski, Wilenski 1940, Homogeneity of results in testing samples from Poisson series, Biometrika 31); test and
// interval are the exact ones of Clopper and Pearson (1934), Biometrika 26. Comments come in bursts: counts are divided
// by what the earlier windows vary more than chance does (Rao, Scott 1992, A simple method for the analysis of
// clustered binary data, Biometrics 48). Probabilities are adjusted for the number of terms as Benjamini and Hochberg
// (1995) do, Journal of the Royal Statistical Society B 57(1).
#pragma once
#include <cstdint>
#include <map>
#include <memory_resource>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crm/foundation/bytes.hpp"
#include "crm/foundation/cancellation.hpp"
#include "crm/foundation/day.hpp"
#include "crm/foundation/json.hpp"
#include "crm/text/term_table.hpp"

namespace crm::text {

/// Windows of equal length, the recent one first: it ends with as_of, each other on the day before the next begins.
struct TrendWindows {
    Day as_of;
    std::int32_t days;
    std::int32_t earlier;  // windows before the recent one

    /// Which window a day is in; none before and after all of them.
    std::optional<std::uint32_t> window_of(Day day) const;

    friend bool operator==(const TrendWindows&, const TrendWindows&) = default;
};

struct TrendOptions {
    TermOptions terms;
    std::int32_t top = 50;          // rows
    std::int32_t windows = 8;       // earlier ones that are looked at
    std::int64_t min_comments = 5;  // with the term, in all windows
    double level = 0.95;            // of the interval of the ratio

    /// {"top": 50, "windows": 8, "min_comments": 5, "level": 0.95}, and for words {"phrases": 2, "most_terms":
    /// 5000000}. Throws invalid_argument.
    static TrendOptions from_json(const Json&, bool words);

    void save(Writer&) const;
    static TrendOptions load(Reader&);

    friend bool operator==(const TrendOptions&, const TrendOptions&) = default;
};

/// How the recent window compares with the earlier ones.
struct Change {
    double ratio;         // of the shares; infinite when there was nothing before
    double lower, upper;  // its interval
    double p_value;       // of a ratio as far from 1, either way, when nothing has changed
};

/// Comments in a window, and those of them with a term.
struct Seen {
    double with = 0, all = 0;
};

/// What the shares of earlier windows vary, over what they vary by chance: Pearson's statistic by its degrees of
/// freedom. None for fewer than four windows with comments, or without the term.
std::optional<double> dispersion_of(std::span<const Seen> earlier);

/// With variances `dispersion` times those of chance (1 at least). Both windows have comments, one at least has the
/// term.
Change change_of(Seen recent, Seen earlier, double dispersion, double level);

/// Its p_value alone, which takes a small part of the time.
double chance_of_change(Seen recent, Seen earlier, double dispersion);

/// Each p-value as it is adjusted for the number of them, in their order.
std::vector<double> adjusted_for_number(std::span<const double> p_values);

struct Trend {
    std::string keyword;
    std::int64_t recent, earlier;  // comments with it
    double recent_share, earlier_share;
    Change change;
    double dispersion;
    double adjusted_p;

    bool rises() const { return change.ratio > 1; }
};

/// What both aggregates know of their windows.
class TrendTerms {
public:
    explicit TrendTerms(std::pmr::memory_resource* memory) : comments_(memory) {}

    /// Throws invalid_argument when rows before came with others, or when a window has no whole number of days from 1
    /// to 100000.
    void agree(Day as_of, double days, const TrendOptions& options);

    /// The window of a comment, which is counted; none when it is in no window.
    std::optional<std::uint32_t> place(Day at);

    void merge(const TrendTerms& other);
    void save(Writer&) const;
    void load(Reader&);

    bool empty() const { return !windows_; }
    const TrendOptions& options() const { return options_; }
    std::size_t windows() const { return comments_.size(); }
    std::int64_t comments(std::size_t window) const { return comments_[window]; }

private:
    std::optional<TrendWindows> windows_;
    TrendOptions options_;
    std::pmr::vector<std::int64_t> comments_;  // of each window
};

/// By words and phrases.
class TrendingBuilder {
public:
    explicit TrendingBuilder(std::pmr::memory_resource* memory) : terms_(memory), table_(memory) {}

    void add(Day at, std::string_view comment, Day as_of, double days, const TrendOptions& options = {});
    void merge(const TrendingBuilder& other, const Cancellation& = {});
    void save(Writer&) const;
    void load(Reader&, const Cancellation& = {});

    /// The least probable without a change first. None when there are no comments in the recent window or before it.
    std::vector<Trend> finish(const Cancellation& = {}) const;

private:
    TrendTerms terms_;
    TermTable table_;
};

/// By topics that are given; a comment without a topic is a comment all the same.
class TrendingTopicsBuilder {
public:
    explicit TrendingTopicsBuilder(std::pmr::memory_resource* memory) : terms_(memory), topics_(memory) {}

    void add(Day at, std::optional<std::string_view> topic, Day as_of, double days, const TrendOptions& options = {});
    void merge(const TrendingTopicsBuilder& other, const Cancellation& = {});
    void save(Writer&) const;
    void load(Reader&, const Cancellation& = {});
    std::vector<Trend> finish(const Cancellation& = {}) const;

private:
    static constexpr std::size_t most_topics = 1'000'000;
    void count(std::string_view topic, std::uint32_t window, std::int64_t comments);

    TrendTerms terms_;
    std::pmr::map<std::pair<std::pmr::string, std::uint32_t>, std::int64_t> topics_;
};

}  // namespace crm::text
