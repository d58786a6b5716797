#include "crm/identity/similarity.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "crm/foundation/error.hpp"
#include "crm/identity/fingerprint.hpp"

namespace {

using crm::identity::edit_distance;
using crm::identity::fingerprint;
using crm::identity::jaro_winkler;
using crm::identity::ngram_fingerprint;

std::u32string random_text(std::mt19937& random, std::size_t longest, unsigned letters) {
    std::u32string text(random() % (longest + 1), U'a');
    for (char32_t& c : text) c = U'a' + random() % letters;
    return text;
}

/// As the definition has it.
double naive_jaro_winkler(const std::u32string& a, const std::u32string& b) {
    if (a == b) return 1;
    if (a.empty() || b.empty()) return 0;
    const int n = static_cast<int>(a.size()), m = static_cast<int>(b.size());
    const int window = std::max(std::max(n, m) / 2 - 1, 0);
    std::vector<bool> in_a(a.size()), in_b(b.size());
    double count = 0;
    for (int i = 0; i < n; ++i)
        for (int j = std::max(0, i - window); j < std::min(m, i + window + 1); ++j)
            if (const auto x = static_cast<std::size_t>(i), y = static_cast<std::size_t>(j); !in_b[y] && a[x] == b[y]) {
                in_a[x] = in_b[y] = true;
                ++count;
                break;
            }
    if (count == 0) return 0;
    double moved = 0;
    std::size_t j = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (!in_a[i]) continue;
        while (!in_b[j]) ++j;
        moved += a[i] != b[j++];
    }
    const double jaro = (count / n + count / m + (count - moved / 2) / count) / 3;
    double prefix = 0;
    for (std::size_t i = 0; i < std::min({a.size(), b.size(), std::size_t{4}}) && a[i] == b[i]; ++i) ++prefix;
    return jaro > 0.7 ? jaro + prefix * 0.1 * (1 - jaro) : jaro;
}

std::size_t naive_edit_distance(const std::u32string& a, const std::u32string& b) {
    std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
    for (std::size_t i = 0; i <= a.size(); ++i)
        for (std::size_t j = 0; j <= b.size(); ++j) {
            if (i == 0 || j == 0) {
                d[i][j] = i + j;
                continue;
            }
            d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1])});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
        }
    return d[a.size()][b.size()];
}

TEST(Similarity, JaroWinklerAsPublished) {
    // Winkler (1990), table of examples.
    const struct {
        const char *one, *other;
        double expected;
    } examples[] = {{"MARTHA", "MARHTA", .961},        {"DIXON", "DICKSONX", .813},
                    {"DWAYNE", "DUANE", .840},         {"SHACKLEFORD", "SHACKELFORD", .982},
                    {"DUNNINGHAM", "CUNNIGHAM", .896}, {"NICHLESON", "NICHULSON", .956},
                    {"JONES", "JOHNSON", .832},        {"MASSEY", "MASSIE", .933},
                    {"ABROMS", "ABRAMS", .922},        {"JERALDINE", "GERALDINE", .926},
                    {"MICHELLE", "MICHAEL", .921},     {"JULIES", "JULIUS", .933},
                    {"TANYA", "TONYA", .880},          {"SEAN", "SUSAN", .805}};
    for (const auto& [one, other, expected] : examples) {
        EXPECT_NEAR(jaro_winkler(std::string_view(one), other), expected, 6e-4) << one << " " << other;
        EXPECT_NEAR(jaro_winkler(std::string_view(other), one), expected, 6e-4) << one << " " << other;
    }
}

TEST(Similarity, JaroWinklerIsTheDefinition) {
    std::mt19937 random(1);
    for (int i = 0; i < 20000; ++i) {
        const auto a = random_text(random, 14, 2 + i % 5), b = random_text(random, 14, 2 + i % 5);
        ASSERT_EQ(jaro_winkler(a, b), naive_jaro_winkler(a, b)) << i;
    }
}

TEST(Similarity, JaroWinklerAtTheEdges) {
    EXPECT_EQ(jaro_winkler(std::string_view(""), ""), 1);
    EXPECT_EQ(jaro_winkler(std::string_view(""), "a"), 0);
    EXPECT_EQ(jaro_winkler(std::string_view("a"), "b"), 0);
    EXPECT_EQ(jaro_winkler(std::string_view("\xff\xfe"), "\xff\xfe"), 1);
    const std::string large(1 << 20, 'a');
    EXPECT_GT(jaro_winkler(std::string_view(large), large + "b"), 0.999);
}

TEST(Similarity, EditDistanceIsTheDefinitionUpToItsLimit) {
    std::mt19937 random(2);
    for (int i = 0; i < 30000; ++i) {
        const auto a = random_text(random, 9, 2 + i % 3);
        auto b = random_text(random, 9, 2 + i % 3);
        if (i % 2) b = a + b.substr(0, 2);
        const std::size_t truth = naive_edit_distance(a, b), most = random() % 6;
        ASSERT_EQ(edit_distance(a, b, most), std::min(truth, most + 1)) << i;
    }
}

TEST(Fingerprint, AsOpenRefineHasIt) {
    EXPECT_EQ(fingerprint("  Cruise, Tom "), "cruise tom");
    EXPECT_EQ(fingerprint("Tom Cruise"), "cruise tom");
    EXPECT_EQ(fingerprint("tom\tcruise TOM"), "cruise tom");
    EXPECT_EQ(fingerprint("Gödel, Escher, Bach"), "bach escher godel");
    EXPECT_EQ(fingerprint("Straße"), "strasse");
    EXPECT_EQ(ngram_fingerprint("Paris", 2), "arispari");
    EXPECT_EQ(ngram_fingerprint("Paris", 1), "aiprs");
    EXPECT_EQ(ngram_fingerprint("Krzysztof", 1), ngram_fingerprint("KrZyszStof ", 1));
    EXPECT_EQ(ngram_fingerprint("Mc Donald's", 2), ngram_fingerprint("MCDONALDS", 2));
}

TEST(Fingerprint, AtTheEdges) {
    EXPECT_EQ(fingerprint(""), "");
    EXPECT_EQ(fingerprint(" .,- "), "");
    EXPECT_EQ(ngram_fingerprint("", 2), "");
    EXPECT_EQ(ngram_fingerprint("a", 2), "a");
    EXPECT_EQ(fingerprint("ＴＯＭ"), "tom");
    EXPECT_EQ(fingerprint("e\u0301t\u00e9"), "ete");
    EXPECT_NE(fingerprint("कि"), fingerprint("का")) << "marks that are vowels stay";
    EXPECT_NE(fingerprint("ที่"), fingerprint("ที"));
    EXPECT_EQ(fingerprint("שלום, עולם"), fingerprint("עולם שלום"));
    EXPECT_EQ(fingerprint("ok 👍"), "ok 👍");
    EXPECT_NO_THROW(fingerprint("\xff\xc3\x28\xe2\x82"));
    for (const int n : {0, -1, 65}) EXPECT_THROW(ngram_fingerprint("a", n), crm::invalid_argument);
}

}  // namespace
