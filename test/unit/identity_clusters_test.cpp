#include "crm/identity/value_clusters.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "aggregate_laws.hpp"
#include "crm/foundation/error.hpp"
#include "hostile_bytes.hpp"

namespace {

using crm::identity::ClusteredValue;
using crm::identity::ClusterOptions;
using crm::identity::TextCounts;
using crm::identity::ValueClusterer;
using Counted = std::map<std::string, std::int64_t>;

std::vector<ClusteredValue> clusters(const Counted& values, const ClusterOptions& options = {}) {
    std::vector<TextCounts::Entry> entries;
    for (const auto& [value, count] : values) entries.push_back({value, count});
    return clusters_of(entries, options);
}

/// value -> canonical, of those that are to change.
std::map<std::string, std::string> changes(const Counted& values, const ClusterOptions& options = {}) {
    std::map<std::string, std::string> proposed;
    for (const ClusteredValue& one : clusters(values, options))
        if (one.value != one.canonical) proposed[one.value] = one.canonical;
    return proposed;
}

TEST(ValueClusters, ProposeTheMostFrequentSpelling) {
    const auto rows = clusters({{"Acme Corp", 10}, {"ACME CORP.", 3}, {"acme  corp", 1}, {"Other", 5}});
    ASSERT_EQ(rows.size(), 3u);
    EXPECT_EQ(rows[0], (ClusteredValue{1, "Acme Corp", "Acme Corp", 10, 1, "proposed"}));
    EXPECT_EQ(rows[1], (ClusteredValue{1, "Acme Corp", "ACME CORP.", 3, 1, "differs in punctuation"}));
    EXPECT_EQ(rows[2], (ClusteredValue{1, "Acme Corp", "acme  corp", 1, 1, "differs in case"}));
}

TEST(ValueClusters, OfEquallyFrequentSpellingsTheBestFormed) {
    EXPECT_EQ(changes({{"anna smith", 1}, {"Anna Smith", 1}, {"ANNA SMITH", 1}, {" Anna Smith", 1}}).at("anna smith"),
              "Anna Smith");
    EXPECT_EQ(changes({{"Anna-Smith", 1}, {"Anna Smith ", 1}}).at("Anna Smith "), "Anna-Smith");
}

TEST(ValueClusters, SayInWhatTheyDiffer) {
    const std::pair<const char*, const char*> variants[] = {{"José Garcia Lopez", "proposed"},
                                                            {"José  Garcia Lopez ", "differs in blanks"},
                                                            {"JOSÉ Garcia Lopez", "differs in case"},
                                                            {"Jose Garcia Lopez", "differs in accents"},
                                                            {"Jose Garcia, Lopez", "differs in punctuation"},
                                                            {"Lopez, José Garcia", "differs in order of words"},
                                                            {"Jose Garcia Garcia Lopez", "differs in repeated words"},
                                                            {"JoseGarcia Lopez", "differs in spacing"},
                                                            {"Jose Garcai Lopez", "misspelt"}};
    Counted values;
    for (const auto& [value, reason] : variants) values[value] = 1;
    values["José Garcia Lopez"] = 20;
    std::map<std::string, std::string> reasons;
    for (const ClusteredValue& one : clusters(values)) reasons[one.value] = one.reason;
    for (const auto& [value, reason] : variants) EXPECT_EQ(reasons[value], reason) << value;
}

TEST(ValueClusters, LeaveAloneWhatIsNotTheSame) {
    const std::set<std::string> apart[] = {{"Suite 12", "Suite 13", "Suite 112"},
                                           {"A1", "A2", "B1", "A-11"},
                                           {"12.5", "125", "1 25", "-12.5"},
                                           {"C", "C++", "C#"},
                                           {"AL", "AK", "AZ"},
                                           {"Maria", "Mario", "Marie"},
                                           {"North Alabama Hospital", "South Alabama Hospital"},
                                           {"vitamin b complex", "vitamin c complex", "vitamin d complex"},
                                           {"increased", "decreased"},
                                           {"2026-01-02", "2026-02-01"},
                                           {"scip-inf-1", "scip-inf-2", "scip-inf-10"},
                                           {"12 Main Street 5", "5 Main Street 12"},
                                           {"-", "?", "--", "."},
                                           {"voluntary non-profit", "voluntary profit"},
                                           {"किताब", "कताब"},
                                           {"Tim Jones", "Tom Jones"}};
    for (const auto& group : apart) {
        Counted values;
        for (const std::string& value : group) values[value] = 1;
        EXPECT_TRUE(changes(values).empty()) << *group.begin() << " joined";
        for (auto& [value, count] : values) count = 100;
        EXPECT_TRUE(changes(values).empty()) << *group.begin() << " joined";
    }
    Counted numbers;
    for (const char* value : {"Suite 12", "Suite 13", "A1", "A2", "AL", "AK"}) numbers[value] = 1;
    numbers["Suite 12"] = numbers["A1"] = numbers["AL"] = 1000;
    EXPECT_TRUE(changes(numbers).empty());
}

TEST(ValueClusters, MisspellingsNeedEvidence) {
    EXPECT_EQ(changes({{"Jefferson", 50}, {"Jeffreson", 2}, {"Jeffersn", 1}}).size(), 2u);
    EXPECT_EQ(changes({{"Jefferson", 50}, {"Jeffreson", 6}}).size(), 0u) << "seen too often for a slip";
    EXPECT_EQ(changes({{"Jefferson", 60}, {"Jeffreson", 6}}).size(), 1u);
    EXPECT_EQ(changes({{"Maria", 2}, {"Mario", 1}}).size(), 0u);
    EXPECT_EQ(changes({{"Philadelphia", 1}, {"Philadelphai", 1}}).size(), 1u);
    ClusterOptions collisions;
    collisions.similarity = 1;
    EXPECT_EQ(changes({{"Jefferson", 50}, {"Jeffreson", 2}, {"JEFFERSON", 1}}, collisions).size(), 1u);
}

TEST(ValueClusters, LettersForDigitsOnlyWhenAsked) {
    const Counted values{{"2053258100", 25}, {"20x3258100", 1}, {"2053258101", 1}, {"A1", 30}, {"AB", 1}};
    EXPECT_TRUE(changes(values).empty());
    ClusterOptions options;
    options.letters_for_digits = true;
    EXPECT_EQ(changes(values, options), (std::map<std::string, std::string>{{"20x3258100", "2053258100"}}));
}

TEST(ValueClusters, CodesOnlyWhenAsked) {
    const Counted values{{"scip-inf-4", 25}, {"scip-inx-4", 1}, {"scip-inf-5", 1},
                         {"scip-vte-4", 1},  {"A12B", 25},      {"A12C", 1}};
    EXPECT_TRUE(changes(values).empty());
    ClusterOptions options;
    options.codes = true;
    EXPECT_EQ(changes(values, options), (std::map<std::string, std::string>{{"scip-inx-4", "scip-inf-4"}}));
}

std::string random_spelling(std::mt19937& random) {
    static const char* const bases[] = {"Jefferson County",
                                        "jackson",
                                        "Saint Mary Hospital of the North",
                                        "Acme Corp.",
                                        "Mc Donalds",
                                        "Suite 12",
                                        "2053258100",
                                        "Österreich",
                                        "北京市",
                                        "A1"};
    std::string value = bases[random() % std::size(bases)];
    for (unsigned edits = random() % 4; edits > 0; --edits) {
        const std::size_t at = random() % (value.size() + 1);
        switch (random() % 6) {
            case 0: value.insert(at, 1, static_cast<char>('a' + random() % 26)); break;
            case 1:
                if (at < value.size()) value.erase(at, 1);
                break;
            case 2:
                if (at < value.size()) value[at] = 'x';
                break;
            case 3:
                if (at + 1 < value.size()) std::swap(value[at], value[at + 1]);
                break;
            case 4: value.insert(at, " "); break;
            default:
                for (char& c : value) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        }
    }
    return value;
}

TEST(ValueClusters, BlocksLoseNoPair) {
    for (unsigned seed = 0; seed < 60; ++seed) {
        std::mt19937 random(seed);
        Counted values;
        for (int i = 0; i < 60; ++i) values[random_spelling(random)] += random() % 3 ? 1 : 40;
        ClusterOptions options;
        options.similarity = seed % 3 == 0 ? 0.85 : 0.9;
        options.ngram = static_cast<int>(seed % 4);
        options.letters_for_digits = seed % 2;
        options.codes = seed % 5 == 0;
        std::vector<TextCounts::Entry> entries;
        for (const auto& [value, count] : values) entries.push_back({value, count});
        EXPECT_EQ(clusters_of(entries, options), clusters_by_all_pairs(entries, options)) << seed;
    }
}

TEST(ValueClusters, LargeBlocksAreCut) {
    Counted values;
    for (int i = 0; i < 3000; ++i) {
        std::string name = "Warehouse ";
        for (int n = i; n > 0; n /= 5) name += static_cast<char>('a' + n % 5);
        values[name] = 1 + i % 50;
    }
    ClusterOptions narrow;
    narrow.block = 2;
    EXPECT_NO_THROW(clusters(values, narrow));
}

TEST(ValueClusters, ObeyTheLawsOfAggregates) {
    for (const int count : {1, 2, 200}) {
        std::mt19937 random(static_cast<unsigned>(count));
        std::vector<std::string> values;
        for (int i = 0; i < count; ++i) values.push_back(random_spelling(random));
        crm::test::expect_aggregate_laws<ValueClusterer>(
            values, [](ValueClusterer& state, const std::string& value) { state.add(value); },
            [](const ValueClusterer& state) { return state.finish(); });
    }
}

TEST(ValueClusters, EdgesAndRefusals) {
    crm::test::Dropped<ValueClusterer> state;
    EXPECT_TRUE(state->finish().empty());
    state->add(std::string(1001, 'a'));
    state->add("\xff\xfe");
    state->add("\xff \xfe");
    state->add("");
    EXPECT_NO_THROW(state->finish());
    ClusterOptions other;
    other.ngram = 3;
    EXPECT_THROW(state->add("a", other), crm::invalid_argument);
    using Object = crm::Json::Object;
    EXPECT_EQ(ClusterOptions::from_json(Object{}), ClusterOptions());
    EXPECT_THROW(ClusterOptions::from_json(Object{{"similarity", 0.5}}), crm::invalid_argument);
    EXPECT_THROW(ClusterOptions::from_json(Object{{"similarity", 1.5}}), crm::invalid_argument);
    EXPECT_THROW(ClusterOptions::from_json(Object{{"ngram", 9}}), crm::invalid_argument);
    EXPECT_THROW(ClusterOptions::from_json(Object{{"block", 1}}), crm::invalid_argument);
    EXPECT_THROW(ClusterOptions::from_json(Object{{"blocks", 100}}), crm::invalid_argument);
}

TEST(ValueClusters, SurviveDamagedBytes) {
    std::mt19937 random(6);
    crm::test::Dropped<ValueClusterer> state;
    for (int i = 0; i < 30; ++i) state->add(random_spelling(random));
    crm::test::expect_survives_damage(crm::test::saved(*state), [](crm::Reader& in) {
        crm::test::Dropped<ValueClusterer> read;
        read->load(in);
        in.expect_end();
        (void)read->finish();
    });
}

}  // namespace
