#include "crm/text/comment_collector.hpp"

#include <algorithm>
#include <numeric>

namespace crm::text {

namespace {

constexpr std::size_t chunk_size = std::size_t{1} << 20;

std::pmr::vector<std::string_view> names_by_number(const auto& labels, std::pmr::memory_resource* memory) {
    std::pmr::vector<std::string_view> names(labels.size(), memory);
    for (const auto& [name, number] : labels) names[number] = name;
    return names;
}

}  // namespace

CommentCollector::CommentCollector(std::pmr::memory_resource* memory)
    : memory_(memory),
      labels_(memory),
      vocabulary_(memory),
      chunks_(memory),
      comment_labels_(memory),
      counts_(memory),
      seen_(memory) {}

std::uint16_t CommentCollector::label_number(std::string_view label) {
    const auto found = labels_.find(label);
    if (found != labels_.end()) return found->second;
    if (labels_.size() == most_labels)
        throw limit_exceeded("comments have more than " + std::to_string(most_labels) + " different labels",
                             "The latest is \"" + excerpt(label) + "\".",
                             "Check that the label is no identifier or text of its own.");
    if (!is_utf8(label))
        throw invalid_argument("impossible label \"" + excerpt(label) + "\"", {}, "A label is a text in valid UTF-8.");
    const auto number = static_cast<std::uint16_t>(labels_.size());
    labels_.emplace(std::pmr::string(label, memory_), number);
    return number;
}

void CommentCollector::take(const FeatureOptions& options) {
    if (comments_ == 0) options_ = options;
    if (options != options_) throw invalid_argument("options must be the same for all rows of a group");
}

void CommentCollector::add(std::span<const std::string_view> labels, const Comment& comment,
                           const FeatureOptions& options) {
    take(options);
    comment_labels_.clear();
    for (const std::string_view label : labels) comment_labels_.push_back(label_number(label));
    std::ranges::sort(comment_labels_);
    comment_labels_.erase(std::unique(comment_labels_.begin(), comment_labels_.end()), comment_labels_.end());

    counts_.clear();
    const auto count = [this](std::uint64_t hash, std::uint32_t, std::uint32_t) {
        const std::uint32_t feature = vocabulary_.add(hash);
        if (feature == seen_.size()) seen_.push_back(0);
        if (std::uint32_t& place = seen_[feature]; place == 0) {
            counts_.push_back({feature, 1});
            place = static_cast<std::uint32_t>(counts_.size());
        } else {
            ++counts_[place - 1].count;
        }
    };
    for_each_phrase(comment, options_, count);
    for_each_piece(comment, options_, count);
    append();
    for (const Count& one : counts_) seen_[one.feature] = 0;
}

void CommentCollector::append() {
    if (chunks_.empty()) {
        chunks_.emplace_back(memory_);
    } else if (chunks_.back().bytes().size() >= chunk_size) {
        chunks_.emplace_back(memory_).reserve(chunk_size + chunk_size / 32);  // a group that is not small any more
    }
    Writer& out = chunks_.back();
    out.varint(comment_labels_.size());
    for (const std::uint16_t label : comment_labels_) out.varint(label);
    out.varint(counts_.size());
    for (const auto [feature, count] : counts_) {
        out.varint(std::uint64_t{feature} << 1 | (count > 1 ? 1 : 0));
        if (count > 1) out.varint(count);
    }
    ++comments_;
}

template <class Each>
void CommentCollector::each_comment(const Each& each, const Cancellation& cancellation) const {
    std::pmr::vector<std::uint16_t> labels(memory_);
    std::pmr::vector<Count> counts(memory_);
    for (const Writer& chunk : chunks_) {
        Reader in(chunk.bytes());
        while (!in.rest().empty()) {
            cancellation.poll();
            labels.resize(in.count());
            for (std::uint16_t& label : labels) label = static_cast<std::uint16_t>(in.varint());
            counts.resize(in.count());
            for (Count& one : counts) {
                const std::uint64_t packed = in.varint();
                one = {static_cast<std::uint32_t>(packed >> 1),
                       packed & 1U ? static_cast<std::uint32_t>(in.varint()) : 1U};
            }
            each(labels, counts);
        }
    }
}

void CommentCollector::merge(const CommentCollector& other, const Cancellation& cancellation) {
    if (other.comments_ == 0) return;
    take(other.options_);
    std::pmr::vector<std::uint16_t> label_here(memory_);
    for (const std::string_view name : names_by_number(other.labels_, memory_))
        label_here.push_back(label_number(name));
    std::pmr::vector<std::uint32_t> feature_here(memory_);
    feature_here.reserve(other.vocabulary_.size());
    Pace pace(cancellation);
    for (std::uint32_t id = 0; id < other.vocabulary_.size(); ++id) {
        pace.step();
        feature_here.push_back(vocabulary_.add(other.vocabulary_.hash(id)));
    }
    seen_.resize(vocabulary_.size());

    const auto append_translated = [&](const auto& labels, const auto& counts) {
        comment_labels_.clear();
        for (const std::uint16_t label : labels) comment_labels_.push_back(label_here[label]);
        std::ranges::sort(comment_labels_);
        counts_.clear();
        for (const Count& one : counts) counts_.push_back({feature_here[one.feature], one.count});
        append();
    };
    other.each_comment(append_translated, cancellation);
}

void CommentCollector::save(Writer& out) const {
    options_.save(out);
    out.varint(comments_);
    out.varint(labels_.size());
    for (const std::string_view name : names_by_number(labels_, memory_)) out.text(name);
    out.varint(vocabulary_.size());
    for (std::uint32_t id = 0; id < vocabulary_.size(); ++id) out.put(vocabulary_.hash(id));
    out.varint(chunks_.size());
    for (const Writer& chunk : chunks_) {
        out.varint(chunk.bytes().size());
        out.raw(chunk.bytes().data(), chunk.bytes().size());
    }
}

void CommentCollector::load(Reader& in, const Cancellation& cancellation) {
    options_ = FeatureOptions::load(in);
    const std::uint64_t comments = in.varint();
    for (std::size_t left = in.count(); left > 0; --left)
        if (const std::size_t before = labels_.size(); label_number(in.text()) != before)
            throw corrupt_data("repeated label in state of comments");
    Pace pace(cancellation);
    for (std::size_t left = in.count(sizeof(std::uint64_t)); left > 0; --left) {
        pace.step();
        if (const std::size_t before = vocabulary_.size(); vocabulary_.add(in.get<std::uint64_t>()) != before)
            throw corrupt_data("repeated feature in state of comments");
    }
    seen_.resize(vocabulary_.size());
    for (std::size_t left = in.count(); left > 0; --left) {
        const Bytes bytes = in.take(in.count());
        chunks_.emplace_back(memory_).raw(bytes.data(), bytes.size());
    }

    const auto check = [this](const auto& labels, const auto& counts) {
        ++comments_;
        for (const std::uint16_t label : labels)
            if (label >= labels_.size()) throw corrupt_data("impossible label in state of comments");
        for (const Count& one : counts)
            if (one.feature >= vocabulary_.size() || one.count == 0)
                throw corrupt_data("impossible feature in state of comments");
    };
    each_comment(check, cancellation);
    if (comments_ != comments) throw corrupt_data("impossible number of comments in state");
}

TrainingSet CommentCollector::training_set(std::uint32_t least_comments, const Cancellation& cancellation) const {
    TrainingSet set(memory_);
    std::pmr::vector<std::uint16_t> label_order(labels_.size(), memory_);
    for (const auto& [name, number] : labels_) {  // in alphabetical order
        label_order[number] = static_cast<std::uint16_t>(set.label_names.size());
        set.label_names.emplace_back(name);
    }

    // What is counted of each comment, and a hash of it that does not depend on how features are numbered.
    std::pmr::vector<std::uint32_t> frequency(vocabulary_.size(), 0, memory_);
    std::pmr::vector<std::uint64_t> texts(memory_), contents(memory_);
    texts.reserve(comments_);
    contents.reserve(comments_);
    const auto survey = [&](const auto& labels, const auto& counts) {
        std::uint64_t content = 0;
        for (const Count& one : counts) {
            ++frequency[one.feature];
            content += detail::finished(detail::mixed(vocabulary_.hash(one.feature), one.count));
        }
        std::uint64_t labelled = 0;
        for (const std::uint16_t label : labels) labelled += detail::finished(detail::mixed(1, label_order[label]));
        texts.push_back(content);
        contents.push_back(detail::finished(detail::mixed(content, labelled)));
    };
    each_comment(survey, cancellation);

    // Features by their hash.
    std::pmr::vector<std::uint32_t> kept(memory_);
    for (std::uint32_t id = 0; id < frequency.size(); ++id)
        if (frequency[id] >= least_comments) kept.push_back(id);
    Pace pace(cancellation);
    std::ranges::sort(kept, [&](std::uint32_t a, std::uint32_t b) {
        pace.step();
        return vocabulary_.hash(a) < vocabulary_.hash(b);
    });
    std::pmr::vector<std::uint32_t> number(vocabulary_.size(), Vocabulary::none, memory_);
    for (const std::uint32_t id : kept) {
        number[id] = static_cast<std::uint32_t>(set.hashes.size());
        set.hashes.push_back(vocabulary_.hash(id));
        set.frequencies.push_back(frequency[id]);
    }

    // Comments by their contents: where each one goes, then how much room it needs there.
    std::pmr::vector<std::uint64_t> order(comments_, memory_);
    std::iota(order.begin(), order.end(), std::uint64_t{0});
    std::ranges::sort(order, [&](std::uint64_t a, std::uint64_t b) {
        pace.step();
        return contents[a] < contents[b];
    });
    std::pmr::vector<std::uint64_t> place(comments_, memory_);
    for (std::uint64_t i = 0; i < comments_; ++i) place[order[i]] = i;
    set.contents.reserve(comments_);
    set.texts.reserve(comments_);
    for (const std::uint64_t comment : order) {
        set.contents.push_back(contents[comment]);
        set.texts.push_back(texts[comment]);
    }

    set.begins.assign(comments_ + 1, 0);
    set.label_begins.assign(comments_ + 1, 0);
    std::uint64_t comment = 0;
    const auto measure = [&](const auto& labels, const auto& counts) {
        const std::uint64_t at = place[comment++];
        set.label_begins[at + 1] = labels.size();
        set.begins[at + 1] = static_cast<std::uint64_t>(
            std::ranges::count_if(counts, [&](const Count& one) { return number[one.feature] != Vocabulary::none; }));
    };
    each_comment(measure, cancellation);
    std::partial_sum(set.begins.begin(), set.begins.end(), set.begins.begin());
    std::partial_sum(set.label_begins.begin(), set.label_begins.end(), set.label_begins.begin());
    set.features.resize(set.begins.back());
    cancellation.poll();
    set.terms.resize(set.begins.back());
    cancellation.poll();
    set.values.resize(set.begins.back());
    cancellation.poll();
    set.labels_of.resize(set.label_begins.back());

    comment = 0;
    std::pmr::vector<Count> known(memory_);
    const auto fill = [&](const auto& labels, const auto& counts) {
        const std::uint64_t at = place[comment++];
        std::uint16_t* label = set.labels_of.data() + set.label_begins[at];
        std::uint16_t* const first_label = label;
        for (const std::uint16_t one : labels) *label++ = label_order[one];
        std::sort(first_label, label);

        known.clear();
        for (const Count& one : counts)
            if (number[one.feature] != Vocabulary::none) known.push_back({number[one.feature], one.count});
        std::ranges::sort(known, {}, &Count::feature);
        std::uint64_t entry = set.begins[at];
        for (const Count& one : known) {
            set.features[entry] = one.feature;
            set.terms[entry++] = term_weight(one.count);
        }
    };
    each_comment(fill, cancellation);
    return set;
}

}  // namespace crm::text
