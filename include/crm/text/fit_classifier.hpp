// Fits a linear classifier to labelled comments.
#pragma once
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <span>
#include <string_view>

#include "crm/foundation/cancellation.hpp"
#include "crm/text/classifier_options.hpp"
#include "crm/text/comment_collector.hpp"
#include "crm/text/linear_classifier.hpp"

namespace crm::text {

/// The strength C that the held-out comments fare best with, probabilities calibrated on them, refitted to all
/// comments. One comment in eight is held out; where these are fewer than a thousand, up to eight times another eighth.
/// The result depends on the rows alone, not on their order. When there is nothing to learn from, it is a model that is
/// not usable, whose report says why.
std::unique_ptr<LinearClassifier> fit_classifier(const CommentCollector&, std::int64_t skipped,
                                                 const ClassifierOptions&, bool several, std::pmr::memory_resource*,
                                                 const Cancellation&);

/// The state of crm.fit_text_classifier.
template <bool several>
class ClassifierBuilder {
public:
    explicit ClassifierBuilder(std::pmr::memory_resource* memory) : memory_(memory), comments_(memory) {}

    /// Throws invalid_argument when the options are not those of the rows before.
    void add(std::span<const std::string_view> labels, const Comment& comment, const ClassifierOptions& options) {
        agree(options);
        comments_.add(labels, comment, options.features);
    }

    /// A row without label or comment.
    void skip() { ++skipped_; }

    void merge(const ClassifierBuilder& other, const Cancellation& cancellation = {}) {
        skipped_ += other.skipped_;
        if (other.comments_.size() == 0) return;
        agree(other.options_);
        comments_.merge(other.comments_, cancellation);
    }

    void save(Writer& out) const {
        out.varint(skipped_);
        options_.save(out);
        comments_.save(out);
    }

    void load(Reader& in, const Cancellation& cancellation = {}) {
        skipped_ = in.varint();
        options_ = ClassifierOptions::load(in);
        comments_.load(in, cancellation);
    }

    std::unique_ptr<LinearClassifier> finish(const Cancellation& cancellation = {}) const {
        return fit_classifier(comments_, static_cast<std::int64_t>(skipped_), options_, several, memory_, cancellation);
    }

private:
    void agree(const ClassifierOptions& options) {
        if (comments_.size() == 0) options_ = options;
        if (options != options_) throw invalid_argument("options must be the same for all rows of a group");
    }

    std::pmr::memory_resource* memory_;
    std::uint64_t skipped_ = 0;
    ClassifierOptions options_;
    CommentCollector comments_;
};

}  // namespace crm::text
