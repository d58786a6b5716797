#include "crm/value/survival.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "crm/foundation/error.hpp"
#include "crm/foundation/json.hpp"

namespace crm::value {

namespace {

constexpr double most_rows = 1000000;

void require_rows(double rows, const std::string& what) {
    if (rows > most_rows)
        throw limit_exceeded(what + " has more than 1000000 rows: " + shortest(rows));
}

}  // namespace

std::vector<SurvivalPoint> survival_curve(const PurchaseModel& model, const Rfm& seen, double horizon, double step,
                                          const Cancellation& cancellation) {
    require_horizon(horizon);
    if (!(step > 0) || !std::isfinite(step))
        throw invalid_argument("step must be a finite length of time above 0, not " + shortest(step));
    constexpr double rounding = 1e-12;  // of a quotient that is a whole number of steps
    const double steps = std::ceil(horizon / step * (1 - rounding));
    require_rows(steps + 1, "survival curve");
    std::vector<SurvivalPoint> curve;
    for (double i = 0; i <= steps; ++i) {
        cancellation.poll();
        const double time = i < steps ? i * step : horizon;
        curve.push_back({time, model.p_alive(seen, time)});
    }
    return curve;
}

std::vector<PastDay> p_alive_history(const PurchaseModel& model, std::span<const Purchase> days, Day as_of,
                                     const Cancellation& cancellation) {
    std::vector<PastDay> past;
    const auto is_purchase = [](const Purchase& purchase) { return purchase.orders > 0; };
    auto next = std::ranges::find_if(days, is_purchase);
    if (next == days.end() || next->day > as_of) return past;
    const int first = next->day.number;
    require_rows(static_cast<double>(as_of.number) - first + 1, "history");
    int frequency = -1, last = first;
    for (int day = first; day <= as_of.number; ++day) {
        cancellation.poll();
        const bool purchase = next != days.end() && next->day.number == day;
        if (purchase) {
            ++frequency;
            last = day;
            next = std::find_if(next + 1, days.end(), is_purchase);
        }
        past.push_back({Day{day}, model.p_alive(Rfm(frequency, last - first, day - first)), purchase});
    }
    return past;
}

}  // namespace crm::value
