// One-vs-rest logistic regression over sparse comments, all labels at once.
//
// For each label minimises |w|^2 / 2 + C * sum over comments of ln(1 + exp(-y w.x)) in the dual, one comment at a time
// (Yu, Huang, Lin 2011, "Dual coordinate descent methods for logistic regression and maximum entropy models", Machine
// Learning 85). The labels' weights of a feature lie side by side, so that a comment's features are read once for all.
#pragma once
#include <cstdint>
#include <memory_resource>
#include <span>
#include <vector>

#include "crm/foundation/cancellation.hpp"
#include "crm/text/training_set.hpp"

namespace crm::text {

class DualAscent {
public:
    DualAscent(const TrainingSet& set, double strength, std::pmr::memory_resource* memory);

    /// Changes C and starts from where the last one ended.
    void set_strength(double strength);

    /// To be called when the set's values have changed: keeps what was found out of each comment.
    void reweigh(const Cancellation&);

    /// Visits these comments of the set once, in the order given. Returns how far their margins moved: the mean over
    /// the comments of the largest move.
    double pass(std::span<const std::uint32_t> comments, const Cancellation&);

    /// The margins of one comment, one for each label.
    void margins(std::size_t comment, std::span<float> found) const;

    std::size_t labels() const { return labels_; }
    float weight(std::size_t feature, std::size_t label) const { return weights_[feature * stride_ + label]; }
    float bias(std::size_t label) const { return weight(set_.width(), label); }

private:
    void add_up(std::size_t comment, float* found) const;
    void mark_labels(std::size_t comment);  // moves_ becomes 1 for the comment's labels, -1 for others
    void move(std::size_t comment);         // adds moves_ times the comment to the weights

    const TrainingSet& set_;
    std::size_t labels_, stride_;
    float strength_;
    std::pmr::vector<float> weights_;  // a row of labels for each feature, and one for the bias
    std::pmr::vector<float> duals_;    // a row of labels for each comment: the log-odds of dual / C
    std::pmr::vector<float> margins_, moves_;
};

}  // namespace crm::text
