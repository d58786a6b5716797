// How a total is spread over customers: Lorenz curve, Gini coefficient, 80/20.
// Gini: population formula, half the mean absolute difference over the mean. Intervals are asymptotic, by
// linearisation: Davidson (2009), Reliable inference for the Gini index, Journal of Econometrics 150(1); Langel, Tillé
// (2013), Variance estimation of the Gini index: revisiting a result several times published, JRSS A 176(2); Beach,
// Davidson (1983), Distribution-free statistical inference with Lorenz curves and income shares, Review of Economic
// Studies 50(4).
#pragma once
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <vector>

#include "crm/foundation/bytes.hpp"
#include "crm/foundation/cancellation.hpp"
#include "crm/foundation/json.hpp"
#include "crm/foundation/tally.hpp"

namespace crm::value {

struct ConfidenceInterval {
    double lower, upper;
};

/// One of the parts into which customers are divided by rank, as ntile() does: sizes differ by one at most, the first
/// parts being the larger ones.
struct Decile {
    int number;  // 1 holds the customers of most revenue
    std::int64_t customers;
    double revenue;
    std::optional<double> share, cumulative_share;  // of all revenue; none when there is no revenue
    double lowest, highest;                         // revenue of one customer
};

struct LorenzPoint {
    double customers;               // share of the customers, those of least revenue first
    std::optional<double> revenue;  // their share; none when there is no revenue
};

/// The customers of a period by their revenue, as a value. Up to most_entries distinct revenues it is exact. Beyond,
/// neighbours are merged into customers of equal revenue, so evenly that the Lorenz curve moves by error() at most: any
/// share of revenue, for a given share of customers, and any share of customers, for a given share of revenue, is off
/// by no more than that, the Gini coefficient by twice that. Number of customers, total, least and greatest revenue,
/// and customers without revenue stay exact.
///
/// Where a question has no answer (no customer, no revenue), the answer is none.
///
/// Stored as: version (1), error, number of entries, then for each, by ascending revenue, twice its customers plus 1 if
/// the revenue is a whole number of hundredths, and the revenue: those hundredths as a varint, else an 8-byte float.
class Lorenz {
public:
    static constexpr std::size_t most_entries = 4096;

    struct Entry {
        double revenue;  // of each
        std::int64_t customers;

        friend bool operator==(const Entry&, const Entry&) = default;
    };

    Lorenz() = default;

    /// `entries` have distinct revenues >= 0, ascending, and customers > 0; `error` is that of what they were made of.
    /// Throws out_of_range when the total is beyond a double, limit_exceeded for 2^53 customers and more.
    explicit Lorenz(std::vector<Entry> entries, double error = 0, const Cancellation& = {});

    const std::vector<Entry>& entries() const { return entries_; }
    std::int64_t customers() const { return customers_; }
    double revenue() const { return revenue_; }
    double error() const { return error_; }

    /// 0 when all are equal, up to 1 - 1/n when one has it all. `corrected` is n / (n - 1) times that: what is unbiased
    /// when the customers are a sample; none for a single one.
    std::optional<double> gini(bool corrected = false) const;

    /// Share of the revenue that the `share` of customers with most revenue bring; a fraction of a customer brings that
    /// fraction. Throws invalid_argument unless 0 <= share <= 1, as the next ones do.
    std::optional<double> top_share(double share) const;

    /// The smallest share of customers, or number of them, that brings `share` of the revenue.
    std::optional<double> share_needed(double share) const;
    std::optional<std::int64_t> customers_needed(double share) const;

    /// At most one part a customer. Throws invalid_argument unless 1 <= parts <= 10000.
    std::vector<Decile> deciles(int parts) const;

    /// The curve at 0, 1/points, 2/points, ..., 1.
    std::vector<LorenzPoint> curve(int points) const;

    /// Of the population of which these customers are a sample, with probability `level`, within [0, 1]; that of the
    /// Gini coefficient lies around the corrected one. None for fewer than two customers. Throws invalid_argument
    /// unless 0 < level < 1.
    std::optional<ConfidenceInterval> gini_interval(double level) const;
    std::optional<ConfidenceInterval> top_share_interval(double share, double level) const;

    void save(Writer&) const;
    static Lorenz load(Reader&);

    /// {"error": 0, "customers": [[0, 120], [19.9, 3], ...]}: revenue of each, number of customers.
    Json to_json() const;
    static Lorenz from_json(const Json&);

    /// Of disjoint sets of customers.
    friend Lorenz operator+(const Lorenz&, const Lorenz&);
    friend bool operator==(const Lorenz&, const Lorenz&) = default;

private:
    double top_sum(double customers) const;
    std::optional<double> rank_needed(double share) const;

    /// From the sum of squares of what each customer adds to the estimate.
    std::optional<ConfidenceInterval> interval(double estimate, double squares, double level) const;

    std::vector<Entry> entries_;
    std::int64_t customers_ = 0;
    double revenue_ = 0;
    double error_ = 0;
};

/// The aggregates' state: customers by revenue.
class LorenzBuilder {
public:
    explicit LorenzBuilder(std::pmr::memory_resource* memory) : revenues_(memory) {}

    /// One customer. Throws invalid_argument when the revenue is negative or not finite.
    void add(double revenue);

    /// Customers that were not added before.
    void add(const Lorenz& part);

    void merge(const LorenzBuilder& other, const Cancellation& = {});

    void save(Writer&) const;
    void load(Reader&, const Cancellation& = {});

    Lorenz finish(const Cancellation& = {}) const;

private:
    Tally<double> revenues_;
    double error_ = 0;  // the largest of the parts': the whole's curve is made of pieces of theirs
};

}  // namespace crm::value
