// Words and what they stand for.
#pragma once
#include <algorithm>
#include <initializer_list>
#include <string_view>
#include <utility>
#include <vector>

namespace crm::identity {

/// Looked up by binary search; of a word listed twice the first counts.
class WordTable {
public:
    using Word = std::u32string_view;
    using Entry = std::pair<Word, Word>;

    WordTable(std::initializer_list<Entry> entries) : entries_(entries) {
        std::ranges::stable_sort(entries_, {}, &Entry::first);
        for (const Entry& entry : entries_) longest_ = std::max(longest_, entry.first.size());
    }

    /// What the word stands for, or null.
    const Word* find(Word word) const {
        if (word.size() > longest_) return nullptr;
        const auto at = std::ranges::lower_bound(entries_, word, {}, &Entry::first);
        return at != entries_.end() && at->first == word ? &at->second : nullptr;
    }

private:
    std::vector<Entry> entries_;
    std::size_t longest_ = 0;
};

class WordSet {
public:
    using Word = std::u32string_view;

    WordSet(std::initializer_list<Word> words) : words_(words) {
        std::ranges::sort(words_);
        for (const Word word : words_) longest_ = std::max(longest_, word.size());
    }

    bool contains(Word word) const { return word.size() <= longest_ && std::ranges::binary_search(words_, word); }

private:
    std::vector<Word> words_;
    std::size_t longest_ = 0;
};

}  // namespace crm::identity
