#include "crm/value/path_history.hpp"

#include <climits>
#include <limits>

#include "crm/foundation/error.hpp"

namespace crm::value {

namespace {

/// One side's path as time passes.
class Walk {
public:
    Walk(const CovariatePath& path, Day first) : path_(path), first_(first), period_(path.period_of(next(first))) {}

    std::span<const double> covariates() const { return path_.covariates(period_); }

    /// When the next period begins: at the end of the day before.
    double changes() const {
        if (period_ + 1 == path_.periods()) return std::numeric_limits<double>::infinity();
        return days_between(first_, path_.starts(period_ + 1)) - 1;
    }
    void pass(double time) {
        if (changes() <= time) ++period_;
    }

private:
    static Day next(Day day) { return Day{day.number + 1}; }

    const CovariatePath& path_;
    Day first_;
    std::size_t period_;
};

}  // namespace

std::optional<std::vector<double>> PathHistory::row(const Timeline& history, Day as_of, const CovariatePaths& paths,
                                                    double ahead) {
    const auto seen = history.rfm(as_of);
    if (!seen) return {};
    const Day first = *history.first_purchase();
    std::vector<double> row{0, static_cast<double>(seen->frequency()), seen->recency(), seen->age()};
    row.insert(row.end(), paths.purchase.width(), 0.0);
    for (const Purchase& purchase : history.days()) {
        if (purchase.orders == 0 || purchase.day <= first) continue;
        if (purchase.day > as_of) break;
        const auto then = paths.purchase.at(purchase.day);
        for (std::size_t i = 0; i < then.size(); ++i) row[own + i] += then[i];
    }

    const std::size_t width = piece_width(paths.purchase.width(), paths.lifetime.width());
    const double end = seen->age() + ahead;
    Walk purchase(paths.purchase, first), lifetime(paths.lifetime, first);
    std::vector<double> piece;
    for (double time = 0; time < end;) {
        time = std::min({purchase.changes(), lifetime.changes(), end});
        piece.assign({time});
        piece.insert(piece.end(), purchase.covariates().begin(), purchase.covariates().end());
        piece.insert(piece.end(), lifetime.covariates().begin(), lifetime.covariates().end());
        const auto last = std::span(row).last(row[0] > 0 ? width : 0);
        if (!last.empty() && std::ranges::equal(last.subspan(1), std::span(piece).subspan(1))) {
            last.front() = time;
        } else {
            row.insert(row.end(), piece.begin(), piece.end());
            row[0] += 1;
        }
        purchase.pass(time);
        lifetime.pass(time);
    }
    return row;
}

std::vector<std::span<const double>> PathHistory::split(std::span<const double> numbers, std::size_t purchase,
                                                        std::size_t lifetime) {
    const auto wrong = [] { return corrupt_data("impossible observation in state"); };
    const std::size_t least = own + purchase, width = piece_width(purchase, lifetime);
    if (!std::ranges::all_of(numbers, [](double number) { return std::isfinite(number); })) throw wrong();
    std::vector<std::span<const double>> rows;
    while (!numbers.empty()) {
        if (numbers.size() < least) throw wrong();
        const double pieces = numbers[0], frequency = numbers[1];
        const bool whole = frequency >= 0 && frequency <= INT_MAX && frequency == std::floor(frequency);
        if (!whole || !(pieces >= 0) || pieces != std::floor(pieces) ||
            pieces > static_cast<double>((numbers.size() - least) / width))
            throw wrong();
        const auto row = numbers.first(least + width * static_cast<std::size_t>(pieces));
        if (!PurchaseHistory{static_cast<int>(frequency), row[2], row[3]}.valid()) throw wrong();
        double end = 0;
        for (std::size_t at = least; at < row.size(); at += width) {
            if (!(row[at] > end)) throw wrong();
            end = row[at];
        }
        if (end != row[3]) throw wrong();
        rows.push_back(row);
        numbers = numbers.subspan(row.size());
    }
    return rows;
}

}  // namespace crm::value
