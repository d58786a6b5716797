// The SQL face of RFM: summaries, scores, segments.
#include "crm/value/rfm_score.hpp"
#include "crm/value/timeline_builder.hpp"
#include "extension/value_rows.hpp"

namespace crm::bind {

using namespace crm::value;

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

}  // namespace crm::bind
