#include "crm/text/ruled_classification.hpp"

#include <gtest/gtest.h>

#include "crm/text/fit_classifier.hpp"

namespace crm::text {
namespace {

std::unique_ptr<LinearClassifier> colours() {
    ClassifierBuilder<false> builder(std::pmr::get_default_resource());
    Comment comment;
    for (int i = 0; i < 30; ++i)
        for (const std::string_view label : {"red", "green", "blue"}) {
            comment.assign(std::string(label) + " number " + std::to_string(i));
            builder.add(std::span(&label, 1), comment, {});
        }
    return builder.finish();
}

RuledClassification ask(const RuleSet& rules, const CommentModel& model, std::string_view text) {
    Comment comment;
    comment.assign(text);
    return classify(rules, model, comment, text);
}

TEST(RuledClassification, RulesGoFirstThenTheModelThenOther) {
    const auto model = colours();
    const RuleSet rules({{"urgent", "fire | help"}, {"red", "rose", 100, RuleAction::exclude}});
    const auto by_rule = ask(rules, *model, "help, the red number 3");
    EXPECT_EQ(by_rule.spoke, Spoke::rule);
    EXPECT_EQ(by_rule.found.label, "urgent");
    EXPECT_EQ(by_rule.found.probability, 1);
    EXPECT_EQ(by_rule.rule, "fire | help");

    const auto by_model = ask(rules, *model, "red number 3");
    EXPECT_EQ(by_model.spoke, Spoke::model);
    EXPECT_EQ(by_model.found.label, "red");

    const auto other = ask(rules, *model, "zzz");
    EXPECT_EQ(other.spoke, Spoke::other);
    EXPECT_TRUE(other.found.is_other);
}

TEST(RuledClassification, WhatARuleExcludesIsNotGiven) {
    const auto model = colours();
    const RuleSet rules({{"red", "rose", 100, RuleAction::exclude}});
    Comment comment;
    comment.assign("red rose number 3");
    EXPECT_EQ(classify(*model, comment).label, "red");
    const auto found = ask(rules, *model, "red rose number 3");
    EXPECT_NE(found.found.label, "red");
    EXPECT_EQ(found.found.label, classify_top(*model, comment, 2)[1].label);

    const RuleSet all({{"red", "number", 100, RuleAction::exclude},
                       {"green", "number", 100, RuleAction::exclude},
                       {"blue", "number", 100, RuleAction::exclude}});
    EXPECT_EQ(ask(all, *model, "red number 3").spoke, Spoke::other);
}

}  // namespace
}  // namespace crm::text
