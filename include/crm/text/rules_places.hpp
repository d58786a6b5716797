// Where in a comment the words of a rule lie as the rule wants them.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "crm/foundation/cancellation.hpp"
#include "crm/text/rules_query.hpp"

namespace crm::text {

/// At which words of a comment each term occurs. Forgets all of it in no time, for the next comment.
class Occurrences {
public:
    explicit Occurrences(std::size_t terms = 0) : heads_(terms) {}

    void clear() {
        entries_.clear();
        if (++now_ != 0) return;
        now_ = 1;
        for (Head& head : heads_) head.stamp = 0;
    }

    /// Words are added in their order. True when it is the term's first.
    bool add(std::uint32_t term, std::uint32_t word) {
        Head& head = heads_[term];
        const auto entry = static_cast<std::uint32_t>(entries_.size());
        entries_.push_back({word, none});
        const bool first = head.stamp != now_;
        if (first)
            head = {now_, entry, entry};
        else
            entries_[head.last].next = entry, head.last = entry;
        return first;
    }

    std::optional<std::uint32_t> first(std::uint32_t term) const {
        if (heads_[term].stamp != now_) return {};
        return entries_[heads_[term].first].word;
    }

    template <class Visit>
    void each(std::uint32_t term, Visit visit) const {
        if (heads_[term].stamp != now_) return;
        for (std::uint32_t at = heads_[term].first; at != none; at = entries_[at].next) visit(entries_[at].word);
    }

private:
    static constexpr std::uint32_t none = UINT32_MAX;
    struct Head {
        std::uint32_t stamp = 0, first = 0, last = 0;
    };
    struct Entry {
        std::uint32_t word, next;
    };

    std::vector<Head> heads_;
    std::vector<Entry> entries_;
    std::uint32_t now_ = 1;
};

/// Words [first, last] that made a rule match; empty when it was the absence of words.
struct WordSpan {
    std::uint32_t first, last;
};

struct Found {
    bool yes = false;
    std::optional<WordSpan> words;
};

/// Whether the rule holds. With `first_only` of alternatives the first that holds is enough, and what it gives as words
/// need not be the earliest. A row matches as PostgreSQL's phrase operators define it, but that alternatives of
/// different lengths keep their own: in (a | b <-> c) <-> d both "a d" and "b c d" match.
Found holds(const RuleNode& rule, const Occurrences&, bool first_only, Pace&);

}  // namespace crm::text
