#include "crm/text/trending.hpp"

#include <algorithm>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <limits>
#include <numeric>

#include "crm/foundation/error.hpp"

namespace crm::text {

namespace {

constexpr std::int32_t most_days = 100'000, most_windows = 1000, most_rows = 100'000;
constexpr std::int64_t most_comments = std::int64_t{1} << 53;
constexpr std::size_t fewest_windows = 4;

/// One term or topic in all windows that count.
struct Series {
    std::size_t name;
    std::vector<Seen> earlier;
    Seen recent, before;
    std::optional<double> dispersion;
    double used = 1;
    double p_value = 1, adjusted_p = 1;

    bool rises() const { return recent.with * before.all > before.with * recent.all; }
};

/// Counts of independent comments that say as much.
struct Effective {
    double recent, earlier;

    Effective(Seen now, Seen before, double dispersion) {
        const double all = now.all + before.all;
        // Of a common term the counts vary less than Poisson ones, by the share of the comments without it.
        const double rare = std::max(1 - (now.with + before.with) / all, 1 / all);
        const double inflation = std::max(dispersion, 1.0) * rare;
        recent = now.with / inflation;
        earlier = before.with / inflation;
    }
};

/// What terms without bursts of their own vary: the median of all that occur often enough for it to be known, as a
/// multiple of what it is by chance.
double usual_dispersion(const std::vector<Series>& all) {
    std::vector<double> known;
    std::size_t windows = 0;
    for (const Series& one : all)
        if (one.dispersion && one.before.with >= static_cast<double>(one.earlier.size())) {
            known.push_back(*one.dispersion);
            windows = one.earlier.size();
        }
    if (known.empty()) return 1;
    std::ranges::sort(known);
    const double freedom = static_cast<double>(windows) - 1;
    const double by_chance = 2 * boost::math::gamma_p_inv(freedom / 2, 0.5) / freedom;
    return std::max(1.0, known[known.size() / 2] / by_chance);
}

std::vector<Series> assessed(std::vector<Series> all, Pace& pace) {
    for (Series& one : all) {
        pace.step();
        for (const Seen& window : one.earlier) {
            one.before.with += window.with;
            one.before.all += window.all;
        }
        one.dispersion = dispersion_of(one.earlier);
    }
    const double usual = usual_dispersion(all);
    std::vector<double> p_values;
    for (Series& one : all) {
        pace.step();
        one.used = std::max(usual, one.dispersion.value_or(1));
        one.p_value = chance_of_change(one.recent, one.before, one.used);
        p_values.push_back(one.p_value);
    }
    const std::vector<double> adjusted = adjusted_for_number(p_values);
    for (std::size_t i = 0; i < all.size(); ++i) all[i].adjusted_p = adjusted[i];
    return all;
}

Trend row_of(const Series& one, std::string name, double level) {
    return {std::move(name),
            static_cast<std::int64_t>(one.recent.with),
            static_cast<std::int64_t>(one.before.with),
            one.recent.with / one.recent.all,
            one.before.with / one.before.all,
            change_of(one.recent, one.before, one.used, level),
            one.used,
            one.adjusted_p};
}

/// The windows that count: those from the first that has comments; within them, those that have some. None when the
/// recent one or all others are empty.
std::vector<std::size_t> earlier_windows(const TrendTerms& terms) {
    std::vector<std::size_t> windows;
    if (terms.windows() == 0 || terms.comments(0) == 0) return windows;
    for (std::size_t i = 1; i < terms.windows(); ++i)
        if (terms.comments(i) > 0) windows.push_back(i);
    return windows;
}

Series series_of(std::size_t name, std::span<const std::int64_t> counts, const TrendTerms& terms,
                 std::span<const std::size_t> windows) {
    Series made;
    made.name = name;
    made.recent = {static_cast<double>(counts[0]), static_cast<double>(terms.comments(0))};
    for (const std::size_t window : windows)
        made.earlier.push_back({static_cast<double>(counts[window]), static_cast<double>(terms.comments(window))});
    return made;
}

}  // namespace

std::optional<std::uint32_t> TrendWindows::window_of(Day day) const {
    const std::int64_t back = std::int64_t{as_of.number} - day.number;
    if (back < 0 || back / days > earlier) return {};
    return static_cast<std::uint32_t>(back / days);
}

TrendOptions TrendOptions::from_json(const Json& json, bool words) {
    if (words)
        json.expect_keys({"top", "windows", "min_comments", "level", "phrases", "most_terms"}, "options of trending");
    else
        json.expect_keys({"top", "windows", "min_comments", "level"}, "options of trending_topics");
    TrendOptions options;
    options.terms = TermOptions::from_json(json);
    if (const Json* top = json.find("top")) options.top = static_cast<std::int32_t>(top->integer("top", 1, most_rows));
    if (const Json* windows = json.find("windows"))
        options.windows = static_cast<std::int32_t>(windows->integer("windows", 1, most_windows));
    if (const Json* least = json.find("min_comments"))
        options.min_comments = least->integer("min_comments", 1, most_comments);
    if (const Json* level = json.find("level")) {
        options.level = level->number("level");
        if (!(options.level > 0 && options.level < 1))
            throw invalid_argument("level must be between 0 and 1, not " + shortest(options.level), {},
                                   "95 % is written 0.95.");
    }
    return options;
}

void TrendOptions::save(Writer& out) const {
    terms.save(out);
    out.put(top);
    out.put(windows);
    out.put(min_comments);
    out.put(level);
}

TrendOptions TrendOptions::load(Reader& in) {
    const TrendOptions options{TermOptions::load(in), in.get<std::int32_t>(), in.get<std::int32_t>(),
                               in.get<std::int64_t>(), in.get<double>()};
    if (options.top < 1 || options.top > most_rows || options.windows < 1 || options.windows > most_windows ||
        options.min_comments < 1 || !(options.level > 0 && options.level < 1))
        throw corrupt_data("impossible options in the state of trends");
    return options;
}

std::optional<double> dispersion_of(std::span<const Seen> earlier) {
    if (earlier.size() < fewest_windows) return {};
    Seen all;
    for (const Seen& window : earlier) {
        all.with += window.with;
        all.all += window.all;
    }
    const double share = all.with / all.all;
    if (!(share > 0 && share < 1)) return {};
    double sum = 0;
    for (const Seen& window : earlier) {
        const double expected = window.all * share;
        sum += (window.with - expected) * (window.with - expected) / (expected * (1 - share));
    }
    return sum / (static_cast<double>(earlier.size()) - 1);
}

double chance_of_change(Seen recent, Seen earlier, double dispersion) {
    const Effective counts(recent, earlier, dispersion);
    const auto upper_tail = [](double x, double rest, double p) {
        return x > 0 ? boost::math::ibeta(x, rest + 1, p) : 1;
    };
    const double exposure = recent.all / (recent.all + earlier.all);
    const double more = upper_tail(counts.recent, counts.earlier, exposure);
    const double fewer = upper_tail(counts.earlier, counts.recent, 1 - exposure);
    return std::min(1.0, 2 * std::min(more, fewer));
}

Change change_of(Seen recent, Seen earlier, double dispersion, double level) {
    const double infinite = std::numeric_limits<double>::infinity(), outside = (1 - level) / 2;
    const Effective counts(recent, earlier, dispersion);
    const auto [here, before] = counts;
    const double low = here > 0 ? boost::math::ibeta_inv(here, before + 1, outside) : 0;
    const double without = before > 0 ? boost::math::ibeta_inv(before, here + 1, outside) : 0;  // 1 - the upper end
    const double odds = earlier.all / recent.all;
    return {earlier.with > 0 ? recent.with / earlier.with * odds : infinite, low / (1 - low) * odds,
            without > 0 ? (1 - without) / without * odds : infinite, chance_of_change(recent, earlier, dispersion)};
}

std::vector<double> adjusted_for_number(std::span<const double> p_values) {
    std::vector<std::size_t> order(p_values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, [p_values](std::size_t a, std::size_t b) { return p_values[a] > p_values[b]; });
    std::vector<double> adjusted(p_values.size());
    double least = 1;
    for (std::size_t i = 0; i < order.size(); ++i) {
        const auto count = static_cast<double>(order.size()), rank = static_cast<double>(order.size() - i);
        least = std::min(least, p_values[order[i]] * count / rank);
        adjusted[order[i]] = least;
    }
    return adjusted;
}

void TrendTerms::agree(Day as_of, double days, const TrendOptions& options) {
    if (!(days >= 1 && days <= most_days) || days != std::floor(days))
        throw invalid_argument("window must be a whole number of days from 1 to " + std::to_string(most_days) +
                               ", not " + shortest(days));
    const TrendWindows windows{as_of, static_cast<std::int32_t>(days), options.windows};
    if (!windows_) {
        windows_ = windows;
        options_ = options;
        comments_.resize(static_cast<std::size_t>(options.windows) + 1);
    } else if (windows_->as_of != as_of) {
        throw invalid_argument("as_of must be the same for all rows of a group",
                               "It is both " + to_iso(windows_->as_of) + " and " + to_iso(as_of) + ".");
    } else if (windows_->days != windows.days) {
        throw invalid_argument("window must be the same for all rows of a group");
    } else if (options_ != options) {
        throw invalid_argument("options of trending must be the same in every row");
    }
}

std::optional<std::uint32_t> TrendTerms::place(Day at) {
    const auto window = windows_->window_of(at);
    if (window) ++comments_[*window];
    return window;
}

void TrendTerms::merge(const TrendTerms& other) {
    if (!other.windows_) return;
    agree(other.windows_->as_of, other.windows_->days, other.options_);
    for (std::size_t i = 0; i < comments_.size(); ++i) comments_[i] += other.comments_[i];
}

void TrendTerms::save(Writer& out) const {
    out.put(static_cast<std::uint8_t>(windows_ ? 1 : 0));
    if (!windows_) return;
    out.put(windows_->as_of.number);
    out.put(windows_->days);
    options_.save(out);
    for (const std::int64_t comments : comments_) out.varint(static_cast<std::uint64_t>(comments));
}

void TrendTerms::load(Reader& in) {
    if (in.get<std::uint8_t>() == 0) return;
    const Day as_of{in.get<std::int32_t>()};
    const auto days = in.get<std::int32_t>();
    const TrendOptions options = TrendOptions::load(in);
    if (as_of < earliest_day || as_of > latest_day || days < 1 || days > most_days)
        throw corrupt_data("impossible windows in the state of trends");
    agree(as_of, days, options);
    for (std::int64_t& comments : comments_) {
        const std::uint64_t count = in.varint();
        if (count > static_cast<std::uint64_t>(most_comments))
            throw corrupt_data("impossible count in the state of trends");
        comments = static_cast<std::int64_t>(count);
    }
}

void TrendingBuilder::add(Day at, std::string_view comment, Day as_of, double days, const TrendOptions& options) {
    terms_.agree(as_of, days, options);
    table_.set(options.terms);
    if (const auto window = terms_.place(at)) table_.add(*window, comment);
}

void TrendingBuilder::merge(const TrendingBuilder& other, const Cancellation& cancellation) {
    if (other.terms_.empty()) return;
    terms_.merge(other.terms_);
    table_.set(terms_.options().terms);
    std::vector<TermTable::Id> same(terms_.windows());
    std::iota(same.begin(), same.end(), TermTable::Id{0});
    table_.merge(other.table_, same, cancellation);
}

void TrendingBuilder::save(Writer& out) const {
    terms_.save(out);
    if (!terms_.empty()) table_.save(out);
}

void TrendingBuilder::load(Reader& in, const Cancellation& cancellation) {
    terms_.load(in);
    if (terms_.empty()) return;
    table_.set(terms_.options().terms);
    table_.load(in, terms_.windows(), cancellation);
    for (const TermTable::Count& count : table_.counts())
        if (count.comments > terms_.comments(count.column))
            throw corrupt_data("impossible count in the state of trends");
}

std::vector<Trend> TrendingBuilder::finish(const Cancellation& cancellation) const {
    const std::vector<std::size_t> windows = earlier_windows(terms_);
    if (windows.empty()) return {};
    Pace pace(cancellation);
    std::vector<double> totals(table_.terms());
    for (const TermTable::Count& count : table_.counts()) totals[count.term] += count.comments;
    std::vector<TermTable::Count> counts;
    for (const TermTable::Count& count : table_.counts())
        if (totals[count.term] >= static_cast<double>(terms_.options().min_comments)) counts.push_back(count);
    std::ranges::sort(counts, [&pace](const TermTable::Count& a, const TermTable::Count& b) {
        pace.step();
        return a.term < b.term;
    });
    std::vector<Series> all;
    std::vector<std::int64_t> of_term(terms_.windows());
    for (auto count = counts.begin(); count != counts.end();) {
        const TermTable::Id term = count->term;
        std::ranges::fill(of_term, 0);
        for (; count != counts.end() && count->term == term; ++count) of_term[count->column] = count->comments;
        all.push_back(series_of(term, of_term, terms_, windows));
    }
    all = assessed(std::move(all), pace);

    const std::vector<std::string_view> spellings = table_.spellings();
    const std::vector<double> rarities = table_.rarities(totals);
    const auto shown = [&](const Series& one) { return table_.shown(static_cast<TermTable::Id>(one.name), spellings); };
    std::ranges::sort(all, [&](const Series& a, const Series& b) {
        pace.step();
        if (a.p_value != b.p_value) return a.p_value < b.p_value;
        const double many = a.recent.with + a.before.with, few = b.recent.with + b.before.with;
        if (many != few) return many > few;
        return table_.says_more(static_cast<TermTable::Id>(a.name), static_cast<TermTable::Id>(b.name), rarities,
                                spellings);
    });
    // Those that rise and those that fall do not explain one another.
    std::vector<TermCandidate> rising, falling;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const bool rises = all[i].rises();
        (rises ? rising : falling)
            .push_back({static_cast<TermTable::Id>(all[i].name), rises ? all[i].recent.with : all[i].before.with, i});
    }
    const auto explained = [&](const TermCandidate& part, const TermCandidate& whole) {
        const Series &few = all[part.row], &many = all[whole.row];
        const Seen recent{few.recent.with - many.recent.with, few.recent.all};
        const Seen before{few.before.with - many.before.with, few.before.all};
        if (recent.with + before.with <= 0) return true;
        return chance_of_change(recent, before, few.used) > 0.05;
    };
    const auto most = static_cast<std::size_t>(terms_.options().top);
    const auto recent_with = [&](TermTable::Id word) { return static_cast<double>(table_.comments(word, 0)); };
    const auto earlier_with = [&](TermTable::Id word) {
        double sum = 0;
        for (const std::size_t window : windows) sum += table_.comments(word, static_cast<TermTable::Id>(window));
        return sum;
    };
    std::vector<TermCandidate> kept = without_redundant(table_, rising, most, explained, recent_with);
    const auto more = without_redundant(table_, falling, most, explained, earlier_with);
    kept.insert(kept.end(), more.begin(), more.end());
    std::ranges::sort(kept, {}, &TermCandidate::row);
    if (kept.size() > most) kept.resize(most);
    std::vector<Trend> rows;
    for (const TermCandidate& one : kept)
        rows.push_back(row_of(all[one.row], shown(all[one.row]), terms_.options().level));
    return rows;
}

void TrendingTopicsBuilder::count(std::string_view topic, std::uint32_t window, std::int64_t comments) {
    if (topics_.size() >= most_topics)
        throw limit_exceeded("more than " + std::to_string(most_topics) + " topics in all windows", {},
                             "A topic is one of some labels, not the comment itself.");
    topics_[{std::pmr::string(topic, topics_.get_allocator().resource()), window}] += comments;
}

void TrendingTopicsBuilder::add(Day at, std::optional<std::string_view> topic, Day as_of, double days,
                                const TrendOptions& options) {
    terms_.agree(as_of, days, options);
    const auto window = terms_.place(at);
    if (window && topic) count(*topic, *window, 1);
}

void TrendingTopicsBuilder::merge(const TrendingTopicsBuilder& other, const Cancellation& cancellation) {
    if (other.terms_.empty()) return;
    terms_.merge(other.terms_);
    Pace pace(cancellation);
    for (const auto& [place, comments] : other.topics_) {
        pace.step();
        count(place.first, place.second, comments);
    }
}

void TrendingTopicsBuilder::save(Writer& out) const {
    terms_.save(out);
    out.varint(topics_.size());
    for (const auto& [place, comments] : topics_) {
        out.text(place.first);
        out.varint(place.second);
        out.varint(static_cast<std::uint64_t>(comments));
    }
}

void TrendingTopicsBuilder::load(Reader& in, const Cancellation& cancellation) {
    terms_.load(in);
    Pace pace(cancellation);
    for (std::size_t left = in.count(3); left > 0; --left) {
        pace.step();
        const std::string_view topic = in.text();
        const std::uint64_t window = in.varint(), comments = in.varint();
        const std::size_t known = topics_.size();
        if (window >= terms_.windows() || comments < 1 ||
            comments > static_cast<std::uint64_t>(terms_.comments(static_cast<std::size_t>(window))))
            throw corrupt_data("impossible topic in state");
        count(topic, static_cast<std::uint32_t>(window), static_cast<std::int64_t>(comments));
        if (topics_.size() == known) throw corrupt_data("impossible topic in state");
    }
}

std::vector<Trend> TrendingTopicsBuilder::finish(const Cancellation& cancellation) const {
    const std::vector<std::size_t> windows = earlier_windows(terms_);
    if (windows.empty()) return {};
    Pace pace(cancellation);
    std::vector<std::string_view> names;
    std::vector<Series> all;
    std::vector<std::int64_t> of_topic(terms_.windows());
    for (auto at = topics_.begin(); at != topics_.end();) {
        const std::pmr::string& name = at->first.first;
        std::ranges::fill(of_topic, 0);
        for (; at != topics_.end() && at->first.first == name; ++at) of_topic[at->first.second] = at->second;
        if (std::reduce(of_topic.begin(), of_topic.end()) < terms_.options().min_comments) continue;
        all.push_back(series_of(names.size(), of_topic, terms_, windows));
        names.push_back(name);
    }
    all = assessed(std::move(all), pace);
    std::ranges::stable_sort(all, [](const Series& a, const Series& b) {
        if (a.p_value != b.p_value) return a.p_value < b.p_value;
        return a.recent.with + a.before.with > b.recent.with + b.before.with;
    });
    std::vector<Trend> rows;
    for (const Series& one : all) {
        if (rows.size() >= static_cast<std::size_t>(terms_.options().top)) break;
        rows.push_back(row_of(one, std::string(names[one.name]), terms_.options().level));
    }
    return rows;
}

}  // namespace crm::text
