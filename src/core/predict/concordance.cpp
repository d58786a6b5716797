#include "crm/predict/concordance.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include "crm/foundation/error.hpp"
#include "crm/foundation/json.hpp"
#include "crm/predict/lifetime.hpp"

namespace crm::predict {

namespace {

/// Weights by rank, with sums of those below a rank in logarithmic time.
class RankedWeights {
public:
    explicit RankedWeights(std::size_t ranks) : sums_(ranks + 1), own_(ranks) {}

    void add(std::size_t rank, double weight) {
        own_[rank] += weight;
        total_ += weight;
        for (std::size_t at = rank + 1; at < sums_.size(); at += at & (~at + 1)) sums_[at] += weight;
    }

    double below(std::size_t rank) const {
        double sum = 0;
        for (std::size_t at = rank; at > 0; at &= at - 1) sum += sums_[at];
        return sum;
    }

    double at(std::size_t rank) const { return own_[rank]; }
    double total() const { return total_; }

private:
    std::vector<double> sums_, own_;
    double total_ = 0;
};

/// Weights of the pairs that one life is in.
struct Pairs {
    double concordant = 0, discordant = 0, tied = 0;
};

using Order = std::vector<std::uint32_t>;

class Stratum {
public:
    Stratum(std::span<const RankedLife> lives, const Order& members, const Cancellation& cancellation)
        : lives_(lives), by_time_(members), pairs_(members.size()), rank_(members.size()), pace_(cancellation) {
        std::ranges::sort(by_time_, [&](std::uint32_t a, std::uint32_t b) {
            pace_.step();
            return std::pair(lives_[a].duration, a) < std::pair(lives_[b].duration, b);
        });
        rank();
        for (std::uint32_t i = 0; i < by_time_.size(); ++i)
            if (life(i).entry != from_start) late_.push_back(i);
        std::ranges::sort(late_, [this](std::uint32_t a, std::uint32_t b) {
            return std::pair(life(a).entry, a) < std::pair(life(b).entry, b);
        });
        as_first();
        as_second();
    }

    const Pairs& pairs(std::size_t i) const { return pairs_[i]; }
    const RankedLife& life(std::size_t i) const { return lives_[by_time_[i]]; }
    std::size_t size() const { return by_time_.size(); }

    /// As ones who left first, so that each pair is counted once.
    Pairs total() const { return total_; }

private:
    static double weight(const RankedLife& life) { return life.count * life.weight; }

    void rank() {
        Order by_risk(by_time_.size());
        std::iota(by_risk.begin(), by_risk.end(), std::uint32_t{0});
        std::ranges::sort(by_risk, [this](std::uint32_t a, std::uint32_t b) {
            pace_.step();
            return life(a).risk < life(b).risk;
        });
        for (std::size_t i = 0; i < by_risk.size(); ++i) {
            if (i > 0 && life(by_risk[i]).risk > life(by_risk[i - 1]).risk) ++ranks_;
            rank_[by_risk[i]] = static_cast<std::uint32_t>(ranks_);
        }
        ++ranks_;
    }

    std::size_t end_of_tie(std::size_t first) const {
        std::size_t end = first;
        while (end < size() && life(end).duration == life(first).duration) ++end;
        return end;
    }

    /// Pairs in which a life is the one that left first: with all who were there at that time and stayed.
    void as_first() {
        RankedWeights stayed(ranks_);
        std::size_t gone = late_.size();  // from here on, they had not entered yet
        for (std::size_t end = size(); end > 0;) {
            std::size_t first = end - 1;
            const double time = life(first).duration;
            while (first > 0 && life(first - 1).duration == time) --first;
            for (std::size_t i = first; i < end; ++i)
                if (!life(i).event) stayed.add(rank_[i], weight(life(i)));
            for (; gone > 0 && life(late_[gone - 1]).entry >= time; --gone) {
                const std::uint32_t i = late_[gone - 1];
                stayed.add(rank_[i], -weight(life(i)));
            }
            for (std::size_t i = first; i < end; ++i) {
                pace_.step();
                if (!life(i).event) continue;
                const double below = stayed.below(rank_[i]), equal = stayed.at(rank_[i]);
                const double above = stayed.total() - below - equal;
                pairs_[i] = {below, above, equal};
                total_.concordant += below * weight(life(i));
                total_.discordant += above * weight(life(i));
                total_.tied += equal * weight(life(i));
            }
            for (std::size_t i = first; i < end; ++i)
                if (life(i).event) stayed.add(rank_[i], weight(life(i)));
            end = first;
        }
    }

    /// Pairs in which it is the one that stayed: with all who left while it was there.
    void as_second() {
        RankedWeights left(ranks_);
        std::size_t entered = 0;
        const auto count = [&](std::size_t i, double sign) {
            pace_.step();
            const double below = left.below(rank_[i]), equal = left.at(rank_[i]);
            pairs_[i].concordant += sign * (left.total() - below - equal);
            pairs_[i].discordant += sign * below;
            pairs_[i].tied += sign * equal;
        };
        for (std::size_t first = 0; first < size();) {
            const std::size_t end = end_of_tie(first);
            for (; entered < late_.size() && life(late_[entered]).entry < life(first).duration; ++entered)
                count(late_[entered], -1);
            for (std::size_t i = first; i < end; ++i)
                if (life(i).event) count(i, 1);
            for (std::size_t i = first; i < end; ++i)
                if (life(i).event) left.add(rank_[i], weight(life(i)));
            for (std::size_t i = first; i < end; ++i)
                if (!life(i).event) count(i, 1);
            first = end;
        }
    }

    std::span<const RankedLife> lives_;
    Order by_time_;  // numbers of lives, by duration; all below goes by the place in it
    std::vector<Pairs> pairs_;
    Order rank_;  // of the risk, equal for equal ones
    std::size_t ranks_ = 0;
    Order late_;  // those with an entry, by entry
    Pairs total_;
    Pace pace_;
};

}  // namespace

Concordance concordance(std::span<const RankedLife> lives, const Cancellation& cancellation) {
    std::uint32_t strata = 0;
    for (const RankedLife& life : lives) strata = std::max(strata, life.stratum + 1);
    std::vector<Order> members(strata);
    for (std::uint32_t i = 0; i < lives.size(); ++i) members[lives[i].stratum].push_back(i);

    Concordance all;
    std::vector<Stratum> parts;
    for (const Order& of_one : members) {
        if (of_one.empty()) continue;
        parts.emplace_back(lives, of_one, cancellation);
        const Pairs pairs = parts.back().total();
        all.concordant += pairs.concordant;
        all.discordant += pairs.discordant;
        all.tied += pairs.tied;
    }
    const double pairs = all.concordant + all.discordant + all.tied;
    if (!(pairs > 0)) return all;
    const double estimate = (all.concordant + all.tied / 2) / pairs;
    double variance = 0;
    for (const Stratum& part : parts)
        for (std::size_t i = 0; i < part.size(); ++i) {
            const Pairs& own = part.pairs(i);
            const double influence =
                ((1 - estimate) * own.concordant - estimate * own.discordant + (0.5 - estimate) * own.tied) *
                part.life(i).weight / pairs;
            variance += part.life(i).count * influence * influence;
        }
    all.concordance = estimate;
    all.std_error = std::sqrt(variance);
    return all;
}

bool JudgedLife::valid() const { return duration >= 0 && duration <= longest_duration && event <= 1; }

void ConcordanceOf::add(double duration, bool event, double risk) {
    require_duration(duration);
    if (!std::isfinite(risk)) throw invalid_argument("risk must be a finite number, not " + shortest(risk));
    lives_.add({duration, event, risk});
}

void ConcordanceOf::merge(const ConcordanceOf& other, const Cancellation& cancellation) {
    lives_.merge(other.lives_, cancellation);
}

void ConcordanceOf::save(Writer& out) const { lives_.save(out); }

void ConcordanceOf::load(Reader& in, const Cancellation& cancellation) { lives_.load(in, cancellation); }

Concordance ConcordanceOf::finish(const Cancellation& cancellation) const {
    std::vector<RankedLife> lives;
    for (const auto& [life, count] : lives_.sorted(cancellation))
        lives.push_back({from_start, life.duration, life.event != 0, life.risk, count});
    return concordance(lives, cancellation);
}

}  // namespace crm::predict
