#include "crm/foundation/model.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "crm/foundation/error.hpp"
#include "hostile_bytes.hpp"

namespace {

using crm::FitReport;
using crm::Json;
using crm::Reader;
using crm::Writer;

FitReport report() {
    FitReport report;
    report.observations = 2357;
    report.distinct_observations = 1016;
    report.skipped = 3;
    report.parameters = 4;
    report.log_likelihood = -9582.4292066747;
    report.converged = true;
    report.iterations = 5;
    report.message = "a runs to 0: nobody leaves";
    return report;
}

std::vector<std::byte> saved(const FitReport& report) {
    Writer out;
    report.save(out);
    return {out.bytes().begin(), out.bytes().end()};
}

std::string described(const FitReport& report) { return Json(report.to_json()).text(); }

TEST(FitReport, InformationCriteria) {
    EXPECT_DOUBLE_EQ(*report().aic(), 2 * 9582.4292066747 + 8);
    EXPECT_DOUBLE_EQ(*report().bic(), 2 * 9582.4292066747 + 4 * std::log(2357));
    FitReport without = report();
    without.log_likelihood.reset();
    EXPECT_FALSE(without.aic());
    EXPECT_FALSE(without.bic());
    without = report();
    without.observations = 0;
    EXPECT_FALSE(without.bic());
}

TEST(FitReport, BytesReadBack) {
    for (const bool known : {true, false}) {
        FitReport written = report();
        if (!known) written.log_likelihood.reset();
        const auto bytes = saved(written);
        Reader in(bytes);
        EXPECT_EQ(described(FitReport::load(in)), described(written));
        in.expect_end();
    }
}

TEST(FitReport, JsonReadsBack) {
    for (const bool known : {true, false}) {
        FitReport written = report();
        if (!known) written.log_likelihood.reset();
        EXPECT_EQ(described(FitReport::from_json(written.to_json())), described(written));
    }
}

TEST(FitReport, WrongJsonIsRefused) {
    EXPECT_THROW(FitReport::from_json(Json::Object{{"observations", 1}}), crm::invalid_argument);
    EXPECT_THROW(FitReport::from_json(Json::Object{{"surprise", 1}}), crm::invalid_argument);
    EXPECT_THROW(FitReport::from_json(3), crm::invalid_argument);
}

TEST(FitReport, SurvivesDamagedBytes) {
    crm::test::expect_survives_damage(saved(report()), [](Reader& in) {
        const FitReport damaged = FitReport::load(in);
        in.expect_end();
        EXPECT_EQ(described(FitReport::from_json(damaged.to_json())), described(damaged));
    });
}

}  // namespace
