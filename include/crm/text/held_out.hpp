// What is learnt from comments that a model has not been fitted to.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "crm/foundation/cancellation.hpp"
#include "crm/text/linear_classifier.hpp"
#include "crm/text/training_set.hpp"

namespace crm::text {

/// A fold from 0 to folds - 1 for each comment, the same for equal texts whatever their labels, each label spread
/// evenly over them as far as that allows. A label with fewer than two different comments is never held out: its
/// comments have fold `folds`, and so has a text that another label shares with it.
std::pmr::vector<std::uint8_t> assign_folds(const TrainingSet&, std::uint8_t folds, const Cancellation& = {});

/// Comments with their margins by a model that has not seen them, and what follows from these. Its memory comes from
/// where the set's does.
class HeldOut {
public:
    HeldOut(const TrainingSet& set, bool several, const Cancellation& cancellation = {})
        : set_(set),
          several_(several),
          cancellation_(cancellation),
          comments_(set.contents.get_allocator()),
          margins_(set.contents.get_allocator()) {}

    void add(std::uint32_t comment, std::span<const float> margins);

    std::size_t size() const { return comments_.size(); }

    /// The temperature T in [1/8, 8] that minimises the log-loss + (ln T)^2 / comments, and the log-loss there: the
    /// mean -ln(probability of what is true), of the label, or, where there are several, of each label's being given or
    /// not, on average.
    struct Calibration {
        double temperature, log_loss;
    };
    Calibration calibrate() const;

    /// The greatest margin of a comment that this share of them does not reach. Comments without a label say nothing of
    /// what comments of the labels reach: without others there is none.
    std::optional<double> least_margin(double share) const;

    /// For each label the probability from which on to give it that has the greatest F1 of that label; of a label with
    /// fewer than ten comments the one that is best for all labels together.
    std::vector<double> thresholds(double temperature) const;

    /// Rows for the model card: what the model gets right, in all and by label.
    std::vector<CardRow> card(const Calibration&, std::span<const double> thresholds) const;

private:
    std::span<const float> margins(std::size_t i) const {
        return std::span(margins_).subspan(i * set_.label_names.size(), set_.label_names.size());
    }
    bool has(std::size_t i, std::size_t label) const;
    double log_loss(double temperature) const;

    /// Which labels are given to the i-th comment.
    std::vector<std::size_t> given(std::size_t i, double temperature, std::span<const double> thresholds) const;

    const TrainingSet& set_;
    bool several_;
    Cancellation cancellation_;
    std::pmr::vector<std::uint32_t> comments_;
    std::pmr::vector<float> margins_;
};

}  // namespace crm::text
