#include "crm/text/bayes_fit.hpp"

#include <algorithm>
#include <bit>
#include <limits>

#include "crm/foundation/error.hpp"

namespace crm::text {

namespace {

std::uint64_t label_hash(std::string_view label) {
    std::uint64_t hash = detail::word_seed;
    for (const char c : label) hash = detail::mixed(hash, static_cast<unsigned char>(c));
    return detail::finished(hash);
}

std::uint64_t sum_of_counts(std::uint64_t one, std::uint64_t other) {
    if (other > BayesCounts::largest - one) throw limit_exceeded("more than 2^47 occurrences of a feature in a label");
    return one + other;
}

}  // namespace

BayesFit::BayesFit(std::pmr::memory_resource* memory)
    : memory_(memory),
      numbers_(memory),
      names_(memory),
      comments_(memory),
      ranks_(memory),
      slots_(memory),
      kept_(memory) {}

void BayesFit::agree(const BayesOptions& options) {
    if (has_options_ && options == options_) return;
    if (has_options_)
        throw invalid_argument(
            "options of naive Bayes differ: " + options_.to_json().text() + " and " + options.to_json().text(), {},
            "Only what was counted in the same way can be added up.");
    options_ = options;
    has_options_ = true;
}

std::uint16_t BayesFit::label_number(std::string_view label) {
    if (last_ < names_.size() && *names_[last_] == label) return last_;
    if (const auto known = numbers_.find(label); known != numbers_.end()) return last_ = known->second;
    if (!is_label(label))
        throw invalid_argument("impossible label \"" + excerpt(label) + "\"", {},
                               "A label is a text of at most 1000 bytes. Is the label column the comment?");
    if (names_.size() == BayesCounts::most_labels)
        throw limit_exceeded("more than 65536 labels", {}, "Is the label column an identifier?");
    const auto number = static_cast<std::uint16_t>(names_.size());
    comments_.push_back(0);
    ranks_.push_back(label_hash(label));
    names_.push_back(&numbers_.emplace(label, number).first->first);
    return last_ = number;
}

BayesFit::Slot& BayesFit::find(std::uint64_t feature, std::uint16_t label) {
    const std::size_t last = slots_.size() - 1;
    std::size_t at = home(feature, label);
    while (slots_[at].count() != 0 && (slots_[at].feature != feature || slots_[at].label() != label))
        at = (at + 1) & last;
    return slots_[at];
}

void BayesFit::make_room() {
    std::pmr::vector<Slot> old(std::max(least_slots, slots_.size() * 2), Slot{}, memory_);
    old.swap(slots_);
    shift_ = 64 - std::countr_zero(slots_.size());
    for (const Slot& slot : old)
        if (slot.count() != 0) find(slot.feature, slot.label()) = slot;
}

void BayesFit::reserve(std::size_t entries) {
    while (entries > limit()) make_room();
}

void BayesFit::increment(std::uint64_t feature, std::uint16_t label) {
    if (entries_ >= limit()) make_room();
    Slot& slot = find(feature, label);
    if (slot.count() == 0) {
        slot = {feature, label};
        ++entries_;
    }
    slot.packed += std::uint64_t{1} << 16;
}

void BayesFit::count(std::uint64_t feature, std::uint16_t label, std::uint64_t times) {
    increment(feature, label);
    Slot& slot = find(feature, label);
    slot.packed = sum_of_counts(slot.count(), times - 1) << 16 | label;
}

BayesFit::Kept* BayesFit::keep(std::uint64_t rank) {
    if (kept_.size() < most_kept) return &kept_.try_emplace(rank, memory_).first->second;
    if (rank > kept_.rbegin()->first) return nullptr;
    const auto [place, is_new] = kept_.try_emplace(rank, memory_);
    if (is_new) kept_.erase(std::prev(kept_.end()));
    return &place->second;
}

void BayesFit::add(std::string_view label, const Comment& comment, const BayesOptions& options) {
    agree(options);
    const std::uint16_t number = label_number(label);
    ++comments_[number];
    std::uint64_t sum = 0;
    std::size_t length = 0;
    // The slots of some features are fetched from memory at a time, rather than waited for one by one.
    std::array<std::uint64_t, 32> ahead;
    const auto learn = [&](std::uint64_t feature, std::uint32_t, std::uint32_t) {
        const std::size_t waiting = length++ % ahead.size();
        sum += feature;
        ahead[waiting] = feature;
        if (!slots_.empty()) __builtin_prefetch(&slots_[home(feature, number)], 1);
        if (waiting + 1 == ahead.size())
            for (const std::uint64_t one : ahead) increment(one, number);
    };
    for_each_phrase(comment, options_.features, learn);
    for_each_piece(comment, options_.features, learn);
    for (std::size_t i = 0; i < length % ahead.size(); ++i) increment(ahead[i], number);
    if (length == 0 || length > most_parts) return;
    Kept* const kept = keep(detail::finished(detail::mixed(ranks_[number], sum)));
    if (!kept) return;
    if (kept->copies++ == 0) {
        kept->label = number;
        describe(comment, *kept);
    }
}

void BayesFit::describe(const Comment& comment, Kept& kept) const {
    std::pmr::vector<std::uint64_t> found(memory_);
    const auto take = [&found](std::uint64_t feature, std::uint32_t, std::uint32_t) { found.push_back(feature); };
    for_each_phrase(comment, options_.features, take);
    for_each_piece(comment, options_.features, take);
    std::ranges::sort(found);
    for (const std::uint64_t feature : found) {
        if (kept.parts.empty() || kept.parts.back().feature != feature) kept.parts.push_back({feature, 0});
        ++kept.parts.back().count;
    }
}

void BayesFit::add_skipped(const BayesOptions& options) {
    agree(options);
    ++skipped_;
}

void BayesFit::add_kept(std::uint64_t rank, std::uint16_t label, std::uint64_t copies, std::span<const Part> parts) {
    Kept* const kept = keep(rank);
    if (!kept) return;
    if (kept->copies == 0) {
        kept->label = label;
        kept->parts.assign(parts.begin(), parts.end());
    }
    kept->copies = sum_of_counts(kept->copies, copies);
}

void BayesFit::add(const TextBayes& model, const Cancellation& cancellation) {
    agree(model.options());
    const BayesCounts& counts = model.counts();
    skipped_ = sum_of_counts(skipped_, counts.skipped);
    std::vector<std::uint16_t> numbers;
    for (std::size_t label = 0; label < counts.labels.size(); ++label) {
        numbers.push_back(label_number(counts.labels[label]));
        comments_[numbers.back()] = sum_of_counts(comments_[numbers.back()], counts.comments[label]);
    }
    Pace pace(cancellation);
    for (std::size_t feature = 0; feature < counts.features.size(); ++feature) {
        for (const auto& [label, times] : counts.of(feature)) {
            pace.step();
            count(counts.features[feature], numbers[label], times);
        }
    }
    std::vector<Part> parts;
    for (const BayesCounts::Kept& kept : counts.kept) {
        parts.clear();
        for (const auto& [feature, times] : kept.parts) parts.push_back({counts.features[feature], times});
        add_kept(kept.rank, numbers[kept.label], kept.copies, parts);
    }
}

template <class Visit>
void BayesFit::each_slot(const Visit& visit) const {
    const std::size_t last = slots_.size() - 1;
    for (std::size_t step = 0; step < slots_.size(); ++step)
        if (const Slot& slot = slots_[(step * 0x9e37'79b1U) & last]; slot.count() != 0) visit(slot);
}

void BayesFit::merge(const BayesFit& other, const Cancellation& cancellation) {
    if (!other.has_options_) return;
    agree(other.options_);
    skipped_ = sum_of_counts(skipped_, other.skipped_);
    std::vector<std::uint16_t> numbers;
    for (std::size_t number = 0; number < other.names_.size(); ++number) {
        numbers.push_back(label_number(*other.names_[number]));
        comments_[numbers.back()] = sum_of_counts(comments_[numbers.back()], other.comments_[number]);
    }
    Pace pace(cancellation);
    other.each_slot([&](const Slot& slot) {
        pace.step();
        count(slot.feature, numbers[slot.label()], slot.count());
    });
    for (const auto& [rank, kept] : other.kept_) add_kept(rank, numbers[kept.label], kept.copies, kept.parts);
}

void BayesFit::save(Writer& out) const {
    out.put<std::uint8_t>(format);
    out.put(static_cast<std::uint8_t>(has_options_));
    if (!has_options_) return;
    options_.save(out);
    out.varint(skipped_);
    out.varint(names_.size());
    for (std::size_t number = 0; number < names_.size(); ++number) {
        out.text(*names_[number]);
        out.varint(comments_[number]);
    }
    out.varint(entries_);
    each_slot([&out](const Slot& slot) {
        out.put(slot.feature);
        out.put(slot.packed);
    });
    out.varint(kept_.size());
    for (const auto& [rank, kept] : kept_) {
        out.put(rank);
        out.varint(kept.label);
        out.varint(kept.copies);
        out.varint(kept.parts.size());
        for (const auto& [feature, times] : kept.parts) {
            out.put(feature);
            out.varint(times);
        }
    }
}

void BayesFit::load(Reader& in, const Cancellation& cancellation) {
    const auto limited = [](std::uint64_t value, std::uint64_t most) {
        if (value == 0 || value > most) throw corrupt_data("impossible count in state");
        return value;
    };
    read_version(in, format, "aggregate state");
    if (in.get<std::uint8_t>() == 0) return;
    agree(BayesOptions::load(in));
    skipped_ = in.varint();
    if (skipped_ > BayesCounts::largest) throw corrupt_data("impossible count in state");
    const std::size_t labels = in.count(2);
    if (labels > BayesCounts::most_labels) throw corrupt_data("impossible count in state");
    for (std::size_t i = 0; i < labels; ++i) {
        const std::string_view label = in.text();
        if (!is_label(label)) throw corrupt_data("impossible label in state");
        const std::uint64_t comments = limited(in.varint(), BayesCounts::largest);
        if (label_number(label) != i) throw corrupt_data("label twice in state");
        comments_[i] = comments;
    }
    const std::size_t entries = in.count(2 * sizeof(std::uint64_t));
    reserve(entries);
    Pace pace(cancellation);
    for (std::size_t i = 0; i < entries; ++i) {
        pace.step();
        const auto feature = in.get<std::uint64_t>();
        const Slot slot{feature, in.get<std::uint64_t>()};
        if (slot.label() >= labels) throw corrupt_data("unknown label in state");
        count(slot.feature, slot.label(), limited(slot.count(), BayesCounts::largest));
    }
    const std::size_t kept = in.count(sizeof(std::uint64_t) + 3);
    if (kept > most_kept) throw corrupt_data("impossible count in state");
    std::vector<Part> parts;
    for (std::size_t i = 0; i < kept; ++i) {
        const auto rank = in.get<std::uint64_t>();
        const std::uint64_t label = in.varint(), copies = limited(in.varint(), BayesCounts::largest);
        parts.resize(in.count(sizeof(std::uint64_t) + 1));
        if (label >= labels || parts.empty() || parts.size() > most_parts)
            throw corrupt_data("impossible comment in state");
        for (Part& part : parts) {
            part.feature = in.get<std::uint64_t>();
            part.count = static_cast<std::uint32_t>(limited(in.varint(), most_parts));
            const bool ascends = &part == parts.data() || (&part)[-1].feature < part.feature;
            if (!ascends || slots_.empty() || find(part.feature, static_cast<std::uint16_t>(label)).count() == 0)
                throw corrupt_data("impossible comment in state");
        }
        add_kept(rank, static_cast<std::uint16_t>(label), copies, parts);
    }
}

std::unique_ptr<TextBayes> BayesFit::finish(const Cancellation& cancellation) const {
    if (names_.empty()) return nullptr;
    BayesCounts counts;
    counts.skipped = skipped_;
    std::vector<std::uint16_t> order, places(names_.size());
    for (std::size_t number = 0; number < names_.size(); ++number) order.push_back(static_cast<std::uint16_t>(number));
    std::ranges::sort(order, {}, [this](std::uint16_t number) { return std::string_view(*names_[number]); });
    for (std::size_t place = 0; place < order.size(); ++place) {
        places[order[place]] = static_cast<std::uint16_t>(place);
        counts.labels.emplace_back(*names_[order[place]]);
        counts.comments.push_back(comments_[order[place]]);
    }

    std::vector<Slot> slots;
    slots.reserve(entries_);
    for (const Slot& slot : slots_)
        if (slot.count() != 0) slots.push_back({slot.feature, slot.count() << 16 | places[slot.label()]});
    Pace pace(cancellation);
    std::ranges::sort(slots, [&pace](const Slot& one, const Slot& other) {
        pace.step();
        return one.feature != other.feature ? one.feature < other.feature : one.label() < other.label();
    });
    counts.entries.reserve(slots.size());
    for (const Slot& slot : slots) {
        if (counts.features.empty() || counts.features.back() != slot.feature) {
            counts.features.push_back(slot.feature);
            counts.begins.push_back(counts.entries.size());
        }
        counts.entries.push_back({slot.label(), slot.count()});
    }
    counts.begins.push_back(counts.entries.size());
    if (counts.features.size() > std::numeric_limits<std::uint32_t>::max())
        throw limit_exceeded("comments have more than 2^32 different features");

    for (const auto& [rank, kept] : kept_) {
        BayesCounts::Kept one{rank, places[kept.label], kept.copies, {}};
        for (const auto& [feature, times] : kept.parts) {
            const auto found = std::ranges::lower_bound(counts.features, feature);
            one.parts.push_back({static_cast<std::uint32_t>(found - counts.features.begin()), times});
        }
        counts.kept.push_back(std::move(one));
    }
    return TextBayes::fitted(options_, std::move(counts), cancellation);
}

}  // namespace crm::text
