#include "crm/identity/value_clusters.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <compare>
#include <numeric>
#include <tuple>
#include <utility>

#include "crm/foundation/error.hpp"
#include "crm/foundation/unicode.hpp"
#include "crm/identity/fingerprint.hpp"
#include "crm/identity/similarity.hpp"
#include "crm/identity/value_shape.hpp"

namespace crm::identity {

namespace {

using Entry = TextCounts::Entry;
using Index = std::uint32_t;

constexpr std::size_t short_code = 5, least_for_ngrams = 6, long_value = 16;
constexpr std::int64_t much_more = 3, very_much_more = 10, twenty_times = 20, seen_often = 3;

bool is_letter(char32_t c) {
    const CharacterKind kind = kind_of(c);
    return kind == CharacterKind::letter || kind == CharacterKind::unsegmented;
}

bool is_digit(char32_t c) { return kind_of(c) == CharacterKind::digit; }

/// The digits, each run apart.
std::u32string numbers_of(std::u32string_view text) {
    std::u32string numbers;
    bool open = false;
    for (const char32_t c : text) {
        const bool digit = is_digit(c);
        if (open && !digit) numbers += U' ';
        if (digit) numbers += c;
        open = digit;
    }
    return numbers;
}

/// Without white space at the ends, one blank for each run within.
std::u32string tidied(std::u32string_view text) {
    std::u32string tidy;
    for (const char32_t c : text) {
        if (kind_of(c) != CharacterKind::space)
            tidy += c;
        else if (!tidy.empty() && tidy.back() != U' ')
            tidy += U' ';
    }
    if (!tidy.empty() && tidy.back() == U' ') tidy.pop_back();
    return tidy;
}

std::string single_spaced(std::string_view text) {
    std::u32string characters;
    while (!text.empty()) {
        const auto [character, bytes] = first_code_point(text);
        characters += character;
        text.remove_prefix(bytes);
    }
    return to_utf8(tidied(characters));
}

/// How well a spelling is formed: tidy blanks count most, then capitals and small letters both, then a capital first.
int form_of(std::string_view value, std::string_view tidy) {
    const std::string shape = value_shape(value);
    const bool capitals = shape.find('A') != std::string::npos, small = shape.find('a') != std::string::npos;
    return 8 * (value == tidy) + 4 * (capitals && small) + 2 * shape.starts_with('A') + capitals;
}

/// A spelling with what it is compared by.
struct Spelling {
    std::string_view value;
    std::int64_t count;
    std::vector<std::u32string> words, sorted;  // plain ones
    std::u32string plain, plain_sorted;
    std::string tidy;       // but for its blanks as it is written
    std::u32string folded;  // tidied, with marks and punctuation
    std::u32string numbers;
    std::string key;
    std::size_t letters = 0, signs = 0;  // signs: letters and digits
    std::uint64_t mask = 0;              // which characters are in it
    int form;

    explicit Spelling(const Entry& entry)
        : value(entry.text),
          count(entry.count),
          words(plain_words(value)),
          sorted(words),
          tidy(single_spaced(value)),
          form(form_of(value, tidy)) {
        std::ranges::sort(sorted);
        plain = joined(words);
        plain_sorted = joined(sorted);
        const FoldedText text(value);
        folded = tidied(text.characters());
        numbers = numbers_of(folded);
        key = fingerprint(value);
        for (const char32_t c : plain) {
            letters += is_letter(c);
            signs += is_letter(c) || is_digit(c);
            mask |= std::uint64_t{1} << (c * 0x9e3779b1U >> 26 & 63);
        }
    }
};

/// Edits that values of this length bear.
std::size_t edits_borne(std::size_t length) {
    if (length < short_code) return 0;
    if (length < 9) return 1;
    if (length < 20) return 2;
    if (length < 60) return 3;
    return std::min<std::size_t>(length / 20, 8);
}

bool outranks(const Spelling& one, const Spelling& other) {
    if (one.count != other.count) return one.count > other.count;
    if (one.form != other.form) return one.form > other.form;
    return one.value < other.value;
}

struct Likeness {
    double similarity;
    int strength;  // key collisions before similar ones
    std::string_view reason;
};

constexpr std::string_view misspelt = "misspelt";

/// Whether `variant` may be another spelling of `canonical`, which outranks it.
class Comparison {
public:
    explicit Comparison(const ClusterOptions& options) : options_(options) {}

    /// By a key that is the same.
    std::optional<Likeness> collide(const Spelling& canonical, const Spelling& variant) const {
        if (canonical.signs == 0 || variant.signs == 0 || canonical.numbers != variant.numbers) return {};
        const std::string_view reason = collision(canonical, variant);
        if (reason.empty()) return {};
        return Likeness{jaro_winkler(canonical.plain, variant.plain), 1, reason};
    }

    std::optional<Likeness> resemble(const Spelling& canonical, const Spelling& variant) const {
        if (canonical.numbers != variant.numbers) {
            if (!options_.letters_for_digits || !has_letter_for_digit(canonical, variant)) return {};
            return Likeness{jaro_winkler(canonical.plain, variant.plain), 0, misspelt};
        }
        if (!is_misspelt(canonical, variant)) return {};
        const double similarity = std::max(jaro_winkler(canonical.plain, variant.plain),
                                           jaro_winkler(canonical.plain_sorted, variant.plain_sorted));
        if (similarity < options_.similarity) return {};
        return Likeness{similarity, 0, misspelt};
    }

private:
    /// In what they differ, when a key of theirs is the same.
    std::string_view collision(const Spelling& a, const Spelling& b) const {
        if (a.tidy == b.tidy) return "differs in blanks";
        if (a.letters == 0) return {};
        if (a.folded == b.folded) return "differs in case";
        const bool code = std::min(a.signs, b.signs) < short_code;
        if (code && !a.numbers.empty()) return {};
        if (a.plain == b.plain) {
            const bool same_punctuation = punctuation_of(a.folded) == punctuation_of(b.folded);
            if (same_punctuation) return "differs in accents";
            if (code && (has_telling_sign(a.folded) || has_telling_sign(b.folded))) return {};
            return "differs in punctuation";
        }
        if (code) return {};
        if (a.key == b.key) return a.sorted == b.sorted ? "differs in order of words" : "differs in repeated words";
        if (options_.ngram > 0 && std::min(a.letters, b.letters) >= least_for_ngrams &&
            ngram_fingerprint(to_utf8(a.plain), options_.ngram) ==
                ngram_fingerprint(to_utf8(b.plain), options_.ngram) &&
            jaro_winkler(a.plain, b.plain) >= options_.similarity)
            return "differs in spacing";
        return {};
    }

    static std::u32string punctuation_of(std::u32string_view text) {
        std::u32string signs;
        for (const char32_t c : text)
            if (const CharacterKind kind = kind_of(c);
                kind == CharacterKind::punctuation || kind == CharacterKind::symbol)
                signs += c;
        return signs;
    }

    /// C++, C# and C are three; U.S.A. and USA one.
    static bool has_telling_sign(std::u32string_view text) {
        return punctuation_of(text).find_first_not_of(U".,-'") != std::u32string::npos;
    }

    bool is_misspelt(const Spelling& canonical, const Spelling& variant) const {
        if (options_.similarity >= 1 || std::min(canonical.letters, variant.letters) < short_code) return false;
        const bool supported = canonical.count >= much_more * variant.count;
        if (variant.count > seen_often && canonical.count < very_much_more * variant.count) return false;
        const std::size_t length = std::min(canonical.plain.size(), variant.plain.size());
        const std::size_t most = supported ? edits_borne(length) : std::min<std::size_t>(edits_borne(length), 1);
        if (std::max(canonical.plain.size(), variant.plain.size()) - length > most) return false;
        if (static_cast<std::size_t>(std::popcount(canonical.mask ^ variant.mask)) > 2 * most) return false;
        const bool code = options_.codes && canonical.count >= twenty_times * variant.count;
        return aligned(canonical.words, variant.words, most, supported, code, length) ||
               aligned(canonical.sorted, variant.sorted, most, supported, code, length);
    }

    static bool aligned(const std::vector<std::u32string>& one, const std::vector<std::u32string>& other,
                        std::size_t most, bool supported, bool code, std::size_t length) {
        if (one.size() != other.size()) return false;
        std::size_t all = 0;
        for (std::size_t i = 0; i < one.size(); ++i) {
            if (one[i] == other[i]) continue;
            if (!code && std::ranges::any_of(one[i], is_digit)) return false;
            const std::size_t size = std::min(one[i].size(), other[i].size());
            std::size_t borne = size >= 9 ? 2 : size >= short_code || (size >= 3 && length >= long_value) ? 1 : 0;
            if (!supported) borne = size >= 8 ? 1 : 0;
            const std::size_t edits = edit_distance(one[i], other[i], std::min(borne, most - all));
            if (edits > std::min(borne, most - all)) return false;
            all += edits;
        }
        return all <= most;
    }

    /// The same characters but for letters where the canonical spelling has digits.
    static bool has_letter_for_digit(const Spelling& canonical, const Spelling& variant) {
        if (canonical.count < much_more * variant.count || canonical.plain.size() != variant.plain.size()) return false;
        std::size_t wrong = 0;
        for (std::size_t i = 0; i < canonical.plain.size(); ++i) {
            if (canonical.plain[i] == variant.plain[i]) continue;
            if (!is_digit(canonical.plain[i]) || !is_letter(variant.plain[i])) return false;
            ++wrong;
        }
        return wrong <= edits_borne(canonical.plain.size());
    }

    const ClusterOptions& options_;
};

/// Which canonical spelling each one joins, from the pairs that were compared.
class Joining {
public:
    explicit Joining(std::size_t size) : joins_(size) {}

    struct Pair {
        Index variant, canonical;  // by rank: canonical < variant
        Likeness likeness;
    };

    void add(const Pair& pair) { pairs_.push_back(pair); }

    std::vector<ClusteredValue> clusters(const std::vector<Spelling>& ranked, const std::vector<Index>& order) {
        std::ranges::sort(pairs_, [](const Pair& a, const Pair& b) {
            if (a.variant != b.variant) return a.variant < b.variant;
            if (a.likeness.strength != b.likeness.strength) return a.likeness.strength > b.likeness.strength;
            if (a.likeness.similarity != b.likeness.similarity) return a.likeness.similarity > b.likeness.similarity;
            return a.canonical < b.canonical;
        });
        std::vector<std::vector<const Pair*>> members(joins_.size());
        for (auto pair = pairs_.begin(); pair != pairs_.end(); ++pair) {
            if (joins_[pair->variant] || joins_[pair->canonical]) continue;
            joins_[pair->variant] = true;
            members[pair->canonical].push_back(&*pair);
        }
        struct Group {
            std::int64_t rows;
            Index canonical;
        };
        std::vector<Group> groups;
        for (Index at = 0; at < members.size(); ++at) {
            if (members[at].empty()) continue;
            std::int64_t rows = ranked[order[at]].count;
            for (const Pair* pair : members[at]) rows += ranked[order[pair->variant]].count;
            groups.push_back({rows, at});
        }
        std::ranges::stable_sort(groups, [](const Group& a, const Group& b) { return a.rows > b.rows; });
        std::vector<ClusteredValue> rows;
        int number = 0;
        for (const Group& group : groups) {
            const Spelling& canonical = ranked[order[group.canonical]];
            const std::string name(canonical.value);
            rows.push_back({++number, name, name, canonical.count, 1, "proposed"});
            for (const Pair* pair : members[group.canonical]) {
                const Spelling& variant = ranked[order[pair->variant]];
                rows.push_back({number, name, std::string(variant.value), variant.count, pair->likeness.similarity,
                                std::string(pair->likeness.reason)});
            }
        }
        return rows;
    }

private:
    std::vector<bool> joins_;
    std::vector<Pair> pairs_;
};

std::vector<Spelling> spellings_of(const std::vector<Entry>& values, const Cancellation& cancellation) {
    std::vector<Spelling> spellings;
    spellings.reserve(values.size());
    for (const Entry& entry : values) {
        if (spellings.size() % 1024 == 0) cancellation.poll();
        spellings.emplace_back(entry);
    }
    return spellings;
}

std::vector<Index> ranking_of(const std::vector<Spelling>& spellings) {
    std::vector<Index> order(spellings.size());
    std::iota(order.begin(), order.end(), Index{0});
    std::ranges::sort(order, [&](Index a, Index b) { return outranks(spellings[a], spellings[b]); });
    return order;
}

std::uint64_t hash_of(std::u32string_view text, std::uint64_t salt) {
    std::uint64_t hash = 0xcbf29ce484222325 ^ salt * 0x9e3779b97f4a7c15;
    for (const char32_t c : text) hash = (hash ^ c) * 0x100000001b3;
    hash = (hash ^ hash >> 30) * 0xbf58476d1ce4e5b9;
    return hash ^ hash >> 31;
}

/// The runs of n characters of a text, each once, as hashes.
void runs_of(std::u32string_view text, std::size_t n, std::uint64_t salt, std::vector<std::uint64_t>& runs) {
    runs.clear();
    for (std::size_t at = 0; at + n <= text.size(); ++at) runs.push_back(hash_of(text.substr(at, n), salt));
    std::ranges::sort(runs);
    runs.erase(std::ranges::unique(runs).begin(), runs.end());
}

struct Member {
    std::uint64_t block;
    Index rank;
    auto operator<=>(const Member&) const = default;
};

/// Values of 12 to 14 characters lie in both kinds of block, so that any two that may be spellings of one value (they
/// differ by two characters at most) lie in blocks of one kind.
constexpr std::size_t least_for_threes = 12, most_for_twos = 14;

std::vector<Member> key_blocks(const std::vector<Spelling>& ranked, const std::vector<Index>& order,
                               const ClusterOptions& options, const Cancellation& cancellation) {
    std::vector<Member> members;
    for (Index rank = 0; rank < order.size(); ++rank) {
        if (rank % 1024 == 0) cancellation.poll();
        const Spelling& one = ranked[order[rank]];
        if (one.signs == 0) continue;
        const auto add = [&](std::u32string_view key, std::uint64_t salt) {
            members.push_back({hash_of(key, salt), rank});
        };
        std::vector<std::u32string> distinct = one.sorted;  // as the fingerprint has them
        distinct.erase(std::ranges::unique(distinct).begin(), distinct.end());
        add(joined(distinct), 1);
        if (options.ngram > 0 && one.letters >= least_for_ngrams) {
            const FoldedText key(ngram_fingerprint(to_utf8(one.plain), options.ngram));
            add(key.characters(), 2);
        }
    }
    return members;
}

/// What lies in which block of rare runs.
struct RunKind {
    std::size_t n, least, most;  // length of the runs, of the texts
    bool sorted;                 // the words
    bool any_numbers;            // of letters that stand for digits; else numbers must agree, and part the blocks
};

std::u32string_view text_in(const RunKind& kind, const Spelling& one) {
    const std::u32string_view text = kind.sorted ? one.plain_sorted : one.plain;
    if (text.size() < kind.least || text.size() > kind.most) return {};
    if (kind.any_numbers && (one.signs == one.letters || (one.letters == 0 && one.count < much_more))) return {};
    if (!kind.any_numbers && one.letters < short_code) return {};
    return kind.sorted && one.words.size() == 1 ? std::u32string_view{} : text;
}

void add_run_blocks(const RunKind& kind, std::uint64_t number, const std::vector<Spelling>& ranked,
                    const std::vector<Index>& order, const Cancellation& cancellation, std::vector<Member>& members) {
    std::vector<Member> all;
    std::vector<std::uint64_t> runs;
    std::vector<std::size_t> wanted(order.size());  // how many of its rarest runs a value is looked up by
    for (Index rank = 0; rank < order.size(); ++rank) {
        if (rank % 1024 == 0) cancellation.poll();
        const Spelling& one = ranked[order[rank]];
        const std::u32string_view text = text_in(kind, one);
        runs_of(text, kind.n, kind.any_numbers ? number : hash_of(one.numbers, number), runs);
        for (const std::uint64_t run : runs) all.push_back({run, rank});
        wanted[rank] = (kind.n + 1) * edits_borne(text.size()) + 1;  // an edit spoils n runs, a swap n + 1
    }
    std::ranges::sort(all);
    cancellation.poll();
    struct Shared {
        Index rank, frequency;
        std::uint64_t run;
        auto operator<=>(const Shared&) const = default;
    };
    std::vector<Shared> shared;
    for (auto at = all.begin(); at != all.end();) {
        const auto end = std::find_if(at, all.end(), [at](const Member& other) { return other.block != at->block; });
        const auto frequency = static_cast<Index>(end - at);
        if (frequency == 1 && wanted[at->rank] > 0) --wanted[at->rank];  // among the rarest, but of no other value
        for (const std::uint64_t run = at->block; at != end; ++at)
            if (frequency > 1) shared.push_back({at->rank, frequency, run});
    }
    std::ranges::sort(shared);
    for (const auto& [rank, frequency, run] : shared)
        if (wanted[rank] > 0) {
            --wanted[rank];
            members.push_back({run, rank});
        }
}

std::vector<Member> run_blocks(const std::vector<Spelling>& ranked, const std::vector<Index>& order,
                               const ClusterOptions& options, const Cancellation& cancellation) {
    static constexpr std::size_t any = ~std::size_t{0};
    static constexpr RunKind kinds[] = {
        {2, short_code, most_for_twos, false, false}, {3, least_for_threes, any, false, false},
        {2, short_code, most_for_twos, true, false},  {3, least_for_threes, any, true, false},
        {2, short_code, most_for_twos, false, true},  {3, least_for_threes, any, false, true},
    };
    std::vector<Member> members;
    std::uint64_t number = 10;
    for (const RunKind& kind : kinds)
        if (kind.any_numbers ? options.letters_for_digits : options.similarity < 1)
            add_run_blocks(kind, ++number, ranked, order, cancellation, members);
    return members;
}

/// Compares within each block; in a large one each with the next ones by their plain words.
template <class Compare>
void each_pair(std::vector<Member> members, const std::vector<Spelling>& ranked, const std::vector<Index>& order,
               std::size_t window, const Cancellation& cancellation, Compare compare) {
    std::ranges::sort(members);
    members.erase(std::ranges::unique(members).begin(), members.end());
    std::vector<Index> block;
    unsigned steps = 0;
    for (auto at = members.begin(); at != members.end();) {
        block.clear();
        for (const std::uint64_t name = at->block; at != members.end() && at->block == name; ++at)
            block.push_back(at->rank);
        if (block.size() > window)
            std::ranges::sort(block, [&](Index a, Index b) {
                const Spelling &one = ranked[order[a]], &other = ranked[order[b]];
                return std::tie(one.plain, a) < std::tie(other.plain, b);
            });
        for (std::size_t i = 0; i < block.size(); ++i)
            for (std::size_t j = i + 1; j < std::min(block.size(), i + 1 + window); ++j) {
                if (++steps % 1024 == 0) cancellation.poll();
                compare(std::min(block[i], block[j]), std::max(block[i], block[j]));
            }
    }
}

}  // namespace

ClusterOptions ClusterOptions::from_json(const Json& json) {
    json.expect_keys({"similarity", "ngram", "block", "letters_for_digits", "codes"}, "options of cluster_values");
    ClusterOptions options;
    if (const Json* similarity = json.find("similarity")) {
        options.similarity = similarity->number("similarity");
        if (!(options.similarity >= 0.7 && options.similarity <= 1))
            throw invalid_argument("similarity must be between 0.7 and 1, not " + shortest(options.similarity));
    }
    if (const Json* ngram = json.find("ngram")) options.ngram = static_cast<int>(ngram->integer("ngram", 0, 8));
    if (const Json* block = json.find("block")) options.block = static_cast<int>(block->integer("block", 2, 10000));
    if (const Json* letters = json.find("letters_for_digits"))
        options.letters_for_digits = letters->boolean("letters_for_digits");
    if (const Json* codes = json.find("codes")) options.codes = codes->boolean("codes");
    return options;
}

std::vector<ClusteredValue> clusters_of(const std::vector<Entry>& values, const ClusterOptions& options,
                                        const Cancellation& cancellation) {
    const std::vector<Spelling> spellings = spellings_of(values, cancellation);
    const std::vector<Index> order = ranking_of(spellings);
    const Comparison compare(options);
    Joining joining(order.size());
    const auto keep = [&](Index canonical, Index variant, const std::optional<Likeness>& likeness) {
        if (likeness) joining.add({variant, canonical, *likeness});
    };
    const auto window = static_cast<std::size_t>(options.block);
    each_pair(key_blocks(spellings, order, options, cancellation), spellings, order, window, cancellation,
              [&](Index one, Index other) {
                  keep(one, other, compare.collide(spellings[order[one]], spellings[order[other]]));
              });
    each_pair(run_blocks(spellings, order, options, cancellation), spellings, order, window, cancellation,
              [&](Index one, Index other) {
                  keep(one, other, compare.resemble(spellings[order[one]], spellings[order[other]]));
              });
    return joining.clusters(spellings, order);
}

std::vector<ClusteredValue> clusters_by_all_pairs(const std::vector<Entry>& values, const ClusterOptions& options) {
    const std::vector<Spelling> spellings = spellings_of(values, {});
    const std::vector<Index> order = ranking_of(spellings);
    const Comparison compare(options);
    Joining joining(order.size());
    for (Index variant = 0; variant < order.size(); ++variant)
        for (Index canonical = 0; canonical < variant; ++canonical) {
            const Spelling &one = spellings[order[canonical]], &other = spellings[order[variant]];
            for (const auto& likeness : {compare.collide(one, other), compare.resemble(one, other)})
                if (likeness) joining.add({variant, canonical, *likeness});
        }
    return joining.clusters(spellings, order);
}

void ValueClusterer::check() const {
    if (values_.level() > 0)
        throw limit_exceeded("more than " + std::to_string(most_values) + " distinct values to cluster", {},
                             "Cluster parts of them with GROUP BY, or values whose crm.fingerprint() is not unique.");
}

void ValueClusterer::add(std::string_view value, const ClusterOptions& options) {
    if (!options_)
        options_ = options;
    else if (*options_ != options)
        throw invalid_argument("options must be the same for all rows");
    if (value.size() > longest_value) return;
    values_.add(value);
    check();
}

void ValueClusterer::merge(const ValueClusterer& other, const Cancellation& cancellation) {
    if (options_ && other.options_ && *options_ != *other.options_)
        throw invalid_argument("options must be the same for all rows");
    if (!options_) options_ = other.options_;
    values_.merge(other.values_, cancellation);
    check();
}

void ValueClusterer::save(Writer& out) const {
    out.put(static_cast<std::uint8_t>(options_.has_value()));
    if (options_) {
        out.put(options_->similarity);
        out.varint(static_cast<std::uint64_t>(options_->ngram));
        out.varint(static_cast<std::uint64_t>(options_->block));
        out.put(static_cast<std::uint8_t>(options_->letters_for_digits));
        out.put(static_cast<std::uint8_t>(options_->codes));
    }
    values_.save(out);
}

void ValueClusterer::load(Reader& in, const Cancellation& cancellation) {
    if (in.get<std::uint8_t>() != 0) {
        ClusterOptions options;
        options.similarity = in.get<double>();
        const std::uint64_t ngram = in.varint(), block = in.varint();
        if (!(options.similarity >= 0.7 && options.similarity <= 1) || ngram > 8 || block < 2 || block > 10000)
            throw corrupt_data("impossible options in state");
        options.ngram = static_cast<int>(ngram);
        options.block = static_cast<int>(block);
        options.letters_for_digits = in.get<std::uint8_t>() != 0;
        options.codes = in.get<std::uint8_t>() != 0;
        options_ = options;
    }
    values_.load(in, cancellation);
    check();
}

std::vector<ClusteredValue> ValueClusterer::finish(const Cancellation& cancellation) const {
    return clusters_of(values_.sorted(), options_.value_or(ClusterOptions()), cancellation);
}

}  // namespace crm::identity
