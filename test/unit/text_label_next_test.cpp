#include <gtest/gtest.h>

#include <numeric>
#include <random>
#include <set>

#include "aggregate_laws.hpp"
#include "crm/text/bayes_fit.hpp"
#include "crm/text/label_next.hpp"
#include "hostile_bytes.hpp"
#include "reference_data.hpp"

namespace {

using namespace crm::text;
using crm::test::Dropped;

struct Labelled {
    std::string id, label, text;
};

std::unique_ptr<TextBayes> fitted(const std::vector<Labelled>& rows) {
    Dropped<BayesFit> fit;
    Comment comment;
    for (const auto& [id, label, text] : rows) {
        comment.assign(text);
        fit->add(label, comment, {{2, 0, 0}, BayesKind::multinomial, 0.3});
    }
    return fit->finish();
}

constexpr std::uint64_t edition = 7;

void feed(LabelNextBuilder& state, const CommentModel& model, const Labelled& row, const LabelNextOptions& options) {
    Comment comment;
    comment.assign(row.text);
    state.add(model, edition, row.id, comment, options);
}

std::vector<LabelNext> chosen(const CommentModel& model, const std::vector<Labelled>& rows,
                              const LabelNextOptions& options = {}) {
    Dropped<LabelNextBuilder> state;
    for (const Labelled& row : rows) feed(*state, model, row, options);
    return state->finish();
}

const std::vector<Labelled> desk{{"", "bill", "the bill is wrong"}, {"", "bill", "my bill is too high"},
                                 {"", "bill", "why this bill"},     {"", "card", "my card is lost"},
                                 {"", "card", "a new card please"}, {"", "card", "the card is broken"},
                                 {"", "login", "cannot log in"},    {"", "login", "log in is not possible"}};

std::vector<Labelled> random_rows(int count) {
    std::mt19937 random(3);
    const char* const words[] = {"bill", "card", "log", "in",   "my",  "the",  "is",  "wrong", "lost",
                                 "new",  "why",  "app", "slow", "not", "fees", "you", "help",  "please"};
    std::vector<Labelled> rows;
    for (int i = 0; i < count; ++i) {
        std::string text;
        for (auto n = random() % 7; n > 0; --n) text += std::string(words[random() % std::size(words)]) + ' ';
        rows.push_back({std::to_string(i), "", text});
    }
    return rows;
}

TEST(LabelNext, AsksForWhatTheModelIsLeastSureOf) {
    const auto model = fitted(desk);
    const std::vector<Labelled> rows{{"sure", "", "the bill is wrong"},
                                     {"torn", "", "bill for a new card"},
                                     {"again", "", "Bill for a NEW card!"},
                                     {"empty", "", "  ?! "},
                                     {"sure too", "", "cannot log in"}};
    const auto next = chosen(*model, rows, {1, 1});
    ASSERT_EQ(next.size(), 1U);
    EXPECT_EQ(next[0].position, 1);
    EXPECT_EQ(next[0].id, "again");  // the first of two that say the same
    EXPECT_EQ(next[0].copies, 2);
    EXPECT_EQ((std::set{next[0].label, next[0].runner_up.value()}), (std::set<std::string>{"bill", "card"}));
    EXPECT_EQ(next[0].reason, "between \"" + next[0].label + "\" and \"" + *next[0].runner_up + '"');
    EXPECT_EQ(chosen(*model, rows).size(), 3U);
    EXPECT_TRUE(chosen(*model, {}).empty());
}

/// A comment may be about a bill and, by half, about a card.
class AboutSeveral final : public CommentModel {
public:
    std::string_view kind() const override { return "about_several"; }
    bool usable() const override { return true; }
    std::optional<crm::FitReport> report() const override { return {}; }
    std::vector<crm::Coefficient> coefficients() const override { return {}; }
    void save(crm::Writer&) const override {}
    crm::Json::Object to_json() const override { return {}; }
    const std::vector<std::string>& labels() const override { return labels_; }
    bool several() const override { return true; }
    std::vector<double> margins(const Comment& comment) const override {
        return {static_cast<double>(comment.words().size()), 1};
    }
    std::vector<double> probabilities(std::span<const double> margins) const override { return {margins[0] / 10, 0.8}; }
    std::optional<double> least_margin() const override { return {}; }
    double contributions(const Comment&, std::size_t, std::vector<Contribution>&) const override { return 0; }

private:
    std::vector<std::string> labels_{"bill", "card"};
};

TEST(LabelNext, AsksWhichOfSeveralLabelsHold) {
    const auto next = chosen(AboutSeveral(), {{"a", "", "one two three four"}, {"b", "", "one"}});
    ASSERT_EQ(next.size(), 2U);
    EXPECT_EQ(next[0].id, "a");
    EXPECT_EQ(next[0].label, "bill");
    EXPECT_NEAR(next[0].gap, 0.1, 1e-12);
    EXPECT_EQ(next[0].reason, "whether \"bill\"");
    EXPECT_FALSE(next[0].runner_up);
    EXPECT_EQ(next[1].label, "card");
}

TEST(LabelNext, AsksAboutWhatNothingIsKnownOf) {
    const auto next = chosen(*fitted(desk), {{"1", "", "zebra"}});
    EXPECT_EQ(next.at(0).reason, "unlike what was labelled so far");
}

TEST(LabelNext, DoesNotAskForTheSameTwice) {
    const auto model = fitted(desk);
    std::vector<Labelled> rows;
    for (int i = 0; i < 20; ++i)
        rows.push_back({"same " + std::to_string(i), "", "bill or card number " + std::to_string(i)});
    rows.push_back({"else", "", "is the new log wrong"});
    const auto place_of_else = [](const std::vector<LabelNext>& all) {
        return std::ranges::find(all, "else", &LabelNext::id)->position;
    };
    EXPECT_GT(place_of_else(chosen(*model, rows, {21, 0})), 10);
    EXPECT_LE(place_of_else(chosen(*model, rows, {21, 1})), 2);
}

TEST(LabelNext, ObeysTheLawsOfAggregates) {
    const auto model = fitted(desk);
    const auto describe = [](const LabelNextBuilder& state) {
        std::string all;
        for (const LabelNext& one : state.finish())
            all += std::to_string(one.position) + one.id + one.label + crm::shortest(one.probability) + *one.runner_up +
                   crm::shortest(one.gap) + std::to_string(one.copies) + one.reason + '\n';
        return all;
    };
    for (const std::int32_t how_many : {1, 5, 100}) {
        crm::test::expect_aggregate_laws<LabelNextBuilder>(
            random_rows(600),
            [&](LabelNextBuilder& state, const Labelled& row) {
                feed(state, *model, row, {how_many, 0.7});
            },
            describe, 10);
    }
}

TEST(LabelNext, RefusesWhatCannotBe) {
    using Json = crm::Json;
    EXPECT_EQ(LabelNextOptions::from_json(Json::Object{}), LabelNextOptions{});
    EXPECT_EQ(LabelNextOptions::from_json(Json::Object{{"how_many", 3}, {"diversity", 0.5}}),
              (LabelNextOptions{3, 0.5}));
    for (const Json::Object& wrong : std::vector<Json::Object>{
             {{"how_many", 0}}, {{"how_many", 1001}}, {{"diversity", -0.1}}, {{"diversity", 2}}, {{"most", 3}}})
        EXPECT_THROW(LabelNextOptions::from_json(wrong), crm::invalid_argument);
    EXPECT_THROW(LabelNextOptions::of(0), crm::invalid_argument);

    const auto model = fitted(desk);
    Dropped<LabelNextBuilder> state;
    Comment comment;
    comment.assign("bill");
    state->add(*model, edition, "1", comment);
    EXPECT_THROW(state->add(*model, edition + 1, "1", comment), crm::invalid_argument);
    EXPECT_THROW(state->add(*model, edition, "1", comment, {5, 1}), crm::invalid_argument);
    EXPECT_THROW(state->add(*model, edition, std::string(1001, 'x'), comment), crm::invalid_argument);
    std::string huge;
    while (huge.size() < longest_comment) huge += "bill card " + std::to_string(huge.size()) + ' ';
    comment.assign(huge);
    state->add(*model, edition, "huge", comment);
    EXPECT_EQ(state->finish().size(), 2U);
}

TEST(LabelNext, SurvivesDamagedBytes) {
    const auto model = fitted(desk);
    Dropped<LabelNextBuilder> state;
    for (const Labelled& row : random_rows(40)) feed(*state, *model, row, {3, 1});
    crm::test::expect_survives_damage(crm::test::saved(*state), [](crm::Reader& in) {
        Dropped<LabelNextBuilder> read;
        read->load(in);
        in.expect_end();
        (void)read->finish();
    });
}

/// From 200 labelled questions on, 100 more each round: chosen, or at random. Averages of three starts.
TEST(LabelNext, LearnsMoreFromTheSameNumberOfLabels) {
    SKIP_WITHOUT_REFERENCE_DATA();
    const auto read = [](const std::string& name) {
        std::vector<Labelled> rows;
        for (const auto& record : crm::test::records("text/banking77/" + name))
            rows.push_back({std::to_string(rows.size()), record.at("label"), record.at("text")});
        return rows;
    };
    const auto train = read("train.csv"), test = read("test.csv");
    const auto accuracy = [&](const TextBayes& model) {
        int right = 0;
        Comment comment;
        for (const Labelled& row : test) {
            comment.assign(row.text);
            right += classify(model, comment).label == row.label;
        }
        return right / static_cast<double>(test.size());
    };
    constexpr int rounds = 4, batch = 100, starts = 3;
    double by_choice = 0, at_random = 0;
    for (unsigned start = 0; start < starts; ++start) {
        std::vector<std::size_t> order(train.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::ranges::shuffle(order, std::mt19937(start));
        std::vector<Labelled> labelled;
        std::set<std::size_t> left(order.begin(), order.end());
        const auto take = [&](std::size_t at) {
            labelled.push_back(train[at]);
            left.erase(at);
        };
        for (std::size_t i = 0; i < 200; ++i) take(order[i]);
        auto drawn = labelled;
        for (std::size_t i = 200; i < 200 + rounds * batch; ++i) drawn.push_back(train[order[i]]);
        at_random += accuracy(*fitted(drawn)) / starts;
        for (int round = 0; round < rounds; ++round) {
            const auto model = fitted(labelled);
            Dropped<LabelNextBuilder> state;
            for (const std::size_t at : left) feed(*state, *model, train[at], {batch, 1});
            for (const LabelNext& one : state->finish()) take(std::stoul(one.id));
        }
        by_choice += accuracy(*fitted(labelled)) / starts;
    }
    RecordProperty("by_choice", std::to_string(by_choice));
    RecordProperty("at_random", std::to_string(at_random));
    EXPECT_GT(by_choice, at_random + .015) << at_random;
}

}  // namespace
