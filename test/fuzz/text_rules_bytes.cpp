// Bytes from outside, as stored rules, as a partial state, as a rule that somebody typed, or as a comment: the first
// byte chooses which.
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory_resource>
#include <span>
#include <string>

#include "crm/foundation/error.hpp"
#include "crm/text/rules_model.hpp"

namespace {

using namespace crm;
using namespace crm::text;

/// Finds nothing, in place of the server's expressions.
struct NoExpressions {
    struct Never : Pattern {
        std::optional<CharacterSpan> find(std::u32string_view) override { return {}; }
    };
    static std::unique_ptr<Pattern> compile(const Expression&) { return std::make_unique<Never>(); }
};

constexpr std::string_view comment = "The late delivery: ไม่ดี, cafe\u0301 👍 order #12, a b a c a";

std::string_view text_of(Reader& in) {
    const Bytes rest = in.rest();
    return {reinterpret_cast<const char*>(rest.data()), rest.size()};
}

void read_model(Reader& in) {
    const auto model = TextRulesOf<NoExpressions>::load(in);
    in.expect_end();
    (void)model->rules().match(comment);
    (void)TextRulesOf<NoExpressions>::from_json(model->to_json());
}

void read_state(Reader& in) {
    TextRulesBuilderOf<NoExpressions> state(std::pmr::new_delete_resource());
    state.load(in);
    in.expect_end();
    (void)state.finish();
}

void read_rule(Reader& in) {
    const RuleSet rules({Rule{"topic", std::string(text_of(in))}}, &NoExpressions::compile);
    (void)rules.match(comment);
    (void)rules.first(comment);
}

void read_comment(Reader& in) {
    static const RuleSet rules(
        {Rule{"a", "late <-> delivery | a <~3> b:*"}, Rule{"a", "!a <-> b", 1, RuleAction::exclude},
         Rule{"b", "(a | b <-> c) <2> a & !d"}, Rule{"c", "/order/"}, Rule{"d", "!e"}, Rule{"e", "ไม่ดี | 👍"}},
        &NoExpressions::compile);
    (void)rules.match(text_of(in));
    (void)rules.first_match(text_of(in));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr void (*readers[])(Reader&) = {read_model, read_state, read_rule, read_comment};
    if (size == 0) return 0;
    Reader in(std::as_bytes(std::span(data + 1, size - 1)));
    try {
        readers[data[0] % std::size(readers)](in);
    } catch (const error&) {  // the only way to refuse
    }
    return 0;
}
