// Writes the orders of a simulated customer base as CSV, customer by customer in order of time: customer,day,amount.
//
//   orders CUSTOMERS [SEED]
//   orders --summaries CUSTOMERS [SEED]     a line for each of the same customers instead: frequency,recency,age
//
// Purchases follow BG/NBD with the parameters published for CDNOW: weekly rates Gamma(.243, rate 4.414), and a chance to leave
// after each repeat purchase Beta(.793, 2.426). A customer's first purchase is 189 to 273 days before 1997-09-30; times are cut to
// days, so that a customer may order twice on one day. An amount is Gamma(6.25, nu), nu Gamma(3.74, rate 15.44) by customer.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string_view>

int main(int argc, char** argv) {
    const bool summaries = argc > 1 && std::string_view(argv[1]) == "--summaries";
    if (summaries) --argc, ++argv;
    if (argc < 2) return std::fputs("usage: orders [--summaries] CUSTOMERS [SEED]\n", stderr), 2;
    const long customers = std::atol(argv[1]);
    std::mt19937_64 random(argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 20240601);

    std::gamma_distribution<> rate(0.243, 1 / 4.414), leave_a(0.793), leave_b(2.426), nu(3.74, 1 / 15.44), amount(6.25);
    std::uniform_int_distribution<> age(27 * 7, 39 * 7);
    std::exponential_distribution<> gap;
    std::uniform_real_distribution<> uniform;
    constexpr std::chrono::sys_days end = std::chrono::year(1997) / 9 / 30;

    for (long customer = 1; customer <= customers; ++customer) {
        const double daily_rate = rate(random) / 7;
        const double a = leave_a(random), b = leave_b(random), leaving = a / (a + b);
        const int observed = age(random);
        const double scale = 1 / nu(random);
        double time = 0;
        bool first = true;
        int frequency = 0, recency = 0;
        do {
            const int since_first = static_cast<int>(time);
            frequency += since_first > recency;
            recency = since_first;
            const double spent = amount(random) * scale;
            const std::chrono::year_month_day day = end - std::chrono::days(observed - since_first);
            if (!summaries)
                std::printf("%ld,%d-%02u-%02u,%.2f\n", customer, static_cast<int>(day.year()),
                            static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()), spent);
            if (!first && uniform(random) < leaving) break;
            first = false;
            time += gap(random) / daily_rate;  // infinite for a rate that rounds to 0
        } while (time <= observed);
        if (summaries) std::printf("%d,%d,%d\n", frequency, recency, observed);
    }
}
