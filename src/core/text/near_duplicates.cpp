#include "crm/text/near_duplicates.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace crm::text {

namespace {

constexpr double least_threshold = 0.2, most_missed = 1e-3;

struct Mixer {
    std::array<std::uint32_t, MinHash::hashes> factors, offsets;

    Mixer() {
        for (std::size_t i = 0; i < MinHash::hashes; ++i) {
            factors[i] = static_cast<std::uint32_t>(mixed(2 * i)) | 1;
            offsets[i] = static_cast<std::uint32_t>(mixed(2 * i + 1));
        }
    }
};

/// Representatives by the bands of their signatures: lists in one array, since most hold a single one.
class Buckets {
public:
    void add(std::uint64_t key, std::uint32_t representative) {
        if (links_.size() >= heads_.size()) grow();
        std::uint32_t& head = heads_[key & (heads_.size() - 1)];
        links_.push_back(
            {static_cast<std::uint32_t>(key >> 32), static_cast<std::uint32_t>(key), representative, head});
        head = static_cast<std::uint32_t>(links_.size());
    }

    template <class Visit>
    void each(std::uint64_t key, Visit visit) const {
        if (heads_.empty()) return;
        for (std::uint32_t at = heads_[key & (heads_.size() - 1)]; at != 0; at = links_[at - 1].next) {
            const Link& link = links_[at - 1];
            if (link.high == static_cast<std::uint32_t>(key >> 32)) visit(link.representative);
        }
    }

private:
    struct Link {
        std::uint32_t high, low, representative, next;  // next: place of the next link plus 1, or 0
    };

    void grow() {
        if (links_.size() >= UINT32_MAX / 2) throw limit_exceeded("too many distinct comments to compare");
        heads_.assign(std::max<std::size_t>(1024, heads_.size() * 2), 0);
        for (std::size_t i = 0; i < links_.size(); ++i) {
            std::uint32_t& head = heads_[links_[i].low & (heads_.size() - 1)];
            links_[i].next = head;
            head = static_cast<std::uint32_t>(i + 1);
        }
    }

    std::vector<std::uint32_t> heads_;
    std::vector<Link> links_;
};

}  // namespace

DuplicateOptions DuplicateOptions::from_json(const Json& json) {
    json.expect_keys({"threshold", "shingles", "size"}, "options of near_duplicates");
    DuplicateOptions options;
    options.shingles = ShingleOptions::among(json);
    if (const Json* threshold = json.find("threshold")) {
        options.threshold = threshold->number("threshold");
        if (!(options.threshold >= least_threshold && options.threshold <= 1))
            throw invalid_argument("threshold must be between 0.2 and 1, not " + shortest(options.threshold));
    }
    return options;
}

void DuplicateOptions::save(Writer& out) const {
    out.put(static_cast<std::uint8_t>(shingles.of_words));
    out.put(shingles.size);
    out.put(threshold);
}

DuplicateOptions DuplicateOptions::load(Reader& in) {
    const bool of_words = in.get<std::uint8_t>() != 0;
    const DuplicateOptions options{{of_words, in.get<std::int32_t>()}, in.get<double>()};
    if (options.shingles.size < 1 || options.shingles.size > 20 ||
        !(options.threshold >= least_threshold && options.threshold <= 1))
        throw corrupt_data("impossible options in the state of near duplicates");
    return options;
}

MinHash::Signature MinHash::of(const std::vector<std::uint64_t>& shingles) {
    static const Mixer mixer;
    Signature least;
    least.fill(UINT32_MAX);
    for (const std::uint64_t shingle : shingles) {
        const auto low = static_cast<std::uint32_t>(shingle), high = static_cast<std::uint32_t>(shingle >> 32);
        for (std::size_t i = 0; i < hashes; ++i) {
            std::uint32_t hash = low * mixer.factors[i] + (high ^ mixer.offsets[i]);
            hash = (hash ^ (hash >> 15)) * 0x85ebca6bU;
            hash ^= hash >> 13;
            least[i] = std::min(least[i], hash);
        }
    }
    return least;
}

double MinHash::miss_probability(double similarity, std::size_t rows) {
    return std::pow(1 - std::pow(similarity, static_cast<double>(rows)), static_cast<double>(hashes / rows));
}

std::size_t MinHash::rows_for(double threshold) {
    std::size_t rows = 1;
    while (rows < 16 && miss_probability(threshold, rows + 1) <= most_missed) ++rows;
    return rows;
}

std::vector<std::vector<Likeness>> cluster_texts(const std::vector<std::string_view>& texts,
                                                 const DuplicateOptions& options, const Cancellation& cancellation) {
    std::vector<std::vector<Likeness>> clusters;
    const std::size_t rows = MinHash::rows_for(options.threshold), bands = MinHash::hashes / rows;
    Buckets buckets;
    Pace pace(cancellation);
    std::vector<std::vector<std::uint64_t>> shingles_of;  // of each representative
    std::vector<std::uint64_t> shingles, keys(bands);
    std::vector<std::uint32_t> seen;  // by representative: the last text that was compared with it, plus 1
    for (std::uint32_t text = 0; text < texts.size(); ++text) {
        cancellation.poll();
        find_shingles(texts[text], options.shingles, shingles);
        const MinHash::Signature signature = MinHash::of(shingles);
        std::uint32_t best = 0;
        double best_similarity = -1;
        for (std::size_t band = 0; band < bands; ++band) {
            std::uint64_t key = mixed(band);
            for (std::size_t i = band * rows; i < (band + 1) * rows; ++i) key = mixed(key ^ signature[i]);
            keys[band] = key;
            buckets.each(key, [&](std::uint32_t one) {
                pace.step();
                if (seen[one] == text + 1) return;
                seen[one] = text + 1;
                // Sets of very different sizes cannot be alike.
                const auto a = static_cast<double>(shingles.size()), b = static_cast<double>(shingles_of[one].size());
                if (std::min(a, b) < options.threshold * std::max(a, b)) return;
                const double similarity = jaccard(shingles, shingles_of[one]);
                if (similarity < options.threshold || similarity < best_similarity) return;
                if (similarity == best_similarity && best < one) return;
                best = one;
                best_similarity = similarity;
            });
        }
        if (best_similarity >= 0) {
            clusters[best].push_back({text, best_similarity});
            continue;
        }
        const auto made = static_cast<std::uint32_t>(clusters.size());
        clusters.push_back({{text, 1}});
        shingles_of.push_back(shingles);
        seen.push_back(0);
        for (const std::uint64_t key : keys) buckets.add(key, made);
    }
    return clusters;
}

template <class Id>
void NearDuplicatesBuilder<Id>::set(const DuplicateOptions& options) {
    if (options == options_) return;
    if (!comments_.empty()) throw invalid_argument("options of near_duplicates must be the same in every row");
    options_ = options;
}

template <class Id>
auto NearDuplicatesBuilder<Id>::id(const Kept& kept) const -> Given {
    if constexpr (is_number)
        return kept;
    else
        return std::string_view(names_).substr(kept.begin, kept.size);
}

template <class Id>
std::uint32_t NearDuplicatesBuilder<Id>::text_number(std::string_view comparable) {
    const std::uint64_t key = hash_of(comparable);
    return texts_.find_or_add(
        key, [&](const Text& known) { return text(known) == comparable; },
        [&] {
            if (comparable.size() > most_bytes - characters_.size())
                throw limit_exceeded("distinct comments of more than 1 GB", {},
                                     "Look for duplicates in a part of the comments at a time: a year, a product.");
            const std::uint64_t place = characters_.size();
            characters_.append(comparable);
            return Text{key, place, static_cast<std::uint32_t>(comparable.size())};
        });
}

template <class Id>
void NearDuplicatesBuilder<Id>::add_comment(Given id, std::uint32_t text) {
    if (comments_.size() >= most_comments)
        throw limit_exceeded("more than " + std::to_string(most_comments) + " comments", {},
                             "Look for duplicates in a part of the comments at a time: a year, a product.");
    if constexpr (is_number) {
        comments_.push_back({id, text});
    } else {
        comments_.push_back({{names_.size(), static_cast<std::uint32_t>(id.size())}, text});
        names_.append(id);
    }
}

template <class Id>
void NearDuplicatesBuilder<Id>::add(Given id, std::string_view comment) {
    const std::string compared = comparable(comment);
    if (!compared.empty()) add_comment(id, text_number(compared));
}

template <class Id>
void NearDuplicatesBuilder<Id>::merge(const NearDuplicatesBuilder& other, const Cancellation& cancellation) {
    if (other.comments_.empty()) return;
    set(other.options_);
    Pace pace(cancellation);
    std::vector<std::uint32_t> numbers;
    numbers.reserve(other.texts_.size());
    for (const Text& one : other.texts_) {
        pace.step();
        numbers.push_back(text_number(other.text(one)));
    }
    for (const Comment& one : other.comments_) {
        pace.step();
        add_comment(other.id(one.id), numbers[one.text]);
    }
}

template <class Id>
void NearDuplicatesBuilder<Id>::save(Writer& out) const {
    options_.save(out);
    out.varint(texts_.size());
    for (const Text& one : texts_) out.text(text(one));
    out.varint(comments_.size());
    for (const Comment& one : comments_) {
        if constexpr (is_number)
            out.put(one.id);
        else
            out.text(id(one.id));
        out.varint(one.text);
    }
}

template <class Id>
void NearDuplicatesBuilder<Id>::load(Reader& in, const Cancellation& cancellation) {
    options_ = DuplicateOptions::load(in);
    Pace pace(cancellation);
    for (std::size_t left = in.count(2), i = 0; i < left; ++i) {
        pace.step();
        const std::string_view one = in.text();
        if (one.empty() || text_number(one) != i) throw corrupt_data("impossible text in the state of near duplicates");
    }
    for (std::size_t left = in.count(is_number ? 9 : 2); left > 0; --left) {
        pace.step();
        Given one;
        if constexpr (is_number)
            one = in.get<std::int64_t>();
        else
            one = in.text();
        const std::uint64_t number = in.varint();
        if (number >= texts_.size()) throw corrupt_data("impossible comment in the state of near duplicates");
        add_comment(one, static_cast<std::uint32_t>(number));
    }
}

template <class Id>
std::vector<NearDuplicate<Id>> NearDuplicatesBuilder<Id>::finish(const Cancellation& cancellation) const {
    Pace pace(cancellation);
    // The comments of each text, by id.
    std::vector<std::vector<Given>> ids(texts_.size());
    for (const Comment& one : comments_) ids[one.text].push_back(id(one.id));
    for (auto& list : ids) {
        pace.step();
        std::ranges::sort(list);
    }
    std::vector<std::uint32_t> order;
    for (std::uint32_t i = 0; i < ids.size(); ++i)
        if (!ids[i].empty()) order.push_back(i);
    std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) {
        pace.step();
        if (ids[a].size() != ids[b].size()) return ids[a].size() > ids[b].size();
        if (ids[a].front() != ids[b].front()) return ids[a].front() < ids[b].front();
        return text(texts_[a]) < text(texts_[b]);
    });
    std::vector<std::string_view> texts;
    for (const std::uint32_t one : order) texts.push_back(text(texts_[one]));
    const auto clusters = cluster_texts(texts, options_, cancellation);

    std::vector<std::vector<NearDuplicate<Id>>> found;
    for (const auto& cluster : clusters) {
        const Given representative = ids[order[cluster.front().text]].front();
        std::vector<NearDuplicate<Id>> rows;
        for (const auto& [number, similarity] : cluster)
            for (const Given& one : ids[order[number]]) {
                pace.step();
                rows.push_back({0, Id(one), Id(representative), similarity});
            }
        if (rows.size() < 2) continue;
        std::ranges::sort(rows, [](const auto& a, const auto& b) {
            return a.similarity != b.similarity ? a.similarity > b.similarity : a.id < b.id;
        });
        found.push_back(std::move(rows));
    }
    std::ranges::stable_sort(found, [](const auto& a, const auto& b) {
        return a.size() != b.size() ? a.size() > b.size() : a.front().representative < b.front().representative;
    });
    std::vector<NearDuplicate<Id>> all;
    for (std::size_t i = 0; i < found.size(); ++i)
        for (auto& row : found[i]) {
            row.cluster = static_cast<std::int64_t>(i + 1);
            all.push_back(std::move(row));
        }
    return all;
}

template class NearDuplicatesBuilder<std::int64_t>;
template class NearDuplicatesBuilder<std::string>;

}  // namespace crm::text
