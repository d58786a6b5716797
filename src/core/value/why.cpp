#include "crm/value/why.hpp"

#include <cmath>

#include "crm/foundation/error.hpp"
#include "crm/foundation/rounded.hpp"
#include "crm/value/clv.hpp"

namespace crm::value {

namespace {

/// 150, 4.5, 0.3: as many digits as matter when read aloud.
std::string plain(double value) { return rounded(value < 9.95 ? std::round(value * 10) / 10 : std::round(value), 15); }

std::string counted(double value, const std::string& unit) {
    const std::string number = plain(value);
    return number + ' ' + unit + (number == "1" ? "" : "s");
}

std::string duration(double days) {
    if (days >= 1) return counted(days, "day");
    if (days * 24 >= 1) return counted(std::round(days * 24), "hour");
    return "less than an hour";
}

std::string percent(double share) {
    if (share > 0.995) return "More than 99 %";
    if (share < 0.005) return "Less than 1 %";
    return rounded(std::round(share * 100)) + " %";
}

/// "150" after a duration in days has been named, "150 days" otherwise.
std::string further(double days, bool after_days) { return after_days && days >= 1.95 ? plain(days) : duration(days); }

std::string interval(double gap, bool after_days) {
    if (gap * 24 < 1) return "several times an hour";
    const std::string length = further(gap, after_days);
    if (length == "1 day" || length == "1 hour") return "every " + length.substr(2);
    return "every " + length;
}

std::string silence_against(double silence, double gap, bool after_days, const std::string& usual) {
    if (silence == 0) return "the last time today";
    const std::string silent = "silent for " + further(silence, after_days);
    const double ratio = silence / gap;
    if (ratio < 0.8) return silent + ", less than " + usual;
    if (ratio < 1.25) return silent + ", about " + usual;
    return silent + ": " + plain(ratio) + " times " + usual;
}

std::string one_purchase(const PurchaseModel& model, const Rfm& seen) {
    const std::string bought = seen.age() == 0
                                   ? "Bought for the first time today. "
                                   : "Bought once, " + duration(seen.age()) + " ago, and has not come back. ";
    const double again = 1 - model.churn_probability(seen, days_per_year);
    return bought + percent(again) + " likely to buy again within a year.";
}

}  // namespace

std::string why(const PurchaseModel& model, const Rfm& seen) {
    if (model.is_discrete())
        throw invalid_argument("reasons are told in days, but a model of kind " + std::string(model.kind()) +
                               " counts opportunities");
    if (seen.frequency() == 0) return one_purchase(model, seen);
    const double gap = seen.recency() / seen.frequency();
    const bool in_days = seen.recency() >= 1.95;
    const std::string rhythm =
        seen.frequency() == 1
            ? "Bought twice, " + duration(gap) + " apart; " + silence_against(seen.silence(), gap, in_days, "that gap")
            : "Bought " + counted(seen.frequency() + 1.0, "time") + " in " + duration(seen.recency()) +
                  ", on average " + interval(gap, in_days) + "; " +
                  silence_against(seen.silence(), gap, in_days, "the usual gap");
    return rhythm + ". " + percent(model.p_alive(seen)) + " likely to be still active.";
}

}  // namespace crm::value
