// What the comments of one group talk about, and those of the others do not: log-odds ratios with an informative
// Dirichlet prior. Monroe, Colaresi, Quinn (2008), Fightin' Words: lexical feature selection and evaluation for
// identifying the content of political conflict, Political Analysis 16(4), equations 15 to 22.
#pragma once
#include <cstdint>
#include <memory_resource>
#include <string>
#include <string_view>
#include <vector>

#include "crm/foundation/bytes.hpp"
#include "crm/foundation/cancellation.hpp"
#include "crm/foundation/json.hpp"
#include "crm/text/term_table.hpp"

namespace crm::text {

struct KeywordOptions {
    TermOptions terms;
    std::int32_t top = 20;          // rows for each label
    std::int64_t min_comments = 3;  // of the label, with the term
    double prior = 0;               // comments that the prior weighs; 0: a twentieth of all, but 10 to 1000

    /// {"top": 20, "phrases": 2, "min_comments": 3, "prior": 100, "most_terms": 5000000}. Throws invalid_argument.
    static KeywordOptions from_json(const Json&);

    void save(Writer&) const;
    static KeywordOptions load(Reader&);

    friend bool operator==(const KeywordOptions&, const KeywordOptions&) = default;
};

/// How much more usual a term is in a group of comments than elsewhere.
struct LogOdds {
    double log_odds, std_error;

    double z() const { return log_odds / std_error; }
};

/// Of `with` comments of `all` here and `with_elsewhere` of `all_elsewhere`. The paper counts words; here a comment has
/// the term or has it not, since a word that one comment repeats says little of the others. The prior is beta, with the
/// share of the term in all comments as its mean and the weight of `prior` comments.
LogOdds log_odds(double with, double all, double with_elsewhere, double all_elsewhere, double prior);

struct Keyword {
    std::string label;
    std::int32_t position;  // 1 is the strongest
    std::string keyword;
    std::int64_t comments, label_comments;
    double share, share_elsewhere;  // of comments with it
    double log_odds, std_error, z;

    friend bool operator==(const Keyword&, const Keyword&) = default;
};

class KeywordsBuilder {
public:
    explicit KeywordsBuilder(std::pmr::memory_resource* memory) : table_(memory), labels_(memory), names_(memory) {}

    /// Throws invalid_argument when rows before came with others.
    void set(const KeywordOptions& options);

    void add(std::string_view label, std::string_view comment);
    void merge(const KeywordsBuilder& other, const Cancellation& = {});

    void save(Writer&) const;
    void load(Reader&, const Cancellation& = {});

    /// By label in the order of its bytes, then by position. None of a label beside which there is no other.
    std::vector<Keyword> finish(const Cancellation& = {}) const;

private:
    struct Label {
        std::uint64_t key, place;
        std::uint32_t size;
        std::int64_t comments;
        std::uint64_t hash() const { return key; }
    };

    std::string_view name(const Label& label) const { return std::string_view(names_).substr(label.place, label.size); }
    TermTable::Id label(std::string_view name);

    KeywordOptions options_;
    TermTable table_;
    Indexed<Label> labels_;
    std::pmr::string names_;
};

}  // namespace crm::text
