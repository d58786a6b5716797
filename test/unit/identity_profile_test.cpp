#include "crm/identity/null_like.hpp"
#include "crm/identity/value_profile.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "aggregate_laws.hpp"
#include "crm/foundation/error.hpp"
#include "hostile_bytes.hpp"

namespace {

using crm::identity::is_null_like;
using crm::identity::TextCounts;
using crm::identity::trimmed;
using crm::identity::value_kind;
using crm::identity::value_shape;
using crm::identity::ValueKind;
using crm::identity::ValueProfile;
using crm::identity::ValueProfiler;
using Values = std::vector<std::optional<std::string>>;

ValueProfile profile_of(const Values& values) {
    crm::test::Dropped<ValueProfiler> profiler;
    for (const auto& value : values) profiler->add(value);
    return profiler->finish();
}

TEST(ValueShape, ShowsRuns) {
    const std::pair<const char*, const char*> examples[] = {{"Main Street 12", "Aa+ Aa+ 99"},
                                                            {"SW1A 2AA", "AA9A 9AA"},
                                                            {"+49 (30) 1234", "+99 (99) 9999"},
                                                            {"", ""},
                                                            {"a", "a"},
                                                            {"o'Brien", "a'Aa+"},
                                                            {"ABCDEF", "AAAA+"},
                                                            {"  x  ", " a "},
                                                            {"12345678901234567890", "9999999999999999+"},
                                                            {"Élodie", "Aa+"},
                                                            {"東京", "xx"},
                                                            {"a@b.de", "a@a.a+"},
                                                            {"👍👍", "👍👍"},
                                                            {"١٢", "99"}};
    for (const auto& [value, shape] : examples) EXPECT_EQ(value_shape(value), shape);
    EXPECT_EQ(value_shape("a b c d e f g h i j k"), "a a a a a a a a ...");
    EXPECT_LT(value_shape(std::string(1 << 20, '-')).size(), 10u);
    EXPECT_NO_THROW(value_shape("\xff\xfe\xe2\x82"));
}

TEST(ValueKind, IsToldByForm) {
    const std::pair<const char*, ValueKind> examples[] = {
        {"anna.smith@example.com", ValueKind::email},
        {"jörg@müller.de", ValueKind::email},
        {"a@b", ValueKind::word},
        {"a@b@c.de", ValueKind::word},
        {"https://example.com/a?b=1", ValueKind::web_address},
        {"www.example.com", ValueKind::web_address},
        {"+49 30 1234567", ValueKind::phone},
        {"(205) 325-8100", ValueKind::phone},
        {"030/1234567", ValueKind::phone},
        {"0301234567", ValueKind::phone},
        {"555-1234", ValueKind::phone},
        {"2026-02-28", ValueKind::date},
        {"28.02.2026", ValueKind::date},
        {"2/28/26", ValueKind::date},
        {"2026-02-28 12:30:05.5+01", ValueKind::date},
        {"2026-14-28", ValueKind::phone},
        {"12:30", ValueKind::time},
        {"42", ValueKind::whole_number},
        {"-1,234,567", ValueKind::whole_number},
        {"3.14", ValueKind::decimal_number},
        {"1.234,50", ValueKind::decimal_number},
        {"35233-1234", ValueKind::code},
        {"A-17/b", ValueKind::code},
        {"O'Brien", ValueKind::word},
        {"Müller", ValueKind::word},
        {"New York", ValueKind::words},
        {"1720 University Blvd", ValueKind::address},
        {"Please leave it at the door.", ValueKind::sentence},
        {"???", ValueKind::signs},
    };
    for (const auto& [value, kind] : examples) EXPECT_EQ(value_kind(value), kind) << value;
}

TEST(ValueKind, KnowsWhatStandsForNothing) {
    for (const char* value : {"", "  ", "N/A", "n.a.", " null ", "-", "Unknown", "\u00a0"})
        EXPECT_TRUE(is_null_like(value)) << value;
    for (const char* value : {"0", "no", "Nana", "false", "nonesuch"}) EXPECT_FALSE(is_null_like(value)) << value;
    EXPECT_EQ(trimmed("\u00a0\t a b \u2003\n"), "a b");
    EXPECT_EQ(trimmed("\xff \xe2"), "\xff \xe2");
}

TEST(ValueProfile, CountsWhatIsThere) {
    const ValueProfile p = profile_of({"12", "7", "12", std::nullopt, "a@b.de", "n/a", " 5.5", "x\ny"});
    EXPECT_EQ(p.rows, 8);
    EXPECT_EQ(p.nulls, 1);
    EXPECT_DOUBLE_EQ(*p.null_share, 1.0 / 8);
    EXPECT_EQ(p.null_like, 1);
    EXPECT_EQ(p.distinct, 6);
    EXPECT_TRUE(p.distinct_exact);
    EXPECT_EQ(p.least_length, 1);
    EXPECT_EQ(p.greatest_length, 6);
    EXPECT_DOUBLE_EQ(*p.mean_length, 21.0 / 7);
    EXPECT_DOUBLE_EQ(*p.digit_share, 7.0 / 19);
    EXPECT_DOUBLE_EQ(*p.letter_share, 8.0 / 19);
    EXPECT_EQ(p.non_ascii_share, 0);
    EXPECT_EQ(p.least, " 5.5");
    EXPECT_EQ(p.greatest, "x\ny");
    EXPECT_EQ(p.least_number, 5.5);
    EXPECT_EQ(p.greatest_number, 12);
    EXPECT_EQ(p.looks_like, "whole numbers");
    EXPECT_DOUBLE_EQ(*p.looks_like_share, 3.0 / 6);
    EXPECT_EQ(p.frequent.array("")[0].text(), R"({"value": "12", "count": 2, "share": 0.2857142857142857})");
    EXPECT_EQ(p.shapes.array("")[0].text(), R"({"shape": "99", "count": 2, "share": 0.2857142857142857})");
    EXPECT_EQ(
        p.flags,
        "14 % stand for nothing; 17 % look like e-mail addresses; mixed types: 33 % do not look like the numbers "
        "that the others are; 14 % have blanks before or after; 14 % have line breaks or other control characters");
}

TEST(ValueProfile, OfNothing) {
    for (const Values& values : {Values{}, Values{std::nullopt}, Values{""}, Values{" "}}) {
        const ValueProfile p = profile_of(values);
        EXPECT_EQ(p.rows, values.size());
        EXPECT_FALSE(p.looks_like || p.digit_share.value_or(0) > 0 || p.least_number);
    }
    EXPECT_EQ(profile_of({"", ""}).flags, "100 % stand for nothing; always the same value");
}

TEST(ValueProfile, LongValuesAreToldApartAndShownInPart) {
    const std::string start(1 << 20, 'a');
    const ValueProfile p = profile_of({start + "b", start + "c", start + "c"});
    EXPECT_EQ(p.distinct, 2);
    EXPECT_EQ(p.frequent.array("")[0].at("value", "").string(""), std::string(80, 'a') + "...");
    EXPECT_EQ(p.least->size(), 100u);
}

std::string random_value(std::mt19937& random) {
    static const std::vector<std::string> values{"12", "3.5",       "a@b.de",        "n/a",  "",
                                                 " x", "Main St 5", "+49 30 123456", "日本", "\xff"};
    if (random() % 3) return values[random() % values.size()];
    return "v" + std::to_string(random() % 200);
}

TEST(ValueProfile, ObeysTheLawsOfAggregates) {
    std::mt19937 random(3);
    for (const int count : {1, 2, 300}) {
        Values values;
        for (int i = 0; i < count; ++i)
            values.push_back(random() % 10 ? std::optional(random_value(random)) : std::nullopt);
        crm::test::expect_aggregate_laws<ValueProfiler>(
            values, [](ValueProfiler& state, const std::optional<std::string>& value) { state.add(value); },
            [](const ValueProfiler& state) { return state.finish(); });
    }
}

TEST(ValueProfile, ManyDistinctValuesAreSampledAlikeInAnyOrder) {
    std::mt19937 random(4);
    Values values;
    for (int i = 0; i < 60000; ++i) values.push_back("value " + std::to_string(i));
    const ValueProfile p = profile_of(values);
    EXPECT_FALSE(p.distinct_exact);
    EXPECT_NEAR(static_cast<double>(p.distinct), 60000, 60000 * 4 * 1.2 / std::sqrt(32768));
    crm::test::expect_aggregate_laws<ValueProfiler>(
        values, [](ValueProfiler& state, const std::optional<std::string>& value) { state.add(value); },
        [](const ValueProfiler& state) { return state.finish(); }, 2);
}

TEST(TextCounts, CountsAsAMapDoes) {
    std::mt19937 random(5);
    crm::test::Dropped<ValueProfiler> unused;
    std::pmr::monotonic_buffer_resource memory;
    TextCounts counts(&memory, 1000);
    std::map<std::string, std::int64_t> truth;
    for (int i = 0; i < 5000; ++i) {
        const std::string value = random_value(random);
        counts.add(value);
        ++truth[value];
    }
    const auto entries = counts.sorted();
    ASSERT_EQ(entries.size(), truth.size());
    auto expected = truth.begin();
    for (const auto& entry : entries) {
        EXPECT_EQ(entry.text, expected->first);
        EXPECT_EQ(entry.count, expected++->second);
    }
}

TEST(ValueProfile, SurvivesDamagedBytes) {
    std::mt19937 random(6);
    crm::test::Dropped<ValueProfiler> profiler;
    for (int i = 0; i < 30; ++i) profiler->add(random_value(random));
    crm::test::expect_survives_damage(crm::test::saved(*profiler), [](crm::Reader& in) {
        crm::test::Dropped<ValueProfiler> read;
        read->load(in);
        in.expect_end();
        (void)read->finish();
    });
}

}  // namespace
