// Gathers labelled comments, row by row, for a fit that needs them all.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crm/foundation/bytes.hpp"
#include "crm/foundation/cancellation.hpp"
#include "crm/text/training_set.hpp"
#include "crm/text/vocabulary.hpp"

namespace crm::text {

inline constexpr std::size_t most_labels = 65'535;

/// Comments are kept as features, not as text: about four bytes for each distinct one of a comment, and sixteen for
/// each that no comment had before.
class CommentCollector {
public:
    explicit CommentCollector(std::pmr::memory_resource* memory);

    /// Equal labels count once. Throws limit_exceeded when there are more than most_labels different ones, and
    /// invalid_argument when the rows before had other features.
    void add(std::span<const std::string_view> labels, const Comment& comment, const FeatureOptions& options);

    void merge(const CommentCollector&, const Cancellation& = {});
    void save(Writer&) const;
    void load(Reader&, const Cancellation& = {});

    std::size_t size() const { return comments_; }
    const FeatureOptions& options() const { return options_; }

    /// Features that fewer than `least_comments` comments have are left out.
    TrainingSet training_set(std::uint32_t least_comments, const Cancellation& = {}) const;

private:
    struct Count {
        std::uint32_t feature, count;
    };

    std::uint16_t label_number(std::string_view label);
    void take(const FeatureOptions& options);
    void append();

    /// Reads all comments: each(labels, counts), both valid during the call.
    template <class Each>
    void each_comment(const Each& each, const Cancellation& cancellation) const;

    std::pmr::memory_resource* memory_;
    FeatureOptions options_;
    std::pmr::map<std::pmr::string, std::uint16_t, std::less<>> labels_;
    Vocabulary vocabulary_;
    std::pmr::vector<Writer> chunks_;
    std::uint64_t comments_ = 0;

    // Of the comment that is being added.
    std::pmr::vector<std::uint16_t> comment_labels_;
    std::pmr::vector<Count> counts_;
    std::pmr::vector<std::uint32_t> seen_;  // for each feature, 1 + its place in counts_, or 0
};

}  // namespace crm::text
