#include "crm/text/keywords.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "crm/foundation/error.hpp"

namespace crm::text {

namespace {

constexpr std::int64_t most_comments = std::int64_t{1} << 53;
constexpr double unusual = 1.959963984540054;  // 95 % of a normal distribution lie within
constexpr std::size_t most_labels = 100'000;

struct Ranked {
    TermTable::Id term;
    std::int64_t comments;
    LogOdds odds;
};

}  // namespace

KeywordOptions KeywordOptions::from_json(const Json& json) {
    json.expect_keys({"top", "phrases", "min_comments", "prior", "most_terms"}, "options of keywords");
    KeywordOptions options;
    options.terms = TermOptions::from_json(json);
    if (const Json* top = json.find("top")) options.top = static_cast<std::int32_t>(top->integer("top", 1, 10000));
    if (const Json* least = json.find("min_comments"))
        options.min_comments = least->integer("min_comments", 1, most_comments);
    if (const Json* prior = json.find("prior")) {
        options.prior = prior->number("prior");
        if (!(options.prior > 0 && options.prior <= 1e12))
            throw invalid_argument("prior must be a positive number of comments up to 1e12, not " +
                                   shortest(options.prior));
    }
    return options;
}

void KeywordOptions::save(Writer& out) const {
    terms.save(out);
    out.put(top);
    out.put(min_comments);
    out.put(prior);
}

KeywordOptions KeywordOptions::load(Reader& in) {
    KeywordOptions options{TermOptions::load(in), in.get<std::int32_t>(), in.get<std::int64_t>(), in.get<double>()};
    if (options.top < 1 || options.top > 10000 || options.min_comments < 1 ||
        !(options.prior >= 0 && options.prior <= 1e12))
        throw corrupt_data("impossible options in the state of keywords");
    return options;
}

LogOdds log_odds(double with, double all, double with_elsewhere, double all_elsewhere, double prior) {
    const double expected = prior * (with + with_elsewhere) / (all + all_elsewhere);
    const double here = with + expected, elsewhere = with_elsewhere + expected;
    const double not_here = all + prior - here, not_elsewhere = all_elsewhere + prior - elsewhere;
    // A term of every comment: as if one comment more had come without it.
    const double least = 1 / (1 + prior);
    const double without = std::max(not_here, least), without_elsewhere = std::max(not_elsewhere, least);
    return {std::log(here / without) - std::log(elsewhere / without_elsewhere),
            std::sqrt(1 / here + 1 / without + 1 / elsewhere + 1 / without_elsewhere)};
}

void KeywordsBuilder::set(const KeywordOptions& options) {
    if (options == options_) return;
    if (labels_.size() > 0) throw invalid_argument("options of keywords must be the same in every row");
    options_ = options;
    table_.set(options.terms);
}

TermTable::Id KeywordsBuilder::label(std::string_view wanted) {
    const std::uint64_t key = hash_of(wanted);
    return labels_.find_or_add(
        key, [&](const Label& known) { return name(known) == wanted; },
        [&] {
            if (labels_.size() >= most_labels)
                throw limit_exceeded("more than " + std::to_string(most_labels) + " labels", {},
                                     "A label is a group of comments, such as a month, a segment or a product.");
            const std::uint64_t place = names_.size();
            names_.append(wanted);
            return Label{key, place, static_cast<std::uint32_t>(wanted.size()), 0};
        });
}

void KeywordsBuilder::add(std::string_view name, std::string_view comment) {
    const TermTable::Id id = label(name);
    ++labels_[id].comments;
    table_.add(id, comment);
}

void KeywordsBuilder::merge(const KeywordsBuilder& other, const Cancellation& cancellation) {
    if (other.labels_.size() == 0) return;
    set(other.options_);
    std::vector<TermTable::Id> ids;
    for (const Label& one : other.labels_) {
        const TermTable::Id id = label(other.name(one));
        labels_[id].comments += one.comments;
        ids.push_back(id);
    }
    table_.merge(other.table_, ids, cancellation);
}

void KeywordsBuilder::save(Writer& out) const {
    options_.save(out);
    out.varint(labels_.size());
    for (const Label& one : labels_) {
        out.text(name(one));
        out.varint(static_cast<std::uint64_t>(one.comments));
    }
    table_.save(out);
}

void KeywordsBuilder::load(Reader& in, const Cancellation& cancellation) {
    options_ = KeywordOptions::load(in);
    table_.set(options_.terms);
    for (std::size_t left = in.count(2), i = 0; i < left; ++i) {
        const TermTable::Id id = label(in.text());
        const std::uint64_t comments = in.varint();
        if (id != i || comments < 1 || comments > static_cast<std::uint64_t>(most_comments))
            throw corrupt_data("impossible label in state");
        labels_[id].comments = static_cast<std::int64_t>(comments);
    }
    table_.load(in, labels_.size(), cancellation);
    for (const TermTable::Count& count : table_.counts())
        if (count.comments > labels_[count.column].comments)
            throw corrupt_data("impossible count in the state of words");
}

std::vector<Keyword> KeywordsBuilder::finish(const Cancellation& cancellation) const {
    std::vector<Keyword> rows;
    if (labels_.size() < 2) return rows;
    Pace pace(cancellation);
    double all = 0;
    for (const Label& one : labels_) all += static_cast<double>(one.comments);
    const double prior = options_.prior > 0 ? options_.prior : std::clamp(all / 20, 10.0, 1000.0);
    std::vector<double> totals(table_.terms());
    for (const TermTable::Count& count : table_.counts()) totals[count.term] += count.comments;
    std::vector<std::vector<Ranked>> ranked(labels_.size());
    const auto odds_of = [&](double with, double total, const Label& in) {
        const auto size = static_cast<double>(in.comments);
        return log_odds(with, size, total - with, all - size, prior);
    };
    for (const TermTable::Count& count : table_.counts()) {
        pace.step();
        if (count.comments < options_.min_comments) continue;
        const LogOdds odds = odds_of(count.comments, totals[count.term], labels_[count.column]);
        if (odds.log_odds > 0) ranked[count.column].push_back({count.term, count.comments, odds});
    }
    const std::vector<std::string_view> spellings = table_.spellings();
    const std::vector<double> rarities = table_.rarities(totals);
    std::vector<TermTable::Id> order(labels_.size());
    for (TermTable::Id i = 0; i < order.size(); ++i) order[i] = i;
    std::ranges::sort(order, {}, [this](TermTable::Id i) { return name(labels_[i]); });
    for (const TermTable::Id id : order) {
        const Label& one = labels_[id];
        auto& terms = ranked[id];
        std::ranges::sort(terms, [&](const Ranked& a, const Ranked& b) {
            pace.step();
            if (a.odds.z() != b.odds.z()) return a.odds.z() > b.odds.z();
            if (a.comments != b.comments) return a.comments > b.comments;
            return table_.says_more(a.term, b.term, rarities, spellings);
        });
        std::vector<TermCandidate> candidates;
        for (std::size_t i = 0; i < terms.size(); ++i)
            candidates.push_back({terms[i].term, static_cast<double>(terms[i].comments), i});
        const auto explained = [&](const TermCandidate& part, const TermCandidate& whole) {
            const double left = part.comments - whole.comments;
            return left <= 0 || odds_of(left, totals[part.term] - totals[whole.term], one).z() < unusual;
        };
        const auto comments_with = [&](TermTable::Id word) { return static_cast<double>(table_.comments(word, id)); };
        auto kept =
            without_redundant(table_, candidates, static_cast<std::size_t>(options_.top), explained, comments_with);
        std::ranges::sort(kept, {}, &TermCandidate::row);
        std::int32_t position = 0;
        const auto size = static_cast<double>(one.comments);
        for (const TermCandidate& row : kept) {
            const Ranked& term = terms[row.row];
            rows.push_back({std::string(name(one)), ++position, table_.shown(term.term, spellings), term.comments,
                            one.comments, row.comments / size, (totals[term.term] - row.comments) / (all - size),
                            term.odds.log_odds, term.odds.std_error, term.odds.z()});
        }
    }
    return rows;
}

}  // namespace crm::text
