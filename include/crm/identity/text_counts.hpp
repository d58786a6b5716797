// Counts equal texts in bounded memory.
// Beyond the capacity it is Wegman's adaptive sampling: Flajolet (1990), On adaptive sampling, Computing 43(4).
#pragma once
#include <cstdint>
#include <memory_resource>
#include <string_view>
#include <vector>

#include "crm/foundation/bytes.hpp"
#include "crm/foundation/cancellation.hpp"

namespace crm::identity {

/// Distinct texts with how often each was added. With more distinct texts than the capacity only those are kept whose
/// hash begins with `level()` zero bits, the least level at which they fit; what is kept is counted exactly. So the
/// content depends on what was added, not on the order or on how it was split. All memory comes from the resource
/// given.
class TextCounts {
public:
    struct Entry {
        std::string_view text;  // valid until the next change
        std::int64_t count;
    };

    TextCounts(std::pmr::memory_resource* memory, std::size_t capacity)
        : capacity_(capacity), slots_(memory), texts_(memory) {}

    void add(std::string_view text, std::int64_t count = 1);
    void merge(const TextCounts& other, const Cancellation& = {});

    std::size_t size() const { return size_; }
    int level() const { return level_; }

    /// How many distinct texts were added: exact at level 0, else with a standard error of about 1.2 / sqrt(capacity).
    double distinct() const;

    /// By ascending text.
    std::vector<Entry> sorted() const;

    void save(Writer&) const;

    /// Adds what save() wrote; throws corrupt_data.
    void load(Reader&, const Cancellation& = {});

private:
    struct Slot {
        std::uint64_t hash, begin;
        std::int64_t count;  // 0 marks a free slot
        std::uint64_t size;
    };

    std::string_view text_of(const Slot& slot) const { return {texts_.data() + slot.begin, slot.size}; }
    bool sampled(std::uint64_t hash) const { return level_ == 0 || hash >> (64 - level_) == 0; }
    Slot& find(std::uint64_t hash, std::string_view text);
    void place(const Slot& slot);
    void grow();
    void rise_to(int level);

    std::size_t capacity_, size_ = 0;
    int level_ = 0;
    std::pmr::vector<Slot> slots_;  // none, or a power of two
    std::pmr::vector<char> texts_;
};

}  // namespace crm::identity
