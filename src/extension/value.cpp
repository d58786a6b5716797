// The SQL face of domain value: timelines, RFM, purchase and spend models.
#include <climits>

#include "bind/aggregate.hpp"
#include "bind/model.hpp"
#include "crm/value/bg_nbd.hpp"
#include "crm/value/clv.hpp"
#include "crm/value/gamma_gamma.hpp"
#include "crm/value/maximum_likelihood.hpp"
#include "crm/value/rfm_score.hpp"
#include "crm/value/timeline_builder.hpp"
#include "crm/value/why.hpp"

namespace crm::bind {

using namespace crm::value;

namespace {

/// In plain columns frequency is any SQL number, since count(*) gives a bigint and a sum a numeric.
int whole(double frequency) {
    if (!(frequency >= INT_MIN && frequency <= INT_MAX) || frequency != std::floor(frequency))
        throw invalid_argument("frequency must be a whole number, not " + shortest(frequency));
    return static_cast<int>(frequency);
}

}  // namespace

template <>
inline constexpr bool is_stored<Timeline> = true;

template <>
struct Row<Purchase> {
    using Columns = std::tuple<Day, std::int32_t, double>;
    static Columns columns(const Purchase& purchase) { return {purchase.day, purchase.orders, purchase.amount}; }
};

template <>
struct Row<Rfm> {
    using Columns = std::tuple<std::int32_t, double, double, std::optional<double>>;
    static Columns columns(const Rfm& seen) { return {seen.frequency(), seen.recency(), seen.age(), seen.monetary()}; }
    static Rfm from(std::int32_t frequency, double recency, double age, std::optional<double> monetary) {
        return {frequency, recency, age, monetary};
    }
    using PlainColumns = std::tuple<double, double, double>;
    static Rfm from_plain(double frequency, double recency, double age) { return {whole(frequency), recency, age}; }
};

template <>
struct Row<RfmScore> {
    using Columns = std::tuple<std::int16_t, std::int16_t, std::int16_t, std::optional<std::string>>;
    static Columns columns(const RfmScore& score) {
        return {score.recency, score.frequency, score.monetary, score.code};
    }
    static RfmScore from(std::int16_t recency, std::int16_t frequency, std::int16_t monetary,
                         const std::optional<std::string>& code) {
        return {recency, frequency, monetary, code.value_or("")};
    }
};

namespace {

std::optional<Rfm> seen(const std::optional<Plain<Rfm>>& columns) {
    return columns ? std::optional(columns->value) : std::nullopt;
}

/// Spend models read no times.
Rfm spending(double frequency, std::optional<double> monetary) {
    return {whole(frequency), frequency, frequency, monetary};
}

}  // namespace

// Timelines

SQL_TYPE(crm_timeline, Timeline);

SQL_AGGREGATE(crm_timeline_add_date, [](TimelineBuilder& t, Day at, double amount) { t.add(at, amount); });
SQL_AGGREGATE(crm_timeline_add_timestamp,
              [](TimelineBuilder& t, DayOfTimestamp at, double amount) { t.add(at, amount); });
SQL_AGGREGATE(crm_timeline_add_timestamptz,
              [](TimelineBuilder& t, DayOfTimestamptz at, double amount) { t.add(at, amount); });
SQL_AGGREGATE(crm_rollup_add, [](TimelineBuilder& t, const Timeline& part) { t.add(part); });

SQL_FUNCTION(crm_timeline_plus, [](const Timeline& one, const Timeline& other) { return one + other; });
SQL_FUNCTION(crm_timeline_equal, [](const Timeline& one, const Timeline& other) { return one == other; });
SQL_FUNCTION(crm_purchases, [](const Timeline& t) { return t.days(); });
SQL_FUNCTION(crm_first_purchase, [](const Timeline& t) { return t.first_purchase(); });
SQL_FUNCTION(crm_last_purchase, [](const Timeline& t) { return t.last_purchase(); });
SQL_FUNCTION(crm_purchase_days, [](const Timeline& t) { return t.purchase_days(); });
SQL_FUNCTION(crm_orders, [](const Timeline& t) { return t.orders(); });
SQL_FUNCTION(crm_revenue, [](const Timeline& t) { return t.revenue(); });
SQL_FUNCTION(crm_until, [](const Timeline& t, Day last) { return t.until(last); });
SQL_FUNCTION(crm_since, [](const Timeline& t, Day last_left_out) { return t.since(last_left_out); });

// RFM

SQL_FUNCTION(crm_rfm_of_columns, [](const Plain<Rfm>& columns, std::optional<double> monetary) {
    const Rfm& seen = columns;
    return Rfm(seen.frequency(), seen.recency(), seen.age(), monetary);
});
SQL_FUNCTION(crm_rfm_of_timeline, [](const Timeline& t, Day as_of) { return t.rfm(as_of); });
SQL_AGGREGATE(crm_rfm_add_date, [](RfmBuilder& r, Day at, double amount, Day as_of) { r.add(at, amount, as_of); });
SQL_AGGREGATE(crm_rfm_add_timestamp,
              [](RfmBuilder& r, DayOfTimestamp at, double amount, Day as_of) { r.add(at, amount, as_of); });
SQL_AGGREGATE(crm_rfm_add_timestamptz,
              [](RfmBuilder& r, DayOfTimestamptz at, double amount, Day as_of) { r.add(at, amount, as_of); });

SQL_MODEL(RfmScorer);
SQL_AGGREGATE(crm_fit_rfm_score_add, [](RfmScorerFit& fit, const std::optional<Rfm>& customer) { fit.add(customer); });
SQL_AGGREGATE(crm_fit_rfm_score_add_bins, [](RfmScorerFit& fit, const std::optional<Rfm>& customer, std::int32_t bins) {
    fit.add(customer, bins);
});
SQL_FUNCTION(crm_rfm_score, [](const RfmScorer& scorer, const Rfm& customer) { return scorer.score(customer); });
SQL_FUNCTION(crm_rfm_segment, [](const RfmScore& score) { return std::string(rfm_segment(score)); });
SQL_FUNCTION(crm_rfm_segment_named, [](const RfmScore& score, const TextGrid& names) {
    const auto within = [](int value, std::size_t size) {
        return value >= 1 && static_cast<std::size_t>(value) <= size;
    };
    if (!within(score.recency, names.rows) || !within(score.frequency, names.columns))
        throw invalid_argument("names has " + std::to_string(names.rows) + " rows and " +
                                   std::to_string(names.columns) + " columns, but recency is " +
                                   std::to_string(score.recency) + " and frequency " + std::to_string(score.frequency),
                               {},
                               "Give one row of names for each recency score, one column for each frequency score.");
    return names.cells[static_cast<std::size_t>(score.recency - 1) * names.columns +
                       static_cast<std::size_t>(score.frequency - 1)];
});

// Fits

using FitBgNbd = MaximumLikelihood<BgNbdModel>;
SQL_MODEL(BgNbdModel);
SQL_AGGREGATE(crm_fit_bg_nbd_add, [](FitBgNbd& fit, const std::optional<Rfm>& customer) { fit.add(customer); });
SQL_AGGREGATE(crm_fit_bg_nbd_add_weight,
              [](FitBgNbd& fit, const std::optional<Rfm>& customer, double weight) { fit.add(customer, weight); });
SQL_AGGREGATE(crm_fit_bg_nbd_add_columns,
              [](FitBgNbd& fit, const std::optional<Plain<Rfm>>& customer) { fit.add(seen(customer)); });
SQL_AGGREGATE(crm_fit_bg_nbd_add_columns_weight, [](FitBgNbd& fit, const std::optional<Plain<Rfm>>& customer,
                                                    double weight) { fit.add(seen(customer), weight); });

using FitGammaGamma = MaximumLikelihood<GammaGammaModel>;
SQL_MODEL(GammaGammaModel);
SQL_AGGREGATE(crm_fit_gamma_gamma_add,
              [](FitGammaGamma& fit, const std::optional<Rfm>& customer) { fit.add(customer); });
SQL_AGGREGATE(crm_fit_gamma_gamma_add_weight,
              [](FitGammaGamma& fit, const std::optional<Rfm>& customer, double weight) { fit.add(customer, weight); });
SQL_AGGREGATE(crm_fit_gamma_gamma_add_columns,
              [](FitGammaGamma& fit, double frequency, std::optional<double> monetary) {
                  fit.add(spending(frequency, monetary));
              });
SQL_AGGREGATE(crm_fit_gamma_gamma_add_columns_weight,
              [](FitGammaGamma& fit, double frequency, std::optional<double> monetary, double weight) {
                  fit.add(spending(frequency, monetary), weight);
              });

// Scores

SQL_FUNCTION(crm_days, [](DaysOfInterval length) { return length.days; });

SQL_FUNCTION(crm_p_alive, [](const PurchaseModel& model, const Rfm& customer) { return model.p_alive(customer); });
SQL_FUNCTION(crm_p_alive_columns,
             [](const PurchaseModel& model, const Plain<Rfm>& customer) { return model.p_alive(customer); });
SQL_FUNCTION(crm_churn_probability,
             [](const PurchaseModel& model, const Rfm& customer) { return 1 - model.p_alive(customer); });
SQL_FUNCTION(crm_churn_probability_columns,
             [](const PurchaseModel& model, const Plain<Rfm>& customer) { return 1 - model.p_alive(customer); });
SQL_FUNCTION(crm_churn_probability_within, [](const PurchaseModel& model, const Rfm& customer, double horizon) {
    return model.churn_probability(customer, horizon);
});
SQL_FUNCTION(crm_churn_probability_within_columns,
             [](const PurchaseModel& model, const Plain<Rfm>& customer, double horizon) {
                 return model.churn_probability(customer, horizon);
             });
SQL_FUNCTION(crm_expected_purchases, [](const PurchaseModel& model, const Rfm& customer, double horizon) {
    return model.expected_purchases(customer, horizon);
});
SQL_FUNCTION(crm_expected_purchases_columns,
             [](const PurchaseModel& model, const Plain<Rfm>& customer, double horizon) {
                 return model.expected_purchases(customer, horizon);
             });
SQL_FUNCTION(crm_expected_purchases_new,
             [](const PurchaseModel& model, double horizon) { return model.expected_purchases(horizon); });
SQL_FUNCTION(crm_expected_spend,
             [](const SpendModel& model, const Rfm& customer) { return model.expected_spend(customer); });
SQL_FUNCTION(crm_expected_spend_columns, [](const SpendModel& model, double frequency, std::optional<double> monetary) {
    return model.expected_spend(spending(frequency, monetary));
});
SQL_FUNCTION(crm_clv, [](const PurchaseModel& buying, const SpendModel& spending, const Rfm& customer, double horizon,
                         double discount_rate) { return clv(buying, spending, customer, horizon, discount_rate); });
SQL_FUNCTION(crm_log_likelihood,
             [](const ObservationModel& model, const Rfm& customer) { return model.log_likelihood(customer); });
SQL_FUNCTION(crm_why, [](const PurchaseModel& model, const Rfm& customer) { return why(model, customer); });

}  // namespace crm::bind
