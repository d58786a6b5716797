// In how many comments each word and phrase occurs, in columns: periods, segments, products.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crm/foundation/bytes.hpp"
#include "crm/foundation/cancellation.hpp"
#include "crm/foundation/json.hpp"
#include "crm/text/indexed.hpp"

namespace crm::text {

/// Which terms are counted, and how many at most: a count of one term in one column takes 20 to 30 bytes, a distinct
/// term 30 to 50 more.
struct TermOptions {
    std::int32_t phrases = 2;  // words of the longest phrase, 1 to 4
    std::int64_t most_terms = 5'000'000;

    /// From the keys "phrases" and "most_terms" of options, others are not looked at. Throws invalid_argument.
    static TermOptions from_json(const Json&);

    void save(Writer&) const;
    static TermOptions load(Reader&);

    friend bool operator==(const TermOptions&, const TermOptions&) = default;
};

/// A comment counts once for each term in it, however often the term is repeated there. A term is a word, or a phrase
/// of words that follow one another with nothing but spaces, hyphens or apostrophes between them. In scripts that do
/// not part words it is a piece of two to four letters, or a single ideograph. Words of more than 50 characters are no
/// terms. What is counted does not depend on the order of comments; the numbers of terms do.
class TermTable {
public:
    using Id = std::uint32_t;
    static constexpr std::size_t longest_phrase = 4;

    explicit TermTable(std::pmr::memory_resource* memory)
        : words_(memory), forms_(memory), terms_(memory), counts_(memory), spellings_(memory) {}

    /// To be the same from the first comment on.
    void set(const TermOptions& options) { options_ = options; }
    const TermOptions& options() const { return options_; }

    /// Throws limit_exceeded beyond options().most_terms counts.
    void add(Id column, std::string_view comment);

    /// The other's column c becomes columns[c].
    void merge(const TermTable& other, std::span<const Id> columns, const Cancellation& = {});

    void save(Writer&) const;

    /// Into an empty table, with columns below `columns`; throws corrupt_data.
    void load(Reader&, std::size_t columns, const Cancellation& = {});

    /// The comments of a column with a term.
    struct Count {
        Id term, column;
        std::uint32_t comments;

        std::uint64_t hash() const { return mixed(std::uint64_t{term} << 32 | column); }
    };

    std::size_t terms() const { return terms_.size(); }
    const Indexed<Count>& counts() const { return counts_; }

    /// The words of a term, in order: the number of each plus 1.
    std::span<const Id> words(Id term) const;

    /// Whether the words of `part` follow one another in `whole`, which has more.
    bool is_part(Id part, Id whole) const;

    /// A word of a term as a term of its own, if it is one.
    std::optional<Id> alone(Id word) const;

    /// The words that both have, as terms of one word; those that are no terms are left out.
    std::vector<Id> shared_words(Id one, Id other) const;

    std::uint32_t comments(Id term, Id column) const;

    /// How people write each word: most often, and of spellings that are equally frequent the first by its bytes.
    std::vector<std::string_view> spellings() const;

    /// A term as those spellings write it.
    std::string shown(Id term, std::span<const std::string_view> spellings) const;

    /// Of each term, the comments with its rarest word, `totals` being the comments with each term.
    std::vector<double> rarities(std::span<const double> totals) const;

    /// An order of terms that are equally strong: the one with the rarer word first, then the longer one, then by what
    /// is shown.
    bool says_more(Id one, Id other, std::span<const double> rarities,
                   std::span<const std::string_view> spellings) const;

private:
    struct Word {
        std::uint64_t key;
        bool unsegmented;
        std::uint64_t hash() const { return key; }
    };
    struct Form {
        std::uint64_t key, place;
        std::uint32_t size;
        Id word;
        std::uint32_t uses;
        std::uint64_t hash() const { return key; }
    };
    struct Term {
        std::uint64_t key;
        std::array<Id, longest_phrase> words;  // each plus 1; 0 where there is none
        std::uint64_t hash() const { return key; }
    };

    std::string_view spelling(const Form& form) const {
        return std::string_view(spellings_).substr(form.place, form.size);
    }
    Id word(std::uint64_t key, bool unsegmented);
    void add_form(Id word, std::string_view spelling, std::uint32_t uses);
    Id term(std::span<const Id> words);
    void add_count(Id term, Id column, std::uint32_t comments);

    TermOptions options_;
    Indexed<Word> words_;
    Indexed<Form> forms_;
    Indexed<Term> terms_;
    Indexed<Count> counts_;
    std::pmr::string spellings_;
};

/// The strongest of some terms, without those that say what another one says already.
struct TermCandidate {
    TermTable::Id term;
    double comments;  // where it is strong
    std::size_t row;  // of the caller's
};

/// Of candidates, strongest first, at most `most`, each with something to say:
/// - a longer phrase takes the place of a part of it that hardly occurs without it (three comments of four), and is
/// left out
///   beside any other part;
/// - a part is left out beside a stronger phrase when `explained(part, whole)`: when the comments that have it without
/// the
///   phrase are nothing unusual;
/// - a phrase is left out beside a stronger one that shares a word with it, when three of four comments with it must
/// have
///   that one too, as the number of comments with the word, `comments_with(word)`, tells.
template <class Explained, class CommentsWith>
std::vector<TermCandidate> without_redundant(const TermTable& table, std::span<const TermCandidate> candidates,
                                             std::size_t most, Explained explained, CommentsWith comments_with) {
    constexpr double nearly_always = 0.75;
    const auto goes_along = [&](const TermCandidate& next, const TermCandidate& one) {
        const auto shared = table.shared_words(one.term, next.term);
        return std::ranges::any_of(shared, [&](TermTable::Id word) {
            const double without_one = comments_with(word) - one.comments;
            return next.comments - without_one >= nearly_always * next.comments;
        });
    };
    const auto speaks_for_a_word = [&](const TermCandidate& next, const TermCandidate& part) {
        return std::ranges::any_of(table.words(next.term), [&](TermTable::Id word) {
            const auto alone = table.alone(word);
            return alone && std::ranges::find(table.words(part.term), word) == table.words(part.term).end() &&
                   next.comments >= nearly_always * comments_with(*alone);
        });
    };
    std::vector<TermCandidate> kept;
    for (std::size_t i = 0; i < candidates.size() && i < 10 * most + 100; ++i) {
        const TermCandidate& next = candidates[i];
        bool leave = false, placed = false;
        for (std::size_t k = 0; k < kept.size() && !leave;) {
            const TermCandidate& one = kept[k];
            if (table.is_part(one.term, next.term)) {
                const bool instead = next.comments >= nearly_always * one.comments;
                leave = !placed && !instead && !speaks_for_a_word(next, one);
                if (instead && placed) {
                    kept.erase(kept.begin() + static_cast<std::ptrdiff_t>(k));
                    continue;
                }
                if (instead) kept[k] = next;
                placed = placed || instead;
            } else if (!placed && table.is_part(next.term, one.term)) {
                leave = explained(next, one);
            } else if (!placed) {
                leave = goes_along(next, one);
            }
            ++k;
        }
        if (!leave && !placed && kept.size() < most) kept.push_back(next);
    }
    return kept;
}

}  // namespace crm::text
