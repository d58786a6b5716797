#include <algorithm>
#include <tuple>
#include <utility>

#include "crm/foundation/error.hpp"
#include "crm/foundation/unicode.hpp"
#include "crm/text/rules.hpp"
#include "crm/text/rules_literals.hpp"
#include "crm/text/rules_places.hpp"
#include "crm/text/rules_query.hpp"
#include "crm/text/rules_terms.hpp"
#include "crm/text/words.hpp"

namespace crm::text {

namespace {

using Kind = RuleNode::Kind;

auto order_of(const Rule& rule) { return std::tie(rule.priority, rule.topic, rule.rule, rule.action); }

/// UTF-8 without zero bytes, which no text of the server holds.
bool is_text(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const auto [character, bytes] = first_code_point(text.substr(at));
        if (character == 0 || (character == 0xFFFD && bytes == 1)) return false;
        at += bytes;
    }
    return true;
}

void require_text(const Rule& rule) {
    if (!is_text(rule.topic) || !is_text(rule.rule)) throw invalid_argument("topic or rule is no valid UTF-8");
    if (rule.topic.empty())
        throw invalid_argument("topic of rule \"" + excerpt(rule.rule) + "\" is empty", {}, "Give each rule a topic.");
}

constexpr std::uint32_t no_term = UINT32_MAX;

/// Words of which one must occur where a rule holds, and how many comparisons they are likely to cause.
struct Clause {
    std::vector<std::uint32_t> terms;
    double cost = 0;
};

class ClauseSearch {
public:
    ClauseSearch(const TermTable& terms, const std::vector<std::uint32_t>& uses) : terms_(terms), uses_(uses) {}

    /// The cheapest; nothing when the rule may hold without any of its words.
    std::optional<Clause> cheapest(const RuleNode& rule) const {
        switch (rule.kind) {
            case Kind::word: return of_word(rule.term);
            case Kind::none: return {};
            case Kind::any: return of_alternatives(rule);
            default: return of_conjunction(rule);
        }
    }

    /// Of the words that must occur besides those of `clause` the cheapest, or no_term.
    std::uint32_t companion(const RuleNode& rule, const Clause& clause) const {
        if (rule.kind == Kind::word)
            return std::ranges::find(clause.terms, rule.term) == clause.terms.end() ? rule.term : no_term;
        std::uint32_t best = no_term;
        if (rule.kind == Kind::none || rule.kind == Kind::any) return best;
        for (const RuleNode& part : rule.parts)
            if (const std::uint32_t one = companion(part, clause);
                one != no_term && (best == no_term || cost(one) < cost(best)))
                best = one;
        return best;
    }

private:
    /// A word that many rules wait for wakes them all, and short words are the common ones.
    double cost(std::uint32_t term) const {
        return static_cast<double>(uses_[term]) / static_cast<double>(std::max<std::size_t>(1, terms_.length(term)));
    }

    Clause of_word(std::uint32_t term) const { return {{term}, cost(term)}; }

    std::optional<Clause> of_alternatives(const RuleNode& rule) const {
        Clause all;
        for (const RuleNode& part : rule.parts) {
            const auto one = cheapest(part);
            if (!one) return {};
            all.terms.insert(all.terms.end(), one->terms.begin(), one->terms.end());
            all.cost += one->cost;
        }
        return all;
    }

    std::optional<Clause> of_conjunction(const RuleNode& rule) const {
        std::optional<Clause> best;
        for (const RuleNode& part : rule.parts)
            if (auto one = cheapest(part); one && (!best || one->cost < best->cost)) best = std::move(one);
        return best;
    }

    const TermTable& terms_;
    const std::vector<std::uint32_t>& uses_;
};

/// What made a rule match.
struct Verdict {
    bool yes = false;
    std::optional<WordSpan> words;
    std::optional<CharacterSpan> characters;
};

}  // namespace

std::string_view name_of(RuleAction action) { return action == RuleAction::assign ? "assign" : "exclude"; }

RuleAction rule_action(std::string_view name) {
    for (const RuleAction action : {RuleAction::assign, RuleAction::exclude})
        if (name == name_of(action)) return action;
    throw invalid_argument("unknown action \"" + excerpt(name) + "\" of a rule", {},
                           "The action is assign, which is the usual one, or exclude: the topic must not be assigned.");
}

class RuleSet::Engine {
public:
    Engine(std::vector<Rule> rules, PatternFactory factory, const Cancellation& cancellation)
        : rules_(std::move(rules)), factory_(factory) {
        for (const Rule& rule : rules_) require_text(rule);
        std::ranges::sort(rules_, {}, order_of);
        rules_.erase(std::unique(rules_.begin(), rules_.end()), rules_.end());
        Pace pace(cancellation);
        compile(pace);
        name_topics();
        index(pace);
    }

    const std::vector<Rule>& rules() const { return rules_; }

    void check_expressions(const Cancellation& cancellation) const {
        for (std::size_t i = 0; i < rules_.size(); ++i) {
            if (i % 64 == 0) cancellation.poll();
            if (compiled_[i].expression) (void)pattern_of(i);
        }
    }

    std::vector<RuleMatch> match(std::string_view comment, const Cancellation& cancellation) {
        Pace pace(cancellation);
        read(comment, pace);
        std::vector<RuleMatch> matches;
        std::vector<std::pair<std::uint32_t, Verdict>> held;
        for (const std::uint32_t rule : candidates_) {
            const Verdict verdict = judge(rule, false, pace);
            if (!verdict.yes) continue;
            held.emplace_back(rule, verdict);
            if (rules_[rule].action == RuleAction::exclude) state_of(compiled_[rule].topic) = {now_, true};
        }
        for (const auto& [rule, verdict] : held) {
            const TopicState& state = topics_[compiled_[rule].topic];
            matches.push_back({&rules_[rule], state.stamp == now_ && state.excluded, place_of(verdict)});
        }
        return matches;
    }

    std::optional<RuleMatch> first(std::string_view comment, bool with_place, const Cancellation& cancellation) {
        Pace pace(cancellation);
        read(comment, pace);
        for (const std::uint32_t rule : candidates_) {
            if (rules_[rule].action != RuleAction::assign) continue;
            const Verdict verdict = judge(rule, !with_place, pace);
            if (!verdict.yes || is_excluded(compiled_[rule].topic, pace)) continue;
            return RuleMatch{&rules_[rule], false, with_place ? place_of(verdict) : std::nullopt};
        }
        return {};
    }

    std::vector<std::string_view> excluded(std::string_view comment, const Cancellation& cancellation) {
        Pace pace(cancellation);
        read(comment, pace);
        std::vector<std::string_view> topics;
        for (const std::uint32_t rule : candidates_)
            if (rules_[rule].action == RuleAction::exclude && judge(rule, true, pace).yes)
                topics.push_back(rules_[rule].topic);
        std::ranges::sort(topics);
        topics.erase(std::unique(topics.begin(), topics.end()), topics.end());
        return topics;
    }

private:
    struct Compiled {
        RuleNode query;
        std::optional<Expression> expression;
        std::unique_ptr<Pattern> pattern;
        std::uint32_t topic = 0;
    };

    /// A rule that may hold when a term occurs, provided that its companion occurs as well.
    struct Waiting {
        std::uint32_t rule, companion;
    };

    /// Whether a topic is excluded from the comment with that stamp.
    struct TopicState {
        std::uint32_t stamp = 0;
        bool excluded = false;
    };

    [[noreturn]] static void blame(const Rule& rule, const invalid_argument& wrong) {
        throw invalid_argument(wrong.message(), "The rule is one of topic \"" + excerpt(rule.topic) + "\".",
                               wrong.hint());
    }

    void compile(Pace& pace) {
        compiled_.resize(rules_.size());
        for (std::size_t i = 0; i < rules_.size(); ++i) {
            pace.step();
            try {
                compiled_[i].expression = Expression::read(rules_[i].rule);
                if (compiled_[i].expression) {
                    if (!factory_) throw invalid_argument("regular expressions cannot be used here");
                    continue;
                }
                compiled_[i].query = read_rule_query(rules_[i].rule);
            } catch (const invalid_argument& wrong) {
                blame(rules_[i], wrong);
            }
            name_terms(compiled_[i].query);
        }
        occurrences_ = Occurrences(terms_.size());
        stamps_.assign(rules_.size(), 0);
    }

    void name_terms(RuleNode& node) {
        if (node.kind == Kind::word) {
            node.term = terms_.add(node.word, node.prefix);
            node.word = {};
        }
        for (RuleNode& part : node.parts) name_terms(part);
    }

    void name_topics() {
        std::vector<std::string_view> names;
        for (const Rule& rule : rules_) names.push_back(rule.topic);
        std::ranges::sort(names);
        names.erase(std::unique(names.begin(), names.end()), names.end());
        topics_.resize(names.size());
        excluders_.resize(names.size());
        for (std::uint32_t i = 0; i < rules_.size(); ++i) {
            const auto at = std::ranges::lower_bound(names, std::string_view(rules_[i].topic)) - names.begin();
            compiled_[i].topic = static_cast<std::uint32_t>(at);
            if (rules_[i].action == RuleAction::exclude) excluders_[compiled_[i].topic].push_back(i);
        }
    }

    static void count_uses(const RuleNode& node, std::vector<std::uint32_t>& uses) {
        if (node.kind == Kind::word) ++uses[node.term];
        for (const RuleNode& part : node.parts) count_uses(part, uses);
    }

    void index(Pace& pace) {
        std::vector<std::uint32_t> uses(terms_.size());
        for (const Compiled& one : compiled_)
            if (!one.expression) count_uses(one.query, uses);
        const ClauseSearch search(terms_, uses);
        std::vector<LiteralIndex::Literal> literals;
        std::vector<std::pair<std::uint32_t, Waiting>> waits;  // for a term
        for (std::uint32_t i = 0; i < rules_.size(); ++i) {
            pace.step();
            if (compiled_[i].expression) {
                if (std::string literal = compiled_[i].expression->required_literal(); !literal.empty())
                    literals.push_back({std::move(literal), i});
                else
                    always_.push_back(i);
            } else if (const auto clause = search.cheapest(compiled_[i].query)) {
                const Waiting waiting{i, search.companion(compiled_[i].query, *clause)};
                for (const std::uint32_t term : clause->terms) waits.emplace_back(term, waiting);
            } else {
                always_.push_back(i);
            }
        }
        literals_ = LiteralIndex(std::move(literals));
        waiting_from_.assign(terms_.size() + 1, 0);
        for (const auto& [term, waiting] : waits) ++waiting_from_[term + 1];
        for (std::size_t term = 0; term < terms_.size(); ++term) waiting_from_[term + 1] += waiting_from_[term];
        waiting_.resize(waits.size());
        std::vector<std::size_t> next(waiting_from_.begin(), waiting_from_.end() - 1);
        for (const auto& [term, waiting] : waits) waiting_[next[term]++] = waiting;
    }

    /// Finds the comment's words and the rules that may hold, in their order.
    void read(std::string_view comment, Pace& pace) {
        comment_ = comment;
        characters_.clear();
        starts_.clear();
        candidates_.clear();
        occurrences_.clear();
        if (++now_ == 0) {
            now_ = 1;
            std::ranges::fill(stamps_, 0);
            std::ranges::fill(topics_, TopicState{});
        }
        text_.assign(comment);
        find_words(text_, words_);
        seen_.clear();
        for (std::uint32_t word = 0; word < words_.size(); ++word) {
            pace.step();
            terms_.each(words_[word].of(text_), [&](std::uint32_t term) {
                if (occurrences_.add(term, word)) seen_.push_back(term);
            });
        }
        for (const std::uint32_t term : seen_)
            for (std::size_t at = waiting_from_[term]; at < waiting_from_[term + 1]; ++at) {
                pace.step();
                const auto [rule, companion] = waiting_[at];
                if (companion == no_term || occurrences_.first(companion)) propose(rule);
            }
        literals_.each(comment, [this](std::uint32_t rule) { propose(rule); });
        for (const std::uint32_t rule : always_) propose(rule);
        std::ranges::sort(candidates_);
    }

    void propose(std::uint32_t rule) {
        if (std::exchange(stamps_[rule], now_) != now_) candidates_.push_back(rule);
    }

    Verdict judge(std::uint32_t rule, bool first_only, Pace& pace) {
        const Compiled& one = compiled_[rule];
        if (!one.expression) {
            const Found found = holds(one.query, occurrences_, first_only, pace);
            return {found.yes, found.words, {}};
        }
        decode();
        if (!one.pattern) compiled_[rule].pattern = pattern_of(rule);
        const auto found = one.pattern->find(characters_);
        return {found.has_value(), {}, found};
    }

    std::unique_ptr<Pattern> pattern_of(std::size_t rule) const {
        try {
            return factory_(*compiled_[rule].expression);
        } catch (const invalid_argument& wrong) {
            blame(rules_[rule], wrong);
        }
    }

    TopicState& state_of(std::uint32_t topic) { return topics_[topic]; }

    bool is_excluded(std::uint32_t topic, Pace& pace) {
        TopicState& state = state_of(topic);
        if (state.stamp == now_) return state.excluded;
        const bool excluded = std::ranges::any_of(excluders_[topic], [&](std::uint32_t rule) {
            return stamps_[rule] == now_ && judge(rule, true, pace).yes;
        });
        state = {now_, excluded};
        return excluded;
    }

    /// The comment's characters and where they begin, once for all rules that want to know.
    void decode() {
        if (!starts_.empty()) return;
        for (std::size_t at = 0; at < comment_.size();) {
            const auto [character, bytes] = first_code_point(comment_.substr(at));
            characters_.push_back(character);
            starts_.push_back(at);
            at += bytes;
        }
        starts_.push_back(comment_.size());
    }

    std::size_t character_at(std::size_t byte) const {
        return static_cast<std::size_t>(std::ranges::lower_bound(starts_, byte) - starts_.begin());
    }

    std::optional<RulePlace> place_of(const Verdict& verdict) {
        if (!verdict.words && !verdict.characters) return {};
        decode();
        CharacterSpan span{};
        if (verdict.words) {
            span.begin = character_at(text_.origin(words_[verdict.words->first].begin));
            span.end = character_at(text_.origin(words_[verdict.words->last].end));
            // A word may be part of a single character: the numbers of ½ are.
            span.end = std::max(span.end, std::min(span.begin + 1, starts_.size() - 1));
        } else {
            const std::size_t last = starts_.size() - 1;
            span = {std::min(verdict.characters->begin, last), std::min(verdict.characters->end, last)};
        }
        const std::size_t byte = starts_[span.begin], bytes = starts_[span.end] - byte;
        return RulePlace{byte, bytes, static_cast<std::int32_t>(span.begin + 1),
                         static_cast<std::int32_t>(span.end - span.begin), comment_.substr(byte, bytes)};
    }

    std::vector<Rule> rules_;
    PatternFactory factory_;
    std::vector<Compiled> compiled_;
    TermTable terms_;
    std::vector<std::size_t> waiting_from_;  // by term, into waiting_
    std::vector<Waiting> waiting_;
    std::vector<std::uint32_t> always_;  // rules that may hold whatever occurs
    LiteralIndex literals_;
    std::vector<std::vector<std::uint32_t>> excluders_;  // by topic

    // Of the comment being read.
    std::string_view comment_;
    std::uint32_t now_ = 0;
    FoldedText text_;
    std::vector<Word> words_;
    Occurrences occurrences_;
    std::vector<std::uint32_t> seen_;  // terms
    std::vector<std::uint32_t> stamps_, candidates_;
    std::vector<TopicState> topics_;
    std::u32string characters_;
    std::vector<std::size_t> starts_;
};

RuleSet::RuleSet(std::vector<Rule> rules, PatternFactory factory, const Cancellation& cancellation)
    : engine_(std::make_unique<Engine>(std::move(rules), factory, cancellation)) {}
RuleSet::~RuleSet() = default;
RuleSet::RuleSet(RuleSet&&) noexcept = default;
RuleSet& RuleSet::operator=(RuleSet&&) noexcept = default;

const std::vector<Rule>& RuleSet::rules() const { return engine_->rules(); }

void RuleSet::check_expressions(const Cancellation& cancellation) const { engine_->check_expressions(cancellation); }

std::vector<RuleMatch> RuleSet::match(std::string_view comment, const Cancellation& cancellation) const {
    return engine_->match(comment, cancellation);
}

const Rule* RuleSet::first(std::string_view comment, const Cancellation& cancellation) const {
    const auto found = engine_->first(comment, false, cancellation);
    return found ? found->rule : nullptr;
}

std::optional<RuleMatch> RuleSet::first_match(std::string_view comment, const Cancellation& cancellation) const {
    return engine_->first(comment, true, cancellation);
}

std::vector<std::string_view> RuleSet::excluded(std::string_view comment, const Cancellation& cancellation) const {
    return engine_->excluded(comment, cancellation);
}

}  // namespace crm::text
