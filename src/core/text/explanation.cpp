#include "crm/text/explanation.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "crm/foundation/rounded.hpp"

namespace crm::text {

namespace {

/// The words of a comment, and the punctuation between them, as parts that cover all but the space.
std::vector<Word> parts_of(const Comment& comment) {
    const std::u32string_view text = comment.folded().characters();
    std::vector<Word> parts;
    const auto add_punctuation = [&](std::uint32_t begin, std::uint32_t end) {
        for (std::uint32_t at = begin; at < end; ++at) {
            if (kind_of(text[at]) == CharacterKind::space) continue;
            const bool goes_on =
                at > begin && !parts.empty() && parts.back().end == at && kind_of(text[at - 1]) != CharacterKind::space;
            if (goes_on)
                ++parts.back().end;
            else
                parts.push_back({at, at + 1});
        }
    };
    std::uint32_t at = 0;
    for (const Word& word : comment.words()) {
        add_punctuation(at, word.begin);
        parts.push_back(word);
        at = word.end;
    }
    add_punctuation(at, static_cast<std::uint32_t>(text.size()));
    return parts;
}

struct Sum {
    Word where;  // the first time
    bool phrase;
    double contribution;
};

/// Sums by folded text.
class Sums {
public:
    explicit Sums(const Comment& comment) : text_(comment.folded().characters()) {}

    void add(const Word& where, bool phrase, double contribution) {
        const auto [at, is_new] =
            sums_.try_emplace(text_.substr(where.begin, where.end - where.begin), Sum{where, phrase, 0});
        at->second.contribution += contribution;
    }

    auto begin() const { return sums_.begin(); }
    auto end() const { return sums_.end(); }

private:
    std::u32string_view text_;
    std::map<std::u32string_view, Sum> sums_;
};

std::string quoted(const Evidence& one) {
    return "\"" + one.term + "\" " + (one.contribution > 0 ? "+" : "") + rounded(one.contribution, 2);
}

}  // namespace

std::vector<Evidence> explain(const CommentModel& model, const Comment& comment, std::string_view text,
                              std::size_t label) {
    std::vector<Contribution> found;
    const double bias = model.contributions(comment, label, found);
    const std::vector<Word> parts = parts_of(comment);
    Sums sums(comment);
    const auto first_after = [&parts](std::uint32_t at) { return std::ranges::upper_bound(parts, at, {}, &Word::end); };
    const auto words_in = [&comment](const Contribution& one) {
        const auto& words = comment.words();
        const auto first = std::ranges::lower_bound(words, one.begin, {}, &Word::begin);
        return std::ranges::lower_bound(words, one.end, {}, &Word::begin) - first;
    };
    for (const Contribution& one : found) {
        const auto first = first_after(one.begin);
        if (first == parts.end()) continue;
        if (one.is_phrase && words_in(one) > 1) {
            sums.add({one.begin, one.end}, true, one.weight);
            continue;
        }
        for (auto part = first; part != parts.end() && part->begin < one.end; ++part) {
            const double overlap = std::min(part->end, one.end) - std::max(part->begin, one.begin);
            sums.add(*part, false, one.weight * overlap / (one.end - one.begin));
        }
    }

    std::vector<Evidence> evidence;
    double absolute = std::abs(bias);
    for (const auto& [folded, sum] : sums) {
        const std::size_t begin = comment.folded().origin(sum.where.begin);
        std::size_t after = sum.where.end;  // of a character that became several, such as ½, all of it is shown
        while (after < comment.folded().size() && comment.folded().origin(after) <= begin) ++after;
        const std::size_t end = comment.folded().origin(after);
        evidence.push_back(
            {std::string(text.substr(begin, end - begin)), sum.phrase ? "phrase" : "word", sum.contribution, 0});
        absolute += std::abs(sum.contribution);
    }
    std::ranges::stable_sort(evidence, std::greater{}, [](const Evidence& one) { return std::abs(one.contribution); });
    evidence.push_back({"", "bias", bias, 0});
    if (absolute > 0)
        for (Evidence& one : evidence) one.share = one.contribution / absolute;
    return evidence;
}

std::string why(const CommentModel& model, const Comment& comment, std::string_view text) {
    constexpr std::size_t most_for = 3, most_against = 1;
    const Classification found = classify(model, comment);
    std::string speaks_for, speaks_against;
    std::size_t count_for = 0, count_against = 0;
    for (const Evidence& one : explain(model, comment, text, model.index_of(found.label))) {
        if (one.kind == "bias" || one.contribution == 0) continue;
        const bool is_for = one.contribution > 0;
        std::size_t& count = is_for ? count_for : count_against;
        if (count == (is_for ? most_for : most_against)) continue;
        std::string& list = is_for ? speaks_for : speaks_against;
        list += (count++ == 0 ? "" : ", ") + quoted(one);
    }
    const std::string chance = rounded(100 * found.probability, 2) + " %";
    std::string sentence =
        found.is_other ? "Other: unlike the comments of any label; the nearest is " + found.label + " (" + chance + ")"
                       : found.label + " (" + chance + ")";
    if (count_for > 0) sentence += ": " + speaks_for;
    if (count_against > 0) sentence += (count_for > 0 ? "; against it " : ": against it ") + speaks_against;
    if (count_for + count_against == 0) sentence += ": no word of it is known";
    return sentence + ".";
}

}  // namespace crm::text
