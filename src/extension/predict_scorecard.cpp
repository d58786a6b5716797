// The SQL face of scorecards.
#include "crm/predict/scorecard_fit.hpp"
#include "extension/predict_fits.hpp"

namespace crm::bind {

using namespace crm::predict;

template <>
struct Row<PointsRow> {
    using Number = std::optional<double>;
    using Columns =
        std::tuple<std::string, std::optional<std::string>, Number, Number, std::int32_t, Number, Number, Number>;
    static Columns columns(const PointsRow& row) {
        static_assert(Scorecard::most_points <= std::numeric_limits<std::int32_t>::max());
        return {row.feature, row.bin,  row.lower,   row.upper, static_cast<std::int32_t>(row.points),
                row.share,   row.rate, row.evidence};
    }
};

namespace {

template <class Features>
inline constexpr auto points_of =
    [](const Scorecard& card, const Features& features) { return card.points(features.codes(card.encoder())); };

template <class Features>
inline constexpr auto total_points =
    [](const Scorecard& card, const Features& features) { return card.total_points(features.codes(card.encoder())); };

}  // namespace

SQL_MODEL(Scorecard);

SQL_FEATURE_FITS(scorecard_boolean, ScorecardFit);

SQL_FUNCTION(crm_points, [](const Scorecard& card) { return card.points(); });
SQL_FUNCTION(crm_points_features, points_of<JsonbObject>);
SQL_FUNCTION(crm_points_array, points_of<NumberRow>);
SQL_FUNCTION(crm_total_points, total_points<JsonbObject>);
SQL_FUNCTION(crm_total_points_array, total_points<NumberRow>);

}  // namespace crm::bind
