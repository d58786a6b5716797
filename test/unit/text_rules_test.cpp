#include "crm/text/rules.hpp"

#include <gtest/gtest.h>
#include <regex.h>

#include <algorithm>
#include <random>
#include <set>

#include "aggregate_laws.hpp"
#include "crm/foundation/error.hpp"
#include "crm/text/rules_literals.hpp"
#include "crm/text/rules_model.hpp"
#include "crm/text/rules_query.hpp"
#include "hostile_bytes.hpp"

namespace crm::text {
namespace {

/// The C library's expressions, on ASCII.
class StandardPattern : public Pattern {
public:
    explicit StandardPattern(const Expression& expression) {
        if (regcomp(&pattern_, expression.body.c_str(), REG_EXTENDED | (expression.ignore_case ? REG_ICASE : 0)) != 0)
            throw invalid_argument("regular expression is wrong");
    }
    StandardPattern(const StandardPattern&) = delete;
    StandardPattern& operator=(const StandardPattern&) = delete;
    ~StandardPattern() override { regfree(&pattern_); }

    std::optional<CharacterSpan> find(std::u32string_view comment) override {
        ++tried;
        std::string plain;
        for (const char32_t c : comment) plain.push_back(c > 0 && c < 128 ? static_cast<char>(c) : '?');
        regmatch_t match;
        if (regexec(&pattern_, plain.c_str(), 1, &match, 0) != 0) return {};
        return CharacterSpan{static_cast<std::size_t>(match.rm_so), static_cast<std::size_t>(match.rm_eo)};
    }

    static inline int tried = 0;

private:
    regex_t pattern_;
};

struct Standard {
    static std::unique_ptr<Pattern> compile(const Expression& expression) {
        return std::make_unique<StandardPattern>(expression);
    }
};

RuleSet rules_of(std::vector<std::string> rules) {
    std::vector<Rule> all;
    for (auto& rule : rules) all.push_back({"topic", std::move(rule)});
    return RuleSet(std::move(all), &Standard::compile);
}

bool matches(const std::string& rule, std::string_view comment) { return rules_of({rule}).first(comment) != nullptr; }

/// What of the comment a rule matched; "-" without a match, "" where only absence made it match.
std::string matched(const std::string& rule, std::string_view comment) {
    const RuleSet set = rules_of({rule});
    const auto found = set.match(comment);
    if (found.empty()) return "-";
    return found.front().place ? std::string(found.front().place->text) : "";
}

std::string defect(const std::string& rule) {
    try {
        rules_of({rule}).check_expressions();
        return "";
    } catch (const invalid_argument& wrong) {
        EXPECT_EQ(wrong.detail(), "The rule is one of topic \"topic\".");
        return wrong.message();
    }
}

TEST(TextRules, WordsPhrasesAndOperators) {
    EXPECT_TRUE(matches("refund", "I want a REFUND!"));
    EXPECT_FALSE(matches("refund", "I want refunds"));
    EXPECT_TRUE(matches("refund:*", "I want refunds"));
    EXPECT_TRUE(matches("refund*", "I want refunds"));
    EXPECT_TRUE(matches("late & refund", "Refund me, it was late"));
    EXPECT_FALSE(matches("late & refund", "it was late"));
    EXPECT_TRUE(matches("late | refund", "it was late"));
    EXPECT_TRUE(matches("late & !refund", "it was late"));
    EXPECT_FALSE(matches("late & !refund", "it was late: refund"));
    EXPECT_TRUE(matches("late <-> delivery", "a late delivery"));
    EXPECT_FALSE(matches("late <-> delivery", "delivery was late"));
    EXPECT_TRUE(matches("late <2> delivery", "late parcel delivery"));
    EXPECT_FALSE(matches("late <2> delivery", "late delivery"));
    EXPECT_TRUE(matches("late delivery", "a late, delivery"));
    EXPECT_FALSE(matches("late delivery", "late x delivery"));
    EXPECT_TRUE(matches("'late delivery'", "late delivery"));
    EXPECT_TRUE(matches("\"late delivery\" & “very cold”", "late delivery, very cold food"));
    EXPECT_TRUE(matches("„late delivery“", "late delivery"));
    EXPECT_TRUE(matches("late deliver:*", "late deliveries"));
    EXPECT_TRUE(matches("e-mail", "sent an E-Mail twice"));
    EXPECT_TRUE(matches("can't", "I CAN’T log in"));
    EXPECT_TRUE(matches("(a | b) & (c | d)", "b d"));
    EXPECT_FALSE(matches("a | b & c", "b"));
    EXPECT_TRUE(matches("a | b & c", "a"));
    EXPECT_TRUE(matches("!a", ""));
    EXPECT_TRUE(matches("!!a", "a"));
}

TEST(TextRules, NearIsAtMostSoManyWordsApartInEitherOrder) {
    EXPECT_TRUE(matches("late <~3> delivery", "late delivery"));
    EXPECT_TRUE(matches("late <~3> delivery", "delivery was very late"));
    EXPECT_FALSE(matches("late <~2> delivery", "delivery was very late"));
    EXPECT_FALSE(matches("late <~3> lat:*", "so late"));
    EXPECT_TRUE(matches("late <~1> late", "late, late"));
    EXPECT_TRUE(matches("'very late' <~2> delivery", "delivery was very late"));
    EXPECT_FALSE(matches("'very late' <~1> delivery", "delivery was very late"));
    EXPECT_TRUE(matches("a <~3> b <~3> c", "a c b"));
    EXPECT_TRUE(matches("(a <~3> b) <-> c", "b x a c"));
    EXPECT_EQ(matched("late <~5> delivery", "the delivery, it was late, so late"), "delivery, it was late");
}

TEST(TextRules, NegationWithinARow) {
    EXPECT_TRUE(matches("!not <-> good", "good"));
    EXPECT_TRUE(matches("!not <-> good", "very good"));
    EXPECT_FALSE(matches("!not <-> good", "not good"));
    EXPECT_TRUE(matches("!not <-> good", "not good but good"));
    EXPECT_TRUE(matches("good <-> !grief", "good"));
    EXPECT_FALSE(matches("good <-> !grief", "good grief"));
    EXPECT_TRUE(matches("!(not | never) <-> good", "so good"));
    EXPECT_FALSE(matches("!(not | never) <-> good", "never good"));
    EXPECT_EQ(matched("!not <-> good", "a very good one"), "good");
}

TEST(TextRules, AlternativesKeepTheirLength) {
    for (const auto* const comment : {"a d", "b c d", "x b c d"}) EXPECT_TRUE(matches("(a | b <-> c) <-> d", comment));
    for (const auto* const comment : {"a x d", "b c x d", "b d"})
        EXPECT_FALSE(matches("(a | b <-> c) <-> d", comment)) << comment;
}

TEST(TextRules, SaysWhereARuleMatched) {
    EXPECT_EQ(matched("late delivery", "So: a «Late  Delivery»."), "Late  Delivery");
    EXPECT_EQ(matched("cold & late", "Late again, and the food was cold!"), "Late again, and the food was cold");
    EXPECT_EQ(matched("cold | late", "Late again, and cold"), "Late");
    EXPECT_EQ(matched("!cold", "Late again"), "");
    EXPECT_EQ(matched("late & !cold", "was late again"), "late");
    EXPECT_EQ(matched("cafe", "un café noir"), "-");
    EXPECT_EQ(matched("café", "un cafe\u0301 noir"), "cafe\u0301");
    const RuleSet set = rules_of({"noir"});
    const std::string comment = "\u202Bun 👍🏽 cafe\u0301 Noir";
    const RuleMatch found = set.match(comment).at(0);
    EXPECT_EQ(found.place->position, 14);
    EXPECT_EQ(found.place->length, 4);
    EXPECT_EQ(comment.substr(found.place->byte, found.place->bytes), "Noir");
}

TEST(TextRules, AnyScript) {
    EXPECT_TRUE(matches("ไม่ดี", "อาหารไม่ดีเลย"));
    EXPECT_FALSE(matches("ไม่ดี", "ไม่มีดี"));
    EXPECT_EQ(matched("ไม่ดี", "อาหารไม่ดีเลย"), "ไม่ดี");
    EXPECT_TRUE(matches("配送 <~3> 慢", "配送太慢了"));
    EXPECT_EQ(matched("配送 <~3> 慢", "配送太慢了"), "配送太慢");
    EXPECT_TRUE(matches("👍", "great👍👍"));
    EXPECT_EQ(matched("الطلب متأخر", "وصل الطلب متأخر جدا"), "الطلب متأخر");
    EXPECT_TRUE(matches("strasse", "in der Straße"));
    EXPECT_TRUE(matches("ＬＡＴＥ", "late"));
}

TEST(TextRules, AWrongRuleSaysWhere) {
    EXPECT_EQ(defect(""), "rule \"\" has no word, at character 1");
    EXPECT_EQ(defect("  "), "rule \"  \" has no word, at character 1");
    EXPECT_EQ(defect("late & "), "rule \"late & \" ends where a word was expected, at character 8");
    EXPECT_EQ(defect("& late"), "rule \"& late\" has \"&\" where a word was expected, at character 1");
    EXPECT_EQ(defect("(late"), "rule \"(late\" ends where an operator or ) was expected, at character 6");
    EXPECT_EQ(defect("late)"), "rule \"late)\" has \")\" where an operator was expected, at character 5");
    EXPECT_EQ(defect("late (a | b)"), "rule \"late (a | b)\" has \"(\" where an operator was expected, at character 6");
    EXPECT_EQ(defect("a <x> b"), "rule \"a <x> b\" has a < that begins no distance, at character 3");
    EXPECT_EQ(defect("a <20000> b"), "rule \"a <20000> b\" has an impossible distance, at character 4");
    EXPECT_EQ(defect("a <~0> b"), "rule \"a <~0> b\" has an impossible distance, at character 5");
    EXPECT_EQ(defect("a:B"), "rule \"a:B\" has : without *, at character 2");
    EXPECT_EQ(defect("del*ery"), "rule \"del*ery\" has * inside a word, at character 4");
    EXPECT_EQ(defect("'late"), "rule \"'late\" has a quotation mark that is not closed, at character 1");
    EXPECT_EQ(defect("late & ..."), "rule \"late & ...\" has signs without a word, at character 8");
    EXPECT_EQ(defect("late AND cold"),
              "rule \"late AND cold\" has the word AND where an operator may be meant, at character 6");
    EXPECT_EQ(defect("!a <-> !b"),
              "rule \"!a <-> !b\" says only which words do not follow one another, at character 1");
    EXPECT_EQ(defect("!(a <-> b) <-> c"),
              "rule \"!(a <-> b) <-> c\" has ! before a phrase that is part of a phrase, at character 1");
    EXPECT_EQ(defect("!a <~2> b"), "rule \"!a <~2> b\" has ! beside <~N>, at character 9");
    EXPECT_EQ(defect("(a & b <-> c) <-> d"),
              "rule \"(a & b <-> c) <-> d\" has phrases of different lengths within a phrase, joined by & or !, at "
              "character 2");
    EXPECT_EQ(defect("ไม่ดี &"), "rule \"ไม่ดี &\" ends where a word was expected, at character 8");
    EXPECT_EQ(defect("/abc"), "regular expression \"/abc\" has no closing slash");
    EXPECT_EQ(defect("//"), "regular expression // is empty");
    EXPECT_EQ(defect("/abc/ & late"), "regular expression \"/abc/ & late\" has \" & late\" where flags were expected");
    EXPECT_NE(defect("/(abc/"), "");
    EXPECT_THROW(RuleSet(std::vector<Rule>{{"", "late"}}), invalid_argument);
    EXPECT_THROW(RuleSet(std::vector<Rule>{{"a", "\xff late"}}), invalid_argument);
    EXPECT_THROW(RuleSet(std::vector<Rule>{{"a\xc3", "late"}}), invalid_argument);
    EXPECT_THROW(RuleSet(std::vector<Rule>{{"a", "/x/"}}), invalid_argument);
    EXPECT_THROW(rule_action("veto"), invalid_argument);
}

TEST(TextRules, DeepOrLongRulesDoNotOverflow) {
    const std::string deep(10000, '(');
    EXPECT_NE(defect(deep + "a" + std::string(10000, ')')).find("nested more than 100 levels"), std::string::npos);
    EXPECT_NE(defect(std::string(100000, '!') + "a").find("nested more than 100 levels"), std::string::npos);
    EXPECT_TRUE(matches(std::string(99, '(') + "a" + std::string(99, ')'), "a"));
    std::string chain = "w0", near = "w0", row = "w";
    for (int i = 1; i < 20000; ++i) {
        chain += (i % 2 ? " & w" : " | w") + std::to_string(i % 7);
        near += " <~16384> w" + std::to_string(i % 3);
        row += " <16384> w";
    }
    EXPECT_TRUE(matches(chain, "w0 w1"));
    EXPECT_FALSE(matches(near, "w0 w1"));
    EXPECT_FALSE(matches(row, "w w"));
}

TEST(TextRules, LongCommentsAreMatched) {
    std::string comment;
    while (comment.size() < 1'000'000) comment += "a ";
    EXPECT_TRUE(matches("a <-> a", comment));
    EXPECT_FALSE(matches("a <~100> b", comment));
    EXPECT_EQ(rules_of({"zz:*"}).match(comment + "zzz").at(0).place->position, 1'000'001);
    comment.resize(50'000);
    EXPECT_TRUE(matches("a <~16384> a <~16384> a", comment));
    EXPECT_TRUE(matches("(a | a a | a a a) <-> (a | a a | a a a) <-> a", comment));
}

TEST(TextRules, PriorityOrdersAndExclusionVetoes) {
    const RuleSet set({{"Delivery", "late", 10},
                       {"Refund", "refund", 5},
                       {"Refund", "no <-> refund", 50, RuleAction::exclude},
                       {"Billing", "refund | invoice", 5},
                       {"Billing", "joke", 100, RuleAction::exclude}});
    const auto topics = [&set](std::string_view comment) {
        std::string all;
        for (const RuleMatch& match : set.match(comment))
            all += match.rule->topic + (match.rule->action == RuleAction::exclude ? "! " : match.excluded ? "? " : " ");
        return all;
    };
    EXPECT_EQ(topics("late refund"), "Billing Refund Delivery ");
    EXPECT_EQ(topics("late, no refund, a joke"), "Billing? Refund? Delivery Refund! Billing! ");
    EXPECT_EQ(set.first("late refund")->topic, "Billing");
    EXPECT_EQ(set.first("late, no refund, a joke")->topic, "Delivery");
    EXPECT_EQ(set.first("no refund, a joke"), nullptr);
    EXPECT_EQ(set.first("joke"), nullptr);
    EXPECT_EQ(set.first_match("a refund, a joke")->place->text, "refund");
    EXPECT_EQ(set.excluded("no refund, a joke"), (std::vector<std::string_view>{"Billing", "Refund"}));
    EXPECT_TRUE(set.excluded("late").empty());
}

TEST(TextRules, ExpressionsAreTriedOnlyWhereTheirLiteralIs) {
    const auto literal = [](const std::string& rule) { return Expression::read(rule)->required_literal(); };
    EXPECT_EQ(literal("/order\\s+#?[0-9]{6}/"), "order");
    EXPECT_EQ(literal("/(colou?r|paint) fading/"), " fading");
    EXPECT_EQ(literal("/ab?c+defg*h/"), "def");
    EXPECT_EQ(literal("/LATE delivery/i"), "late del");
    EXPECT_EQ(literal("/a\\.com/"), "a.com");
    EXPECT_EQ(literal("/größer/"), "größer");
    EXPECT_EQ(literal("/größe?/"), "größ");
    EXPECT_EQ(literal("/grö?ß/"), "");
    for (const auto* const none : {"/abc|def/", "/(?i)abcdef/", "/***=abc/", "/[abc]def[\\]x]/", "/ab/",
                                   "/\\u0061bcdef/", "/abc def/x", "/a(b[\\]])cdef/", "/x{3}yz/"})
        EXPECT_EQ(literal(none), "") << none;

    const RuleSet set = rules_of({"/order #[0-9]+/", "/REFUND/i", "/[0-9]{3}/"});
    StandardPattern::tried = 0;
    EXPECT_TRUE(set.match("nothing here").empty());
    EXPECT_EQ(StandardPattern::tried, 1);
    EXPECT_EQ(set.match("My Order #12 refunded").size(), 1u);
    EXPECT_EQ(set.match("order #12, Refund 123").size(), 3u);
    EXPECT_EQ(matched("/ #[0-9]+/", "é👍 order #12!"), " #12");
    EXPECT_EQ(rules_of({"/#[0-9]+/"}).match("é👍 order #12!").at(0).place->position, 10);
    EXPECT_EQ(matched("/a*/", "bbb"), "");
}

TEST(TextRules, LiteralsAreFoundWhereverTheyAre) {
    std::mt19937 random(4);
    const auto text = [&random](std::size_t size) {
        std::string made;
        while (made.size() < size) made.push_back("abAB"[random() % 4]);
        return made;
    };
    const auto small = [](std::string one) {
        std::ranges::transform(one, one.begin(), [](char c) { return static_cast<char>(c | 32); });
        return one;
    };
    std::vector<LiteralIndex::Literal> literals;
    for (std::uint32_t i = 0; i < 60; ++i) literals.push_back({text(3 + random() % 6), i});
    const LiteralIndex index(literals);
    for (int trial = 0; trial < 200; ++trial) {
        const std::string comment = text(random() % 40);
        std::set<std::uint32_t> found, expected;
        index.each(comment, [&found](std::uint32_t owner) { found.insert(owner); });
        for (const auto& [literal, owner] : literals)
            if (small(comment).find(small(literal)) != std::string::npos) expected.insert(owner);
        EXPECT_EQ(found, expected) << comment;
    }
}

// Against a matcher that knows nothing but the definition: a row of PostgreSQL's matches where some choice of places
// does.

using Words = std::vector<std::string>;

/// A random rule over the words a to e, with what it means as a tree of its own.
struct Tree {
    char kind;  // a word w or W (prefix), ! & | - (row) ~ (near)
    std::string word;
    int distance = 1;
    std::vector<Tree> parts;

    std::string text() const {
        switch (kind) {
            case 'w': return word;
            case 'W': return word + ":*";
            case '!': return "!(" + parts[0].text() + ")";
            default: break;
        }
        const std::string sign = kind == '-'   ? "<" + std::to_string(distance) + ">"
                                 : kind == '~' ? "<~" + std::to_string(distance) + ">"
                                               : std::string(1, kind);
        return "(" + parts[0].text() + " " + sign + " " + parts[1].text() + ")";
    }
};

using Spans = std::set<std::pair<int, int>>;

/// All spans of words that a positive part matches.
Spans spans(const Tree& tree, const Words& words) {
    Spans found;
    if (tree.kind == 'w' || tree.kind == 'W') {
        for (int i = 0; i < static_cast<int>(words.size()); ++i) {
            const std::string& word = words[static_cast<std::size_t>(i)];
            if (tree.kind == 'w' ? word == tree.word : word.starts_with(tree.word)) found.insert({i, i});
        }
        return found;
    }
    const Spans left = spans(tree.parts[0], words), right = spans(tree.parts[1], words);
    if (tree.kind == '|') {
        found = left;
        found.insert(right.begin(), right.end());
    }
    for (const auto& [a, b] : left)
        for (const auto& [c, d] : right) {
            if (tree.kind == '-' && b + tree.distance == c) found.insert({a, d});
            if (tree.kind == '~' && ((c > b && c - b <= tree.distance) || (a > d && a - d <= tree.distance)))
                found.insert({std::min(a, c), std::max(b, d)});
        }
    return found;
}

bool truth(const Tree& tree, const Words& words) {
    switch (tree.kind) {
        case '!': return !truth(tree.parts[0], words);
        case '&': return truth(tree.parts[0], words) && truth(tree.parts[1], words);
        case '|': return truth(tree.parts[0], words) || truth(tree.parts[1], words);
        default: return !spans(tree, words).empty();
    }
}

class RandomTrees {
public:
    explicit RandomTrees(unsigned seed) : random_(seed) {}

    Tree boolean(int depth) {
        if (depth == 0) return leaf();
        switch (pick(5)) {
            case 0: return {'!', "", 1, {boolean(depth - 1)}};
            case 1: return {'&', "", 1, {boolean(depth - 1), boolean(depth - 1)}};
            case 2: return {'|', "", 1, {boolean(depth - 1), boolean(depth - 1)}};
            case 3: return {'~', "", 1 + pick(3), {row(depth - 1), row(0)}};
            default: return row(depth);
        }
    }

    Tree row(int depth) {
        if (depth == 0) return leaf();
        if (pick(3) == 0) return {'|', "", 1, {row(depth - 1), row(depth - 1)}};
        return {'-', "", pick(4), {row(depth - 1), row(depth - 1)}};
    }

    Tree leaf() {
        return {pick(4) ? 'w' : 'W', std::string(1, static_cast<char>('a' + pick(4))) + (pick(3) ? "" : "x"), 1, {}};
    }

    std::string comment(Words& words) {
        std::string text;
        for (int n = pick(12); n > 0; --n) {
            words.push_back(std::string(1, static_cast<char>('a' + pick(5))) + (pick(3) ? "" : "x"));
            text += words.back() + (pick(3) ? " " : ", ");
        }
        return text;
    }

private:
    int pick(int below) { return static_cast<int>(random_() % static_cast<unsigned>(below)); }
    std::mt19937 random_;
};

/// "a" near "a" is two different places.
bool may_overlap(const Tree& tree) {
    return (tree.kind == '~' && tree.parts[0].kind != 'w' && tree.parts[0].kind != 'W') ||
           std::ranges::any_of(tree.parts, may_overlap);
}

TEST(TextRules, AgreesWithBruteForce) {
    RandomTrees random(7);
    int yes = 0, compared = 0;
    for (int trial = 0; trial < 20000; ++trial) {
        const Tree tree = random.boolean(3);
        if (may_overlap(tree)) continue;
        Words words;
        const std::string comment = random.comment(words);
        const bool expected = truth(tree, words);
        EXPECT_EQ(matches(tree.text(), comment), expected) << tree.text() << " @ " << comment;
        yes += expected;
        ++compared;
    }
    EXPECT_GT(compared, 10000);
    EXPECT_GT(yes, compared / 10);
    EXPECT_LT(yes, compared * 9 / 10);
}

TEST(TextRules, ManyRulesMatchAsEachAlone) {
    RandomTrees random(8);
    std::vector<Rule> rules;
    std::vector<std::unique_ptr<RuleSet>> alone;
    for (int i = 0; i < 300; ++i) {
        rules.push_back({std::to_string(i), random.boolean(2).text(), i % 7});
        alone.push_back(std::make_unique<RuleSet>(std::vector<Rule>{rules.back()}));
    }
    const RuleSet together(rules);
    for (int trial = 0; trial < 200; ++trial) {
        Words words;
        const std::string comment = random.comment(words);
        std::vector<const Rule*> expected;
        for (std::size_t i = 0; i < rules.size(); ++i)
            if (alone[i]->first(comment)) expected.push_back(&rules[i]);
        std::ranges::sort(expected, {}, [](const Rule* rule) { return std::tie(rule->priority, rule->topic); });
        const auto found = together.match(comment);
        ASSERT_EQ(found.size(), expected.size());
        for (std::size_t i = 0; i < found.size(); ++i) EXPECT_EQ(*found[i].rule, *expected[i]);
        const Rule* const first = together.first(comment);
        ASSERT_EQ(first != nullptr, !expected.empty());
        if (first) {
            EXPECT_EQ(*first, *expected.front());
        }
    }
}

TEST(TextRules, AHundredThousandRules) {
    std::vector<Rule> rules;
    for (int i = 0; i < 100'000; ++i)
        rules.push_back({"topic " + std::to_string(i % 100), "word" + std::to_string(i) + " <-> delivery", i % 3});
    const RuleSet set(std::move(rules));
    EXPECT_EQ(set.first("the word99999 delivery was late")->rule, "word99999 <-> delivery");
    EXPECT_EQ(set.match("word1 delivery word2 delivery word3 x delivery").size(), 2u);
}

TEST(TextRules, MalformedBytesInCommentsAreRead) {
    const RuleSet set = rules_of({"late", "/l.te/"});
    EXPECT_EQ(set.match("\xff\xc3 late \xe0\x80").size(), 2u);
    EXPECT_EQ(set.match("\xff\xc3 late \xe0\x80").at(1).place->position, 4);
    EXPECT_TRUE(set.match(std::string_view("\0\0", 2)).empty());
    std::mt19937 random(1);
    for (int trial = 0; trial < 2000; ++trial) {
        std::string comment;
        for (auto size = random() % 60; size > 0; --size) comment.push_back(static_cast<char>(random()));
        for (const RuleMatch& match : rules_of({"!late", "/./", "a:* | b:* | 1:*"}).match(comment))
            if (match.place) {
                EXPECT_LE(match.place->byte + match.place->bytes, comment.size());
                EXPECT_GT(match.place->bytes, 0u);
            }
    }
}

TEST(TextRules, RandomRulesAreReadOrRefused) {
    std::mt19937 random(2);
    const std::vector<std::string> pieces{"a",  "b:*", " ",  "&", "|", "!", "(",  ")", "<->", "<2>",  "<~3>", "'",
                                          "\"", "*",   "\\", ":", "<", ">", "/i", "ดี", "…",   "\xff", "AND"};
    int read = 0;
    for (int trial = 0; trial < 20000; ++trial) {
        std::string rule;
        for (auto size = random() % 12; size > 0; --size) rule += pieces[random() % pieces.size()];
        try {
            (void)rules_of({rule}).match("a b bb ดี a b");
            ++read;
        } catch (const invalid_argument&) {
        }
    }
    EXPECT_GT(read, 100);
}

// The model and its aggregate.

using Model = TextRulesOf<Standard>;
using Builder = TextRulesBuilderOf<Standard>;

std::unique_ptr<Model> model_of(const std::vector<Rule>& rules) {
    Builder builder(std::pmr::new_delete_resource());
    for (const Rule& rule : rules) builder.add(rule.topic, rule.rule, rule.priority, name_of(rule.action));
    return builder.finish();
}

const std::vector<Rule> some_rules{{"Delivery", "late <-> delivery", 10},
                                   {"Delivery", "/ord(er)? #[0-9]+/i"},
                                   {"Delivery", "late <-> delivery", 10},
                                   {"Refund", "refund:* & !thanks", -3},
                                   {"Refund", "ไม่ดี | 'no refund'", 7, RuleAction::exclude}};

TEST(TextRulesModel, RoundTripsAreExact) {
    const auto model = model_of(some_rules);
    ASSERT_EQ(model->rules().rules().size(), 4u);
    EXPECT_EQ(model->report()->observations, 5);
    EXPECT_EQ(model->report()->distinct_observations, 4);
    const auto bytes = test::saved(*model);
    Reader in(bytes);
    const auto loaded = Model::load(in);
    in.expect_end();
    EXPECT_EQ(loaded->rules().rules(), model->rules().rules());
    EXPECT_EQ(test::saved(*loaded), bytes);
    EXPECT_EQ(test::saved(*Model::from_json(model->to_json())), bytes);
    EXPECT_EQ(loaded->rules().first("about order #77")->topic, "Delivery");

    const auto made = Model::make(Json::Object{
        {"rules", Json::Array{Json::Object{{"topic", "a"}, {"rule", "x"}},
                              Json::Object{{"topic", "b"}, {"rule", "y"}, {"priority", 1}, {"action", "exclude"}}}}});
    EXPECT_EQ(made->rules().rules(), (std::vector<Rule>{{"b", "y", 1, RuleAction::exclude}, {"a", "x"}}));
    EXPECT_FALSE(made->report());
}

TEST(TextRulesModel, RefusesWhatIsNoRule) {
    const auto make = [](Json rule) { return Model::make(Json::Object{{"rules", Json::Array{std::move(rule)}}}); };
    EXPECT_THROW(make(Json::Object{{"topic", "a"}}), invalid_argument);
    EXPECT_THROW(make(Json::Object{{"topic", "a"}, {"rule", "x &"}}), invalid_argument);
    EXPECT_THROW(make(Json::Object{{"topic", "a"}, {"rule", "/(/"}}), invalid_argument);
    EXPECT_THROW(make(Json::Object{{"topic", "a"}, {"rule", "x"}, {"action", "veto"}}), invalid_argument);
    EXPECT_THROW(make(Json::Object{{"topic", "a"}, {"rule", "x"}, {"weight", 1}}), invalid_argument);
    EXPECT_THROW(Model::make(Json::Object{{"rules", Json::Array{}}}), invalid_argument);
    EXPECT_THROW(model_of({{"a", "x &"}}), invalid_argument);
    EXPECT_THROW(model_of({{"a", "/(/"}}), invalid_argument);
}

TEST(TextRulesModel, RowsWithoutTopicOrRuleAreSkipped) {
    Builder builder(std::pmr::new_delete_resource());
    EXPECT_EQ(builder.finish(), nullptr);
    builder.add({}, "x");
    builder.add("a", {});
    EXPECT_EQ(builder.finish(), nullptr);
    builder.add("a", "x", {}, {});
    const auto model = builder.finish();
    EXPECT_EQ(model->report()->skipped, 2);
    EXPECT_EQ(model->rules().rules(), (std::vector<Rule>{{"a", "x"}}));
}

TEST(TextRulesModel, AggregateLaws) {
    test::expect_aggregate_laws<Builder>(
        some_rules,
        [](Builder& builder, const Rule& rule) {
            builder.add(rule.topic, rule.rule, rule.priority, name_of(rule.action));
            builder.add({}, rule.rule);
        },
        [](const Builder& builder) { return test::saved(*builder.finish()); });
}

TEST(TextRulesModel, SurvivesDamage) {
    test::expect_survives_damage(test::saved(*model_of(some_rules)), [](Reader& in) {
        const auto model = Model::load(in);
        in.expect_end();
        try {
            (void)model->rules().match("late delivery of order #7, no refund");
        } catch (const invalid_argument&) {  // a damaged expression
        }
    });
    Builder builder(std::pmr::new_delete_resource());
    for (const Rule& rule : some_rules) builder.add(rule.topic, rule.rule, rule.priority);
    test::expect_survives_damage(test::saved(builder), [](Reader& in) {
        Builder state(std::pmr::new_delete_resource());
        state.load(in);
        in.expect_end();
        (void)state.finish();
    });
}

}  // namespace
}  // namespace crm::text
