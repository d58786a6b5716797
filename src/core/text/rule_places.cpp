#include "crm/text/rules_places.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace crm::text {

namespace {

using Kind = RuleNode::Kind;

/// Where a part of a row matches: words [begin, end], of which [first, last] are those that are there.
struct Place {
    std::int64_t begin, end;
    std::uint32_t first, last;
};

/// All places of a part; for a negative part the places where it does not match, by their ends.
struct Places {
    bool negative = false;
    std::int64_t width = 0;  // of a negative one: how long each is, less one word
    std::vector<Place> all;  // by begin, then end; none twice
};

auto by_begin(const Place& place) { return std::pair(place.begin, place.end); }
auto by_end(const Place& place) { return std::pair(place.end, place.begin); }
bool same(const Place& a, const Place& b) { return by_begin(a) == by_begin(b); }

Place joined(const Place& a, const Place& b) {
    return {std::min(a.begin, b.begin), std::max(a.end, b.end), std::min(a.first, b.first), std::max(a.last, b.last)};
}

/// Of places sorted by their ends.
std::span<const Place> ending_at(const Places& places, std::int64_t end) {
    const auto first = std::ranges::lower_bound(places.all, end, {}, &Place::end);
    return {first, std::ranges::find_if(first, places.all.end(), [end](const Place& one) { return one.end != end; })};
}

class RowMatch {
public:
    RowMatch(const Occurrences& seen, Pace& pace) : seen_(seen), pace_(pace) {}

    Places places(const RuleNode& part) {
        switch (part.kind) {
            case Kind::word: return of_word(part);
            case Kind::none: {
                Places inner = places(part.parts.front());
                inner.negative = !inner.negative;
                return inner;
            }
            case Kind::row: return of_row(part);
            default: return of_choice(part);
        }
    }

private:
    Places of_word(const RuleNode& part) {
        Places found;
        seen_.each(part.term, [&](std::uint32_t word) {
            pace_.step();
            found.all.push_back({word, word, word, word});
        });
        return found;
    }

    Places of_row(const RuleNode& row) {
        Places left = places(row.parts.front());
        for (std::size_t i = 1; i < row.parts.size(); ++i) {
            if (left.all.empty() && !left.negative) return left;
            const RuleNode& part = row.parts[i];
            Places right = places(part);
            left = part.either_order ? near(std::move(left), std::move(right), part.distance)
                                     : follow(std::move(left), std::move(right), part.distance);
        }
        return left;
    }

    /// The right part `distance` words after the left one.
    Places follow(Places left, Places right, std::int64_t distance) {
        if (left.negative && right.negative) return neither(std::move(left), std::move(right), distance);
        Places out;
        sort_by_end(left);
        if (left.negative) {
            for (const Place& place : right.all)
                if (ending_at(left, place.begin - distance).empty())
                    out.all.push_back({place.begin - distance - left.width, place.end, place.first, place.last});
        } else if (right.negative) {
            sort_by_end(right);
            for (const Place& place : left.all) {
                const std::int64_t end = place.end + distance + right.width;
                if (ending_at(right, end).empty()) out.all.push_back({place.begin, end, place.first, place.last});
            }
        } else {
            for (const Place& after : right.all)
                for (const Place& before : ending_at(left, after.begin - distance)) {
                    pace_.step();
                    out.all.push_back({before.begin, after.end, before.first, after.last});
                }
        }
        return tidy(std::move(out));
    }

    Places neither(Places left, Places right, std::int64_t distance) {
        Places out;
        out.negative = true;
        out.width = left.width + distance + right.width;
        for (const Place& place : left.all) out.all.push_back(ending(place, place.end + distance + right.width));
        for (const Place& place : right.all) out.all.push_back(ending(place, place.end));
        return tidy(std::move(out));
    }

    /// At most `distance` words apart in either order. Of several that are near, the closest.
    Places near(Places left, Places right, std::int64_t distance) {
        Places out;
        closest(left, right, distance, out);
        closest(right, left, distance, out);
        return tidy(std::move(out));
    }

    void closest(const Places& from, const Places& to, std::int64_t distance, Places& out) {
        for (const Place& one : from.all) {
            pace_.step();
            // What begins within this one and ends elsewhere is near too.
            auto next = std::ranges::upper_bound(to.all, one.begin, {}, &Place::begin);
            while (next != to.all.end() && next->begin <= one.end && (next->begin == one.end || next->end == one.end)) {
                pace_.step();
                ++next;
            }
            if (next != to.all.end() && next->begin - one.end <= distance) out.all.push_back(joined(one, *next));
        }
    }

    Places of_choice(const RuleNode& choice) {
        if (choice.kind == Kind::any && !is_negative(choice)) return of_alternatives(choice);
        Places all = places(choice.parts.front());
        for (std::size_t i = 1; i < choice.parts.size(); ++i) {
            Places next = places(choice.parts[i]);
            all = choice.kind == Kind::all ? both(std::move(all), std::move(next))
                                           : either(std::move(all), std::move(next));
        }
        return all;
    }

    Places of_alternatives(const RuleNode& choice) {
        Places all;
        for (const RuleNode& part : choice.parts) {
            const Places next = places(part);
            all.all.insert(all.all.end(), next.all.begin(), next.all.end());
        }
        return tidy(std::move(all));
    }

    Places both(Places a, Places b) {
        if (a.negative && b.negative) return united(std::move(a), std::move(b));
        if (a.negative) return without(std::move(b), std::move(a));
        if (b.negative) return without(std::move(a), std::move(b));
        return common(std::move(a), std::move(b));
    }

    Places either(Places a, Places b) {
        if (a.negative && b.negative) return common(std::move(a), std::move(b));
        if (a.negative) return without(std::move(a), std::move(b));
        if (b.negative) return without(std::move(b), std::move(a));
        return united(std::move(a), std::move(b));
    }

    Places united(Places a, Places b) {
        a.all.insert(a.all.end(), b.all.begin(), b.all.end());
        return tidy(std::move(a));
    }

    /// Keeps whether `a` is negative.
    Places without(Places a, Places b) {
        sort_by_end(b);
        std::erase_if(a.all, [&](const Place& place) { return !ending_at(b, place.end).empty(); });
        return a;
    }

    Places common(Places a, Places b) {
        sort_by_end(b);
        std::erase_if(a.all, [&](const Place& place) { return ending_at(b, place.end).empty(); });
        return a;
    }

    static Place ending(const Place& place, std::int64_t end) { return {end, end, place.first, place.last}; }

    /// A long comment has many places: the sort can be cancelled.
    template <class Key>
    void sort(Places& places, Key key) {
        std::ranges::sort(places.all, [this, key](const Place& a, const Place& b) {
            pace_.step();
            return key(a) < key(b);
        });
    }

    void sort_by_end(Places& places) { sort(places, by_end); }

    Places tidy(Places places) {
        sort(places, by_begin);
        places.all.erase(std::unique(places.all.begin(), places.all.end(), same), places.all.end());
        return places;
    }

    const Occurrences& seen_;
    Pace& pace_;
};

void widen(std::optional<WordSpan>& words, const std::optional<WordSpan>& more) {
    if (!more) return;
    words = words ? WordSpan{std::min(words->first, more->first), std::max(words->last, more->last)} : *more;
}

bool earlier(const std::optional<WordSpan>& a, const std::optional<WordSpan>& b) {
    return a && (!b || a->first < b->first);
}

Found holds_all(const RuleNode& rule, const Occurrences& seen, bool first_only, Pace& pace) {
    Found found{true, {}};
    for (const RuleNode& part : rule.parts) {
        const Found one = holds(part, seen, first_only, pace);
        if (!one.yes) return {};
        widen(found.words, one.words);
    }
    return found;
}

Found holds_any(const RuleNode& rule, const Occurrences& seen, bool first_only, Pace& pace) {
    Found found;
    for (const RuleNode& part : rule.parts) {
        const Found one = holds(part, seen, first_only, pace);
        if (!one.yes) continue;
        found.yes = true;
        if (earlier(one.words, found.words)) found.words = one.words;
        if (first_only) break;
    }
    return found;
}

/// Whether the words that a part of a row needs occur at all: most rows fail for want of one.
bool may_match(const RuleNode& part, const Occurrences& seen) {
    const auto may = [&seen](const RuleNode& inner) { return may_match(inner, seen); };
    switch (part.kind) {
        case Kind::word: return seen.first(part.term).has_value();
        case Kind::none: return true;
        case Kind::any: return std::ranges::any_of(part.parts, may);
        default: return std::ranges::all_of(part.parts, may);
    }
}

Found holds_row(const RuleNode& rule, const Occurrences& seen, Pace& pace) {
    if (!may_match(rule, seen)) return {};
    const Places places = RowMatch(seen, pace).places(rule);
    if (places.all.empty()) return {};
    const Place& place =
        *std::ranges::min_element(places.all, {}, [](const Place& one) { return std::pair(one.first, one.last); });
    return {true, WordSpan{place.first, place.last}};
}

}  // namespace

Found holds(const RuleNode& rule, const Occurrences& seen, bool first_only, Pace& pace) {
    pace.step();
    switch (rule.kind) {
        case Kind::word: {
            const auto word = seen.first(rule.term);
            if (!word) return {};
            return {true, WordSpan{*word, *word}};
        }
        case Kind::none: return {!holds(rule.parts.front(), seen, true, pace).yes, {}};
        case Kind::all: return holds_all(rule, seen, first_only, pace);
        case Kind::any: return holds_any(rule, seen, first_only, pace);
        case Kind::row: return holds_row(rule, seen, pace);
    }
    return {};
}

}  // namespace crm::text
