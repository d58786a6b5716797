#include "crm/text/term_table.hpp"

#include <algorithm>
#include <limits>

#include "crm/foundation/error.hpp"
#include "crm/foundation/unicode.hpp"
#include "crm/text/words.hpp"

namespace crm::text {

namespace {

constexpr std::size_t longest_word = 50, longest_piece = 4;
constexpr std::int64_t most_terms_of_all = 100'000'000;

bool is_ideograph(char32_t character) {
    return (character >= 0x4E00 && character < 0xA000) || (character >= 0x3400 && character < 0x4DC0) ||
           (character >= 0x20000 && character < 0x40000);
}

/// How a word goes on in the one after it.
bool follow(const FoldedText& text, const Word& one, const Word& next) {
    for (std::uint32_t at = one.end; at < next.begin; ++at) {
        const char32_t character = text.characters()[at];
        const bool joins = character == U'-' || character == U'\'' || character == 0x2010 || character == 0x2011;
        if (!joins && kind_of(character) != CharacterKind::space) return false;
    }
    return true;
}

}  // namespace

TermOptions TermOptions::from_json(const Json& json) {
    TermOptions options;
    if (const Json* phrases = json.find("phrases"))
        options.phrases = static_cast<std::int32_t>(phrases->integer("phrases", 1, TermTable::longest_phrase));
    if (const Json* most = json.find("most_terms"))
        options.most_terms = most->integer("most_terms", 1, most_terms_of_all);
    return options;
}

void TermOptions::save(Writer& out) const {
    out.put(phrases);
    out.put(most_terms);
}

TermOptions TermOptions::load(Reader& in) {
    const TermOptions options{in.get<std::int32_t>(), in.get<std::int64_t>()};
    if (options.phrases < 1 || options.phrases > static_cast<std::int32_t>(TermTable::longest_phrase) ||
        options.most_terms < 1 || options.most_terms > most_terms_of_all)
        throw corrupt_data("impossible options in the state of words");
    return options;
}

TermTable::Id TermTable::word(std::uint64_t key, bool unsegmented) {
    return words_.find_or_add(
        key, [](const Word&) { return true; },
        [&] {
            return Word{key, unsegmented};
        });
}

void TermTable::add_form(Id word, std::string_view written, std::uint32_t uses) {
    const std::uint64_t key = hash_of(written);
    const Id form = forms_.find_or_add(
        key, [&](const Form& known) { return known.word == word && spelling(known) == written; },
        [&] {
            const std::uint64_t place = spellings_.size();
            spellings_.append(written);
            return Form{key, place, static_cast<std::uint32_t>(written.size()), word, 0};
        });
    forms_[form].uses += std::min(uses, UINT32_MAX - forms_[form].uses);
}

TermTable::Id TermTable::term(std::span<const Id> words) {
    std::uint64_t key = 0;
    for (const Id one : words) key = mixed(key ^ words_[one].key);
    return terms_.find_or_add(
        key, [](const Term&) { return true; },
        [&] {
            Term made{key, {}};
            for (std::size_t i = 0; i < words.size(); ++i) made.words[i] = words[i] + 1;
            return made;
        });
}

void TermTable::add_count(Id term, Id column, std::uint32_t comments) {
    const Count wanted{term, column, 0};
    const Id count = counts_.find_or_add(
        wanted.hash(), [&](const Count& known) { return known.term == term && known.column == column; },
        [&] {
            if (counts_.size() >= static_cast<std::size_t>(options_.most_terms))
                throw limit_exceeded(
                    "more than " + std::to_string(options_.most_terms) + " distinct words and phrases in the comments",
                    {},
                    "Count shorter phrases ({\"phrases\": 1}), a sample of the comments or fewer groups, "
                    "or allow more memory with {\"most_terms\": ...}.");
            return wanted;
        });
    counts_[count].comments += std::min(comments, UINT32_MAX - counts_[count].comments);
}

void TermTable::add(Id column, std::string_view comment) {
    const FoldedText text(comment);
    std::vector<text::Word> found;
    find_words(text, found);
    std::vector<Id> ids(found.size()), terms;
    std::size_t begin = 0;  // of the words that may be one phrase
    bool pieces = false;    // which are letters of a script that does not part words
    for (std::size_t i = 0; i < found.size(); ++i) {
        const auto [first, end] = found[i];
        if (end - first > longest_word) {
            begin = i + 1;
            continue;
        }
        const char32_t letter = text.characters()[first];
        const CharacterKind kind = kind_of(letter);
        const bool piece = kind == CharacterKind::unsegmented;
        const bool goes_on = i > begin && piece == pieces && kind != CharacterKind::symbol &&
                             (piece ? found[i - 1].end == first : follow(text, found[i - 1], found[i]));
        if (!goes_on) begin = i;
        pieces = piece;
        ids[i] = word(hash_of(found[i].of(text)), piece);
        const std::size_t from = text.origin(first);
        add_form(ids[i], comment.substr(from, text.origin(end) - from), 1);
        const std::size_t longest = piece ? longest_piece : static_cast<std::size_t>(options_.phrases);
        const std::size_t shortest = piece && !is_ideograph(letter) ? 2 : 1;
        for (std::size_t size = shortest; size <= longest && size <= i + 1 - begin; ++size)
            terms.push_back(term(std::span(ids).subspan(i + 1 - size, size)));
        if (kind == CharacterKind::symbol) begin = i + 1;
    }
    std::ranges::sort(terms);
    const auto repeated = std::ranges::unique(terms);
    terms.erase(repeated.begin(), repeated.end());
    for (const Id one : terms) add_count(one, column, 1);
}

void TermTable::merge(const TermTable& other, std::span<const Id> columns, const Cancellation& cancellation) {
    Pace pace(cancellation);
    std::vector<Id> words, terms;
    words.reserve(other.words_.size());
    for (const Word& one : other.words_) {
        pace.step();
        words.push_back(word(one.key, one.unsegmented));
    }
    for (const Form& form : other.forms_) {
        pace.step();
        add_form(words[form.word], other.spelling(form), form.uses);
    }
    terms.reserve(other.terms_.size());
    for (Id one = 0; one < other.terms_.size(); ++one) {
        pace.step();
        std::array<Id, longest_phrase> ids{};
        std::size_t size = 0;
        for (const Id id : other.words(one)) ids[size++] = words[id - 1];
        terms.push_back(term(std::span(ids).first(size)));
    }
    for (const Count& count : other.counts_) {
        pace.step();
        add_count(terms[count.term], columns[count.column], count.comments);
    }
}

void TermTable::save(Writer& out) const {
    out.varint(words_.size());
    for (const Word& one : words_) {
        out.put(one.key);
        out.put(static_cast<std::uint8_t>(one.unsegmented));
    }
    out.varint(forms_.size());
    for (const Form& form : forms_) {
        out.varint(form.word);
        out.text(spelling(form));
        out.varint(form.uses);
    }
    out.varint(terms_.size());
    for (const Term& one : terms_)
        for (const Id id : one.words) out.varint(id);
    out.varint(counts_.size());
    for (const Count& count : counts_) {
        out.varint(count.term);
        out.varint(count.column);
        out.varint(count.comments);
    }
}

void TermTable::load(Reader& in, std::size_t columns, const Cancellation& cancellation) {
    Pace pace(cancellation);
    const auto below = [&in](std::size_t limit) {
        const std::uint64_t value = in.varint();
        if (value >= limit) throw corrupt_data("impossible number in the state of words");
        return static_cast<std::uint32_t>(value);
    };
    const auto expect = [](bool holds) {
        if (!holds) throw corrupt_data("impossible word in state");
    };
    for (std::size_t left = in.count(9), i = 0; i < left; ++i) {
        pace.step();
        const auto key = in.get<std::uint64_t>();
        expect(word(key, in.get<std::uint8_t>() != 0) == i);
    }
    for (std::size_t left = in.count(3), i = 0; i < left; ++i) {
        pace.step();
        const Id id = below(words_.size());
        const std::string_view written = in.text();
        add_form(id, written, below(UINT32_MAX) + 0u);
        expect(forms_.size() == i + 1);
    }
    for (std::size_t left = in.count(longest_phrase), i = 0; i < left; ++i) {
        pace.step();
        std::array<Id, longest_phrase> ids{};
        std::size_t size = 0;
        bool ended = false;
        for (std::size_t k = 0; k < longest_phrase; ++k) {
            const Id id = below(words_.size() + 1);
            expect(!(ended && id != 0));
            ended = id == 0;
            if (!ended) ids[size++] = id - 1;
        }
        expect(size > 0 && term(std::span(ids).first(size)) == i);
    }
    for (std::size_t left = in.count(3), i = 0; i < left; ++i) {
        pace.step();
        const Id one = below(terms_.size()), column = below(columns);
        const Id comments = below(UINT32_MAX);
        expect(comments > 0);
        add_count(one, column, comments);
        expect(counts_.size() == i + 1);
    }
}

std::span<const TermTable::Id> TermTable::words(Id term) const {
    const auto& all = terms_[term].words;
    return std::span(all).first(static_cast<std::size_t>(std::ranges::find(all, Id{0}) - all.begin()));
}

bool TermTable::is_part(Id part, Id whole) const {
    const auto few = words(part), many = words(whole);
    return few.size() < many.size() && !std::ranges::search(many, few).empty();
}

std::optional<TermTable::Id> TermTable::alone(Id word) const {
    return terms_.find(mixed(words_[word - 1].key), [](const Term&) { return true; });
}

std::vector<TermTable::Id> TermTable::shared_words(Id one, Id other) const {
    std::vector<Id> shared;
    for (const Id word : words(one)) {
        if (std::ranges::find(words(other), word) == words(other).end()) continue;
        if (const auto term = alone(word)) shared.push_back(*term);
    }
    return shared;
}

std::vector<double> TermTable::rarities(std::span<const double> totals) const {
    std::vector<double> of_word(words_.size(), std::numeric_limits<double>::infinity());
    for (Id i = 0; i < of_word.size(); ++i)
        if (const auto term = alone(i + 1)) of_word[i] = totals[*term];
    std::vector<double> least(terms_.size(), std::numeric_limits<double>::infinity());
    for (Id term = 0; term < least.size(); ++term)
        for (const Id word : words(term)) least[term] = std::min(least[term], of_word[word - 1]);
    return least;
}

bool TermTable::says_more(Id one, Id other, std::span<const double> rarities,
                          std::span<const std::string_view> spellings) const {
    if (rarities[one] != rarities[other]) return rarities[one] < rarities[other];
    if (words(one).size() != words(other).size()) return words(one).size() > words(other).size();
    return shown(one, spellings) < shown(other, spellings);
}

std::uint32_t TermTable::comments(Id term, Id column) const {
    const auto count = counts_.find(Count{term, column, 0}.hash(),
                                    [=](const Count& known) { return known.term == term && known.column == column; });
    return count ? counts_[*count].comments : 0;
}

std::vector<std::string_view> TermTable::spellings() const {
    std::vector<const Form*> best(words_.size());
    for (const Form& form : forms_) {
        const Form*& known = best[form.word];
        if (!known || form.uses > known->uses || (form.uses == known->uses && spelling(form) < spelling(*known)))
            known = &form;
    }
    std::vector<std::string_view> written(words_.size());
    for (std::size_t i = 0; i < written.size(); ++i)
        if (best[i]) written[i] = spelling(*best[i]);
    return written;
}

std::string TermTable::shown(Id term, std::span<const std::string_view> spellings) const {
    std::string text;
    for (const Id id : words(term)) {
        if (!text.empty() && !words_[id - 1].unsegmented) text += ' ';
        text += spellings[id - 1];
    }
    return text;
}

}  // namespace crm::text
