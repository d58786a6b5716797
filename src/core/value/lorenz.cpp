#include "crm/value/lorenz.hpp"

#include <algorithm>
#include <boost/math/special_functions/erf.hpp>
#include <cmath>
#include <span>
#include <string>

#include "crm/value/money.hpp"

namespace crm::value {

namespace {

using Entry = Lorenz::Entry;

constexpr int newest_version = 1;
constexpr std::int64_t most_customers = std::int64_t{1} << 53;
constexpr double least_tolerance = 1e-8;

struct Totals {
    std::int64_t customers = 0;
    double revenue = 0;
};

[[noreturn]] void refuse_count() { throw limit_exceeded("more than " + std::to_string(most_customers) + " customers"); }

Totals totals_of(std::span<const Entry> entries) {
    Totals all;
    for (const auto& [revenue, customers] : entries) {
        if (customers > most_customers - all.customers) refuse_count();
        all.customers += customers;
        all.revenue += revenue * static_cast<double>(customers);
    }
    if (!std::isfinite(all.revenue)) throw out_of_range("sum of the customers' revenue is too large");
    return all;
}

/// Neighbours that are about to be one entry.
class Bin {
public:
    explicit Bin(const Entry& first) : low_(first.revenue), high_(low_), customers_(0), revenue_(0) { add(first); }

    void add(const Entry& next) {
        high_ = next.revenue;
        customers_ += next.customers;
        revenue_ += next.revenue * static_cast<double>(next.customers);
    }

    /// The mean lies between the ends, whatever the rounding.
    Entry entry() const { return {std::clamp(revenue_ / static_cast<double>(customers_), low_, high_), customers_}; }

    /// The most that the Lorenz curve moves, up or to the left, when a chord takes the place of this piece: the piece
    /// lies in the triangle between the chord and lines as steep as its poorest and its richest customer.
    double error(const Totals& all) const {
        if (high_ == low_) return 0;
        const auto size = static_cast<double>(customers_);
        const double mean = revenue_ / size;
        const double sag = (mean - low_) * ((high_ - mean) / (high_ - low_));
        return std::max(sag / all.revenue * size, sag / mean * (size / static_cast<double>(all.customers)));
    }

private:
    double low_, high_;
    std::int64_t customers_;
    double revenue_;
};

/// Merges neighbours as long as no part of the curve moves by more than `tolerance`. Customers without revenue are kept
/// apart, and so are the least and the greatest revenue.
std::vector<Entry> merged(std::span<const Entry> entries, const Totals& all, double tolerance, Pace& pace) {
    std::vector<Entry> bins;
    std::size_t at = 0;
    const auto keep = [&bins, &at, entries] { bins.push_back(entries[at++]); };
    if (entries[at].revenue == 0) keep();
    if (at < entries.size()) keep();
    while (at + 1 < entries.size()) {
        Bin bin(entries[at++]);
        for (; at + 1 < entries.size(); ++at) {
            pace.step();
            Bin larger = bin;
            larger.add(entries[at]);
            if (larger.error(all) > tolerance) break;
            bin = larger;
        }
        bins.push_back(bin.entry());
    }
    if (at < entries.size()) keep();
    return bins;
}

/// Sorted, with one entry for each revenue.
std::vector<Entry> united(std::vector<Entry> entries) {
    std::ranges::sort(entries, {}, &Entry::revenue);
    std::vector<Entry> distinct;
    for (const Entry& entry : entries) {
        if (distinct.empty() || distinct.back().revenue != entry.revenue)
            distinct.push_back(entry);
        else if (distinct.back().customers > most_customers - entry.customers)
            refuse_count();
        else
            distinct.back().customers += entry.customers;
    }
    return distinct;
}

void require_share(double share) {
    if (!(share >= 0 && share <= 1))
        throw invalid_argument("share must be between 0 and 1, not " + shortest(share), {}, "20 % is written 0.2.");
}

double quantile_of(double level) {
    if (!(level > 0 && level < 1))
        throw invalid_argument("level must be between 0 and 1, not " + shortest(level), {}, "95 % is written 0.95.");
    return std::sqrt(2.0) * boost::math::erfc_inv(1 - level);
}

void require_parts(int parts, const char* name) {
    constexpr int most = 10000;
    if (parts < 1 || parts > most)
        throw invalid_argument(std::string(name) + " must be between 1 and " + std::to_string(most) + ", not " +
                               std::to_string(parts));
}

bool is_error(double error) { return error >= 0 && error <= 1; }

}  // namespace

Lorenz::Lorenz(std::vector<Entry> entries, double error, const Cancellation& cancellation)
    : entries_(std::move(entries)), error_(error) {
    const Totals all = totals_of(entries_);
    customers_ = all.customers;
    revenue_ = all.revenue;
    if (entries_.size() <= most_entries) return;
    Pace pace(cancellation);
    double tolerance = least_tolerance;
    std::vector<Entry> fewer = merged(entries_, all, tolerance, pace);
    while (fewer.size() > most_entries) fewer = merged(entries_, all, tolerance *= 2, pace);
    entries_ = std::move(fewer);
    revenue_ = totals_of(entries_).revenue;  // to the last bit what the stored value will have
    error_ = std::min(error_ + tolerance, 1.0);
}

std::optional<double> Lorenz::gini(bool corrected) const {
    if (revenue_ == 0 || (corrected && customers_ == 1)) return {};
    const auto all = static_cast<double>(customers_);
    const double mean = revenue_ / all;
    double sum = 0, before = 0;
    for (const auto& [revenue, customers] : entries_) {
        const auto count = static_cast<double>(customers);
        sum += (revenue - mean) / revenue_ * count * ((2 * before + count - all) / all);
        before += count;
    }
    const double gini = std::clamp(sum, 0.0, 1.0);
    return corrected ? std::min(gini * (all / (all - 1)), 1.0) : gini;
}

/// Revenue of the best `customers`.
double Lorenz::top_sum(double customers) const {
    double sum = 0;
    for (auto entry = entries_.rbegin(); entry != entries_.rend() && customers > 0; ++entry) {
        const double count = std::min(static_cast<double>(entry->customers), customers);
        sum += entry->revenue * count;
        customers -= count;
    }
    return sum;
}

std::optional<double> Lorenz::top_share(double share) const {
    require_share(share);
    if (revenue_ == 0) return {};
    if (share == 1) return 1;  // without rounding
    return std::min(top_sum(share * static_cast<double>(customers_)) / revenue_, 1.0);
}

/// How many of the best bring `share` of the revenue, the last one in part.
std::optional<double> Lorenz::rank_needed(double share) const {
    require_share(share);
    if (revenue_ == 0) return {};
    double missing = share * revenue_, rank = 0;
    for (auto entry = entries_.rbegin(); entry != entries_.rend() && entry->revenue > 0 && missing > 0; ++entry) {
        const auto count = static_cast<double>(entry->customers);
        const double enough = missing / entry->revenue;
        if (enough <= count) return rank + enough;
        missing -= entry->revenue * count;
        rank += count;
    }
    return rank;
}

std::optional<double> Lorenz::share_needed(double share) const {
    const auto rank = rank_needed(share);
    return rank ? std::optional(*rank / static_cast<double>(customers_)) : std::nullopt;
}

std::optional<std::int64_t> Lorenz::customers_needed(double share) const {
    const auto rank = rank_needed(share);
    if (!rank) return {};
    constexpr double rounding = 1e-12;  // no customer is needed for what the sum's rounding lacks
    return static_cast<std::int64_t>(std::ceil(*rank * (1 - rounding)));
}

std::vector<Decile> Lorenz::deciles(int parts) const {
    require_parts(parts, "number of parts");
    std::vector<Decile> all;
    const std::int64_t size = customers_ / parts, larger = customers_ % parts;
    auto entry = entries_.rbegin();
    std::int64_t used = 0;  // of this entry
    double so_far = 0;
    for (int number = 1; number <= parts; ++number) {
        const std::int64_t customers = size + (number <= larger ? 1 : 0);
        if (customers == 0) break;
        Decile part{number, customers, 0, {}, {}, 0, entry->revenue};
        for (std::int64_t missing = customers; missing > 0;) {
            const std::int64_t taken = std::min(missing, entry->customers - used);
            part.revenue += entry->revenue * static_cast<double>(taken);
            part.lowest = entry->revenue;
            missing -= taken;
            used += taken;
            if (used < entry->customers) continue;
            ++entry;
            used = 0;
        }
        so_far += part.revenue;
        if (revenue_ > 0) {
            part.share = part.revenue / revenue_;
            part.cumulative_share = so_far / revenue_;
        }
        all.push_back(part);
    }
    if (revenue_ > 0 && !all.empty()) all.back().cumulative_share = 1;  // without rounding
    return all;
}

std::vector<LorenzPoint> Lorenz::curve(int points) const {
    require_parts(points, "number of points");
    std::vector<LorenzPoint> all;
    if (customers_ == 0) return all;
    auto entry = entries_.begin();
    double before = 0, sum = 0;  // customers and revenue of the entries passed
    for (int i = 0; i <= points; ++i) {
        const double share = static_cast<double>(i) / points, rank = share * static_cast<double>(customers_);
        for (; entry != entries_.end() && before + static_cast<double>(entry->customers) <= rank; ++entry) {
            before += static_cast<double>(entry->customers);
            sum += entry->revenue * static_cast<double>(entry->customers);
        }
        const double revenue = entry == entries_.end() ? revenue_ : sum + entry->revenue * (rank - before);
        all.push_back({share, revenue_ > 0 ? std::optional(std::min(revenue / revenue_, 1.0)) : std::nullopt});
    }
    return all;
}

std::optional<ConfidenceInterval> Lorenz::interval(double estimate, double squares, double level) const {
    const auto all = static_cast<double>(customers_);
    const double half = quantile_of(level) * std::sqrt(squares / all / (all - 1));
    return ConfidenceInterval{std::max(estimate - half, 0.0), std::min(estimate + half, 1.0)};
}

std::optional<ConfidenceInterval> Lorenz::gini_interval(double level) const {
    quantile_of(level);
    const auto estimate = gini(true);
    if (!estimate) return {};
    // One customer with revenue x adds (E|x - X| - G x) / mean - G to the coefficient, over the number of customers.
    const double index = *gini();
    const auto all = static_cast<double>(customers_);
    double before = 0, sum_before = 0, squares = 0;
    for (const auto& [revenue, customers] : entries_) {
        const auto count = static_cast<double>(customers);
        const double x = revenue / revenue_ * all;  // in means
        const double distance = 2 * (x * before - sum_before) / all + 1 - x;
        const double added = distance - index * x - index;
        squares += added * added * count;
        before += count;
        sum_before += x * count;
    }
    return interval(*estimate, squares, level);
}

std::optional<ConfidenceInterval> Lorenz::top_share_interval(double share, double level) const {
    quantile_of(level);
    const auto estimate = top_share(share);
    if (!estimate || customers_ == 1) return {};
    // One customer with revenue x adds ((x - q)+ + share q - T x) / mean, q the least revenue of the top.
    const auto all = static_cast<double>(customers_);
    double above = share * all, edge = entries_.back().revenue;
    for (auto entry = entries_.rbegin(); entry != entries_.rend() && above > 0; ++entry) {
        edge = entry->revenue;
        above -= static_cast<double>(entry->customers);
    }
    double squares = 0;
    for (const auto& [revenue, customers] : entries_) {
        const double added = (std::max(revenue - edge, 0.0) + share * edge - *estimate * revenue) / revenue_ * all;
        squares += added * added * static_cast<double>(customers);
    }
    return interval(*estimate, squares, level);
}

void Lorenz::save(Writer& out) const {
    out.put(static_cast<std::uint8_t>(newest_version));
    out.put(error_);
    out.varint(entries_.size());
    for (const auto& [revenue, customers] : entries_) {
        const auto hundredths = hundredths_of(revenue);
        out.varint(2 * static_cast<std::uint64_t>(customers) + (hundredths ? 1 : 0));
        if (hundredths)
            out.varint(static_cast<std::uint64_t>(*hundredths));
        else
            out.put(revenue);
    }
}

Lorenz Lorenz::load(Reader& in) {
    read_version(in, newest_version, "lorenz");
    const auto error = in.get<double>();
    if (!is_error(error)) throw corrupt_data("impossible error in lorenz");
    const std::size_t size = in.count(2);
    std::vector<Entry> entries;
    entries.reserve(size);
    for (std::size_t i = 0; i < size; ++i) {
        const std::uint64_t customers_and_flag = in.varint();
        const auto customers = static_cast<std::int64_t>(customers_and_flag / 2);
        const double revenue = customers_and_flag % 2 ? static_cast<double>(in.varint()) / 100 : in.get<double>();
        const bool ascends = entries.empty() ? revenue >= 0 : revenue > entries.back().revenue;
        if (!ascends || !std::isfinite(revenue)) throw corrupt_data("impossible revenue in lorenz");
        if (customers < 1) throw corrupt_data("impossible number of customers in lorenz");
        entries.push_back({revenue + 0.0, customers});
    }
    return Lorenz(std::move(entries), error);
}

Json Lorenz::to_json() const {
    Json::Array customers;
    customers.reserve(entries_.size());
    for (const Entry& entry : entries_) customers.emplace_back(Json::Array{entry.revenue, entry.customers});
    return Json::Object{{"error", error_}, {"customers", std::move(customers)}};
}

Lorenz Lorenz::from_json(const Json& json) {
    json.expect_keys({"error", "customers"}, "lorenz");
    std::vector<Entry> entries;
    for (const Json& entry : json.at("customers", "lorenz").array("customers in lorenz")) {
        const Json::Array& parts = entry.array("entry in lorenz");
        if (parts.size() != 2)
            throw corrupt_data("entry in lorenz must have two parts, not " + excerpt(entry.text()), {},
                               "An entry is written like [19.9, 3]: revenue of each, number of customers.");
        const double revenue = parts[0].number("revenue in lorenz") + 0.0;
        if (!(revenue >= 0)) throw corrupt_data("revenue in lorenz must not be negative, but is " + shortest(revenue));
        entries.push_back({revenue, parts[1].integer("customers in lorenz", 1, most_customers)});
    }
    const Json* const error = json.find("error");
    const double stated = error ? error->number("error in lorenz") : 0;
    if (!is_error(stated)) throw corrupt_data("error in lorenz must be between 0 and 1, not " + shortest(stated));
    return Lorenz(united(std::move(entries)), stated);
}

Lorenz operator+(const Lorenz& one, const Lorenz& other) {
    std::vector<Entry> entries;
    entries.reserve(one.entries_.size() + other.entries_.size());
    for (const Lorenz* part : {&one, &other})
        entries.insert(entries.end(), part->entries_.begin(), part->entries_.end());
    return Lorenz(united(std::move(entries)), std::max(one.error_, other.error_));
}

void LorenzBuilder::add(double revenue) {
    if (!std::isfinite(revenue)) throw invalid_argument("revenue must be finite, not " + shortest(revenue));
    if (revenue < 0)
        throw invalid_argument(
            "revenue must not be negative, but is " + shortest(revenue), {},
            "Clip the revenue of customers whose refunds exceed their purchases: greatest(revenue, 0).");
    revenues_.add(revenue);
}

void LorenzBuilder::add(const Lorenz& part) {
    for (const auto& [revenue, customers] : part.entries()) revenues_.add(revenue, static_cast<double>(customers));
    error_ = std::max(error_, part.error());
}

void LorenzBuilder::merge(const LorenzBuilder& other, const Cancellation& cancellation) {
    revenues_.merge(other.revenues_, cancellation);
    error_ = std::max(error_, other.error_);
}

void LorenzBuilder::save(Writer& out) const {
    out.put(error_);
    revenues_.save(out);
}

void LorenzBuilder::load(Reader& in, const Cancellation& cancellation) {
    error_ = in.get<double>();
    if (!is_error(error_)) throw corrupt_data("impossible error in state");
    revenues_.load(in, cancellation);
}

Lorenz LorenzBuilder::finish(const Cancellation& cancellation) const {
    std::vector<Entry> entries;
    entries.reserve(revenues_.size());
    for (const auto& [revenue, customers] : revenues_.sorted(cancellation)) {
        if (revenue < 0 || customers != std::floor(customers)) throw corrupt_data("impossible customer in state");
        if (customers > static_cast<double>(most_customers)) refuse_count();
        entries.push_back({revenue, static_cast<std::int64_t>(customers)});
    }
    return Lorenz(std::move(entries), error_, cancellation);
}

}  // namespace crm::value
