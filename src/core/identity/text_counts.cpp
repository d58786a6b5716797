#include "crm/identity/text_counts.hpp"

#include <algorithm>
#include <cmath>

#include "crm/foundation/error.hpp"

namespace crm::identity {

namespace {

constexpr int most_levels = 48;
constexpr std::int64_t most_rows = std::int64_t{1} << 53;

/// FNV-1a, stirred so that its first bits are as good as its last ones.
std::uint64_t hash_of(std::string_view text) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    hash = (hash ^ hash >> 30) * 0xbf58476d1ce4e5b9;
    hash = (hash ^ hash >> 27) * 0x94d049bb133111eb;
    return hash ^ hash >> 31;
}

}  // namespace

TextCounts::Slot& TextCounts::find(std::uint64_t hash, std::string_view text) {
    const std::size_t last = slots_.size() - 1;
    std::size_t at = hash & last;
    while (slots_[at].count != 0 && (slots_[at].hash != hash || text_of(slots_[at]) != text)) at = (at + 1) & last;
    return slots_[at];
}

void TextCounts::place(const Slot& slot) {
    const std::size_t last = slots_.size() - 1;
    std::size_t at = slot.hash & last;
    while (slots_[at].count != 0) at = (at + 1) & last;
    slots_[at] = slot;
}

void TextCounts::grow() {
    std::pmr::vector<Slot> old(std::max<std::size_t>(16, slots_.size() * 2), Slot{}, slots_.get_allocator());
    old.swap(slots_);
    for (const Slot& slot : old)
        if (slot.count != 0) place(slot);
}

void TextCounts::rise_to(int level) {
    if (level <= level_) return;
    level_ = level;
    std::pmr::vector<Slot> old(slots_.size(), Slot{}, slots_.get_allocator());
    std::pmr::vector<char> texts(texts_.get_allocator());
    old.swap(slots_);
    size_ = 0;
    for (Slot slot : old) {
        if (slot.count == 0 || !sampled(slot.hash)) continue;
        const std::string_view text = text_of(slot);
        slot.begin = texts.size();
        texts.insert(texts.end(), text.begin(), text.end());
        place(slot);
        ++size_;
    }
    texts_.swap(texts);
}

void TextCounts::add(std::string_view text, std::int64_t count) {
    const std::uint64_t hash = hash_of(text);
    if (!sampled(hash)) return;
    if (size_ >= slots_.size() / 4 * 3) grow();
    Slot& slot = find(hash, text);
    if (slot.count > most_rows - count) throw limit_exceeded("more than " + std::to_string(most_rows) + " rows");
    if (slot.count == 0) {
        slot = {hash, texts_.size(), 0, text.size()};
        texts_.insert(texts_.end(), text.begin(), text.end());
        ++size_;
    }
    slot.count += count;
    while (size_ > capacity_ && level_ < most_levels) rise_to(level_ + 1);
}

void TextCounts::merge(const TextCounts& other, const Cancellation& cancellation) {
    rise_to(other.level_);
    Pace pace(cancellation);
    // Scattered: entries in the order of their hash would pile up in a smaller table.
    const std::size_t last = other.slots_.size() - 1;
    for (std::size_t step = 0; step < other.slots_.size(); ++step) {
        pace.step();
        const Slot& slot = other.slots_[(step * 0x9e3779b1) & last];
        if (slot.count != 0) add(other.text_of(slot), slot.count);
    }
}

double TextCounts::distinct() const { return std::ldexp(static_cast<double>(size_), level_); }

std::vector<TextCounts::Entry> TextCounts::sorted() const {
    std::vector<Entry> entries;
    entries.reserve(size_);
    for (const Slot& slot : slots_)
        if (slot.count != 0) entries.push_back({text_of(slot), slot.count});
    std::ranges::sort(entries, {}, &Entry::text);
    return entries;
}

void TextCounts::save(Writer& out) const {
    out.varint(static_cast<std::uint64_t>(level_));
    out.varint(size_);
    const std::size_t last = slots_.size() - 1;
    for (std::size_t step = 0; step < slots_.size(); ++step) {
        const Slot& slot = slots_[(step * 0x9e3779b1) & last];
        if (slot.count == 0) continue;
        out.varint(static_cast<std::uint64_t>(slot.count));
        out.text(text_of(slot));
    }
}

void TextCounts::load(Reader& in, const Cancellation& cancellation) {
    const std::uint64_t level = in.varint();
    if (level > most_levels) throw corrupt_data("impossible sample in state");
    rise_to(static_cast<int>(level));
    const std::size_t count = in.count(2);
    Pace pace(cancellation);
    for (std::size_t i = 0; i < count; ++i) {
        pace.step();
        const std::uint64_t times = in.varint();
        if (times == 0 || times > static_cast<std::uint64_t>(most_rows))
            throw corrupt_data("impossible count in state");
        add(in.text(), static_cast<std::int64_t>(times));
    }
}

}  // namespace crm::identity
